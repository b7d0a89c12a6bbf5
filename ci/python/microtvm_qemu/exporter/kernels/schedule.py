"""How operators loop on a board, where nobody has scheduled them.

Relax leaves operators as they are defined: each step of one goes over the whole tensor and leaves it in
memory. Here a sum gets a variable of its own, and what is made of it alone follows at once: fewer
instructions, and no tensors in between. The order in which a sum adds up stays.
"""

import math

import tvm
from tvm import s_tir

from ..names import buffer_of, name_of

_IS_SCHEDULED = "tirx.is_scheduled"
_SPATIAL, _REDUCTION = 0, 2  # kinds of a block's axes


def as_scheduled(function):
    """A PrimFunc whose loops are to stay as they are."""
    return function.with_attr(_IS_SCHEDULED, True)


def schedule(functions):
    """{GlobalVar: PrimFunc}, likewise."""
    return {symbol: _scheduled(function) for symbol, function in functions.items()}


def _scheduled(function):
    if function.attrs and function.attrs.get(_IS_SCHEDULED, False):
        return function
    try:
        return _rescheduled(function)
    except Exception:  # pylint: disable=broad-except
        return (
            function  # TVM stumbles over it, as it does over no elements: right as it is, if slower
        )


def _rescheduled(function):
    schedule_ = s_tir.Schedule(tvm.IRModule({"main": function.without_attr("global_symbol")}))
    blocks = schedule_.get_child_blocks(schedule_.get_sblock("root"))
    for block in blocks:
        _inline(schedule_, block)
    for block in [block for block in blocks if _exists(schedule_, block)]:
        _sum_up_in_place(schedule_, block)
    return schedule_.mod["main"]


def _exists(schedule_, block):
    try:
        return schedule_.get(block) is not None
    except (ValueError, IndexError, RuntimeError):
        return False


def _kinds(schedule_, block):
    return [int(axis.iter_type) for axis in schedule_.get(block).iter_vars]


def _is_elementwise(schedule_, block):
    """Axes of the output alone, and no condition, such as one at an edge that is padded."""
    text = str(schedule_.get(block).body)
    return _REDUCTION not in _kinds(schedule_, block) and "if_then_else" not in text


def _inline(schedule_, block):
    """What one other operator takes, each element once; and a copy, whoever takes it."""
    consumers = schedule_.get_consumers(block)
    if len(consumers) != 1 or not _is_elementwise(schedule_, block):
        return
    taker = schedule_.get(consumers[0])
    result = buffer_of(schedule_.get(block).writes[0])
    once = (
        _REDUCTION not in _kinds(schedule_, consumers[0])
        and _elements(buffer_of(taker.writes[0])) <= _elements(result)
        and str(taker.body).count(f"{name_of(result)}[") == 1
    )
    if once or _is_copy(schedule_.get(block)):
        _attempt(schedule_.compute_inline, block)


def _is_copy(block):
    """Of elements as they are, as TVM has it of a tensor that is padded by nothing."""
    indices = getattr(getattr(block.body, "value", None), "indices", None)
    return indices is not None and all(type(index).__name__ == "Var" for index in indices)


def _elements(buffer):
    return math.prod(int(dim) for dim in buffer.shape)


def _attempt(primitive, *arguments):
    """Does the schedule allow it? Where it does not, nothing has changed."""
    try:
        return primitive(*arguments) or True
    except s_tir.ScheduleError:
        return False


def _sum_up_in_place(schedule_, block):
    kinds = _kinds(schedule_, block)
    loops = schedule_.get_loops(block)
    outer = kinds.count(_SPATIAL)
    if _REDUCTION not in kinds or outer == 0 or len(loops) != len(kinds):
        return
    if kinds != sorted(kinds) or len(schedule_.get(block).writes) != 1:
        return
    consumers = schedule_.get_consumers(block)
    if not consumers:
        follower = _attempt(schedule_.cache_write, block, 0, "global")
    elif len(consumers) == 1 and _REDUCTION not in _kinds(schedule_, consumers[0]):
        follower = consumers[0]
    else:
        follower = None
    if follower:
        _attempt(schedule_.reverse_compute_at, follower, loops[outer - 1])
    _attempt(schedule_.decompose_reduction, block, loops[outer])
