"""TFLite's layers that TVM's front end reads wrongly, or as what its compiler has no code for."""

import numpy as np
from tvm import relax
from tvm.relax import op

from ...names import dtype_of, type_of
from .call import dims
from .windows import bias


def _fully_connected(call):
    """TVM takes the input's last dimension, TFLite as many as the weights have."""
    x = call.expr(0)
    before, (units, size) = dims(x), dims(call.expr(1))
    if len(before) == 2 and before[1] == size:
        return call.given()
    made = call.given_with(call.emit(op.reshape(x, [-1, size])))
    is_kept = call.option("FullyConnectedOptions", "KeepNumDims")
    return op.reshape(made, [*before[:-1], units]) if is_kept else made


def _batch_matmul(call):
    sides = []
    for place, option in ((0, "AdjX"), (1, "AdjY")):
        x = call.real(place)
        order = [*range(len(dims(x)))]
        order[-2:] = order[:-3:-1]
        sides.append(op.permute_dims(x, order) if call.option("BatchMatMulOptions", option) else x)
    return call.stored(op.matmul(*sides))


def _cumsum(call):
    """A product with a triangle of ones: TVM's own runs on the host alone, and drops reverse."""
    x, axis = call.expr(0), int(call.value(1).item())
    count = len(dims(x))
    axis %= count
    is_exclusive, is_reverse = (call.option("CumsumOptions", name) for name in ("Exclusive", "Reverse"))
    ones = np.triu(np.ones([dims(x)[axis]] * 2), 1 if is_exclusive else 0)
    ones = relax.const(ones.T if is_reverse else ones, dtype_of(type_of(x)))
    order = [place for place in range(count) if place != axis] + [axis]
    return op.permute_dims(op.matmul(op.permute_dims(x, order), ones), [*map(int, np.argsort(order))])


def _resize_nearest_neighbor(call):
    """With align_corners, TVM takes the element before in place of the nearest."""
    if not call.option("ResizeNearestNeighborOptions", "AlignCorners"):
        return call.given()
    sizes = tuple(map(int, call.value(1)))
    return op.image.resize2d(
        call.expr(0), sizes, None, "NHWC", "nearest_neighbor", "align_corners", "round_prefer_ceil"
    )


def _transpose_conv(call):
    """All that the kernel reaches, of which the output is a part: TVM's front end makes what its compiler has no code
    for, and drops the fused activation."""
    stride = [call.option("TransposeConvOptions", name) for name in ("StrideH", "StrideW")]
    is_same = call.option("TransposeConvOptions", "Padding") == 0
    x, weights = call.real(2), call.real(1)
    sizes, kernel, wanted = dims(x)[1:3], dims(weights)[1:3], [*map(int, call.value(0))][1:3]
    whole = op.nn.conv2d_transpose(
        op.permute_dims(x, [0, 3, 1, 2]),
        op.permute_dims(weights, [3, 0, 1, 2]),
        strides=stride,
        kernel_layout="IOHW",
    )
    reached = [(n - 1) * s + k for n, s, k in zip(sizes, stride, kernel)]
    first = [max(a - b, 0) // 2 if is_same else 0 for a, b in zip(reached, wanted)]
    short = [max(f + w - r, 0) for f, w, r in zip(first, wanted, reached)]
    last = [min(f + w, r) for f, w, r in zip(first, wanted, reached)]
    part = op.strided_slice(whole, [2, 3], first, last, [1, 1])
    made = op.permute_dims(
        op.nn.pad(part, [0, 0, 0, 0, 0, short[0], 0, short[1]]) if any(short) else part, [0, 2, 3, 1]
    )
    made = op.add(made, bias(call, 3)) if call.has(3) else made
    return call.stored(made, call.option("TransposeConvOptions", "FusedActivationFunction"))


LAYERS = {
    "BATCH_MATMUL": _batch_matmul,
    "CUMSUM": _cumsum,
    "FULLY_CONNECTED": _fully_connected,
    "RESIZE_NEAREST_NEIGHBOR": _resize_nearest_neighbor,
    "TRANSPOSE_CONV": _transpose_conv,
}
