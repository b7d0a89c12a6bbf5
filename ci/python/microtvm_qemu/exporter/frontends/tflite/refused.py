"""Operators of TFLite that TVM's front end takes, and reads as something else."""

from ....errors import ExportError

_TANH, _SIGN_BIT = 4, 5
_FUSED = {
    **{name: name.capitalize() + "Options" for name in ("ADD", "SUB", "MUL", "DIV")},
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"), "Pool2DOptions"),
    "CONCATENATION": "ConcatenationOptions",
    "CONV_2D": "Conv2DOptions",
    "CONV_3D": "Conv3DOptions",
    "CONV_3D_TRANSPOSE": "Conv3DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "FULLY_CONNECTED": "FullyConnectedOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "TRANSPOSE_CONV": "TransposeConvOptions",
}
# Their bodies are graphs of their own, which TVM's own converter reads.
_WITH_BODIES = frozenset("CALL IF STABLEHLO_COMPOSITE STABLEHLO_WHILE WHILE".split())
_RANDOM = frozenset("MULTINOMIAL RANDOM_STANDARD_NORMAL RANDOM_UNIFORM STABLEHLO_RNG_BIT_GENERATOR".split())


def _fused(call):
    if call.name in _FUSED and call.option(_FUSED[call.name], "FusedActivationFunction") in (
        _TANH,
        _SIGN_BIT,
    ):
        return (
            "its fused activation is none that TFLite itself computes there (RELU, RELU6, RELU_N1_TO_1 are): put an "
            "operator of its own behind it"
        )
    return None


def _gather(call):
    if call.option("GatherOptions", "BatchDims"):
        return "TVM drops batch_dims: take elements of each batch by itself, or by one flat index"
    return None


def _fully_connected(call):
    if call.option("FullyConnectedOptions", "WeightsFormat"):
        return "its weights are shuffled, which TVM does not see: convert the model without that"
    return None


def _resize(table):
    def check(call):
        if call.option(table, "AlignCorners") and 1 in call.output_dims()[1:3]:
            return "TVM divides by 0 where align_corners meets one row or column: leave align_corners out"
        return None

    return check


def _product(call):
    if call.is_quantized():
        return "TFLite rounds each of its products to the output's scale, TVM the last one alone: leave it in floats"
    return None


_CHECKS = {
    "FULLY_CONNECTED": _fully_connected,
    "GATHER": _gather,
    "REDUCE_PROD": _product,
    "RESIZE_BILINEAR": _resize("ResizeBilinearOptions"),
    "RESIZE_NEAREST_NEIGHBOR": _resize("ResizeNearestNeighborOptions"),
}


def refuse(call):
    """Raises ExportError, without the operator's name, where TVM would make other numbers of it."""
    why = _fused(call) or (_CHECKS[call.name](call) if call.name in _CHECKS else None)
    if call.name in _WITH_BODIES:
        why = (
            "loops, branches or calls graphs of its own, for which TVM's way to C has no code: write the steps into "
            "the model itself (Keras: LSTM(..., unroll=True))"
        )
    if call.name in _RANDOM:
        why = "draws random numbers, by a library of the host's: make them an input"
    if why:
        raise ExportError(why)
