"""TVM's debug executor and a board: the time and the outputs of each node of a graph. Where the
executor is TVM's own, on this side, and where it is in the firmware; and over tvm.micro's session."""

import tempfile

import numpy as np

import common
import micro_session
from models import EXPECTED, IMAGES, TOLERANCE, graph_json
from process import Server, expect_error, tvm
from tvm.contrib import graph_executor  # pylint: disable=wrong-import-order
from tvm.contrib.debugger import debug_executor  # pylint: disable=wrong-import-order

ARCHIVE = common.MODELS / "digits_graph.tar"
ICOUNT = ["--option", "icount=3"]  # the board's clock counts instructions
SMALL_PACKETS = ["--option", "rpc_packet_size_bytes=2048"]  # they do not hold the graph


def local_executor(remote, dump):
    """As tvm.micro.create_local_debug_executor, over another session."""
    create = tvm.get_global_func("tvm.graph_executor_debug.create")
    library, device = remote.get_function("runtime.SystemLib")(), remote.cpu(0)
    module = create(graph_json(), library, int(device.device_type), device.device_id)
    return debug_executor.GraphModuleDebug(module, [device], graph_json(), dump)


def board_executor(remote, dump):
    library = remote.get_function("runtime.SystemLib")()
    return debug_executor.create(graph_json(), library, remote.cpu(0), dump)


def times_of(model):
    """The mean seconds of each node, by its name; those that call nothing have none."""
    model.set_input("image", IMAGES[0])
    means = model.run_individual(number=2, repeat=3, min_repeat_ms=1)
    assert [len(mean) for mean in means] == [3] * len(means), means
    names = [node["name"] for node in model.debug_datum.get_graph_nodes()]
    assert len(means) == len(names)
    return {name: np.mean(mean) for name, mean in zip(names, means)}


def check_run(model):
    """run() measures, collects each node's output and shows a table. Often, for what it holds on the
    board has to be given back."""
    for image, expected in zip(IMAGES[:4], EXPECTED):
        model.run(number=1, repeat=1, min_repeat_ms=0, image=image)
        np.testing.assert_allclose(model.get_output(0).numpy(), expected, **TOLERANCE)
        outputs = model.debug_datum.get_output_tensors()
        assert len(outputs) == len(model.debug_datum.get_graph_nodes())
    return {name: value.numpy() for name, value in outputs.items()}


def with_both(board, check):
    """check(local times, board's times, local outputs, board's outputs), of two sessions."""
    found = []
    for make in (local_executor, board_executor):
        with tempfile.TemporaryDirectory() as dump, common.scratch() as folder:
            with Server(folder, ARCHIVE, "--board", board, *ICOUNT) as server:
                found.append(profile(make, server.connect(), dump))
                server.wait_for_event(2, "left")
    check(*zip(*found))


def profile(make, remote, dump):
    model = make(remote, dump)
    return times_of(model), check_run(model)


def check_agreement(times, outputs):
    local, board = times
    assert list(local) == list(board)
    for name, seconds in local.items():
        assert abs(seconds - board[name]) < 2e-6 + seconds / 100, (name, seconds, board[name])
    busy = [name for name, seconds in board.items() if seconds > 1e-5]
    assert len(busy) == 6, board  # two convolutions, two poolings, dense, softmax
    for name, value in outputs[0].items():
        np.testing.assert_array_equal(value, outputs[1][name], err_msg=name)


def test_times_and_outputs_mps2_an385():
    with_both("mps2_an385", check_agreement)


def test_times_and_outputs_qemu_riscv32():
    with_both("qemu_riscv32", check_agreement)


def serve(board, check, *options):
    with tempfile.TemporaryDirectory() as dump, common.scratch() as folder:
        with Server(folder, ARCHIVE, "--board", board, *ICOUNT, *options) as server:
            check(server.connect(), dump)
            server.wait_for_event(2, "left")


def check_small_packets(remote, dump):
    assert max(times_of(local_executor(remote, dump)).values()) > 1e-4
    expect_error("takes at most 2045", board_executor, remote, dump)


def test_a_board_of_small_packets():
    serve("qemu_cortex_m3", check_small_packets, *SMALL_PACKETS)


