"""Sums of products of quantized numbers, in integers.

A network in int8, as ONNX tells it, is one of floats: what is dequantized is convolved and quantized
again. Without a floating point unit that takes ten times the instructions, weights take four times the
flash and what lies between operators four times the RAM. The sums are the same in integers, and exact:

    sum (sx (x - zx)) (sw w)  =  sx sw (sum x w  -  zx sum w)

What is padded with 0 is padded with zx. Where a sum is quantized again soon, that is done in integers, too
(requantize.py); else what follows is as it was.
"""

import numpy as np
import tvm
from tvm import relax

from . import requantize
from .names import constant_data, dtype_of, is_constant, type_of

_NAMES = ("nn.conv2d", "matmul", "dequantize", "quantize", "add", "nn.relu", "reshape")
_OPERATORS = {}


def in_integers(module):
    """The module with such convolutions and matrix products of constants in integers."""
    for name in _NAMES:
        _OPERATORS[name] = tvm.ir.Op.get("relax." + name)
    found = []
    relax.analysis.post_order_visit(module["main"], lambda expr: found.append(_is_dequantize(expr)))
    if not any(found):
        return module
    mutator = _Integers(module)
    main = module.get_global_var("main")
    mutator.builder_.update_func(main, mutator.visit_expr(module["main"]))
    return relax.transform.DeadCodeElimination(["main"])(mutator.builder_.get())


def _is_dequantize(expr):
    return isinstance(expr, relax.Call) and expr.op == _OPERATORS["dequantize"]


class _Quantized:
    """What a dequantize is of: data, scale (an array), zero (a number)."""

    def __init__(self, call):
        self.data, scale, zero = call.args
        self.is_good = is_constant(scale) and is_constant(zero)
        self.is_good = self.is_good and dtype_of(type_of(self.data)) in ("int8", "uint8")
        self.is_good = self.is_good and dtype_of(type_of(call)) == "float32"
        if self.is_good:
            self.scale = constant_data(scale).astype("float64").ravel()
            zeros = np.unique(constant_data(zero))
            self.is_good = len(zeros) == 1
            self.zero, self.axis = int(zeros[0]), int(call.attrs.axis)


