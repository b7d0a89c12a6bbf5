"""microtvm_qemu.run: what it gives and what it refuses, on real boards."""

import ast
import contextlib
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import time

import numpy as np

import changed
import common
import microtvm_qemu

PACKAGE = pathlib.Path(microtvm_qemu.__file__).parent
DIGITS = common.MODELS / "digits.tar"
PAIR = common.MODELS / "pair.tar"
IMAGES = np.load(common.MODELS / "digits_images.npy")
EXPECTED = np.load(common.MODELS / "digits_expected.npy")
PAIR_INPUTS = {name: np.load(common.MODELS / f"pair_{name}.npy") for name in ("signal", "codes")}
PAIR_EXPECTED = [np.load(common.MODELS / f"pair_output{i}.npy") for i in range(2)]
BOARD = next(iter(common.BOARDS))


def refused(*args, **kwargs):
    with common.nothing_left():
        return common.expect_raises(microtvm_qemu.RunError, microtvm_qemu.run, *args, **kwargs)


def expect_pair(outputs, slice_=slice(None)):
    assert list(outputs) == ["output0", "output1"], list(outputs)
    for got, expected in zip(outputs.values(), PAIR_EXPECTED):
        assert got.dtype == expected.dtype
        np.testing.assert_allclose(got, expected[slice_], rtol=1e-5, atol=1e-5)


@common.on_each_board
def outputs_are_the_models(board):
    with common.nothing_left():
        outputs, report = microtvm_qemu.run(DIGITS, board, {"image": IMAGES[:3]})
    assert list(outputs) == ["output"] and outputs["output"].shape == EXPECTED[:3].shape
    np.testing.assert_allclose(outputs["output"], EXPECTED[:3], rtol=1e-5, atol=1e-5)
    assert (report["format"], report["version"]) == ("microtvm-qemu run", 1)
    assert (report["status"], report["inferences"]) == ("ran", 3)
    assert report["board"]["name"] == board and report["counts"] is None


def test_arrays_of_every_layout():
    signal_, codes = PAIR_INPUTS["signal"], PAIR_INPUTS["codes"]
    with common.nothing_left():
        fortran = np.asfortranarray(signal_)
        wide = np.repeat(codes, 2, axis=-1)[..., ::2]
        expect_pair(microtvm_qemu.run(str(PAIR), BOARD, [fortran, wide])[0])
        swapped = signal_.astype(">f4")
        inputs = {1: codes, "signal": swapped}
        expect_pair(microtvm_qemu.run(PAIR, BOARD, inputs)[0])


def test_one_array_for_one_input():
    outputs, report = microtvm_qemu.run(
        DIGITS,
        BOARD,
        IMAGES[0],
        count=True,
        memory=True,
        options={"warning_as_error": True, "icount": None},
    )
    np.testing.assert_allclose(outputs["output"], EXPECTED[0], rtol=1e-5, atol=1e-5)
    assert report["counts"]["instructions_per_inference"] > 10000
    assert report["memory"]["peak"]["stack_bytes"] > 100
    assert report["options"] == {"warning_as_error": "true"}


def test_options_reach_the_program():
    with common.scratch() as folder:
        options = {
            "project_type": "aot_standalone_demo",
            "cache": folder / "cache",
            "deadline": 500.5,
        }
        options["options"] = {"compile_definitions": ["-DONE", "-DTWO=2"]}
        for _ in range(2):
            model = common.MODELS / "digits_c.tar"
            outputs, report = microtvm_qemu.run(model, BOARD, IMAGES[0], **options)
            output = outputs["output"].ravel()  # of C code alone the archive tells sizes, no shapes
            np.testing.assert_allclose(output, EXPECTED[0].ravel(), rtol=1e-5, atol=1e-5)
            assert report["model"]["project_type"] == "aot_standalone_demo"
            assert report["options"]["compile_definitions"] == "-DONE -DTWO=2", report["options"]
        assert list((folder / "cache").iterdir())


