"""What this project takes for granted of TVM, one thing a test: where a release changes it, the message says
what. `ci/soak/releases -r newest BUILD_DIR python_canary` tries the newest one on PyPI."""

# needs: tvm onnx

import importlib.metadata
import pathlib
import re

import numpy as np
import tvm
import tvm_ffi
from tvm import relax, tirx

import common
import microtvm_qemu
import names_used
import rpc_peer
from microtvm_qemu.exporter import names, operators
from microtvm_qemu.exporter.kernels.compile import c_source
from microtvm_qemu.exporter.lower import lower

PACKAGE = common.SOURCE / "ci/python/microtvm_qemu"
RELEASE = f"apache-tvm {tvm.__version__}, apache-tvm-ffi {importlib.metadata.version('apache-tvm-ffi')}"


def expect(is_so, what):
    """what: the assumption, and where it is made."""
    assert is_so, f"TVM has changed ({RELEASE}): {what}"


def network():
    """A convolution, whose padded input is a buffer of its own, and an infinity."""
    tensor = getattr(relax, "TensorStructInfo", None) or relax.TensorType
    image = relax.Var("image", tensor([1, 2, 8, 8], "float32"))
    weight = relax.const(np.full((4, 2, 3, 3), 0.1, "float32"))
    builder = relax.BlockBuilder()
    with builder.function("main", [image]):
        with builder.dataflow():
            value = builder.emit(relax.op.nn.conv2d(image, weight, padding=1))
            value = builder.emit(relax.op.minimum(value, relax.const(np.float32(1 / 3))))
            result = builder.emit_output(value)
        builder.emit_func_output(result)
    return builder.get()


def lowered():
    return lower(network(), tvm.target.Target("c"))


def kernels():
    module = lowered()
    return {var: f for var, f in module.functions.items() if isinstance(f, tirx.PrimFunc)}


def source():
    found = kernels()
    return c_source(found, {symbol: names.name_of(symbol) for symbol in found})


def test_every_name_that_the_package_uses_is_there():
    gone = names_used.missing(sorted(PACKAGE.rglob("*.py")))
    expect(not gone, "no longer there: " + "; ".join(gone))


def test_what_was_renamed_has_one_of_its_names():
    module = network()
    main = module["main"]
    binding = main.body.blocks[0].bindings[0]
    type_ = names.type_of(main.params[0])
    expect(hasattr(type_, "shape"), "a variable's type is neither struct_info nor ty (names.type_of)")
    expect(names.dtype_of(type_) == "float32", f"type of elements: {type_} (names.dtype_of)")
    expect(names.name_of(main.params[0]) == "image", "a name is neither name_hint nor name (names.name_of)")
    weight = binding.value.args[1]
    expect(names.is_constant(weight), f"a constant is a {type(weight).__name__} (names.is_constant)")
    expect(names.constant_data(weight).shape == (4, 2, 3, 3), "a constant's array (names.constant_data)")


def test_a_lowered_model_is_calls_of_kernels():
    main = lowered()["main"]
    expect(isinstance(main.body, relax.SeqExpr), "main's body is no SeqExpr (exporter/program.py)")
    ops = [
        names.name_of(binding.value.op)
        for block in main.body.blocks
        for binding in block.bindings
        if isinstance(binding.value, relax.Call)
    ]
    expect(set(ops) == {"relax.call_tir"}, f"the pipeline zero leaves {ops} (exporter/lower.py)")


def test_a_kernel_is_a_function_of_pointers():
    text = source()
    heads = [match[0] for match in operators._HEAD.finditer(text)]  # pylint: disable=protected-access
    bodies = [head for head in heads if head.endswith("{")]
    expect(
        bodies and all(re.search(r"\(float\* \w+(, float\* \w+)+\) \{$", head) for head in bodies),
        f"the head of a kernel in C is not `TVM_DLL T NAME(float* p0, ...) {{`: {heads or text[:300]}"
        " (exporter/operators.py, _HEAD)",
    )
    expect("\n}\n" in text, "a function in C does not end with `}` on its own line (compile_operators)")


def test_a_kernel_calls_nothing_of_the_runtime():
    text = source()
    called = sorted(set(re.findall(r"\b(?:TVMFFI|TVMBackend)\w+(?=\()", text)))
    expect(not called, f"kernels without packed arguments call {', '.join(called)} (exporter/operators.py)")


