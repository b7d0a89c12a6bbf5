"""A server that only listens to what TVM's RPC client says first."""

import collections
import socket
import struct
import threading

import tvm.rpc

Said = collections.namedtuple("Said", "magic key first lookup")
TIMEOUT_S = 60


def _receive(peer, size):
    data = b""
    while len(data) < size:
        piece = peer.recv(size - len(data))
        assert piece, f"the client hung up after {data!r}"
        data += piece
    return data


def _packet(peer):
    (size,) = struct.unpack("<Q", _receive(peer, 8))
    return _receive(peer, size)


def _first(body):
    code, length = struct.unpack_from("<iQ", body)
    version = body[12 : 12 + length]
    (count,) = struct.unpack_from("<i", body, 12 + length)
    return code, version, count


def _lookup(body):
    code, count, index, length = struct.unpack_from("<iiiQ", body)
    return code, count, index, body[20 : 20 + length]


def _serve(listener, heard):
    peer, _ = listener.accept()
    with peer:
        peer.settimeout(TIMEOUT_S)
        magic, length = struct.unpack("<ii", _receive(peer, 8))
        key = _receive(peer, length)
        peer.sendall(struct.pack("<ii", magic, 7) + b"server:")
        first = _packet(peer)
        peer.sendall(struct.pack("<Qii", 8, 4, 0))
        heard.append(Said(magic, key, _first(first), _lookup(_packet(peer))))


def listen():
    """What a client that wants the function runtime.SystemLib says."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(TIMEOUT_S)
        server = threading.Thread(target=_serve, args=(listener, heard))
        server.start()
        try:
            remote = tvm.rpc.connect("127.0.0.1", listener.getsockname()[1])
            remote.get_function("runtime.SystemLib")
        except Exception:  # pylint: disable=broad-except
            pass  # it hung up in the middle of that
        server.join()
    assert heard, "the client did not get as far as its first lookup"
    return heard[0]
