"""A TFLite file as TVM's front end is to see it."""

from ....errors import ExportError


def _names(graph):
    """One for each tensor: TVM knows tensors by their names alone, which need not be different in a file."""
    used, names = set(), {}
    outer = [
        *map(graph.Inputs, range(graph.InputsLength())),
        *map(graph.Outputs, range(graph.OutputsLength())),
    ]
    for index in dict.fromkeys([*outer, *range(graph.TensorsLength())]):
        plain = (graph.Tensors(index).Name() or b"").decode("utf-8", "replace") or f"tensor_{index}"
        name, number = plain, 1
        while name in used:
            name = f"{plain}_{number}"
            number += 1
        used.add(name)
        names[index] = name
    return names


def _copied(made, table):
    made.Init(table._tab.Bytes, table._tab.Pos)  # as the package itself does
    return made


def named(tflite, data):
    """The model, whose tensors have names of their own."""

    class Tensor(tflite.Tensor):
        def Name(self):
            return self.name.encode()

    class Graph(tflite.SubGraph):
        def Tensors(self, j):
            tensor = _copied(Tensor(), super().Tensors(j))
            tensor.name = self.names[j]
            return tensor

    class Model(tflite.Model):
        def Subgraphs(self, j):
            plain = super().Subgraphs(j)
            graph = _copied(Graph(), plain)
            graph.names = self.names.setdefault(j, None) or _names(plain)
            self.names[j] = graph.names
            return graph

    model = _copied(Model(), tflite.Model.GetRootAsModel(data, 0))
    model.names = {}
    return model


def dims_of(tensor):
    return [tensor.Shape(place) for place in range(tensor.ShapeLength())]


def check_shapes(model, shapes):
    """Of the user's: the first dimension alone may be another one. By the others the file has computed what is inside."""
    graph = model.Subgraphs(0)
    inputs = [graph.Tensors(graph.Inputs(place)) for place in range(graph.InputsLength())]
    for tensor in inputs:
        name, dims = tensor.Name().decode(), dims_of(tensor)
        wanted = [*(shapes or {}).get(name, dims)]
        if len(wanted) != len(dims) or wanted[1:] != dims[1:]:
            raise ExportError(
                f"input {name}: the file is for {dims}, not {wanted}: of a TFLite file the first dimension alone can be "
                "another one: convert the model for this shape"
            )
