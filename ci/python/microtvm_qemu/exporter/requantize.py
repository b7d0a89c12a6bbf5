"""What follows a sum of products until it is quantized again, in integers: bias, ReLU, the new scale.

A factor m is a number of 31 bits and a shift for all channels: (sum * m + half) >> shift, in 64 bits. Of
what lies half-way between two steps more is rounded up than floats would.
"""

import numpy as np
from tvm import relax

_BITS = 30
_MOST_SHIFT = 50  # with a zero in front of it in 64 bits
_INT32_MAX = 2**31 - 1


class Sum:
    """A variable of int32: scale * (it - offset) is the value. scale and offset have the shape of a
    channel each, or of all together."""

    def __init__(self, var, scale, offset, most):
        self.var, self.scale, self.offset = var, scale, offset
        self.most = most  # it is no larger, on either side
        self.is_positive = False

    def plus(self, value):
        """With an array of floats added, where that is the same in steps of the scale; else None."""
        steps = np.rint(value.astype("float64") / self.scale)
        try:
            shape = np.broadcast_shapes(steps.shape, self.offset.shape)
        except ValueError:
            return None
        if shape != self.offset.shape or self.is_positive:
            return None
        made = Sum(self.var, self.scale, self.offset - steps, self.most)
        return made if made.most + np.abs(made.offset).max() < _INT32_MAX else None

    def at_least_zero(self):
        made = Sum(self.var, self.scale, self.offset, self.most)
        made.is_positive = True
        return made


def quantized(emit, value, scale, zero, dtype):
    """The sum in steps of another scale around a zero, as a call; None where it can't be."""
    factors = value.scale / scale
    if not (np.isfinite(factors).all() and factors.min() > 0):
        return None
    shift = _BITS - int(np.ceil(np.log2(factors.max())))
    most = value.most + np.abs(value.offset).max()
    if not 1 <= shift <= _MOST_SHIFT or most * max(factors.max(), 1) >= _INT32_MAX - 256:
        return None
    made = value.var
    if value.offset.any():
        made = emit(relax.op.subtract(made, _const(value.offset, "int32")))
    if value.is_positive:
        made = emit(relax.op.maximum(made, _const(0, "int32")))
    made = emit(relax.op.astype(made, "int64"))
    multipliers = _const(np.rint(factors * 2.0**shift), "int64")
    made = emit(relax.op.multiply(made, multipliers))
    # The zero's own steps are added before the shift: it stays what it is.
    half = (1 << (shift - 1)) + (zero << shift)
    made = emit(relax.op.add(made, _const(half, "int64")))
    made = emit(relax.op.right_shift(made, _const(shift, "int64")))
    limits = np.iinfo(dtype)
    made = emit(relax.op.astype(made, "int32"))
    made = emit(relax.op.clip(made, int(limits.min), int(limits.max)))
    return relax.op.astype(made, dtype)


def _const(value, dtype):
    return relax.const(np.asarray(value, dtype), dtype)
