"""What pytest knows of boards where this package is installed.

    def test_keywords(assert_on_board):
        assert_on_board("keywords.tar", {"samples": samples}, expected, rtol=1e-4)

    pytest --microtvm-board mps2_an385 --microtvm-board qemu_riscv32

Importing this must cost nothing: pytest does it in every project.
"""

import os
from typing import List

import pytest

_OPTION = "--microtvm-board"
_SETTING = "microtvm_boards"
_NO_BOARD = (
    f"no board is named: give {_OPTION} NAME, or {_SETTING} in pytest's configuration "
    "(`microtvm-qemu boards` lists them)"
)


def pytest_addoption(parser):
    group = parser.getgroup("microtvm-qemu", "models on emulated boards (microtvm-qemu)")
    group.addoption(
        _OPTION,
        action="append",
        default=[],
        metavar="NAME",
        dest="microtvm_board",
        help="run tests that use the fixtures microtvm_board or assert_on_board on this board, or "
        "the board of this definition, ./my_board.json; may be repeated: they run on each",
    )
    parser.addini(_SETTING, f"boards where no {_OPTION} is given", type="args", default=[])


def _boards(config) -> List[str]:
    named = config.getoption("microtvm_board") or config.getini(_SETTING)
    return list(dict.fromkeys(named))


def pytest_configure(config):
    if _boards(config) and not hasattr(config, "workerinput"):  # xdist: once, by who starts workers
        _check_boards(_boards(config))


def _check_boards(names: List[str]) -> None:
    import json

    from . import program
    from .errors import Error

    try:
        known = [board["name"] for board in json.loads(program.ask("boards", "--json"))["boards"]]
    except Error as error:
        raise pytest.UsageError(f"{_OPTION}: {error}") from None
    for name in names:
        if "/" in name and not os.path.isfile(name):
            raise pytest.UsageError(f"{_OPTION} {name}: there is no such file")
        if "/" not in name and name not in known:
            raise pytest.UsageError(f"{_OPTION} {name}: no such board (have: {', '.join(known)})")


def pytest_report_header(config):
    boards = _boards(config)
    return f"microtvm-qemu: {', '.join(boards)}" if boards else None


def pytest_generate_tests(metafunc):
    """A test that names boards itself is left alone."""
    if "microtvm_board" not in metafunc.fixturenames:
        return
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", "")
        names = names.split(",") if isinstance(names, str) else names
        if "microtvm_board" in [name.strip() for name in names]:
            return
    boards = _boards(metafunc.config)
    if boards:
        metafunc.parametrize("microtvm_board", boards, indirect=True, scope="session")


@pytest.fixture(scope="session")
def microtvm_board(request):
    """The board of this test: one after the other of those that --microtvm-board names."""
    if not hasattr(request, "param"):
        pytest.skip(_NO_BOARD)
    return request.param


@pytest.fixture(scope="session")
def _microtvm_archives(tmp_path_factory):
    """What was exported for this session."""
    from .on_board import Archives

    return Archives(tmp_path_factory.mktemp("microtvm-qemu"))


@pytest.fixture
def assert_on_board(request, microtvm_board, _microtvm_archives):
    """assert_on_board(model, inputs, expected, rtol=None, atol=None, **settings): runs a model on
    the test's board, and the test fails where that does, or where an output is not as expected.

    model: an archive; or a Relax module, or a file of ONNX, torch.export or TFLite, to be exported.
    inputs and settings are those of microtvm_qemu.run; expected: arrays by name, or in the model's
    order, or one for a model with one output. An output matches when
    |got - expected| <= atol + rtol * |expected|, both 1e-05 by default; integers must be equal
    unless one of the two is given. Returns outputs and report, as microtvm_qemu.run does.
    """
    from .on_board import check

    cache = getattr(request.config, "cache", None)
    cache = cache.mkdir("microtvm-qemu") if cache else None

    def assert_on_board(model, inputs, expected, rtol=None, atol=None, **settings):
        __tracebackhide__ = True
        settings = {"cache": cache, **settings}
        result, failure = check(
            _microtvm_archives, model, microtvm_board, inputs, expected, (rtol, atol), settings
        )
        if failure:
            pytest.fail(f"on {microtvm_board}: {failure}")
        return result

    return assert_on_board
