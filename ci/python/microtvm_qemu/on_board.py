"""What is behind the fixture assert_on_board: a model's run, and what its outputs should be."""

import os
import pathlib
from typing import Any, Dict, Mapping, Optional

import numpy as np

from .errors import Error
from .inference import path_of, run

_DEFAULT_TOLERANCE = 1e-5
# What `export` reads, if TVM is here.
_MODEL_FILES = (".onnx", ".pt2", ".tflite")


class Archives:
    """Of models that are none yet: each is exported once."""

    def __init__(self, folder: pathlib.Path):
        self._folder = folder
        self._made: Dict[Any, Any] = {}

    def of(self, model):
        """An archive's path, of a model in a file or of a Relax module."""
        given = path_of(model)
        if given and pathlib.Path(given).suffix not in _MODEL_FILES:
            return given
        key = os.path.abspath(given) if given else id(model)
        if key not in self._made:
            path = self._folder / f"model{len(self._made)}.tar"
            self._export(model, given, path)
            self._made[key] = (path, model)  # kept alive: it is known by its address
        return self._made[key][0]

    @staticmethod
    def _export(model, given, path):
        try:
            from .exporter import export
            from .exporter.frontends import load
        except ImportError as error:
            raise Error(
                f"{given or type(model).__name__}: to export it takes TVM "
                f"(pip install apache-tvm): {error}"
            ) from None
        export(load(given) if given else model, path)


def check(archives: Archives, model, board, inputs, expected, tolerance, settings):
    """(what `run` gave, None), or (None, the text of what is wrong)."""
    try:
        outputs, report = run(archives.of(model), board, inputs, **settings)
        wanted = _by_name(outputs, expected)
    except Error as error:
        return None, str(error)
    faults = []
    for name, value in wanted.items():
        got = outputs[name]
        # Of a model that no host drives, an archive tells the sizes of tensors, and no shapes.
        if report["model"]["project_type"] != "host_driven" and got.size == value.size:
            got = got.reshape(value.shape)
        fault = _difference(got, value, *tolerance)
        if fault:
            faults.append(f"output {name!r} {fault}")
    return ((outputs, report), None) if not faults else (None, "\n".join(faults))


def _by_name(outputs: Dict[str, np.ndarray], expected) -> Dict[str, np.ndarray]:
    names = ", ".join(map(repr, outputs))
    if isinstance(expected, Mapping):
        for name in expected:
            if name not in outputs:
                raise Error(f"expected[{name!r}]: the model has no such output, but {names}")
        if not expected:
            raise Error(f"nothing is expected: name at least one output of {names}")
        return {name: _array(f"expected[{name!r}]", value) for name, value in expected.items()}
    listed = expected if isinstance(expected, (list, tuple)) else [expected]
    if len(listed) != len(outputs):
        raise Error(f"{len(listed)} arrays are expected, the model has {len(outputs)}: {names}")
    return {name: _array(f"expected[{i}]", listed[i]) for i, name in enumerate(outputs)}


def _array(label: str, value) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise Error(f"{label} is no array: {error}") from None
    if array.dtype.kind not in "biuf":
        raise Error(f"{label} has type {array.dtype}, where numbers are wanted")
    return array


def _difference(got: np.ndarray, expected: np.ndarray, rtol, atol) -> Optional[str]:
    """What differs, or None: the rule of `microtvm-qemu run`."""
    if got.shape != expected.shape:
        return f"has shape {got.shape}, expected was {expected.shape}"
    exact = rtol is None and atol is None and got.dtype.kind in "iub"
    rtol = _DEFAULT_TOLERANCE if rtol is None else rtol
    atol = _DEFAULT_TOLERANCE if atol is None else atol
    with np.errstate(invalid="ignore", over="ignore"):
        wide = np.longdouble
        error = np.abs(got.astype(wide) - expected.astype(wide))
        same = (got == expected) | ((got != got) & (expected != expected))
        near = False if exact else error <= atol + rtol * np.abs(expected.astype(wide))
        differs = ~(same | (near & np.isfinite(error)))
    if not differs.any():
        return None
    error = np.where(np.isnan(error), np.inf, error)
    place = np.unravel_index(np.argmax(np.where(differs, error, -1)), got.shape)
    rule = "exactly" if exact else f"rtol={rtol:g}, atol={atol:g}"
    return (
        f"differs: {np.count_nonzero(differs)} of {got.size} elements ({rule}), most by "
        f"{float(error[place]):g} at {[int(i) for i in place]}: got {got[place]!s}, "
        f"expected {expected[place]!s}"
    )
