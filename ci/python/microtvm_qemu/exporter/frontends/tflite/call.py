"""One operator of a TFLite file, as what makes Relax of it sees it."""

import numpy as np
from tvm import relax

from ....errors import ExportError
from ...names import dtype_of, type_of
from .model import dims_of


def dims(expr):
    """Of a Relax expression."""
    return [int(dim) for dim in type_of(expr).shape.values]


class Call:
    """converter: TVM's, with what it has made so far; given: how it converts this operator itself."""

    def __init__(self, converter, tflite, operator, name, given):
        self.converter, self.name = converter, name
        self._tflite, self._operator, self._given = tflite, operator, given
        self.inputs = converter.get_input_tensors(operator)
        self.outputs = converter.get_output_tensors(operator)

    def given(self):
        return self._given(op=self._operator)

    def given_with(self, expr):
        """By TVM, with another expression as the first input."""
        name = self.inputs[0].tensor.Name().decode()
        known = self.converter.exp_tab.exprs
        before = known.get(name)
        known[name] = expr
        result = self.emit(self.given())
        known[name] = before
        if before is None:
            del known[name]
        return result

    def _filled(self, table, field):
        options, made = self._operator.BuiltinOptions(), getattr(self._tflite, table)()
        if options is None or not hasattr(made, field):
            return None
        made.Init(options.Bytes, options.Pos)
        return getattr(made, field)

    def option(self, table, field):
        """Of the operator's options, a table of this name; 0 is the default of all."""
        found = self._filled(table, field)
        return found() if found else 0

    def options(self, table, field):
        """A list."""
        count = self.option(table, field + "Length")
        return [self._filled(table, field)(place) for place in range(count)]

    def has(self, place):
        return len(self.inputs) > place and self.inputs[place].tensor_idx >= 0

    def value(self, place):
        """A constant's numbers."""
        tensor = self.inputs[place]
        if self.converter.has_expr(tensor.tensor_idx) or not tensor.buffer.DataLength():
            raise ExportError(f"input {place} ({tensor.tensor.Name().decode()}) is to be a constant")
        return np.asarray(self.converter.get_tensor_value(tensor))

    def emit(self, expr):
        """As a variable, so that it is computed once."""
        return self.converter.bb.emit(self.converter.bb.normalize(expr))

    def expr(self, place):
        return self.converter.bb.normalize(self.converter.get_tensor_expr(self.inputs[place]))

    def is_quantized(self, place=0):
        return self.has(place) and self.inputs[place].qnn_params is not None

    def real(self, place):
        """As floats, where it is quantized."""
        expr = self.expr(place)
        if self.is_quantized(place) and not dtype_of(type_of(expr)).startswith("float"):
            expr = self.converter.dequantize(expr, self.inputs[place])
        return self.emit(expr) if isinstance(expr, relax.Call) else expr

    def stored(self, expr, activation=0):
        """As the output has it."""
        output = self.outputs[0]
        if output.qnn_params is None:
            return self.converter.convert_fused_activation_function(expr, activation)
        scale, zero = (float(np.ravel(_numbers(output.qnn_params[n]))[0]) for n in ("scale", "zero_point"))
        dtype = self.converter.get_tensor_type_str(output.tensor.Type())
        made = self.emit(self.converter.quantize(expr, output))
        return self.converter.convert_qnn_fused_activation_function(made, activation, scale, zero, dtype)

    def input_dims(self, place):
        return dims_of(self.inputs[place].tensor)

    def output_dims(self, place=0):
        return dims_of(self.outputs[place].tensor)


def _numbers(constant):
    return (constant.value if hasattr(constant, "value") else constant.data).numpy()
