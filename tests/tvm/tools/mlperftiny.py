"""Project type mlperftiny with TVM's own client code, as its test of this name uses it: models of
the four tasks' shapes and types, exported, built, and asked over the serial line. The networks are
small and of random weights; what they should say is computed with NumPy."""

import pathlib
import re
import struct
import tarfile

import numpy as np

import common
from common import expect_raises, scratch

tvm = common.import_tvm()
# pylint: disable=wrong-import-position
from tvm import relay
from tvm.micro import export_model_library_format
from tvm.micro.model_library_format import generate_c_interface_header
from tvm.micro.project_api import server
from tvm.micro.testing.utils import (
    aot_transport_find_message,
    create_header_file,
    mlf_extract_workspace_size_bytes,
)
from tvm.relay.backend import Executor, Runtime

TIMEOUT_S = 60
SCALE, ZERO = 1 / 256, -128
# Index, name of the task's model, shape of its input, results. The pictures of visual wake words do
# not fit into 64 KB twice, as loaded and as the model's input.
KWS = (1, "kws", (1, 49, 10, 1), 12)
VWW = (2, "vww", (1, 96, 96, 3), 2)
AD = (3, "ad", (1, 640), 1)
IC = (4, "ic", (1, 32, 32, 3), 10)
PATCH = 8  # both axes of a picture are cut into so many times fewer
CODE_BYTES = 31  # EEMBC's runner sends as many in a command


def random_net(task, rng):
    """A module, and a function that computes the same."""
    index, _, shape, classes = task
    if index == AD[0]:
        weights = (rng.integers(-64, 65, (shape[1], 8)) / 64 / 8).astype("float32")
        x = relay.var("input_1", shape=shape, dtype="float32")
        code = relay.nn.relu(relay.nn.dense(x, relay.const(weights.T.copy())))
        module = relay.Function([x], relay.nn.dense(code, relay.const(weights)))
        return module, lambda x: np.maximum(x.astype("float64") @ weights, 0) @ weights.T
    patch = 1 if index == KWS[0] else PATCH
    rows, columns, channels = shape[1] // patch, shape[2] // patch, 4
    kernel = rng.integers(-8, 9, (patch, patch, shape[3], channels)).astype("int8")
    weights = rng.integers(-8, 9, (classes, rows * columns * channels)).astype("int32")
    x = relay.var("input_1", shape=shape, dtype="int8")
    features = relay.nn.conv2d(
        x,
        relay.const(kernel),
        strides=(patch, patch),
        kernel_size=(patch, patch),
        channels=channels,
        data_layout="NHWC",
        kernel_layout="HWIO",
        out_dtype="int32",
    )
    features = relay.clip(relay.right_shift(features, relay.const(4)), 0, 127)
    features = relay.nn.batch_flatten(features)
    logits = relay.nn.dense(features, relay.const(weights), out_dtype="int32")
    odds = relay.nn.softmax(relay.cast(logits, "float32") * relay.const(1 / 16384, "float32"))
    steps = relay.round(odds * relay.const(1 / SCALE, "float32")) + relay.const(ZERO, "float32")
    module = relay.Function([x], relay.cast(relay.clip(steps, -128, 127), "int8"))

    def compute(x):
        patches = x.astype("int64").reshape(rows, patch, columns, patch, shape[3])
        features = np.einsum("iajbc,abck->ijk", patches, kernel.astype("int64"))
        features = np.clip(features >> 4, 0, 127).reshape(-1)
        odds = np.exp(weights @ features / 16384)
        return np.clip(np.rint(odds / odds.sum() / SCALE), 0, 255) * SCALE

    return module, compute


def random_input(task, rng):
    if task is AD:
        return (rng.integers(-640, 641, AD[2]) / 64).astype("float32")
    return rng.integers(-128, 128, task[2]).astype("int8")


def as_it_travels(task, sample):
    """What the client sends: pictures from 0 to 255."""
    data = sample.tobytes()
    return data if task in (KWS, AD) else bytes(byte ^ 0x80 for byte in data)


def write_archive(module, path):
    executor = Executor(
        "aot", {"unpacked-api": True, "interface-api": "c", "workspace-byte-alignment": 8}
    )
    with tvm.transform.PassContext(opt_level=3, config={"tir.disable_vectorize": True}):
        built = relay.build(
            tvm.IRModule.from_expr(module), target="c", executor=executor, runtime=Runtime("crt")
        )
    export_model_library_format(built, path)
    return built


