"""rpc-server at TVM's own tracker: found by key, one client at a time, through its restarts."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import numpy as np

import common
from process import (
    DIGITS,
    EVENT_TIMEOUT_S,
    Server,
    aot_model,
    expect_error,
    free_port,
    receive,
    tvm,
)

KEYS = {"cortex-m3": "qemu_cortex_m3", "riscv": "qemu_riscv32"}


class Tracker:
    """`python -m tvm.exec.rpc_tracker`."""

    def __init__(self, folder, port=None):
        self.port = port or free_port()
        command = [sys.executable, "-m", "tvm.exec.rpc_tracker", "--silent"]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--port-end", str(self.port + 1)]
        with open(folder / "tracker", "ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)  # what listens is a child of it
        self.process.wait()

    def connect(self):
        """As soon as it answers. TVM itself would try again after 5 s only."""
        address = ("127.0.0.1", self.port)
        eventually(socket.create_connection, address).close()
        return tvm.rpc.connect_tracker(*address)

    def wait_for_servers(self, keys):
        """Until one server waits for a client under each of these keys."""

        def check():
            assert self.process.poll() is None, "the tracker has ended"
            queues = self.connect().summary()["queue_info"]
            free = {key: queue["free"] for key, queue in queues.items() if queue["free"]}
            assert free == {key: 1 for key in keys}, free

        eventually(check)


def eventually(function, *arguments):
    end = time.monotonic() + EVENT_TIMEOUT_S
    while True:
        try:
            return function(*arguments)
        except Exception:  # pylint: disable=broad-except
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


@contextlib.contextmanager
def two_servers(folder, tracker):
    with contextlib.ExitStack() as stack:
        servers = {}
        for key, board in KEYS.items():
            arguments = ("--board", board, "--key", key, "--tracker", f"127.0.0.1:{tracker.port}")
            servers[key] = stack.enter_context(Server(folder, DIGITS, *arguments))
        yield servers


def check_inference(remote, index):
    images = np.load(common.MODELS / "digits_images.npy")
    expected = np.load(common.MODELS / "digits_expected.npy")
    model = aot_model(remote)
    model.set_input("image", images[index])
    model.run()
    got = model.get_output(0).numpy()
    np.testing.assert_allclose(got, expected[index], rtol=1e-5, atol=1e-5)


def test_two_servers_by_their_keys():
    with common.scratch() as folder, Tracker(folder) as tracker:
        tracker.connect()
        with two_servers(folder, tracker) as servers:
            tracker.wait_for_servers(KEYS)
            session = tracker.connect()
            for client in range(3):
                for key, server in servers.items():
                    check_inference(session.request(key, session_timeout=60), client)
                    server.wait_for_event(2 * client + 2, "left")
            tracker.wait_for_servers(KEYS)  # and there they are again
            summary = session.text_summary()
            assert all(f"server:{key}" in summary for key in KEYS), summary
            # Who was not sent by the tracker is not let in.
            for key, server in servers.items():
                expect_error("cannot find server", server.connect, key=key)
        tracker.wait_for_servers([])  # gone with their processes


def test_request_and_run():
    """What AutoTVM calls."""
    with common.scratch() as folder, Tracker(folder) as tracker:
        session = tracker.connect()
        with two_servers(folder, tracker):
            count = session.request_and_run(
                "riscv", lambda remote: aot_model(remote).get_num_inputs()
            )
            assert count == 1, count


def test_a_tracker_that_restarts():
    with common.scratch() as folder, contextlib.ExitStack() as servers:
        port = free_port()
        with Tracker(folder, port) as tracker:
            tracker.connect()
            started = servers.enter_context(two_servers(folder, tracker))
            tracker.wait_for_servers(KEYS)
        for server in started.values():
            assert server.process.poll() is None, server.log()
        with Tracker(folder, port) as tracker:
            tracker.wait_for_servers(KEYS)
            check_inference(tracker.connect().request("cortex-m3"), 4)
            started["cortex-m3"].wait_for_event(2, "left")
            log = started["cortex-m3"].log()
            assert log.count(f"tracker 127.0.0.1:{port}: connected") == 2, log


def test_a_tracker_that_comes_late():
    with common.scratch() as folder:
        port = free_port()
        arguments = ("--board", "mps2_an385", "--key", "k", "--tracker", f"127.0.0.1:{port}")
        with Server(folder, DIGITS, *arguments) as server, Tracker(folder, port) as tracker:
            tracker.wait_for_servers(["k"])
            check_inference(tracker.connect().request("k"), 5)
            server.wait_for_event(2, "left")
            assert server.log().count("refused") == 1, f"said once: {server.log()}"


def answer(connection, reply):
    """One request of a server to its tracker."""
    (size,) = struct.unpack("<i", receive(connection, 4))
    request = json.loads(receive(connection, size))
    text = json.dumps(reply).encode()
    connection.sendall(struct.pack("<i", len(text)) + text)
    return request


def test_a_tracker_that_falls_silent():
    """It has sent a client our way, and answers nothing any more: the client is served all the same."""
    with common.scratch() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        arguments = ("--board", "mps2_an385", "--key", "k", "--tracker", f"127.0.0.1:{port}")
        with Server(folder, DIGITS, *arguments) as server:
            connection, _ = listener.accept()
            connection.settimeout(60)
            magic = receive(connection, 4)
            connection.sendall(magic)
            answer(connection, 0)  # its description
            _, _, (_, match_key), _ = answer(connection, 0)
            receive(connection, 4)  # the length of a question, which gets no answer
            check_inference(server.connect(key=match_key), 6)
            server.wait_for_event(2, "left")
            assert "does not answer" not in server.log(), "it waited for the tracker"
            connection.close()


if __name__ == "__main__":
    common.main()
