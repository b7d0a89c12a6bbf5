"""An exported model's C on this computer: gcc, a shared library, ctypes. There is no runtime in it, so
this is quick; what surrounds the model on a board is tried there."""

import ctypes
import subprocess
import tarfile

import numpy as np

FLAGS = "-std=c11 -O1 -ffp-contract=off -shared -fPIC -w".split()
if int(subprocess.check_output(["gcc", "-dumpversion"], text=True).split(".")[0]) >= 12:
    FLAGS += ["-ftrivial-auto-var-init=pattern"]  # what is read before it is written is not 0
# Python 3.10 has filters from 3.10.12 on; the archive was made here.
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
GUARD_BYTES = 64
GUARD = 0xFF  # no number, in floating point


class Failed(Exception):
    """The C does not compile, or does not keep to its buffers."""


def _compile(archive, folder):
    source = folder / "model"
    with tarfile.open(archive) as tar:
        tar.extractall(source, **SAFELY)
    library = folder / "model.so"
    command = ["gcc", *FLAGS, f"-I{source}/codegen/host/include", "-o", library]
    command += sorted((source / "codegen/host/src").glob("*.c"))
    done = subprocess.run([*map(str, command), "-lm"], capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error:" in line or "undefined" in line]
        raise Failed(f"gcc: {(errors or done.stderr.splitlines() or ['?'])[0][:300]}")
    return ctypes.CDLL(str(library))


def _guarded(size):
    """Bytes between guards, on an odd multiple of 16: no more than what a board aligns to."""
    memory = np.full(size + 4 * GUARD_BYTES, GUARD, "uint8")
    start = GUARD_BYTES + -(memory.ctypes.data + GUARD_BYTES) % 32 + 16
    return memory, memory[start : start + size], start


def _check_guards(name, memory, start, size):
    if (memory[:start] != GUARD).any() or (memory[start + size :] != GUARD).any():
        raise Failed(f"{name}: written beyond its {size} bytes")


def run(archive, exported, inputs, folder):
    """Outputs, a list; the archive has the C interface, inputs are in the model's order."""
    library = _compile(archive, folder)
    buffers, named = [], []
    for kind, tensors in (("input", exported.inputs), ("output", exported.outputs)):
        for name, (shape, dtype) in tensors.items():
            size = int(np.prod(shape, dtype="int64")) * np.dtype(dtype).itemsize
            buffers.append(_guarded(size))
            named.append((f"{kind} {name}", shape, dtype, size))
    for (_, middle, _), value in zip(buffers, inputs):
        middle[:] = np.frombuffer(np.ascontiguousarray(value).tobytes(), "uint8")
    pointers = [(ctypes.c_void_p * max(count, 1))() for count in (len(inputs), len(exported.outputs))]
    for index, (_, middle, _) in enumerate(buffers):
        kind, place = divmod(index, len(inputs)) if index < len(inputs) else (1, index - len(inputs))
        pointers[kind][place] = middle.ctypes.data
    for _ in range(2):  # the second time, the workspace is not 0 either
        for _, middle, _ in buffers[len(inputs) :]:
            middle[:] = GUARD
        status = library.tvmgen_default_run(*(ctypes.byref(row) for row in pointers))
        if status != 0:
            raise Failed(f"the model returned {status}")
    for (name, _, _, size), (memory, _, start) in zip(named, buffers):
        _check_guards(name, memory, start, size)
    for (name, _, _, _), (_, middle, _), value in zip(named, buffers, inputs):
        if middle.tobytes() != np.ascontiguousarray(value).tobytes():
            raise Failed(f"{name}: the model wrote to its input")
    return [
        np.frombuffer(middle.tobytes(), dtype).reshape(shape)
        for (_, shape, dtype, _), (_, middle, _) in list(zip(named, buffers))[len(inputs) :]
    ]
