"""Which TVM can tune: that is found out in a process of its own, for where it can't it crashes."""

import functools
import importlib.metadata
import subprocess
import sys

from ..errors import Error

# Objects of classes that Python derives from TVM's: with tvm-ffi 0.1.15 the first one is the end.
_PROBE = """
import sys
sys.path[:] = sys.argv[1:]
from tvm.s_tir.meta_schedule.cost_model import RandomModel
RandomModel(seed=0)
import cloudpickle, psutil
"""
_REMEDY = "pip install apache-tvm==0.27.0.post1 apache-tvm-ffi==0.1.14.post1 cloudpickle psutil"


@functools.lru_cache(maxsize=None)  # what works goes on working
def check() -> None:
    """Raises Error where the MetaSchedule of the TVM that is installed does not work."""
    result = subprocess.run(
        [sys.executable, "-c", _PROBE, *sys.path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if result.returncode == 0:
        return
    lines = result.stderr.decode(errors="replace").strip().splitlines()
    why = "MetaSchedule crashes" if result.returncode < 0 else lines[-1] if lines else "it fails"
    raise Error(f"{_installed()} can't tune: {why}. What works: {_REMEDY}")


def _installed() -> str:
    found = []
    for name in ("apache-tvm", "apache-tvm-ffi"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            found.append(f"no {name}")
    return " with ".join(found)
