"""Floating point constants in operators: TVM's C has seven digits of them, and no infinity.

Those that would change get a number of their own before TVM prints them, which is replaced in its text
by the exact value.
"""

import json
import re

import numpy as np
import tvm

_PRINTED = re.compile(r"1\.\d{6}e\+(\d{2})")


def _literal(value, is_double):
    """Exact, in C."""
    if np.isnan(value):
        return "NAN"
    if np.isinf(value):
        return "INFINITY" if value > 0 else "(-INFINITY)"
    text = float(value).hex() + ("" if is_double else "f")
    return text if value >= 0 else f"({text})"


def _dtype(node, nodes):
    """`dtype` up to 0.25, since then a node with one."""
    data = node["data"]
    return data["dtype"] if "dtype" in data else nodes[data["ty"]]["data"]["dtype"]


def with_placeholders(module):
    """(the module with numbers that TVM prints in full, {what it prints: C text in its place})."""
    graph = json.loads(tvm.ir.save_json(module))
    nodes = graph["nodes"]
    constants = [node for node in nodes if node["type"].endswith("FloatImm")]
    exponent = _free_exponent(node["data"]["value"] for node in constants)
    placeholders = {}
    for node in constants:
        dtype = _dtype(node, nodes)
        if dtype not in ("float32", "float64"):
            continue
        number = np.dtype(dtype).type
        value = number(node["data"]["value"])
        if np.isfinite(value) and number(f"{value:.6e}") == value:
            continue
        text = _literal(value, dtype == "float64")
        if text not in placeholders:
            placeholders[text] = f"1.{len(placeholders):06d}e+{exponent}"
        node["data"]["value"] = float(placeholders[text])
    if not placeholders:
        return module, {}
    return tvm.ir.load_json(json.dumps(graph)), {p: text for text, p in placeholders.items()}


def _free_exponent(values):
    used = {match[1] for match in (_PRINTED.fullmatch(f"{abs(v):.6e}") for v in values) if match}
    return next(text for text in map(str, range(37, 9, -1)) if text not in used)


def restore(source, values):
    """The exact values in TVM's text."""
    if not values:
        return source
    return re.sub(r"\b1\.\d{6}e\+\d{2}f?", lambda m: values.get(m[0].rstrip("f"), m[0]), source)
