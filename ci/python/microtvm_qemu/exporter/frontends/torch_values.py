"""What TVM's front end for torch.export makes of a program is right once the program says more."""

from .torch_nodes import PUTS, operator_of

# Operators of two tensors, or of a tensor and a number, with the places of these: torch computes in their
# common type, TVM makes a number the tensor's type, and wants tensors of one type.
_NAMES = """add sub mul div floor_divide remainder fmod pow maximum minimum rsub eq ne lt le gt ge bitwise_and
bitwise_or bitwise_xor __and__ __or__ __xor__""".split()
_TWO = {**dict.fromkeys(_NAMES, slice(0, 2)), "where": slice(1, 3)}


def _before(program, node, target, args, value):
    """A node in front of another, of the line of the user's that made that one."""
    with program.graph.inserting_before(node):
        made = program.graph.call_function(target, args[0], args[1])
    made.meta = {**node.meta, "val": value}
    return made


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
    value = values.meta["val"].expand(shape)
    each = _before(program, node, torch.ops.aten.expand.default, ((values, shape), {}), value)
    node.update_arg(2, each)


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
        if isinstance(value, torch.Tensor) and value.dtype != dtype:
            arguments = (node.args[place],), {"dtype": dtype}
            target = torch.ops.aten._to_copy.default
            node.update_arg(place, _before(program, node, target, arguments, value.to(dtype)))
        elif divides_wholly and not isinstance(value, torch.Tensor):
            arguments = ([], value), {"dtype": dtype}
            target = torch.ops.aten.full.default
            one = values[1 - (place - places.start)].new_full([], value, dtype=dtype)
            node.update_arg(place, _before(program, node, target, arguments, one))


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
    over, source = (arg.meta["val"] for arg in node.args[:2])
    if source.dtype != over.dtype:
        arguments, value = ((node.args[1],), {"dtype": over.dtype}), source.to(over.dtype)
        node.update_arg(1, _before(program, node, torch.ops.aten._to_copy.default, arguments, value))
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
