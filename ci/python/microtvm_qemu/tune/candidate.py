"""A candidate: one operator, as a model that a board can run, and what goes into it."""

import os
from typing import Dict, List, Tuple

import numpy as np
from tvm.s_tir.meta_schedule.arg_info import ArgInfo

from .. import exporter
from ..exporter.names import name_of

# Which of an operator's buffers are constants of the model: they stand in the flash, as there.
CONSTANTS = "microtvm_qemu.constants"

ARCHIVE = "model.tar"
INPUTS = "inputs.npz"


def write(module, folder: str) -> str:
    """Writes the operator `main` of this module as an archive, and its inputs beside it. Returns the
    archive's path. Raises ExportError."""
    function = module["main"]
    model = exporter.operator_module(function)
    values, constants = _values(function, model)
    archive = os.path.join(folder, ARCHIVE)
    exporter.export(model, archive, constants, interface="c")
    np.savez(os.path.join(folder, INPUTS), *values)
    return archive


def read_inputs(archive: str) -> List[np.ndarray]:
    """In the model's order."""
    with np.load(os.path.join(os.path.dirname(archive), INPUTS)) as values:
        return [values[name] for name in values.files]


def _values(function, model) -> Tuple[List[np.ndarray], Dict[str, np.ndarray]]:
    """For each input a value, in their order; and those of constants, by name."""
    given = (function.attrs or {}).get(CONSTANTS, [])
    indices = {int(index) for index in given}
    params = model["main"].params
    infos = ArgInfo.from_prim_func(function)[: len(params)]
    random = np.random.default_rng(0)
    inputs, constants = [], {}
    for index, (param, info) in enumerate(zip(params, infos)):
        value = _value(random, [int(size) for size in info.shape], str(info.dtype))
        if index in indices:
            constants[name_of(param)] = value
        else:
            inputs.append(value)
    return inputs, constants


def _value(random, shape, dtype):
    """Numbers as a network has them. Wide integers may be indices: those that are always good."""
    kind = np.dtype(dtype).kind
    if kind == "f":
        return random.normal(size=shape).astype(dtype)
    if kind == "b":
        return random.integers(0, 2, shape).astype(dtype)
    if np.dtype(dtype).itemsize > 1:
        return random.integers(0, 2, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return random.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)
