"""A TFLite file by TVM's front end, with operators of ours in place of those that it reads wrongly, or not at all."""

import importlib

from ....errors import ExportError
from ...names import name_of
from ...refusals import NODES, cause
from .converter import converter_class
from .model import check_shapes, named


def _with_nodes(module, made):
    """Says of main's variables which operators they are of: all up to a result are its operator's."""
    labels, waiting = {}, []
    for block in module["main"].body.blocks:
        for binding in block.bindings:
            waiting.append(name_of(binding.var))
            label = made.get(waiting[-1])
            if label:
                labels.update(dict.fromkeys(waiting, label))
                waiting = []
    module.update_func(module.get_global_var("main"), module["main"].with_attr(NODES, labels))
    return module


def read(tflite, path, shapes):
    """The Relax module. Raises ExportError."""
    frontend = importlib.import_module("tvm.relax.frontend.tflite.tflite_frontend")
    data = path.read_bytes()
    if data[4:8] != b"TFL3":
        raise ExportError(f"{path}: is no TFLite model: it does not begin with its sign, TFL3")
    model = named(tflite, data)
    made = {}
    try:
        check_shapes(model, shapes)
        converter = converter_class(frontend, tflite, made, bool(shapes))
        module = frontend.from_tflite(model, shape_dict=shapes or None, op_converter=converter)
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error
    except Exception as error:  # pylint: disable=broad-except
        raise ExportError(f"{path}: TVM's front end can't read it: {cause(error)}") from error
    return _with_nodes(module, made)
