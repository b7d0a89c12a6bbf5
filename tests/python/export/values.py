"""Operators' numbers on a board: constants that TVM prints with seven digits, infinities, buffers."""

# needs: tvm

import numpy as np
from tvm import relax, te, tirx

import common
import microtvm_qemu
from modules import constant, module, of_operators, tensor

BOARD = "mps2_an385"
THIRD = 1 / 3
# The next float32 above 16777215 / 16777216, which seven digits do not tell from 1.
NEAR_ONE = float(np.float32(1) - np.float32(2**-24))


def on_board(made_of, inputs, **options):
    common.need_board(BOARD)
    with common.scratch() as folder:
        made = microtvm_qemu.export(made_of, folder / "m.tar", **options)
        outputs, _ = microtvm_qemu.run(made.path, BOARD, inputs)
    return list(outputs.values()), made


def each_on_board(*cases):
    """What a board makes of each case: (dtype, function of an element, elements)."""
    inputs = [np.asarray(elements, dtype) for dtype, _, elements in cases]
    made = of_operators([(x.shape, case[0], case[1]) for x, case in zip(inputs, cases)])
    return on_board(made, inputs)[0]


def mixed(dtype):
    """In one operator: two constants that look alike in seven digits, and one that needs none."""
    near, third, half = (tirx.const(value, dtype) for value in (NEAR_ONE, THIRD, 0.5))
    return lambda value: (value * near + third) * half - near * near


def test_constants_are_exact():
    elements = [0, 1, -7, 1e6]
    special = (NEAR_ONE, THIRD, 1.17549435e-38, 3.4028234663852886e38, 1e-45, -1.0000001)
    cases = [(dtype, mixed(dtype), elements) for dtype in ("float32", "float64")]
    for value in special:
        cases.append(("float32", lambda x, v=value: x * tirx.const(v, "float32"), [1.0, -1.0]))
    single, double, *products = each_on_board(*cases)
    for got in (single, double):
        kind = got.dtype.type
        near, x = kind(NEAR_ONE), np.array(elements, got.dtype)
        wanted = (x * near + kind(THIRD)) * kind(0.5) - near * near
        np.testing.assert_allclose(got, wanted, rtol=3 * np.finfo(kind).eps)
    for got, value in zip(products, special):  # bit by bit
        wanted = np.array([value, -value], "float32")
        assert got.tobytes() == wanted.tobytes(), f"{value}: {got} {wanted}"


def test_infinities():
    """A mask as attention has it, and a constant that is not a number."""
    infinity = tirx.const(float("-inf"), "float32")
    nan = tirx.const(float("nan"), "float32")
    masked, strange = each_on_board(
        ("float32", lambda x: tirx.Select(x > 0, x, infinity), [1, -1, 0, 2]),
        ("float32", lambda x: tirx.Select(x > 0, nan, -infinity), [1, -1]),
    )
    np.testing.assert_array_equal(masked, [1, -np.inf, -np.inf, 2])
    np.testing.assert_array_equal(strange, [np.nan, np.inf])


def test_functions_of_c():
    """Those that TVM's own target has no C for."""
    x = [-2.5, 0.5, 3.0]
    cases = [("float32", tirx.abs, x), ("float64", tirx.abs, x), ("float32", tirx.exp2, x)]
    cases += [("float32", tirx.exp10, x), ("int32", tirx.popcount, [0, 255, -1])]
    cases += [("int64", tirx.popcount, [0, 255, -1])]
    cases += [("int32", tirx.clz, [1, 255, -1])]
    absolute, wide, twos, tens, bits, many, zeros = each_on_board(*cases)
    np.testing.assert_array_equal(absolute, np.abs(np.float32(x)))
    np.testing.assert_array_equal(wide, np.abs(x))
    np.testing.assert_allclose(twos, np.exp2(np.float32(x)), rtol=1e-6)
    np.testing.assert_allclose(tens, np.power(np.float32(10), np.float32(x)), rtol=1e-5)
    np.testing.assert_array_equal(bits, [0, 8, 32])
    np.testing.assert_array_equal(many, [0, 8, 64])
    np.testing.assert_array_equal(zeros, [31, 24, 0])


def test_tables_of_special_numbers():
    table = np.array([np.inf, -np.inf, np.nan, -0.0, 1e-45, 3.4028235e38], "float32")
    wide = np.array([-(2**63), 2**63 - 1, -1, 0, 1, 2], "int64")

    def body(builder, x, y):
        return relax.Tuple(
            [
                builder.emit(relax.op.add(x, constant(table))),
                builder.emit(relax.op.bitwise_xor(y, constant(wide, "int64"))),
            ]
        )

    types = {"x": tensor((6,)), "y": tensor((6,), "int64")}
    zeros = np.full(6, -0.0, "float32")
    (floats, integers), made = on_board(
        module(types, body), {"x": zeros, "y": np.zeros(6, "int64")}
    )
    assert floats[3:].tobytes() == table[3:].tobytes(), floats
    np.testing.assert_array_equal(floats[:3], table[:3])
    np.testing.assert_array_equal(integers, wide)
    assert made.constants_size_bytes == 32 + 48