def test_a_kernels_buffers_are_arrays_on_the_stack():
    found = [match.groups() for match in operators._BUFFER.finditer(source())]  # pylint: disable=protected-access
    expect(
        any(kind == "float" and int(size) >= 200 for _, kind, _, size in found),
        f"a buffer in C is not `float NAME[SIZE];`: {found} (exporter/operators.py, _BUFFER)",
    )


def test_constants_in_kernels_keep_their_value():
    third = float(np.float32(1 / 3)).hex() + "f"
    expect(third in source(), f"{third} in a kernel is another number in C (exporter/kernels/floats.py)")


def test_a_reshape_is_known_as_one():
    tensor = getattr(relax, "TensorStructInfo", None) or relax.TensorType
    value = relax.Var("value", tensor([2, 3], "float32"))
    builder = relax.BlockBuilder()
    with builder.function("main", [value]):
        builder.emit_func_output(builder.emit(relax.op.reshape(value, [6])))
    module = relax.transform.LegalizeOps()(builder.get())
    found = [f for f in module.functions.values() if isinstance(f, tirx.PrimFunc)]
    expect(
        len(found) == 1 and relax.analysis.has_reshape_pattern(found[0]),
        "relax.analysis.has_reshape_pattern does not know a reshape (exporter/program.py)",
    )


FRONT_ENDS = {
    "from_onnx": "exporter/frontends/onnx_model.py",
    "ExportedProgramImporter.from_exported_program": "exporter/frontends/torch_model.py",
    "from_tflite": "exporter/frontends/tflite/__init__.py",
}


def test_front_ends_take_what_they_are_given():
    """By their text: torch and tflite need not be installed."""
    frontends = sorted((pathlib.Path(relax.__file__).parent / "frontend").rglob("*.py"))
    for name, file in FRONT_ENDS.items():
        takes = names_used.parameters(frontends, name)
        expect(takes, f"tvm.relax.frontend has no {name} ({file})")
        for word in names_used.keywords(PACKAGE / file, name.split(".")[-1]):
            expect(word in takes, f"{name} has no parameter {word} ({file})")


def test_the_export_is_an_archive():
    with common.scratch() as folder:
        made = microtvm_qemu.export(network(), folder / "model.tar")
    expect(
        list(made.inputs) == ["image"] and made.outputs == {"output": ((1, 4, 8, 8), "float32")},
        f"export gives {made.inputs} and {made.outputs}",
    )


# ---- RPC: server/bridge/dialect -------------------------------------------------------------------

INDICES = {
    "NONE": "None",
    "INT": "Int",
    "BOOL": "Bool",
    "FLOAT": "Float",
    "HANDLE": "OpaquePtr",
    "TYPE": "DataType",
    "DEVICE": "Device",
    "TENSOR_POINTER": "DLTensorPtr",
    "RAW_STRING": "RawStr",
    "RAW_BYTES": "ByteArrayPtr",
    "SMALL_STRING": "SmallStr",
    "SMALL_BYTES": "SmallBytes",
    "OBJECT": "Object",
    "STRING": "Str",
    "BYTES": "Bytes",
    "FUNCTION": "Function",
    "TENSOR": "Tensor",
    "MODULE": "Module",
}


def test_type_indices_are_those_of_the_dialect():
    ours = (common.SOURCE / "server/bridge/dialect/sequence.h").read_text()
    header = pathlib.Path(tvm_ffi.__file__).parent / "include/tvm/ffi/c_api.h"
    theirs = dict(re.findall(r"\bkTVMFFI(\w+) = (\d+)", header.read_text()))
    for name, value in re.findall(r"\bRPC_FFI_(\w+) = (\d+)", ours):
        want = theirs.get(INDICES[name])
        expect(
            want == value,
            f"kTVMFFI{INDICES[name]} is {want}, not {value} (server/bridge/dialect/sequence.h)",
        )


def test_a_client_begins_as_it_did():
    said = rpc_peer.listen()
    expect(said.magic == 0xFF271, f"RPC: magic {said.magic:#x}")
    expect(said.key == b"client:", f"RPC: greeting {said.key!r}")
    expect(said.first == (2, b"0.8.0", 0), f"RPC: first packet (code, version, values) {said.first}")
    expect(
        said.lookup == (9, 1, 8, b"runtime.SystemLib"),
        f"RPC: lookup (code, count, type index, name) {said.lookup}",
    )


if __name__ == "__main__":
    common.main()
