"""A small convolutional network in NumPy: forward pass, gradients and training.

    image (8, 8, 1) - conv 3x3x8 - ReLU - max 2x2 - conv 3x3x16 - ReLU - max 2x2 - dense 10 - softmax

Tensors are NHWC, kernels HWIO, both as in the Relay module that make_digits.py builds.
All arithmetic is in float64, so that sums taken in another order (another CPU, another BLAS)
differ far less than the grid to which the trained weights are rounded at the end: every machine
gets the same weights.
"""

import numpy as np

WEIGHT_STEP = 1.0 / 1024
LABEL_SMOOTHING = 0.1
BATCH = 32
EPOCHS = 40
LEARNING_RATE = 0.004
SEED = 20240101


def initial_weights(rng):
    shapes = {"conv1": (3, 3, 1, 8), "conv2": (3, 3, 8, 16), "dense": (64, 10)}
    weights = {}
    for name, shape in shapes.items():
        fan_in = np.prod(shape[:-1])
        weights[name] = rng.standard_normal(shape) * np.sqrt(2.0 / fan_in)
        weights[name + "_bias"] = np.zeros(shape[-1])
    return weights


def _patches(x):
    """(n, h, w, c) -> (n, h, w, 3 * 3 * c): each pixel's zero-padded 3x3 surroundings."""
    n, h, w, c = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    rows = [padded[:, i : i + h, j : j + w] for i in range(3) for j in range(3)]
    return np.stack(rows, axis=3).reshape(n, h, w, 9 * c)


def _scatter_patches(gradient, channels):
    """The transpose of _patches: add each patch's gradient to the pixels that it came from."""
    n, h, w, _ = gradient.shape
    gradient = gradient.reshape(n, h, w, 9, channels)
    padded = np.zeros((n, h + 2, w + 2, channels))
    for k in range(9):
        i, j = divmod(k, 3)
        padded[:, i : i + h, j : j + w] += gradient[:, :, :, k]
    return padded[:, 1:-1, 1:-1]


def _windows(x):
    n, h, w, c = x.shape
    x = x.reshape(n, h // 2, 2, w // 2, 2, c).transpose(0, 1, 3, 5, 2, 4)
    return x.reshape(n, h // 2, w // 2, c, 4)


def _scatter_windows(gradient, winner):
    """Hand each 2x2 window's gradient to the pixel that was its maximum."""
    n, h, w, c = gradient.shape
    spread = (np.arange(4) == winner[..., None]) * gradient[..., None]
    spread = spread.reshape(n, h, w, c, 2, 2).transpose(0, 1, 4, 2, 5, 3)
    return spread.reshape(n, 2 * h, 2 * w, c)


def _conv_block(x, kernel, bias):
    """Convolution, ReLU and 2x2 maximum; also what the backward pass needs."""
    patches = _patches(x)
    active = np.maximum(patches @ kernel.reshape(-1, kernel.shape[-1]) + bias, 0.0)
    windows = _windows(active)
    winner = windows.argmax(axis=-1)
    return windows.max(axis=-1), (patches, active, winner)


def _conv_block_gradients(gradient, kernel, saved):
    patches, active, winner = saved
    gradient = _scatter_windows(gradient, winner) * (active > 0)
    flat = gradient.reshape(-1, kernel.shape[-1])
    kernel_gradient = (patches.reshape(len(flat), -1).T @ flat).reshape(kernel.shape)
    input_gradient = _scatter_patches(
        gradient @ kernel.reshape(-1, kernel.shape[-1]).T, kernel.shape[2]
    )
    return kernel_gradient, flat.sum(axis=0), input_gradient


def forward(weights, images):
    """Class probabilities (n, 10), and what the backward pass needs."""
    first, saved1 = _conv_block(images, weights["conv1"], weights["conv1_bias"])
    second, saved2 = _conv_block(first, weights["conv2"], weights["conv2_bias"])
    features = second.reshape(len(images), -1)
    logits = features @ weights["dense"] + weights["dense_bias"]
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True), (saved1, saved2, second)


def gradients(weights, images, targets):
    """Of the mean cross-entropy against `targets` (n, 10), for each weight."""
    probabilities, (saved1, saved2, second) = forward(weights, images)
    result = {}
    error = (probabilities - targets) / len(images)
    result["dense"] = second.reshape(len(images), -1).T @ error
    result["dense_bias"] = error.sum(axis=0)
    error = (error @ weights["dense"].T).reshape(second.shape)
    result["conv2"], result["conv2_bias"], error = _conv_block_gradients(
        error, weights["conv2"], saved2
    )
    result["conv1"], result["conv1_bias"], _ = _conv_block_gradients(
        error, weights["conv1"], saved1
    )
    return result


def train(images, labels, epochs=EPOCHS):
    """Weights after so many epochs of Adam with a rate that falls to zero, rounded to WEIGHT_STEP."""
    rng = np.random.default_rng(SEED)
    weights = initial_weights(rng)
    mean = {name: np.zeros_like(value) for name, value in weights.items()}
    square = {name: np.zeros_like(value) for name, value in weights.items()}
    targets = np.eye(10)[labels] * (1 - LABEL_SMOOTHING) + LABEL_SMOOTHING / 10
    steps = epochs * (len(images) // BATCH)
    step = 0
    while step < steps:
        order = rng.permutation(len(images))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            step += 1
            batch = order[start : start + BATCH]
            rate = LEARNING_RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for name, slope in gradients(weights, images[batch], targets[batch]).items():
                mean[name] += 0.1 * (slope - mean[name])
                square[name] += 0.001 * (slope * slope - square[name])
                weights[name] -= (
                    rate
                    * (mean[name] / (1 - 0.9**step))
                    / (np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8)
                )
    return {name: np.round(value / WEIGHT_STEP) * WEIGHT_STEP for name, value in weights.items()}
