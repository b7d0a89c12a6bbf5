"""TVM's converter of TFLite's operators, with ours where its own is wrong, and errors that say of which operator."""

import functools

from tvm import relax

from ....errors import ExportError
from ...names import RELEASE, dtype_of, name_of, type_of
from ...refusals import cause
from ..types import differs, told
from .call import Call
from .elements import ELEMENTS
from .layers import LAYERS
from .model import dims_of
from .places import PLACES
from .recurrent import RECURRENT
from .refused import refuse
from .windows import WINDOWS

_OURS = {**ELEMENTS, **LAYERS, **PLACES, **RECURRENT, **WINDOWS}
# Of ours, those that take quantized tensors as they are: numbers only move.
_MOVERS = frozenset(
    """BATCH_TO_SPACE_ND DEPTH_TO_SPACE EXPAND_DIMS GATHER GATHER_ND MAX_POOL_2D MIRROR_PAD PACK PAD PADV2 RESHAPE
    RESIZE_NEAREST_NEIGHBOR REVERSE_V2 SELECT SELECT_V2 SLICE SPACE_TO_BATCH_ND SPACE_TO_DEPTH SPLIT SPLIT_V SQUEEZE
    STRIDED_SLICE TILE TRANSPOSE UNPACK""".split()
)
_QUANTIZED = (
    frozenset("ARG_MAX ARG_MIN AVERAGE_POOL_2D BATCH_MATMUL ELU GELU L2_NORMALIZATION PRELU".split())
    | _MOVERS
)


def _label(converter, index):
    """Of the operator of this place in the file."""
    graph, operator = converter.subgraph, converter.subgraph.Operators(index)
    outputs = [graph.Tensors(operator.Outputs(place)) for place in range(operator.OutputsLength())]
    code = converter.model.OperatorCodes(operator.OpcodeIndex())
    number = max(code.DeprecatedBuiltinCode(), code.BuiltinCode())
    custom = (code.CustomCode() or b"").decode("utf-8", "replace")
    name = custom or converter.builtin_op_code.get(number, f"of code {number}")
    return f"operator {index} {name} -> {', '.join(t.Name().decode() for t in outputs)}"


def _why(error):
    """In words, where TVM does not reckon with it."""
    if isinstance(error, TypeError) and "bytes-like" in str(error):
        return "it wants a constant where the file has an input, a state or another operator's result"
    if isinstance(error, KeyError):
        return f"it wants a result where the file has a constant, {error}"
    if isinstance(error, AssertionError) and not str(error):
        return "a number in its options or shapes is none that it reckons with"
    return cause(error)


def _check_quantized(converter, name, inputs, outputs):
    quantized = [t for t in (*inputs, *outputs) if t.qnn_params is not None]
    if not quantized:
        return
    if all(t.qnn_params is None for t in (*inputs[:1], *outputs)):
        raise ExportError(
            "has quantized weights and computes in floats (dynamic range), which TVM does not: convert the model with "
            "a representative dataset, or without quantization"
        )
    if name not in converter._SUPPORTED_QUANTIZED_OPS | _QUANTIZED:
        raise ExportError("TVM has it in floats alone: leave it in floats, or replace it in the model")
    if name in _MOVERS and not all(converter.has_same_qnn_params(quantized[0], t) for t in quantized[1:]):
        raise ExportError(
            "its input and output have other scales, which TFLite does not allow: convert the model again"
        )


def _check_type(converter, tensor, made, has_shapes):
    """A result in the file's type; integers may be made of another size."""
    dtype, dims = converter.get_tensor_type_str(tensor.tensor.Type()), dims_of(tensor.tensor) or None
    if dims and has_shapes:
        dims = [None, *dims[1:]]
    if not isinstance(made, relax.Expr) or not hasattr(type_of(made), "shape"):
        return made
    if (
        dtype_of(type_of(made)) in ("int32", "int64")
        and dtype in ("int32", "int64")
        and dtype_of(type_of(made)) != dtype
    ):
        made = converter.bb.normalize(relax.op.astype(made, dtype))
    if dtype != "complex64" and differs(type_of(made), dtype, dims, is_exact=True):
        raise ExportError(
            f"gives {told(dtype, dims)}, but TVM's front end makes {type_of(made)} of it: it reads this operator "
            "wrongly: replace it in the model"
        )
    return made


def converter_class(frontend, tflite, made_by, has_shapes):
    """made_by: is filled with {name of a variable: what made it}. has_shapes: the user gave some."""

    class Converter(frontend.OperatorConverter):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            for name, function in _OURS.items():
                given = self.convert_map.get(name)
                self.convert_map[name] = functools.partial(self._ours, name, function, given)

        def _ours(self, name, function, given, op):
            return function(Call(self, tflite, op, name, given))

        def dequantize(self, expr, tensor):
            """Of int64 (what is added to int16), TVM makes none."""
            if dtype_of(type_of(self.bb.normalize(expr))) != "int64":
                return super().dequantize(expr, tensor)
            return relax.op.multiply(relax.op.astype(expr, "float32"), tensor.qnn_params["scale"])

        def _at(self, index, function, *args):
            """What goes wrong, with the operator."""
            try:
                return function(*args)
            except ExportError as error:
                raise ExportError(f"{_label(self, index)}: {error}") from error
            except Exception as error:  # pylint: disable=broad-except
                release = ".".join(map(str, RELEASE))
                raise ExportError(
                    f"{_label(self, index)}: TVM {release}'s front end can't read it: {_why(error)}; replace it in "
                    "the model"
                ) from error

        def check_unsupported_ops(self):
            for index in range(self.subgraph.OperatorsLength()):
                self._at(index, self._check, self.subgraph.Operators(index))

        def _check(self, operator):
            name = self.get_op_code_str(operator)
            given = self.convert_map.get(name)
            if given is None:
                raise ExportError("TVM's front end has no such operator: write it with others in the model")
            call = Call(self, tflite, operator, name, given)
            _check_quantized(self, name, call.inputs, call.outputs)
            refuse(call)

        def convert_op_to_relax(self):
            for index in range(self.subgraph.OperatorsLength()):
                self._at(index, self._convert, index)

        def _convert(self, index):
            operator = self.subgraph.Operators(index)
            made = self.convert_map[self.get_op_code_str(operator)](op=operator)
            outputs = self.get_output_tensors(operator)
            if made is None:  # kept for those that take it
                return
            made = self.bb.normalize(made)
            results = (
                [made] if len(outputs) == 1 else [self.bb.normalize(made[i]) for i in range(len(outputs))]
            )
            for tensor, result in zip(outputs, results):
                result = _check_type(self, tensor, result, has_shapes)
                if isinstance(result, (relax.Call, relax.TupleGetItem)):
                    result = self.bb.emit(result)
                if isinstance(result, relax.Var) and result not in self.exp_tab.exprs.values():
                    made_by[name_of(result)] = _label(self, index)
                self.exp_tab.set_expr(tensor.tensor.Name().decode(), result, force_override=True)

    return Converter
