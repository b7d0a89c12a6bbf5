"""The pytest plugin, as its users meet it: each test here is a run of pytest."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import changed
import common

BOARDS = list(common.BOARDS)
TESTS = f"""
import numpy as np

MODELS = {str(common.MODELS)!r}
IMAGES = np.load(MODELS + "/digits_images.npy")
EXPECTED = np.load(MODELS + "/digits_expected.npy")
PAIR = {{name: np.load(f"{{MODELS}}/pair_{{name}}.npy") for name in ("signal", "codes")}}
PAIR_EXPECTED = [np.load(f"{{MODELS}}/pair_output{{i}}.npy") for i in range(2)]
"""


class Session:
    """A folder with one file of tests, and what pytest made of it."""

    def __init__(self, folder, tests):
        self.folder = pathlib.Path(folder)
        (self.folder / "test_it.py").write_text(TESTS + tests)

    def run(self, *arguments, boards=BOARDS[:1], plugin=True, env=None):
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-rs", "--color=no"]
        command += ["-p", "microtvm_qemu.pytest_plugin"] if plugin else []
        for board in boards:
            command += ["--microtvm-board", board]
        result = subprocess.run(
            [*command, *arguments], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        self.text = result.stdout
        self.status = result.returncode
        return self

    def expect(self, status, *says):
        assert self.status == status, self.text
        for text in says:
            assert text in self.text, f"not said: {text}\n{self.text}"
        return self

    def expect_short(self):
        """Not a line of ours, and no frame but the test's own."""
        for line in self.text.splitlines():
            assert not re.search(r"microtvm_qemu/|Traceback|pytest_plugin", line), self.text
        assert re.findall(r"^(\S+\.py):\d+:", self.text, re.MULTILINE) == ["test_it.py"], self.text


def test_each_board_is_a_test():
    with common.scratch() as folder:
        session = Session(
            folder,
            """
def test_digits(assert_on_board, microtvm_board):
    outputs, report = assert_on_board(MODELS + "/digits.tar", {"image": IMAGES[:2]}, EXPECTED[:2])
    assert report["board"]["name"] == microtvm_board and outputs["output"].shape == (2, 1, 10)

def test_pair(assert_on_board):
    assert_on_board(MODELS + "/pair.tar", PAIR, PAIR_EXPECTED)
    assert_on_board(MODELS + "/pair.tar", PAIR, {"output1": PAIR_EXPECTED[1]}, timeout=30)

def test_nothing_of_boards():
    pass
""",
        )
        session.run("-vv", boards=[*BOARDS[:2], BOARDS[0]]).expect(0, "5 passed")
        for board in BOARDS[:2]:
            session.expect(0, f"test_digits[{board}] PASSED", f"test_pair[{board}] PASSED")
        # A second time, side by side, with the firmware that the first one built.
        assert any((folder / ".pytest_cache/d/microtvm-qemu").iterdir())
        (folder / "pytest.ini").write_text(f"[pytest]\nmicrotvm_boards = {' '.join(BOARDS[:2])}\n")
        session.run("-n", "2", boards=[]).expect(0, "5 passed")
        common.expect_no_process(folder)


def test_without_a_board_tests_are_skipped():
    with common.scratch() as folder:
        session = Session(folder, "\ndef test_it(assert_on_board):\n    raise AssertionError\n")
        session.run(boards=[]).expect(
            0, "1 skipped", "give --microtvm-board NAME, or microtvm_boards"
        )


def test_a_test_may_name_its_boards():
    with common.scratch() as folder:
        tests = f"""
import pytest

@pytest.mark.parametrize("microtvm_board", [{BOARDS[1]!r}])
def test_it(microtvm_board):
    assert microtvm_board == {BOARDS[1]!r}

@pytest.mark.parametrize("value, microtvm_board", [(1, {BOARDS[1]!r})], indirect=["microtvm_board"])
def test_that(microtvm_board, value):
    assert microtvm_board == {BOARDS[1]!r}
"""
        Session(folder, tests).run().expect(0, "2 passed")


def test_a_board_that_is_none_is_refused_at_the_start():
    with common.scratch() as folder:
        session = Session(folder, "\nraise AssertionError('collected')\n")
        session.run(boards=[BOARDS[0], "no_such"])
        session.expect(4, "--microtvm-board no_such: no such board (have: ", *common.ALL_BOARDS)
        assert "collected" not in session.text and "Traceback" not in session.text, session.text
        session.run(boards=["./my.json"]).expect(4, "./my.json: there is no such file")
        session.run("-n", "2", boards=["no_such"]).expect(4, "no such board (have: ")
        env = {**os.environ, "MICROTVM_QEMU": "/nonexistent"}
        session.run(env=env).expect(4, "MICROTVM_QEMU=/nonexistent: there is no program")


