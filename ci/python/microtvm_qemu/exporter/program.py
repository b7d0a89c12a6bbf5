"""main of a lowered Relax module as a list of calls over tensors."""

import math
import re

import tvm
from tvm import relax

from ..errors import ExportError
from .names import constant_data, dtype_of, is_constant, name_of, type_of

DTYPES = {
    "bool": ("bool", 1),
    "int8": ("int8_t", 1),
    "int16": ("int16_t", 2),
    "int32": ("int32_t", 4),
    "int64": ("int64_t", 8),
    "uint8": ("uint8_t", 1),
    "uint16": ("uint16_t", 2),
    "uint32": ("uint32_t", 4),
    "uint64": ("uint64_t", 8),
    "float32": ("float", 4),
    "float64": ("double", 8),
}


class Storage:
    """Bytes that tensors lie in: one, and those that are the same in another shape."""

    def __init__(self, size, data=None):
        self.size = size
        self.data = data  # numpy array of a constant
        self.place = None  # C text for its address
        self.first = self.last = None  # call that writes it, last call that reads it

    def used(self, index):
        self.first = index if self.first is None else self.first
        self.last = index


class Tensor:
    """A value of the program."""

    def __init__(self, shape, dtype, storage=None, data=None):
        self.shape, self.dtype = shape, dtype
        self.size = math.prod(shape) * DTYPES[dtype][1]
        self.storage = storage or Storage(self.size, data)

    @property
    def c_type(self):
        return DTYPES[self.dtype][0]


class Call:
    """An operator's: tensors in the order of its parameters, outputs last."""

    def __init__(self, operator, inputs, outputs):
        self.operator, self.inputs, self.outputs = operator, inputs, outputs
        self.scratch = None  # Storage of the operator's own buffers


def tensor_of(what, type_):
    """The tensor of a Relax type; what says whose it is."""
    shape = getattr(getattr(type_, "shape", None), "values", None)
    if shape is None:
        raise ExportError(f"{what}: {type_}: not a tensor whose shape is known")
    dims = []
    for dim in shape:
        if not hasattr(dim, "value"):
            raise ExportError(
                f"{what}: {type_}: dimension {dim} is not known before it runs: bind it with "
                f'relax.transform.BindSymbolicVars({{"{dim}": 1}})(module), or --shape'
            )
        dims.append(int(dim.value))
    dtype = dtype_of(type_)
    if dtype not in DTYPES:
        raise ExportError(
            f"{what}: {type_}: no numbers of type {dtype} in plain C: convert the model to float32 "
            f"or an integer type (there are {', '.join(DTYPES)})"
        )
    return Tensor(tuple(dims), dtype)


def _flat(name, type_):
    """(name, type) of each tensor in a type: those in a tuple are NAME.0, NAME.1, ..."""
    fields = getattr(type_, "fields", None)
    if fields is None:
        return [(name, type_)]
    return [one for i, field in enumerate(fields) for one in _flat(f"{name}.{i}", field)]


def _leaves(value):
    if isinstance(value, tuple):
        return [leaf for field in value for leaf in _leaves(field)]
    return [value]


