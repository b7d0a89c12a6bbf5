"""rpc-server and clients of TVM since 0.21, which write their packets otherwise (the FFI dialect):
TVM's own client on every board, its tracker, and what no client sends."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

import numpy as np
import tvm
import tvm.rpc

import common
import server_process
from server_process import DIGITS, PAIR, free_port, model_that_begins_with, receive

BOARD = "mps2_an385"
IMAGES = np.load(common.MODELS / "digits_images.npy")
EXPECTED = np.load(common.MODELS / "digits_expected.npy")
SIZES_BYTES = (1, 3, 255, 4097, 262144)
REMOTE_ERROR = tvm.error.RPCError
FAULT = b"__builtin_trap();"


def serve(folder, source=DIGITS, *arguments, board=BOARD, **options):
    return server_process.Server(folder, source, "--board", board, *arguments, **options)


def connect(server, **options):
    return tvm.rpc.connect("127.0.0.1", server.port, **options)


def aot_model(remote, name="default"):
    create = remote.get_function("tvm.aot_executor.create")
    return create(remote.system_lib(), remote.cpu(0), name)


def infer(model, index):
    model["get_input"]("image").copyfrom(IMAGES[index])
    model["run"]()
    return model["get_output"](0).numpy()


def check_inference(server, index=0):
    got = infer(aot_model(connect(server)), index)
    np.testing.assert_allclose(got, EXPECTED[index], rtol=1e-5, atol=1e-5)


def expect_error(text, function, *arguments, **options):
    """A TVM error with this text; returns all of it."""
    try:
        function(*arguments, **options)
    except Exception as error:  # pylint: disable=broad-except
        assert text in str(error), f"want {text!r} in {type(error).__name__}: {error}"
        return str(error)
    raise AssertionError(f"want an error with {text!r}")


def each_board(check):
    for board in common.ALL_BOARDS:
        name = f"test_{check.__name__}_{board}"
        setattr(sys.modules[__name__], name, lambda board=board: check(board))
    return check


def copy_both_ways(device, ram_bytes):
    """Of each size that the board has room for; what it has not is said."""
    for size in SIZES_BYTES:
        data = np.random.default_rng(size).integers(0, 256, size, dtype="uint8")
        try:
            tensor = tvm.runtime.tensor(data, device)
        except REMOTE_ERROR as error:
            assert "no memory" in str(error) and size > ram_bytes // 8, f"{size}: {error}"
            continue
        np.testing.assert_array_equal(tensor.numpy(), data)


@each_board
def client(board):
    with common.scratch() as folder, serve(folder, board=board) as server:
        remote = connect(server)
        model = aot_model(remote)
        for index in range(3):
            got = infer(model, index)
            np.testing.assert_allclose(got, EXPECTED[index], rtol=1e-4, atol=1e-4)
        times = model.time_evaluator("run", remote.cpu(0), number=2, repeat=3)()
        assert len(times.results) == 3 and min(times.results) > 0, times
        copy_both_ways(remote.cpu(0), common.ALL_BOARDS[board]["ram_size_bytes"])
        assert "speaks the RPC of TVM since 0.21" in server.log()
        del remote, model
        server.wait_for_event(2, "left")


def test_handles_are_freed():
    """Else the board would be full long before the end."""
    with common.scratch() as folder, serve(folder, board="qemu_cortex_m3") as server:
        remote = connect(server)
        library = remote.system_lib()
        create = remote.get_function("tvm.aot_executor.create")
        for index in range(200):
            model = create(library, remote.cpu(0), "default")
            outputs = [model["get_output"](0) for _ in range(3)]
            del outputs
            tensor = tvm.runtime.tensor(np.full(4000, index % 256, "uint8"), remote.cpu(0))
            assert tensor.numpy()[-1] == index % 256
            del tensor
        check = infer(model, 5)
        np.testing.assert_allclose(check, EXPECTED[5], rtol=1e-5, atol=1e-5)
        again = [remote.system_lib() for _ in range(10)]
        del again
        assert library["tvmgen_default_get_c_metadata"] is not None


def test_values_of_each_type():
    with common.scratch() as folder, serve(folder, PAIR) as server:
        remote = connect(server)
        model = aot_model(remote)
        assert (model["get_num_inputs"](), model["get_num_outputs"]()) == (2, 2)
        assert sorted(model["get_input_index"](name) for name in ("codes", "signal")) == [0, 1]
        expect_error('no input "no such input"', model["get_input_index"], "no such input")
        fill = remote.get_function("tvm.contrib.random.random_fill")
        tensor = tvm.runtime.tensor(np.zeros(32, "float32"), remote.cpu(0))
        assert fill(tensor) is None
        assert tensor.numpy().any()
        assert remote.get_function("tvm.rpc.server.GetCRTMaxPacketSize")() > 1000
        shown = expect_error("2 arguments, wanted 3", remote.get_function("tvm.aot_executor.create"),
                             None, True)
        assert "tvm.aot_executor.create" in shown
        expect_error("no such function", remote.get_function, "no such function")


def test_what_a_board_does_not_know_is_refused():
    with common.scratch() as folder, serve(folder) as server:
        remote = connect(server)
        create = remote.get_function("tvm.aot_executor.create")
        library = remote.system_lib()
        expect_error("", create, library, remote.cpu(0), [1, 2])  # an array: TVM itself says no
        expect_error("4 arguments, wanted 3", create, library, remote.cpu(0), "default", 1.5)
        infer(aot_model(remote), 0)


def test_one_client_after_the_other():
    with common.scratch() as folder, serve(folder) as server:
        for index in range(3):
            check_inference(server, index)
            server.wait_for_event(2 * index + 2, "left")


def test_a_fault():
    with common.scratch() as folder:
        source = model_that_begins_with(FAULT, folder)
        with serve(folder, source) as server:
            for count in range(2):
                model = aot_model(connect(server))
                shown = expect_error("the firmware died: fault: ", infer, model, 0)
                assert "tvmgen_default___tvm_main__ at ./model/" in shown, shown
                del model
                server.wait_for_event(2 * count + 2, "failed")


def test_qemu_is_killed():
    with common.scratch() as folder, serve(folder) as server:
        remote = connect(server)
        (pid,) = server.qemu_pids()
        os.kill(pid, signal.SIGKILL)
        shown = expect_error("QEMU ended", aot_model, remote)
        assert "SIGKILL" in shown, shown
        del remote
        server.wait_for_event(2, "failed")
        check_inference(server)


def test_a_board_that_does_not_start():
    """The client's dialect is not known yet: it hears the reason with its first lookup."""
    with common.scratch() as folder:
        switch = folder / "broken"
        tools = folder / "bin"
        tools.mkdir()
        real = shutil.which("qemu-system-arm")
        wrapper = tools / "qemu-system-arm"
        wrapper.write_text(f'#!/bin/sh\n[ -e {switch} ] && echo "no luck" >&2 && exit 3\nexec {real} "$@"\n')
        wrapper.chmod(0o755)
        path = f"{tools}:{os.environ['PATH']}"
        with serve(folder, path=path) as server:
            check_inference(server)  # by the boot that proved the flash
            server.wait_for_event(2, "left")
            switch.touch()
            remote = connect(server)
            expect_error("no luck", remote.system_lib)
            del remote
            server.wait_for_event(4, "failed")
            switch.unlink()
            check_inference(server)


