# needs: tvm
"""microtvm_qemu.tune: TVM's MetaSchedule, whose candidates are counted on real boards."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np
import tvm
from tvm import relax
from tvm.s_tir import meta_schedule as ms
from tvm.script import tirx as T

import common
import microtvm_qemu
from microtvm_qemu import tune
from microtvm_qemu.tune import network, releases

BOARD, SMALL_BOARD = "mps2_an385", "qemu_cortex_m3"
CHANNELS, SIZE, KERNEL = 4, 8, 3
IS_WHOLE = "MICROTVM_TEST_WHOLE" in os.environ  # ci/soak/releases
TRIALS = 48 if IS_WHOLE else 6
SHORT_S = 5.0
TensorType = getattr(relax, "TensorStructInfo", None) or relax.TensorType
WEIGHT = np.random.default_rng(5).integers(-100, 100, (CHANNELS, CHANNELS, KERNEL, KERNEL), "int8")


def convolution():
    """int8, with a ReLU, and a maximum behind it that is an operator of its own."""
    builder = relax.BlockBuilder()
    data = relax.Var("data", TensorType([1, CHANNELS, SIZE, SIZE], "int8"))
    weight = relax.const(WEIGHT)
    with builder.function("main", [data]):
        with builder.dataflow():
            sums = builder.emit(relax.op.nn.conv2d(data, weight, padding=1, out_dtype="int32"))
            active = builder.emit(relax.op.nn.relu(sums))
            out = builder.emit_output(relax.op.nn.max_pool2d(active, (2, 2), strides=(2, 2)))
        builder.emit_func_output(out)
    return builder.get()


def expected(data):
    wide = np.pad(data[0].astype("int32"), ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, (KERNEL, KERNEL), axis=(1, 2))
    sums = np.einsum("chwij,ocij->ohw", windows, WEIGHT.astype("int32"))
    half = SIZE // 2
    return np.maximum(sums, 0).reshape(1, CHANNELS, half, 2, half, 2).max(axis=(3, 5))


def count(model):
    """Instructions of an inference on the board, whose output must be right."""
    data = np.random.default_rng(6).integers(-128, 127, (1, CHANNELS, SIZE, SIZE), "int8")
    with common.scratch() as folder:
        exported = microtvm_qemu.export(model, folder / "model.tar", interface="c")
        outputs, report = microtvm_qemu.run(exported.path, BOARD, data, count=True)
    np.testing.assert_array_equal(*outputs.values(), expected(data))
    return report["counts"]["instructions_per_inference"]


def test_a_tuned_convolution_takes_fewer_instructions():
    with common.nothing_left(), common.scratch() as work_dir:
        database = tune.tune(convolution(), BOARD, trials=TRIALS, work_dir=work_dir, seed=1)
        kept = ms.Database.create("json", work_dir=str(work_dir))
    records = database.get_all_tuning_records()
    assert len(records) == len(kept.get_all_tuning_records())
    # Each operator's default schedule, and the convolution's trials: the maximum is not worth any.
    assert len(records) == 2 + TRIALS, len(records)
    plain, tuned = count(convolution()), count(tune.apply(convolution(), database))
    print(f"# {plain:.0f} instructions by default, {tuned:.0f} tuned")
    assert tuned < 0.6 * plain, (plain, tuned)


def test_what_no_trial_made_better_stays_as_it_is():
    module = convolution()
    with common.nothing_left():
        database = tune.tune(module, BOARD, trials=0)
    assert count(tune.apply(module, database)) == count(module)


def records(database):
    return [
        (str(record.trace), [float(seconds) for seconds in record.run_secs])
        for record in database.get_all_tuning_records()
    ]


def tuned_twice(board):
    """With the same seed, however the two machines were loaded."""
    first, second = (
        records(tune.tune(convolution(), board, trials=TRIALS, jobs=jobs, seed=3)) for jobs in (4, 1)
    )
    assert first == second


if IS_WHOLE:
    common.on_each_board(tuned_twice)


# ---- errors of candidates -------------------------------------------------------------------------


def candidate(source):
    """A module of one operator, whose body is this."""
    return tvm.IRModule({"main": source.with_attr("global_symbol", "main")})


@T.prim_func(s_tir=True)
def good(a: T.Buffer((8,), "int32"), b: T.Buffer((8,), "int32")):
    for i in range(8):
        with T.sblock("b"):
            v = T.axis.spatial(8, i)
            b[v] = a[v] + 1


@T.prim_func(s_tir=True)
def faulting(a: T.Buffer((8,), "int8"), b: T.Buffer((8,), "int8")):
    for i in range(8):
        with T.sblock("b"):
            v = T.axis.spatial(8, i)
            b[v * 134217728] = a[v]


@T.prim_func(s_tir=True)
def endless(a: T.Buffer((8,), "int32"), b: T.Buffer((8,), "int32")):
    for i, k in T.grid(T.int64(1099511627776), T.int64(8)):
        with T.sblock("b"):
            r, v = T.axis.remap("RS", [i, k])
            b[v] = b[v] * 3 + a[v]


@T.prim_func(s_tir=True)
def large(a: T.Buffer((100000,), "int8"), b: T.Buffer((100000,), "int8")):
    for i in range(100000):
        with T.sblock("b"):
            v = T.axis.spatial(100000, i)
            b[v] = a[v]


@T.prim_func(s_tir=True)
def half(a: T.Buffer((8,), "float16"), b: T.Buffer((8,), "float16")):
    for i in range(8):
        with T.sblock("b"):
            v = T.axis.spatial(8, i)
            b[v] = a[v] + a[v]


@contextlib.contextmanager
def started(board, *sources, time_limit_s=60.0):
    """For each its future, or what the builder said, by the builder and runner that MetaSchedule has."""
    builder, runner = tune.Builder(jobs=2), tune.Runner(board, jobs=2, time_limit_s=time_limit_s)
    try:
        modules = [candidate(source) for source in sources]
        inputs = [ms.builder.BuilderInput(module, network.target()) for module in modules]
        built = builder.build(inputs)
        ready = [each.artifact_path for each in built if each.error_msg is None]
        futures = iter(runner.run([ms.runner.RunnerInput(path, "cpu", []) for path in ready]))
        yield [each if each.error_msg is not None else next(futures) for each in built]
    finally:
        runner.close()
        builder.close()


def measure(*arguments, **options):
    """(seconds, error) of each."""
    with started(*arguments, **options) as ends:
        ends = [end.result() if hasattr(end, "result") else end for end in ends]
        return [(getattr(end, "run_secs", None), end.error_msg) for end in ends]


def test_each_candidate_has_its_own_error():
    with common.nothing_left():
        found = measure(BOARD, half, good, faulting, good)
        found += measure(SMALL_BOARD, large)
        found += measure(BOARD, endless, time_limit_s=SHORT_S)
    texts = ("float16", None, "fault", None, "RAM", f"deadline {SHORT_S:g}")
    for (seconds, error), text in zip(found, texts):
        if text is None:
            assert error is None and 1e-6 < seconds[0] < 1e-3, (seconds, error)
        else:
            assert seconds is None and text in error, (text, seconds, error)
    assert found[1] == found[3], found


def test_boards_run_side_by_side():
    """Two that never end by themselves."""
    with common.nothing_left(), started(BOARD, endless, endless) as futures:
        folder = pathlib.Path(tempfile.tempdir)
        while len(common.process_ids(folder, "qemu-system")) < 2:
            assert not any(future.done() for future in futures), "one was done, and no two ran"
            time.sleep(0.05)
        for pid in common.process_ids(folder, "microtvm-qemu"):
            os.kill(pid, signal.SIGINT)
        errors = [future.result().error_msg for future in futures]
    assert all("interrupt" in error for error in errors), errors


def test_the_time_of_tvm_is_limited():
    with common.nothing_left():
        builder = tune.Builder(jobs=1, time_limit_s=0.001)
        [result] = builder.build([ms.builder.BuilderInput(candidate(good), network.target())])
        builder.close()
    assert result.artifact_path is None and "0.001 s" in result.error_msg, result.error_msg


def test_nothing_that_runs_is_an_error():
    with common.nothing_left():
        error = common.expect_raises(
            microtvm_qemu.Error, tune.tune, convolution(), "no_such_board"
        )
    assert "no_such_board" in str(error) and BOARD in str(error), error


# ---- ends -----------------------------------------------------------------------------------------


def test_a_tvm_that_crashes_is_named():
    """As with tvm-ffi 0.1.15: the first object of a class that Python derives ends the process."""
    with common.scratch() as folder:
        package = folder / "tvm"
        package.mkdir()
        (package / "__init__.py").write_text("import os\nos.abort()\n")
        sys.path.insert(0, str(folder))
        releases.check.cache_clear()
        try:
            error = common.expect_raises(microtvm_qemu.Error, releases.check)
        finally:
            sys.path.remove(str(folder))
    assert "MetaSchedule crashes" in str(error) and "pip install" in str(error), error
    assert tvm.__version__ in str(error), error


def interrupt(process):
    """Once candidates are on boards."""
    text = b""
    while b"to runner" not in text:
        line = process.stdout.readline()
        assert line, text.decode()
        text += line
    process.send_signal(signal.SIGINT)
    return (text + process.communicate()[0]).decode()


def test_an_interrupt_ends_all():
    code = f"import tuning\ntuning.tune.tune(tuning.convolution(), {BOARD!r}, trials=1000)\n"
    with common.scratch() as folder, common.scratch() as elsewhere:
        path = os.pathsep.join([str(pathlib.Path(__file__).parent), os.environ["PYTHONPATH"]])
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=elsewhere,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "TMPDIR": str(folder),
                "PYTHONPATH": path,
                "MICROTVM_QEMU_BUILD": str(common.BUILD),
            },
        )
        text = interrupt(process)
        assert process.returncode == -signal.SIGINT and "KeyboardInterrupt" in text, text
        common.expect_no_process(folder)
        assert not list(folder.iterdir()), list(folder.iterdir())


if __name__ == "__main__":
    common.main()