def test_a_board_of_ones_own():
    with common.scratch() as folder:
        definition = common.SHARE / f"qemu-machines/{BOARDS[0]}.json"
        shutil.copy(definition, folder / "own.json")
        text = (folder / "own.json").read_text().replace(f'"name": "{BOARDS[0]}"', '"name": "own"')
        (folder / "own.json").write_text(text)
        tests = """
def test_it(assert_on_board):
    _, report = assert_on_board(MODELS + "/digits.tar", IMAGES[0], EXPECTED[0])
    assert report["board"]["name"] == "own"
"""
        Session(folder, tests).run(boards=["./own.json"]).expect(0, "1 passed")


def test_a_mismatch_says_where():
    with common.scratch() as folder:
        tests = """
def test_it(assert_on_board):
    first, second = PAIR_EXPECTED[0].copy(), PAIR_EXPECTED[1].copy()
    first[1, 0, 3] += 0.25
    first[0, 0, 0] += 0.125
    second.flat[7] += 2
    assert_on_board(MODELS + "/pair.tar", PAIR, [first, second])
"""
        session = Session(folder, tests).run()
        session.expect(
            1,
            f"Failed: on {BOARDS[0]}: output 'output0' differs: 2 of 48 elements (rtol=1e-05, "
            "atol=1e-05), most by 0.25 at [1, 0, 3]: got -0.9623567, expected -0.7123567",
            "output 'output1' differs: 1 of 256 elements (exactly), most by 2 at [0, 0, 0, 3, 1]: ",
        )
        session.expect_short()
        session.run("-n", "1").expect(1, f"E       Failed: on {BOARDS[0]}: output 'output0' differs: ")


def test_tolerances_and_shapes():
    with common.scratch() as folder:
        tests = """
import pytest

MODEL = MODELS + "/pair.tar"
C_MODEL = MODELS + "/digits_c.tar"

def test_tolerances(assert_on_board):
    near = [PAIR_EXPECTED[0] + 0.01, PAIR_EXPECTED[1].astype(float)]
    near[1].flat[0] += 0.9
    assert_on_board(MODEL, PAIR, near, atol=1)
    assert_on_board(C_MODEL, IMAGES[0], EXPECTED[0] * 1.05, rtol=0.1)

@pytest.mark.parametrize("expected", [
    [PAIR_EXPECTED[0]], {}, {"outptu": 1}, [PAIR_EXPECTED[0][0], PAIR_EXPECTED[1]],
    [PAIR_EXPECTED[0] * np.nan, PAIR_EXPECTED[1]], [["a"], [[1], 2]]])
def test_wrong(assert_on_board, expected):
    assert_on_board(MODEL, PAIR, expected)
"""
        session = Session(folder, tests).run()
        session.expect(
            1, "6 failed, 1 passed", "1 arrays are expected, the model has 2: 'output0', 'o"
        )
        session.expect(
            1, "name at least one output of 'output0'", "expected['outptu']: the model has no"
        )
        session.expect(1, "output 'output0' has shape (8, 1, 6), expected was (1, 6)")
        session.expect(
            1, "48 of 48 elements (rtol=1e-05, atol=1e-05), most by inf at [0, 0, 0]: got "
        )
        session.expect(1, "expected[0] has type <U1, where numbers are wanted")


def test_a_fault_a_hang_and_a_refusal_are_the_tests_message():
    with common.scratch() as folder:
        for what, says, settings in [
            (changed.FAULT, "the firmware died: fault: ", ""),
            (changed.HANG, "no progress for ", ", timeout=2"),
            ("#error no such thing", "error: #error no such thing", ""),
        ]:
            place = folder / str(len(list(folder.iterdir())))
            place.mkdir()
            model = changed.pair_that(f"\n{what}\n", place)
            call = f"assert_on_board({model!r}, PAIR, PAIR_EXPECTED{settings})"
            session = Session(place, f"\ndef test_it(assert_on_board):\n    {call}\n").run()
            session.expect(1, f"Failed: on {BOARDS[0]}: ", says).expect_short()
        place = folder / "last"
        place.mkdir()
        tests = "\ndef test_it(assert_on_board):\n    assert_on_board('no.tar', [], [])\n"
        session = Session(place, tests).run()
        session.expect(1, f"Failed: on {BOARDS[0]}: model archive no.tar: ").expect_short()


def test_models_that_need_tvm_say_so():
    with common.scratch() as folder:
        tests = """
def test_it(assert_on_board):
    assert_on_board("model.onnx", [], [])
"""
        session = Session(folder, tests).run()
        session.expect(
            1, "model.onnx: to export it takes TVM (pip install apache-tvm)"
        ).expect_short()


def test_pytest_tells_of_it():
    with common.scratch() as folder:
        session = Session(folder, "")
        session.run("--help", boards=[])
        session.expect(0, "models on emulated boards (microtvm-qemu)", "--microtvm-board=NAME")
        session.run("--fixtures", boards=[]).expect(0, "assert_on_board(model, inputs, expected, ")
        for line in session.text.splitlines():
            assert "no docstring available" not in line, session.text


if __name__ == "__main__":
    common.main()