def write_extra_files(built, task, folder):
    """Headers that TVM's Zephyr template includes."""
    (folder / "include").mkdir()
    header = generate_c_interface_header(
        built.libmod_name, ["input_1"], ["output"], [], {}, [], 0, str(folder / "include"), {}, {}
    )
    shape, dtype = (AD[2], "float32") if task is AD else ((1, task[3]), "int8")
    with tarfile.open(folder / "extra.tar", "w:gz") as tar:
        tar.add(header, arcname=f"include/{pathlib.Path(header).name}")
        create_header_file("output_data", np.zeros(shape, dtype), "include/tvm", tar)
    return folder / "extra.tar"


def make_project(task, board, module, folder):
    index, name, shape, _ = task
    archive = folder / "model.tar"
    built = write_archive(module, archive)
    definitions = [
        f"-DWORKSPACE_SIZE={mlf_extract_workspace_size_bytes(archive) + 512}",
        f"-DTARGET_MODEL={index}",
        f"-DTH_MODEL_VERSION=EE_MODEL_VERSION_{name.upper()}01",
        f"-DMAX_DB_INPUT_SIZE={np.prod(shape) * (4 if task is AD else 1)}",
    ]
    if task is not AD:
        definitions += [f"-DOUT_QUANT_SCALE={SCALE}", f"-DOUT_QUANT_ZERO={ZERO}"]
    options = {
        "project_type": "mlperftiny",
        "board": board,
        "config_main_stack_size": 4000,
        "serial_number": None,
        "extra_files_tar": str(write_extra_files(built, task, folder)),
        "compile_definitions": definitions,
    }
    return tvm.micro.project.generate_project_from_mlf(
        common.TEMPLATE, folder / "project", archive, options
    )


def find(transport, message):
    return aot_transport_find_message(transport, message, timeout_sec=TIMEOUT_S)


def ask(transport, command, message):
    transport.write(f"{command}%".encode(), timeout_sec=TIMEOUT_S)
    return find(transport, message)


def load(transport, data, announced, code_bytes=CODE_BYTES):
    ask(transport, f"db load {announced}", "m-ready")
    for at in range(0, len(data), code_bytes):
        ask(transport, f"db {data[at : at + code_bytes].hex()}", "m-ready")


def results(transport):
    """As TVM's test reads them: there is no minus in its pattern."""
    line = ask(transport, "infer 1 0", "m-results")
    numbers = re.search(r"m\-results\-\[([A-Za-z0-9_,.]+)\]", line).group(1)
    return [float(number) for number in numbers.split(",")]


def run_task(task, board):
    rng = np.random.default_rng(task[0])
    module, compute = random_net(task, rng)
    with scratch() as folder:
        project = make_project(task, board, module, folder)
        project.build()
        project.flash()
        with project.transport() as transport:
            find(transport, "m-ready")
            assert "[microTVM]" in ask(transport, "name", "m-name")
            assert f"[{task[1]}01]" in ask(transport, "profile", "m-model")
            for _ in range(2):
                sample = random_input(task, rng)
                data = as_it_travels(task, sample)
                # TVM announces floats by their number, EEMBC by their bytes.
                load(transport, data, len(data) if rng.integers(2) else sample.size)
                got, want = results(transport), compute(sample)
                if task is AD:
                    want = [np.mean(np.square(want - sample))]
                np.testing.assert_allclose(got, np.reshape(want, -1), atol=0.00051)
        common.expect_no_process(folder)


def test_keyword_spotting():
    for board in common.BOARDS:
        run_task(KWS, board)


def test_visual_wake_words():
    for board in common.BOARDS:
        if board != "qemu_cortex_m3":
            run_task(VWW, board)


def test_anomaly_detection():
    for board in common.BOARDS:
        run_task(AD, board)


def test_image_classification():
    for board in common.BOARDS:
        run_task(IC, board)


def test_a_byte_and_a_float_at_a_time():
    """As TVM's test writes samples."""
    rng = np.random.default_rng(7)
    module, compute = random_net(AD, rng)
    with scratch() as folder:
        project = make_project(AD, "qemu_riscv32", module, folder)
        project.build()
        project.flash()
        with project.transport() as transport:
            find(transport, "m-ready")
            sample = random_input(AD, rng)
            data = b"".join(struct.pack("<f", value) for value in sample.flatten().tolist())
            load(transport, data, sample.size, code_bytes=1)
            want = np.mean(np.square(compute(sample) - sample))
            np.testing.assert_allclose(results(transport), [want], atol=0.00051)


def test_a_model_that_is_not_for_the_task():
    module, _ = random_net(KWS, np.random.default_rng(1))
    with scratch() as folder:
        error = expect_raises(server.ServerError, make_project, AD, "qemu_riscv32", module, folder)
        assert "TARGET_MODEL=3 (anomaly detection) is for a model with" in str(error), error


if __name__ == "__main__":
    common.main()
