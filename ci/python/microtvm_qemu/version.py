"""The version, which CMakeLists.txt of the project has."""

import pathlib
import re


def _version() -> str:
    try:
        from ._version import __version__ as version  # written when the package is built

        return version
    except ImportError:  # used from a checkout
        lists = pathlib.Path(__file__).resolve().parents[3] / "CMakeLists.txt"
        text = lists.read_text(encoding="utf-8")
        return re.search(r"project\(microtvm-qemu VERSION ([0-9.]+)", text).group(1)


__version__ = _version()
