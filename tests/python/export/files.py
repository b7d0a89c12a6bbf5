"""Archives and golden files that export writes, from modules and from the files of models."""

# needs: tvm onnx
# uses: reference

import contextlib
import importlib
import io
import json
import os
import subprocess
import sys
import tarfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tvm import relax

import common
import microtvm_qemu
from modules import constant, module, tensor

command_line = importlib.import_module("microtvm_qemu.export")
BOARD = "mps2_an385"
WEIGHTS = np.random.default_rng(7).standard_normal((4, 3, 3, 3)).astype("float32")


def command(*arguments, status=0):
    """python -m microtvm_qemu.export, in this process; what it printed to stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            returned = command_line.main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse's
            returned = end.code
    assert returned == status, f"{returned}: {out.getvalue()}{err.getvalue()}"
    return out.getvalue(), err.getvalue()


def convolution(folder, batch=1):
    """x/in:0 -> features, scores; batch may be a name."""
    nodes = [
        helper.make_node("Conv", ["x/in:0", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["features"]),
        helper.make_node("GlobalAveragePool", ["features"], ["p"]),
        helper.make_node("Flatten", ["p"], ["scores:0"]),
    ]
    types = {"x/in:0": [batch, 3, 8, 8], "features": [batch, 4, 8, 8], "scores:0": [batch, 4]}
    infos = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in types.items()]
    graph = helper.make_graph(
        nodes, "net", infos[:1], infos[1:], [numpy_helper.from_array(WEIGHTS, "w")]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, folder / "net.onnx")
    return folder / "net.onnx"


EXPORT_BOTH = """
import sys
from microtvm_qemu.export import main
for interface in ("packed", "c"):
    assert main([sys.argv[1], "-o", f"{sys.argv[2]}{interface}.tar", "--interface", interface]) == 0
