"""What the tests of `microtvm-qemu regress` share: a folder with archives, tensors and suites, and the
program run in it. Archives are the project's own, mended or broken in one place of their code."""

import ast
import io
import json
import os
import pathlib
import struct
import subprocess
import tarfile
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "tests/models"
BOARD = "mps2_an385"
FORMATS = {"<f4": "f", "|i1": "b", "<i4": "i", "<i8": "q", "<f8": "d", "|u1": "B"}

PAIR = {
    "inputs": {"signal": "signal.npy", "codes": "codes.npy"},
    "expected": {"output0": "output0.npy", "output1": "output1.npy"},
}


def read_npy(path):
    """(type, shape, list of numbers)"""
    data = pathlib.Path(path).read_bytes()
    size = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10 : 10 + size].decode())
    values = struct.iter_unpack("<" + FORMATS[header["descr"]], data[10 + size :])
    return header["descr"], header["shape"], [value for (value,) in values]


def write_npy(path, descr, shape, values):
    header = repr({"descr": descr, "fortran_order": False, "shape": tuple(shape)}).encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    body = struct.pack(f"<{len(values)}{FORMATS[descr]}", *values)
    pathlib.Path(path).write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body
    )


def broken_archive(source, target, changes):
    """A copy of an archive whose files hold other text: {(end of its name, before): after}."""
    left = dict(changes)
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            data = old.extractfile(member).read() if member.isfile() else None
            for (name, before), after in changes.items():
                if data is not None and member.name.endswith(name) and before.encode() in data:
                    data = data.replace(before.encode(), after.encode(), 1)
                    left.pop((name, before), None)
            if data is not None:
                member.size = len(data)
            new.addfile(member, io.BytesIO(data) if data is not None else None)
    assert not left, f"{source}: not there: {left}"


class Workshop:
    def __init__(self, build_dir):
        self.program = pathlib.Path(build_dir).resolve() / "bin/microtvm-qemu"
        self.folder = tempfile.TemporaryDirectory(prefix="test-regress-")
        self.path = pathlib.Path(self.folder.name)
        for name in ("signal", "codes", "output0", "output1"):
            self.path.joinpath(f"{name}.npy").write_bytes(
                MODELS.joinpath(f"pair_{name}.npy").read_bytes()
            )
        self.path.joinpath("pair.tar").write_bytes(MODELS.joinpath("pair.tar").read_bytes())
        self.number = 0

    def break_pair(self, name, changes):
        broken_archive(MODELS / "pair.tar", self.path / name, changes)

    def suite(self, *cases, **rest):
        """Write suite.json; a case has what pair needs where it says nothing."""
        defaults = {"boards": [BOARD], **PAIR, **rest.pop("defaults", {})}
        document = {
            "format": "microtvm-qemu suite",
            "version": 1,
            "defaults": defaults,
            "cases": list(cases) or [{"model": "pair.tar"}],
            **rest,
        }
        self.path.joinpath("suite.json").write_text(json.dumps(document, indent=1))

    def run(self, *arguments, env=None, timeout=300, prefix=()):
        self.path.joinpath("tmp").mkdir(exist_ok=True)
        return subprocess.run(
            [*prefix, self.program, "regress", *arguments],
            cwd=self.path,
            env={**os.environ, "XDG_CACHE_HOME": f"{self.path}/cache", **(env or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def report(self, *arguments, **how):
        """Run the suite; (exit code, its report by case name, what was printed)."""
        run = self.run("suite.json", "--report-dir", "report", *arguments, **how)
        path = self.path / "report/report.json"
        cases = json.loads(path.read_text())["cases"] if path.exists() else []
        return run.returncode, {case["name"]: case for case in cases}, run.stdout + run.stderr


def messages(case):
    return "\n".join(failure["message"] for failure in case["failures"])


def run_tests(name, tests):
    """Each a function that raises AssertionError; TAP on stdout."""
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            skipped = test()
            print(f"ok {number} - {name}: {test.__name__}" + (f" # SKIP {skipped}" if skipped else ""))
        except Exception:  # whatever it is, the others are to have their turn
            print(f"not ok {number} - {name}: {test.__name__}")
            for line in traceback.format_exc().splitlines():
                print(f"#   {line}")
