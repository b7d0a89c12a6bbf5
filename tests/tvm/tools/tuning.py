"""A tuning loop as AutoTVM runs it: each trial is another schedule of one operator, compiled by TVM,
and from there generate, build, flash, open, measure through TVM's RPC, close; two at a time."""

import concurrent.futures
import multiprocessing
import time

import numpy as np

import common
import micro_session
from common import scratch

TRIALS, AT_ONCE = 30, 2
SIZE = 16
BOARDS = ("mps2_an385", "qemu_riscv32")

tvm = common.import_tvm(micro_session.connect)
from tvm import te  # pylint: disable=wrong-import-position


def schedule(number):
    """Matrix multiplication, in tiles of a size that the trial's number gives, and its archive."""
    a = te.placeholder((SIZE, SIZE), name="a")
    b = te.placeholder((SIZE, SIZE), name="b")
    k = te.reduce_axis((0, SIZE), name="k")
    c = te.compute((SIZE, SIZE), lambda i, j: te.sum(a[i, k] * b[k, j], axis=k), name="c")
    s = te.create_schedule(c.op)
    rows, columns = 1 << number % 5, 1 << number // 5 % 5
    i, j, inner_i, inner_j = s[c].tile(c.op.axis[0], c.op.axis[1], rows, columns)
    order = [i, j, k, inner_i, inner_j] if number < 25 else [i, k, j, inner_i, inner_j]
    s[c].reorder(*order)
    return s, [a, b, c]


def compile_trial(number, archive):
    runtime = tvm.relay.backend.Runtime("crt", {"system-lib": True})
    with tvm.transform.PassContext(opt_level=3, config={"tir.disable_vectorize": True}):
        module = tvm.build(*schedule(number), target=tvm.target.Target("c"), runtime=runtime)
    tvm.micro.export_model_library_format(module, archive)


def measure(session, generator):
    """Seconds of one call, after a check that it computes what it should."""
    device = session.device
    library = session.get_system_lib()
    arrays = [generator.random((SIZE, SIZE), dtype="float32") for _ in range(2)]
    a, b = (tvm.nd.array(array, device) for array in arrays)
    c = tvm.nd.array(np.zeros((SIZE, SIZE), dtype="float32"), device)
    evaluator = library.time_evaluator(library.entry_name, device, number=2, repeat=3)
    seconds = evaluator(a, b, c).median
    np.testing.assert_allclose(c.numpy(), arrays[0] @ arrays[1], rtol=1e-4)
    return seconds


def trial(number, folder):
    """The time of one call on the board, or why there is none. Runs in a worker process."""
    folder = folder / str(number)
    folder.mkdir()
    try:
        compile_trial(number, folder / "model.tar")
        # As AutoTVM has it, though it is no gzip file.
        archive = (folder / "model.tar").rename(folder / "model.tar.gz")
        project = tvm.micro.project.generate_project_from_mlf(
            common.TEMPLATE,
            folder / "project",
            archive,
            {"board": BOARDS[number % len(BOARDS)], "serial_number": f"$local$device${number}"},
        )
        project.build()
        project.flash()
        with tvm.micro.Session(project.transport()) as session:
            return measure(session, np.random.default_rng(number)), None
    except Exception as error:  # pylint: disable=broad-except
        return None, f"trial {number}: {error!r}"


def test_thirty_trials_two_at_a_time():
    context = multiprocessing.get_context("spawn")
    with scratch() as folder, concurrent.futures.ProcessPoolExecutor(AT_ONCE, context) as workers:
        list(workers.map(time.sleep, [0.1] * AT_ONCE))  # TVM is imported by now
        began = time.monotonic()
        results = list(workers.map(trial, range(TRIALS), [folder] * TRIALS))
        taken_s = time.monotonic() - began
        common.expect_no_process(folder)
    failures = [why for _, why in results if why]
    assert not failures, "\n".join(failures)
    assert all(0 < seconds < 1 for seconds, _ in results), results
    print(f"# {TRIALS} trials, {AT_ONCE} at a time: {TRIALS / taken_s:.2f} trials per second")


if __name__ == "__main__":
    common.main()
