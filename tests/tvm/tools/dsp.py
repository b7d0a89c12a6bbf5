"""What TVM writes for the DSP extension of Arm's cores: kernels in C with its instructions, which the
generic target never has. All in one model, run on a board of each core that has the extension, and
compared with NumPy exactly."""

import functools
import subprocess
import tarfile

import numpy as np

import common

tvm = common.import_tvm()
# pylint: disable=wrong-import-position
from tvm import relay
from tvm.relay.backend import Executor, Runtime

CPUS = {
    "Cortex-M4F": "cortex-m4",
    "Cortex-M7": "cortex-m7",
    "Cortex-M33": "cortex-m33",
    "Cortex-M55": "cortex-m55",
}
RANDOM = np.random.default_rng(7)


def values(shape, dtype):
    """As large as sums of 32 bits, or of 16 where a pool sums, let them be."""
    most = {"int8": 128, "int16": 3000}[dtype]
    return RANDOM.integers(-most, most, shape).astype(dtype)


def windows(data, size, stride=1):
    """Of NHWC: [n, y, x, channel, row, column]."""
    every = np.lib.stride_tricks.sliding_window_view(data, size, axis=(1, 2))
    return every[:, ::stride, ::stride]


def convolution(layout, dtype, shape, kernel, stride=1, padding=0):
    """NHWC; kernel: rows, columns, inputs, outputs."""
    data, weights = values(shape, dtype), values(kernel, dtype)
    order = ["HWIO".index(axis) for axis in layout]
    x = relay.var("x", shape=shape, dtype=dtype)
    call = relay.nn.conv2d(
        x,
        relay.const(weights.transpose(order).copy()),
        strides=(stride, stride),
        padding=(padding, padding),
        kernel_size=kernel[:2],
        channels=kernel[3],
        data_layout="NHWC",
        kernel_layout=layout,
        out_dtype="int32",
    )
    around = [(0, 0), (padding, padding), (padding, padding), (0, 0)]
    seen = windows(np.pad(data.astype("int32"), around), kernel[:2], stride)
    return x, call, data, np.einsum("nyxirc,rcio->nyxo", seen, weights.astype("int32"))


def depthwise(dtype, shape, size, stride=1, padding=0):
    data, weights = values(shape, dtype), values((*size, shape[3]), dtype)
    x = relay.var("x", shape=shape, dtype=dtype)
    call = relay.nn.conv2d(
        x,
        relay.const(weights[..., None].copy()),
        strides=(stride, stride),
        padding=(padding, padding),
        groups=shape[3],
        kernel_size=size,
        channels=shape[3],
        data_layout="NHWC",
        kernel_layout="HWOI",
        out_dtype="int32",
    )
    around = [(0, 0), (padding, padding), (padding, padding), (0, 0)]
    seen = windows(np.pad(data.astype("int32"), around), size, stride)
    return x, call, data, np.einsum("nyxirc,rci->nyxi", seen, weights.astype("int32"))


def convolution_1d(dtype, shape, kernel):
    """NWC; kernel: columns, inputs, outputs."""
    data, weights = values(shape, dtype), values(kernel, dtype)
    x = relay.var("x", shape=shape, dtype=dtype)
    call = relay.nn.conv1d(
        x,
        relay.const(weights.transpose(0, 2, 1).copy()),
        kernel_size=kernel[0],
        channels=kernel[2],
        data_layout="NWC",
        kernel_layout="WOI",
        out_dtype="int32",
    )
    seen = np.lib.stride_tricks.sliding_window_view(data.astype("int32"), kernel[0], axis=1)
    return x, call, data, np.einsum("nxic,cio->nxo", seen, weights.astype("int32"))


def dense(dtype, rows, columns):
    data, weights = values((2, rows), dtype), values((columns, rows), dtype)
    x = relay.var("x", shape=data.shape, dtype=dtype)
    call = relay.nn.dense(x, relay.const(weights), out_dtype="int32")
    return x, call, data, data.astype("int32") @ weights.T.astype("int32")


def max_pool(shape, size, stride):
    data = values(shape, "int8")
    x = relay.var("x", shape=shape, dtype="int8")
    call = relay.nn.max_pool2d(x, pool_size=size, strides=(stride, stride), layout="NHWC")
    return x, call, data, windows(data, size, stride).max((4, 5))


def average_pool(shape, size, stride):
    """NCHW. TVM declares a result of int16 and writes int32: the cast is what makes room for that."""
    data = values(shape, "int16")
    x = relay.var("x", shape=shape, dtype="int16")
    pool = relay.nn.avg_pool2d(x, pool_size=size, strides=(stride, stride), layout="NCHW")
    call = relay.cast(pool, "int32")
    sums = windows(data.transpose(0, 2, 3, 1).astype("int32"), size, stride).sum((4, 5))
    # C's division, which cuts off.
    return x, call, data, np.trunc(sums / np.prod(size)).astype("int32").transpose(0, 3, 1, 2)


