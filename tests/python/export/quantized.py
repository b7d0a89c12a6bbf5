"""Networks in int8 and uint8, whose sums are to be in integers on the board."""

# needs: tvm

import numpy as np
from tvm import relax

import common
import microtvm_qemu
from modules import constant, module, tensor

BOARD = "mps2_an385"
SCALE, ZERO = 0.05, 3
OUT_SCALE = 0.2
RANDOM = np.random.default_rng(11)


def dequantized(builder, data, scale, zero, axis, dtype):
    zero = np.zeros_like(np.asarray(scale), dtype) + np.asarray(zero, dtype)
    return builder.emit(
        relax.op.dequantize(data, constant(scale, "float32"), constant(zero, dtype), axis, "float32")
    )


def quantized(builder, value, zero, dtype):
    scale, zero = constant(OUT_SCALE, "float32"), constant(zero, dtype)
    return builder.emit(relax.op.quantize(value, scale, zero, 1, dtype))


def convolved(data, weight, groups, stride):
    """Padded by one with 0, in float64."""
    padded = np.pad(data, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    if groups > 1:
        return np.einsum("nchwij,cij->nchw", windows, weight[:, 0])
    return np.einsum("nchwij,ocij->nohw", windows, weight)


def check(made, data, expected, is_float):
    with common.scratch() as folder:
        path = folder / "model.tar"
        exported = microtvm_qemu.export(made, path, interface="c")
        outputs, _ = microtvm_qemu.run(path, BOARD, data)
    [got] = outputs.values()
    if is_float:
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-4)
        return exported
    limits = np.iinfo(got.dtype)
    expected = np.clip(np.rint(expected / OUT_SCALE) + ZERO, limits.min, limits.max)
    assert limits.min in got or limits.max in got or got.size < 100, "nothing saturates"
    assert np.abs(got.astype(int) - expected).max() <= 1, (got, expected)
    assert (got == expected).mean() > 0.99
    return exported


def a_convolution(dtype, groups=1, stride=1, is_relu=False, is_float=False, is_alike=False):
    """Padded, with a bias; a scale for each channel, or one for all."""
    common.need_board(BOARD)
    limits = np.iinfo(dtype)
    data = RANDOM.integers(limits.min, limits.max, (1, 4, 7, 7), dtype, endpoint=True)
    weight = RANDOM.integers(-127, 127, (4, 4 // groups, 3, 3), "int8", endpoint=True)
    scale = 0.01 if is_alike else np.array([0.02, 0.005, 0.01, 0.0001])
    bias = RANDOM.integers(-20000, 20000, 4, "int32")

    def body(builder, x):
        x = dequantized(builder, x, SCALE, ZERO, 1, dtype)
        w = dequantized(builder, constant(weight, "int8"), scale, 0, 0, "int8")
        b = dequantized(builder, constant(bias, "int32"), SCALE * np.asarray(scale), 0, 0, "int32")
        value = builder.emit(
            relax.op.nn.conv2d(x, w, strides=stride, padding=1, groups=groups)
        )
        b = builder.emit(relax.op.reshape(b, (1, 4, 1, 1)))
        value = builder.emit(relax.op.add(value, b))
        if is_relu:
            value = builder.emit(relax.op.nn.relu(value))
        return value if is_float else quantized(builder, value, ZERO, dtype)

    each = np.broadcast_to(scale, 4)
    expected = convolved(
        SCALE * (data.astype(float) - ZERO), each.reshape(4, 1, 1, 1) * weight, groups, stride
    )
    expected += (SCALE * each * bias).reshape(1, 4, 1, 1)
    if is_relu:
        expected = np.maximum(expected, 0)
    check(module({"x": tensor(data.shape, dtype)}, body), data, expected, is_float)


def test_convolutions():
    a_convolution("int8")
    a_convolution("uint8", is_relu=True)
    a_convolution("int8", groups=4, stride=2, is_relu=True)
    a_convolution("int8", is_alike=True)


def test_a_convolution_that_is_not_quantized_again():
    a_convolution("int8", is_float=True)


def test_a_matrix_product():
    common.need_board(BOARD)
    data = RANDOM.integers(-128, 127, (3, 40), "int8", endpoint=True)
    weight = RANDOM.integers(-127, 127, (40, 50), "int8", endpoint=True)

    def body(builder, x):
        x = dequantized(builder, x, SCALE, ZERO, 1, "int8")
        w = dequantized(builder, constant(weight, "int8"), 0.01, 0, 1, "int8")
        return quantized(builder, builder.emit(relax.op.matmul(x, w)), ZERO, "int8")

    expected = SCALE * (data.astype(float) - ZERO) @ (0.01 * weight)
    check(module({"x": tensor(data.shape, "int8")}, body), data, expected, False)


def test_no_floats_are_left():
    """What is quantized before and behind a convolution takes a float's instructions no more."""
    common.need_board(BOARD)
    weight = RANDOM.integers(-127, 127, (8, 8, 3, 3), "int8")

    def body(builder, x):
        x = dequantized(builder, x, SCALE, ZERO, 1, "int8")
        w = dequantized(builder, constant(weight, "int8"), 0.01, 0, 0, "int8")
        return quantized(builder, builder.emit(relax.op.nn.conv2d(x, w)), ZERO, "int8")

    made = module({"x": tensor((1, 8, 8, 8), "int8")}, body)
    with common.scratch() as folder:
        exported = microtvm_qemu.export(made, folder / "model.tar", interface="c")
        data = np.zeros((1, 8, 8, 8), "int8")
        _, report = microtvm_qemu.run(folder / "model.tar", BOARD, data, count=True)
    products = 8 * 6 * 6 * 8 * 9
    assert exported.constants_size_bytes < 2 * weight.size, exported.constants_size_bytes
    assert report["counts"]["instructions_per_inference"] < 20 * products, report["counts"]


if __name__ == "__main__":
    common.main()
