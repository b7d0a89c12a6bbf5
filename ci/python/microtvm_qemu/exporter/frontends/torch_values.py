"""What TVM's front end for torch.export makes of a program is right once the program says more."""

from .torch_nodes import PUTS, operator_of

# Operators of two tensors, or of a tensor and a number, with the places of these: torch computes in their
# common type, TVM makes a number the tensor's type, and wants tensors of one type.
_NAMES = """add sub mul div floor_divide remainder fmod pow maximum minimum rsub eq ne lt le gt ge bitwise_and
bitwise_or bitwise_xor __and__ __or__ __xor__""".split()
_TWO = {**dict.fromkeys(_NAMES, slice(0, 2)), "where": slice(1, 3)}


def _before(program, node, place, value, target, *args, **kwargs):
    """A node in front of another, in place of its argument, of the line of the user's that made that one."""
    with program.graph.inserting_before(node):
        made = program.graph.call_function(target, args, kwargs)
    made.meta = {**node.meta, "val": value}
    node.update_arg(place, made)


def _retype(torch, program, node, place, dtype):
    """The tensor in that place becomes one of the type, if it is of another."""
    tensor = node.args[place]
    value = tensor.meta["val"]
    if value.dtype != dtype:
        _before(program, node, place, value.to(dtype), torch.ops.aten._to_copy.default, tensor, dtype=dtype)


def _put_shape(torch, node):
    """Of the elements that an index_put writes."""
    data, indices = node.args[:2]
    shapes = [index.meta["val"].shape for index in indices if index is not None]
    before = data.meta["val"].shape[: indices.count(None)]  # each `:` comes first, or it was refused
    return [*before, *torch.broadcast_shapes(*shapes)]


def _broadcast(torch, program, node):
    """An index_put with fewer values than places: TVM reads beyond them."""
    values, shape = node.args[2], _put_shape(torch, node)
    if [*values.meta["val"].shape] == shape:
        return
    _before(program, node, 2, values.meta["val"].expand(shape), torch.ops.aten.expand.default, values, shape)


def _convert(torch, program, node, places):
    """Two arguments into the type in which torch computes: an integer and 0.5, a truth value and 2."""
    values = [getattr(arg, "meta", {}).get("val", arg) for arg in node.args[places]]
    tensors = [isinstance(value, torch.Tensor) for value in values]
    if len(values) < 2 or not any(tensors) or not all(isinstance(v, (torch.Tensor, int, float)) for v in values):
        return
    made = node.meta["val"].dtype
    divides = operator_of(node) == "div"
    divides_wholly = divides and node.kwargs.get("rounding_mode")  # TVM has the number as an int32 there
    dtype = made if divides and made.is_floating_point else torch.result_type(*values)
    for place, value in enumerate(values, places.start):
        if isinstance(value, torch.Tensor):
            _retype(torch, program, node, place, dtype)
        elif divides_wholly:
            one = values[1 - (place - places.start)].new_full([], value, dtype=dtype)
            _before(program, node, place, one, torch.ops.aten.full.default, [], value, dtype=dtype)


def _limit(torch, program, node):
    """A clamp of integers with one limit: TVM makes an infinity of the other."""
    x, made = node.args[0].meta["val"], node.meta["val"].dtype
    limits = [*node.args[1:3], None, None][:2]
    if made.is_floating_point or not all(isinstance(limit, (int, type(None))) for limit in limits):
        return
    if x.dtype == made and None in limits:
        whole = torch.iinfo(made)
        limits = [whole.min if limits[0] is None else limits[0], whole.max if limits[1] is None else limits[1]]
        node.args = (node.args[0], *limits)


def _copy(torch, program, node):
    """A copy over a tensor: TVM takes it for the tensor itself ever after, as if it was in place."""
    over = node.args[0].meta["val"]
    _retype(torch, program, node, 1, over.dtype)
    node.target, node.args = torch.ops.aten.expand.default, (node.args[1], [*over.shape])


def tell_values(torch, program):
    """Changes the program."""
    for node in [*program.graph.nodes]:
        operator = operator_of(node)
        if operator in PUTS:
            _broadcast(torch, program, node)
        elif operator == "bitwise_not" and node.meta["val"].dtype == torch.bool:
            node.target = torch.ops.aten.logical_not.default  # of a 1 TVM 0.25 makes another number that is true
        elif operator == "copy":
            _copy(torch, program, node)
        elif operator == "clamp":
            _limit(torch, program, node)
        elif operator in _TWO:
            _convert(torch, program, node, _TWO[operator])
