"""What the tests of `run --json` run: models taken apart and changed, tensors without NumPy."""

import io
import json
import pathlib
import struct
import tarfile

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
DIGITS = MODELS / "digits.tar"
IMAGES = MODELS / "digits_images.npy"
EXPECTED = MODELS / "digits_expected.npy"
LABELS = MODELS / "digits_labels.npy"

# Seen on a terminal they would be more than text: colours, another direction, a workflow command.
HOSTILE = "::error::out\x1b[31m\u202eput\n\x00\"\\"
HOSTILE_SHOWN = "\\x3a:error::out\\x1b[31m\\xe2\\x80\\xaeput\\x0a"


def repacked(archive, path, change):
    """A copy at path in which change(name, bytes) gave each file's bytes; None: as it is."""
    with tarfile.open(archive) as old, tarfile.open(path, "w") as new:
        for member in old:
            data = old.extractfile(member).read() if member.isfile() else b""
            changed = change(member.name, data) if member.isfile() else None
            data = data if changed is None else changed
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return path


def with_body(path, body):
    """digits.tar, whose softmax calls `float hang(float x)` made of body."""

    def change(name, data):
        if name.endswith("default_lib2.c"):
            return f"float hang(float x) {body}\n#define expf hang\n".encode() + data
        return None

    return repacked(DIGITS, path, change)


def with_names(path, name):
    """digits.tar of a TVM and with an output that are called so."""

    def change(file, data):
        if not file.endswith("metadata.json"):
            return None
        metadata = json.loads(data)
        module = metadata["modules"]["default"]
        module["external_dependencies"][0]["version_spec"] = name
        main = module["memory"]["functions"]["main"][0]
        main["outputs"] = {name: main["outputs"]["output"]}
        return json.dumps(metadata).encode()

    return repacked(DIGITS, path, change)


def floats(path):
    """(shape, elements) of a float32 .npy file."""
    data = path.read_bytes()
    size = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10 : 10 + size])  # a literal of our own files
    assert header["descr"] == "<f4", header
    count = (len(data) - 10 - size) // 4
    return header["shape"], list(struct.unpack(f"<{count}f", data[10 + size :]))


def with_elements(path, source, changes):
    """A copy of a float32 .npy file with {index: value} changed."""
    data = bytearray(source.read_bytes())
    start = 10 + struct.unpack("<H", data[8:10])[0]
    for index, value in changes.items():
        data[start + 4 * index : start + 4 * index + 4] = struct.pack("<f", value)
    path.write_bytes(data)
    return path
