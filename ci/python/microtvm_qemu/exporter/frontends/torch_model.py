"""A torch.export program by TVM's front end, whose types are held against the program's: an operator that it
reads wrongly often has another one."""

import importlib

from tvm import relax

from ...errors import ExportError
from ..names import name_of, type_of
from ..refusals import NODES, cause
from ..tensors import flat_types
from .stumbles import stumble, torch_node
from .torch_nodes import check_program
from .torch_values import tell_values
from .types import differs, told


def _importer():
    """TVM's own way to it, from_exported_program, hides what becomes of each node."""
    return importlib.import_module(
        "tvm.relax.frontend.torch.exported_program_translator"
    ).ExportedProgramImporter()


def _tensors(torch, value):
    """(type, dimensions) of each tensor of a node."""
    if isinstance(value, torch.Tensor):
        dims = [dim if isinstance(dim, int) else None for dim in value.shape]
        return [(str(value.dtype).rpartition(".")[2], dims)]
    if isinstance(value, (tuple, list)):
        return [pair for one in value for pair in _tensors(torch, one)]
    return []


def _types(made):
    """Of what the front end made of a node; none of what is no tensor."""
    if isinstance(made, (tuple, list)):
        return [type_ for one in made for type_ in _types(one)]
    if not isinstance(made, relax.Expr):
        return []
    return [type_ for _, type_ in flat_types("", type_of(made))]


def _check_types(torch, program, made_of):
    """Of what is used. Of several results, those that are taken are nodes of their own."""
    for node in program.graph.nodes:
        if node.op != "call_function" or not node.users or isinstance(node.meta.get("val"), (tuple, list)):
            continue
        said, made = _tensors(torch, node.meta.get("val")), _types(made_of.get(node))
        for (dtype, dims), type_ in zip(said, made if len(said) == len(made) else []):
            if differs(type_, dtype, dims, is_exact=False):
                raise ExportError(
                    f"{torch_node(node)}: gives {told(dtype, dims)}, but TVM's front end makes {type_} of "
                    "it: it reads this operator wrongly: replace it in the model"
                )


def _check_outputs(torch, program, module):
    kinds = torch.export.graph_signature.OutputKind
    (node,) = [node for node in program.graph.nodes if node.op == "output"]
    specs = program.graph_signature.output_specs
    values = [value for value, spec in zip(node.args[0], specs) if spec.kind == kinds.USER_OUTPUT]
    values = [value for value in values if isinstance(value, torch.fx.Node)]
    said = [(value.name, *one) for value in values for one in _tensors(torch, value.meta.get("val"))]
    made = _types(module["main"].body)
    if len(made) != len(said):
        raise ExportError(f"the program has {len(said)} tensors as outputs, but TVM's front end makes {len(made)}")
    for index, ((name, dtype, dims), type_) in enumerate(zip(said, made)):
        if differs(type_, dtype, dims, is_exact=True):
            raise ExportError(
                f"output {index} ({name}): {told(dtype, dims)} in the program, but TVM's front end makes "
                f"{type_} of it: it reads an operator wrongly: replace what leads to this output"
            )


def _with_nodes(module, made_of):
    """Says of main's variables which nodes they are of."""
    labels = {}
    for node, made in made_of.items():
        if node.op == "call_function" and isinstance(made, relax.Var):
            labels.setdefault(name_of(made), torch_node(node))
    module.update_func(module.get_global_var("main"), module["main"].with_attr(NODES, labels))
    return module


def _load(torch, path):
    try:
        return torch.export.load(str(path))
    except Exception as error:  # pylint: disable=broad-except
        raise ExportError(
            f"{path}: torch {torch.__version__} can't load it: {cause(error)}: it is what torch.export.save of this "
            "torch, or of an older one, writes"
        ) from error


def read(torch, path):
    """The Relax module. Raises ExportError."""
    program = _load(torch, path)
    try:
        check_program(program)
        program = program.run_decompositions()
        check_program(program)
        tell_values(torch, program)
        importer = _importer()
        module = importer.from_exported_program(
            exported_program=program,
            keep_params_as_input=False,
            unwrap_unit_return_tuple=True,
            no_bind_return_tuple=False,
            custom_convert_map=None,
        )
        _check_types(torch, program, importer.env)
        _check_outputs(torch, program, module)
    except Exception as error:  # pylint: disable=broad-except
        why = str(error) if isinstance(error, ExportError) else stumble(error, program.graph.nodes)
        raise ExportError(f"{path}: {why}") from error
    return _with_nodes(module, importer.env)
