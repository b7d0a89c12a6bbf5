"""TFLite's layers of windows that TVM's front end reads wrongly, or not in each release."""

from tvm import relax
from tvm.relax import op

from ....errors import ExportError
from ...names import dtype_of, type_of
from .call import dims

_POOL, _DEPTHWISE = "Pool2DOptions", "DepthwiseConv2DOptions"


def pads(sizes, kernel, stride, is_same):
    """Top, left, bottom, right."""
    totals = [max((-(-n // s) - 1) * s + k - n, 0) * is_same for n, k, s in zip(sizes, kernel, stride)]
    return [total // 2 for total in totals] + [total - total // 2 for total in totals]


def bias(call, place):
    """As floats."""
    found = call.expr(place)
    if dtype_of(type_of(found)) == "float32":
        return found
    if not call.is_quantized(place):
        raise ExportError(f"its bias of {dtype_of(type_of(found))} has no scale: convert the model again")
    return call.real(place)


def _average_pool(call):
    """Of what is quantized, TVM drops what is behind the point."""
    if not call.is_quantized():
        return call.given()
    kernel = [call.option(_POOL, name) for name in ("FilterHeight", "FilterWidth")]
    stride = [call.option(_POOL, name) for name in ("StrideH", "StrideW")]
    x = call.real(0)
    padding = pads(dims(x)[1:3], kernel, stride, call.option(_POOL, "Padding") == 0)
    made = op.nn.avg_pool2d(x, kernel, stride, padding, layout="NHWC")
    return call.stored(made, call.option(_POOL, "FusedActivationFunction"))


def _kernel(call, shape, axis):
    """A depthwise one in another shape, with its scales along another axis; a constant stays one, for sums in
    integers."""
    tensor = call.inputs[1]
    if call.converter.has_expr(tensor.tensor_idx):
        return op.reshape(call.real(1), shape)
    kernel = relax.const(
        call.value(1).reshape(shape), call.converter.get_tensor_type_str(tensor.tensor.Type())
    )
    if not call.is_quantized(1):
        return kernel
    scale, zero = tensor.qnn_params["scale"], tensor.qnn_params["zero_point"]
    return op.dequantize(kernel, scale, zero, axis=axis)


def _depthwise(call):
    """Before 0.27, TVM has no multiplier and no scale for each channel."""
    x = call.real(0)
    stride = [call.option(_DEPTHWISE, name) for name in ("StrideH", "StrideW")]
    dilation = [call.option(_DEPTHWISE, name) for name in ("DilationHFactor", "DilationWFactor")]
    channels, (height, width, count) = dims(x)[3], call.input_dims(1)[1:]
    reached = [(k - 1) * d + 1 for k, d in zip((height, width), dilation)]
    is_one = channels == 1
    made = op.nn.conv2d(
        x,
        _kernel(call, *(([height, width, 1, count], 3) if is_one else ([height, width, count, 1], 2))),
        strides=stride,
        padding=pads(dims(x)[1:3], reached, stride, call.option(_DEPTHWISE, "Padding") == 0),
        dilation=dilation,
        groups=channels,
        data_layout="NHWC",
        kernel_layout="HWIO" if is_one else "HWOI",
    )
    made = op.add(made, bias(call, 2)) if call.has(2) else made
    return call.stored(made, call.option(_DEPTHWISE, "FusedActivationFunction"))


WINDOWS = {"AVERAGE_POOL_2D": _average_pool, "DEPTHWISE_CONV_2D": _depthwise}
