"""Tensors of a program, and what of Relax's types can be one."""

import math

from ..errors import ExportError
from .names import dtype_of

# In C, and bytes of an element.
DTYPES = {
    "bool": ("bool", 1),
    "int8": ("int8_t", 1),
    "int16": ("int16_t", 2),
    "int32": ("int32_t", 4),
    "int64": ("int64_t", 8),
    "uint8": ("uint8_t", 1),
    "uint16": ("uint16_t", 2),
    "uint32": ("uint32_t", 4),
    "uint64": ("uint64_t", 8),
    "float32": ("float", 4),
    "float64": ("double", 8),
}


class Storage:
    """Bytes that tensors lie in: one, and those that are the same in another shape."""

    def __init__(self, size, data=None):
        self.size = size
        self.data = data  # numpy array of a constant
        self.place = None  # C text for its address
        self.first = self.last = None  # call that writes it, last call that reads it

    def used(self, index):
        self.first = index if self.first is None else self.first
        self.last = index


class Tensor:
    """A value of the program. name: of an input or an output."""

    def __init__(self, shape, dtype, storage=None, data=None, name=None):
        self.shape, self.dtype, self.name = tuple(shape), dtype, name
        self.size = math.prod(shape) * DTYPES[dtype][1]
        self.storage = storage or Storage(self.size, data)

    @property
    def c_type(self):
        return DTYPES[self.dtype][0]


def tensor_of(what, type_, name=None):
    """The tensor of a Relax type; what says whose it is. Raises ExportError."""
    shape = getattr(getattr(type_, "shape", None), "values", None)
    dtype = dtype_of(type_)
    if shape is None or not hasattr(type_, "ndim"):
        raise ExportError(f"{what}: {type_}: no tensor whose shape is known: {_remedy(type_)}")
    for dim in shape:
        if not hasattr(dim, "value"):
            raise ExportError(
                f"{what}: {type_}: dimension {dim} is not known before it runs: give it a value "
                f'(relax.transform.BindSymbolicVars({{"{dim}": 1}})(module)'
                + (f", of a file --shape {name}={_fixed(shape)}" if name else "")
                + ("; of torch.export: leave dynamic_shapes out)" if name else ")")
            )
    if dtype not in DTYPES:
        raise ExportError(
            f"{what}: {type_}: C has no numbers of type {dtype}: convert the model to float32 or to "
            f"integers (there are {', '.join(DTYPES)})"
        )
    return Tensor([int(dim.value) for dim in shape], dtype, name=name)


def _fixed(shape):
    return ",".join(str(getattr(dim, "value", 1)) for dim in shape)


def _remedy(type_):
    if hasattr(type_, "ndim"):
        return "its rank or shape hangs on data; give it one with relax.op.reshape or match_cast"
    return "make it a tensor in the model, or a constant"


def flat_types(name, type_):
    """(name, type) of each tensor in a type: those in a tuple are NAME.0, NAME.1, ..."""
    fields = getattr(type_, "fields", None)
    if fields is None:
        return [(name, type_)]
    return [one for i, field in enumerate(fields) for one in flat_types(f"{name}.{i}", field)]


def leaves(value):
    """Of nested tuples, in their order."""
    if isinstance(value, tuple):
        return [leaf for field in value for leaf in leaves(field)]
    return [value]
