"""Why something of a Relax module can't become C, and what to do."""

import re

from tvm import relax

from ..errors import ExportError
from .names import is_constant, name_of, type_of

_LIBRARY = (
    "operator {}: a function of the host's libraries, which no board has: its output hangs on data, or "
    "the module was made for external libraries (BYOC, FuseOpsByPattern); replace it in the model"
)
_SORT = (
    "TVM sorts with a library of the host's, which no board has: sort what the model gives, outside of it; "
    "where one element is enough, take the maximum (ReduceMax, ArgMax)"
)
_SCAN = (
    "TVM's way to C has no code for what runs along an axis: multiply by a triangular matrix of ones (MatMul) "
    "for a sum, or do it outside of the model"
)
_SORTS_AND_SCANS = {
    **dict.fromkeys(("relax.topk", "relax.sort", "relax.argsort"), _SORT),
    **dict.fromkeys(("relax.cumsum", "relax.cumprod"), _SCAN),
}
_HELPS = {
    "relax.power": "convert both to float32, and the result back",
    "relax.clip": "give both limits",
}
# An attribute of main, of modules that are read from files: {name of a variable: the model's node}.
NODES = "microtvm_qemu.nodes"
_FOREIGN = ("relax.call_dps_packed", "relax.call_pure_packed", "relax.call_inplace_packed")


def short(what):
    """On one line."""
    return re.sub(r"\s+", " ", str(what))[:200]


def cause(error):
    """The line of an exception of TVM's that says something."""
    text = re.sub(r'ir\.Op\(.*?name="([^"]+)".*?support_level=\d+\)', r"\1", str(error))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    missing = re.search(r'Unresolved call .*name="([^"]+)"', lines[-1]) if lines else None
    if missing:
        return f"its target c has no {missing[1]}"
    if not lines or isinstance(error, (LookupError, AttributeError, AssertionError)):
        return f"{type(error).__name__} {short(lines[-1])}" if lines else type(error).__name__
    return short(lines[-1])


def refusal(expr):
    """Of what is left in main beside calls of compiled operators."""
    if isinstance(expr, relax.If):
        return (
            "main: control flow (an If whose condition is known at run time only): compute both sides "
            "and select (relax.op.where), or export each as a model of its own"
        )
    if isinstance(expr, relax.ShapeExpr):
        return f"main: {short(expr)} is a shape, no tensor: make it a constant in the model"
    if not isinstance(expr, relax.Call):
        return (
            f"main: {type(expr).__name__} can't be C: {short(expr)}: make it a tensor in the model"
        )
    if isinstance(expr.op, relax.ExternFunc):
        return _LIBRARY.format(expr.op.global_symbol)
    name = name_of(expr.op)
    if name in _FOREIGN:
        return _LIBRARY.format(short(getattr(expr.args[0], "global_symbol", expr.args[0])))
    if name == "relax.call_tir_inplace":
        return f"operator {name_of(expr.args[0])}: works in place (call_tir_inplace): call it by call_tir"
    if not name.startswith("relax."):
        return (
            f"main: calls the function {name} of the module: put it into main "
            "(relax.transform.InlinePrivateFunctions)"
        )
    if name in _SORTS_AND_SCANS:
        return f"operator {name} -> {short(type_of(expr))}: {_SORTS_AND_SCANS[name]}"
    return (
        f"operator {name} -> {short(type_of(expr))}: TVM has not compiled it to C: its result hangs on "
        "data, or TIR has no implementation of it; replace it in the model"
    )


def _alone(call):
    """A module of this one call."""
    params = []

    def replaced(arg):
        if isinstance(arg, relax.Tuple):
            return relax.Tuple([replaced(field) for field in arg.fields])
        if is_constant(arg) or not isinstance(arg, relax.Expr):
            return arg
        if isinstance(arg, (relax.Var, relax.Call, relax.TupleGetItem)):
            params.append(relax.Var(f"p{len(params)}", type_of(arg)))
            return params[-1]
        return arg

    args = [replaced(arg) for arg in call.args]
    builder = relax.BlockBuilder()
    with builder.function("main", params):
        builder.emit_func_output(builder.emit(relax.Call(call.op, args, call.attrs)))
    return builder.finalize()


def calls_of(module):
    """(what begins a message: the model's node, where that is known; the call) of each operator in main."""
    attrs = module["main"].attrs
    nodes = attrs[NODES] if attrs and NODES in attrs else {}
    for block in getattr(module["main"].body, "blocks", []):
        for binding in block.bindings:
            if isinstance(binding.value, relax.Call) and hasattr(binding.value.op, "name"):
                name = name_of(binding.var)
                yield f"{nodes[name]}: " if name in nodes else "", binding.value


def refuse_left(module, lowered):
    """Raises ExportError where an operator has not become C, and the model's node that has it is known."""
    left = {name_of(call.op): call for _, call in calls_of(lowered) if name_of(call.op) != "relax.call_tir"}
    for node, call in calls_of(module) if left else ():
        if node and name_of(call.op) in left:
            raise ExportError(node + refusal(left[name_of(call.op)]))


def refuse_lowering(module, error):
    """Finds the operator of main that TVM can't lower, and raises ExportError."""
    for node, call in calls_of(module):
        try:
            relax.transform.LegalizeOps()(_alone(call))
        except Exception as found:  # pylint: disable=broad-except
            types = ", ".join(short(type_of(arg)) for arg in call.args)
            raise ExportError(
                f"{node}operator {call.op.name} ({types}): TVM has no implementation in TIR: "
                f"{cause(found)}; {_HELPS.get(call.op.name, 'replace it in the model')}"
            ) from found
    raise ExportError(f"main: TVM can't lower it: {cause(error)}") from error
