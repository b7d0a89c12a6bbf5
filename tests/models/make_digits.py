#!/usr/bin/env python3
"""Train the digit classifier on real handwriting and write its archives and test data.

Usage: make_digits.py [--out DIR] [--interface NAME]...

Writes digits_images.npy, digits_labels.npy, digits_expected.npy and one archive for each
interface: digits.tar (packed), digits_c.tar, digits_usmp.tar, digits_io_pools.tar and
digits_graph.tar by default.
"""

import argparse
import pathlib

import numpy as np
from sklearn.datasets import load_digits

import digits_net
import tvm_archive
from tvm_archive import relay, tvm

HELD_OUT = 100
ACCURACY_GOAL = 0.95


def load_data():
    """(images, labels) to train with and to test with; pixels are multiples of 1/16."""
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16.0).reshape(-1, 8, 8, 1)
    order = np.random.default_rng(digits_net.SEED).permutation(len(images))
    test, train = order[:HELD_OUT], order[HELD_OUT:]
    return (images[train], labels[train]), (images[test], labels[test])


def relay_module(weights):
    """The network of digits_net.py as a Relay module, its weights as constants."""
    constants = {name: relay.const(value.astype("float32")) for name, value in weights.items()}

    def conv_block(x, name):
        kernel = constants[name]
        x = relay.nn.conv2d(
            x,
            kernel,
            kernel_size=(3, 3),
            channels=weights[name].shape[-1],
            padding=1,
            data_layout="NHWC",
            kernel_layout="HWIO",
        )
        x = relay.nn.relu(relay.nn.bias_add(x, constants[name + "_bias"], axis=3))
        return relay.nn.max_pool2d(x, pool_size=(2, 2), strides=(2, 2), layout="NHWC")

    image = relay.var("image", shape=(1, 8, 8, 1), dtype="float32")
    features = relay.nn.batch_flatten(conv_block(conv_block(image, "conv1"), "conv2"))
    dense = relay.nn.dense(features, relay.const(weights["dense"].T.astype("float32").copy()))
    probabilities = relay.nn.softmax(relay.nn.bias_add(dense, constants["dense_bias"]))
    return tvm.IRModule.from_expr(relay.Function([image], probabilities))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument(
        "--interface", action="append", choices=sorted(tvm_archive.INTERFACES), help="repeatable"
    )
    args = parser.parse_args()

    (images, labels), (test_images, test_labels) = load_data()
    weights = digits_net.train(images, labels)
    expected, _ = digits_net.forward(weights, test_images)
    accuracy = float((expected.argmax(axis=1) == test_labels).mean())
    print(f"{len(images)} images to train, {HELD_OUT} held out: {accuracy:.0%} right")
    assert accuracy >= ACCURACY_GOAL

    batch = test_images.astype("float32")[:, None]  # every image exact: multiples of 1/16
    golden = expected.astype("float32")[:, None]
    module = relay_module(weights)
    (host,) = tvm_archive.run_on_host(module, {"image": batch})
    difference = tvm_archive.check_close("probabilities", golden, host, 1e-5)
    print(f"largest difference of NumPy (float64) and TVM's C code on this machine: {difference:.1e}")

    np.save(args.out / "digits_images.npy", batch)
    np.save(args.out / "digits_labels.npy", test_labels.astype("int32"))
    np.save(args.out / "digits_expected.npy", golden)
    for interface in args.interface or ("packed", "c", "usmp", "io_pools", "graph"):
        suffix = "" if interface == "packed" else "_" + interface
        path = args.out / f"digits{suffix}.tar"
        tvm_archive.write_archive(module, interface, path)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
