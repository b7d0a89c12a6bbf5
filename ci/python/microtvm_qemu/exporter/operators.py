"""TVM compiles the operators to C functions, and their text is made fit for a firmware."""

import re

import tvm
from tvm import s_tir, tirx

from ..errors import ExportError
from . import intrinsics
from .floats import restore, with_placeholders
from .names import name_of, simplify_pass, unpacked
from .plan import aligned
from .refusals import cause
from .schedule import schedule
from .stale import reload

# Together of one operator: what is larger lies in the workspace.
STACK_MAX_BYTES = 256
_SIZES = {"bool": 1, "int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4}
_SIZES.update({"uint32_t": 4, "float": 4, "int64_t": 8, "uint64_t": 8, "double": 8})
_BUFFER = re.compile(r"^( +)(\w+) (\w+)\[(\d+)\];$", re.M)
_HEAD = re.compile(r"^TVM_DLL (\w+\*?) (\w+)\((.*)\)( \{|;)$", re.M)
# What <math.h> has, in double and (with f) in float; the rest is the compiler's own.
_MATH = (
    """acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh erf exp exp2 exp10 fabs floor
fma fmax fmin fmod hypot ldexp log log10 log1p log2 nearbyint nextafter pow rint round sin sinh sqrt
tan tanh trunc""".split()
)
_KNOWN = frozenset(_MATH) | frozenset(name + "f" for name in _MATH)


intrinsics.register()


class Operator:
    """text: a C function without its signature; scratch_size: bytes of its parameter scratch."""

    def __init__(self, name, signature, body):
        self.name = name
        self.scratch_size = 0
        self._params = signature
        self._body = body
        self._move_buffers()

    @property
    def text(self):
        params = self._params + (", uint8_t* scratch" if self.scratch_size else "")
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
            return f"{indent}{type_}* {name} = ({type_}*)(scratch + {offset});"

        self._body = _BUFFER.sub(place, self._body)


def _lower(module, target):
    """The passes of TVM's own pipeline "s_tir" that matter to a CPU, without vectors and asserts, and
    without TVM's packed arguments at the end."""
    early, late = s_tir.transform, tirx.transform
    passes = [
        late.BindTarget(target.with_host(target)),
        early.CanonicalizeLoop(),
        early.LowerInitBlock(),
        early.PlanAndUpdateBufferAllocationLocation(),
        early.ConvertBlocksToOpaque(),
        early.CompactBufferAllocation(),
        early.LowerMatchBuffer(),
        simplify_pass(),
        early.LowerOpaqueBlock(),
        late.FlattenBuffer(),
        late.NarrowDataType(32),
        early.LoopPartition(),
        late.VectorizeLoop(False),
        late.StorageRewrite(),
        early.HoistIfThenElse(),
        late.UnrollLoop(),
        early.RenormalizeSplitPattern(),
        late.StmtSimplify(),
        late.RemoveNoOp(),
        early.RewriteUnsafeSelect(),
        late.CommonSubexprElim(),
        late.SkipAssert(),
    ]
    with target, tvm.transform.PassContext(opt_level=3):
        module = tvm.transform.Sequential(passes)(module)
        functions = {v: unpacked(f, name_of(v)) for v, f in module.functions.items()}
        return late.LowerIntrin()(tvm.IRModule(functions))


def _source(functions, target):
    """C of PrimFuncs, with the exact values of its floating point constants."""
    module, values = with_placeholders(_lower(tvm.IRModule(schedule(functions)), target))
    library = tvm.get_global_func("target.build.c")(module, target)
    return restore(library.inspect_source(), values)


def _find_culprit(functions, target, error):
    """Compiles one by one, to name the operator that can't be."""
    for symbol, function in functions.items():
        try:
            _source({symbol: function}, target)
        except Exception as found:  # pylint: disable=broad-except
            raise ExportError(
                f"operator {name_of(symbol)} {_types(function)}: TVM can't compile it to C: "
                f"{cause(found)}; replace it in the model"
            ) from found
    raise ExportError(f"TVM can't compile the operators to C: {cause(error)}") from error


def _types(function):
    buffers = getattr(function, "buffer_map", None)
    if buffers is not None:
        buffers = [buffers[param] for param in function.params if param in buffers]
    else:
        buffers = function.params
    return (
        "("
        + ", ".join(
            f"{b.dtype} [{', '.join(str(getattr(d, 'value', d)) for d in b.shape)}]"
            for b in buffers
        )
        + ")"
    )


def _check_calls(name, body, declared, kernels):
    for callee in declared:
        if callee in _KNOWN or callee.startswith("__builtin_") or callee in kernels:
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


def compile_operators(functions, prefix):
    """{GlobalVar: PrimFunc} to {operator's name: Operator}; their C names begin with prefix."""
    if not functions:
        return {}
    target = tvm.target.Target("c")
    try:
        source = _source(functions, target)
    except ExportError:
        raise
    except Exception as error:  # pylint: disable=broad-except
        _find_culprit(functions, target, error)
    source = re.sub(r'^#ifdef __cplusplus\nextern "C"\n#endif\n', "", source, flags=re.M)
    names = [name_of(symbol) for symbol in functions]
    heads = list(_HEAD.finditer(source))
    declared = {head[2] for head in heads if head[4] == ";"} - set(names)
    operators = {}
    for head in heads:
        if head[4] == ";" or head[2] not in names:
            continue
        body = source[head.end() + 1 : source.index("\n}\n", head.end()) + 1]
        _check_calls(head[2], body, declared, names)
        for other in names:
            if f"{other}(" in body:
                body = re.sub(rf"\b{other}\(", f"{prefix}{other}(", body)
        operators[head[2]] = Operator(prefix + head[2], head[3], reload(body))
    return operators
