"""What README.md shows of Python and tvmc, run as it stands there."""

import contextlib
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys

import common
import micro_session
from common import scratch

README = (common.SOURCE / "README.md").read_text(encoding="utf-8")
common.import_tvm(micro_session.connect)
os.environ["PATH"] = f"{common.PROGRAM.parent}:{os.environ['PATH']}"


def blocks(language):
    found = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert found, f"README.md shows no {language}"
    return found


def test_python():
    with scratch() as folder:
        here = os.getcwd()
        for number, block in enumerate(blocks("python")):
            script = folder / f"example{number}.py"
            script.write_text(block)
            place = folder / str(number)
            place.mkdir()
            os.chdir(place)
            try:
                with contextlib.redirect_stdout(sys.stderr):
                    runpy.run_path(str(script))
            finally:
                os.chdir(here)
        assert not micro_session.session_errors, micro_session.session_errors
        common.expect_no_process(folder)


def test_tvmc():
    """The lines after "$ " of each block that has tvmc in it, in one shell, in a new folder."""
    consoles = [block for block in blocks("console") if "$ tvmc " in block]
    assert consoles
    driver = [sys.executable, common.SOURCE / "tests/tvm/tools/tvmc_main.py", common.BUILD]
    for block in consoles:
        with scratch() as folder:
            shutil.copy(common.MODELS / "digits.tar", folder / "model.tar")
            lines = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
            script = ["set -eu", f'tvmc() {{ {shlex.join(map(str, driver))} "$@"; }}', *lines]
            result = subprocess.run(
                ["sh", "-c", "\n".join(script)],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert result.returncode == 0, (lines, result.stdout)
            common.expect_no_process(folder)


if __name__ == "__main__":
    common.main()