def test_nothing_goes_through_a_shell():
    with common.scratch() as folder:
        made = folder / "made"
        name = f"$(touch {made});`touch {made}`.tar".replace("/", "\x01")
        error = refused(folder / name, f"x;touch {made}", [], options={"a b": f"$(touch {made})"})
        assert error.kind == "usage" and not made.exists(), error
        odd = folder / "-o dd; name.tar"
        odd.write_bytes(DIGITS.read_bytes())
        here = os.getcwd()
        os.chdir(folder)
        try:
            outputs, _ = microtvm_qemu.run("-o dd; name.tar", BOARD, IMAGES[:1])
        finally:
            os.chdir(here)
        np.testing.assert_allclose(outputs["output"], EXPECTED[:1], rtol=1e-5, atol=1e-5)


def test_what_is_wrong_with_the_arguments():
    for kind, exit_code, says, arguments in [
        ("usage", 2, "no such board (have: ", (DIGITS, "no_such", IMAGES)),
        ("usage", 2, "inputs['image'] holds float64, the model has float32 (convert it: array",
         (DIGITS, BOARD, {"image": IMAGES.astype(float)})),
        ("usage", 2, "inputs[0] of shape (100, 1, 8, 5, 1) ", (DIGITS, BOARD, [IMAGES[:, :, :, :5]])),
        ("usage", 2, "--input imge: the model has no such ", (DIGITS, BOARD, {"imge": IMAGES})),
        ("usage", 2, "--input a/b: the model has no such", (DIGITS, BOARD, {"a/b": IMAGES})),
        ("usage", 2, "--input codes", (PAIR, BOARD, [PAIR_INPUTS["signal"]])),
        ("usage", None, "inputs['image'] has type object", (DIGITS, BOARD, {"image": [None]})),
        ("usage", None, "inputs[0] has type <U1", (DIGITS, BOARD, [np.array(["a"])])),
        ("usage", None, "inputs[0] is no array", (DIGITS, BOARD, [[1, [2]]])),
        ("usage", None, "null byte", ("a\0b", BOARD, IMAGES)),
        ("usage", None, "archive: a list is no path of an archive", ([DIGITS], BOARD, IMAGES)),
        ("model", 3, "model archive ", (common.MODELS / "digits_images.npy", BOARD, IMAGES)),
        ("usage", 2, "--input a=b: the model has no such", (DIGITS, BOARD, {"a=b": IMAGES})),
    ]:  # fmt: skip
        error = refused(*arguments)
        assert (error.kind, error.exit_code) == (kind, exit_code), (error.kind, error.exit_code)
        assert says in str(error) and "microtvm-qemu-python-" not in str(error), error
        assert (error.report is None) == (exit_code is None), error.report


def test_what_is_wrong_with_the_options():
    error = refused(DIGITS, BOARD, IMAGES, options={"compile_definitions": ["-DA=1 2"]})
    assert (error.kind, error.exit_code) == ("usage", None) and "-DA=1 2" in str(error), error
    error = refused(DIGITS, BOARD, IMAGES, options={"no_such": 1})
    assert (error.kind, error.exit_code) == ("usage", 2) and "no_such" in str(error), error
    error = refused(DIGITS, BOARD, IMAGES, project_type="demo")
    assert (error.kind, error.exit_code) == ("usage", 2) and "aot_standalone_demo" in str(error)


def test_a_fault_and_a_hang_are_told():
    with common.scratch() as folder:
        error = refused(changed.pair_that(changed.FAULT, folder), BOARD, PAIR_INPUTS)
        assert (error.kind, error.exit_code) == ("closed", 5), error
        assert "the firmware died: fault: " in str(error), error
        assert error.report["status"] == "failed" and error.report["exit_code"] == 5
        again = pickle.loads(pickle.dumps(error))  # from a process of a pool
        assert (str(again), vars(again)) == (str(error), vars(error))
    with common.scratch() as folder:
        hanging = changed.pair_that(changed.HANG, folder)
        error = refused(hanging, BOARD, PAIR_INPUTS, timeout=2)
        assert (error.kind, error.exit_code) == ("timeout", 5), error
        assert "no progress for " in str(error), error
        error = refused(hanging, BOARD, PAIR_INPUTS, deadline=4)
        assert (error.kind, error.exit_code) == ("deadline", 124), error


def test_a_board_that_cannot_hold_the_model():
    error = refused(DIGITS, "microbit", IMAGES, options={"workspace_size_bytes": 10**6})
    assert error.kind in ("build", "usage") and error.exit_code in (4, 2), error


