"""From a Relax module as a user has it to one whose main calls compiled operators alone."""

import numpy as np
import tvm
from tvm import relax

from ..errors import ExportError
from .indices import from_the_end
from .integers import in_integers
from .names import RELEASE, dtype_of, name_of, type_of
from .refusals import NODES, calls_of, refuse_left, refuse_lowering, short
from .tensors import flat_types, tensor_of


def check_module(module):
    """The function main of what is to be a Relax module."""
    if not isinstance(module, tvm.IRModule):
        raise ExportError(
            f"module is a {type(module).__name__}, not a tvm.IRModule: hand over what "
            "tvm.relax.frontend gives, before relax.build"
        )
    functions = {name_of(var): f for var, f in module.functions.items()}
    if isinstance(functions.get("main"), relax.Function):
        return functions["main"]
    have = ", ".join(sorted(n for n, f in functions.items() if isinstance(f, relax.Function)))
    raise ExportError(
        f"the module has no Relax function main (it has: {have or 'none'}): give the entry that name"
    )


def _by_name(function, params):
    """params as {name: array}: a dict of these, or what detach_params made of main."""
    names = [name_of(param) for param in function.params]
    values = params.get("main") if isinstance(params, dict) else params
    if isinstance(values, (list, tuple)):
        first = len(names) - len(values)
        if first < 0:
            raise ExportError(f"params: {len(values)} arrays, but main has {len(names)} parameters")
        return dict(zip(names[first:], values))
    if not isinstance(params, dict):
        raise ExportError(f"params: {type(params).__name__} is no dict of names and arrays")
    unknown = sorted(set(params) - set(names))
    if unknown:
        raise ExportError(f"params: main has no {unknown[0]!r} (it has: {', '.join(names)})")
    return params


def _check_param(param, array):
    name, type_ = name_of(param), type_of(param)
    value = array.numpy() if hasattr(array, "numpy") else array
    if not isinstance(value, np.ndarray):
        raise ExportError(f"params: {name}: {type(array).__name__} is no array")
    shape = getattr(getattr(type_, "shape", None), "values", None)
    dims = None if shape is None else [getattr(dim, "value", None) for dim in shape]
    same = dims is not None and len(dims) == value.ndim
    same = same and all(want in (None, have) for want, have in zip(dims, value.shape))
    if not same or dtype_of(type_) != str(value.dtype):
        raise ExportError(f"params: {name}: {value.dtype} {value.shape}, but main takes {type_}")
    return tvm.runtime.tensor(value)


def bind(module, params):
    """Weights become constants."""
    function = check_module(module)
    count = (
        function.attrs["num_input"] if function.attrs and "num_input" in function.attrs else None
    )
    if params:
        by_name = {name_of(param): param for param in function.params}
        arrays = _by_name(function, params)
        bound = {name: _check_param(by_name[name], array) for name, array in arrays.items()}
        module = relax.transform.BindParams("main", bound)(module)
        function = check_module(module)
    if count is not None and len(function.params) > int(count):
        missing = ", ".join(name_of(param) for param in function.params[int(count) :])
        raise ExportError(f"weights without a value: {missing}: hand them over as params")
    return module


def _check_inputs(function):
    """They are refused before TVM stumbles over them."""
    for param in function.params:
        for name, type_ in flat_types(name_of(param), type_of(param)):
            tensor_of(f"input {name}", type_, name)


_REDUCTIONS = frozenset(
    f"relax.{name}" for name in "max min sum prod mean std variance argmax argmin median".split()
)


def _dims(type_):
    shape = getattr(getattr(type_, "shape", None), "values", None)
    return [getattr(dim, "value", None) for dim in shape or []]


def _is_reduction_of_nothing(call):
    """TVM's code for that writes nothing, not even the first value."""
    if call.op.name not in _REDUCTIONS:
        return False
    return 0 in _dims(type_of(call.args[0])) and 0 not in _dims(type_of(call))


_ADAPTIVE = ("relax.nn.adaptive_avg_pool2d", "relax.nn.adaptive_avg_pool3d")


def _is_uneven_pool(call):
    """Windows of several sizes: up to TVM 0.26, their sums begin anew with each row."""
    if RELEASE >= (0, 27) or call.op.name not in _ADAPTIVE:
        return False
    pairs = zip(_dims(type_of(call.args[0])), _dims(type_of(call)))
    return any(None in pair or pair[1] == 0 or pair[0] % pair[1] for pair in pairs)


_WRONG = {
    _is_reduction_of_nothing: "there is no element to reduce, for which TVM has no code: put a constant there in the "
    "model",
    _is_uneven_pool: "TVM before 0.27 adds up wrongly where a size is no whole multiple of the output's: pool to "
    "one of which it is, or take 0.27 or later",
}


def _check_calls(module):
    """What TVM makes wrong code of."""
    for node, call in calls_of(module):
        for is_wrong, why in _WRONG.items():
            if is_wrong(call):
                raise ExportError(f"{node}operator {call.op.name} ({short(type_of(call.args[0]))}): {why}")


def _result_types(module):
    return flat_types("output", type_of(module["main"].body))


def _plain(module):
    """Without what is for messages: no line of the user's files is to be in an archive."""
    main = module["main"]
    if not main.attrs or NODES not in main.attrs:
        return module
    functions = {**module.functions, module.get_global_var("main"): main.without_attr(NODES)}
    return tvm.IRModule(functions, module.attrs, module.global_infos)


def lower(module, target):
    """Operators as TIR functions, fused; main calls nothing but them."""
    _check_inputs(module["main"])
    _check_calls(module)
    passes = [
        relax.transform.DecomposeOpsForInference(),
        relax.transform.CanonicalizeBindings(),
        relax.transform.ConvertToDataflow(1),  # only there are operators fused
        relax.get_pipeline("zero"),
        relax.transform.DeadCodeElimination(["main"]),
        relax.transform.ToNonDataflow(),
        relax.transform.CanonicalizeBindings(),
    ]
    before = _result_types(module)
    try:
        with target, tvm.transform.PassContext(opt_level=3):
            lowered = tvm.transform.Sequential(passes)(from_the_end(in_integers(_plain(module))))
    except ExportError:
        raise
    except Exception as error:  # pylint: disable=broad-except
        return refuse_lowering(module, error)
    refuse_left(module, lowered)
    for (name, said), (_, made) in zip(before, _result_types(lowered)):
        if dtype_of(said) != dtype_of(made):
            raise ExportError(
                f"{name}: {said} in the module, but TVM's code for it makes {dtype_of(made)}: replace the "
                "operator that leads to it, or make its input another type (a mean of integers has int64)"
            )
    return lowered
