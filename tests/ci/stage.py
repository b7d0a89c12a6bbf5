"""What the tests of the GitHub action share: a job whose program is built already, or is a stand-in that
notes its arguments, does and says what it is told to and ends as it is told to end."""

import contextlib
import os
import pathlib
import shutil
import stat
import sys
import tempfile
import traceback

try:
    from runner import Job
except ImportError:  # of it, the one thing that is not Python's own
    print("1..1")
    print("ok 1 - action # SKIP no PyYAML for /usr/bin/python3 (Debian: python3-yaml)")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "tests/models"

FAKE_PROGRAM = r"""#!/bin/sh
for argument; do printf '%s\0' "$argument"; done >"$FAKE_FOLDER/arguments"
printf '%s\n' "$PWD" "$CCACHE_DIR" "$XDG_CACHE_HOME" >"$FAKE_FOLDER/surroundings"
[ ! -e "$FAKE_FOLDER/does" ] || . "$FAKE_FOLDER/does"
cat "$FAKE_FOLDER/says"
[ ! -e "$FAKE_FOLDER/waits" ] || {
    trap 'echo "has ended QEMU"; exit 130' TERM
    touch "$FAKE_FOLDER/waiting"
    while :; do sleep 0.01; done
}
exit "$FAKE_EXIT"
"""
FAKE_SETUP = r"""#!/bin/sh
case $* in
--list) exec echo gcc ;;
esac
echo "$*" >>"$FAKE_FOLDER/set_up"
"""
# What builds the program has done so; all else is built as usual.
FAKE_BUILDER = r"""#!/bin/sh
case "$*" in
*"$RUNNER_TEMP/microtvm-qemu"*)
    mkdir -p "$RUNNER_TEMP/microtvm-qemu/bin"
    ln -sf "$FAKE_PROGRAM" "$RUNNER_TEMP/microtvm-qemu/bin/microtvm-qemu"
    ;;
*) PATH=${PATH#*:} exec "$(basename "$0")" "$@" ;;
esac
"""


def write_script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def run(
    *,
    says="",
    does=None,
    exit_code=0,
    program=None,
    setup="exit 0",
    waits=False,
    folder=None,
    kept=None,
    files=(),
    **inputs,
):
    """One job: inputs by name, `_` for each `-`. folder: where it is done, a machine of its own if None.
    does: what the stand-in's shell does. files: of these names, empty ones, are in the workspace."""
    with contextlib.ExitStack() as stack:
        folder = folder or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        inputs = {name.replace("_", "-"): value for name, value in inputs.items() if value is not None}
        shutil.copytree(ROOT / "ci", folder / "checkout/ci", dirs_exist_ok=True)
        write_script(folder / "checkout/ci/setup", FAKE_SETUP + setup + "\n")
        write_script(folder / "fake", FAKE_PROGRAM)
        for tool in ("cmake", "ninja"):
            write_script(folder / "bin" / tool, FAKE_BUILDER)
        (folder / "says").write_text(says)
        for name, text in (("does", does), ("waits", "" if waits else None)):
            if text is not None:
                (folder / name).write_text(text)
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        env = {
            **os.environ,
            "FAKE_FOLDER": str(folder),
            "FAKE_EXIT": str(exit_code),
            "FAKE_PROGRAM": str(program or folder / "fake"),
        }
        path = f"{folder}/bin:{os.environ['PATH']}"
        job = Job(folder / "checkout/ci", folder, inputs, env, path, kept)
        job.run(interrupt_when=folder / "waiting" if waits else None)
        job.command, job.arguments = None, None
        if (folder / "arguments").exists():
            job.command, *job.arguments = (folder / "arguments").read_text().split("\0")[:-1]
            job.surroundings = (folder / "surroundings").read_text().splitlines()
        job.set_up = (folder / "set_up").read_text().splitlines() if (folder / "set_up").exists() else []
        job.left = {str(path.relative_to(folder)) for path in folder.rglob("*")}
        return job


def check_outputs(job, status, passed, failed, report=""):
    assert job.status == status, f"exit status {job.status}: {job.log}"
    expected = {"passed": str(passed), "failed": str(failed), "exit-code": str(status), "report": report}
    assert job.outputs == expected, job.outputs


def check_told(job, status):
    """By the action itself: the summary's one heading and the annotation agree with the status."""
    heading, empty, fence, *text = job.summary.splitlines()
    verdict = "✅ passed" if status == 0 else f"❌ failed (exit code {status})"
    assert heading.startswith(f"### {verdict}: `"), heading
    assert empty == "" and set(fence) == {"`"} and len(fence) >= 3, fence
    assert text[-1] == fence and not any(fence in line for line in text[:-1]), text
    errors = job.annotations()
    assert [name for name, *_ in errors] == ([] if status == 0 else ["error"]), errors
    return errors[0] if errors else None


def check_refused(job, *texts):
    """Before anything was built or run, and with the reason."""
    assert job.status == 2, f"exit status {job.status}: {job.log}"
    check_outputs(job, 2, 0, 1)
    _, _, message = check_told(job, 2)
    assert job.arguments is None and not any(name == "group" for name, *_ in job.commands)
    for text in texts:
        assert text in message, message
        assert text in job.summary, job.summary


def build_dir():
    if len(sys.argv) != 2:
        sys.exit("want one BUILD_DIR")
    return pathlib.Path(sys.argv[1]).resolve()


def run_tests(name, scope):
    """All that SCOPE calls test_...: each a function that raises. TAP on stdout."""
    tests = [test for called, test in scope.items() if called.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {name}: {test.__name__}")
        except Exception:
            failed = 1
            print(f"not ok {number} - {name}: {test.__name__}")
            print("# " + traceback.format_exc().replace("\n", "\n# "))
    sys.exit(failed)
