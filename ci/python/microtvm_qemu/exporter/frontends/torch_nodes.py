"""What TVM's front end for torch.export takes, and drops an argument of that changes the numbers."""

from ...errors import ExportError
from .stumbles import torch_node


def _argument(node, index, name, default=None):
    return node.args[index] if len(node.args) > index else node.kwargs.get(name, default)


def _elu(node):
    """TVM has alpha alone; torch makes an ELU with a scale of a SELU, before TVM sees it."""
    scales = [_argument(node, i, name, 1) for i, name in ((2, "scale"), (3, "input_scale"))]
    if all(scale == 1 for scale in scales):
        return None
    return "TVM drops the scales of an ELU: write it as scale * elu(input_scale * x)"


def _selu(_node):
    return "TVM drops the scale of a SELU: write it as 1.0507009873554805 * elu(x, 1.6732632423543772)"


def _upsample(node):
    """TVM has a ratio of sizes alone, and another rule for the nearest element."""
    before, after = node.args[0].meta["val"].shape[2:], node.meta["val"].shape[2:]
    name = node.target.__name__
    factors = _argument(node, 2 if "nearest" in name else 3, "scale_factors")
    if "_aa" in name:
        return "TVM has no antialiasing: leave it out"
    if "nearest" in name and any(int(b) % int(a) for a, b in zip(before, after)):
        return (
            f"from {[*before]} to {[*after]} TVM takes other elements than torch: take a whole multiple "
            'of the size, or mode="bilinear"'
        )
    is_aligned = "nearest" not in name and _argument(node, 2, "align_corners")
    if factors and not is_aligned and any(a * f != b for a, f, b in zip(before, factors, after)):
        return (
            f"scale_factor {[*factors]} of {[*before]} is no whole size, and TVM takes that of the sizes: "
            f"give size={tuple(after)}, or recompute_scale_factor=True"
        )
    return None


def _sum(node):
    if _argument(node, 2, "alpha", 1) == 1:
        return None
    return "TVM drops alpha: multiply by it in the model"


def _average(node):
    if _argument(node, 6, "divisor_override") is None:
        return None
    return "TVM drops divisor_override: leave it out, and multiply the result"


def _lstm(node):
    """torch.export tells a wrong shape of its last states, by which all that follows is computed."""
    for state in [user for user in node.users if user.users and user.args[1] > 0]:
        if len(_shape(state)) != len(_shape(node.args[0])):
            return (
                f"torch.export gives its last states a dimension more, {_shape(state)}: take what they are from its "
                "outputs (the last one, and of the other direction the first)"
            )
    return None


def _trains(place):
    """A layer that draws lots, which TVM leaves out."""

    def check(node):
        if not _argument(node, place, "train", False):
            return None
        return "is in training mode: call model.eval() before torch.export"

    return check


def _draws(_node):
    return "draws random numbers, for which TVM has the same ones each time, or none: make them an input"


def _clamp(node):
    low, high = _argument(node, 1, "min"), _argument(node, 2, "max")
    if not all(isinstance(limit, (int, float)) for limit in (low, high)) or low <= high:
        return None
    return f"min {low} is above max {high}: torch gives max then, TVM min: correct them"


def _any(node):
    if str(node.args[0].meta["val"].dtype) != "torch.bool":
        return "TVM takes the maximum of what are no truth values: compare first, any(x != 0)"
    return None


def _grid(_node):
    return "TVM takes the grid's axes in another order than torch: replace it in the model"


def _shape(value):
    return [*value.meta["val"].shape]


def _index(node):
    """Tensors beside `:` TVM takes one after the other, which is an outer product."""
    indices = node.args[1]
    places = [place for place, index in enumerate(indices) if index is not None]
    if len(places) in (1, len(indices)):
        return None
    count = len(places)
    is_outer = places == [*range(places[0], places[0] + count)]
    for axis, place in enumerate(places):
        shape = [1] * count + _shape(indices[place])
        others = shape[: len(shape) - count + axis] + shape[len(shape) - count + axis + 1 :]
        is_outer = is_outer and set(others) == {1} and len(_shape(indices[place])) <= 2
    if is_outer:
        return None
    return "TVM takes other elements where several tensors and `:` are indices: use index_select, or one flat index"


def _index_put(node):
    indices = node.args[1]
    if any(index is not None and str(index.meta["val"].dtype) in ("torch.bool", "torch.uint8") for index in indices):
        return "TVM takes no mask as an index: use torch.where(mask, values, x)"
    if len(indices) < len(_shape(node.args[0])):
        return (
            f"TVM takes an index for each dimension alone, not {len(indices)} for {_shape(node.args[0])}: use "
            "scatter or torch.where, or x[i, j] with a tensor for each dimension"
        )
    if None not in indices or (indices[0] is None and None not in indices[1:]):
        return None
    return "TVM puts the values elsewhere where `:` follows an index, or another `:`: use scatter"


PUTS = ("index_put", "index_put_", "_unsafe_index_put")
_CHECKS = {
    "index": _index,
    **dict.fromkeys(PUTS, _index_put),
    **dict.fromkeys(("add", "add_", "sub", "sub_", "rsub"), _sum),
    **dict.fromkeys(("dropout", "native_dropout", "feature_dropout", "alpha_dropout"), _trains(2)),
    **dict.fromkeys(("bernoulli", "exponential", "rand", "randn", "rand_like", "randn_like"), _draws),
    **dict.fromkeys(("clamp", "clip"), _clamp),
    "any": _any,
    "lstm": _lstm,
    "avg_pool2d": _average,
    "avg_pool3d": _average,
    "grid_sampler": _grid,
    "grid_sampler_2d": _grid,
    "elu": _elu,
    "elu_": _elu,
    "selu": _selu,
    "selu_": _selu,
    "upsample_nearest2d": _upsample,
    "upsample_bilinear2d": _upsample,
    "_upsample_bilinear2d_aa": _upsample,
    "upsample_bicubic2d": _upsample,
}


def _check_state(program):
    """A buffer that the model writes to: TVM's function has no state."""
    for spec in program.graph_signature.output_specs:
        if spec.kind.name == "BUFFER_MUTATION":
            raise ExportError(
                f"buffer {spec.target}: is changed by the model, which TVM forgets after each inference: make "
                "it an input and an output, or call model.eval() before torch.export, where a layer in training "
                "does so"
            )


def operator_of(node):
    """Without its overload, "add" of add.Tensor; "": it calls none."""
    return getattr(node.target, "__name__", "").split(".")[0] if node.op == "call_function" else ""


def check_program(program):
    """Refuses what TVM would make other numbers of."""
    _check_state(program)
    for node in program.graph.nodes:
        check = _CHECKS.get(operator_of(node))
        why = check and check(node)
        if why:
            raise ExportError(f"{torch_node(node)}: {why}")
