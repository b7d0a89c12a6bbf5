"""An ONNX file by TVM's front end, whose types are held against the file's: an operator that it reads wrongly
often has another one."""

from ...errors import ExportError
from ..names import type_of
from .onnx_graph import Graph, declared
from .onnx_nodes import check_nodes
from .stumbles import onnx_node, stumble
from .types import differs, told

# Of older ones, it knows not each operator.
_OPSET = 13


def _from_onnx(model, shapes):
    from tvm.relax.frontend.onnx import from_onnx

    return from_onnx(
        model, shape_dict=shapes or None, keep_params_in_input=False, sanitize_input_names=False
    )


def _types(module, count):
    """Of main's results."""
    type_ = type_of(module["main"].body)
    return [type_] if count == 1 else list(getattr(type_, "fields", []))


def _check_outputs(graph, module, has_shapes):
    """By what the file itself says of them. has_shapes: the user gave some of the inputs, so that those in
    the file may no longer hold."""
    for value, type_ in zip(graph.file.output, _types(module, len(graph.file.output))):
        dtype, dims = declared(graph.onnx, value)
        dims = None if has_shapes else dims
        if differs(type_, dtype, dims, is_exact=True):
            raise ExportError(
                f"output {value.name}: {told(dtype, dims)} in the file, but TVM's front end makes {type_} of "
                "it: it reads an operator wrongly: replace what leads to this output"
            )


def _with_all_values(graph, shapes):
    """(names of values whose type is known, TVM's types of them), by a model that has them as outputs."""
    names = [name for node in graph.model.graph.node for name in node.output if name]
    names = [name for name in names if graph.value(name) and graph.type(name)[0]]
    probe = graph.onnx.ModelProto()
    probe.CopyFrom(graph.model)
    del probe.graph.output[:]
    probe.graph.output.extend(graph.value(name) for name in names)
    try:
        return names, _types(_from_onnx(probe, shapes), len(names)) if names else []
    except Exception:  # pylint: disable=broad-except
        return [], []  # TVM has read the model itself: this one value can't be an output


def _check_inside(graph, shapes):
    """Of all values, not of the outputs alone. Integers may be of another size."""
    made_by = {name: node for node in graph.model.graph.node for name in node.output if name}
    for name, type_ in zip(*_with_all_values(graph, shapes)):
        dtype, dims = graph.type(name)
        if differs(type_, dtype, dims, is_exact=False):
            raise ExportError(
                f"{onnx_node(made_by[name])}: gives {told(dtype, dims)}, but TVM's front end makes {type_} of "
                "it: it reads this operator wrongly: replace it in the model"
            )


def _newer(model):
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), _OPSET)
    if opset >= _OPSET:
        return ""
    return (
        f" (the file is of opset {opset}, of which TVM knows less: onnx.version_converter.convert_version("
        "model, 17) makes it newer)"
    )


def read(onnx, path, shapes):
    """The Relax module. Raises ExportError."""
    model = onnx.load(str(path))
    graph = Graph(onnx, model, shapes)
    try:
        check_nodes(graph)
        module = _from_onnx(model, shapes)
        _check_outputs(graph, module, bool(shapes))
        _check_inside(graph, shapes)
    except Exception as error:  # pylint: disable=broad-except
        why = str(error) if isinstance(error, ExportError) else stumble(error, graph.nodes())
        raise ExportError(f"{path}: {why}{_newer(model)}") from error
    names = [str(output.name) for output in model.graph.output]
    function = module["main"].with_attr("output_names", names)
    module = module.clone() if hasattr(module, "clone") else module
    module.update_func(module.get_global_var("main"), function)
    return module
