"""TFLite's operators on single elements, and norms, where TVM's front end drops an option, or has none of a type."""

import numpy as np
from tvm import relax
from tvm.relax import op

from ...names import dtype_of, type_of
from .call import dims


def _like(expr, value):
    """A constant of an expression's type."""
    return relax.const(value, dtype_of(type_of(expr)))


def _softmax(call):
    """TVM drops beta."""
    beta = call.option("SoftmaxOptions", "Beta")
    return (
        call.given()
        if beta == 1
        else call.stored(op.nn.softmax(op.multiply(call.real(0), relax.const(beta, "float32"))))
    )


def _gelu(call):
    """TVM drops approximate."""
    is_approximate = call.option("GeluOptions", "Approximate")
    return call.stored((op.nn.gelu_tanh if is_approximate else op.nn.gelu)(call.real(0)))


def _elu(call):
    x = call.real(0)
    below = op.minimum(op.subtract(op.exp(x), _like(x, 1)), _like(x, 0))
    return call.stored(op.add(op.maximum(x, _like(x, 0)), below))


def _prelu(call):
    x, alpha = call.real(0), call.real(1)
    return call.stored(op.add(op.maximum(x, _like(x, 0)), op.multiply(alpha, op.minimum(x, _like(x, 0)))))


def _square(call):
    """TVM's power has no integers."""
    x = call.expr(0)
    return op.multiply(x, x)


def _squared_difference(call):
    if call.is_quantized():
        return call.given()
    difference = call.emit(op.subtract(call.expr(0), call.expr(1)))
    return op.multiply(difference, difference)


def _l2_normalization(call):
    """TVM adds to the sum what TFLite has as the least length."""
    x = call.real(0)
    length = op.sqrt(op.sum(op.multiply(x, x), axis=[-1], keepdims=True))
    return call.stored(op.divide(x, op.maximum(length, relax.const(1e-6, "float32"))))


def _one_hot(call):
    """An index outside gives off values alone; TVM wants those as constants."""
    index, depth = call.expr(0), int(call.value(1).item())
    count = len(dims(index))
    axis = call.option("OneHotOptions", "Axis") % (count + 1)
    places = np.arange(depth).reshape([-1] + [1] * (count - axis))
    is_there = op.equal(op.expand_dims(index, [axis]), _like(index, places))
    return op.where(is_there, call.expr(2), call.expr(3))


def _dequantize(call):
    """Of a constant, too."""
    tensor = call.inputs[0]
    is_constant = not call.converter.has_expr(tensor.tensor_idx)
    if is_constant and call.converter.get_tensor_type_str(tensor.tensor.Type()) == "float16":
        return relax.const(call.value(0).astype("float32"))
    return call.converter.dequantize(call.expr(0), tensor) if call.is_quantized() else call.given()


ELEMENTS = {
    "DEQUANTIZE": _dequantize,
    "ELU": _elu,
    "GELU": _gelu,
    "L2_NORMALIZATION": _l2_normalization,
    "ONE_HOT": _one_hot,
    "PRELU": _prelu,
    "SOFTMAX": _softmax,
    "SQUARE": _square,
    "SQUARED_DIFFERENCE": _squared_difference,
}
