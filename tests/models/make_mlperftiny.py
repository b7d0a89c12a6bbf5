#!/usr/bin/env python3
"""Write two models in the manner of MLPerf Tiny, for project type mlperftiny, and their test data.

Usage: make_mlperftiny.py [--out DIR]

Both see the handwriting of make_digits.py, and have TVM's C interface.

digit8.tar: a classifier with int8 at both ends, as the benchmark's image classification has: pixels
are 0 to 255 less 128, outputs are probabilities with a scale of 1/256 and a zero of -128.

eights.tar: an autoencoder of float32 that learnt eights alone, as anomaly detection has: the worse it
draws an image again, the less that is an eight. Its images are digits_images.npy.
"""

import argparse
import pathlib

import numpy as np

import make_digits
import tvm_archive
from tvm_archive import relay, tvm

RIDGE = 1.0
LOGIT_STEP = 2.0**-12
OUTPUT_STEPS = 256
ZERO = -128
FEATURES = 4
NORMAL = 8
WEIGHT_STEP = 1.0 / 1024
ACCURACY_GOAL = 0.9
AUC_GOAL = 0.95


def bytes_of(images):
    """Pixels as a camera gives them, a row an image."""
    return np.minimum(images.reshape(len(images), 64) * 256, 255).astype("int64")


def train_classifier(images, labels):
    """Least squares; weights are whole numbers of 8 bits."""
    pixels = np.column_stack([bytes_of(images), np.full(len(images), 255)]) / 255.0
    wanted = np.eye(10)[labels]
    weights = np.linalg.solve(pixels.T @ pixels + RIDGE * np.eye(65), pixels.T @ wanted)
    weights = np.rint(weights / np.abs(weights[:64]).max() * 127).astype("int64")
    return weights[:64].T, weights[64] * 255


def classify(weights, bias, pixels):
    logits = (pixels @ weights.T + bias) * LOGIT_STEP
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    steps = np.rint(odds / odds.sum(axis=1, keepdims=True) * OUTPUT_STEPS)
    return np.clip(steps + ZERO, -128, 127).astype("int8")


def classifier_module(weights, bias):
    image = relay.var("image", shape=(1, 8, 8, 1), dtype="int8")
    pixels = relay.cast(relay.nn.batch_flatten(image), "int32") - relay.const(ZERO, "int32")
    sums = relay.nn.dense(pixels, relay.const(weights.astype("int32")), out_dtype="int32")
    sums = sums + relay.const(bias.astype("int32"))
    logits = relay.cast(sums, "float32") * relay.const(LOGIT_STEP, "float32")
    steps = relay.round(relay.nn.softmax(logits) * relay.const(float(OUTPUT_STEPS), "float32"))
    steps = relay.clip(steps + relay.const(float(ZERO), "float32"), -128, 127)
    return tvm.IRModule.from_expr(relay.Function([image], relay.cast(steps, "int8")))


def train_autoencoder(images):
    """The mean and the main directions in which images differ from it."""
    pixels = images.reshape(len(images), 64)
    mean = pixels.mean(axis=0)
    _, directions = np.linalg.eigh((pixels - mean).T @ (pixels - mean))
    directions = directions[:, : -FEATURES - 1 : -1].T
    sign = np.sign(directions[np.arange(FEATURES), np.abs(directions).argmax(axis=1)])
    rounded = [np.rint(a / WEIGHT_STEP) * WEIGHT_STEP for a in (mean, directions * sign[:, None])]
    return rounded


def draw_again(mean, directions, images):
    pixels = images.reshape(len(images), 64)
    return ((pixels - mean) @ directions.T @ directions + mean).reshape(images.shape)


def autoencoder_module(mean, directions):
    mean, directions = mean.astype("float32"), directions.astype("float32")
    image = relay.var("image", shape=(1, 8, 8, 1), dtype="float32")
    flat = relay.nn.batch_flatten(image) - relay.const(mean)
    features = relay.nn.dense(flat, relay.const(directions))
    drawn = relay.nn.dense(features, relay.const(directions.T.copy())) + relay.const(mean)
    return tvm.IRModule.from_expr(relay.Function([image], relay.reshape(drawn, (1, 8, 8, 1))))


def area_under_curve(scores, is_anomaly):
    pairs = scores[is_anomaly][:, None] - scores[~is_anomaly][None]
    return ((pairs > 0) + (pairs == 0) / 2).mean()


def make_classifier(train, test, out):
    weights, bias = train_classifier(*train)
    pixels = bytes_of(test[0])
    expected = classify(weights, bias, pixels)[:, None]
    accuracy = float((expected[:, 0].argmax(axis=1) == test[1]).mean())
    print(f"digit8: {accuracy:.0%} of {len(pixels)} right")
    assert accuracy >= ACCURACY_GOAL
    images = (pixels + ZERO).astype("int8").reshape(-1, 1, 8, 8, 1)
    module = classifier_module(weights, bias)
    (host,) = tvm_archive.run_on_host(module, {"image": images})
    tvm_archive.check_close("digit8", expected, host, 0)
    np.save(out / "digit8_images.npy", images)
    np.save(out / "digit8_expected.npy", expected)
    tvm_archive.write_archive(module, "c", out / "digit8.tar")


def make_autoencoder(train, test, out):
    images, labels = train
    mean, directions = train_autoencoder(images[labels == NORMAL])
    is_anomaly = test[1] != NORMAL
    drawn = draw_again(mean, directions, test[0])
    errors = np.square(drawn - test[0]).reshape(len(drawn), 64).mean(axis=1)
    area = area_under_curve(errors, is_anomaly)
    print(f"eights: {is_anomaly.sum()} of {len(drawn)} are none, AUC {area:.4f}")
    assert area >= AUC_GOAL
    module = autoencoder_module(mean, directions)
    batch = test[0].astype("float32")[:, None]
    (host,) = tvm_archive.run_on_host(module, {"image": batch})
    difference = tvm_archive.check_close("eights", drawn.astype("float32")[:, None], host, 1e-5)
    print(f"eights: NumPy and TVM's C code on this machine differ by {difference:.1e}")
    np.save(out / "eights_labels.npy", is_anomaly.astype("int32"))
    np.save(out / "eights_expected.npy", errors.astype("float32")[:, None])
    tvm_archive.write_archive(module, "c", out / "eights.tar")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    args = parser.parse_args()
    train, test = make_digits.load_data()
    make_classifier(train, test, args.out)
    make_autoencoder(train, test, args.out)
    for name in ("digit8", "eights"):
        print(f"{name}.tar: {(args.out / (name + '.tar')).stat().st_size} bytes")


if __name__ == "__main__":
    main()
