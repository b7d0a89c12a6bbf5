"""What TVM's front end for ONNX takes, and reads as something else: attributes that it drops."""

import numpy as np

from ...errors import ExportError
from ..names import RELEASE
from .stumbles import onnx_node


_ROUNDINGS = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


def _trains(is_training):
    if not is_training:
        return None
    return (
        "is in training mode: write the model for inference (torch.onnx.export does so after model.eval())"
    )


def _batch_normalization(graph, node):
    return _trains(graph.attribute(node, "training_mode", 0))


def _dropout(graph, node):
    mode = graph.input(node, 2)
    known = graph.constant(mode)
    return _trains(mode and (known is None or bool(known)))


def _resize(graph, node):
    """TVM has sizes alone: it computes scales from them."""
    before, after = (graph.type(names[0])[1] for names in (node.input, node.output))
    pairs = list(zip(before or [None], after or [None]))
    axes = graph.attribute(node, "axes")
    if axes is not None and axes != [*range(len(pairs))]:
        return f"TVM drops axes: give scales or sizes of all {len(pairs)} dimensions"
    if graph.attribute(node, "antialias", 0) and any(None in p or p[1] < p[0] for p in pairs):
        return "TVM has no antialiasing: leave it out"
    if graph.attribute(node, "keep_aspect_ratio_policy", "stretch") != "stretch":
        return "TVM drops keep_aspect_ratio_policy: give the sizes themselves"
    scales = graph.constant(graph.input(node, 2))
    if scales is None or len(scales) != len(pairs):
        return None
    if all(_is_scale_of(graph, node, *one) for one in zip(scales, pairs)):
        return None
    return (
        f"scales {[*map(float, scales)]} of {before} give no whole sizes, and TVM takes the scales of the sizes, "
        f"{after}: give these sizes in place of scales (other numbers), or scales that give whole ones"
    )


def _is_scale_of(graph, node, scale, pair):
    """The elements are the same with the scale that TVM takes."""
    before, after = pair
    if None in pair:
        return scale == round(float(scale))
    if abs(before * float(scale) - after) <= 1e-5 * after:
        return True
    mode = graph.attribute(node, "coordinate_transformation_mode", "half_pixel")
    offset = {"half_pixel": 0.5, "asymmetric": 0.0}.get(mode)
    if offset is None or graph.attribute(node, "mode", "nearest") != "nearest":
        return False
    rounding = _ROUNDINGS[graph.attribute(node, "nearest_mode", "round_prefer_floor")]
    places = np.arange(after) + offset
    told, taken = (np.clip(rounding(places / by - offset), 0, before - 1) for by in (scale, after / before))
    return bool((told == taken).all())


def _upsample(graph, node):
    """Scales as an attribute: up to opset 8. Newer ones TVM refuses itself."""
    scales = graph.attribute(node, "scales", [])
    is_linear = graph.attribute(node, "mode", "nearest") == "linear"
    if is_linear and all(scale == round(scale) for scale in scales):
        return None
    return "TVM takes other elements than ONNX: write it as a Resize (coordinate_transformation_mode asymmetric)"


def _is_infinity(graph, node):
    if all(graph.attribute(node, f"detect_{sign}", 1) for sign in ("negative", "positive")):
        return None
    return "TVM drops detect_negative and detect_positive: compare with the infinity (Equal)"


def _roi_align(graph, node):
    if graph.attribute(node, "mode", "avg") != "avg":
        return "TVM has other numbers for mode max: take avg"
    scale = graph.attribute(node, "spatial_scale", 1.0)
    is_half = graph.attribute(node, "coordinate_transformation_mode", "half_pixel") == "half_pixel"
    if RELEASE >= (0, 26) or scale == 1 or not is_half:
        return None
    return f"TVM 0.25 takes half a pixel off before spatial_scale {scale}, not behind it: take 0.26 or later"


def _shrink(graph, node):
    lambd = graph.attribute(node, "lambd", 0.5)
    if lambd >= 0:
        return None
    return f"of lambd {lambd}, TVM adds up what is on both sides of 0: give one that is not negative"


def _ends_beyond(graph, node):
    """The last windows of a pool with ceil_mode, of which a part is outside."""
    after, before = (graph.type(names[0])[1] for names in (node.output, node.input))
    if None in (after, before) or None in (*after, *before):
        return True
    kernel = graph.attribute(node, "kernel_shape")
    count = len(kernel)
    pads = graph.attribute(node, "pads", [0] * 2 * count)
    strides, dilations = (graph.attribute(node, name, [1] * count) for name in ("strides", "dilations"))
    ends = [(n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(after[2:], strides, kernel, dilations)]
    return any(end > size + a + b for end, size, a, b in zip(ends, before[2:], pads, pads[count:]))


def _lp_pool(graph, node):
    if graph.attribute(node, "ceil_mode", 0) and _ends_beyond(graph, node):
        return "TVM counts more in windows that ceil_mode lets end outside: leave it out, or pad the input (Pad)"
    if RELEASE < (0, 26) and graph.attribute(node, "p", 2) % 2:
        return "TVM 0.25 takes no absolute value, which an odd p wants: take the value before (Abs), or 0.26 or later"
    is_plain = len(graph.attribute(node, "kernel_shape")) == 2 and not any(graph.attribute(node, "pads", []))
    if RELEASE >= (0, 26) or is_plain:
        return None
    return "TVM 0.25 has other numbers than ONNX where pads are given, or not two axes: take 0.26 or later"


def _aligned(graph, node):
    """Up to opset 6: the axis of the larger at which the smaller one begins."""
    if graph.attribute(node, "axis") is None:
        return None
    return "TVM drops axis: give the smaller input as many dimensions as the larger one"


_CHECKS = {
    **dict.fromkeys("Add And Div Equal Greater Less Mul Or Pow Sub Xor".split(), _aligned),
    "BatchNormalization": _batch_normalization,
    "Dropout": _dropout,
    "IsInf": _is_infinity,
    "LpPool": _lp_pool,
    "Resize": _resize,
    "RoiAlign": _roi_align,
    "Shrink": _shrink,
    "Upsample": _upsample,
}


def check_nodes(graph):
    """Refuses what TVM would make other numbers of."""
    for node in graph.nodes():
        why = node.op_type in _CHECKS and _CHECKS[node.op_type](graph, node)
        if why:
            raise ExportError(f"{onnx_node(node)}: {why}")
