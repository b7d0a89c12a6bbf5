"""TVM's compiler: from PrimFuncs to the text of C functions that take pointers."""

import tvm
from tvm import s_tir, tirx

from ...errors import ExportError
from ..names import at_its_start, name_of, simplify_pass, unpacked
from ..refusals import cause
from . import intrinsics
from .floats import restore, with_placeholders
from .schedule import schedule

intrinsics.register()


def _lower(module, symbols, target):
    """The passes of TVM's own pipeline "s_tir" that matter to a CPU, without vectors and asserts, and
    without TVM's packed arguments at the end."""
    early, late = s_tir.transform, tirx.transform
    passes = [
        late.BindTarget(target.with_host(target)),
        early.CanonicalizeLoop(),
        early.LowerInitBlock(),
        early.PlanAndUpdateBufferAllocationLocation(),
        early.ConvertBlocksToOpaque(),
        early.CompactBufferAllocation(),
        early.LowerMatchBuffer(),
        simplify_pass(),
        early.LowerOpaqueBlock(),
        late.FlattenBuffer(),
        late.NarrowDataType(32),
        early.LoopPartition(),
        late.VectorizeLoop(False),
        late.StorageRewrite(),
        early.HoistIfThenElse(),
        late.UnrollLoop(),
        early.RenormalizeSplitPattern(),
        late.StmtSimplify(),
        late.RemoveNoOp(),
        early.RewriteUnsafeSelect(),
        late.CommonSubexprElim(),
        late.SkipAssert(),
    ]
    with target, tvm.transform.PassContext(opt_level=3):
        module = tvm.transform.Sequential(passes)(module)
        functions = {v: unpacked(f, symbols[v]) for v, f in module.functions.items()}
        return late.LowerIntrin()(tvm.IRModule(functions))


def _source(functions, symbols, target):
    functions = {symbol: at_its_start(function) for symbol, function in functions.items()}
    module = _lower(tvm.IRModule(schedule(functions)), symbols, target)
    module, values = with_placeholders(module)
    library = tvm.get_global_func("target.build.c")(module, target)
    return restore(library.inspect_source(), values)


def c_source(functions, symbols):
    """C of {GlobalVar: PrimFunc}, with the exact values of floating point constants; symbols: their
    names in C. Raises ExportError, which names the function that TVM can't compile."""
    target = tvm.target.Target("c")
    try:
        return _source(functions, symbols, target)
    except Exception as error:  # pylint: disable=broad-except
        for symbol, function in functions.items():
            try:
                _source({symbol: function}, symbols, target)
            except Exception as found:  # pylint: disable=broad-except
                raise ExportError(
                    f"operator {name_of(symbol)} {_types(function)}: TVM can't compile it to C: "
                    f"{cause(found)}; replace it in the model"
                ) from found
        raise ExportError(f"TVM can't compile the operators to C: {cause(error)}") from error


def _types(function):
    buffers = function.params
    if hasattr(function, "buffer_map"):
        buffers = [function.buffer_map[p] for p in function.params if p in function.buffer_map]
    shapes = [", ".join(str(getattr(dim, "value", dim)) for dim in b.shape) for b in buffers]
    return "(" + ", ".join(f"{b.dtype} [{shape}]" for b, shape in zip(buffers, shapes)) + ")"