"""


def test_same_module_same_bytes():
    """In processes whose dicts and sets have another order, under other names."""
    with common.scratch() as folder:
        model = convolution(folder)
        archives = []
        for seed in "01":
            environment = {**os.environ, "PYTHONHASHSEED": seed}
            script = [sys.executable, "-c", EXPORT_BOTH, model, folder / f"of_{seed}_"]
            subprocess.run(script, check=True, env=environment, stdout=subprocess.DEVNULL)
            archives.append([(folder / f"of_{seed}_{i}.tar").read_bytes() for i in ("packed", "c")])
        with tarfile.open(folder / "of_0_c.tar") as archive:
            members = archive.getmembers()
    assert archives[0] == archives[1] and archives[0][0] != archives[0][1]
    for member in members:
        fixed = (member.uid, member.gid, member.uname, member.gname, member.mtime, member.mode)
        assert fixed == (0, 0, "", "", 0, 0o644), member
    names = [member.name for member in members]
    assert names == sorted(names) and "./metadata.json" in names, names


def test_a_model_file():
    """From ONNX to a suite that passes on boards: names as the file has them."""
    with common.scratch() as folder:
        model = convolution(folder)
        archive, golden = folder / "net.tar", folder / "golden"
        out, err = command(model, "-o", archive, "--golden", golden)
        assert out.count("\n") == 1 and f"{archive}: 2 operators" in out and not err, out + err
        suite = json.loads((golden / "suite.json").read_text())
        (case,) = suite["cases"]
        assert list(case["inputs"]) == ["x/in:0"], case
        assert list(case["expected"]) == ["features", "scores:0"], case
        suite["defaults"]["boards"] = [BOARD]
        (golden / "suite.json").write_text(json.dumps(suite))
        common.need_board(BOARD)
        subprocess.run(
            [common.PROGRAM, "regress", golden / "suite.json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        x, scores = (np.load(golden / n) for n in ("input0_x_in_0.npy", "output1_scores_0.npy"))
    padded = np.pad(x[0], ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
    features = np.maximum(np.einsum("chwyx,ocyx->ohw", windows, WEIGHTS), 0)
    np.testing.assert_allclose(scores[0], features.mean((1, 2)), rtol=1e-4)


def test_a_shape_that_is_left_open():
    with common.scratch() as folder:
        model, archive = convolution(folder, "batch"), folder / "m.tar"
        _, err = command(model, "-o", archive, status=1)
        assert "input x/in:0" in err and "batch" in err and "--shape x/in:0=" in err, err
        assert not archive.exists()
        command(model, "-o", archive, "--shape", "x/in:0=2,3,8,8")
        with tarfile.open(archive) as tar:
            metadata = json.load(tar.extractfile("./metadata.json"))
        memory = metadata["modules"]["default"]["memory"]["functions"]["main"][0]
        assert memory["inputs"] == {"x/in:0": {"dtype": "float32", "size": 2 * 3 * 8 * 8 * 4}}
        _, err = command(model, "-o", archive, "--shape", "y=1,2", status=1)
        assert "'y'" in err and "x/in:0" in err, err


def test_mistakes_on_the_command_line():
    """One line that says what, and no traceback."""
    with common.scratch() as folder:
        text = folder / "model.txt"
        text.write_text("x")
        broken, empty = folder / "broken.onnx", folder / "empty.pt2"
        broken.write_text("no model")
        empty.write_text("")
        good = convolution(folder)
        archive = folder / "m.tar"
        for arguments, status, parts in (
            ([text, "-o", archive], 1, ["model.txt", ".onnx, .pt2, .tflite"]),
            ([folder / "none.onnx", "-o", archive], 1, ["none.onnx", "no such file"]),
            ([broken, "-o", archive], 1, ["broken.onnx"]),
            ([empty, "-o", archive], 1, ["empty.pt2"]),
            ([good, "-o", folder], 1, ["a folder", "model.tar"]),
            ([good, "-o", good], 1, ["the model itself"]),
            ([good, "-o", archive, "--golden", "/proc/x"], 1, ["golden: /proc/x: can't be written"]),
            ([good, "-o", archive, "--name", "a-b"], 1, ["'a-b'", "letters"]),
            ([good, "-o", archive, "--shape", "x"], 2, ["NAME=1,3"]),
            ([good], 2, ["-o"]),
            ([good, "-o", archive, "--interface", "x"], 2, ["packed"]),
        ):
            _, err = command(*arguments, status=status)
            for part in parts:
                assert part in err, f"no {part!r} in {err}"
            assert "Traceback" not in err, err
            assert status == 2 or err.count("\n") == 1, err
            assert not archive.exists()
        assert not [entry for entry in folder.iterdir() if entry.name.startswith(".")]
    out, _ = command("--help")
    for option in ("--output", "--interface", "--name", "--golden", "--shape", "Exit code"):
        assert option in out, out


def test_golden_files_of_a_module():
    """Inputs of the user's, and what TVM makes of them on this computer."""

    def body(builder, x, y):
        total = builder.emit(relax.op.add(x, y))
        return relax.Tuple([total, builder.emit(relax.op.multiply(total, constant(3, "int32")))])

    types = {"x": tensor((2,), "int32"), "y": tensor((), "int32")}
    inputs = {"x": np.array([5, -7], "int32"), "y": np.array(100, "int32")}
    with common.scratch() as folder:
        golden = folder / "golden"
        microtvm_qemu.export(
            module(types, body), folder / "m.tar", example_inputs=inputs, golden=golden
        )
        got = {path.name: np.load(path) for path in golden.glob("*.npy")}
    np.testing.assert_array_equal(got["input0_x.npy"], [5, -7])
    np.testing.assert_array_equal(got["output0_output0.npy"], [105, 93])
    np.testing.assert_array_equal(got["output1_output1.npy"], [315, 279])
    assert len(got) == 4 and got["input1_y.npy"] == 100


def test_a_folder_that_can_not_be_written():
    made = module({"x": tensor((2,))}, lambda builder, x: x)
    error = common.expect_raises(
        microtvm_qemu.ExportError, microtvm_qemu.export, made, "/proc/self/m.tar"
    )
    assert "/proc/self/m.tar: can't be written" in str(error), error


if __name__ == "__main__":
    common.main()
