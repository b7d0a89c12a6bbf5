"""A graph's parameters at rpc-server: in the firmware, so that nobody has to send them; who sends
them all the same may, but not other ones."""

import gc

import numpy as np

import common
from process import Server, expect_error, tvm
from tvm import relay  # pylint: disable=wrong-import-order
from tvm.contrib import graph_executor  # pylint: disable=wrong-import-order
from tvm.relay.backend import Executor, Runtime  # pylint: disable=wrong-import-order

OPTION = ("--option", "link_parameters=false")
TOLERANCE = {"rtol": 1e-4, "atol": 1e-4}
GENERATOR = np.random.default_rng(7)
INPUT = GENERATOR.standard_normal((1, 100)).astype("float32")
WEIGHT = GENERATOR.standard_normal((100, 100)).astype("float32")
BIAS = GENERATOR.standard_normal((100,)).astype("float32")


def build():
    x = relay.var("x", shape=(1, 100), dtype="float32")
    weight = relay.var("weight", shape=(100, 100), dtype="float32")
    bias = relay.var("bias", shape=(100,), dtype="float32")
    sums = relay.sum(relay.multiply(x, weight), axis=1) + bias
    with tvm.transform.PassContext(opt_level=3, config={"tir.disable_vectorize": True}):
        return relay.build(
            tvm.IRModule.from_expr(relay.Function([x, weight, bias], sums)),
            target="c",
            executor=Executor("graph"),
            runtime=Runtime("crt", {"system-lib": True}),
            params={"weight": WEIGHT, "bias": BIAS},
        )


def expected(weight, bias):
    return (INPUT * weight).sum(axis=1) + bias


def on_board(board, check, *options):
    factory = build()
    with common.scratch() as folder:
        archive = folder / "model.tar"
        tvm.micro.export_model_library_format(factory, archive)
        with Server(folder, archive, "--board", board, *options) as server:
            check(factory, server.connect())
            gc.collect()
            server.wait_for_event(2, "left")


def make(factory, remote):
    library = remote.get_function("runtime.SystemLib")()
    return graph_executor.create(factory.get_graph_json(), library, remote.cpu(0))


def check_output(model, weight=WEIGHT, bias=BIAS):
    model.set_input("x", INPUT)
    model.run()
    np.testing.assert_allclose(model.get_output(0).numpy(), expected(weight, bias), **TOLERANCE)


def check_linked(factory, remote):
    model = make(factory, remote)
    check_output(model)
    model.set_input(**factory.get_params())
    check_output(model)
    for name, value in factory.get_params().items():
        np.testing.assert_array_equal(model.get_input(name).numpy(), value.numpy())
    others = {name: tvm.nd.array(value.numpy() + 1) for name, value in factory.get_params().items()}
    text = expect_error("linked into the firmware", model.set_input, **others)
    assert "link_parameters" in text, text
    check_output(model)


def check_sent(factory, remote):
    model = make(factory, remote)
    model.set_input(**factory.get_params())
    check_output(model)
    values = factory.get_params().items()
    bias = next(name for name, value in values if np.prod(value.shape) == 100)
    model.set_input(bias, BIAS + 1)
    check_output(model, bias=BIAS + 1)


def test_linked_mps2_an385():
    on_board("mps2_an385", check_linked)


def test_linked_qemu_riscv32():
    on_board("qemu_riscv32", check_linked)


def test_linked_qemu_cortex_m3():
    on_board("qemu_cortex_m3", check_linked)


def test_sent():
    on_board("mps2_an385", check_sent, *OPTION)


def test_a_runtime_that_was_given_is_sent_them():
    """It would write to flash without a word."""
    on_board("qemu_riscv32", check_sent, "--crt-dir", str(common.CRT))


if __name__ == "__main__":
    common.main()
