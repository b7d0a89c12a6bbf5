"""Types that a file tells of values, held against those that TVM's front end gives them."""

import numpy as np

from ..names import dtype_of


def _kind(dtype):
    """Integers, or floats, of any size; of what NumPy has not, itself."""
    try:
        return np.dtype(dtype).kind
    except TypeError:
        return dtype


def differs(type_, dtype, dims, is_exact):
    """type_: TVM's. dtype, dims: the file's, as far as it tells them (None: it does not, nor of a dimension).
    is_exact: elements of another size differ, too. A file has [1] for a scalar, as many have: the same."""
    made, made_dtype = getattr(getattr(type_, "shape", None), "values", None), dtype_of(type_)
    if dtype is None or made is None or made_dtype is None:
        return False
    if made_dtype != dtype and (is_exact or _kind(made_dtype) != _kind(dtype)):
        return True
    if dims is None or (len(dims) != len(made) and max(len(dims), len(made)) == 1):
        return False
    made = [getattr(dim, "value", None) for dim in made]
    pairs = [pair for pair in zip(dims, made) if None not in pair]
    return len(dims) != len(made) or any(a != int(b) for a, b in pairs)


def told(dtype, dims):
    """As text."""
    return dtype if dims is None else f"{dtype} {[*dims]}"
