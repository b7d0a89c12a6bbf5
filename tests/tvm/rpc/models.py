"""TVM's own RPC client at rpc-server: models and tensors on each board."""

import tarfile
import time

import numpy as np

import common
import copies
from process import DIGITS, PAIR, Server, aot_model, expect_error, tvm
from tvm.contrib import graph_executor  # pylint: disable=wrong-import-order

IMAGES = np.load(common.MODELS / "digits_images.npy")
EXPECTED = np.load(common.MODELS / "digits_expected.npy")
TOLERANCE = {"rtol": 1e-5, "atol": 1e-5}


def on_board(board, check, source=DIGITS, options=()):
    with common.scratch() as folder, Server(folder, source, "--board", board, *options) as server:
        check(board, server.connect())
        server.wait_for_event(2, "left")


def check_digits(_, remote):
    model = aot_model(remote)
    assert model.get_num_inputs() == 1 and model.get_num_outputs() == 1
    for image, expected in zip(IMAGES[:5], EXPECTED):
        model.set_input("image", image)
        np.testing.assert_array_equal(model.get_input("image").numpy(), image)
        model.run()
        np.testing.assert_allclose(model.get_output(0).numpy(), expected, **TOLERANCE)


def test_aot_qemu_cortex_m3():
    on_board("qemu_cortex_m3", check_digits)


def test_aot_mps2_an385():
    on_board("mps2_an385", check_digits)


def test_aot_qemu_riscv32():
    on_board("qemu_riscv32", check_digits)


def check_pair(_, remote):
    signal = np.load(common.MODELS / "pair_signal.npy")
    codes = np.load(common.MODELS / "pair_codes.npy")
    outputs = [np.load(common.MODELS / f"pair_output{i}.npy") for i in range(2)]
    model = aot_model(remote, "pair")
    for sample in range(3):
        model.set_input("signal", signal[sample], codes=codes[sample])
        model.run()
        np.testing.assert_allclose(model.get_output(0).numpy(), outputs[0][sample], **TOLERANCE)
        np.testing.assert_array_equal(model.get_output(1).numpy(), outputs[1][sample])


def test_two_inputs_and_outputs():
    on_board("qemu_riscv32", check_pair, PAIR)


def graph_json():
    with tarfile.open(common.MODELS / "digits_graph.tar") as archive:
        for member in archive:
            if member.name.endswith("executor-config/graph/default.graph"):
                return archive.extractfile(member).read().decode()
    raise AssertionError("no graph")


def run_graph(model):
    for image, expected in zip(IMAGES[:3], EXPECTED):
        model.set_input("image", image)
        model.run()
        np.testing.assert_allclose(model.get_output(0).numpy(), expected, **TOLERANCE)


def check_host_graph(_, remote):
    """The executor is TVM's own on this side; tensors and operators are on the board."""
    create = tvm.get_global_func("tvm.graph_executor.create")
    library = remote.get_function("runtime.SystemLib")()
    device = remote.cpu(0)
    run_graph(
        graph_executor.GraphModule(
            create(graph_json(), library, int(device.device_type), device.device_id)
        )
    )


def check_board_graph(_, remote):
    library = remote.get_function("runtime.SystemLib")()
    run_graph(graph_executor.create(graph_json(), library, remote.cpu(0)))


def test_graph_on_the_host_qemu_cortex_m3():
    on_board("qemu_cortex_m3", check_host_graph, common.MODELS / "digits_graph.tar")


def test_graph_on_the_host_mps2_an385():
    on_board("mps2_an385", check_host_graph, common.MODELS / "digits_graph.tar")


def test_graph_on_the_host_qemu_riscv32():
    on_board("qemu_riscv32", check_host_graph, common.MODELS / "digits_graph.tar")


def test_graph_on_the_board():
    on_board("qemu_riscv32", check_board_graph, common.MODELS / "digits_graph.tar")


