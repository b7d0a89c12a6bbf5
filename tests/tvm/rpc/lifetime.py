"""rpc-server and its clients: who comes, waits, leaves and dies, and what is left behind."""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time

import numpy as np

import common
from process import DIGITS, INTERRUPTED, Server, aot_model, expect_error, receive
from server_process import model_that_begins_with

BOARD = "mps2_an385"
IMAGES = np.load(common.MODELS / "digits_images.npy")
EXPECTED = np.load(common.MODELS / "digits_expected.npy")

# A client that asks for far more inferences than anybody waits for.
BUSY_CLIENT = """
model = aot_model(connect())
print("busy", flush=True)
model.module.time_evaluator("run", tvm.cpu(0), number=10**8)()
"""
RUN_ONCE = """
model = aot_model(connect())
model.set_input("image", np.load(sys.argv[2]))
model.run()
print(model.get_output(0).numpy().argmax())
"""


def serve(folder, *arguments, board=BOARD):
    return Server(folder, DIGITS, "--board", board, *arguments)


def check_inference(server, index=0):
    model = aot_model(server.connect())
    model.set_input("image", IMAGES[index])
    model.run()
    got = model.get_output(0).numpy()
    np.testing.assert_allclose(got, EXPECTED[index], rtol=1e-5, atol=1e-5)


