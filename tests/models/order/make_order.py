#!/usr/bin/env python3
"""Write models whose outputs only their names tell apart, in no alphabetical order, and test data.

Usage: make_order.py [--out DIR]

Inputs:  right:0 and left, float32 (1, 4), in this order
Outputs: ten times right, one more than left, right minus left; float32 (1, 4)

metadata.json sorts names, and sizes and types are equal: a program that goes by those mixes them
up. In C some names become others, and two of them the same one.
"""

import argparse
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import tvm_archive
from tvm_archive import relay, tvm

NAMES = ["z:0", "a.b", "a_b"]
# In a C interface each must be a member of a struct.
C_NAMES = ["z:0", "a.b", "m"]
ARCHIVES = {
    "order.tar": ("packed", NAMES),
    "order_graph.tar": ("graph", NAMES),
    "order_c.tar": ("c", C_NAMES),
    "order_pools.tar": ("pools", C_NAMES),
}


def variables():
    return [relay.var(name, shape=(1, 4), dtype="float32") for name in ("right:0", "left")]


def module_of(inputs, outputs, names=None):
    function = relay.Function(inputs, relay.Tuple(outputs))
    if names:
        names = [tvm.runtime.String(name) for name in names]
        function = function.with_attr("output_tensor_names", names)
    return tvm.IRModule.from_expr(function)


def order_module(names):
    right, left = variables()
    const = lambda value: relay.const(value, "float32")
    return module_of([right, left], [right * const(10.0), left + const(1.0), right - left], names)


def twice_module():
    """TVM's AOT code writes the last output never: it is the first one."""
    right, left = variables()
    same = relay.nn.relu(right)
    return module_of([right, left], [same, right - left, same])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    args = parser.parse_args()

    right = np.array([[1.0, -2.0, 3.5, 0.0]], "float32")
    left = np.array([[0.25, 8.0, -1.0, 2.0]], "float32")
    outputs = [right * 10, left + 1, right - left]
    host = tvm_archive.run_on_host(order_module(NAMES), {"right:0": right[None], "left": left[None]})
    for index, (ours, theirs) in enumerate(zip(outputs, host)):
        tvm_archive.check_close(f"output {index}", ours[None], theirs, 0.0)
        np.save(args.out / f"order_{index}.npy", ours)
    np.save(args.out / "right.npy", right)
    np.save(args.out / "left.npy", left)
    for name, (interface, names) in ARCHIVES.items():
        tvm_archive.write_archive(order_module(names), interface, args.out / name)
    tvm_archive.write_archive(twice_module(), "packed", args.out / "twice.tar")


if __name__ == "__main__":
    main()
