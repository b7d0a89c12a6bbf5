#!/usr/bin/env python3
"""Write archives that TVM exports although no firmware can be built from them.

Usage: make_refused.py [--out DIR]
"""

import argparse
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import tvm_archive
from tvm_archive import relay, tvm


def module(name, dtype="float32"):
    x = relay.var(name, shape=(1, 4), dtype=dtype)
    return tvm.IRModule.from_expr(relay.Function([x], x * relay.const(2.0, dtype)))


ARCHIVES = {
    "c_system_lib.tar": (module("x"), "c_system_lib"),
    "unpacked_system_lib.tar": (module("x"), "unpacked_system_lib"),
    "unpacked.tar": (module("x"), "unpacked"),
    "keyword.tar": (module("int"), "c"),
    "half.tar": (module("x", "float16"), "packed"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    args = parser.parse_args()
    for name, (content, interface) in ARCHIVES.items():
        tvm_archive.write_archive(content, interface, args.out / name)


if __name__ == "__main__":
    main()
