"""Floating point constants in operators: TVM's C has seven digits of them, and no infinity.

Those that would change get a number of their own before TVM prints them, which is replaced in its text
by the exact value.
"""

import re

import numpy as np
import tvm
import tvm_ffi
from tvm import tirx

from ..names import dtype_of

_PRINTED = re.compile(r"1\.\d{6}e\+(\d{2})")


def _literal(value, is_double):
    """Exact, in C."""
    if np.isnan(value):
        return "NAN"
    if np.isinf(value):
        return "INFINITY" if value > 0 else "(-INFINITY)"
    text = float(value).hex() + ("" if is_double else "f")
    return text if value >= 0 else f"({text})"


def _with_constants(module, change):
    """The module (of PrimFuncs) with change(constant) in the place of each floating point constant.
    TVM's own visitors are gone since 0.27, which has those of tvm-ffi; what it has for JSON crashes with
    tvm-ffi 0.1.15."""
    kind = type(tirx.const(0.0, "float32"))
    if not hasattr(tirx, "stmt_functor"):
        return tvm_ffi.structural_map(module, (kind, change))
    visit = tirx.stmt_functor.ir_transform
    functions = {
        symbol: function.with_body(visit(function.body, None, change, ["ir.FloatImm"]))
        for symbol, function in module.functions.items()
    }
    return tvm.IRModule(functions)


def with_placeholders(module):
    """(the module with numbers that TVM prints in full, {what it prints: C text in its place})."""
    values = []
    _with_constants(module, lambda constant: values.append(constant.value) or constant)
    exponent = _free_exponent(values)
    placeholders = {}

    def change(constant):
        dtype = dtype_of(constant) or dtype_of(constant.ty)
        if dtype not in ("float32", "float64"):
            return constant
        number = np.dtype(dtype).type
        value = number(constant.value)
        if np.isfinite(value) and number(f"{value:.6e}") == value:
            return constant
        text = _literal(value, dtype == "float64")
        if text not in placeholders:
            placeholders[text] = f"1.{len(placeholders):06d}e+{exponent}"
        return tirx.FloatImm(dtype, float(placeholders[text]))

    module = _with_constants(module, change)
    return module, {printed: text for text, printed in placeholders.items()}


def _free_exponent(values):
    used = {match[1] for match in (_PRINTED.fullmatch(f"{abs(v):.6e}") for v in values) if match}
    return next(text for text in map(str, range(37, 9, -1)) if text not in used)


def restore(source, values):
    """The exact values in TVM's text."""
    if not values:
        return source
    return re.sub(r"\b1\.\d{6}e\+\d{2}f?", lambda m: values.get(m[0].rstrip("f"), m[0]), source)
