"""TVM's own server and ours, side by side behind pipes."""

import json
import logging
import os
import re
import subprocess
import threading

import common

common.import_tvm()
from tvm.micro.project_api import server  # pylint: disable=wrong-import-position

logging.disable(logging.CRITICAL)  # TVM's server logs each line that is no JSON


def load(line):
    """JSON, with integers that are too long for Python as they stand."""
    return json.loads(line, parse_int=lambda text: int(text) if len(text) < 4300 else text)


class Handler(server.ProjectAPIHandler):
    """A template that can't do anything, and says so."""

    def server_info_query(self, tvm_version):
        if not isinstance(tvm_version, str) or "\0" in tvm_version:
            raise TypeError("tvm_version")
        version = re.match(r"(\d+)\.(\d+)", tvm_version)
        if version and not (0, 8) <= tuple(map(int, version.groups())) <= (0, 18):
            raise server.UnsupportedTVMVersionError()
        return server.ServerInfo("none", True, "", [])

    def generate_project(self, model_library_format_path, standalone_crt_dir, project_dir, options):
        raise server.ServerError(message="no such archive")

    def build(self, options):
        raise server.ServerError(message="a template")

    flash = build
    open_transport = build

    def close_transport(self):
        return None

    def read_transport(self, n, timeout_sec):
        check_seconds(timeout_sec)
        if isinstance(n, bool) or not isinstance(n, (int, float)) or n < 0 or n != int(n):
            raise TypeError("n")
        if n > 1 << 60:
            raise OverflowError("n")
        raise server.TransportClosedError()

    def write_transport(self, data, timeout_sec):
        check_seconds(timeout_sec)
        raise server.TransportClosedError()


def check_seconds(value):
    """A number; NaN is none."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise TypeError("timeout_sec")
    if value != value:
        raise ValueError("timeout_sec")


class Server:
    """One end of a server's two pipes."""

    def __init__(self):
        requests, self._out = os.pipe()
        self._in, replies = os.pipe()
        self._replies = os.fdopen(self._in, "rb")
        self.start(requests, replies)

    def ask(self, data):
        """The next reply, taken apart; None when the server has ended."""
        try:
            os.write(self._out, data)
        except BrokenPipeError:
            return None
        line = self._replies.readline()
        return load(line) if line else None

    def last(self, data):
        """All replies to data, after which the client closes its end."""
        os.write(self._out, data)
        os.close(self._out)
        self._out = os.open("/dev/null", os.O_WRONLY)
        return [json.loads(line) for line in self._replies]

    def close(self):
        os.close(self._out)
        self._replies.close()
        self.join()


class Reference(Server):
    """TVM's, in a thread."""

    def start(self, requests, replies):
        self._thread = threading.Thread(target=self._serve, args=(requests, replies), daemon=True)
        self._thread.start()

    def _serve(self, requests, replies):
        with os.fdopen(requests, "rb", buffering=0) as read_file:
            with os.fdopen(replies, "wb", buffering=0) as write_file:
                served = server.ProjectAPIServer(read_file, write_file, Handler())
                try:
                    served.serve_forever()
                except OSError:  # the client has left
                    pass

    def join(self):
        self._thread.join()


class Ours(Server):
    """The program, serving the template."""

    def start(self, requests, replies):
        launcher = common.TEMPLATE / "launch_microtvm_api_server.sh"
        self._process = subprocess.Popen(
            [launcher, "--read-fd", str(requests), "--write-fd", str(replies)],
            pass_fds=(requests, replies),
            stderr=subprocess.DEVNULL,
        )
        os.close(requests)
        os.close(replies)

    def join(self):
        assert self._process.wait(10) in (0, 2), self._process.returncode
