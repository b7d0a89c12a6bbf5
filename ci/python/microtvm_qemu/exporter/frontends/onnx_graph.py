"""What an ONNX file says of its values: types, and the numbers of constants."""

import copy

import numpy as np


class Graph:
    """model: the file's, with types of all values as far as ONNX infers them. shapes: {input: dimensions}
    of the user's."""

    def __init__(self, onnx, model, shapes=None):
        self.onnx = onnx
        self.file = model.graph
        self.model = _inferred(onnx, model, shapes or {})
        graph = self.model.graph
        self._values = {v.name: v for v in (*graph.value_info, *graph.output, *graph.input)}
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._constants.update({n.output[0]: n for n in self.nodes() if n.op_type == "Constant"})

    def nodes(self, graph=None):
        """Those of branches and loops, too."""
        for node in (graph or self.model.graph).node:
            yield node
            for attribute in node.attribute:
                if attribute.HasField("g"):
                    yield from self.nodes(attribute.g)

    def attribute(self, node, name, default=None):
        for attribute in node.attribute:
            if attribute.name == name:
                value = self.onnx.helper.get_attribute_value(attribute)
                return value.decode() if isinstance(value, bytes) else value
        return default

    def input(self, node, place):
        """The name of one; "" where it is left out."""
        return node.input[place] if len(node.input) > place else ""

    def constant(self, name):
        """Its numbers, an array; None: it is no constant, or one of no numbers."""
        found = self._constants.get(name)
        if hasattr(found, "op_type"):
            (found,) = found.attribute or [None]
            found = found and self.onnx.helper.get_attribute_value(found)
        if isinstance(found, self.onnx.TensorProto):
            return self.onnx.numpy_helper.to_array(found)
        return np.array(found) if isinstance(found, (int, float, list)) else None

    def value(self, name):
        """What is told of one, a ValueInfoProto; None: nothing."""
        return self._values.get(name)

    def type(self, name):
        """(type of elements, dimensions: None where open); None: it is not known."""
        if name in self._constants:
            array = self.constant(name)
            return str(getattr(array, "dtype", None)), [*getattr(array, "shape", [])]
        value = self._values.get(name)
        return (None, None) if value is None else declared(self.onnx, value)


def _inferred(onnx, model, shapes):
    """Not by what the file says of values inside: that may be left from other inputs."""
    model = copy.deepcopy(model)
    del model.graph.value_info[:]
    for value in model.graph.input:
        if value.name in shapes:
            dims = value.type.tensor_type.shape.dim
            del dims[:]
            dims.extend(onnx.TensorShapeProto.Dimension(dim_value=d) for d in shapes[value.name])
    for value in model.graph.output if shapes else ():
        value.type.tensor_type.ClearField("shape")
    try:
        return onnx.shape_inference.infer_shapes(model, data_prop=True)
    except Exception:  # pylint: disable=broad-except
        return model  # of another domain, or wrong: TVM says so


def declared(onnx, value):
    """(type of elements, dimensions: None where open); None: the file does not say."""
    tensor = value.type.tensor_type
    if not value.type.HasField("tensor_type") or tensor.elem_type == onnx.TensorProto.UNDEFINED:
        return None, None
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
    if not tensor.HasField("shape"):
        return str(dtype), None
    dims = tensor.shape.dim
    return str(dtype), [d.dim_value if d.HasField("dim_value") else None for d in dims]
