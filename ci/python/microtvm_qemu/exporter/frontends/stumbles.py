"""What to say where one of TVM's front ends can't read a model: which node it was at, why, and what helps."""

import re

from ..names import RELEASE
from ..refusals import cause

_NONE = re.compile(r"(?:not supported for frontend ONNX: |Unsupported function types \[)([^\]]+)")


def _is_node(value):
    return type(value).__name__ in ("NodeProto", "Node") and type(value).__module__.startswith(
        ("onnx", "torch.fx")
    )


def _node(error):
    """That which the front end was at: its loops call it `node`, whatever they call below."""
    found = None
    frame = error.__traceback__
    while frame:
        node = frame.tb_frame.f_locals.get("node")
        found = node if _is_node(node) else found
        frame = frame.tb_next
    return found


def onnx_node(node):
    return f"{node.op_type} {node.name or next(filter(None, node.output), '')}".rstrip()


def torch_node(node):
    """With the line of the user's that made it, where the program tells that."""
    name = getattr(node.target, "__name__", node.target)
    lines = re.findall(r'File "([^"]+)", line (\d+)', node.meta.get("stack_trace") or "")
    return f"{name} {node.name}" + (f" ({lines[-1][0]}:{lines[-1][1]})" if lines else "")


def _label(node):
    return onnx_node(node) if hasattr(node, "op_type") else torch_node(node)


def _kind(node):
    return node.op_type if hasattr(node, "op_type") else getattr(node.target, "__name__", "")


def stumble(error, nodes=()):
    """One line. nodes: the model's, of which the first is named where TVM has no such operator."""
    release = ".".join(map(str, RELEASE))
    lacking = _NONE.search(str(error))
    if lacking:
        names = sorted(word.strip(" '\"") for word in lacking[1].split(","))
        first = next((f"{_label(node)}: " for node in nodes if _kind(node) in names), "")
        return (
            f"{first}TVM {release}'s front end has no {', '.join(names)}: write it with other operators in "
            "the model"
        )
    node = _node(error)
    if node is None:
        return f"TVM {release}'s front end can't read it: {cause(error)}"
    is_mixed = "must have the same datatype" in str(error)
    remedy = "make its inputs one type (Cast, .to)" if is_mixed else "replace it in the model"
    return f"{_label(node)}: TVM {release}'s front end can't read it: {cause(error)}; {remedy}"
