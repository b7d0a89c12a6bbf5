"""What TVM renamed between 0.25 and 0.27, and names that C can't take as they are."""

import re

import tvm
from tvm import s_tir, tirx

RELEASE = tuple(int(number) for number in tvm.__version__.split(".")[:2])

# Words of C and macros of the headers that generated code includes.
TAKEN = frozenset(
    """asm auto bool break case char const continue default do double else enum extern false float for
    goto if inline int long register restrict return short signed sizeof static struct switch true
    typedef typeof union unsigned void volatile while DLTensor INFINITY NAN NULL TVMValue
    int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t intptr_t uintptr_t
    memcpy inputs outputs tvmgen_scratch""".split()
)


def c_name(text):
    """Letters, digits and '_', no digit first: as TVM writes what is none of them."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", text)
    return name if re.match(r"[A-Za-z_]", name) else "_" + name


class Names:
    """Gives each name its own in C; those that differ by case alone count as one where fold is set."""

    def __init__(self, fold=False):
        self._fold = str.upper if fold else str
        self._used = set()

    def take(self, text):
        plain = c_name(text)
        name, number = (plain + "_" if plain in TAKEN else plain), 1
        while self._fold(name) in self._used:
            name = f"{plain}_{number}"
            number += 1
        self._used.add(self._fold(name))
        return name


def type_of(expr):
    """Of a Relax expression: `struct_info` up to 0.25, `ty` since."""
    found = getattr(expr, "struct_info", None)
    return expr.ty if found is None else found


def name_of(symbol):
    """Of a variable or function: `name_hint` up to 0.25, `name` since."""
    found = getattr(symbol, "name", None)
    return symbol.name_hint if found is None else found


def dtype_of(type_):
    """As text, "float32"; None: the module does not say."""
    found = getattr(type_, "dtype", None)
    text = "" if found is None else str(getattr(found, "dtype", found))
    return text if text not in ("", "void") else None


def buffer_of(region):
    """Of what a block reads or writes: `source` since 0.27."""
    return region.source if hasattr(region, "source") else region.buffer


def is_constant(expr):
    """`Constant` with `data`, `GenericConst` with `value` since 0.27."""
    return type(expr).__name__ in ("Constant", "GenericConst")


def constant_data(expr):
    return (expr.value if hasattr(expr, "value") else expr.data).numpy()


def simplify_pass():
    """In another namespace since 0.26."""
    found = getattr(s_tir.transform, "StmtSimplify", None)
    return (found or tirx.transform.StmtSimplify)()


def at_its_start(function):
    """A PrimFunc whose tensors begin where their pointers point: operators that TVM writes by hand (scatter)
    leave that open."""
    for param in function.params:
        buffer = function.buffer_map.get(param) if hasattr(function, "buffer_map") else param
        if isinstance(getattr(buffer, "elem_offset", None), tirx.Var):
            plain = tirx.decl_buffer(buffer.shape, buffer.dtype, buffer.name)
            function = function.specialize({param: plain})
    return function


def unpacked(function, symbol):
    """A PrimFunc that takes the pointers p0, p1, ... in place of buffers: what becomes
    `void SYMBOL(float* p0, ...)`, without TVM's packed arguments."""
    if hasattr(function, "buffer_map"):
        buffers = [function.buffer_map[param] for param in function.params]
        params = [tirx.Var(f"p{i}", b.data.type_annotation) for i, b in enumerate(buffers)]
        replaced = {b.data: p for b, p in zip(buffers, params)}
        body = tirx.stmt_functor.substitute(function.body, replaced)
    else:
        buffers = list(function.params)
        pointer = tvm.ir.PointerType
        types = [pointer(tvm.ir.PrimType(dtype_of(b.ty))) for b in buffers]
        params = [tirx.Var(f"p{i}", type_) for i, type_ in enumerate(types)]
        declared = [tirx.DeclBuffer(b, data=p) for b, p in zip(buffers, params)]
        body = tirx.SeqStmt(declared + [function.body])
    made = tirx.PrimFunc(params, body, None)
    return made.with_attr({"global_symbol": symbol, "target": function.attrs["target"]})
