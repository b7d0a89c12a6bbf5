"""Models of TVM on microcontrollers that QEMU plays.

Importing this needs nothing but NumPy; TVM is imported where it is used (`export`, `tune`).
"""

import importlib

# Where each name is. They are imported when they are first asked for.
_HOMES = {
    "Error": "errors",
    "ExportError": "errors",
    "RunError": "errors",
    "__version__": "version",
    "run": "inference",
    "template_dir": "program",
}

__all__ = ["Error", "ExportError", "RunError", "__version__", "export", "run", "template_dir"]


def __getattr__(name):
    if name == "export":  # a module that can be called
        return importlib.import_module(".export", __name__)
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