def test_equal_constants_are_there_once():
    weights = np.arange(64, dtype="float32")

    def body(builder, x):
        first = builder.emit(relax.op.add(x, constant(weights)))
        softer = builder.emit(relax.op.nn.softmax(builder.emit(relax.op.reshape(first, (8, 8)))))
        again = builder.emit(relax.op.reshape(softer, (64,)))
        return builder.emit(relax.op.multiply(again, constant(weights)))

    x = np.ones(64, "float32")
    (got,), made = on_board(module({"x": tensor((64,))}, body), [x])
    assert made.constants_size_bytes == 256, made.constants_size_bytes
    rows = (x + weights).reshape(8, 8)
    parts = np.exp(rows - rows.max(1, keepdims=True))
    wanted = (parts / parts.sum(1, keepdims=True)).ravel() * weights
    np.testing.assert_allclose(got, wanted, rtol=1e-5)


def test_buffers_share_the_workspace():
    """A chain of tensors of 16 KiB, with operators that have buffers of their own, on a board of 64 KiB;
    nothing comes from the heap."""
    shape = (64, 64)

    def body(builder, x):
        for _ in range(4):
            x = builder.emit(relax.op.nn.softmax(x))
            x = builder.emit(relax.op.permute_dims(x))
        return builder.emit(relax.op.sum(x, 0))

    x = np.linspace(-1, 1, 4096, dtype="float32").reshape(shape)
    (got,), made = on_board(module({"x": tensor(shape)}, body), [x])
    for _ in range(4):
        parts = np.exp(x - x.max(1, keepdims=True))
        x = (parts / parts.sum(1, keepdims=True)).T
    np.testing.assert_allclose(got, x.sum(0), rtol=1e-5)
    assert made.workspace_size_bytes <= 3 * 16384 + 512, made.workspace_size_bytes


def test_names_in_operators():
    """Words of C, and names that exported code has itself."""

    def exponents(source, between, result):
        x = te.placeholder((4, 64), "float32", name=source)
        all_of_it = te.compute((4, 64), lambda i, j: te.exp(x[i, j]), name=between)
        axis = te.reduce_axis((0, 64), "k")
        total = te.compute((4,), lambda i: te.sum(all_of_it[i, axis], axis=axis), name=result)
        return te.create_prim_func([x, total])

    names = (
        ("signed", "static", "auto"),
        ("NAN", "tvmgen_scratch", "inline"),
        ("p1", "p0", "input0"),
    )
    builder = relax.BlockBuilder()
    x = relax.Var("x", tensor((4, 64)))
    with builder.function("main", [x]):
        outputs = []
        for index, three in enumerate(names):
            function = exponents(*three).with_attr("operator", index).without_attr("global_symbol")
            symbol = builder.add_func(function, ("int", "expf", "main")[index])
            call = relax.call_tir(symbol, relax.Tuple([x]), tensor((4,)))
            outputs.append(builder.emit(call))
        builder.emit_func_output(relax.Tuple(outputs))
    values = np.random.default_rng(5).standard_normal((4, 64)).astype("float32")
    got, made = on_board(builder.finalize(), [values])
    assert len(got) == 3 and made.operators[:2] == ["int", "expf"], made.operators
    for output in got:
        np.testing.assert_allclose(output, np.exp(values).sum(1), rtol=1e-5)


def test_nothing_is_left_in_between():
    """Of a sum, what is added to it and what is made of that, in one operator: a number at a time. Each
    is taken in the order in which it is defined."""

    def body(builder, x):
        summed = builder.emit(relax.op.matmul(x, constant(weights)))
        biased = builder.emit(relax.op.add(summed, constant(bias)))
        positive = builder.emit(relax.op.nn.relu(biased))
        return builder.emit(relax.op.multiply(positive, constant(bias)))

    weights = np.random.default_rng(3).standard_normal((24, 32)).astype("float32")
    bias = np.linspace(-1, 1, 32, dtype="float32")
    x = np.random.default_rng(4).standard_normal((40, 24)).astype("float32")
    (got,), made = on_board(module({"x": tensor((40, 24))}, body), [x])
    wanted = np.zeros((40, 32), "float32")
    for index in range(24):
        wanted += x[:, index : index + 1] * weights[index]
    np.testing.assert_allclose(got, np.maximum(wanted + bias, 0) * bias, rtol=1e-6, atol=1e-6)
    assert made.workspace_size_bytes == 0 and len(made.operators) == 1, vars(made)


def test_a_convolution_needs_room_for_its_edges_alone():
    """One of 1 x 1 has none; what is padded lies in the workspace."""
    wide = np.random.default_rng(8).standard_normal((1, 8, 8, 4)).astype("float32")
    for size, room in ((1, 0), (3, 10 * 10 * 4 * 4)):
        shape = (size, size, 4, 2)
        weights = np.random.default_rng(9).standard_normal(shape).astype("float32")

        def body(builder, x, weights=weights, size=size):
            layouts = {"data_layout": "NHWC", "kernel_layout": "HWIO"}
            made = relax.op.nn.conv2d(x, constant(weights), padding=size // 2, **layouts)
            return builder.emit(made)

        (got,), made = on_board(module({"x": tensor(wide.shape)}, body), [wide])
        edge = size // 2
        padded = np.pad(wide[0], ((edge, edge), (edge, edge), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), (0, 1))
        wanted = np.einsum("hwcyx,yxco->hwo", windows, weights)
        np.testing.assert_allclose(got[0], wanted, rtol=1e-4, atol=1e-5)
        assert made.workspace_size_bytes == room, (size, made.workspace_size_bytes)


if __name__ == "__main__":
    common.main()
