"""TFLite's operators that move elements, where TVM's front end moves them elsewhere, or not at all."""

import math

import numpy as np
from tvm import relax
from tvm.relax import op

from ....errors import ExportError
from ...names import dtype_of, type_of
from .call import dims


def _index(values):
    return relax.const(np.asarray(values, "int32"), "int32")


def _axis(call, place):
    return int(call.value(place).item())


def _gather(call):
    return op.take(
        call.expr(0), call.expr(1), axis=call.option("GatherOptions", "Axis") % len(dims(call.expr(0)))
    )


def _gather_nd(call):
    """TVM turns the indices around."""
    return op.gather_nd(call.expr(0), op.astype(call.expr(1), "int64"))


def _scatter_nd(call):
    updates = call.expr(1)
    dtype = dtype_of(type_of(updates))
    zeros = relax.const(np.zeros(call.value(2), dtype), dtype)
    return op.scatter_nd(zeros, op.astype(call.expr(0), "int64"), updates, "add")


def _embedding_lookup(call):
    return op.take(call.expr(1), call.expr(0), axis=0)


def _expand_dims(call):
    return op.expand_dims(call.expr(0), [_axis(call, 1)])


def _squeeze(call):
    """No axes are all of one element."""
    x = call.expr(0)
    axes = call.options("SqueezeOptions", "SqueezeDims")
    return op.squeeze(x, axes or [axis for axis, size in enumerate(dims(x)) if size == 1])


def _fill(call):
    return op.broadcast_to(call.expr(1), [*map(int, call.value(0))])


def _select(call):
    """Of SELECT, a vector of conditions is for whole rows."""
    condition, x = call.expr(0), call.expr(1)
    count = len(dims(x))
    if call.name != "SELECT" or len(dims(condition)) != 1 or count < 2:
        return call.given()
    return op.where(op.reshape(condition, [-1] + [1] * (count - 1)), x, call.expr(2))


def _pieces(place, axis_place):
    """Sizes are those of the outputs: the file's may be -1, which TVM takes as they are."""

    def convert(call):
        x, axis = call.expr(place), _axis(call, axis_place)
        sizes = [call.output_dims(number)[axis] for number in range(len(call.outputs))]
        if sum(sizes) != dims(x)[axis]:
            raise ExportError(
                f"outputs of {sizes} along axis {axis} are not the {dims(x)[axis]} of the input"
            )
        return x if len(sizes) == 1 else call.emit(op.split(x, [*map(int, np.cumsum(sizes)[:-1])], axis))

    return convert


def _unpack(call):
    """TVM 0.25 never comes to an end."""
    x = call.expr(0)
    axis = call.option("UnpackOptions", "Axis") % len(dims(x))
    parts = [op.squeeze(op.strided_slice(x, [axis], [n], [n + 1]), [axis]) for n in range(dims(x)[axis])]
    return parts[0] if len(parts) == 1 else relax.Tuple(parts)


def _mirror_pad(call):
    mode = ("reflect", "symmetric")[call.option("MirrorPadOptions", "Mode")]
    x = call.expr(0)
    for axis, pads in enumerate(call.value(1)):
        if any(pads):
            x = op.take(x, _index(np.pad(np.arange(dims(call.expr(0))[axis]), pads, mode=mode)), axis=axis)
    return x


def _padded(call, x, pads):
    """With zeros, whatever number is zero."""
    zero = call.inputs[0].qnn_params["zero_point"] if call.is_quantized() else None
    number = 0 if zero is None else (zero.value if hasattr(zero, "value") else zero.data).numpy().item()
    return op.nn.pad(x, [int(pad) for pair in pads for pad in pair], "constant", number)


