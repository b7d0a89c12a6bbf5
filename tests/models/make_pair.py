#!/usr/bin/env python3
"""Write a model with two inputs and two outputs of different types, and its test data.

Usage: make_pair.py [--out DIR]

Inputs:  signal float32 (1, 16), codes int8 (1, 4, 4, 2)
Outputs: output0 float32 (1, 6), output1 int8 (1, 4, 4, 2)

What it is there to catch: the arguments stand in another order than the alphabet's, the types
differ in width, the module is not called "default", workspaces come from the runtime's heap while
the model runs, and 0xff, the byte that the wire format escapes, is common in the data (-1 as int8;
one sample holds nothing else).
"""

import argparse
import pathlib

import numpy as np

import tvm_archive
from tvm_archive import relay, tvm

SEED = 20240102
ARCHIVES = {
    "pair.tar": "packed_heap",
    "pair_graph.tar": "graph_params",
    "pair_c.tar": "c",
    "pair_pools.tar": "pools",
}
SAMPLES = 8
SHIFT = 1


def make_constants(rng):
    """Weights are multiples of 1/64, so that sums in float32 lose little."""
    return {
        "signal_weight": rng.integers(-64, 65, (6, 16)).astype("float32") / 64,
        "codes_weight": rng.integers(-64, 65, (6, 32)).astype("float32") / 64,
        "bias": rng.integers(-64, 65, 6).astype("float32") / 64,
        "factor": np.array([3, -5], "int32"),
        "offset": np.array([-7, 11], "int32"),
    }


def make_inputs(rng):
    signal = rng.standard_normal((SAMPLES, 1, 16)).astype("float32")
    codes = rng.integers(-128, 128, (SAMPLES, 1, 4, 4, 2)).astype("int8")
    codes[1] = -1
    codes[2] = np.tile(np.array([-128, 127], "int8"), 16).reshape(1, 4, 4, 2)
    return {"signal": signal, "codes": codes}


def compute(constants, signal, codes):
    """Both outputs for all samples, in NumPy."""
    flat = codes.reshape(SAMPLES, 1, 32)
    mixed = (
        signal.astype("float64") @ constants["signal_weight"].T.astype("float64")
        + (flat / 128.0) @ constants["codes_weight"].T.astype("float64")
        + constants["bias"]
    )
    wide = (codes.astype("int32") * constants["factor"] + constants["offset"]) >> SHIFT
    return [np.tanh(mixed).astype("float32"), np.clip(wide, -128, 127).astype("int8")]


def relay_module(constants):
    const = {name: relay.const(value) for name, value in constants.items()}
    signal = relay.var("signal", shape=(1, 16), dtype="float32")
    codes = relay.var("codes", shape=(1, 4, 4, 2), dtype="int8")
    scaled = relay.cast(relay.nn.batch_flatten(codes), "float32") * relay.const(1 / 128, "float32")
    mixed = relay.nn.dense(signal, const["signal_weight"])
    mixed = mixed + relay.nn.dense(scaled, const["codes_weight"]) + const["bias"]
    wide = relay.cast(codes, "int32") * const["factor"] + const["offset"]
    wide = relay.right_shift(wide, relay.const(SHIFT, "int32"))
    outputs = relay.Tuple([relay.tanh(mixed), relay.cast(relay.clip(wide, -128, 127), "int8")])
    return tvm.IRModule.from_expr(relay.Function([signal, codes], outputs))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    args = parser.parse_args()

    rng = np.random.default_rng(SEED)
    constants = make_constants(rng)
    inputs = make_inputs(rng)
    outputs = compute(constants, **inputs)
    module = relay_module(constants)
    host = tvm_archive.run_on_host(module, inputs)
    for index, (ours, theirs) in enumerate(zip(outputs, host)):
        difference = tvm_archive.check_close(f"output{index}", ours, theirs, 1e-5)
        print(f"output{index}: NumPy and TVM's C code on this machine differ by {difference:.1e}")

    for name, value in inputs.items():
        np.save(args.out / f"pair_{name}.npy", value)
    for index, value in enumerate(outputs):
        np.save(args.out / f"pair_output{index}.npy", value)
    for name, interface in ARCHIVES.items():
        path = args.out / name
        tvm_archive.write_archive(module, interface, path, mod_name="pair")
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
