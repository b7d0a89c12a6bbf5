"""What the wheel of TVM lacks: the session of tvm.micro over a transport, which in TVM is C++.

TVM's messages are the same on a socket and on a serial line. So connect() is TVM's own RPC client
over a socket, with a thread at the other end that puts each packet into the transport's frames.
It reads as TVM's session does: the bytes that are known to come, in tiny pieces. And it fails as
that does where a device sends more than its receive buffer holds: see ReceiveBuffer."""

import binascii
import socket
import struct
import sys
import threading
import time
import traceback

MAGIC = 0xFF271
CODE_SHUTDOWN = 1
ESCAPE, START, NOP = 0xFF, 0xFD, 0xFE
START_INIT, START_REPLY, TERMINATE, LOG, NORMAL = 0, 1, 2, 3, 0x10
VERSION = 1
NONCE = 0x5A
RECEIVE_BUFFER_BYTES = 2048  # in TVM 0.12 to 0.18; 8192 in 0.8 to 0.11
PIECE_BYTES = 128  # so much of a payload at a time goes into the receive buffer
LOG_MAX_BYTES = 1023


class SessionError(Exception):
    """The device did not do what the protocol asks of it."""


class Deaf(Exception):
    """The session takes in nothing more, and tells nobody."""


class ReceiveBuffer:
    """How much of it is free. Payloads are added up in it until a message is used: of those that
    start a session, that is the first one after them."""

    def __init__(self, size_bytes):
        self._size_bytes = self._free_bytes = size_bytes
        self._has_message = False

    def put(self, count, chunk_bytes, begin, end):
        """A piece of a payload: count bytes, escaped those from begin to end of what was read. TVM
        drops the rest of a packet that does not fit, and looks for another one. It gets the place
        wrong where it is to go on, and gives up if that lies before what it was given."""
        if count <= self._free_bytes and not self._has_message:
            self._free_bytes -= count
            return
        self._free_bytes = 0
        if (chunk_bytes - begin) + (chunk_bytes - end) > chunk_bytes:
            raise SessionError("Check failed: (bytes_consumed <= pending_chunk_.size())")
        raise Deaf

    def message(self):
        """What was put is a whole message. Nothing more is taken until it is used."""
        self._has_message = True

    def passed(self):
        """It was used where it lies, and goes on lying there."""
        self._has_message = False

    def clear(self):
        self._free_bytes, self._has_message = self._size_bytes, False


class Frames:
    """Frames on a transport; read and write are those that TVM hands to its session."""

    def __init__(self, read, write, receive_buffer_bytes=RECEIVE_BUFFER_BYTES):
        self._read, self._write = read, write
        self.buffer = ReceiveBuffer(receive_buffer_bytes)
        self._crc = 0xFFFF
        self._end = None
        self._timeout_us = None

    def send(self, payload):
        wire = b"\xff\xfd" + (struct.pack("<I", len(payload)) + payload).replace(
            b"\xff", b"\xff\xff"
        )
        crc = struct.pack("<H", binascii.crc_hqx(wire, 0xFFFF)).replace(b"\xff", b"\xff\xff")
        self._write(b"\xff\xfe" + wire + crc, 5_000_000)

    def receive(self, timeout_us):
        """One payload; None when time is over. 0: no limit."""
        self._end = time.monotonic() + timeout_us / 1e6 if timeout_us else None
        try:
            return self._payload()
        except Deaf:
            self._wait_in_vain()
        except TimeoutError:
            return None

    def _payload(self):
        self._find_start()
        (size,) = struct.unpack("<I", self._take(4))
        payload = self._take(size, self.buffer.put)
        want = self._crc
        (got,) = struct.unpack("<H", self._take(2))
        if got != want:
            raise SessionError(f"CRC {got:#06x}, computed {want:#06x}")
        self.buffer.message()
        return payload

    def _wait_in_vain(self):
        try:
            while True:
                self._raw(1)
        except TimeoutError as error:
            raise SessionError("the receive buffer took nothing until time was over") from error

    def _raw(self, n):
        timeout_us = None
        if self._end is not None:
            timeout_us = max(0, int((self._end - time.monotonic()) * 1e6))
        data = bytes(self._read(n, timeout_us))
        if not data:  # how TVM's session hears of IoTimeoutError
            raise TimeoutError
        if len(data) != n:
            raise SessionError(f"read_transport({n}) returned {len(data)} bytes")
        return data

    def _find_start(self):
        last = 0
        while True:
            byte = self._raw(1)[0]
            if last == ESCAPE and byte == START:
                self._crc = binascii.crc_hqx(b"\xff\xfd", 0xFFFF)
                return
            last = byte

    def _take(self, n, put=None):
        """n bytes without their escapes; none of the next field's. put: told of each piece."""
        data, counted, is_escaped = bytearray(), bytearray(), False
        while len(data) < n:
            chunk = self._raw(n - len(data))
            begin, done = 0, len(data)  # of the piece that is being read
            for end, byte in enumerate(chunk, 1):
                if not is_escaped and byte == ESCAPE:
                    is_escaped = True
                elif is_escaped and byte not in (ESCAPE, NOP):
                    raise SessionError(f"bytes ff {byte:02x} inside of a frame")
                else:
                    if not is_escaped or byte == ESCAPE:
                        data.append(byte)
                        counted += b"\xff\xff" if is_escaped else bytes([byte])
                    is_escaped = False
                is_full = len(data) - done == PIECE_BYTES or len(data) == n
                if put and len(data) > done and (is_full or end == len(chunk)):
                    put(len(data) - done, len(chunk), begin, end)
                    begin, done = end, len(data)
        self._crc = binascii.crc_hqx(counted, self._crc)
        return bytes(data)


