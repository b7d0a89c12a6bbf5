"""What README.md shows under "With today's TVM", run as it stands there."""

# needs: tvm onnx pytest

import os
import pathlib
import re
import shlex
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

import common

SECTION = re.search(
    r"^## With today's TVM\n(.*?)^## ", (common.SOURCE / "README.md").read_text(), re.M | re.S
).group(1)


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTION, re.M | re.S)


def make_model(path):
    """A small conv net, as a user may have it: x and y are the names that README.md's has."""
    generator = np.random.default_rng(3)
    weights = {"w": (4, 1, 3, 3), "b": (4,), "v": (10, 144), "c": (10,)}
    tensors = [
        onnx.numpy_helper.from_array(generator.standard_normal(shape).astype("float32"), name)
        for name, shape in weights.items()
    ]
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["h"]),
        helper.make_node("Relu", ["h"], ["i"]),
        helper.make_node("Flatten", ["i"], ["j"]),
        helper.make_node("Gemm", ["j", "v", "c"], ["k"], transB=1),
        helper.make_node("Softmax", ["k"], ["y"]),
    ]
    ports = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)]
        for name, shape in (("x", (1, 1, 8, 8)), ("y", (1, 10)))
    ]
    graph = helper.make_graph(nodes, "net", *ports, initializer=tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]), path)


def expect_installed(line):
    """What it installs is what is tried here: pip itself is tried in package.py."""
    assert line.startswith("pip install ./ci/python "), line
    assert (common.SOURCE / "ci/python/pyproject.toml").is_file()
    for word in shlex.split(line)[3:]:
        name, equals, version = word.partition("==")
        listed = [p for p in (common.SOURCE / "tests/tvm/today").rglob("*") if p.is_file()]
        known = any(
            re.search(rf"(^|\s){re.escape(word)}(\s|=|$)", p.read_text(), re.M) for p in listed
        )
        assert known, f"README.md installs {word}, the tests have another version of {name}"
        assert equals == "" or version, word


def steps():
    """Its commands, in their order, without those that make the environment."""
    lines = [line[2:] for block in blocks("console") for line in block.splitlines()]
    assert lines[0] == "python3 -m venv venv && . venv/bin/activate", lines
    expect_installed(lines[1])
    assert len(lines) + len(blocks("py")[0].splitlines()) <= 15, "README.md promises few lines"
    return lines[2:]


def test_it_runs_as_it_stands_there():
    with common.scratch() as folder:
        make_model(folder / "model.onnx")
        (folder / "test_model.py").write_text(blocks("py")[0])
        place = folder / "bin"
        place.mkdir()
        python = shlex.quote(sys.executable)
        for name, command in {
            "python": python,
            "pytest": f"{python} -m pytest -p microtvm_qemu.pytest_plugin",
            "microtvm-qemu": shlex.quote(str(common.PROGRAM)),
        }.items():
            (place / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
            (place / name).chmod(0o755)
        env = {**os.environ, "PATH": f"{place}:{os.environ['PATH']}"}
        env["XDG_CACHE_HOME"] = str(folder / "cache")
        for line in steps():
            result = subprocess.run(
                ["sh", "-c", line], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            )  # fmt: skip
            assert result.returncode == 0, (line, result.stdout)
            expect_said(line, result.stdout)
        expect_wrong_ones_found(folder, env)
        common.expect_no_process(folder)


def expect_said(line, text):
    if line.startswith("microtvm-qemu regress"):
        assert re.search(r"\b2 passed", text), text
    elif line.startswith("pytest"):
        assert re.search(r"\b2 passed", text), text


def expect_wrong_ones_found(folder, env):
    """What passes is held against what was expected: another expectation fails."""
    path = next(pathlib.Path(folder, "golden").glob("output0_*.npy"))
    np.save(path, np.load(path) + np.float32(0.5))
    result = subprocess.run(
        ["microtvm-qemu", "regress", "golden/suite.json"],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1, result.stdout


if __name__ == "__main__":
    common.main()
