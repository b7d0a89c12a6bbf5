"""Relax modules for the tests, built alike with each of TVM's releases."""

import numpy as np
import tvm
from tvm import relax, tirx


def tensor(shape, dtype="float32"):
    """A tensor's type: renamed after 0.25."""
    kind = getattr(relax, "TensorStructInfo", None) or relax.TensorType
    return kind(shape, dtype)


def tuple_of(*fields):
    kind = getattr(relax, "TupleStructInfo", None) or relax.TupleType
    return kind(list(fields))


def module(types, body, output_names=None):
    """main(NAME: TYPE, ...) of the dict types; body(builder, *variables) gives what is returned."""
    builder = relax.BlockBuilder()
    params = [relax.Var(name, type_) for name, type_ in types.items()]
    with builder.function("main", params):
        with builder.dataflow():
            result = builder.emit_output(body(builder, *params))
        builder.emit_func_output(result)
    made = builder.finalize()
    if output_names:
        main = made["main"].with_attr("output_names", list(output_names))
        made.update_func(made.get_global_var("main"), main)
    return made


def constant(value, dtype="float32"):
    return relax.const(np.asarray(value, dtype), dtype)


def with_operator(shape, dtype, build):
    """A module of one operator: build(index, load) gives an element's value, load(index) an element of
    the input."""
    from tvm import te

    source = te.placeholder(shape, dtype, name="source")
    result = te.compute(shape, lambda *index: build(index, lambda at: source[at]), name="result")
    return te.create_prim_func([source, result])


def main_of_parser(text):
    """From TVMScript, which reads alike in all releases."""
    from tvm.script import from_source

    return from_source(text)


__all__ = ["constant", "main_of_parser", "module", "tensor", "tirx", "tuple_of", "tvm", "with_operator"]