class Session:
    """A session with the device, and one request at a time."""

    def __init__(self, frames, start_us, established_us):
        self._frames, self._timeout_us = frames, established_us
        self._id = NONCE
        self._send(TERMINATE, b"", 0)
        self._send(START_INIT, bytes([VERSION]), NONCE)
        while True:
            kind, number, _ = self._receive(start_us)
            if kind == START_REPLY and number & 0xFF == NONCE and number >> 8:
                self._id = number
                return

    def request(self, message):
        self._send(NORMAL, message, self._id)
        while True:
            kind, number, body = self._receive(self._timeout_us)
            if kind == NORMAL and number == self._id:
                return body
            if kind == TERMINATE:
                raise SessionError("the device ended the session")

    def _send(self, kind, body, number):
        self._frames.send(struct.pack("<HB", number, kind) + body)

    def _receive(self, timeout_us):
        payload = self._frames.receive(timeout_us)
        if payload is None:
            raise SessionError(f"no answer from the device within {timeout_us / 1e6} s")
        number, kind = struct.unpack("<HB", payload[:3])
        body = payload[3:]
        # What TVM uses it also takes out of the buffer, but not each message that it ignores.
        if kind in (START_INIT, START_REPLY, TERMINATE):
            self._frames.buffer.passed()
        elif kind == LOG and number in (0, self._id) and 0 < len(body) <= LOG_MAX_BYTES:
            print("device:", body.decode(errors="replace"), file=sys.stderr)
            self._frames.buffer.clear()
        elif kind == NORMAL and number == self._id:
            self._frames.buffer.clear()
        return kind, number, body


def _receive_exactly(peer, n):
    data = b""
    while len(data) < n:
        more = peer.recv(n - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def _carry(peer, session):
    """Packets of TVM's RPC client to the device, and the answers back, until the client leaves."""
    while True:
        length = _receive_exactly(peer, 8)
        body = _receive_exactly(peer, struct.unpack("<Q", length)[0])
        if struct.unpack("<i", body[:4])[0] == CODE_SHUTDOWN:
            return
        peer.sendall(session.request(length + body))


def _serve(listener, session, errors):
    with listener, listener.accept()[0] as peer:
        try:
            magic, size = struct.unpack("<ii", _receive_exactly(peer, 8))
            assert magic == MAGIC, hex(magic)
            _receive_exactly(peer, size)
            peer.sendall(struct.pack("<ii", MAGIC, 7) + b"server:")
            _carry(peer, session)
        except ConnectionError:
            pass
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)
            traceback.print_exc()


# What ended the last sessions, where it was not the client: its own error only says that the
# connection broke.
session_errors = []


def connect(
    _name,
    write,
    read,
    _retry_us,
    start_us,
    established_us,
    *_cleanup_and_logging,
    receive_buffer_bytes=RECEIVE_BUFFER_BYTES,
):
    """micro._rpc_connect."""
    from tvm.rpc import _ffi_api

    session = Session(Frames(read, write, receive_buffer_bytes), start_us, established_us)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, session, session_errors), daemon=True)
    thread.start()
    return _ffi_api.Connect("127.0.0.1", listener.getsockname()[1], "", False)
