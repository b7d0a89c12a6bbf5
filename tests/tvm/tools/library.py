"""The library of models (tests/models/library): its suite is about what it makes, and a real network
of each kind is made and right on a board. `ci/soak/library` runs all of them."""

import json
import os
import re
import shutil
import subprocess

import common

LIBRARY = common.MODELS / "library"
SUITE = common.SOURCE / "tests/suite.json"
# Their largest, in int8, and the one with the most inputs and outputs.
MADE = {"kws": "qemu_riscv32", "okay_nabu": "mps2_an385"}


def run(command, code=0, **options):
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=800,
        check=False,
        **options,
    )
    if "no models of others for the tests: " in done.stdout:
        raise common.Skip(done.stdout.splitlines()[-1])
    assert done.returncode == code, done.stdout
    return done.stdout


def test_the_suite_has_what_is_made():
    """By the names of the folders, and of the operators among the modules of one archive."""
    suite = json.loads(SUITE.read_text())
    archives = [case["model"].split("/") for case in suite["cases"]]
    with common.scratch() as folder:
        said = run([LIBRARY / "make", folder, "?"], 1)
    made = re.search(r"no such model \(have: (.*)\)", said)[1].split(", ")
    assert {path[2] for path in archives if path[1] == "build-models"} == set(made)
    families = re.findall(r'^    "(\w+)": \(', (LIBRARY / "operators.py").read_text(), re.M)
    modules = [case["options"]["module"] for case in suite["cases"] if "options" in case]
    assert modules == families, set(modules) ^ set(families)


def test_networks_that_are_made():
    with common.scratch() as folder:
        shutil.copytree(common.MODELS, folder / "tests/models")
        shutil.copy(SUITE, folder / "tests")
        run([LIBRARY / "make", folder / "build-models", *MADE])
        filters = [f"--filter={name} *@{board}" for name, board in MADE.items()]
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
        # Patterns of models that were not made would be mistakes.
        suite = json.loads(SUITE.read_text())
        suite["cases"] = [c for c in suite["cases"] if c["model"].split("/")[-2] in MADE]
        (folder / "tests/suite.json").write_text(json.dumps(suite))
        said = run([common.PROGRAM, "regress", folder / "tests/suite.json", *filters], env=environment)
        assert re.search(r"^4 passed", said, re.M), said


if __name__ == "__main__":
    common.main()