CASES = {
    "hwoi": lambda: convolution("HWOI", "int8", (1, 8, 8, 4), (3, 3, 4, 8), 1, 1),
    "hwoi_odd": lambda: convolution("HWOI", "int8", (1, 7, 5, 3), (3, 2, 3, 5), 2),
    "hwoi_16": lambda: convolution("HWOI", "int16", (1, 8, 8, 4), (3, 3, 4, 6), 1, 1),
    "depthwise": lambda: depthwise("int8", (1, 8, 8, 8), (3, 3), 1, 1),
    "depthwise_16": lambda: depthwise("int16", (1, 7, 7, 6), (3, 3), 2),
    "one_axis": lambda: convolution_1d("int8", (1, 12, 6), (3, 6, 5)),
    "one_axis_16": lambda: convolution_1d("int16", (1, 12, 4), (3, 4, 6)),
    "dense": lambda: dense("int8", 37, 10),
    "dense_16": lambda: dense("int16", 26, 5),
    "max_pool": lambda: max_pool((1, 8, 8, 8), (2, 2), 2),
    "max_pool_odd": lambda: max_pool((1, 7, 7, 7), (3, 3), 2),
    "average_pool": lambda: average_pool((1, 3, 8, 8), (2, 2), 2),
    "average_pool_odd": lambda: average_pool((1, 2, 6, 6), (3, 3), 1),
}
# Each kernel's own instruction or name must be in what TVM wrote, or this test tests nothing.
KERNELS = ("gemm_", "gemm16_", "kernel_convolve_int8", "kernel_convolve_int16", "max8_", "sum16_")


def build(names, cpu, module_name="default"):
    """A model with an output for each case; its inputs; what is expected, by the outputs' numbers."""
    variables, calls, inputs, expected = [], [], {}, []
    for name in names:
        variable, call, data, want = CASES[name]()
        named = relay.var(name, variable.type_annotation)
        variables.append(named)
        calls.append(relay.bind(call, {variable: named}))
        inputs[name] = data
        expected.append(want)
    module = tvm.IRModule.from_expr(relay.Function(variables, relay.Tuple(calls)))
    with tvm.transform.PassContext(opt_level=3, config={"tir.disable_vectorize": True}):
        built = relay.build(
            module,
            target=f"c -keys=arm_cpu,cpu -mcpu={cpu}",
            executor=Executor("aot"),
            runtime=Runtime("crt", {"system-lib": True}),
            mod_name=module_name,
        )
    return built, inputs, expected


def run(folder, archive, board, inputs, expected, *more):
    arguments = [common.PROGRAM, "run", archive, "--board", board, *more]
    for name, value in inputs.items():
        np.save(folder / f"in_{name}.npy", value)
        arguments += ["--input", f"{name}={folder}/in_{name}.npy"]
    for number, value in enumerate(expected):
        np.save(folder / f"want_{number}.npy", value)
        arguments += ["--expect", f"{number}={folder}/want_{number}.npy"]
    result = subprocess.run(arguments, capture_output=True, text=True, check=False)
    text = result.stdout + result.stderr
    assert result.returncode == 0 and text.count("matches") == len(expected), text


def code_of(archive):
    with tarfile.open(archive) as tar:
        sources = [member for member in tar if member.name.endswith(".c")]
        return "".join(tar.extractfile(member).read().decode() for member in sources)


def one_board_of_each_core():
    """Name and -mcpu."""
    cores = {}
    for name, board in sorted(common.ALL_BOARDS.items()):
        cores.setdefault(board["core"], name)
    return [(cores[core], cpu) for core, cpu in CPUS.items()]


def right(board, cpu):
    common.need_board(board)
    built, inputs, expected = build(CASES, cpu)
    with common.scratch() as folder:
        archive = folder / "model.tar"
        tvm.micro.export_model_library_format(built, archive)
        code = code_of(archive)
        for kernel in KERNELS:
            assert f"int32_t {kernel}" in code, kernel
        run(folder, archive, board, inputs, expected)


for _board, _cpu in one_board_of_each_core():
    globals()[f"test_{_cpu.replace('-', '_')}"] = functools.partial(right, _board, _cpu)


def test_two_models_in_one_firmware():
    """Each brings its own __ror, a global function."""
    board, cpu = one_board_of_each_core()[0]
    common.need_board(board)
    first, second = [build([name], cpu, name) for name in ("depthwise", "max_pool")]
    with common.scratch() as folder:
        archive = folder / "model.tar"
        tvm.micro.export_model_library_format([first[0], second[0]], archive)
        assert code_of(archive).count("uint32_t __ror(") == 2
        for name, (_, inputs, expected) in (("depthwise", first), ("max_pool", second)):
            run(folder, archive, board, inputs, expected, "--option", f"module={name}")


if __name__ == "__main__":
    common.main()
