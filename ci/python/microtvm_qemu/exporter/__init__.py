"""A model of today's TVM (Relax) as a Model Library Format archive of plain C.

TVM compiles the operators; the order of their calls, the constants and a memory plan become C here.
Nothing of Relax's virtual machine is left, and nothing is allocated while the model runs.
"""

import re

import tvm
from tvm import relax, tirx

from ..errors import ExportError
from . import golden as golden_files
from .kernels.schedule import as_scheduled
from .lower import bind, check_module, lower
from .names import name_of
from .operators import compile_operators
from .output import archive, metadata
from .output.entry import INTERFACES
from .output.source import model_source
from .plan import aligned, plan
from .program import Program
from .tensors import Storage


class Exported:
    """What became of a model. inputs, outputs: dicts of name to (shape, dtype), in the order of the
    function's arguments; operators: names in the order of their calls."""

    def __init__(self, path, program, workspace_size, constants_size):
        self.path = path
        self.inputs = {t.name: (t.shape, t.dtype) for t in program.inputs}
        self.outputs = {t.name: (t.shape, t.dtype) for t in program.outputs}
        self.workspace_size_bytes = workspace_size
        self.constants_size_bytes = constants_size
        self.operators = [call.operator for call in program.calls]


def _check_name(name):
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_]{1,100}", name):
        raise ExportError(f"name: {name!r}: not 1 to 100 letters, digits and '_'")
    return name


def _check_names(kind, tensors):
    names = [tensor.name for tensor in tensors]
    for name in names:
        if names.count(name) > 1:
            raise ExportError(f"two {kind}s are called {name!r}: give each a name of its own")


def _check_sizes(kind, tensors):
    for tensor in tensors:
        if tensor.size == 0:
            raise ExportError(
                f"{kind} {tensor.name}: {tensor.dtype} {tensor.shape} has no elements, which the C "
                'interface has no room for: drop it in the model, or export with interface="packed"'
            )


def _compile(module, name):
    """(the program, its operators)"""
    program = Program(lower(module, tvm.target.Target("c")))
    _check_names("input", program.inputs)
    _check_names("output", program.outputs)
    called = {call.operator for call in program.calls}
    functions = {v: f for v, f in program.module.functions.items() if isinstance(f, tirx.PrimFunc)}
    for symbol in [v for v in functions if name_of(v) in program.skipped - called]:
        del functions[symbol]
    operators = compile_operators(functions, f"tvmgen_{name}_")
    for index, call in enumerate(program.calls):
        size = operators[call.operator].scratch_size
        if size:
            call.scratch = Storage(size)
            call.scratch.used(index)
    return program, operators


def export(
    module,
    path,
    params=None,
    name="default",
    interface="packed",
    example_inputs=None,
    golden=None,
    host=None,
):
    """Writes an archive of module, a Relax IRModule whose entry is the function main, to path.

    params: weights, {name: array} or what tvm.relax.frontend.detach_params gave. name: the model's, in
    C names. interface: "packed" (to be driven by a host) or "c" (to be called by an application).
    golden: a folder for inputs and what the host makes of them, as .npy; example_inputs: those inputs
    ({name: array} or a sequence; random where None). host: computes the outputs in place of TVM, from
    the inputs as arrays in their order.

    Returns an Exported. Raises ExportError, before anything is written, where the model or an
    argument can't be.
    """
    if interface not in INTERFACES:
        raise ExportError(f"interface: {interface!r}: not one of {', '.join(INTERFACES)}")
    path = archive.check_path(path)
    name = _check_name(name)
    folder = golden_files.check_folder(golden, example_inputs)
    check_module(module)
    module = bind(module, params)
    program, operators = _compile(module, name)
    if interface == "c":
        _check_sizes("input", program.inputs)
        _check_sizes("output", program.outputs)
    workspace_size, copies = plan(program)
    constants_size = sum(aligned(tensor.size) for tensor in program.constants)
    made = INTERFACES[interface](name, program)
    files = {
        "metadata.json": metadata.metadata(program, name, workspace_size, constants_size),
        f"src/{name}.relay": metadata.signature(program),
        f"src/{name}.relax": program.module.script() + "\n",
        f"codegen/host/src/{name}_lib1.c": model_source(
            program, operators, made, workspace_size, copies, tvm.__version__
        ),
    }
    files.update(made.files(workspace_size))
    arrays = folder and golden_files.compute(program, module, example_inputs, host)
    if folder:
        golden_files.write(folder, path, program, *arrays)
    archive.write(path, files)
    return Exported(path, program, workspace_size, constants_size)


def operator_module(prim_func):
    """A Relax module whose main is this one operator; its last buffer is the output. Its loops stay as they
    are."""
    buffers = getattr(prim_func, "buffer_map", None)
    buffers = (
        [buffers[p] for p in prim_func.params] if buffers is not None else list(prim_func.params)
    )
    builder = relax.BlockBuilder()
    tensor = getattr(relax, "TensorStructInfo", None) or relax.TensorType
    types = [tensor([int(dim) for dim in b.shape], str(b.dtype)) for b in buffers]
    params = [relax.Var(f"p{i}", type_) for i, type_ in enumerate(types[:-1])]
    symbol = builder.add_func(as_scheduled(prim_func.without_attr("global_symbol")), "operator")
    with builder.function("main", params):
        result = builder.emit(relax.call_tir(symbol, relax.Tuple(params), types[-1]))
        builder.emit_func_output(result)
    return builder.finalize()
