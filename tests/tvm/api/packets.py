"""A board's messages and the receive buffer of TVM's session, on each board: tensors whose sizes lie
around every limit, models with outputs of many packets, and what happens where the two sizes
differ."""

import functools
import unittest.mock

import numpy as np

import common
import copies
import micro_session

tvm = common.import_tvm(micro_session.connect)
from tvm import relay  # pylint: disable=wrong-import-position
from tvm.micro.project_api.server import TransportTimeouts  # pylint: disable=wrong-import-position

LARGE_RAM_BYTES = 256 * 1024
COLUMNS = 64  # of float32
ROWS_OF_2560_BYTES = 10  # as many as the autoencoder of MLPerf Tiny puts out
ROWS_OF_64_KB = 256


def compile_rows(rows, executor):
    """output[i, j] = x[j] + i"""
    x = relay.var("x", shape=(COLUMNS,), dtype="float32")
    numbers = np.arange(rows, dtype="float32").reshape(rows, 1)
    model = tvm.IRModule.from_expr(relay.add(x, relay.const(numbers)))
    with tvm.transform.PassContext(opt_level=3, config={"tir.disable_vectorize": True}):
        return relay.build(
            model,
            target="c",
            executor=relay.backend.Executor(executor),
            runtime=relay.backend.Runtime("crt", {"system-lib": True}),
        )


def generate(folder, board, module, **options):
    options = {"board": board, "project_type": "host_driven", **options}
    return tvm.micro.generate_project(common.TEMPLATE, module, folder / "project", options)


def flashed(folder, board, module, **options):
    project = generate(folder, board, module, **options)
    project.build()
    project.flash()
    return project


def check_rows(session, module, executor, rows):
    if executor == "aot":
        model = tvm.micro.create_local_aot_executor(session)
    else:
        model = tvm.micro.create_local_graph_executor(
            module.get_graph_json(), session.get_system_lib(), session.device
        )
        model.set_input(**module.get_params())
    for start in (0.5, -3):
        x = np.arange(COLUMNS, dtype="float32") + start
        model.set_input("x", x)
        model.run()
        got = model.get_output(0).numpy()
        np.testing.assert_array_equal(got, x + np.arange(rows).reshape(rows, 1))


@common.on_each_board
def tensors_around_each_limit(board):
    with common.scratch() as folder:
        project = flashed(folder, board, compile_rows(1, "aot"))
        with tvm.micro.Session(project.transport()) as session:
            size = copies.packet_bytes(session._rpc)  # pylint: disable=protected-access
            assert size == micro_session.RECEIVE_BUFFER_BYTES, size
            copies.check(tvm, session.device, board, size)


@common.on_each_board
def outputs_of_many_packets(board):
    for executor in ("aot", "graph"):
        for rows in (ROWS_OF_2560_BYTES, ROWS_OF_64_KB):
            module = compile_rows(rows, executor)
            with common.scratch() as folder:
                if rows == ROWS_OF_64_KB and too_small(board):
                    refused(folder, board, module)
                    continue
                project = flashed(folder, board, module)
                with tvm.micro.Session(project.transport()) as session:
                    check_rows(session, module, executor, rows)
    assert not micro_session.session_errors, micro_session.session_errors


def too_small(board):
    return common.BOARDS[board]["ram_size_bytes"] < LARGE_RAM_BYTES


def refused(folder, board, module):
    """A model of 64 KB is one that such a board does not hold."""
    error = common.expect_raises(
        tvm.micro.project_api.server.ServerError, generate(folder, board, module).build
    )
    assert "bytes of RAM" in error.message and board in error.message, error


def limited(size_bytes):
    """TVM's session of another build of TVM, for `with`."""
    connect = functools.partial(micro_session.connect, receive_buffer_bytes=size_bytes)
    return unittest.mock.patch.object(tvm.micro.session, "_rpc_connect", connect)


def test_a_host_that_was_built_otherwise():
    board = "qemu_riscv32"
    module = compile_rows(1, "aot")
    for size in (512, 8192, 65536):
        with common.scratch() as folder, limited(size):
            project = flashed(folder, board, module, rpc_packet_size_bytes=size)
            with tvm.micro.Session(project.transport()) as session:
                rpc = session._rpc  # pylint: disable=protected-access
                assert copies.packet_bytes(rpc) == size
                copies.check(tvm, session.device, board, size, (size,))


def read_back(folder, size_bytes, timeouts=None):
    """Of an uint8 tensor of this size; what the session has to say when it fails."""
    project = tvm.micro.GeneratedProject.from_directory(folder / "project", None)
    with tvm.micro.Session(project.transport(), timeout_override=timeouts) as session:
        data = (np.arange(size_bytes) % 251).astype("uint8")  # no byte that frames double
        try:
            np.testing.assert_array_equal(tvm.nd.array(data, session.device).numpy(), data)
            return ""
        except tvm.TVMError:
            return str(micro_session.session_errors.pop())


def test_a_board_that_sends_more_than_the_host_keeps():
    """This is how TVM's own session fails, and so must what stands in for it here: else nothing in
    this file would notice a board that announces too much. The largest reply that fits is 2048: 15
    bytes of headers and the data. From 4210 on TVM computes a place that can't be, or from 4212 where
    the board's byte of the session's number is the one that frames double."""
    soon = TransportTimeouts(1.0, 10.0, 3.0)
    with common.scratch() as folder:
        flashed(folder, "qemu_riscv32", compile_rows(1, "aot"), rpc_packet_size_bytes="8192")
        assert read_back(folder, 2033) == ""
        assert "took nothing until time was over" in read_back(folder, 2034, soon)
        assert "took nothing until time was over" in read_back(folder, 4209, soon)
        assert "bytes_consumed <= pending_chunk_.size()" in read_back(folder, 4212, soon)
        assert "bytes_consumed <= pending_chunk_.size()" in read_back(folder, 8129, soon)
        with limited(8192):
            assert read_back(folder, 8129) == ""
        common.expect_no_process(folder)


if __name__ == "__main__":
    common.main()
