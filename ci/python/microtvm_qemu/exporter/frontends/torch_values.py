"""What TVM's front end for torch.export makes of a program is right once the program says more."""

from .torch_nodes import PUTS, operator_of


def _put_shape(torch, node):
    """Of the elements that an index_put writes."""
    data, indices = node.args[:2]
    shapes = [index.meta["val"].shape for index in indices if index is not None]
    before = data.meta["val"].shape[: indices.count(None)]  # each `:` comes first, or it was refused
    return [*before, *torch.broadcast_shapes(*shapes)]


def broadcast_values(torch, program):
    """An index_put with fewer values than places: TVM reads beyond them."""
    for node in program.graph.nodes:
        if operator_of(node) not in PUTS:
            continue
        values, shape = node.args[2], _put_shape(torch, node)
        if [*values.meta["val"].shape] == shape:
            continue
        with program.graph.inserting_before(node):
            each = program.graph.call_function(torch.ops.aten.expand.default, (values, shape))
        each.meta = {**node.meta, "val": values.meta["val"].expand(shape)}
        node.update_arg(2, each)