@relax.expr_functor.mutator
class _Integers(relax.PyExprMutator):
    def __init__(self, module):
        super().__init__(module)
        self.sums = {}  # of what they are cast to

    def visit_call_(self, call):
        call = self.visit_expr_post_order(call)
        if call.op == _OPERATORS["quantize"]:
            made = self._again(call)
            return call if made is None else made
        if call.op not in (_OPERATORS["nn.conv2d"], _OPERATORS["matmul"]):
            return call
        data, weight = (self._quantized(argument) for argument in call.args)
        if data is None or weight is None or not is_constant(weight.data):
            return call
        if len(data.scale) > 1 or weight.zero != 0:
            return call
        if call.op == _OPERATORS["matmul"]:
            return self._product(call, data, weight)
        return self._convolution(call, data, weight)

    def _quantized(self, expr):
        if isinstance(expr, relax.Var):
            expr = self.lookup_binding(expr)
        if not _is_dequantize(expr):
            return None
        found = _Quantized(expr)
        return found if found.is_good else None

    def _value(self, expr):
        return self.lookup_binding(expr) if isinstance(expr, relax.Var) else expr

    def _again(self, call):
        """A sum that is quantized, in integers; None where it is no sum."""
        data, scale, zero = call.args
        value = self._sum(self._value(data))
        if value is None or not is_constant(scale) or not is_constant(zero):
            return None
        scale, zero = constant_data(scale), constant_data(zero)
        dtype = str(call.attrs.out_dtype)
        if scale.size > 1 or zero.size > 1 or dtype not in ("int8", "uint8"):
            return None
        return requantize.quantized(self.builder_.emit, value, float(scale), int(zero), dtype)

    def _sum(self, value):
        """Of an expression that is one, with what was added to it."""
        if not isinstance(value, relax.Call):
            return None
        if value.op == _OPERATORS["nn.relu"]:
            found = self._sum(self._value(value.args[0]))
            return None if found is None else found.at_least_zero()
        if value.op == _OPERATORS["add"]:
            found, array = self._sum(self._value(value.args[0])), self._array(value.args[1])
            return found.plus(array) if found is not None and array is not None else None
        return self.sums.get(value.args[0]) if len(value.args) == 2 else None

    def _array(self, expr):
        """Of a constant of floats: as it is, dequantized, in another shape; else None."""
        expr = self._value(expr)
        if is_constant(expr):
            return constant_data(expr)
        if not isinstance(expr, relax.Call):
            return None
        if expr.op == _OPERATORS["reshape"]:
            array = self._array(expr.args[0])
            shape = [int(size) for size in type_of(expr).shape.values]
            return None if array is None else array.reshape(shape)
        if not _is_dequantize(expr) or not all(map(is_constant, expr.args)):
            return None
        data, scale, zero = map(constant_data, expr.args)
        if zero.any() or data.ndim > 1 and scale.size > 1:
            return None
        return data * scale

    def _convolution(self, call, data, weight):
        attrs, values = call.attrs, constant_data(weight.data)
        kernel_axis = str(attrs.kernel_layout).index("O")
        channel_axis = str(attrs.out_layout or attrs.data_layout).index("C")
        axes = tuple(axis for axis in range(values.ndim) if axis != kernel_axis)
        if len(attrs.data_layout) != 4 or not _fits(values, axes):
            return call
        if len(weight.scale) > 1 and weight.axis != kernel_axis:
            return call
        numbers = self._padded(data, attrs)
        made = relax.op.nn.conv2d(
            *self._alike(numbers, values),
            strides=list(attrs.strides),
            padding=0,
            dilation=list(attrs.dilation),
            groups=int(attrs.groups),
            data_layout=str(attrs.data_layout),
            kernel_layout=str(attrs.kernel_layout),
            out_layout=str(attrs.out_layout),
            out_dtype="int32",
        )
        shape = [1] * 4
        shape[channel_axis] = -1
        return self._scaled(made, data, weight, axes, shape)

    def _product(self, call, data, weight):
        values = constant_data(weight.data)
        if values.ndim != 2 or not _fits(values, 0):
            return call
        if len(weight.scale) > 1 and weight.axis not in (1, -1):
            return call
        made = relax.op.matmul(*self._alike(data.data, values), out_dtype="int32")
        return self._scaled(made, data, weight, 0, [-1])

    def _padded(self, data, attrs):
        padding = [int(size) for size in attrs.padding]
        if not any(padding):
            return data.data
        layout, width = str(attrs.data_layout), [0] * 8
        for place, axis in enumerate(map(layout.index, "HW")):
            width[2 * axis], width[2 * axis + 1] = padding[place], padding[place + 2]
        return self.builder_.emit(relax.op.nn.pad(data.data, width, pad_value=data.zero))

    def _alike(self, numbers, values):
        """Relax wants operands of one type."""
        if dtype_of(type_of(numbers)) != str(values.dtype):
            numbers = self.builder_.emit(relax.op.astype(numbers, "int16"))
            values = values.astype("int16")
        return numbers, relax.const(values)

    def _scaled(self, made, data, weight, axes, shape):
        """The sums as floats."""
        value = integers = self.builder_.emit(made)
        values = constant_data(weight.data)
        offset = data.zero * values.astype("int64").sum(axis=axes).reshape(shape)
        if data.zero != 0:
            steps = relax.const(offset.astype("int32"), "int32")
            value = self.builder_.emit(relax.op.subtract(value, steps))
        value = self.builder_.emit(relax.op.astype(value, "float32"))
        scale = data.scale * weight.scale
        scale = scale.reshape(shape if len(scale) > 1 else ())
        self.sums[value] = requantize.Sum(integers, scale, offset, _most(values, axes))
        return relax.op.multiply(value, relax.const(scale.astype("float32"), "float32"))


def _most(values, axes):
    """That a sum of products with numbers of 8 bits can be, on either side of 0."""
    return 255 * int(np.abs(values.astype("int64")).sum(axis=axes).max())


def _fits(values, axes):
    """With what comes from the data's zero, in int32."""
    return 2 * _most(values, axes) < 2**31
