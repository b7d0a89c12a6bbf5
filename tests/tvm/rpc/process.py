"""A `microtvm-qemu rpc-server` as a subprocess, and clients of TVM 0.16 of it."""

import pathlib
import subprocess
import sys

import common
import micro_session
import server_process
from server_process import (  # pylint: disable=unused-import
    DIGITS,
    EVENT_TIMEOUT_S,
    INTERRUPTED,
    PAIR,
    free_port,
    receive,
)

tvm = common.import_tvm(micro_session.connect)
import tvm.rpc  # pylint: disable=wrong-import-position,ungrouped-imports


class Server(server_process.Server):
    """One that makes clients, too."""

    def connect(self, **options):
        return tvm.rpc.connect("127.0.0.1", self.port, **options)

    def client_process(self, code, *arguments):
        """Python code in another process, in which `connect()` connects."""
        start = (
            "import sys; sys.path.insert(0, sys.argv[1]); del sys.argv[1]\n"
            "import process, numpy as np; from process import *\n"
            f"connect = lambda: tvm.rpc.connect('127.0.0.1', {self.port})\n"
        )
        here = str(pathlib.Path(__file__).parent)
        return subprocess.Popen(
            [sys.executable, "-c", start + code, here, str(common.BUILD), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def aot_model(remote, name="default"):
    """The AOT executor of the model in the firmware."""
    from tvm.runtime.executor.aot_executor import AotModule

    library = remote.get_function("runtime.SystemLib")()
    create = remote.get_function("tvm.aot_executor.create")
    return AotModule(create(library, remote.cpu(0), name))


def expect_error(text, function, *arguments, **options):
    """TVM's error, whose text must hold this one; returns the text, for the error itself holds the
    session of each frame on its way."""
    try:
        function(*arguments, **options)
    except tvm.TVMError as error:
        shown = str(error)
        assert text in shown, f"want {text!r} in: {shown}"
        return shown
    raise AssertionError(f"want an error with {text!r}")
