"""Networks that learnt something, as ONNX: convolutional in float32 and int8, attention, and a tabular
one by way of scikit-learn."""

import logging

import numpy as np
import onnx
import skl2onnx
from onnxruntime import quantization
from skl2onnx.helpers.onnx_helper import select_model_inputs_outputs
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

import digits
import graph
from made import Made

REFERENCE = f"ONNX Runtime {graph.onnxruntime.__version__}"
SEED = 20240101
OPSETS = {"": graph.OPSET, "ai.onnx.ml": 1}


def _images(pixels):
    """(n, 1, 1, 8, 8): samples, batch, channels, rows, columns."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)[:, None], "float32")


def _conv_model():
    """digits_net's, whose features lie as NHWC has them."""
    weights = digits.weights()
    net = graph.Graph("image", (1, 1, 8, 8))
    value = net.input
    for layer in ("conv1", "conv2"):
        kernel = net.constant(weights[layer].transpose(3, 2, 0, 1))
        value = net.conv(value, kernel, net.constant(weights[f"{layer}_bias"]), pads=[1] * 4)
        value = net.node("MaxPool", value, kernel_shape=[2, 2], strides=[2, 2])
    value = net.node("Flatten", net.node("Transpose", value, perm=[0, 2, 3, 1]))
    value = net.node("Gemm", value, net.constant(weights["dense"]), net.constant(weights["dense_bias"]))
    return net.model(net.node("Softmax", value, axis=1))


def saved(model, folder, inputs, **options):
    path = folder / "model.onnx"
    onnx.save(model, path)
    return Made(path, inputs, graph.run(model, inputs), REFERENCE, **options)


def conv(folder):
    """float32; convolutions, pools, a transposition, a dense layer."""
    _, (images, labels) = digits.data()
    inputs = {"image": _images(images)}
    return saved(_conv_model(), folder, inputs, labels=labels, accuracy=0.95)


class Samples(quantization.CalibrationDataReader):
    """Of one input."""

    def __init__(self, name, values):
        self._rest = iter({name: value} for value in values)

    def get_next(self):
        return next(self._rest, None)


def quantized(model, name, values, folder):
    """The model in int8, with QuantizeLinear and DequantizeLinear around each operator."""
    onnx.save(model, folder / "float.onnx")
    logging.getLogger().setLevel(logging.ERROR)  # it recommends fusions, of which there are none here
    quantization.quantize_static(
        folder / "float.onnx",
        folder / "model.onnx",
        Samples(name, values),
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=True,
        activation_type=quantization.QuantType.QInt8,
        weight_type=quantization.QuantType.QInt8,
    )
    return onnx.load(folder / "model.onnx")


def qdq(folder):
    """conv's, quantized by ONNX Runtime after 200 of the images that it was trained with. A sum that
    lies between two steps may be rounded to either: outputs differ by a few steps of 1/256."""
    (known, _), (images, labels) = digits.data()
    model = quantized(_conv_model(), "image", _images(known[:200]), folder)
    inputs = {"image": _images(images)}
    return saved(model, folder, inputs, rtol=0, atol=3 / 256, labels=labels, accuracy=0.95)


TOKENS, WIDTH, HEADS = 8, 16, 2
SHARPNESS = 6  # so far are the logits of a digit from those of the others


