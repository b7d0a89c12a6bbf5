"""Networks in int8 as TFLite has them: NHWC, weights symmetric a channel, activations with a scale and
a zero of their own, sums in int32. Weights are seeded; scales are chosen so that activations fill the
range, as those of a network that learnt do."""

import numpy as np

import tvm_archive
from tvm_archive import relay

LEAST, MOST = -128, 127
WEIGHT_SCALE = 1.0 / 128
INPUT_SCALE = 1.0 / 32
LOGITS_MOST = 3.0


class Network:
    """Layer by layer; `value` is what came out last, of so many standard deviations as `spread`."""

    def __init__(self, name, shape, seed):
        self._random = np.random.default_rng(seed)
        self.input = relay.var(name, shape=shape, dtype="int8")
        self.value, self.shape = self.input, shape
        self.scale, self.zero = INPUT_SCALE, 0
        self._spread = 1.0

    def _constants(self, shape, fan_in):
        """Weights of int8, and what they do to the spread."""
        weights = np.rint(self._random.normal(0, 40, shape)).clip(-127, 127).astype("int8")
        gain = float(weights.astype("float64").std()) * WEIGHT_SCALE * np.sqrt(fan_in)
        return relay.const(weights), gain

    def _operands(self, weights):
        """What came out last and weights, and what their numbers mean."""
        return (
            self.value,
            weights,
            relay.const(self.zero),
            relay.const(0),
            relay.const(np.float32(self.scale)),
            relay.const(np.float32(WEIGHT_SCALE)),
        )

    def _finish(self, sums, gain, channels, is_linear=False):
        """Bias, the next scale, and ReLU unless linear."""
        bias = self._random.integers(-200, 200, channels).astype("int32")
        sums = relay.nn.bias_add(sums, relay.const(bias), axis=len(self.shape) - 1)
        spread = self._spread * gain
        scale = spread / (32 if is_linear else 64)
        zero = 0 if is_linear else LEAST
        self.value = relay.qnn.op.requantize(
            sums,
            relay.const(np.float32(self.scale * WEIGHT_SCALE)),
            relay.const(0),
            relay.const(np.float32(scale)),
            relay.const(zero),
            axis=len(self.shape) - 1,
            out_dtype="int8",
        )
        # A zero at the least number makes what saturates there the ReLU.
        self.scale, self.zero = scale, zero
        self._spread = spread if is_linear else 0.6 * spread

    def conv(self, channels, kernel, strides=1, is_linear=False):
        before = self.shape[-1]
        shape = (*kernel, before, channels)
        weights, gain = self._constants(shape, kernel[0] * kernel[1] * before)
        self._conv(weights, gain, channels, kernel, strides, "HWIO", 1, is_linear)

    def depthwise(self, kernel=(3, 3), strides=1):
        channels = self.shape[-1]
        weights, gain = self._constants((*kernel, channels, 1), kernel[0] * kernel[1])
        self._conv(weights, gain, channels, kernel, strides, "HWOI", channels, False)

    def _conv(self, weights, gain, channels, kernel, strides, layout, groups, is_linear):
        out = [-(-size // strides) for size in self.shape[1:3]]
        needed = [(o - 1) * strides + k - s for o, k, s in zip(out, kernel, self.shape[1:3])]
        needed = [max(n, 0) for n in needed]
        padding = [n // 2 for n in needed] + [n - n // 2 for n in needed]
        sums = relay.qnn.op.conv2d(
            *self._operands(weights),
            kernel_size=kernel,
            channels=channels,
            strides=(strides, strides),
            padding=tuple(padding),
            groups=groups,
            data_layout="NHWC",
            kernel_layout=layout,
            out_dtype="int32",
        )
        self.shape = (1, *out, channels)
        self._finish(sums, gain, channels, is_linear)

    def dense(self, units, is_linear=False):
        weights, gain = self._constants((units, self.shape[-1]), self.shape[-1])
        sums = relay.qnn.op.dense(
            *self._operands(weights),
            units=units,
            out_dtype="int32",
        )
        self.shape = (1, units)
        self._finish(sums, gain, units, is_linear)

    def add(self, other):
        """ReLU of the sum with what `keep` returned before."""
        value, scale, zero, spread = other
        total = float(np.hypot(self._spread, spread))
        out_scale = total / 48
        self.value = relay.qnn.op.add(
            self.value,
            value,
            relay.const(np.float32(self.scale)),
            relay.const(self.zero),
            relay.const(np.float32(scale)),
            relay.const(zero),
            relay.const(np.float32(out_scale)),
            relay.const(LEAST),
        )
        self.scale, self.zero, self._spread = out_scale, LEAST, 0.6 * total

    def keep(self):
        return self.value, self.scale, self.zero, self._spread

    def average(self):
        """Over all of a picture."""
        mean = relay.nn.avg_pool2d(
            relay.cast(self.value, "int32"), pool_size=self.shape[1:3], layout="NHWC"
        )
        self.value = relay.nn.batch_flatten(relay.cast(mean, "int8"))
        self.shape = (1, self.shape[-1])

    def probabilities(self):
        """As TFLite: a scale of 1/256 and a zero of -128. No logit is so large that it hides others."""
        logits = relay.qnn.op.dequantize(
            self.value, relay.const(np.float32(LOGITS_MOST / 128)), relay.const(self.zero)
        )
        self.value = relay.qnn.op.quantize(
            relay.nn.softmax(logits), relay.const(np.float32(1 / 256)), relay.const(LEAST)
        )

    def module(self):
        return tvm_archive.tvm.IRModule.from_expr(relay.Function([self.input], self.value))
