"""Operators whose loops a schedule has changed, on a board."""

# needs: tvm

import numpy as np
from tvm.script import tirx as T

import common
import microtvm_qemu
from microtvm_qemu import exporter

BOARD = "mps2_an385"


@T.prim_func(s_tir=True)
def extremes(a: T.Buffer((2, 6), "int32"), b: T.Buffer((2,), "int32")):
    """Each step takes what the one before left: TVM's C would take what was there at first."""
    for i in range(2):
        for k in T.unroll(6):
            with T.sblock("extremes"):
                v, r = T.axis.remap("SR", [i, k])
                with T.init():
                    b[v] = 50
                b[v] = T.min(T.max(b[v], a[v, r]), a[v, r] + b[v])


def test_unrolled_extremes():
    a = np.array([[-7, 3, 90, -2, 100, 11], [60, 70, -80, 55, -200, 1]], "int32")
    b = np.full(2, 50)
    for values in a.T:
        b = np.minimum(np.maximum(b, values), values + b)
    common.need_board(BOARD)
    with common.scratch() as folder:
        path = folder / "model.tar"
        microtvm_qemu.export(exporter.operator_module(extremes), path)
        outputs, _ = microtvm_qemu.run(path, BOARD, [a])
    np.testing.assert_array_equal(*outputs.values(), b)


if __name__ == "__main__":
    common.main()
