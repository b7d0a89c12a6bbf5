#!/usr/bin/env python3
"""Write an archive that holds two models, digits and pair.

Usage: make_two.py [--out DIR]

Test data: that of make_digits.py and make_pair.py.
"""

import argparse
import pathlib

import numpy as np

import digits_net
import make_digits
import make_pair
import tvm_archive


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    args = parser.parse_args()

    (images, labels), _ = make_digits.load_data()
    digits = make_digits.relay_module(digits_net.train(images, labels))
    constants = make_pair.make_constants(np.random.default_rng(make_pair.SEED))
    pair = make_pair.relay_module(constants)
    path = args.out / "two.tar"
    models = [(pair, "packed_heap", "pair"), (digits, "packed", "digits")]
    tvm_archive.write_archive_of(models, path)
    print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
