"""TFLite's operators whose options TVM's front end drops, or which it has no code for: their numbers are TFLite's, or
they are refused with their place in the file."""

# needs: tvm tflite

import numpy as np

import common
import microtvm_qemu
from microtvm_qemu.exporter import frontends, golden
from model_file import Operator, Tensor, constant, written

RANDOM = np.random.default_rng(5)


def floats(*shape):
    return RANDOM.standard_normal(shape).astype("float32")


def _load(folder, operators, tensors, inputs, outputs, shapes=None):
    path = folder / "net.tflite"
    written(path, operators, tensors, inputs, outputs)
    return frontends.load(path, shapes)


def _single(name, inputs, outputs, options, fields):
    """Arguments of _load; arrays among the inputs are the model's."""
    tensors = [t if isinstance(t, Tensor) else Tensor(t.shape, str(t.dtype)) for t in inputs] + outputs
    places = [*range(len(inputs))]
    results = [*range(len(inputs), len(tensors))]
    own = [place for place, one in enumerate(tensors[: len(inputs)]) if one.data is None]
    return [Operator(name, places, results, options, fields)], tensors, own, results


def check(name, inputs, expected, options=None, output=None, at_most=1e-4, **fields):
    """inputs: arrays, and constants; a Tensor with its array is (Tensor, array). expected: an array or a list."""
    arrays = [each[1] if isinstance(each, tuple) else each for each in inputs]
    described = [each[0] if isinstance(each, tuple) else each for each in inputs]
    expected = expected if isinstance(expected, list) else [expected]
    outputs = [output or Tensor(each.shape, str(each.dtype)) for each in map(np.asarray, expected)]
    with common.scratch() as folder:
        module = _load(folder, *_single(name, described, outputs, options, fields))
        microtvm_qemu.export(module, folder / "net.tar")
        made = golden.run_by_tvm(module, [each for each in arrays if isinstance(each, np.ndarray)])
    for got, wanted in zip(made, expected):
        assert got.dtype == wanted.dtype and got.shape == wanted.shape, (name, got.dtype, got.shape)
        np.testing.assert_allclose(
            got.astype("float64"), wanted.astype("float64"), atol=at_most, err_msg=name
        )


def refused(texts, name, inputs, output, options=None, more=(), **fields):
    with common.scratch() as folder:
        given = _single(name, inputs, [output, *more], options, fields)
        error = common.expect_raises(
            microtvm_qemu.ExportError,
            lambda: microtvm_qemu.export(_load(folder, *given), folder / "net.tar"),
        )
    for text in (f"operator 0 {name} -> t{len(inputs)}", *texts):
        assert text in str(error), f"no {text!r} in: {error}"


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def test_options_of_single_elements():
    x = floats(2, 6)
    check("SOFTMAX", [x], softmax(0.5 * x), "SoftmaxOptions", Beta=0.5)
    wide = np.linspace(-3, 3, 6, dtype="float32")
    smooth = 0.5 * wide * (1 + np.tanh(np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3)))
    check("GELU", [wide], smooth.astype("float32"), "GeluOptions", Approximate=True, at_most=1e-5)
    numbers = np.array([7, -3, 2], "int32")
    check("SQUARE", [numbers], np.array([49, 9, 4], "int32"))
    check("SQUARED_DIFFERENCE", [numbers, constant(5, "int32")], np.array([4, 64, 9], "int32"))
    short = 1e-8 * np.ones((1, 4), "float32")
    check("L2_NORMALIZATION", [short], short / 1e-6, "L2NormOptions", at_most=1e-6)
    check("ARG_MAX", [x, constant(1, "int32")], x.argmax(1).astype("int32"), "ArgMaxOptions", OutputType=2)


def test_indices():
    x = floats(2, 3, 4)
    places = np.array([[1, 2], [0, 1]], "int32")
    check("GATHER_ND", [x, constant(places)], x[[1, 0], [2, 1]], "GatherNdOptions")
    table = np.zeros((3, 2), "float32")
    table[2, 1] = 5
    check(
        "SCATTER_ND",
        [constant([[2, 1]], "int32"), np.array([5], "float32"), constant([3, 2], "int32")],
        table,
    )
    check("EMBEDDING_LOOKUP", [constant([1, 0], "int32"), x[0]], x[0][[1, 0]])
    hot = np.array([[-1, -1, -1], [-1, 4, -1], [-1, -1, -1]], "float32").T
    values = [constant(3, "int32"), constant(4, "float32"), constant(-1, "float32")]
    check("ONE_HOT", [np.array([-1, 1, 3], "int32"), *values], hot, "OneHotOptions", Axis=0)
    refused(
        ["batch_dims"],
        "GATHER",
        [x, constant(places)],
        Tensor((2, 2, 4)),
        "GatherOptions",
        Axis=1,
        BatchDims=1,
    )


