"""Tensors of an exported model as a board has them: types, names, tuples, what is returned twice."""

# needs: tvm

import json

import numpy as np
import tvm
import tvm.rpc
from tvm import relax

import common
import microtvm_qemu
import server_process
from modules import constant, module, tensor, tuple_of

BOARDS = ("mps2_an385", "qemu_riscv64")
TYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64".split()
# What is no name in C, and what is the same one there.
NAMES = ["serving/x:0", "serving.x:0", "int", "1st", "input0", "X", "x", "NAN", "a b", 'q"\\', "é"]


def run_everywhere(made_of, inputs, expected, rtol=1e-6, **options):
    """Both interfaces, boards of both widths; outputs by name and in their order."""
    with common.scratch() as folder:
        for interface, kind in (("packed", "host_driven"), ("c", "aot_standalone_demo")):
            path = folder / f"{interface}.tar"
            made = microtvm_qemu.export(made_of, path, interface=interface, **options)
            assert list(made.outputs) == list(expected), (made.outputs, list(expected))
            assert list(made.inputs) == list(inputs), made.inputs
            for board in BOARDS:
                common.need_board(board)
                outputs, _ = microtvm_qemu.run(path, board, inputs, project_type=kind)
                assert list(outputs) == list(expected), list(outputs)
                for name, want in expected.items():
                    got, want = outputs[name], np.asarray(want)
                    where = f"{interface} {board} {name}"
                    assert got.dtype == want.dtype, f"{where}: {got.dtype}, not {want.dtype}"
                    assert got.shape == want.shape, f"{where}: {got.shape}, not {want.shape}"
                    np.testing.assert_allclose(got, want, rtol=rtol, err_msg=where)


