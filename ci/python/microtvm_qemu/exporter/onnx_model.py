"""What TVM's front end for ONNX does not see, and would make another model of."""

from ..errors import ExportError
from .names import dtype_of, type_of
from .tensors import flat_types


def check_inference(path, onnx, graph):
    """TVM reads layers that are in training as if they were not."""
    known = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        trains = False
        if node.op_type == "BatchNormalization":
            trains = any(a.name == "training_mode" and a.i for a in node.attribute)
        elif node.op_type == "Dropout" and len(node.input) > 2 and node.input[2]:
            trains = bool(known.get(node.input[2], True))
        if trains:
            raise ExportError(
                f"{path}: {node.op_type} {node.name or node.output[0]}: is in training mode: write the "
                "model for inference (torch.onnx.export does so after model.eval())"
            )


def _declared(onnx, value):
    """(type of elements, dimensions: None where open); None: the file does not say."""
    tensor = value.type.tensor_type
    if not value.type.HasField("tensor_type") or tensor.elem_type == onnx.TensorProto.UNDEFINED:
        return None, None
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    if not tensor.HasField("shape"):
        return str(dtype), None
    dims = tensor.shape.dim
    return str(dtype), [d.dim_value if d.HasField("dim_value") else None for d in dims]


def _differs(type_, dtype, dims):
    """Not where a file has [1] for a scalar, as many have."""
    made = getattr(getattr(type_, "shape", None), "values", None)
    if dtype is None or made is None:
        return False
    if dtype_of(type_) != dtype:
        return True
    if dims is None or (len(dims) != len(made) and max(len(dims), len(made)) == 1):
        return False
    made = [getattr(dim, "value", None) for dim in made]
    pairs = [pair for pair in zip(dims, made) if None not in pair]
    return len(dims) != len(made) or any(a != int(b) for a, b in pairs)


def check_outputs(path, onnx, graph, function, has_shapes):
    """An operator that TVM reads wrongly often has another type than the file says. has_shapes: the user
    gave some of the inputs, so that those in the file may no longer hold."""
    made = flat_types("", type_of(function.body))
    for value, (_, type_) in zip(graph.output, made):
        dtype, dims = _declared(onnx, value)
        dims = None if has_shapes else dims
        if _differs(type_, dtype, dims):
            raise ExportError(
                f"{path}: output {value.name}: {dtype} {dims or ''} in the file, but TVM's front end makes "
                f"{type_} of it: it reads an operator wrongly: replace what leads to this output"
            )
