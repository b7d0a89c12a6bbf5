"""`run --trace` of an exported model: what each of its operators gave, of both interfaces."""

# needs: tvm

import subprocess

import numpy as np
from tvm import relax

import common
import microtvm_qemu
from modules import constant, module, tensor

BOARD = "mps2_an385"
ROWS = 3
SIZES = np.random.default_rng(3).standard_normal((ROWS, 2, 8)).astype("float32")


def made(limit):
    """Operators that can't be fused, of several types; the last but one has no axis."""

    def body(builder, x):
        sums = builder.emit(relax.op.sum(x, axis=1))
        large = builder.emit(relax.op.greater(sums, constant(limit)))
        whole = builder.emit(relax.op.argmax(x, axis=1))
        total = builder.emit(relax.op.sum(builder.emit(relax.op.astype(whole, "float64"))))
        flat = builder.emit(relax.op.reshape(x, (16,)))
        return relax.Tuple([large, total, builder.emit(relax.op.nn.softmax(flat, axis=0))])

    return module({"x": tensor((2, 8))}, body)


def run(archive, folder, *arguments, status=0):
    np.save(folder / "x.npy", SIZES)
    done = subprocess.run(
        [common.PROGRAM, "run", archive, "--board", BOARD, f"--input=x={folder}/x.npy", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, f"{done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


def expect_trace(folder, limit):
    """Names hang on the release; what an operator gives is told by its type and numbers."""
    traced = [np.load(file) for file in sorted(folder.iterdir())]
    most = np.argmax(SIZES, axis=2)
    powers = np.exp(SIZES.reshape(ROWS, 16))
    wanted = [
        SIZES.sum(axis=2),
        SIZES.sum(axis=2) > limit,
        most.astype("float64").sum(axis=1),
        powers / powers.sum(axis=1, keepdims=True),
    ]
    for tensors in wanted:
        assert any(
            got.dtype == tensors.dtype
            and got.shape == tensors.shape
            and np.allclose(got, tensors, rtol=1e-5, atol=1e-5)
            for got in traced
        ), (tensors, traced)


def test_each_operator():
    common.need_board(BOARD)
    with common.scratch() as folder:
        for interface in ("packed", "c"):
            archive = microtvm_qemu.export(made(0.5), folder / "m.tar", interface=interface).path
            text = run(archive, folder, f"--trace={folder}/{interface}")
            assert "operators in" in text and "note: the model's code" not in text, text
            expect_trace(folder / interface, 0.5)


def test_the_first_that_differs():
    """Not the one behind it, nor the model's outputs alone."""
    common.need_board(BOARD)
    with common.scratch() as folder:
        for name, limit in (("before", 0.5), ("now", -0.5)):
            microtvm_qemu.export(made(limit), folder / f"{name}.tar")
        run(folder / "before.tar", folder, f"--trace={folder}/trace")
        files = sorted(file.name for file in (folder / "trace").iterdir())
        text = run(folder / "now.tar", folder, f"--expect-trace={folder}/trace", status=1)
        place = next(i for i, file in enumerate(files, 1) if "greater" in file)
        assert f"number {place}, tvmgen_default_" in text and "greater" in text, text


if __name__ == "__main__":
    common.main()
