"""The text of operators that TVM compiled to C, made fit for a firmware."""

import re

from ..errors import ExportError
from .kernels.compile import c_source
from .kernels.stale import reload
from .names import TAKEN, Names, name_of
from .plan import aligned

# Together of one operator: what is larger lies in the workspace.
STACK_MAX_BYTES = 256
SCRATCH = "tvmgen_scratch"  # the parameter of an operator that has buffers there
_SIZES = {"bool": 1, "int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4}
_SIZES.update({"uint32_t": 4, "float": 4, "int64_t": 8, "uint64_t": 8, "double": 8})
_BUFFER = re.compile(r"^( +)(\w+) (\w+)\[(\d+)\];$", re.M)
_HEAD = re.compile(r"^TVM_DLL (\w+\*?) (\w+)\((.*)\)( \{|;)$", re.M)
_LOCAL = re.compile(r"^ +\w+\*? (\w+)(?= =|\[|;)", re.M)
# What <math.h> has, in double and (with f) in float; the rest is the compiler's own.
_MATH = (
    """acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh erf exp exp2 exp10 fabs floor
fma fmax fmin fmod hypot ldexp log log10 log1p log2 nearbyint nextafter pow rint round sin sinh sqrt
tan tanh trunc""".split()
)
_KNOWN = frozenset(_MATH) | frozenset(name + "f" for name in _MATH)


class Operator:
    """text: a C function without its signature; scratch_size: bytes of its parameter SCRATCH."""

    def __init__(self, name, signature, body):
        self.name = name
        self.scratch_size = 0
        self._params = signature
        self._body = body
        self._move_buffers()

    @property
    def text(self):
        params = self._params + (f", uint8_t* {SCRATCH}" if self.scratch_size else "")
        return f"static __attribute__((noinline)) void {self.name}({params}) {{\n{self._body}}}\n"

    def _move_buffers(self):
        """Off the stack, the largest first, until the rest is small."""
        found = [
            (m, _SIZES[m[2]] * int(m[4])) for m in _BUFFER.finditer(self._body) if m[2] in _SIZES
        ]
        left = sum(size for _, size in found)
        moved = {}
        for match, size in sorted(found, key=lambda entry: -entry[1]):
            if left <= STACK_MAX_BYTES:
                break
            left -= size
            moved[match.start()] = self.scratch_size
            self.scratch_size += aligned(size)

        def place(match):
            offset = moved.get(match.start())
            if offset is None:
                return match[0]
            indent, type_, name = match[1], match[2], match[3]
            return f"{indent}{type_}* {name} = ({type_}*)({SCRATCH} + {offset});"

        self._body = _BUFFER.sub(place, self._body)


def _check_calls(name, body, declared):
    for callee in sorted(declared):
        if callee in _KNOWN or callee.startswith("__builtin_"):
            continue
        if re.search(rf"\b{callee}\(", body):
            raise ExportError(
                f"operator {name}: calls {callee}, a function of the host's libraries, which no board "
                "has: compile the model without libraries, or write the operator in TIR"
            )
    for word, why in (("half", "float16"), ("TVMFFI\\w*", "a function of TVM's runtime")):
        found = re.search(rf"\b{word}\b", body)
        if found:
            raise ExportError(f"operator {name}: needs {found[0]} ({why}), which no board has")


def _rename_locals(body):
    """Buffers and variables that are called as nothing may be in C: TVM knows some of its words."""
    for name in dict.fromkeys(_LOCAL.findall(body)):
        if name in TAKEN:
            body = re.sub(rf"\b{name}\b", f"{name}_", body)
    return body


def compile_operators(functions, prefix):
    """{GlobalVar: PrimFunc} to {operator's name: Operator}; their C names begin with prefix."""
    if not functions:
        return {}
    names = Names()
    symbols = {v: prefix + names.take(name_of(v)) for v in sorted(functions, key=name_of)}
    source = c_source(functions, symbols)
    source = re.sub(r'^#ifdef __cplusplus\nextern "C"\n#endif\n', "", source, flags=re.M)
    operators = {symbol: name_of(v) for v, symbol in symbols.items()}
    heads = list(_HEAD.finditer(source))
    declared = {head[2] for head in heads if head[4] == ";"} - set(operators)
    made = {}
    for head in heads:
        if head[4] == ";" or head[2] not in operators:
            continue
        name = operators[head[2]]
        body = source[head.end() + 1 : source.index("\n}\n", head.end()) + 1]
        _check_calls(name, body, declared)
        made[name] = Operator(head[2], head[3], reload(_rename_locals(body)))
    return made