def _space_to_batch(call):
    x, blocks = call.expr(0), [*map(int, call.value(1))]
    count = len(blocks)
    pads = [(0, 0), *call.value(2).tolist(), *[(0, 0)] * (len(dims(x)) - count - 1)]
    x = call.emit(_padded(call, x, pads))
    batch, rest = dims(x)[0], dims(x)[count + 1 :]
    sizes = [size // block for size, block in zip(dims(x)[1:], blocks)]
    x = op.reshape(x, [batch, *[n for pair in zip(sizes, blocks) for n in pair], *rest])
    order = [
        *range(2, 2 * count + 1, 2),
        0,
        *range(1, 2 * count + 1, 2),
        *range(2 * count + 1, 2 * count + 1 + len(rest)),
    ]
    return op.reshape(op.permute_dims(x, order), [batch * math.prod(blocks), *sizes, *rest])


def _batch_to_space(call):
    x, blocks = call.expr(0), [*map(int, call.value(1))]
    count = len(blocks)
    batch, sizes, rest = dims(x)[0] // math.prod(blocks), dims(x)[1 : count + 1], dims(x)[count + 1 :]
    x = op.reshape(x, [*blocks, batch, *sizes, *rest])
    pairs = [place for axis in range(count) for place in (count + 1 + axis, axis)]
    x = op.permute_dims(x, [count, *pairs, *range(2 * count + 1, 2 * count + 1 + len(rest))])
    whole = [size * block for size, block in zip(sizes, blocks)]
    begin, end = zip(*[(int(a), size - int(b)) for (a, b), size in zip(call.value(2), whole)])
    return op.strided_slice(
        op.reshape(x, [batch, *whole, *rest]), [*range(1, count + 1)], begin, end, [1] * count
    )


def _spread(call, count):
    """For each number of the slice: (its place in begin, ...; the axis), an axis alone, or None: a new one."""
    mask = {
        name: call.option("StridedSliceOptions", name)
        for name in ("EllipsisMask", "NewAxisMask", "ShrinkAxisMask")
    }
    length = len(call.value(1))
    taken = sum(1 for n in range(length) if not (mask["EllipsisMask"] | mask["NewAxisMask"]) >> n & 1)
    axis, found = 0, []
    for number in range(length):
        if mask["EllipsisMask"] >> number & 1:
            found += [(None, axis + more) for more in range(count - taken)]
            axis += count - taken
        elif mask["NewAxisMask"] >> number & 1:
            found.append((number, None))
        else:
            found.append((number, axis))
            axis += 1
    return [*found, *[(None, left) for left in range(axis, count)]], mask["ShrinkAxisMask"]


def _strided_slice(call):
    x = call.expr(0)
    sizes, (begin, end, stride) = dims(x), (call.value(place).tolist() for place in (1, 2, 3))
    no_begin, no_end, is_offset = (
        call.option("StridedSliceOptions", name) for name in ("BeginMask", "EndMask", "Offset")
    )
    spread, shrunk = _spread(call, len(sizes))
    slices, made = [slice(None)] * len(sizes), []
    for number, axis in spread:
        if axis is None:
            made.append(1)
            continue
        if number is not None and shrunk >> number & 1:
            first = 0 if no_begin >> number & 1 else begin[number] % sizes[axis]
            slices[axis] = slice(first, first + 1, 1)
            continue
        if number is not None:
            last = end[number] + begin[number] * bool(is_offset)
            first = None if no_begin >> number & 1 else begin[number]
            slices[axis] = slice(first, None if no_end >> number & 1 else last, stride[number])
        made.append(len(range(*slices[axis].indices(sizes[axis]))))
    ranges = [one.indices(size) for one, size in zip(slices, sizes)]
    # A slice that runs backwards to the first element ends at -1, which TVM counts from the end.
    ends = [-size - 1 if last < 0 else last for (_, last, _), size in zip(ranges, sizes)]
    if 0 in made:
        raise ExportError("gives no elements: leave it out")
    x = op.strided_slice(x, [*range(len(sizes))], [r[0] for r in ranges], ends, [r[2] for r in ranges])
    return op.reshape(x, made)


PLACES = {
    "BATCH_TO_SPACE_ND": _batch_to_space,
    "EMBEDDING_LOOKUP": _embedding_lookup,
    "EXPAND_DIMS": _expand_dims,
    "FILL": _fill,
    "GATHER": _gather,
    "GATHER_ND": _gather_nd,
    "MIRROR_PAD": _mirror_pad,
    "SCATTER_ND": _scatter_nd,
    "SELECT": _select,
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "SPLIT": _pieces(1, 0),
    "SPLIT_V": _pieces(0, 2),
    "SQUEEZE": _squeeze,
    "STRIDED_SLICE": _strided_slice,
    "UNPACK": _unpack,
}
