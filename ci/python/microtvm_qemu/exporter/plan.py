"""Where each tensor lies."""

ALIGNMENT = 16


def aligned(size):
    return (size + ALIGNMENT - 1) // ALIGNMENT * ALIGNMENT


class Copy:
    """An output that is not written where the caller wants it, and so is copied at the end."""

    def __init__(self, index, storage):
        self.index, self.storage = index, storage


def plan(program):
    """Gives each storage its place. Returns the workspace's size in bytes and Copies.

    Inputs and outputs lie in the caller's memory, and constants in flash. The rest shares a
    workspace: the largest first, each at the lowest offset that is free while it lives.
    """
    for index, tensor in enumerate(program.inputs):
        tensor.storage.place = f"input{index}"
    for index, tensor in enumerate(program.constants):
        tensor.storage.place = f"constant{index}"
    copies = []
    for index, tensor in enumerate(program.outputs):
        if tensor.storage.place is None:
            tensor.storage.place = f"output{index}"
        elif tensor.size:  # an input, a constant, or an output that is there twice
            copies.append(Copy(index, tensor.storage))
    return _place(_inner(program)), copies


def _inner(program):
    """The storages that have no place yet, each once, in the order of the calls."""
    found = {}
    for call in program.calls:
        own = [call.scratch] if call.scratch else []
        for storage in [tensor.storage for tensor in call.inputs + call.outputs] + own:
            if storage.place is None:
                found[id(storage)] = storage
    return list(found.values())


def _place(storages):
    taken, size = [], 0
    for storage in sorted(storages, key=lambda one: -one.size):
        need, offset = aligned(storage.size), 0
        for start, end, other in sorted(taken, key=lambda entry: entry[:2]):
            lives = other.first <= storage.last and storage.first <= other.last
            if lives and start < offset + need and offset < end:
                offset = end
        taken.append((offset, offset + need, storage))
        storage.place = f"workspace + {offset}" if need else "0"
        size = max(size, offset + need)
    return size
