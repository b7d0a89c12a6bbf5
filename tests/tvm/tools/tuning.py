"""AutoTVM as its users run it: its own builder and runners, which start tracker, servers and workers by
themselves, with their own time-outs: ten seconds for generate, build, flash, boot and measure."""

import contextlib
import io
import os
import time
import unittest.mock

import numpy as np
import scipy.signal

import common
import micro_session

# What AutoTVM starts finds TVM, its session and this build so.
os.environ["PYTHONPATH"] = f"{common.SOURCE}/tests/tvm/workers:{os.environ['PYTHONPATH']}"
os.environ["MICROTVM_QEMU_BUILD"] = str(common.BUILD)

tvm = common.import_tvm(micro_session.connect)
from tvm import autotvm, relay  # pylint: disable=wrong-import-position
from tvm.autotvm.measure import MeasureErrorNo  # pylint: disable=wrong-import-position
from tvm.rpc.server import Server  # pylint: disable=wrong-import-position
from tvm.rpc.tracker import Tracker  # pylint: disable=wrong-import-position
from tvm.runtime.executor.aot_executor import AotModule  # pylint: disable=wrong-import-position

MODELS = {"mps2_an385": "sam3x8e", "qemu_riscv32": "host"}
CHANNELS, SIZE, KERNEL = 4, 8, 3
RUNTIME = relay.backend.Runtime("crt", {"system-lib": True})


def convolution():
    """A module small enough that TVM compiles any schedule of it quickly, and its weight."""
    data = relay.var("data", shape=(1, CHANNELS, SIZE, SIZE))
    weight = relay.var("weight", shape=(CHANNELS, CHANNELS, KERNEL, KERNEL))
    result = relay.nn.conv2d(data, weight, padding=(1, 1), kernel_size=(KERNEL, KERNEL))
    module = tvm.IRModule.from_expr(relay.Function([data, weight], result))
    value = np.random.default_rng(5).random((CHANNELS, CHANNELS, KERNEL, KERNEL), "float32")
    return relay.transform.InferType()(module), {"weight": value}


def micro_target(board):
    return tvm.target.target.micro(MODELS[board], options=["-device=arm_cpu"])


def no_vectors():
    return tvm.transform.PassContext(opt_level=3, config={"tir.disable_vectorize": True})


def options(board):
    return {"board": board, "project_type": "host_driven"}


def loader(board):
    return tvm.micro.AutoTvmModuleLoader(common.TEMPLATE, options(board))


@contextlib.contextmanager
def projects_in_one_folder():
    """Those of the processes that are started in it; none of theirs may be left at the end."""
    with common.scratch() as folder:
        with unittest.mock.patch.dict(os.environ, TMPDIR=str(folder)):
            yield
        common.expect_no_process(folder)


def tune(board, trials, runner):
    """AutoTVM's log of this many trials, each of which must have worked."""
    with no_vectors():
        tasks = autotvm.task.extract_from_program(convolution()[0]["main"], {}, micro_target(board))
    builder = autotvm.LocalBuilder(
        build_kwargs={"build_option": {"tir.disable_vectorize": True}},
        build_func=tvm.micro.autotvm_build_func,
        runtime=RUNTIME,
    )
    log, results = io.StringIO(), []
    began = time.monotonic()
    autotvm.tuner.RandomTuner(tasks[0]).tune(
        trials,
        autotvm.measure_option(builder, runner),
        callbacks=[
            autotvm.callback.log_to_file(log),
            lambda _tuner, _inputs, batch: results.extend(batch),
        ],
    )
    taken_s = time.monotonic() - began
    failures = [str(r.costs) for r in results if r.error_no != MeasureErrorNo.NO_ERROR]
    assert not failures, "\n".join(failures)
    assert len(results) == trials and all(0 < r.costs[0] < 1 for r in results), results
    print(f"# {trials} trials: {trials / taken_s:.2f} trials per second")
    log.seek(0)
    return log


def check_best(board, log):
    """With the schedule that was fastest, the board still computes what it should."""
    module, params = convolution()
    with autotvm.apply_history_best(log), no_vectors():
        lowered = relay.build(
            module,
            target=micro_target(board),
            params=params,
            runtime=RUNTIME,
            executor=relay.backend.Executor("aot"),
        )
    data = np.random.default_rng(6).random((1, CHANNELS, SIZE, SIZE), "float32")
    want = [
        sum(scipy.signal.correlate2d(data[0, i], kernel[i], "same") for i in range(CHANNELS))
        for kernel in params["weight"]
    ]
    with common.scratch() as folder:
        project = tvm.micro.generate_project(
            common.TEMPLATE, lowered, folder / "project", options(board)
        )
        project.build()
        project.flash()
        with tvm.micro.Session(project.transport()) as session:
            model = AotModule(session.create_aot_executor())
            model.run(data=data)
            np.testing.assert_allclose(model.get_output(0).numpy()[0], want, rtol=1e-4)


def test_local_runner():
    board = "mps2_an385"
    with projects_in_one_folder():
        log = tune(board, 20, autotvm.LocalRunner(module_loader=loader(board)))
    check_best(board, log)


@contextlib.contextmanager
def two_servers():
    """The port of a tracker that has two of TVM's servers to give away under the key "board"."""
    tracker = Tracker(port=9100, port_end=9190, silent=True)
    servers = [
        Server(
            port=9100,
            port_end=9190,
            key="board",
            silent=True,
            tracker_addr=("127.0.0.1", tracker.port),
        )
        for _ in range(2)
    ]
    try:
        yield tracker.port
    finally:
        for each in (*servers, tracker):
            each.terminate()


def test_two_at_a_time():
    """The key that a tracker knows a board by becomes its project's serial number."""
    board = "qemu_riscv32"
    with projects_in_one_folder(), two_servers() as port:
        runner = autotvm.RPCRunner(
            "board", "127.0.0.1", port, n_parallel=2, module_loader=loader(board)
        )
        log = tune(board, 10, runner)
    check_best(board, log)


if __name__ == "__main__":
    common.main()