def test_slices():
    x = np.arange(60, dtype="float32").reshape(3, 4, 5)

    def sliced(begin, end, stride, expected, **masks):
        numbers = [constant(each, "int32") for each in (begin, end, stride)]
        check("STRIDED_SLICE", [x, *numbers], expected, "StridedSliceOptions", **masks)

    sliced([2, -1], [0, 0], [-1, -2], x[2:0:-1, -1:0:-2])
    sliced([0, 3, 0], [0, 0, 5], [-1, -2, 2], x[::-1, 3::-2, 0:5:2], BeginMask=1, EndMask=3)
    sliced([-1, 0, 1], [0, 0, 3], [1, 1, 1], x[-1, ..., 1:3], EllipsisMask=2, ShrinkAxisMask=1)
    sliced([0, 1, 0], [0, 3, 0], [1, 1, 1], x[None, 1:3], NewAxisMask=1, EllipsisMask=4)
    sliced([0, 1, 1], [3, 2, 2], [1, 1, 1], x[0:3, 1:3, 1:3], Offset=True)


def test_what_moves():
    x = floats(1, 4, 4, 2)
    check(
        "SPLIT_V",
        [x, constant([-1, 3], "int32"), constant(1, "int32")],
        [x[:, :1], x[:, 1:]],
        "SplitVOptions",
        NumSplits=2,
    )
    check("UNPACK", [x], [x[..., 0], x[..., 1]], "UnpackOptions", Axis=-1, Num=2)
    check("SQUEEZE", [x[:, :1]], x[0, 0], "SqueezeOptions")
    check("EXPAND_DIMS", [x, constant(-1, "int32")], x[..., None], "ExpandDimsOptions")
    pads = np.array([[0, 0], [1, 2], [0, 3], [0, 0]], "int32")
    check("MIRROR_PAD", [x, constant(pads)], np.pad(x, pads, "symmetric"), "MirrorPadOptions", Mode=1)
    batches = np.stack([x[0, a::2, b::2] for a in (0, 1) for b in (0, 1)])
    two, none = constant([2, 2], "int32"), constant([[0, 0], [0, 0]], "int32")
    check("SPACE_TO_BATCH_ND", [x, two, none], batches)
    check("BATCH_TO_SPACE_ND", [batches, two, constant([[1, 0], [0, 2]], "int32")], x[:, 1:, :2])
    rows = np.array([True, False, True])
    check(
        "SELECT",
        [rows, x[0, :3, :3, 0], -x[0, :3, :3, 0]],
        np.where(rows[:, None], 1, -1).astype("float32") * x[0, :3, :3, 0],
    )
    nearest = [0, 1, 2, 2, 3]  # of n * 3 / 4 the nearest, halves up
    check(
        "RESIZE_NEAREST_NEIGHBOR",
        [x, constant([5, 5], "int32")],
        x[:, nearest][:, :, nearest],
        "ResizeNearestNeighborOptions",
        AlignCorners=True,
    )


def test_sums_along_an_axis():
    x = np.arange(1, 7, dtype="int32").reshape(2, 3)
    axis = constant(1, "int32")
    check(
        "CUMSUM",
        [x, axis],
        np.array([[5, 3, 0], [11, 6, 0]], "int32"),
        "CumsumOptions",
        Exclusive=True,
        Reverse=True,
    )
    check("CUMSUM", [x, axis], x.cumsum(1).astype("int32"), "CumsumOptions")


def test_products():
    x, weights = floats(2, 3, 4), floats(5, 4)
    check("FULLY_CONNECTED", [x, constant(weights)], x.reshape(6, 4) @ weights.T, "FullyConnectedOptions")
    wide = floats(5, 12)
    check("FULLY_CONNECTED", [x, constant(wide)], x.reshape(2, 12) @ wide.T, "FullyConnectedOptions")
    check("FULLY_CONNECTED", [x, constant(weights)], x @ weights.T, "FullyConnectedOptions", KeepNumDims=True)
    check("BATCH_MATMUL", [x, constant(weights)], x @ weights.T, "BatchMatMulOptions", AdjY=True)


