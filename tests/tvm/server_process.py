"""A `microtvm-qemu rpc-server` as a subprocess: what clients of each TVM are tried with."""

import gc
import io
import os
import pathlib
import re
import signal
import socket
import subprocess
import tarfile
import time

import common

DIGITS = common.MODELS / "digits.tar"
PAIR = common.MODELS / "pair.tar"
EVENT_TIMEOUT_S = 60
INTERRUPTED = 130
NOT_INSTALLED = 6

# A client that TVM has blocked can't be stopped from Python: better to end than to hang.
signal.alarm(840)


class Server:
    """Starts the server and waits until it listens; at the end it must end well, and with it
    everything that it has started."""

    def __init__(self, folder, source, *arguments, wait=True, path=None):
        self.folder = pathlib.Path(folder)
        self.temp = self.folder / f"tmp{len(list(self.folder.glob('tmp*')))}"
        self.temp.mkdir()
        self.log_path = self.temp / "stderr"
        command = [common.PROGRAM, "rpc-server", source, "--port", "0", *arguments]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "TMPDIR": str(self.temp), "PATH": path or os.environ["PATH"]},
                text=True,
            )
        self.port = self._wait_until_it_listens() if wait else None

    def _wait_until_it_listens(self):
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            found = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+) \(board \w+\)\n", line)
            if found:
                return int(found.group(1))
        code = self.process.wait()
        if code == NOT_INSTALLED or "has no machine" in self.log():
            raise common.Skip(self.log().splitlines()[-1])
        raise AssertionError(f"no server, exit code {code}: {seen}, {self.log()}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is not None:
            return
        if kind is None:
            assert self.stop() == INTERRUPTED
            assert sorted(p.name for p in self.temp.iterdir()) == ["stderr"], "a project stays"
        else:
            self.stop()

    def log(self):
        return self.log_path.read_text(errors="replace")

    def events(self):
        """What it said of its clients, without their addresses and times."""
        pattern = r"^127\.0\.0\.1:\d+: (connected|left|failed|refused|no TVM RPC client)"
        return re.findall(pattern, self.log(), re.M)

    def wait_for_event(self, count, last):
        """Until it has told `count` things, of which this is the last."""
        gc.collect()  # TVM's sessions end with the last object of theirs
        end = time.monotonic() + EVENT_TIMEOUT_S
        while len(self.events()) < count:
            assert time.monotonic() < end, f"want {count} events: {self.log()}"
            assert self.process.poll() is None, f"it ended: {self.log()}"
            time.sleep(0.01)
        assert self.events()[count - 1] == last, self.log()

    def qemu_pids(self):
        return sorted(
            int(entry.parent.name)
            for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline")
            if _names(entry, b"qemu-system", str(self.temp).encode())
        )

    def stop(self, number=signal.SIGTERM):
        """Its exit code; no process of its own may be left, QEMU least of all."""
        self.process.send_signal(number)
        self.process.stdout.close()
        code = self.process.wait(timeout=EVENT_TIMEOUT_S)
        end = time.monotonic() + EVENT_TIMEOUT_S
        while self.qemu_pids():
            assert time.monotonic() < end, "QEMU has outlived its server"
            time.sleep(0.01)
        return code


def _names(entry, *words):
    try:
        line = entry.read_bytes()
    except OSError:
        return False
    return all(word in line for word in words)


def receive(connection, size):
    """Exactly so many bytes."""
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        assert piece, f"closed after {data!r}"
        data += piece
    return data


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def model_that_begins_with(code, folder):
    """digits.tar, but the model does something else first."""
    path = folder / "changed.tar"
    entry = re.compile(rb"(int32_t tvmgen_default___tvm_main__\([^)]*\) \{)")
    with tarfile.open(DIGITS) as good, tarfile.open(path, "w") as bad:
        patched = 0
        for member in good:
            data = good.extractfile(member).read() if member.isfile() else b""
            data, count = entry.subn(lambda match: match[1] + b" " + code, data)
            patched += count
            member.size = len(data)
            bad.addfile(member, io.BytesIO(data))
    assert patched == 1, patched
    return path
