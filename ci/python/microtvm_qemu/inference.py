"""`run`: a model's outputs from a board, by way of the program's `run --json`."""

import json
import os
import signal
import subprocess
import tempfile
import threading
from typing import IO, Any, Dict, List, Mapping, Optional, Sequence, Set, Tuple, Union

import numpy as np

from . import program
from .errors import RunError

Inputs = Union[np.ndarray, Mapping[str, Any], Sequence[Any]]

# The program ends QEMU and removes what it made when it is asked to end; on a loaded machine that
# takes its time.
_END_TIMEOUT_S = 30

# Our ends of the programs' standard inputs. They are closed when this process ends, even by SIGKILL,
# and then the programs end, too: a process that is forked off meanwhile must not keep them open.
_lifelines: Set[IO[bytes]] = set()
_lifelines_lock = threading.RLock()


def _drop_lifelines() -> None:
    while _lifelines:
        _lifelines.pop().close()
    _lifelines_lock.release()


os.register_at_fork(
    before=_lifelines_lock.acquire,
    after_in_parent=_lifelines_lock.release,
    after_in_child=_drop_lifelines,
)


def run(
    archive: Union[str, os.PathLike],
    board: Union[str, os.PathLike],
    inputs: Inputs,
    *,
    options: Optional[Mapping[str, Any]] = None,
    project_type: Optional[str] = None,
    count: bool = False,
    memory: bool = False,
    crt_dir: Union[str, os.PathLike, None] = None,
    cache: Union[str, os.PathLike, None] = None,
    timeout: Optional[float] = None,
    deadline: Optional[float] = None,
) -> Tuple[Dict[str, np.ndarray], Dict[str, Any]]:
    """Builds firmware of a model, boots it on an emulated board, and runs the model there.

    archive   the path of a model in TVM's Model Library Format, as `export` writes it, or what
              `export` returned
    board     a name (`microtvm-qemu boards` lists them), or the path of a definition
    inputs    arrays by name, or in the model's order; a single array for a model with one input.
              One axis more in front, or N rows where the model takes one, means N inferences
    The others are the options of `microtvm-qemu run` with these names; `options` are its project
    options (--option), times are seconds, and with `cache` firmware is built once.

    Returns the outputs by name (output0, output1, ... where the archive tells no names; one that
    the model's code never writes is not there), and the document of `run --json`, which
    server/doc/run.schema.json describes.

    Raises RunError when the board gives no outputs. A KeyboardInterrupt ends the program, its board
    and its temporary files, too.
    """
    arguments = _option_arguments(
        options,
        {
            "project-type": project_type,
            "crt-dir": crt_dir,
            "cache": cache,
            "timeout": timeout,
            "deadline": deadline,
        },
        {"count": count, "memory": memory},
    )
    path = _checked_path(archive)
    with tempfile.TemporaryDirectory(prefix="microtvm-qemu-python-") as folder:
        command = [program.find(), "run", f"--board={os.fspath(board)}", *arguments]
        command += ["--client-fd=0"]
        command += _write_inputs(inputs, folder)
        command += [f"--json={folder}/report", f"--output={folder}/outputs"]
        exit_code, text = _start(command + ["--", path], folder)
        report = _read_report(folder)
        if exit_code != 0:
            raise _error(exit_code, text, report, folder)
        return _take_outputs(report, folder), report


def path_of(archive) -> Optional[str]:
    """Of a path, or of what `export` returned; else None."""
    if not isinstance(archive, (str, os.PathLike)):
        archive = getattr(archive, "path", None)
    return os.fspath(archive) if isinstance(archive, (str, os.PathLike)) else None


def _checked_path(archive) -> str:
    path = path_of(archive)
    if path is None:
        raise RunError(
            f"archive: a {type(archive).__name__} is no path of an archive; of a Relax module "
            'microtvm_qemu.export(module, "model.tar") makes one',
            kind="usage",
        )
    return path


def _option_arguments(options, values, flags) -> List[str]:
    """None stands for what the program does by itself."""
    named = {f"option={name}": value for name, value in (options or {}).items()}
    named.update(values)
    arguments = [f"--{name}={_text(value)}" for name, value in named.items() if value is not None]
    return arguments + [f"--{name}" for name, is_set in flags.items() if is_set]


