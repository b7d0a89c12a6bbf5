"""main of a lowered Relax module as a list of calls over tensors."""

import tvm
from tvm import relax

from ..errors import ExportError
from .names import constant_data, is_constant, name_of, type_of
from .refusals import refusal
from .tensors import Tensor, flat_types, leaves, tensor_of


class Call:
    """An operator's: tensors in the order of its parameters, outputs last."""

    def __init__(self, operator, inputs, outputs):
        self.operator, self.inputs, self.outputs = operator, inputs, outputs
        self.scratch = None  # Storage of the operator's own buffers


class Program:
    """inputs, outputs: Tensors with a name; constants: Tensors; calls."""

    def __init__(self, module):
        self.module = module
        self.function = module["main"]
        self.calls, self.constants, self._values, self._shared = [], [], {}, {}
        self.inputs, self.outputs = [], []
        self.skipped = set()  # operators that were not called: of no elements
        for param in self.function.params:
            self._values[param] = self._input(name_of(param), type_of(param))
        if not isinstance(self.function.body, relax.SeqExpr):
            raise ExportError("main: its body is no sequence of bindings")
        for block in self.function.body.blocks:
            for binding in block.bindings:
                self._bind(binding)
        self._name_outputs(leaves(self._value(self.function.body.body)))

    def _input(self, name, type_):
        fields = getattr(type_, "fields", None)
        if fields is not None:
            return tuple(self._input(f"{name}.{i}", field) for i, field in enumerate(fields))
        tensor = tensor_of(f"input {name}", type_, name)
        self.inputs.append(tensor)
        return tensor

    def _name_outputs(self, tensors):
        attrs = self.function.attrs
        names = list(attrs["output_names"]) if attrs and "output_names" in attrs else None
        if not names or len(names) != len(tensors):
            count = len(tensors)
            names = ["output"] if count == 1 else [f"output{i}" for i in range(count)]
        for name, tensor in zip(names, tensors):
            output = Tensor(tensor.shape, tensor.dtype, tensor.storage, name=str(name))
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
        inputs = leaves(self._value(call.args[1]))
        types = [t for _, t in flat_types("", type_of(var))]
        outputs = [tensor_of(f"operator {operator}: output", type_) for type_ in types]
        view = self._view(call.args[0], inputs, outputs)
        if view is not None:
            return view
        if any(tensor.size for tensor in outputs):
            self._add_call(operator, inputs, outputs)
        else:
            self.skipped.add(operator)
        is_tuple = hasattr(type_of(var), "fields")
        return tuple(outputs) if is_tuple else outputs[0]

    def _add_call(self, operator, inputs, outputs):
        for tensor in inputs + outputs:
            tensor.storage.used(len(self.calls))
        self.calls.append(Call(operator, inputs, outputs))

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
        raise ExportError(refusal(expr))

    def _constant(self, expr):
        data = constant_data(expr)
        tensor_of("a constant", type_of(expr))  # refuses types
        key = (str(data.dtype), data.tobytes())
        if key not in self._shared:
            self._shared[key] = Tensor(data.shape, str(data.dtype), data=data)
            self.constants.append(self._shared[key])
        shared = self._shared[key]
        return Tensor(data.shape, str(data.dtype), shared.storage)
