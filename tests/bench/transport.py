"""tests/bench/transport.py BUILD_DIR [ROUNDS]: what one call costs, timed around TVM's own client,
as rows of the benchmark's table.

Three servers take turns, so that whatever else the machine does hits all of them alike:
  this server   with a board whose firmware echoes; what is read has arrived before
  reference     TVM's server.py with a handler that does nothing
  floor         a C program with fixed replies
Each row is followed by what README promises of it. Without TVM nothing is measured: tests/tvm/run
says so."""

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
        """Until so many bytes wait to be read."""

    def read(self, size_bytes):
        return self.call(self.client.read_transport, size_bytes, WAIT_S)

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
        # The last byte of a first echo is read together with those that are to wait: all have come.
        while self.pending < size_bytes + 1:
            self.client.write_transport(bytes(LARGE), WAIT_S)
            self.client.read_transport(1, WAIT_S)
            time.sleep(0.1)
            self.pending += LARGE - 1

    def read(self, size_bytes):
        self.pending -= size_bytes
        return super().read(size_bytes)

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
        time.sleep(0.1)
        one.client.read_transport(one.pending, WAIT_S)
        one.pending = 0


def measure(servers):
    """{what: {server: [ns]}}, a block of calls at a time."""
    kinds = {
        "read_transport(1)": (100, lambda one: one.read(1)),
        f"read_transport({LARGE})": (1, lambda one: one.read(LARGE)),
        "write_transport(1)": (50, lambda one: one.write(b"\0")),
        f"write_transport({LARGE})": (1, lambda one: one.write(bytes(LARGE))),
        "start and server_info_query": (1, lambda one: start(one.folder)),
    }
    times = {what: {name: [] for name in servers} for what in kinds}
    for _ in range(ROUNDS):
        for name, one in servers.items():
            for what, (count, call) in kinds.items():
                if what.startswith("read"):
                    one.fill(LARGE)
                # The first call of a block finds everything cold, whichever server it is.
                one.call(one.client.read_transport, 0, WAIT_S)
                times[what][name] += [call(one) for _ in range(count)]
            drain(one)
    return times


GOALS = {
    "read_transport(1)": (("floor", 1.2), ("reference", 0.5)),
    f"read_transport({LARGE})": (("reference", 0.5),),
    "start and server_info_query": (("floor", 2.0),),
}


def report(times):
    print("| call | this server, µs | reference | floor | ratio | goal |")
    print("|---|--:|--:|--:|---|---|")
    for what, by_server in times.items():
        median = {name: statistics.median(ns) / 1000 for name, ns in by_server.items()}
        cells = [f"{median[name]:.0f}" for name in SERVERS]
        goals = GOALS.get(what, ())
        ratios = [f"{median['this server'] / median[other]:.2f} × {other}" for other, _ in goals]
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
