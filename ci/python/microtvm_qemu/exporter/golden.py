"""Inputs of a model and what the host makes of them, as files for `run` and `regress`."""

import importlib
import json
import os
import pathlib

import numpy as np
import tvm
from tvm import relax

from ..errors import ExportError
from .indices import from_the_end
from .names import c_name, type_of

_SEED = 20240101
_BOARDS = ["mps2_an385", "qemu_riscv32"]
_NAME_LENGTH = 200  # a file's, which file systems limit
_TOLERANCE = {"rtol": 1e-3, "atol": 1e-4}


def check_folder(folder, example_inputs):
    """Where golden files are to go: refused before any work is done."""
    if folder is None and example_inputs is not None:
        raise ExportError("example_inputs: they are for golden files: say where, golden=DIR")
    if folder is None:
        return None
    folder = pathlib.Path(folder)
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"golden: {folder}: not a folder")
    if not folder.parent.is_dir():
        raise ExportError(f"golden: {folder}: there is no folder {folder.parent}")
    return folder


def _random(rng, tensor):
    if tensor.dtype == "bool":
        return rng.integers(0, 2, tensor.shape).astype(bool)
    if tensor.dtype.startswith("float"):
        return np.asarray(rng.standard_normal(tensor.shape), tensor.dtype)
    low, high = (-128, 128) if tensor.dtype == "int8" else (0, 256 if "8" in tensor.dtype else 2)
    return rng.integers(low, high, tensor.shape, "int64").astype(tensor.dtype)


def _checked(tensor, value):
    array = np.asarray(value)
    if array.shape != tensor.shape or str(array.dtype) != tensor.dtype:
        raise ExportError(
            f"example_inputs: {tensor.name}: {array.dtype} {array.shape}, but the model takes "
            f"{tensor.dtype} {tensor.shape}"
        )
    return array


def inputs_of(program, example_inputs):
    """Arrays in the model's order: the user's, or random ones that are always the same."""
    tensors = program.inputs
    if example_inputs is None:
        rng = np.random.default_rng(_SEED)
        return [_random(rng, tensor) for tensor in tensors]
    if isinstance(example_inputs, dict):
        names = [tensor.name for tensor in tensors]
        strange = [name for name in example_inputs if name not in names]
        missing = [name for name in names if name not in example_inputs]
        if strange or missing:
            what = f"there is no input {strange[0]!r}" if strange else f"{missing[0]!r} is missing"
            raise ExportError(f"example_inputs: {what} (the model has: {', '.join(names)})")
        values = [example_inputs[name] for name in names]
    else:
        values = list(example_inputs)
    if len(values) != len(tensors):
        raise ExportError(f"example_inputs: {len(values)} arrays for {len(tensors)} inputs")
    return [_checked(tensor, value) for tensor, value in zip(tensors, values)]


def _nested(type_, arrays):
    fields = getattr(type_, "fields", None)
    if fields is None:
        return tvm.runtime.tensor(next(arrays))
    return tuple(_nested(field, arrays) for field in fields)


def _flat(value):
    if hasattr(value, "numpy"):
        return [value.numpy()]
    return [array for field in value for array in _flat(field)]


def run_by_tvm(module, inputs):
    """What TVM's own virtual machine on this computer makes of them."""
    module = from_the_end(module)
    with tvm.transform.PassContext(opt_level=3):
        machine = relax.VirtualMachine(tvm.compile(module, target="llvm"), tvm.cpu())
    arrays = iter(inputs)
    return _flat(machine["main"](*[_nested(type_of(p), arrays) for p in module["main"].params]))


def _by_onnxruntime(path, names):
    runtime = importlib.import_module("onnxruntime")

    def run(inputs):
        session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        return session.run(None, dict(zip(names, inputs)))

    return run


def _by_torch(path, _names):
    torch = importlib.import_module("torch")

    def run(inputs):
        model = torch.export.load(str(path)).module()
        with torch.no_grad():
            result = model(*[torch.from_numpy(array) for array in inputs])
        return [leaf.numpy() for leaf in torch.utils._pytree.tree_leaves(result)]

    return run


def host_of(path, names):
    """What runs a model's file on this computer, as a function of the inputs: onnxruntime or torch,
    where they are installed. None: TVM alone does."""
    maker = {".onnx": _by_onnxruntime, ".pt2": _by_torch}.get(pathlib.Path(path).suffix)
    try:
        return maker and maker(path, names)
    except ImportError:
        return None


def compute(program, module, example_inputs, host):
    """(inputs, outputs) as arrays in the model's order."""
    inputs = inputs_of(program, example_inputs)
    try:
        outputs = host(inputs) if host else run_by_tvm(module, inputs)
    except Exception as error:
        raise ExportError(f"golden: this computer can't run the model: {error}") from error
    outputs = [np.asarray(array) for array in outputs]
    for tensor, array in zip(program.outputs, outputs):
        if array.shape != tensor.shape or str(array.dtype) != tensor.dtype:
            raise ExportError(
                f"golden: {tensor.name}: the host gives {array.dtype} {array.shape}, the exported "
                f"model {tensor.dtype} {tensor.shape}"
            )
    return inputs, outputs


def _save(folder, kind, tensors, arrays):
    names = {}
    for index, (tensor, array) in enumerate(zip(tensors, arrays)):
        names[tensor.name] = f"{kind}{index}_{c_name(tensor.name)[:_NAME_LENGTH]}.npy"
        np.save(folder / names[tensor.name], array)
    return names


def write(folder, archive, program, inputs, outputs):
    """input0_NAME.npy, ..., output0_NAME.npy, ... and suite.json, which `regress` takes as it is."""
    try:
        folder.mkdir(exist_ok=True)
        case = {
            "model": os.path.relpath(archive.resolve(), folder.resolve()),
            "inputs": _save(folder, "input", program.inputs, inputs),
            "expected": _save(folder, "output", program.outputs, outputs),
            "tolerance": _TOLERANCE,
        }
        suite = {"format": "microtvm-qemu suite", "version": 1}
        suite.update({"defaults": {"boards": _BOARDS}, "cases": [case]})
        (folder / "suite.json").write_text(json.dumps(suite, indent=2) + "\n")
    except OSError as error:
        what = error.filename or folder
        raise ExportError(f"golden: {what}: can't be written: {error.strerror or error}") from error
