"""TFLite files of a few operators, written with the schema's own functions."""

import dataclasses

import flatbuffers
import numpy as np
import tflite

_TYPES = {
    name: getattr(tflite.TensorType, name.upper())
    for name in "float32 int32 uint8 int64 bool int16 int8".split()
}


@dataclasses.dataclass
class Tensor:
    """data: of a constant. scale: one, or a list of them for an axis, of what is quantized."""

    shape: tuple
    dtype: str = "float32"
    data: np.ndarray = None
    scale: object = None
    zero: int = 0
    axis: int = 0
    name: str = None


def constant(values, dtype=None, **quantization):
    data = np.asarray(values, dtype)
    return Tensor(data.shape, str(data.dtype), data, **quantization)


@dataclasses.dataclass
class Operator:
    """name: TFLite's. inputs, outputs: places in the list of tensors, -1: left out. options: the name of its table,
    fields: what stands in it."""

    name: str
    inputs: list
    outputs: list
    options: str = None
    fields: dict = dataclasses.field(default_factory=dict)


class _Writer:
    def __init__(self):
        self.builder = flatbuffers.Builder(1024)

    def table(self, name, **fields):
        """Of the schema; what is no number was written before."""
        getattr(tflite, name + "Start")(self.builder)
        for field, value in fields.items():
            if value is not None:
                getattr(tflite, f"{name}Add{field}")(self.builder, value)
        return getattr(tflite, name + "End")(self.builder)

    def vector(self, items):
        self.builder.StartVector(4, len(items), 4)
        for item in reversed(items):
            self.builder.PrependUOffsetTRelative(item)
        return self.builder.EndVector()

    def numbers(self, values, dtype="int32"):
        return self.builder.CreateNumpyVector(np.asarray(values, dtype))

    def quantization(self, tensor):
        if tensor.scale is None:
            return None
        scales = np.atleast_1d(tensor.scale)
        return self.table(
            "QuantizationParameters",
            Scale=self.numbers(scales, "float32"),
            ZeroPoint=self.numbers([tensor.zero] * len(scales), "int64"),
            QuantizedDimension=tensor.axis,
        )

    def tensor(self, tensor, name, buffer):
        quantization = self.quantization(tensor)
        return self.table(
            "Tensor",
            Shape=self.numbers(tensor.shape),
            Type=_TYPES[tensor.dtype],
            Buffer=buffer,
            Name=self.builder.CreateString(tensor.name if tensor.name is not None else name),
            Quantization=quantization,
        )

    def operator(self, place, operator):
        inputs, outputs = self.numbers(operator.inputs), self.numbers(operator.outputs)
        made = {"OpcodeIndex": place, "Inputs": inputs, "Outputs": outputs}
        if operator.options:
            # Vectors of the options are lists.
            fields = {k: self.numbers(v) if isinstance(v, list) else v for k, v in operator.fields.items()}
            made["BuiltinOptions"] = self.table(operator.options, **fields)
            made["BuiltinOptionsType"] = getattr(tflite.BuiltinOptions, operator.options)
        return self.table("Operator", **made)

    def code(self, operator):
        number = getattr(tflite.BuiltinOperator, operator.name)
        return self.table(
            "OperatorCode", DeprecatedBuiltinCode=min(number, 127), BuiltinCode=number, Version=1
        )


def written(path, operators, tensors, inputs, outputs):
    """inputs, outputs: places in tensors."""
    writer = _Writer()
    kept = [b"", *[np.ascontiguousarray(t.data).tobytes() for t in tensors if t.data is not None]]
    data = [writer.builder.CreateByteVector(each) if each else None for each in kept]
    buffers = writer.vector([writer.table("Buffer", Data=each) for each in data])
    numbers = iter(range(1, len(kept)))
    made = [
        writer.tensor(tensor, f"t{place}", next(numbers) if tensor.data is not None else 0)
        for place, tensor in enumerate(tensors)
    ]
    graph = writer.table(
        "SubGraph",
        Tensors=writer.vector(made),
        Inputs=writer.numbers(inputs),
        Outputs=writer.numbers(outputs),
        Operators=writer.vector([writer.operator(place, each) for place, each in enumerate(operators)]),
    )
    codes = writer.vector([writer.code(each) for each in operators])
    model = writer.table(
        "Model", Version=3, OperatorCodes=codes, Subgraphs=writer.vector([graph]), Buffers=buffers
    )
    writer.builder.Finish(model, b"TFL3")
    path.write_bytes(writer.builder.Output())
