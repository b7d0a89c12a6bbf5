"""Models in files, by TVM's own front ends."""

import pathlib

from ...errors import ExportError
from ..names import name_of
from . import onnx_model, tflite as tflite_model, torch_model
from .stumbles import stumble

ENDINGS = (".onnx", ".pt2", ".tflite")


def _package(name, path, why):
    """Imports what a front end needs."""
    try:
        return __import__(name)
    except ImportError as error:
        raise ExportError(
            f"{path}: reading it takes the Python package {name} ({why}): {error}"
        ) from None


def _onnx(path, shapes):
    return onnx_model.read(_package("onnx", path, "pip install onnx"), path, shapes)


def _torch(path, shapes):
    torch = _package("torch", path, "pip install torch")
    if shapes:
        raise ExportError(f"{path}: its shapes were fixed by torch.export: give them there")
    return torch_model.read(torch, path)


def _tflite(path, shapes):
    return tflite_model.read(_package("tflite", path, "pip install tflite"), path, shapes)


def load(path, shapes=None):
    """The Relax module of a model's file. shapes: {input: dimensions}, where the file leaves some open.
    Raises ExportError."""
    path = pathlib.Path(path)
    readers = dict(zip(ENDINGS, (_onnx, _torch, _tflite)))
    if path.suffix not in readers:
        raise ExportError(f"{path}: its name ends in none of {', '.join(ENDINGS)}")
    if not path.is_file():
        raise ExportError(f"{path}: there is no such file")
    try:
        module = readers[path.suffix](path, shapes)
    except ExportError:
        raise
    except Exception as error:  # pylint: disable=broad-except
        raise ExportError(f"{path}: {stumble(error)}") from error
    names = [name_of(param) for param in module["main"].params]
    for name in shapes or ():
        if name not in names:
            raise ExportError(f"{path}: it has no input {name!r} (it has: {', '.join(names)})")
    return module