def test_a_program_that_dies():
    with common.scratch() as folder:
        program = folder / "program"
        program.write_text("#!/bin/sh\necho it is bad >&2\nkill -SEGV $$\n")
        program.chmod(0o755)
        before = os.environ["MICROTVM_QEMU"]
        os.environ["MICROTVM_QEMU"] = str(program)
        try:
            error = refused(DIGITS, BOARD, IMAGES)
            os.environ["MICROTVM_QEMU"] = str(folder / "none")
            missing = refused(DIGITS, BOARD, IMAGES)
        finally:
            os.environ["MICROTVM_QEMU"] = before
    assert (error.kind, error.exit_code, error.report) == (None, -11, None), vars(error)
    assert str(error) == "it is bad\nthe program was ended by SIGSEGV", error
    assert missing.kind == "missing" and "MICROTVM_QEMU=" in str(missing), missing


RUNNER = """
import os, sys, threading, time
import numpy as np
import microtvm_qemu

inputs = {name: np.load(f"{sys.argv[1]}/pair_{name}.npy") for name in ("signal", "codes")}
run = threading.Thread(target=microtvm_qemu.run, args=[*sys.argv[2:4], inputs], kwargs={"timeout": 600})
if not sys.argv[4:]:
    run.run()
else:
    run.start()
    sys.stdin.readline()
    if forked := os.fork():
        print(forked, flush=True)
    time.sleep(300)
"""


@contextlib.contextmanager
def hanging_run(*arguments):
    """A Python whose model never ends, once its board is on, and the folder for its temporary files."""
    with common.scratch() as folder:
        hanging = changed.pair_that(changed.HANG, folder)
        temporary = folder / "temporary"
        temporary.mkdir()
        process = subprocess.Popen(
            [sys.executable, "-c", RUNNER, common.MODELS, hanging, BOARD, *arguments],
            env={**os.environ, "TMPDIR": str(temporary)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        end = time.monotonic() + 300
        while not common.process_ids(temporary, "qemu-system"):
            assert process.poll() is None and time.monotonic() < end, process.communicate()
            time.sleep(0.05)
        yield process, temporary


def test_an_interrupt_ends_the_program():
    """As it reaches Python alone: a terminal sends it to all."""
    with hanging_run() as (process, temporary):
        process.send_signal(signal.SIGINT)
        _, text = process.communicate(timeout=300)
        assert text.endswith("KeyboardInterrupt\n"), text
        common.expect_no_process(temporary)
        assert not list(temporary.iterdir()), list(temporary.iterdir())


def test_the_program_ends_with_a_python_that_is_killed():
    """Though a process lives on that it has forked off, as multiprocessing does."""
    with hanging_run("and fork") as (process, temporary):
        process.stdin.write("fork\n")
        process.stdin.flush()
        forked = int(process.stdout.readline())
        process.kill()
        process.wait()
        try:
            common.expect_no_process(temporary, 60)
        finally:
            os.kill(forked, signal.SIGKILL)
        process.communicate()


def test_template_dir():
    template = pathlib.Path(microtvm_qemu.template_dir())
    assert template == common.TEMPLATE
    assert (template / "launch_microtvm_api_server.sh").is_file()


def test_importing_needs_nothing():
    script = (
        "import sys, microtvm_qemu\n"
        "assert microtvm_qemu.__version__\n"
        "assert set(microtvm_qemu.__all__) <= set(dir(microtvm_qemu))\n"
        "assert 'numpy' not in sys.modules\n"
        "microtvm_qemu.run\n"
        "assert not {'tvm', 'tvm_ffi', 'pytest'} & set(sys.modules)\n"
        "try:\n"
        "    microtvm_qemu.rnu\n"
        "except AttributeError as error:\n"
        "    assert 'rnu' in str(error)\n"
        "else:\n"
        "    raise AssertionError\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_python_3_9_can_read_all_of_it():
    files = sorted(PACKAGE.rglob("*.py"))
    assert len(files) >= 5
    for file in files:
        ast.parse(file.read_text(encoding="utf-8"), str(file), feature_version=(3, 9))


if __name__ == "__main__":
    common.main()
