"""A network's operators: as tasks for MetaSchedule, and with the schedules that it found."""

from typing import List

import tvm
from tvm import relax, tirx
from tvm.s_tir.meta_schedule.relax_integration import extract_tasks

from ..exporter.lower import bind
from ..exporter.lower import lower as lower_to_operators
from ..exporter.names import is_constant
from .candidate import CONSTANTS

# Operators that no pass may join with others, or else their schedules would be lost.
_OPAQUE = 8


def target() -> "tvm.target.Target":
    """What the exporter compiles for."""
    return tvm.target.Target("c")


def lower(module, params=None):
    """The network as calls of operators, as the exporter makes them; each operator knows which of its
    buffers are constants."""
    module = lower_to_operators(bind(module, params), target())
    places = _constant_places(module["main"])
    functions = {}
    for name, function in module.functions.items():
        if isinstance(function, tirx.PrimFunc):
            function = function.with_attr(CONSTANTS, sorted(places.get(name, ())))
        functions[name] = function
    return tvm.IRModule(functions)


def tasks(module) -> List["tvm.s_tir.meta_schedule.ExtractedTask"]:
    """Each different operator of a lowered network once."""
    return extract_tasks(module, target())


def scheduled(module, database):
    """A lowered network with the best schedules of this database."""
    with target(), database:
        module = relax.transform.MetaScheduleApplyDatabase()(module)
    functions = {}
    for name, function in module.functions.items():
        if isinstance(function, tirx.PrimFunc):
            function = function.without_attr(CONSTANTS).with_attr("op_pattern", _OPAQUE)
        functions[name] = function
    return tvm.IRModule(functions)


def _constant_places(main):
    """For each operator the arguments that are constants wherever it is called."""
    places = {}
    call_tir = tvm.ir.Op.get("relax.call_tir")

    def visit(expr):
        if isinstance(expr, relax.Call) and expr.op == call_tir:
            name, arguments = expr.args[0], expr.args[1].fields
            found = {i for i, value in enumerate(arguments) if is_constant(value)}
            places[name] = places.get(name, found) & found

    relax.analysis.post_order_visit(main, visit)
    return places

