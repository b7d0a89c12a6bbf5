"""Names of TVM that Python sources use: every tvm.x.y in them, by way of their imports."""

import ast
import importlib

# Either of these is there; the sources ask which, or what a release has instead.
EITHER = {
    "tvm.tirx.stmt_functor.substitute": "tvm.tirx.DeclBuffer",
    "tvm.tirx.stmt_functor.ir_transform": "tvm_ffi.structural_map",
    "tvm.tirx.transform.StmtSimplify": "tvm.s_tir.transform.StmtSimplify",
    "tvm.relax.TensorType": "tvm.relax.TensorStructInfo",
}


def _exists(name):
    """As a module or an attribute of one."""
    parts = name.split(".")
    found = importlib.import_module(parts[0])
    for index, part in enumerate(parts[1:], 1):
        if not hasattr(found, part):
            try:
                importlib.import_module(".".join(parts[: index + 1]))
            except ImportError:
                return False
        found = getattr(found, part)
    return True


class _Uses(ast.NodeVisitor):
    """found: {name: line}."""

    def __init__(self):
        self.roots, self.found = {}, {}

    def visit_Import(self, node):
        for alias in node.names:
            if alias.name.split(".")[0] == "tvm":
                self.roots[alias.asname or "tvm"] = alias.name if alias.asname else "tvm"
                self.found.setdefault(alias.name, node.lineno)

    def visit_ImportFrom(self, node):
        if node.level == 0 and node.module and node.module.split(".")[0] == "tvm":
            for alias in node.names:
                self.roots[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                self.found.setdefault(f"{node.module}.{alias.name}", node.lineno)

    def visit_Assign(self, node):
        """`early, late = s_tir.transform, tirx.transform` names roots, too."""
        pairs = [(node.targets[0], node.value)]
        if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(node.targets[0].elts, node.value.elts))
        for target, value in pairs:
            name = self._name(value)
            if isinstance(target, ast.Name) and name:
                self.roots[target.id] = name
        self.generic_visit(node)

    def visit_Attribute(self, node):
        name = self._name(node)
        if name:
            self.found.setdefault(name, node.lineno)
        else:
            self.generic_visit(node)

    def _name(self, node):
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name) and node.id in self.roots:
            return ".".join([self.roots[node.id], *reversed(parts)])
        return None


def missing(paths):
    """["tvm.x.y (FILE:LINE)"] of those that the TVM that is installed has not."""
    gone = []
    for path in paths:
        uses = _Uses()
        uses.visit(ast.parse(path.read_text()))
        for name, line in uses.found.items():
            if name.startswith("tvm.relax.frontend"):
                continue  # what they import in turn need not be there: canary.py reads their text
            if not _exists(name) and not (name in EITHER and _exists(EITHER[name])):
                gone.append(f"{name} ({path.parent.name}/{path.name}:{line})")
    return gone


def keywords(path, function):
    """Of the calls of a function, or of a method by its name alone."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    named = [
        call for call in calls if function in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
    ]
    assert named, f"{path} does not call {function}"
    return {keyword.arg for call in named for keyword in call.keywords}


def parameters(paths, function):
    """Of the definition of a function at the top of one of these files, or of CLASS.FUNCTION; or None."""
    *outer, name = function.split(".")
    for path in paths:
        nodes = ast.parse(path.read_text()).body
        for wanted in outer:
            found = [node for node in nodes if isinstance(node, ast.ClassDef) and node.name == wanted]
            nodes = [node for each in found for node in each.body]
        for node in nodes:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return {arg.arg for arg in node.args.args + node.args.kwonlyargs}
    return None