def transposed(x, kernel, stride, size):
    """A convolution turned around, SAME: x of one image, kernel (outputs, height, width, inputs)."""
    height, width = kernel.shape[1:3]
    whole = np.zeros([(n - 1) * stride + k for n, k in zip(x.shape, (height, width))] + [len(kernel)])
    for row, column in np.ndindex(*x.shape[:2]):
        whole[row * stride :, column * stride :][:height, :width] += np.einsum(
            "ohwi,i->hwo", kernel, x[row, column]
        )
    first = [max(a - b, 0) // 2 for a, b in zip(whole.shape, size)]
    return whole[first[0] :, first[1] :][: size[0], : size[1]]


def test_transposed_convolutions():
    x, kernel = floats(3, 4, 2), floats(3, 4, 3, 2)
    expected = np.maximum(transposed(x, kernel, 2, (6, 8)), 0)[None].astype("float32")
    size = constant([1, 6, 8, 3], "int32")
    options = {"StrideH": 2, "StrideW": 2, "FusedActivationFunction": 1}
    check("TRANSPOSE_CONV", [size, constant(kernel), x[None]], expected, "TransposeConvOptions", **options)


def test_windows():
    """Depthwise, with two kernels for each channel and a scale for each; and a mean of what is quantized."""
    whole = RANDOM.integers(-128, 128, (1, 4, 3, 2)).astype("int8")
    kind = {"dtype": "int8", "scale": 0.05, "zero": -3}
    x = (Tensor(whole.shape, **kind), whole)
    kernel, scales = RANDOM.integers(-127, 128, (1, 3, 3, 4)).astype("int8"), np.array(
        [0.01, 0.02, 0.03, 0.04]
    )
    padded = np.pad(whole.astype(int) + 3, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2)).repeat(2, 3)
    sums = np.einsum("nhwcij,ijc->nhwc", windows, kernel[0].astype(int))
    expected = np.clip(np.rint(sums * 0.05 * scales / 0.25), -128, 127).astype("int8")
    inputs = [x, constant(kernel, scale=scales, axis=3), constant([0] * 4, "int32", scale=0.05 * scales)]
    fields = {"StrideH": 1, "StrideW": 1, "DepthMultiplier": 2}
    output = Tensor(expected.shape, "int8", scale=0.25)
    check("DEPTHWISE_CONV_2D", inputs, expected, "DepthwiseConv2DOptions", output, at_most=1, **fields)
    means = np.rint(whole.reshape(1, 2, 2, 3, 2).mean((2, 3))).astype("int8")[:, :, None]
    fields = {"StrideH": 2, "StrideW": 3, "FilterHeight": 2, "FilterWidth": 3, "Padding": 1}
    check("AVERAGE_POOL_2D", [x], means, "Pool2DOptions", Tensor(means.shape, **kind), at_most=0, **fields)


def test_a_recurrent_layer():
    """Batches first, and steps first."""
    x, size = floats(2, 3, 4), 5
    kernels, recurrent = [0.5 * floats(size, 4) for _ in range(4)], [
        0.5 * floats(size, size) for _ in range(4)
    ]
    biases = [0.5 * floats(size) for _ in range(4)]
    state = cell = np.zeros((2, size))
    states = []
    for step in range(3):
        sums = [x[:, step] @ k.T + state @ r.T + b for k, r, b in zip(kernels, recurrent, biases)]
        taken, kept, shown = (1 / (1 + np.exp(-sums[gate])) for gate in (0, 1, 3))
        cell = kept * cell + taken * np.tanh(sums[2])
        state = shown * np.tanh(cell)
        states.append(state)
    first = Tensor((2, size))
    weights = [constant(each) for each in (*kernels, *recurrent)]
    for is_time_first in (False, True):
        operator = Operator(
            "UNIDIRECTIONAL_SEQUENCE_LSTM", [0, *range(1, 9), -1, -1, -1, *range(9, 13)], [15]
        )
        operator.inputs += [-1, -1, 13, 14]
        operator.options = "UnidirectionalSequenceLSTMOptions"
        operator.fields = {"FusedActivationFunction": 4, "TimeMajor": is_time_first}
        given = x.swapaxes(0, 1) if is_time_first else x
        expected = np.stack(states, 0 if is_time_first else 1)
        tensors = [
            Tensor(given.shape),
            *weights,
            *map(constant, biases),
            first,
            first,
            Tensor(expected.shape),
        ]
        with common.scratch() as folder:
            module = _load(folder, [operator], tensors, [0], [15])
            microtvm_qemu.export(module, folder / "net.tar")
            (made,) = golden.run_by_tvm(module, [np.ascontiguousarray(given)])
        np.testing.assert_allclose(made, expected, atol=1e-5)


