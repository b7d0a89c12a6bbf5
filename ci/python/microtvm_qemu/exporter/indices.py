"""Indices that count from the end, as in NumPy, ONNX and torch: TVM's code for operators that take elements
reads before the tensor there, where its front end has not seen to it."""

import math

import numpy as np
import tvm
from tvm import relax

from ..errors import ExportError
from .names import constant_data, dtype_of, is_constant, type_of
from .refusals import short

# relax.scatter_elements and relax.index_put count from the end themselves.
_NAMES = ("take", "gather_elements", "gather_nd", "scatter_nd", "index_tensor", "one_hot")


def from_the_end(module):
    """The module with such indices made positive: at once where they are constants, else when it runs.
    Raises ExportError for a constant that is out of range."""
    operators = {tvm.ir.Op.get("relax." + name): name for name in _NAMES}
    found = []
    relax.analysis.post_order_visit(
        module["main"],
        lambda expr: found.append(isinstance(expr, relax.Call) and expr.op in operators),
    )
    if not any(found):
        return module
    mutator = _Indices(module)
    mutator.operators = operators
    main = module.get_global_var("main")
    mutator.builder_.update_func(main, mutator.visit_expr(module["main"]))
    return mutator.builder_.get()


def _dims(expr):
    values = getattr(getattr(type_of(expr), "shape", None), "values", None)
    return None if values is None else [getattr(dim, "value", None) for dim in values]


def _extents(name, call):
    """How many elements an index, or each of its last dimension, chooses from; None: nobody knows."""
    dims = _dims(call.args[0])
    if dims is None or None in dims:
        return None
    dims = [int(dim) for dim in dims]
    if name == "take" and call.attrs.axis is None:
        return [math.prod(dims)]
    if name in ("take", "gather_elements"):
        return [dims[int(call.attrs.axis)]]
    if name == "one_hot":
        return [int(call.attrs.depth)]
    if name == "index_tensor":
        return dims
    last = _dims(call.args[1])
    first = int(call.attrs.batch_dims) if name == "gather_nd" else 0
    return dims[first : first + int(last[-1])] if last and last[-1] is not None else None


@relax.expr_functor.mutator
class _Indices(relax.PyExprMutator):
    operators = {}

    def visit_call_(self, call):
        call = self.visit_expr_post_order(call)
        name = self.operators.get(call.op) if isinstance(call.op, tvm.ir.Op) else None
        extents = name and _extents(name, call)
        if not extents or (name == "take" and str(call.attrs.mode) != "fast"):
            return call
        args, place = list(call.args), 0 if name == "one_hot" else 1
        if name == "index_tensor":
            indices = self._value(args[1])
            if not isinstance(indices, relax.Tuple):
                return call
            pairs = zip(indices.fields, extents)
            args[1] = relax.Tuple([self._positive(call, index, [size]) for index, size in pairs])
        else:
            args[place] = self._positive(call, args[place], extents)
        return relax.Call(call.op, args, call.attrs, call.ty_args if hasattr(call, "ty_args") else call.sinfo_args)

    def _value(self, expr):
        found = self.lookup_binding(expr) if isinstance(expr, relax.Var) else expr
        return expr if found is None else found

    def _is_positive(self, index):
        """By a front end: where(index < 0, index + size, index)."""
        value = self._value(index)
        if not isinstance(value, relax.Call) or value.op != tvm.ir.Op.get("relax.where"):
            return False
        condition = self._value(value.args[0])
        return isinstance(condition, relax.Call) and condition.op == tvm.ir.Op.get("relax.less")

    def _positive(self, call, index, extents):
        dtype = dtype_of(type_of(index)) or ""
        if not dtype.startswith("int") or _dims(index) is None:
            return index
        value = self._value(index)
        sizes = np.array(extents if len(extents) > 1 else extents[0])  # an index of no dimensions keeps none
        if is_constant(value):
            return _constant(call, index, constant_data(value), sizes)
        if self._is_positive(index):
            return index
        emit = self.builder_.emit
        if np.iinfo(dtype).max < max(extents):
            index, dtype = emit(relax.op.astype(index, "int32")), "int32"
        sizes = sizes.astype(dtype)
        is_negative = emit(relax.op.less(index, relax.const(0, dtype)))
        return emit(relax.op.where(is_negative, emit(relax.op.add(index, relax.const(sizes, dtype))), index))


def _constant(call, index, values, sizes):
    wrong = (values < -sizes) | (values >= sizes)
    if wrong.any() and call.op != tvm.ir.Op.get("relax.one_hot"):
        raise ExportError(
            f"operator {call.op.name} ({short(type_of(call.args[0]))}): its index {values[wrong].flat[0]} is out of "
            "range: correct it in the model"
        )
    if not (values < 0).any():
        return index
    return relax.const(np.where(values < 0, values + sizes, values), str(values.dtype))
