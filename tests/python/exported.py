"""The pytest plugin with models that it exports itself: of Relax modules; README.md's is of a file."""
# needs: tvm pytest

import common
import plugin

TESTS = """
import microtvm_qemu
import tvm
from tvm import relax

Tensor = getattr(relax, "TensorStructInfo", None) or relax.TensorType
X = np.array([[-1, 2, -3, 4]], "float32")

def relu(dtype):
    builder = relax.BlockBuilder()
    x = relax.Var("x", Tensor([1, 4], dtype))
    with builder.function("main", [x]):
        with builder.dataflow():
            y = builder.emit_output(relax.op.nn.relu(x))
        builder.emit_func_output(y)
    return builder.finalize()

MODULE = relu("float32")

def test_right(assert_on_board, _microtvm_archives):
    assert_on_board(MODULE, X, np.maximum(X, 0))
    assert_on_board(MODULE, [X], [[[0, 2, 0, 4]]])
    assert len(list(_microtvm_archives._folder.iterdir())) == 1  # exported once

def test_made_before(assert_on_board, microtvm_board, tmp_path):
    made = microtvm_qemu.export(MODULE, tmp_path / "relu.tar")
    assert_on_board(made, X, np.maximum(X, 0))
    outputs, _ = microtvm_qemu.run(made, microtvm_board, X)
    assert outputs["output"].tolist() == [[0, 2, 0, 4]]

def test_other(assert_on_board):
    assert_on_board(MODULE, X, X)

def test_refused(assert_on_board):
    assert_on_board(relu("float16"), X, X)
"""


def test_relax_modules():
    with common.scratch() as folder:
        session = plugin.Session(folder, TESTS).run("-p", "no:cacheprovider")
        session.expect(1, "2 failed, 2 passed")
        session.expect(1, "differs: 2 of 4 elements (rtol=1e-05, atol=1e-05), most by 3 at [0, 2]")
        session.expect(1, f"Failed: on {plugin.BOARDS[0]}: input x: ", "float16")
        assert "Traceback" not in session.text and "microtvm_qemu/" not in session.text


if __name__ == "__main__":
    common.main()
