# needs: tvm onnx reference
# uses: torch
"""Real models through the exporter: each on a Cortex-M and a RISC-V board, driven by a host and
standalone, and held against ONNX Runtime or torch. The suite tries each model in one of these ways;
$MICROTVM_TEST_WHOLE=1 (ci/soak/today) in all."""

import functools
import os
import pathlib
import sys
import tempfile

import common

sys.path.append(str(common.MODELS / "today"))
import tiny  # pylint: disable=wrong-import-position
import trained  # pylint: disable=wrong-import-position

import microtvm_qemu  # pylint: disable=wrong-import-position
from microtvm_qemu.exporter.frontends import load  # pylint: disable=wrong-import-position

BOARDS = ("mps2_an385", "qemu_riscv32")
INTERFACES = {"host_driven": "packed", "aot_standalone_demo": "c"}
WAYS = [(board, kind) for kind in INTERFACES for board in BOARDS]
FOLDER = tempfile.TemporaryDirectory(prefix="tvm-test-")


def torch_conv(folder):
    try:
        import torched
    except ImportError as error:
        raise common.Skip(f"no torch here (tests/tvm/today/lists/torch): {error}") from None
    return torched.conv(folder)


MAKERS = {
    "conv": trained.conv,
    "qdq": trained.qdq,
    "attention": trained.attention,
    "tabular": trained.tabular,
    "keywords": tiny.keywords,
    "images": tiny.images,
    "anomalies": tiny.anomalies,
    "torch": torch_conv,
}


@functools.lru_cache(None)
def made(name):
    """The model, and its Relax module."""
    folder = pathlib.Path(FOLDER.name, name)
    folder.mkdir()
    model = MAKERS[name](folder)
    return model, load(model.path)


def check(name, board, kind):
    common.need_board(board)
    model, module = made(name)
    with common.scratch() as folder:
        path = folder / "model.tar"
        exported = microtvm_qemu.export(module, path, interface=INTERFACES[kind])
        inputs = dict(zip(exported.inputs, model.inputs.values()))
        outputs, report = microtvm_qemu.run(path, board, inputs, project_type=kind)
    right, largest = model.check(list(outputs.values()))
    said = "" if right is None else f"{right:.1%} of {len(model.labels)} right, "
    print(f"# {name}, {board}, {kind}: {said}at most {largest:.1e} from {model.reference}")
    assert report["inferences"] == len(model.expected[0])


def add_tests():
    """As functions of this module, which common.main() finds."""
    is_whole = os.environ.get("MICROTVM_TEST_WHOLE") == "1"
    for number, name in enumerate(MAKERS):
        for board, kind in WAYS if is_whole else [WAYS[number % len(WAYS)]]:
            test = functools.partial(check, name, board, kind)
            globals()[f"test_{name}_{board}_{kind}"] = test


if __name__ == "__main__":
    add_tests()
    common.main()
