"""Tasks of MLPerf Tiny at their real size: v1.1's architectures as ONNX has them. Weights and inputs are
seeded: what they are here for is size, shape and arithmetic, not what they know."""

import numpy as np

import graph
import trained

SAMPLES = 2


def _inputs(shape, seed, count=SAMPLES):
    return np.random.default_rng(seed).normal(0, 1, (count, *shape)).astype("float32")


def _conv(net, value, before, after, size, **attributes):
    """A convolution of all channels, or of each alone (before is 1)."""
    kernel = net.seeded(after, before, *size, fan_in=before * size[0] * size[1])
    bias = net.seeded(after, fan_in=200)
    return net.conv(value, kernel, bias, kernel_shape=list(size), **attributes)


def _classes(net, value, before, count):
    value = net.node("Flatten", net.node("GlobalAveragePool", value))
    value = net.dense(value, net.seeded(before, count, fan_in=before), net.seeded(count, fan_in=200))
    return net.model(net.node("Softmax", value, axis=-1))


def _keyword_model(shape):
    """DS-CNN: 49 frames of 10 coefficients, 12 words."""
    net = graph.Graph("frames", shape, 1)
    value = _conv(net, net.input, 1, 64, (10, 4), strides=[2, 2], pads=[4, 1, 5, 1])
    for _ in range(4):
        value = _conv(net, value, 1, 64, (3, 3), group=64, pads=[1] * 4)
        value = _conv(net, value, 64, 64, (1, 1))
    return _classes(net, value, 64, 12)


def keywords(folder):
    """In int8, as MLPerf Tiny has it."""
    shape = (1, 1, 49, 10)
    model = trained.quantized(_keyword_model(shape), "frames", _inputs(shape, 5, 20), folder)
    return trained.saved(model, folder, {"frames": _inputs(shape, 7)}, rtol=0, atol=4 / 256)


def images(folder):
    """ResNet-8 for CIFAR-10, float32."""
    shape = (1, 3, 32, 32)
    net = graph.Graph("picture", shape, 2)
    value = _conv(net, net.input, 3, 16, (3, 3), pads=[1] * 4)
    before = 16
    for after, stride in ((16, 1), (32, 2), (64, 2)):
        side = value
        value = _conv(net, value, before, after, (3, 3), pads=[1] * 4, strides=[stride] * 2)
        value = _conv(net, value, after, after, (3, 3), pads=[1] * 4)
        if stride > 1:
            side = _conv(net, side, before, after, (1, 1), strides=[stride] * 2)
        value, before = net.node("Relu", net.node("Add", value, side)), after
    model = _classes(net, value, 64, 10)
    return trained.saved(model, folder, {"picture": _inputs(shape, 7)})


def anomalies(folder):
    """The autoencoder: five frames of 128 bands, and again; float32."""
    shape = (1, 640)
    net = graph.Graph("bands", shape, 4)
    value, before = net.input, 640
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        value = net.dense(value, net.seeded(before, units, fan_in=before), net.seeded(units, fan_in=200))
        value, before = net.node("Relu", value), units
    value = net.dense(value, net.seeded(before, 640, fan_in=before), net.seeded(640, fan_in=200))
    return trained.saved(net.model(value), folder, {"bands": _inputs(shape, 7)})