def value(dtype, shape):
    if dtype == "bool":
        return np.arange(np.prod(shape)).reshape(shape) % 2 == 0
    if dtype.startswith("float"):
        return np.linspace(-1e6, 1e6, int(np.prod(shape)), dtype=dtype).reshape(shape)
    info = np.iinfo(dtype)
    return np.array([info.min, info.max, info.max // 3, 1], dtype)[: np.prod(shape)].reshape(shape)


def test_types_and_names():
    """Each type on its way in, through an operator and out, under names that C can't have."""
    inputs = {name: value(dtype, (2, 2)) for name, dtype in zip(NAMES, TYPES)}
    outputs = [f"{name}" for name in NAMES]

    def flipped(builder, *params):
        return relax.Tuple([builder.emit(relax.op.flip(param, 1)) for param in params])

    types = {name: tensor((2, 2), dtype) for name, dtype in zip(NAMES, TYPES)}
    made = module(types, flipped, outputs)
    run_everywhere(made, inputs, {name: array[:, ::-1] for name, array in inputs.items()})


def test_what_is_returned():
    """An input, a constant, one tensor twice and in another shape, scalars; tuples in tuples."""
    x = np.arange(6, dtype="float32").reshape(2, 3)
    scalar = np.array(-3, "int64")

    def body(builder, pair, lone):
        first = relax.TupleGetItem(pair, 0)
        inner = relax.TupleGetItem(relax.TupleGetItem(pair, 1), 0)
        total = builder.emit(relax.op.add(first, first))
        flat = builder.emit(relax.op.reshape(total, (6,)))
        back = builder.emit(relax.op.exp(builder.emit(relax.op.negative(flat))))
        summed = builder.emit(relax.op.sum(total))
        less = builder.emit(relax.op.subtract(inner, lone))
        fixed = constant([[7, 8]], "int16")
        view = builder.emit(relax.op.reshape(first, (3, 2)))
        return relax.Tuple(
            [
                first,
                relax.Tuple([total, flat, relax.Tuple([total, back])]),
                fixed,
                fixed,
                summed,
                less,
                view,
            ]
        )

    types = {
        "pair": tuple_of(tensor((2, 3)), tuple_of(tensor((), "int64"))),
        "lone": tensor((), "int64"),
    }
    wanted = [x, 2 * x, 2 * x.ravel(), 2 * x, np.exp(-2 * x.ravel())]
    wanted += [np.array([[7, 8]], "int16")] * 2
    wanted += [np.float32(2 * x.sum()), scalar - 5, x.reshape(3, 2)]
    run_everywhere(
        module(types, body),
        {"pair.0": x, "pair.1.0": scalar, "lone": np.array(5, "int64")},
        {f"output{i}": np.asarray(array) for i, array in enumerate(wanted)},
    )


def test_tensors_of_no_elements():
    """They come and go, and the others are right."""

    def body(builder, x, y):
        return relax.Tuple(
            [
                builder.emit(relax.op.add(x, x)),
                builder.emit(relax.op.multiply(y, y)),
                builder.emit(relax.op.concat([x, y], 0)),
            ]
        )

    made = module({"x": tensor((0, 3)), "y": tensor((2, 3))}, body)
    x, y = np.zeros((0, 3), "float32"), np.ones((2, 3), "float32")
    wanted = {"output0": x, "output1": 4 * y, "output2": 2 * y}
    with common.scratch() as folder:
        microtvm_qemu.export(made, folder / "m.tar")
        outputs, _ = microtvm_qemu.run(folder / "m.tar", BOARDS[0], {"x": x, "y": 2 * y})
        for name, array in wanted.items():
            np.testing.assert_array_equal(outputs[name], array)
        error = common.expect_raises(
            microtvm_qemu.ExportError, microtvm_qemu.export, made, folder / "c.tar", interface="c"
        )
    assert "input x" in str(error) and "no elements" in str(error), error


def test_a_client_of_today():
    """TVM's own drives it over RPC: names as they are, and truth values, which are new since 0.21."""

    def body(builder, x, y):
        return relax.Tuple(
            [builder.emit(relax.op.logical_not(x)), builder.emit(relax.op.add(y, y))]
        )

    made = module({"serving/x:0": tensor((3,), "bool"), "y": tensor((2,), "int64")}, body)
    common.need_board(BOARDS[0])
    with common.scratch() as folder:
        microtvm_qemu.export(made, folder / "m.tar")
        with server_process.Server(folder, folder / "m.tar", "--board", BOARDS[0]) as server:
            remote = tvm.rpc.connect("127.0.0.1", server.port)
            create = remote.get_function("tvm.aot_executor.create")
            model = create(remote.system_lib(), remote.cpu(0), "default")
            model["get_input"]("serving/x:0").copyfrom(np.array([True, False, True]))
            model["get_input"]("y").copyfrom(np.array([2**40, -1], "int64"))
            model["run"]()
            got = [model["get_output"](index).numpy() for index in range(2)]
            del model, create, remote
    np.testing.assert_array_equal(got[0], [False, True, False])
    np.testing.assert_array_equal(got[1], [2**41, -2])
    assert [str(array.dtype) for array in got] == ["bool", "int64"], got


def test_no_inputs_and_nothing_to_compute():
    fixed = np.array([1.5, -2.5], "float32")
    run_everywhere(module({}, lambda builder: constant(fixed)), {}, {"output": fixed})
    x = np.array([True, False])
    run_everywhere(
        module({"x": tensor((2,), "bool")}, lambda builder, x: x), {"x": x}, {"output": x}
    )


def test_names_that_are_longer_than_a_file_can_have():
    """Of 300 characters, which differ in the last; their files are named after them all the same."""
    first, second = (300 * "n" + end for end in "ab")
    made = module(
        {second: tensor((2,))},
        lambda b, x: relax.Tuple([b.emit(relax.op.add(x, x)), b.emit(relax.op.multiply(x, x))]),
        output_names=[first, second],
    )
    x = np.array([3, -5], "float32")
    common.need_board(BOARDS[0])
    with common.scratch() as folder:
        microtvm_qemu.export(made, folder / "m.tar", golden=folder / "golden")
        outputs, _ = microtvm_qemu.run(folder / "m.tar", BOARDS[0], {second: x})
        np.testing.assert_array_equal(outputs[first], x + x)
        np.testing.assert_array_equal(outputs[second], x * x)
        (given,) = (folder / "golden").glob("input*.npy")
        document = folder / "run.json"
        program = [common.BUILD / "bin/microtvm-qemu", "run", folder / "m.tar", "--board", BOARDS[0]]
        options = ["--input", given, "--output", folder / "out", "--trace", folder / "trace", "--json", document]
        status, _, log = common.finished([*program, *options], 300)
        assert status == 0, log
        told = json.loads(document.read_text())
        files = sorted(path.name for path in (folder / "out").iterdir())
        assert len(files) == 2 and all(len(name) < 210 and "@" in name for name in files), files
        assert len(list((folder / "trace").iterdir())) == 2
        for name in (first, second):
            assert name in json.dumps(told), told


if __name__ == "__main__":
    common.main()
