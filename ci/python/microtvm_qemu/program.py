"""The program `microtvm-qemu`: where it is, and what it is asked."""

import os
import pathlib
import shutil
import subprocess
import sys
from typing import List

from .errors import RunError

# Another program than the one that came along, or than the one in PATH.
VARIABLE = "MICROTVM_QEMU"
# Where the package holds its own one, as `cmake --install` lays it down.
_BUNDLED = "program/bin/microtvm-qemu"


def _is_program(path) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _bundled() -> List[str]:
    """In a package that is installed in place, files that are built are not beside the sources."""
    package = sys.modules[__package__]
    return [str(pathlib.Path(folder, _BUNDLED)) for folder in package.__path__]


def find() -> str:
    """The program's path: $MICROTVM_QEMU, else the one in the package, else that in PATH."""
    named = os.environ.get(VARIABLE)
    if named:
        if not _is_program(named):
            raise RunError(f"{VARIABLE}={named}: there is no program", kind="missing")
        return named
    for path in _bundled():
        if _is_program(path):
            return path
    path = shutil.which("microtvm-qemu")
    # What pip makes of that name is only another way to this function.
    if path is None or os.path.realpath(path) == os.path.realpath(sys.argv[0]):
        raise RunError(
            "there is no program microtvm-qemu: install the package (pip install ./ci/python), "
            f"or name the program in {VARIABLE}",
            kind="missing",
        )
    return path


def ask(*arguments: str) -> str:
    """What the program prints for a command that makes nothing."""
    result = subprocess.run(
        [find(), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    if result.returncode != 0:
        message = os.fsdecode(result.stderr).strip()
        raise RunError(message or f"{arguments[0]}: it failed", exit_code=result.returncode)
    return os.fsdecode(result.stdout)


def template_dir() -> str:
    """The template folder for `tvm.micro.generate_project` of TVM up to 0.18."""
    return ask("template-dir").rstrip("\n")


def main() -> None:
    """The command `microtvm-qemu`: this process becomes the program."""
    try:
        program = find()
    except RunError as error:
        sys.exit(f"microtvm-qemu: {error}")
    os.execv(program, [program, *sys.argv[1:]])
