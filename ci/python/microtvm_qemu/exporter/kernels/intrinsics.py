"""Functions of TIR that TVM's target "c" has no C for: what <math.h> and the compiler have."""

import tvm
from tvm import tirx

from ..names import dtype_of


def _type(call):
    """Of its first argument, which an operator on integers may not return."""
    return dtype_of(call.args[0]) or dtype_of(call.args[0].ty)


def _math(name):
    """A function of <math.h>: NAMEf for float32."""

    def lower(call):
        dtype = dtype_of(call) or dtype_of(call.ty)
        function = name + ("f" if dtype == "float32" else "")
        return tirx.call_pure_extern(dtype, function, *call.args)

    return lower


def _bits(name):
    """A function of GCC's on 32 or 64 bits."""

    def lower(call):
        dtype = dtype_of(call) or dtype_of(call.ty)
        function = name + ("ll" if _type(call).endswith("64") else "")
        return tirx.Cast(dtype, tirx.call_pure_extern("int32", function, *call.args))

    return lower


def _exp10(call):
    dtype = dtype_of(call) or dtype_of(call.ty)
    function = "powf" if dtype == "float32" else "pow"
    return tirx.call_pure_extern(dtype, function, tirx.const(10, dtype), *call.args)


# Not tirx.fma: TVM would make one of each product that is added, which takes long in software.
_LOWERINGS = {
    "tirx.fabs": _math("fabs"),
    "tirx.exp2": _math("exp2"),
    "tirx.exp10": _exp10,
    "tirx.popcount": _bits("__builtin_popcount"),
    "tirx.clz": _bits("__builtin_clz"),
    "prim.clz": _bits("__builtin_clz"),  # since 0.27
}


def register():
    """For the target "c" of this process's TVM."""
    known = {str(name) for name in tvm.ir.Op.list_op_names()}
    for name in known & set(_LOWERINGS):
        tvm.ir.register_op_attr(name, "c.FLowerIntrinsic", _LOWERINGS[name], level=99)
