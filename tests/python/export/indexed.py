"""Indices that are inputs, from both ends, on a board: against NumPy. Constants that are out of range."""

# needs: tvm

import numpy as np
from tvm import relax

import common
import microtvm_qemu
from modules import module, tensor

BOARD = "mps2_an385"
DATA = np.arange(60, dtype="float32").reshape(3, 4, 5)


def scattered(data, indices, updates):
    result = data.copy()
    result[tuple(np.moveaxis(indices, -1, 0))] += updates
    return result


def put_along(data, indices, updates):
    result = data.copy()
    np.put_along_axis(result, indices, updates, 1)
    return result


ROWS = np.array([[-1, 0], [2, -3]])
SMALL = np.array([-1, 3, -4], "int8")
ALONG = np.array([-5, 4, 0, -1], "int64").reshape(1, 4, 1).repeat(3, 0)
PLACES = np.array([[-1, -2], [0, 3], [2, -4]])
PUT = np.array([[-1, 1, -4, 3, 2], [0, -3, 2, -2, -1], [3, 2, 1, 0, -1]]).reshape(3, 1, 5)
UPDATES = np.arange(15, dtype="float32").reshape(3, 1, 5) / 4
# Inputs beside the data, the operator, and what NumPy makes of them.
CASES = {
    "take": ([ROWS], lambda x, i: relax.op.take(x, i, axis=0), lambda x, i: x[i]),
    "take_small": ([SMALL], lambda x, i: relax.op.take(x, i, axis=1), lambda x, i: x[:, i]),
    "take_flat": (
        [ROWS - 20],
        lambda x, i: relax.op.take(relax.op.reshape(x, [60]), i),
        lambda x, i: x.ravel()[i],
    ),
    "take_unsigned": (
        [abs(ROWS).astype("uint32")],
        lambda x, i: relax.op.take(x, i, axis=2),
        lambda x, i: x[..., i],
    ),
    "elements": (
        [ALONG],
        lambda x, i: relax.op.gather_elements(x, i, axis=2),
        lambda x, i: np.take_along_axis(x, i, 2),
    ),
    "nd": ([PLACES], relax.op.gather_nd, lambda x, i: x[tuple(i.T)]),
    "nd_batches": (
        [PLACES % 4 - 4],
        lambda x, i: relax.op.gather_nd(x, i, batch_dims=1),
        lambda x, i: x[np.arange(3), i[:, 0], i[:, 1]],
    ),
    "tensor": (
        [ROWS, ROWS],
        lambda x, i, j: relax.op.index_tensor(x, [i, j]),
        lambda x, i, j: x[i, j],
    ),
    "scatter_nd": (
        [PLACES, np.ones((3, 5), "float32")],
        lambda x, i, u: relax.op.scatter_nd(x, i, u, "add"),
        scattered,
    ),
    "scatter_elements": (
        [PUT, UPDATES],
        lambda x, i, u: relax.op.scatter_elements(x, i, u, axis=1),
        put_along,
    ),
    "put": (
        [PLACES[:, 0], PLACES[:, 1], PLACES[:, 1], np.ones(3, "float32")],
        lambda x, i, j, k, u: relax.op.index_put(x, relax.Tuple([i, j, k]), u),
        lambda x, i, j, k, u: put(x, (i, j, k), u),
    ),
}


def put(data, places, values):
    result = data.copy()
    result[places] = values
    return result


def test_on_a_board():
    common.need_board(BOARD)
    values = {"x": DATA}
    for name, (inputs, _, _) in CASES.items():
        values.update({f"{name}_{index}": value for index, value in enumerate(inputs)})

    def body(builder, x, *others):
        others = iter(others)
        made = [builder.emit(op(x, *(next(others) for _ in inputs))) for inputs, op, _ in CASES.values()]
        return relax.Tuple(made)

    types = {name: tensor(value.shape, str(value.dtype)) for name, value in values.items()}
    with common.scratch() as folder:
        made = microtvm_qemu.export(module(types, body), folder / "m.tar")
        outputs, _ = microtvm_qemu.run(made.path, BOARD, values)
    assert len(outputs) == len(CASES), outputs.keys()
    for (name, (inputs, _, wanted)), got in zip(CASES.items(), outputs.values()):
        np.testing.assert_array_equal(got, wanted(DATA, *inputs), err_msg=name)


def test_constants():
    def taken(index):
        return module({"x": tensor((3, 2))}, lambda b, x: b.emit(relax.op.take(x, index, axis=0)))

    common.need_board(BOARD)
    with common.scratch() as folder:
        made = microtvm_qemu.export(taken(relax.const([-3, 2, -1], "int64")), folder / "m.tar")
        x = DATA.ravel()[:6].reshape(3, 2)
        outputs, _ = microtvm_qemu.run(made.path, BOARD, {"x": x})
        np.testing.assert_array_equal(outputs["output"], x[[-3, 2, -1]])
        last = microtvm_qemu.export(taken(relax.const(-1, "int64")), folder / "m.tar")
        assert last.outputs["output"] == ((2,), "float32"), last.outputs
        outputs, _ = microtvm_qemu.run(last.path, BOARD, {"x": x})
        np.testing.assert_array_equal(outputs["output"], x[-1])
        for index in (3, -4):
            arguments = taken(relax.const([0, index], "int64")), folder / "m.tar"
            error = common.expect_raises(microtvm_qemu.ExportError, microtvm_qemu.export, *arguments)
            for text in ("relax.take", f"index {index} ", "out of range"):
                assert text in str(error), error


if __name__ == "__main__":
    common.main()
