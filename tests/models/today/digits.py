"""Real handwriting, as in tests/models: scikit-learn's digits, the same 100 of them held out."""

import functools
import pathlib
import sys

import numpy as np
from sklearn.datasets import load_digits

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import digits_net  # pylint: disable=wrong-import-position

HELD_OUT = 100
EPOCHS = 8  # of digits_net.EPOCHS: more is not worth a test's time


@functools.lru_cache(None)
def data():
    """(images, labels) to train with and to test with; (n, 8, 8, 1), multiples of 1/16."""
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels / 16.0).reshape(-1, 8, 8, 1)
    order = np.random.default_rng(digits_net.SEED).permutation(len(images))
    test, train = order[:HELD_OUT], order[HELD_OUT:]
    return (images[train], labels[train]), (images[test], labels[test])


@functools.lru_cache(None)
def weights():
    """Of digits_net, trained."""
    images, labels = data()[0]
    return digits_net.train(images, labels, EPOCHS)
