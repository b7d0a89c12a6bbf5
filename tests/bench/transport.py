"""tests/bench/transport.py BUILD_DIR [ROUNDS]: what one call costs, timed around TVM's own client,
as rows of the benchmark's table.

Three servers take turns, so that whatever else the machine does hits all of them alike:
  this server   with a board whose firmware echoes; what is read has arrived before
  reference     TVM's server.py with a handler that does nothing
  floor         a C program with fixed replies
A row ends in what was aimed at. The client's own work is in every time: its JSON, two writes for a
request, and base85 in Python, which for 2048 bytes takes longer than everything else together. So
that call is timed a second time up to the reply's line."""

import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tvm"))
import common  # pylint: disable=wrong-import-position

HERE = pathlib.Path(__file__).resolve().parent
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 20
LARGE = 2048
BOARD = "mps2_an385"
WAIT_S = 30
ECHO_S, SETTLE_S = 0.1, 0.1  # more than an emulated serial line takes for LARGE bytes
SERVERS = ("this server", "reference", "floor")

tvm = common.import_tvm()
from tvm.micro.project_api import client, server  # pylint: disable=wrong-import-position


def write_launcher(folder, text):
    """A template folder whose server is another one."""
    folder.mkdir()
    launcher = folder / client.SERVER_LAUNCH_SCRIPT_FILENAME
    launcher.write_text(f"#!/bin/sh\n{text}\n")
    launcher.chmod(0o755)
    return folder


def make_floor(folder):
    """Started by the launcher of this project's own template."""
    folder.mkdir()
    shutil.copy(common.TEMPLATE / client.SERVER_LAUNCH_SCRIPT_FILENAME, folder)
    shutil.copy(common.BUILD / "tests/bench_floor", folder / "microtvm-qemu")
    return folder


def make_reference(folder):
    """`shift`: from 0.12 on the client puts a path in front."""
    text = f'case $1 in -*) ;; *) shift ;; esac\nexec "{sys.executable}" "{HERE}/reference_server.py" "{server.__file__}" "$@"'
    return write_launcher(folder, text)


def make_project(folder):
    """A project whose application is the echo."""
    template = client.instantiate_from_dir(common.TEMPLATE)
    template.server_info_query("0.16.0")
    template.generate_project(
        str(common.MODELS / "digits.tar"), str(common.CRT), str(folder), {"board": BOARD}
    )
    template.shutdown()
    shutil.copy(HERE / "echo/main.c", folder / "apps/host_driven/main.c")
    return folder


class Server:
    """One server and the client's time in each kind of call."""

    def __init__(self, folder):
        self.folder = folder
        self.client = client.instantiate_from_dir(folder)

    def call(self, function, *args):
        """ns. The floor's replies are fixed, so the requests' ids are."""
        self.client.next_request_id = 1
        began = time.perf_counter_ns()
        function(*args)
        return time.perf_counter_ns() - began

    def fill(self, size_bytes):
        """Until so many bytes wait to be read. Whoever had none to wait for rests as long."""
        time.sleep(SETTLE_S)

    def read(self, size_bytes):
        return self.call(self.client.read_transport, size_bytes, WAIT_S)

    def read_line(self, size_bytes):
        """Without the client's decoding."""
        request = {"n": size_bytes, "timeout_sec": WAIT_S}
        return self.call(self.client._request_reply, "read_transport", request)

    def write(self, data):
        return self.call(self.client.write_transport, data, WAIT_S)


class Board(Server):
    """The real one: what is written comes back, at the speed of an emulated serial line."""

    def __init__(self, folder):
        super().__init__(folder)
        self.client.build()
        self.client.flash()
        self.client.open_transport()
        assert self.client.read_transport(1, WAIT_S)["data"] == b"H"
        self.pending = 0

    def fill(self, size_bytes):
        while self.pending < size_bytes:
            self.client.write_transport(bytes(LARGE), WAIT_S)
            self.client.read_transport(1, WAIT_S)  # the server is at work while the echo comes
            self.pending += LARGE - 1
            time.sleep(ECHO_S)
        self.client.read_transport(0, WAIT_S)
        time.sleep(SETTLE_S)

    def read(self, size_bytes):
        self.pending -= size_bytes
        return super().read(size_bytes)

    def read_line(self, size_bytes):
        self.pending -= size_bytes
        return super().read_line(size_bytes)

    def write(self, data):
        self.pending += len(data)
        return super().write(data)


def start(folder):
    """ns from starting the launcher to the answer to the first question."""
    began = time.perf_counter_ns()
    server_client = client.instantiate_from_dir(folder)
    server_client.server_info_query("0.16.0")
    taken = time.perf_counter_ns() - began
    server_client.shutdown()
    return taken


def drain(one):
    if isinstance(one, Board):
        one.client.read_transport(one.pending, WAIT_S)
        one.pending = 0


KINDS = {  # calls in a block, the bytes that one reads, and one
    "read_transport(1)": (100, 1, lambda one: one.read(1)),
    f"read_transport({LARGE})": (8, LARGE, lambda one: one.read(LARGE)),
    f"read_transport({LARGE}), not decoded": (8, LARGE, lambda one: one.read_line(LARGE)),
    "write_transport(1)": (50, 0, lambda one: one.write(b"\0")),
    f"write_transport({LARGE})": (2, 0, lambda one: one.write(bytes(LARGE))),
    "start and server_info_query": (2, 0, lambda one: start(one.folder)),
}


def block(one, what):
    """The times of a block of calls, the first of which finds everything cold and does not count."""
    count, read_bytes, call = KINDS[what]
    one.fill((count + 1) * read_bytes)
    times = [call(one) for _ in range(count + 1)][1:]
    if what.startswith("write"):
        drain(one)
    return times


def measure(servers):
    """{what: {server: [ns]}}, a block of each in turn."""
    times = {what: {name: [] for name in servers} for what in KINDS}
    for _ in range(ROUNDS):
        for what, by_server in times.items():
            for name, one in servers.items():
                by_server[name] += block(one, what)
    return times


GOALS = {
    "read_transport(1)": (("floor", 1.2), ("reference", 0.5)),
    f"read_transport({LARGE}), not decoded": (("reference", 0.5),),
    "start and server_info_query": (("floor", 2.0),),
}


def report(times):
    print("| call, median µs | this server | reference | floor | this server is | goal |")
    print("|---|--:|--:|--:|---|---|")
    for what, by_server in times.items():
        median = {name: statistics.median(ns) / 1000 for name, ns in by_server.items()}
        cells = [f"{median[name]:.0f}" for name in SERVERS]
        goals = GOALS.get(what, ())
        ratios = [
            f"{median['this server'] / median[other]:.2f} × {other}" for other in SERVERS[1:]
        ]
        wanted = [f"≤ {most} × {other}" for other, most in goals]
        print(f"| {what} | {' | '.join(cells)} | {', '.join(ratios)} | {', '.join(wanted)} |")


def main():
    with tempfile.TemporaryDirectory(prefix="tvm-bench-") as name:
        folder = pathlib.Path(name).resolve()
        servers = {
            "this server": Board(make_project(folder / "project")),
            "reference": Server(make_reference(folder / "reference")),
            "floor": Server(make_floor(folder / "floor")),
        }
        try:
            report(measure(servers))
        finally:
            for one in servers.values():
                one.client.shutdown()


if __name__ == "__main__":
    os.environ.setdefault("TOPHUB_LOCATION", "NONE")
    main()