def check_nodes(remote, dump):
    model = board_executor(remote, dump)
    module = model.module
    model.set_input("image", IMAGES[1])
    last = len(model.debug_datum.get_graph_nodes()) - 1
    out = tvm.nd.empty(EXPECTED[1].shape, device=remote.cpu(0))
    model.debug_get_output(last, out)
    np.testing.assert_allclose(out.numpy(), EXPECTED[1], **TOLERANCE)
    # Clients of 0.18 ask without a place for it, too.
    output = module["debug_get_output"]
    np.testing.assert_allclose(output(last).numpy(), EXPECTED[1], **TOLERANCE)
    np.testing.assert_array_equal(output(0).numpy(), IMAGES[1])
    module["execute_node"](last - 1)
    expect_error("was not the last that execute_node ran", module["get_node_output"], last, 0)
    module["execute_node"](last)
    got = module["get_node_output"](last, 0)
    module["execute_node"](1)  # from the beginning
    np.testing.assert_allclose(got.numpy(), EXPECTED[1], **TOLERANCE)
    one = model.run_individual_node(1, number=3, repeat=2)
    assert len(one.results) == 2 and min(one.results) > 0
    assert max(model.run_individual_node(0, repeat=2).results) == 0  # an input
    assert len(module["run_individual_node"](1, 3, 2, 0, 0, 1)) == 16  # as TVM 0.9 asks
    check_refusals(model, module, last)
    np.testing.assert_allclose(output(last).numpy(), EXPECTED[1], **TOLERANCE)


def check_refusals(model, module, last):
    for node in (-1, last + 1, 2**40):
        expect_error("execute_node: no number", module["execute_node"], node)
        expect_error("run_individual_node: no number", model.run_individual_node, node)
        expect_error("debug_get_output: no number", module["debug_get_output"], node)
    module["execute_node"](last)
    expect_error("get_node_output: no number", module["get_node_output"], last, 1)
    expect_error("Error caught from RPC call", module["execute_node"], "softmax")
    expect_error("number is 0", model.run_individual, 0)
    expect_error("repeat is 0", model.run_individual_node, 1, 1, 0)
    expect_error("Error caught from RPC call", module["run_individual"], 1, 1, 1)
    expect_error("Error caught from RPC call", module["run_individual"], 1, 1, 1, 1, 1, 1.5)
    expect_error("Error caught from RPC call", module["debug_get_output"], last, 5)
    expect_error("ask for less at a time", model.run_individual_node, 1, 1, 2000)
    expect_error("run_individual tells the time of each node", model.profile)


def test_nodes_one_by_one():
    serve("mps2_an385", check_nodes)


def check_plain(remote, dump):
    """The last executor is the one that there is; not every one is for debugging."""
    library = remote.get_function("runtime.SystemLib")()
    board_executor(remote, dump)
    plain = graph_executor.create(graph_json(), library, remote.cpu(0))
    expect_error(
        "only of an executor that tvm.graph_executor_debug.create made",
        plain.module["run_individual"], 1, 1, 1, 1, 0, 1,
    )  # fmt: skip
    plain.set_input("image", IMAGES[2])
    plain.run()
    np.testing.assert_allclose(plain.get_output(0).numpy(), EXPECTED[2], **TOLERANCE)
    check_run(board_executor(remote, dump))


def test_another_executor():
    serve("mps2_an385", check_plain)


def test_micro_session():
    """What tvm.micro's own clients have."""
    options = {"board": "mps2_an385", "project_type": "host_driven"}
    with common.scratch() as folder, tempfile.TemporaryDirectory() as dump:
        project = tvm.micro.project.generate_project_from_mlf(
            common.TEMPLATE, folder / "project", ARCHIVE, options
        )
        project.build()
        project.flash()
        with tvm.micro.Session(project.transport()) as session:
            model = tvm.micro.create_local_debug_executor(
                graph_json(), session.get_system_lib(), session.device, dump
            )
            for name, value in parameters().items():
                model.set_input(name, value)
            assert max(times_of(model).values()) > 0
    assert not micro_session.session_errors, micro_session.session_errors


def parameters():
    """Those that the API's clients send: they are not linked into the firmware."""
    import tarfile

    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            if member.name.endswith(".params"):
                return tvm.runtime.load_param_dict(archive.extractfile(member).read())
    raise AssertionError("no parameters")


if __name__ == "__main__":
    common.main()
