"""What the tests with TVM's own code share. Each test is a function test_...; main() runs those of
the calling script and prints TAP: a failure's traceback follows it as comments."""

import atexit
import contextlib
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[2]
# A script is told as its argument, a process that TVM starts by its environment.
_BUILD = os.environ.get("MICROTVM_QEMU_BUILD") or "".join(sys.argv[1:2]) or SOURCE / "build"
BUILD = pathlib.Path(_BUILD).resolve()
PROGRAM = BUILD / "bin/microtvm-qemu"
SHARE = BUILD / "share/microtvm-qemu"
TEMPLATE = SHARE / "template"
CRT = SHARE / "guest/crt"
MODELS = SOURCE / "tests/models"
# What `microtvm-qemu boards` tells of each, by its name.
ALL_BOARDS = {
    board["name"]: board
    for board in json.loads(subprocess.check_output([PROGRAM, "boards", "--json"]))["boards"]
}
# Those that TVM's clients are tried on: little memory, a UART that holds one byte, other architectures.
# `tests/e2e/run/every_board` has models on each; $MICROTVM_TEST_BOARDS names others.
_CHOSEN = os.environ.get("MICROTVM_TEST_BOARDS", "mps2_an385 qemu_cortex_m3 qemu_riscv32")
BOARDS = {name: ALL_BOARDS[name] for name in _CHOSEN.split()}

os.environ.setdefault("TOPHUB_LOCATION", "NONE")  # no schedules from the network
# TVM's other way to call its library keeps Python's lock, and with it micro_session's thread waits.
os.environ.setdefault("TVM_FFI", "ctypes")


class Skip(Exception):
    """This test can't run here; the text says why."""


def import_tvm(connect=None):
    """TVM with tvm.micro. connect stands in for the C++ session, which the wheel was built without
    and tvm.micro looks up while it is imported."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # TVM leaves a cache folder where it is imported
        import tvm

        os.chdir(here)
    tvm.register_func("micro._rpc_connect", connect or _no_session, override=True)
    import tvm.micro
    import tvm.micro.build
    import tvm.micro.model_library_format

    # Folders beside libtvm.so elsewhere; the wheel has neither.
    tvm.micro.build.STANDALONE_CRT_DIR = str(CRT)
    templates = _folder_of_empty("templates", "crt_config.h.template", "platform.c.template")
    tvm.micro.model_library_format.get_microtvm_template_projects = lambda _: templates
    return tvm


def _folder_of_empty(name, *files):
    """A folder with empty files of these names below it, which goes when Python ends."""
    folder = tempfile.mkdtemp(prefix="tvm-test-")
    atexit.register(shutil.rmtree, folder)
    below = pathlib.Path(folder, name)
    below.mkdir()
    for file in files:
        (below / file).touch()
    return folder


def _no_session(*_):
    raise RuntimeError("this build of TVM has no micro session")


def on_each_board(check):
    """check(board) becomes a test of each of BOARDS."""
    return _a_test_of_each(check, BOARDS)


def on_every_board(check):
    """The same for all that there are: check is to be quick, and is not for sanitizers."""
    return _a_test_of_each(check, ALL_BOARDS)


def _a_test_of_each(check, boards):
    def check_here(board):
        need_board(board)
        check(board)

    for board in boards:
        name = f"test_{check.__name__}_{board}"
        setattr(sys.modules[check.__module__], name, functools.partial(check_here, board))
    return check


@functools.lru_cache
def _lacking():
    """What this computer lacks for each board; "": nothing."""
    text = subprocess.check_output([BUILD / "tests/boards_here", "--list"], text=True)
    return dict(line.split("\t") for line in text.splitlines())


def need_board(board):
    """Ends the test as skipped where this computer lacks something for it."""
    if _lacking()[board]:
        raise Skip(f"{board}: {_lacking()[board]}")


def scratch():
    """A folder for one test: `with scratch() as folder`."""
    return _Folder()


class _Folder(tempfile.TemporaryDirectory):
    def __init__(self):
        super().__init__(prefix="tvm-test-")

    def __enter__(self):
        return pathlib.Path(super().__enter__()).resolve()


def _processes(folder):
    """Process ids and command lines of those that were given a path in this folder."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            line = pathlib.Path("/proc", pid, "cmdline").read_bytes()
        except OSError:  # it has ended
            continue
        line = line.replace(b"\0", b" ").decode(errors="replace")
        if str(folder) in line and int(pid) != os.getpid():
            yield int(pid), line


def process_ids(folder, program):
    """Those that run this program, or one whose name begins so."""
    return [
        pid
        for pid, line in _processes(folder)
        if line.split(" ")[0].split("/")[-1].startswith(program)
    ]


def expect_no_process(folder, timeout_s=10.0):
    """Clients don't wait for their server: it may take a moment to end."""
    end = time.monotonic() + timeout_s
    while left := list(_processes(folder)):
        assert time.monotonic() < end, f"still there: {left}"
        time.sleep(0.02)


def finished(command, timeout_s):
    """The status, stdout and stderr of a program; the status is None where it does not end in time."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired as late:
        return None, *((text or b"").decode(errors="replace") for text in (late.stdout, late.stderr))
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def nothing_left():
    """No temporary file and no process of what is done here is left at the end."""
    with scratch() as folder:
        tempfile.tempdir = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = None
        expect_no_process(folder)
        assert not list(folder.iterdir()), list(folder.iterdir())


def expect_raises(kind, function, *args, **kwargs):
    """The exception, which must be exactly of this class."""
    try:
        got = function(*args, **kwargs)
    except Exception as error:  # pylint: disable=broad-except
        assert type(error) is kind, f"want {kind.__name__}, got {type(error).__name__}: {error}"
        return error
    raise AssertionError(f"want {kind.__name__}, got the result {got!r}")


def _comment(text):
    for line in text.splitlines():
        print(f"# {line[:1000]}")


def main():
    """Runs the tests of the script that is being run, in the order in which they stand."""
    script = sys.modules["__main__"]
    path = pathlib.Path(script.__file__)
    suite = f"{path.parent.name}/{path.stem}"
    tests = [(n, f) for n, f in vars(script).items() if n.startswith("test_") and callable(f)]
    failed = 0
    print(f"1..{len(tests)}", flush=True)
    for number, (name, function) in enumerate(tests, 1):
        began = time.monotonic()
        try:
            function()
            print(f"ok {number} - {suite}: {name}")
        except Skip as reason:
            print(f"ok {number} - {suite}: {name} # SKIP {reason}")
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {suite}: {name}")
            _comment(traceback.format_exc())
        _comment(f"{time.monotonic() - began:.1f} s")
        sys.stdout.flush()
    sys.exit(failed > 0)
