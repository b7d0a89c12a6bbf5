"""The four tasks of MLPerf Tiny, v1.1's architectures at their real size, in int8. Weights and inputs
are seeded: what they are here for is size, shape and arithmetic, not what they know."""

import numpy as np

from quantized import Network

SAMPLES = 2


def keyword_spotting():
    """DS-CNN: 49 frames of 10 coefficients, 12 words."""
    net = Network("input_1", (1, 49, 10, 1), 1)
    net.conv(64, (10, 4), 2)
    for _ in range(4):
        net.depthwise()
        net.conv(64, (1, 1))
    net.average()
    net.dense(12, is_linear=True)
    net.probabilities()
    return net


def visual_wake_words():
    """MobileNet 0.25: a person in a picture of 96 by 96, or none."""
    net = Network("input_1", (1, 96, 96, 3), 2)
    net.conv(8, (3, 3), 2)
    for channels, strides in (
        (16, 1),
        (32, 2),
        (32, 1),
        (64, 2),
        (64, 1),
        (128, 2),
        *[(128, 1)] * 5,
        (256, 2),
        (256, 1),
    ):
        net.depthwise(strides=strides)
        net.conv(channels, (1, 1))
    net.average()
    net.dense(2, is_linear=True)
    net.probabilities()
    return net


def image_classification():
    """ResNet-8 for CIFAR-10."""
    net = Network("input_1", (1, 32, 32, 3), 3)
    net.conv(16, (3, 3))
    for channels, strides in ((16, 1), (32, 2), (64, 2)):
        before, shape = net.keep(), net.shape
        net.conv(channels, (3, 3), strides)
        net.conv(channels, (3, 3), is_linear=True)
        if strides == 1:
            net.add(before)
            continue
        after = net.keep()
        net.value, net.scale, net.zero, net._spread = before
        net.shape = shape
        net.conv(channels, (1, 1), strides, is_linear=True)
        net.add(after)
    net.average()
    net.dense(10, is_linear=True)
    net.probabilities()
    return net


def anomaly_detection():
    """The autoencoder: five frames of 128 bands, and again."""
    net = Network("input_1", (1, 640), 4)
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        net.dense(units)
    net.dense(640, is_linear=True)
    return net


TASKS = {
    "kws": keyword_spotting,
    "vww": visual_wake_words,
    "ic": image_classification,
    "ad": anomaly_detection,
}


def inputs_of(net, seed):
    """What fills the range, with the axis of samples in front."""
    random = np.random.default_rng(seed)
    shape = (SAMPLES, *(int(size) for size in net.input.type_annotation.shape))
    return np.rint(random.normal(0, 32, shape)).clip(-128, 127).astype("int8")