def check_too_large_a_message(_, remote):
    """A graph of 3.9 KB is more than these packets hold: said at once, and no harm done."""
    library = remote.get_function("runtime.SystemLib")()
    expect_error(
        'board "qemu_cortex_m3" takes at most 2045',
        graph_executor.create,
        graph_json(),
        library,
        remote.cpu(0),
    )
    check_round_trip(remote.cpu(0), np.arange(5, dtype="uint8"))


def test_a_message_that_is_too_large():
    options = "--option", "rpc_packet_size_bytes=2048"
    on_board("qemu_cortex_m3", check_too_large_a_message, common.MODELS / "digits_graph.tar", options)


def check_round_trip(device, data):
    remote = tvm.nd.array(data, device)
    got = remote.numpy()
    assert got.dtype == data.dtype and got.shape == data.shape
    np.testing.assert_array_equal(got, data)


def check_tensors(board, remote):
    device = remote.cpu(0)
    generator = np.random.default_rng(1)
    copies.check(tvm, device, board, copies.packet_bytes(remote))
    for size in (1, 2, 3, 255, 256, 257):
        check_round_trip(device, generator.integers(0, 256, size, dtype="uint8"))
    for kind in ("int8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
        limits = np.iinfo(kind)
        shape = (3, 1, 5, 7)
        check_round_trip(
            device, generator.integers(limits.min, limits.max, shape, dtype=kind, endpoint=True)
        )
    for kind in ("float16", "float32", "float64"):
        check_round_trip(device, generator.standard_normal((2, 33)).astype(kind))
    # Each is freed with its last reference: together they are more than the smallest board has.
    for _ in range(6):
        check_round_trip(device, generator.integers(0, 256, 16 * 1024, dtype="uint8"))


@common.on_each_board
def tensors(board):
    on_board(board, check_tensors)


def check_time_evaluator(_, remote):
    model = aot_model(remote)
    model.set_input("image", IMAGES[7])
    measured = model.module.time_evaluator("run", remote.cpu(0), number=2, repeat=3)()
    assert len(measured.results) == 3 and min(measured.results) > 0, measured.results
    began = time.monotonic()
    measured = model.module.time_evaluator(
        "run", remote.cpu(0), number=1, repeat=2, min_repeat_ms=100
    )()
    assert len(measured.results) == 2 and min(measured.results) > 0, measured.results
    assert time.monotonic() - began >= 0.2, "repeats were shorter than asked for"
    np.testing.assert_allclose(model.get_output(0).numpy(), EXPECTED[7], **TOLERANCE)


def test_time_evaluator_qemu_cortex_m3():
    on_board("qemu_cortex_m3", check_time_evaluator)


def test_time_evaluator_mps2_an385():
    on_board("mps2_an385", check_time_evaluator)


def test_time_evaluator_qemu_riscv32():
    on_board("qemu_riscv32", check_time_evaluator)


def check_exceptions(board, remote):
    """They come as errors that say why, and the session goes on."""
    model = aot_model(remote)
    expect_error("get_output: no number 99", model.get_output, 99)
    expect_error("Error caught from RPC call", model.set_input, "no such input", IMAGES[0])
    try:
        remote.get_function("no.such.function")
        raise AssertionError("a function that is not there")
    except AttributeError as error:
        assert "no.such.function" in str(error)
    much = (common.BOARDS[board]["ram_size_bytes"],)
    expect_error("Error caught from RPC call", tvm.nd.empty, much, "uint8", remote.cpu(0))
    model.set_input("image", IMAGES[1])
    model.run()
    np.testing.assert_allclose(model.get_output(0).numpy(), EXPECTED[1], **TOLERANCE)


def test_exceptions_qemu_cortex_m3():
    on_board("qemu_cortex_m3", check_exceptions)


def test_exceptions_mps2_an385():
    on_board("mps2_an385", check_exceptions)


def test_exceptions_qemu_riscv32():
    on_board("qemu_riscv32", check_exceptions)


if __name__ == "__main__":
    common.main()