def _text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):  # as in JSON: compile_definitions
        words = [_text(word) for word in value]
        if any(word.split() != [word] for word in words):
            raise RunError(f"options: {value!r}: words of a list hold no space", kind="usage")
        return " ".join(words)
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


# ---- inputs -------------------------------------------------------------------------------------


def _write_inputs(inputs: Inputs, folder: str) -> List[str]:
    """Each array as a file, which is called as a Python user would: that is what messages name."""
    if isinstance(inputs, Mapping):
        named = [(name, f"inputs[{name!r}]", value) for name, value in inputs.items()]
    else:
        listed = [inputs] if isinstance(inputs, np.ndarray) else inputs
        named = [(None, f"inputs[{place}]", value) for place, value in enumerate(listed)]
    arguments = []
    for place, (name, label, value) in enumerate(named):
        array = _as_array(label, value)
        is_file_name = not set("/=\0") & set(label) and len(os.fsencode(label)) < 200
        path = os.path.join(folder, label if is_file_name else f"inputs[{place}]")
        with open(path, "wb") as file:
            np.save(file, array, allow_pickle=False)
        arguments.append("--input=" + (path if name is None else f"{name}={path}"))
    return arguments


def _as_array(label: str, value) -> np.ndarray:
    try:
        array = np.asarray(value, order="C")
    except ValueError as error:
        raise RunError(f"{label} is no array: {error}", kind="usage") from error
    if array.dtype.kind not in "biuf":
        raise RunError(
            f"{label} has type {array.dtype}, where numbers are wanted (int, uint, float, bool)",
            kind="usage",
        )
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


# ---- the program --------------------------------------------------------------------------------


def _start(command: List[str], folder: str) -> Tuple[int, str]:
    """The exit code, and what it printed. All that the program leaves behind is in `folder`."""
    with open(os.path.join(folder, "text"), "w+b") as text:
        try:
            with _lifelines_lock:
                process = subprocess.Popen(
                    command,
                    bufsize=0,
                    stdin=subprocess.PIPE,
                    stdout=text,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "TMPDIR": folder},
                )
                _lifelines.add(process.stdin)
        except (OSError, ValueError) as error:  # a NUL in an argument is a ValueError
            raise RunError(f"{command[0]}: {error}", kind="usage") from error
        exit_code = _wait(process)
        text.seek(0)
        return exit_code, os.fsdecode(text.read())


def _wait(process: subprocess.Popen) -> int:
    with process.stdin as lifeline:
        try:
            return process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            _lifelines.discard(lifeline)


def _end(process: subprocess.Popen) -> None:
    """A second Ctrl-C waits no longer."""
    try:
        process.terminate()
        process.wait(_END_TIMEOUT_S)
    except BaseException:
        process.kill()
        process.wait()
        raise


def _read_report(folder: str) -> Optional[dict]:
    try:
        with open(os.path.join(folder, "report"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


def _error(exit_code: int, text: str, report: Optional[dict], folder: str) -> RunError:
    failure = (report or {}).get("failure") or {"kind": None, "message": text.strip()}
    if exit_code < 0:
        failure["message"] += f"\nthe program was ended by {signal.Signals(-exit_code).name}"
    # Nobody but us knows the temporary folder.
    failure["message"] = failure["message"].replace(f"{folder}/", "")
    return RunError(failure["message"], failure["kind"], exit_code, report)


# ---- outputs ------------------------------------------------------------------------------------


def _take_outputs(report: dict, folder: str) -> Dict[str, np.ndarray]:
    """Into the memory: the files go, and the report no longer tells of them."""
    outputs: Dict[str, np.ndarray] = {}
    for place, output in enumerate(report["outputs"]):
        if output["file"] is None:
            continue
        path = os.path.join(folder, "outputs", os.path.basename(output["file"]))
        name = output["name"] or f"output{place}"
        outputs[name if name not in outputs else f"{name}@{place}"] = np.load(path)
        output["file"] = None
    return outputs