def test_a_protocol_that_is_set():
    with common.scratch() as folder:
        with serve(folder, DIGITS, "--protocol", "ffi") as server:
            check_inference(server)
        with serve(folder, DIGITS, "--protocol", "crt") as server:
            expect_error("", connect, server)


HELLO = struct.pack("<ii", 0xFF271, 7) + b"client:"
WELCOME = struct.pack("<ii", 0xFF271, 7) + b"server:"
VERSION = b"0.8.0"
BEGINNING = struct.pack("<iQ", 2, len(VERSION)) + VERSION + struct.pack("<i", 0)


def packet(body):
    return struct.pack("<Q", len(body)) + body


def lookup(name):
    return struct.pack("<iiiQ", 9, 1, 8, len(name)) + name


def stranger(server):
    peer = socket.create_connection(("127.0.0.1", server.port))
    peer.settimeout(60)
    peer.sendall(HELLO)
    assert receive(peer, len(WELCOME)) == WELCOME
    return peer


def answer(peer, body):
    peer.sendall(packet(body))
    (size,) = struct.unpack("<Q", receive(peer, 8))
    return receive(peer, size)


def test_hostile_and_cut_off_packets():
    with common.scratch() as folder, serve(folder) as server:
        whole = lookup(b"runtime.SystemLib")
        with stranger(server) as peer:
            assert answer(peer, BEGINNING) == struct.pack("<ii", 4, 0)
            assert answer(peer, whole)[:8] == struct.pack("<ii", 4, 1)
            for size in range(8, len(whole)):
                reply = answer(peer, whole[:size])
                assert reply[:12] == struct.pack("<iii", 5, 1, 8), reply  # an exception
                assert b"packet" in reply, reply
            for code in (10, 63, 67, 71, 200, -1):
                reply = answer(peer, struct.pack("<iQiiQ", 3, 1, 1, code, 0))
                assert reply[:12] == struct.pack("<iii", 5, 1, 8), reply
            assert answer(peer, whole)[:8] == struct.pack("<ii", 4, 1)
        for cut in range(1, len(packet(whole)), 7):
            with stranger(server) as peer:
                assert answer(peer, BEGINNING) == struct.pack("<ii", 4, 0)
                peer.sendall(packet(whole)[:cut])
        check_inference(server)


def test_tracker():
    port = free_port()
    command = [sys.executable, "-m", "tvm.exec.rpc_tracker", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--port-end", str(port + 1)]
    tracker = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        arguments = ("--tracker", f"127.0.0.1:{port}", "--key", "cortex")
        with common.scratch() as folder, serve(folder, DIGITS, *arguments) as server:
            eventually(socket.create_connection, ("127.0.0.1", port)).close()  # TVM waits 5 s
            offered = tvm.rpc.connect_tracker("127.0.0.1", port)
            for count in range(2):
                remote = offered.request("cortex", session_timeout=60)
                np.testing.assert_allclose(infer(aot_model(remote), 1), EXPECTED[1], rtol=1e-5)
                del remote
                server.wait_for_event(2 * count + 2, "left")
    finally:
        os.killpg(tracker.pid, signal.SIGKILL)
        tracker.wait()


def eventually(function, *arguments):
    """What it returns once it does not raise; the machine may be busy."""
    end = time.monotonic() + server_process.EVENT_TIMEOUT_S
    while True:
        try:
            return function(*arguments)
        except Exception:  # pylint: disable=broad-except
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    common.main()
