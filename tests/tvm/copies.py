"""Tensors to a board and back, of the sizes at which messages and buffers are just full."""

import re

import numpy as np

import common

LIMITS_BYTES = (1024, 2048, 4096, 8192, 64 * 1024)
# Of a packet that copies a tensor of one dimension: the session's header and the packet's length
# (11), which TVM's clients subtract from what a board takes; and what the copy says of the tensor.
HEADERS_BYTES = 11 + 52
PATTERNS = (b"\xff", b"\xff\xfd", b"\xff\xfe", b"\xfe\xfd\xff", b"\x00")  # what frames are made of


def _sizes(packet_bytes, limits_bytes):
    full = packet_bytes - HEADERS_BYTES
    middles = (*limits_bytes, full)
    return sorted({middle + more for middle in middles for more in range(-2, 3)})


def _round_trip(tvm, device, data):
    remote = tvm.nd.array(data, device)
    np.testing.assert_array_equal(remote.numpy(), data)


def _is_refused(tvm, device, size):
    """Has the board no room? It must say so, and of this size, which TVM has rounded up."""
    try:
        tvm.nd.empty((size,), "uint8", device)
        return False
    except tvm.TVMError as error:
        asked = re.search(r"no memory: (\d+) bytes", str(error))
        assert asked and size <= int(asked.group(1)) < size + 64, error
        return True


def check(tvm, device, board, packet_bytes, limits_bytes=LIMITS_BYTES):
    """packet_bytes: the largest that this board takes. A tensor that is no more than an eighth of
    the board's RAM must have a place there; a larger one may be refused."""
    generator = np.random.default_rng(7)
    ram_bytes = common.BOARDS[board]["ram_size_bytes"]
    for size in _sizes(packet_bytes, limits_bytes):
        if size <= ram_bytes // 8 or not _is_refused(tvm, device, size):
            _round_trip(tvm, device, generator.integers(0, 256, size, dtype="uint8"))
    full = packet_bytes - HEADERS_BYTES
    for pattern in PATTERNS:
        _round_trip(tvm, device, np.resize(np.frombuffer(pattern, dtype="uint8"), full + 1))


def packet_bytes(remote):
    """The largest packet that a board says it takes, headers included."""
    return remote.get_function("tvm.rpc.server.GetCRTMaxPacketSize")() + 11