def test_the_example_in_the_readme():
    readme = (common.SOURCE / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```py\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    (example,) = (one for one in examples if "9090" in one)
    with common.scratch() as folder, serve(folder) as server:
        (folder / "tests").symlink_to(common.SOURCE / "tests")
        client = subprocess.run(
            [sys.executable, "-c", example.replace("9090", str(server.port))],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert client.returncode == 0, client.stderr
        assert client.stdout.split()[0] == str(EXPECTED[0].argmax()), client.stdout
        server.wait_for_event(2, "left")


def test_one_client_after_the_other_each_on_a_fresh_boot():
    pids = set()
    with common.scratch() as folder, serve(folder) as server:
        pids.update(server.qemu_pids())  # the boot that proves the flash serves the first client
        for client in range(4):
            remote = server.connect()
            pids.update(server.qemu_pids())
            assert len(pids) == client + 1, "a boot was shared, or made in vain"
            del remote
            server.wait_for_event(2 * client + 2, "left")
            check = server.qemu_pids()
            assert not check, f"the board is still on: {check}"
        check_inference(server)
        server.wait_for_event(10, "left")


def test_a_second_client_waits_for_the_first():
    with common.scratch() as folder, serve(folder) as server:
        np.save(folder / "image.npy", IMAGES[3])
        first = server.connect()
        second = server.client_process(RUN_ONCE, str(folder / "image.npy"))
        model = aot_model(first)
        for _ in range(20):
            model.run()
        del first, model
        output = second.communicate(timeout=60)[0]
        assert second.returncode == 0, output
        assert output.split()[-1] == str(EXPECTED[3].argmax()), output
        server.wait_for_event(4, "left")
        assert server.events() == ["connected", "left"] * 2


HELLO = struct.pack("<ii", 0xFF271, 7) + b"client:"
WELCOME = struct.pack("<ii", 0xFF271, 7) + b"server:"


def test_silent_connections_keep_nobody_waiting():
    with common.scratch() as folder, serve(folder) as server:
        address = ("127.0.0.1", server.port)
        silent = [socket.create_connection(address) for _ in range(3)]
        silent[1].sendall(HELLO[:5])
        check_inference(server)
        server.wait_for_event(2, "left")
        assert "said nothing" not in server.log(), "it was their end that let the client in"
        silent[1].sendall(HELLO[5:])
        assert receive(silent[1], len(WELCOME)) == WELCOME
        for stranger in silent:
            stranger.close()


def test_two_hundred_clients_at_once():
    """Each is greeted while one is being served; who waits is served in turn."""
    with common.scratch() as folder, serve(folder) as server:
        first = server.connect()
        crowd = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
        for client in crowd:
            client.settimeout(60)
            client.sendall(HELLO)
        for client in crowd:
            assert receive(client, len(WELCOME)) == WELCOME
        assert aot_model(first).get_num_outputs() == 1
        for client in crowd[:-1]:
            client.close()
        shutdown = struct.pack("<qi", 4, 1)
        crowd[-1].sendall(shutdown)
        del first
        assert crowd[-1].recv(1) == b"", "the last one's session does not end"
        check_inference(server)
        server.wait_for_event(6, "left")
        assert server.events() == ["connected", "left"] * 3, server.log()
        assert server.log().count("gave up while it waited") == 199


def test_keys():
    with common.scratch() as folder, serve(folder, "--key", "bench.3") as server:
        for key in ("", "bench", "bench.33"):
            expect_error("cannot find server that matches key", server.connect, key=key)
        remote = server.connect(key="bench.3")
        assert aot_model(remote).get_num_outputs() == 1
        del remote
        server.wait_for_event(5, "left")
        assert server.events() == ["refused"] * 3 + ["connected", "left"]


def test_strangers_do_no_harm():
    hello = HELLO
    streams = (
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        os.urandom(5000),
        struct.pack("<ii", 0xFF271, -1),
        hello[:-1],
        hello,
        hello + struct.pack("<q", -1),
        hello + struct.pack("<q", 100) + b"abc",
        hello + b"\0" * 4000,
        hello + struct.pack("<qi", 4, 77),
        hello + struct.pack("<q", 3000) + os.urandom(3000),
        hello + struct.pack("<q", 100000) + bytes(100000),
        hello + (struct.pack("<q", 60) + os.urandom(60)) * 20,
    )
    with common.scratch() as folder, serve(folder) as server:
        for stream in streams:
            with socket.create_connection(("127.0.0.1", server.port)) as stranger:
                stranger.settimeout(60)
                _talk(stranger, stream)
        check_inference(server)


def _talk(stranger, stream):
    """Say it all, then listen to the end; the server may close at any moment."""
    try:
        stranger.sendall(stream)
        stranger.shutdown(socket.SHUT_WR)
        while stranger.recv(65536):
            pass
    except OSError as error:
        assert not isinstance(error, TimeoutError), "the server does not hang up"


def test_the_next_client_need_not_wait_for_one_that_died():
    with common.scratch() as folder, serve(folder) as server:
        busy = server.client_process(BUSY_CLIENT)
        for line in busy.stdout:
            if line == "busy\n":
                break
        time.sleep(0.1)  # most likely in the middle of the call; before it will do as well
        busy.kill()
        busy.communicate()
        check_inference(server)
        server.wait_for_event(4, "left")
        assert server.events() == ["connected", "left"] * 2


def test_session_timeout():
    with common.scratch() as folder, serve(folder) as server:
        remote = server.connect(session_timeout=1.5)
        model = aot_model(remote)
        evaluate = model.module.time_evaluator("run", remote.cpu(0), number=10**8)
        shown = expect_error("RPCSessionTimeoutError: the session's 1.5 s are over", evaluate)
        assert "no progress for" in shown, shown
        # In code of ours or the model's, or in the compiler's own that this calls.
        assert re.search(r"its CPU stands at pc=0x\w+: \S+ at .*\./", shown, re.DOTALL), shown
        del remote, model, evaluate
        server.wait_for_event(2, "failed")
        check_inference(server)
        server.wait_for_event(4, "left")


# The model writes to where no board has memory. QEMU's lm3s6965evb does not mind; what comes next is no
# instruction on any.
FAULT = rb"*(volatile int32_t *)0xa0000000 = 1; __builtin_trap();"
LOOP = rb'for (;;) __asm__ volatile("");'


def faults_in_the_middle_of_a_call(board):
    with common.scratch() as folder:
        with Server(folder, model_that_begins_with(FAULT, folder), "--board", board) as server:
            for client in range(2):
                model = aot_model(server.connect())
                model.set_input("image", IMAGES[0])
                shown = expect_error("the firmware died: fault: ", model.run)
                assert "tvmgen_default___tvm_main__ at ./model/" in shown, f"where? {shown}"
                assert board == "qemu_cortex_m3" or "a0000000" in shown, f"why? {shown}"
                expect_error("", model.run)  # the connection is over
                del model
                server.wait_for_event(2 * client + 2, "failed")
            assert server.log().count("the firmware died: fault: ") == 2
            assert not server.qemu_pids()


def test_a_fault_qemu_cortex_m3():
    faults_in_the_middle_of_a_call("qemu_cortex_m3")


def test_a_fault_mps2_an385():
    faults_in_the_middle_of_a_call("mps2_an385")


def test_a_fault_qemu_riscv32():
    faults_in_the_middle_of_a_call("qemu_riscv32")


def test_a_hang():
    with common.scratch() as folder:
        model = model_that_begins_with(LOOP, folder)
        with Server(folder, model, "--board", "mps2_an385", "--timeout", "3") as server:
            model = aot_model(server.connect())
            model.set_input("image", IMAGES[0])
            shown = expect_error("the board did not answer within 3 s: ", model.run)
            assert "no progress for " in shown and "its CPU stands at pc=0x" in shown, shown
            assert ": tvmgen_default___tvm_main__ at ./model/" in shown, shown
            assert "--timeout" in shown, shown
            del model
            server.wait_for_event(2, "failed")
            assert "tvmgen_default___tvm_main__ at ./model/" in server.log()
            assert not server.qemu_pids()


def test_qemu_is_killed():
    with common.scratch() as folder, serve(folder) as server:
        remote = server.connect()
        (pid,) = server.qemu_pids()
        os.kill(pid, signal.SIGKILL)
        shown = expect_error("QEMU ended", aot_model, remote)
        assert "SIGKILL" in shown, shown
        del remote
        server.wait_for_event(2, "failed")
        check_inference(server)
        server.wait_for_event(4, "left")


def ends_with_a_client(number, code):
    with common.scratch() as folder, serve(folder) as server:
        remote = server.connect()
        assert len(server.qemu_pids()) == 1
        assert server.stop(number) == code
        expect_error("", aot_model, remote)


def test_sigterm_ends_server_and_qemu():
    ends_with_a_client(signal.SIGTERM, INTERRUPTED)


def test_sigint_ends_server_and_qemu():
    ends_with_a_client(signal.SIGINT, INTERRUPTED)


def test_sigkill_ends_server_and_qemu():
    ends_with_a_client(signal.SIGKILL, -signal.SIGKILL)


def test_sigterm_in_the_middle_of_a_call():
    with common.scratch() as folder, serve(folder) as server:
        busy = server.client_process(BUSY_CLIENT)
        for line in busy.stdout:
            if line == "busy\n":
                break
        time.sleep(0.1)
        assert server.stop() == INTERRUPTED
        busy.communicate(timeout=60)
        assert busy.returncode != 0


def ends_at_once(folder, code, text, *arguments):
    done = subprocess.run(
        [str(a) for a in (common.PROGRAM, "rpc-server", *arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "TMPDIR": str(folder)},
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == code, f"{done.returncode}, not {code}: {done.stderr}"
    assert text in done.stderr, done.stderr


def test_a_project_that_was_made_before():
    with common.scratch() as folder:
        project = folder / "project"
        images = f"image={common.MODELS / 'digits_images.npy'}"
        run = ("run", DIGITS, "--board", BOARD, "--input", images, "--keep", project)
        subprocess.run([str(a) for a in (common.PROGRAM, *run)], check=True, capture_output=True)
        with Server(folder, project) as server:
            assert f"(board {BOARD})" not in server.log()
            check_inference(server)
            server.wait_for_event(2, "left")
        with Server(folder, project, "--board", BOARD, "--option", "icount=2") as server:
            check_inference(server, 1)
            server.wait_for_event(2, "left")
        ends_at_once(folder, 2, "was made for board", project, "--board", "qemu_riscv32")
        ends_at_once(folder, 2, "cannot be changed", project, "--option", "board=qemu_riscv32")
        ends_at_once(folder, 2, "has its C runtime already", project, "--crt-dir", common.CRT)
        ends_at_once(folder, 2, "project.json", folder)


def test_what_cannot_be_served():
    with common.scratch() as folder, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        board = ("--board", BOARD)
        free = ("--port", 0)
        ends_at_once(folder, 2, "give --board NAME", DIGITS, *free)
        ends_at_once(folder, 2, "nowhere.tar", folder / "nowhere.tar", *board, *free)
        ends_at_once(folder, 2, "no such board", DIGITS, "--board", "mps9", *free)
        ends_at_once(folder, 2, "choose another with --port", DIGITS, *board, "--port", port)
        ends_at_once(folder, 2, "1.2.3.4.5", DIGITS, *board, *free, "--host", "1.2.3.4.5")
        standalone = ("--option", "project_type=aot_standalone_demo")
        ends_at_once(folder, 2, "drives the model", DIGITS, *board, *free, *standalone)
        ends_at_once(folder, 3, "README.md", common.MODELS / "README.md", *board, *free)
        large = ("--option", "workspace_size_bytes=100000")
        ends_at_once(folder, 4, "RAM", DIGITS, "--board", "qemu_cortex_m3", *free, *large)
        odd = ("--option", "qemu_args=-no-such-argument")
        ends_at_once(folder, 5, "-no-such-argument", DIGITS, *board, *free, *odd)
        assert not list(folder.iterdir()), "something stays in TMPDIR"


if __name__ == "__main__":
    common.main()
