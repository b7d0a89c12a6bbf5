"""Relax modules for the tests, built alike with each of TVM's releases."""

import numpy as np
from tvm import relax, te


def _type(name):
    """Of Relax: NAMEStructInfo up to 0.25, NAMEType since."""
    return getattr(relax, f"{name}StructInfo", None) or getattr(relax, f"{name}Type")


def tensor(shape, dtype="float32"):
    return _type("Tensor")(shape, dtype)


def unknown_shape():
    return _type("Tensor")(dtype="float32", ndim=2)


def shape_type(rank):
    return _type("Shape")(ndim=rank)


def tuple_of(*fields):
    return _type("Tuple")(list(fields))


def module(types, body, output_names=None):
    """main(NAME: TYPE, ...) of the dict types; body(builder, *variables) gives what is returned."""
    builder = relax.BlockBuilder()
    params = [relax.Var(name, type_) for name, type_ in types.items()]
    with builder.function("main", params):
        builder.emit_func_output(body(builder, *params))
    made = builder.finalize()
    if output_names:
        main = made["main"].with_attr("output_names", list(output_names))
        made.update_func(made.get_global_var("main"), main)
    return made


def with_branch():
    """main(c, x): if c then x + x else x * x."""
    types = {"c": tensor((), "bool"), "x": tensor((4,))}
    builder = relax.BlockBuilder()
    condition, x = [relax.Var(name, type_) for name, type_ in types.items()]
    with builder.function("main", [condition, x]):
        both = [relax.SeqExpr([], body) for body in (relax.op.add(x, x), relax.op.multiply(x, x))]
        builder.emit_func_output(builder.emit(relax.If(condition, *both)))
    return builder.finalize()


def constant(value, dtype="float32"):
    return relax.const(np.asarray(value, dtype), dtype)


def operator(shape, dtype, function):
    """A PrimFunc that applies function to each element."""
    source = te.placeholder(shape, dtype, name="source")
    result = te.compute(shape, lambda *index: function(source[index]), name="result")
    return te.create_prim_func([source, result])


def of_operators(operators):
    """A module that applies each of (shape, dtype, function) to an input of its own: p0, p1, ..."""
    builder = relax.BlockBuilder()
    types = [tensor(shape, dtype) for shape, dtype, _ in operators]
    params = [relax.Var(f"p{i}", type_) for i, type_ in enumerate(types)]
    with builder.function("main", params):
        outputs = []
        for (shape, dtype, function), param, type_ in zip(operators, params, types):
            made = operator(shape, dtype, function).without_attr("global_symbol")
            symbol = builder.add_func(made, "operator")
            outputs.append(builder.emit(relax.call_tir(symbol, relax.Tuple([param]), type_)))
        builder.emit_func_output(relax.Tuple(outputs))
    return builder.finalize()
