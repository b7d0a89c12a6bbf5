"""TVM's own tests/micro, out of a checkout of TVM, with this server as the template of each platform.

    $(tests/tvm/venv) tests/tvm/upstream/run.py TVM_CHECKOUT BUILD_DIR BOARD [PYTEST_ARGUMENT...]

Nothing in the checkout is changed."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# Boards that some of the tests name themselves: here they are BOARD by another name.
NAMED_IN_TESTS = ("qemu_x86", "due", "nucleo_l4r5zi")
PARTS = ("project_api", "common", "zephyr")


def install(build, board, prefix):
    """A copy of what was built, with those boards."""
    for name in ("bin", "share"):
        shutil.copytree(build / name, prefix / name)
    share = prefix / "share/microtvm-qemu"
    listed = share / "template/boards.json"
    boards = json.loads(listed.read_text())
    definition = json.loads((share / "qemu-machines" / f"{board}.json").read_text())
    for name in NAMED_IN_TESTS:
        boards[name] = {**boards[board], "board": name}
        path = share / "qemu-machines" / f"{name}.json"
        path.write_text(json.dumps({**definition, "name": name}))
    listed.write_text(json.dumps(boards))


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    checkout, build = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    board, arguments = sys.argv[3], sys.argv[4:]
    calls = [arguments] if arguments else [["-q", "-rfsx", part] for part in PARTS]
    with tempfile.TemporaryDirectory(prefix="tvm-upstream-") as folder:
        install(build, board, pathlib.Path(folder, "prefix"))
        environment = {
            **os.environ,
            "MICROTVM_QEMU_BUILD": str(pathlib.Path(folder, "prefix")),
            "TVM_CHECKOUT": str(checkout),
            "PYTHONPATH": f"{HERE}:{HERE.parent / 'workers'}:{os.environ.get('PYTHONPATH', '')}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "CMSIS_PATH": "/nonexistent",  # a test takes it out of the environment
        }
        pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "plugin"]
        for call in calls:
            platform = [] if "project_api" in call else ["--platform", "zephyr", "--board", board]
            subprocess.run(
                [*pytest, *call, *platform],
                cwd=checkout / "tests/micro",
                env=environment,
                check=False,
            )


if __name__ == "__main__":
    main()
