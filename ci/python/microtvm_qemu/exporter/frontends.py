"""Models in files, by TVM's own front ends."""

import pathlib

from ..errors import ExportError
from .names import name_of
from .onnx_model import check_inference, check_outputs
from .refusals import cause
from .torch_model import check_program

ENDINGS = (".onnx", ".pt2", ".tflite")


def _package(name, path, why):
    """Imports what a front end needs."""
    try:
        return __import__(name)
    except ImportError as error:
        raise ExportError(
            f"{path}: reading it takes the Python package {name} ({why}): {error}"
        ) from None


def _with_output_names(module, names):
    function = module["main"].with_attr("output_names", [str(name) for name in names])
    module = module.clone() if hasattr(module, "clone") else module
    module.update_func(module.get_global_var("main"), function)
    return module


def _onnx(path, shapes):
    onnx = _package("onnx", path, "pip install onnx")
    from tvm.relax.frontend.onnx import from_onnx

    model = onnx.load(str(path))
    check_inference(path, onnx, model.graph)
    module = from_onnx(
        model, shape_dict=shapes or None, keep_params_in_input=False, sanitize_input_names=False
    )
    check_outputs(path, onnx, model.graph, module["main"], bool(shapes))
    return _with_output_names(module, [output.name for output in model.graph.output])


def _torch(path, shapes):
    torch = _package("torch", path, "pip install torch")
    from tvm.relax.frontend.torch import from_exported_program

    if shapes:
        raise ExportError(f"{path}: its shapes were fixed by torch.export: give them there")
    program = torch.export.load(str(path))
    check_program(path, program)
    return from_exported_program(program, keep_params_as_input=False, unwrap_unit_return_tuple=True)


def _tflite(path, shapes):
    tflite = _package("tflite", path, "pip install tflite")
    from tvm.relax.frontend.tflite import from_tflite

    model = tflite.Model.GetRootAsModel(path.read_bytes(), 0)
    return from_tflite(model, shape_dict=shapes or None)


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
        raise ExportError(f"{path}: TVM's front end can't read it: {cause(error)}") from error
    names = [name_of(param) for param in module["main"].params]
    for name in shapes or ():
        if name not in names:
            raise ExportError(f"{path}: it has no input {name!r} (it has: {', '.join(names)})")
    return module
