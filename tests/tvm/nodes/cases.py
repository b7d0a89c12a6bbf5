"""ONNX's node tests, from its wheel: a model of one operator, inputs, and what comes out."""

import pathlib

import numpy as np
import onnx
from onnx import numpy_helper

ROOT = pathlib.Path(onnx.__file__).parent / "backend/test/data/node"
# Those of ONNX's own runner.
TOLERANCE = {"rtol": 1e-3, "atol": 1e-5}


class Unsuitable(Exception):
    """Not a test of tensors: sequences, optional values, texts."""


class Case:
    """inputs is by name, in the model's order; outputs a list."""

    def __init__(self, name):
        self.name = name
        self.model = onnx.load(ROOT / name / "model.onnx")
        names = [value.name for value in self.model.graph.input]
        self.inputs = dict(zip(names, self._read("input", len(names))))
        self.outputs = self._read("output", len(self.model.graph.output))

    def _read(self, kind, count):
        folder = ROOT / self.name / "test_data_set_0"
        return [_tensor(folder / f"{kind}_{i}.pb") for i in range(count)]

    def with_constants(self, names):
        """The model in which these inputs are constants, and the others."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        for name in names:
            model.graph.initializer.append(numpy_helper.from_array(self.inputs[name], name))
        return model, {n: v for n, v in self.inputs.items() if n not in names}


def _tensor(path):
    tensor = onnx.TensorProto()
    try:
        tensor.ParseFromString(path.read_bytes())
        value = numpy_helper.to_array(tensor)
    except Exception as error:  # whatever protobuf and NumPy make of other kinds of values
        raise Unsuitable(str(error)) from error
    if value.dtype.kind not in "biuf":
        raise Unsuitable(f"{value.dtype} is no number")
    return value


def names():
    return sorted(folder.name for folder in ROOT.iterdir())


def difference(got, expected):
    """What is wrong with these outputs, or None."""
    if len(got) != len(expected):
        return f"{len(got)} outputs, want {len(expected)}"
    for i, (a, b) in enumerate(zip(got, expected)):
        if a.shape != b.shape:
            return f"output {i}: shape {a.shape}, want {b.shape}"
        if not np.allclose(a.astype("float64"), b.astype("float64"), equal_nan=True, **TOLERANCE):
            return f"output {i}: {_shortly(a)}, want {_shortly(b)}"
    return None


def _shortly(array):
    return np.array2string(array.ravel()[:4], precision=6, separator=",")