class Program:
    """inputs, outputs: Tensors with a name; constants: Tensors; calls."""

    def __init__(self, module):
        self.module = module
        self.function = module["main"]
        self.calls, self.constants, self._values, self._shared = [], [], {}, {}
        self.inputs, self.outputs = [], []
        for param in self.function.params:
            self._values[param] = self._input(name_of(param), type_of(param))
        if not isinstance(self.function.body, relax.SeqExpr):
            raise ExportError("main: its body is no sequence of bindings")
        for block in self.function.body.blocks:
            for binding in block.bindings:
                self._bind(binding)
        self._name_outputs(_leaves(self._value(self.function.body.body)))

    def _input(self, name, type_):
        fields = getattr(type_, "fields", None)
        if fields is not None:
            return tuple(self._input(f"{name}.{i}", field) for i, field in enumerate(fields))
        tensor = tensor_of(f"input {name}", type_)
        tensor.name = name
        self.inputs.append(tensor)
        return tensor

    def _name_outputs(self, tensors):
        attrs = self.function.attrs
        names = list(attrs["output_names"]) if attrs and "output_names" in attrs else None
        if not names or len(names) != len(tensors):
            count = len(tensors)
            names = ["output"] if count == 1 else [f"output{i}" for i in range(count)]
        for name, tensor in zip(names, tensors):
            output = Tensor(tensor.shape, tensor.dtype, tensor.storage)
            output.name = str(name)
            self.outputs.append(output)

    def _bind(self, binding):
        value = binding.value
        if isinstance(binding, relax.MatchCast):
            bound = self._value(value)
        elif isinstance(value, relax.Call) and value.op == tvm.ir.Op.get("relax.call_tir"):
            bound = self._call(binding.var, value)
        else:
            bound = self._value(value)
        self._values[binding.var] = bound

    def _call(self, var, call):
        operator = name_of(call.args[0])
        if len(call.args) > 2:
            raise ExportError(
                f"operator {operator}: takes numbers that are known at run time only "
                f"({call.args[2]}): a shape or an index in the model hangs on its data; fix it there"
            )
        inputs = _leaves(self._value(call.args[1]))
        types = [t for _, t in _flat("", type_of(var))]
        outputs = [tensor_of(f"operator {operator}: output", type_) for type_ in types]
        view = self._view(call.args[0], inputs, outputs)
        if view is not None:
            return view
        index = len(self.calls)
        for tensor in inputs + outputs:
            tensor.storage.used(index)
        self.calls.append(Call(operator, inputs, outputs))
        return (
            outputs[0]
            if len(types) == 1 and not hasattr(type_of(var), "fields")
            else tuple(outputs)
        )

    def _view(self, symbol, inputs, outputs):
        """The output of an operator that changes a shape and nothing else."""
        if len(inputs) != 1 or len(outputs) != 1:
            return None
        (old,), (new,) = inputs, outputs
        same = old.dtype == new.dtype and old.size == new.size
        if not same or not relax.analysis.has_reshape_pattern(self.module[symbol]):
            return None
        return Tensor(new.shape, new.dtype, old.storage)

    def _value(self, expr):
        if isinstance(expr, relax.Tuple):
            return tuple(self._value(field) for field in expr.fields)
        if isinstance(expr, relax.TupleGetItem):
            return self._value(expr.tuple_value)[expr.index]
        if is_constant(expr):
            return self._constant(expr)
        if isinstance(expr, relax.Var) and expr in self._values:
            return self._values[expr]
        raise ExportError(_refusal(expr))

    def _constant(self, expr):
        data = constant_data(expr)
        tensor_of("a constant", type_of(expr))  # refuses types
        key = (str(data.dtype), data.tobytes())
        if key not in self._shared:
            self._shared[key] = Tensor(data.shape, str(data.dtype), data=data)
            self.constants.append(self._shared[key])
        shared = self._shared[key]
        return Tensor(data.shape, str(data.dtype), shared.storage)


_LIBRARY = (
    "operator {what}: a function of the host's libraries, which no board has: its output hangs on "
    "data, or the model was compiled for external libraries (BYOC); replace it in the model"
)


def _refusal(expr):
    """Why an expression can't be C, and what to do."""
    if isinstance(expr, relax.If):
        return (
            "main: control flow (an If on a value that is known at run time only): compute both "
            "sides and select (relax.op.where), or export each as a model of its own"
        )
    if not isinstance(expr, relax.Call):
        return f"main: {type(expr).__name__} has no counterpart in plain C: {_short(expr)}"
    if isinstance(expr.op, relax.ExternFunc):
        return _LIBRARY.format(what=expr.op.global_symbol)
    name = name_of(expr.op)
    if name in ("relax.call_dps_packed", "relax.call_pure_packed", "relax.call_tir_with_grad"):
        return _LIBRARY.format(what=_short(getattr(expr.args[0], "global_symbol", expr.args[0])))
    return (
        f"operator {name} -> {_short(type_of(expr))}: TVM has not compiled it to C: its result hangs "
        "on data, or it has no implementation in TIR; replace it in the model"
    )


def _short(what):
    return re.sub(r"\s+", " ", str(what))[:200]
