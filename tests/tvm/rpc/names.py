"""What a model and its tensors are called: by their own names as TVM's executors on a host take them,
and by "default", which is the only name that tvmc and tvm.micro.Session ever use."""

import numpy as np

import common
import micro_session

tvm = common.import_tvm(micro_session.connect)  # before process has it without a session
from process import Server, aot_model, expect_error  # pylint: disable=wrong-import-position
from tvm import relay  # pylint: disable=wrong-import-position
from tvm.runtime.executor.aot_executor import AotModule  # pylint: disable=wrong-import-position

BOARDS = ("qemu_cortex_m3", "qemu_riscv32")
SIGNAL, CODES = "serving_default_input_2:0", "in/codes-1"
OPTIONS = {"board": BOARDS[0]}


def model(name):
    """signal - codes, of inputs whose names are none in C."""
    signal, codes = (relay.var(each, shape=(4,)) for each in (SIGNAL, CODES))
    with tvm.transform.PassContext(opt_level=3, config={"tir.disable_vectorize": True}):
        return relay.build(
            tvm.IRModule.from_expr(relay.Function([signal, codes], signal - codes)),
            target="c",
            executor=relay.backend.Executor("aot"),
            runtime=relay.backend.Runtime("crt", {"system-lib": True}),
            mod_name=name,
        )


def archive(folder, name):
    tvm.micro.export_model_library_format(model(name), folder / "model.tar")
    return folder / "model.tar"


def check(executor):
    signal, codes = (np.random.default_rng(i).random(4, "float32") for i in (1, 2))
    executor.set_input(SIGNAL, signal, **{CODES: codes})
    np.testing.assert_array_equal(executor.get_input("serving_default_input_2_0").numpy(), signal)
    assert executor.get_input_index("in_codes_1") == executor.get_input_index(CODES) == 1
    executor.run()
    np.testing.assert_array_equal(executor.get_output(0).numpy(), signal - codes)


def test_on_the_rpc_port():
    for board in BOARDS:
        with common.scratch() as folder:
            with Server(folder, archive(folder, "wake_word"), "--board", board) as server:
                remote = server.connect()
                for name in ("wake_word", "default"):
                    check(aot_model(remote, name))
                said = expect_error('no input "serving_default_input_2"', wrong_input, remote)
                assert '"serving_default_input_2_0"' in said, said
                expect_error('"tvmgen_other_get_c_metadata"', aot_model, remote, "other")
                del remote
                server.wait_for_event(2, "left")


def wrong_input(remote):
    aot_model(remote).get_input("serving_default_input_2")


def test_in_a_session():
    with common.scratch() as folder:
        project = tvm.micro.generate_project(
            common.TEMPLATE, model("Wake_Word2"), folder / "project", OPTIONS
        )
        project.build()
        project.flash()
        with tvm.micro.Session(project.transport()) as session:
            check(AotModule(session.create_aot_executor()))
        common.expect_no_process(folder)


if __name__ == "__main__":
    common.main()