def _heads(net, value, order):
    """(1, 8, 16) to (1, heads, 8, 8), its axes in an order."""
    shape = net.constant([1, TOKENS, HEADS, WIDTH // HEADS], "int64")
    return net.node("Transpose", net.node("Reshape", value, shape), perm=order)


def _norm(net, value):
    scale, bias = net.constant(np.ones(WIDTH)), net.constant(np.zeros(WIDTH))
    return net.node("LayerNormalization", value, scale, bias, axis=-1, epsilon=1e-5)


def _attend(net, value):
    query, key, content = (
        net.node("MatMul", value, net.seeded(WIDTH, WIDTH, fan_in=WIDTH)) for _ in range(3)
    )
    scores = net.node("MatMul", _heads(net, query, [0, 2, 1, 3]), _heads(net, key, [0, 2, 3, 1]))
    scores = net.node("Mul", scores, net.constant((WIDTH // HEADS) ** -0.5))
    mixed = net.node("MatMul", net.node("Softmax", scores, axis=-1), _heads(net, content, [0, 2, 1, 3]))
    mixed = net.node("Transpose", mixed, perm=[0, 2, 1, 3])
    mixed = net.node("Reshape", mixed, net.constant([1, TOKENS, WIDTH], "int64"))
    return net.node("MatMul", mixed, net.seeded(WIDTH, WIDTH, fan_in=WIDTH))


def _gelu(net, value):
    error = net.node("Erf", net.node("Mul", value, net.constant(0.5**0.5)))
    error = net.node("Add", error, net.constant(1.0))
    return net.node("Mul", net.node("Mul", value, net.constant(0.5)), error)


def _attention_model(head=None):
    """A block of a transformer over the rows of an image; head: weights and bias behind it."""
    net = graph.Graph("rows", (1, TOKENS, 8), SEED)
    value = net.node("MatMul", net.input, net.seeded(8, WIDTH, fan_in=8))
    value = net.node("Add", value, net.seeded(1, TOKENS, WIDTH, fan_in=2))
    value = _norm(net, net.node("Add", value, _attend(net, value)))
    hidden = _gelu(net, net.node("MatMul", value, net.seeded(WIDTH, 4 * WIDTH, fan_in=WIDTH)))
    hidden = net.node("MatMul", hidden, net.seeded(4 * WIDTH, WIDTH, fan_in=4 * WIDTH))
    value = net.node("Flatten", _norm(net, net.node("Add", value, hidden)))
    if head:
        value = net.dense(value, *(net.constant(part) for part in head))
        value = net.node("Softmax", value, axis=-1)
    return net.model(value)


def attention(folder):
    """float32; its block is seeded, what reads it out was trained."""
    (known, known_labels), (images, labels) = digits.data()
    rows = np.ascontiguousarray(known.reshape(-1, 1, 8, 8), "float32")
    (features,) = graph.run(_attention_model(), {"rows": rows})
    head = Ridge(1.0).fit(features.reshape(len(rows), -1), SHARPNESS * np.eye(10)[known_labels])
    model = _attention_model((head.coef_.T, head.intercept_))
    inputs = {"rows": np.ascontiguousarray(images.reshape(-1, 1, 8, 8), "float32")}
    return saved(model, folder, inputs, labels=labels, accuracy=0.9)


def tabular(folder):
    """A perceptron of scikit-learn's over 30 measurements of tissue. TVM has no Scaler of ai.onnx.ml:
    the scales are made part of the first layer."""
    values, labels = load_breast_cancer(return_X_y=True)
    order = np.random.default_rng(SEED).permutation(len(values))
    test, train = order[:60], order[60:]
    scaler = StandardScaler().fit(values[train])
    net = MLPClassifier((16, 8), max_iter=300, random_state=1)
    net.fit(scaler.transform(values[train]), labels[train])
    net.coefs_[0] = net.coefs_[0] / scaler.scale_[:, None]
    net.intercepts_[0] = net.intercepts_[0] - scaler.mean_ @ net.coefs_[0]
    sample = values[:1].astype("float32")
    model = skl2onnx.to_onnx(net, sample, options={"zipmap": False}, target_opset=OPSETS)
    model = select_model_inputs_outputs(model, "probabilities")
    used = {name for node in model.graph.node for name in node.input}
    kept = [tensor for tensor in model.graph.initializer if tensor.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    inputs = {model.graph.input[0].name: values[test][:, None].astype("float32")}
    return saved(model, folder, inputs, labels=labels[test], accuracy=0.9)