def test_quantized_tensors():
    whole = RANDOM.integers(-128, 128, (2, 6)).astype("int8")
    kind = {"dtype": "int8", "scale": 0.05, "zero": -3}
    x = (Tensor(whole.shape, **kind), whole)
    pads = np.array([[0, 1], [2, 0]], "int32")
    check("PAD", [x, constant(pads)], np.pad(whole, pads, constant_values=-3), output=Tensor((3, 8), **kind))
    check("TRANSPOSE", [x, constant([1, 0], "int32")], whole.T, output=Tensor((6, 2), **kind))
    real = (whole.astype(int) + 3) * 0.05
    stored = np.clip(np.rint(softmax(0.5 * real) * 256) - 128, -128, 127).astype("int8")
    output = Tensor((2, 6), "int8", scale=1 / 256, zero=-128)
    check("SOFTMAX", [x], stored, "SoftmaxOptions", output, at_most=1, Beta=0.5)
    kernel, scales = RANDOM.integers(-127, 128, (4, 6)).astype("int8"), np.array([0.01, 0.02, 0.03, 0.04])
    bias = np.array([900, -900, 30, 0])
    sums = (whole.astype(int) + 3) @ kernel.T.astype(int) + bias
    expected = np.clip(np.rint(sums * 0.05 * scales / 0.25), -128, 127).astype("int8")
    inputs = [x, constant(kernel, scale=scales), constant(bias, "int32", scale=0.05 * scales)]
    check(
        "FULLY_CONNECTED",
        inputs,
        expected,
        "FullyConnectedOptions",
        Tensor((2, 4), "int8", scale=0.25),
        at_most=1,
    )
    other = Tensor((6, 2), "int8", scale=0.1)
    refused(["other scales"], "TRANSPOSE", [x[0], constant([1, 0], "int32")], other)


def test_what_is_refused():
    x = floats(1, 4, 4, 2)
    pool = {"StrideH": 1, "StrideW": 1, "FilterHeight": 1, "FilterWidth": 1, "FusedActivationFunction": 4}
    refused(["fused activation"], "MAX_POOL_2D", [x], Tensor(x.shape), "Pool2DOptions", **pool)
    weights = constant(np.ones((3, 2), "int8"), scale=0.1)
    refused(
        ["dynamic range", "representative"],
        "FULLY_CONNECTED",
        [x[0, 0], weights],
        Tensor((4, 3)),
        "FullyConnectedOptions",
    )
    size = constant([1, 3], "int32")
    refused(
        ["align_corners"],
        "RESIZE_BILINEAR",
        [x, size],
        Tensor((1, 1, 3, 2)),
        "ResizeBilinearOptions",
        AlignCorners=True,
    )
    refused(["front end"], "DYNAMIC_UPDATE_SLICE", [x, x, constant([0] * 4, "int32")], Tensor(x.shape))
    refused(["float32 [1, 5]", "wrongly"], "ADD", [x[0, 0], x[0, 0]], Tensor((1, 5)), "AddOptions")
    refused(
        ["wants a constant"],
        "PADV2",
        [x[0, 0], constant([[0, 0]] * 2, "int32"), x[0, 0, 0, :1]],
        Tensor((4, 2)),
    )
    refused(
        ["relax.topk", "sorts"],
        "TOPK_V2",
        [x[0, 0], constant(2, "int32")],
        Tensor((4, 2)),
        "TopKV2Options",
        more=[Tensor((4, 2), "int32")],
    )
    numbers = np.array([3], "int32")
    refused(["power"], "POW", [numbers, numbers], Tensor((1,), "int32"), "PowOptions")


def test_tensors_of_one_name():
    """TVM knows a tensor by its name alone."""
    x = floats(3)
    tensors = [Tensor((3,), name="x"), Tensor((3,), name="y"), Tensor((3,), name="y"), Tensor((3,), name="")]
    operators = [Operator("NEG", [0], [1]), Operator("EXP", [1], [2]), Operator("ABS", [2], [3])]
    with common.scratch() as folder:
        (made,) = golden.run_by_tvm(_load(folder, operators, tensors, [0], [3]), [x])
    np.testing.assert_allclose(made, np.exp(-x), rtol=1e-5)


def test_shapes_of_the_users():
    tensors = [Tensor((1, 4)), Tensor((1, 4))]
    arguments = [Operator("NEG", [0], [1])], tensors, [0], [1]
    with common.scratch() as folder:
        made = microtvm_qemu.export(_load(folder, *arguments, {"t0": [3, 4]}), folder / "net.tar")
        assert [*made.outputs.values()] == [((3, 4), "float32")], made.outputs
        error = common.expect_raises(microtvm_qemu.ExportError, _load, folder, *arguments, {"t0": [1, 5]})
        assert "input t0" in str(error) and "[1, 4]" in str(error), error
        (folder / "net.tflite").write_text("no model at all")
        error = common.expect_raises(microtvm_qemu.ExportError, frontends.load, folder / "net.tflite")
        assert "TFL3" in str(error), error


if __name__ == "__main__":
    common.main()
