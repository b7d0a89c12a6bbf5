"""ONNX's node tests through the exporter, a spread of them: natively, and on boards of each kind.
$MICROTVM_TEST_WHOLE=1 (ci/soak/releases): all of them, and a dozenth of those that pass on boards."""

# needs: tvm onnx

import collections
import functools
import itertools
import os
import re
import sys
import time

import common
import judge
import schedule

IS_WHOLE = os.environ.get("MICROTVM_TEST_WHOLE") == "1"
EVERY, FIRST = (1, 0) if IS_WHOLE else (16, 5)
# Of each kind of core one, and a case for each in a hurry.
ON_BOARDS = {
    "microbit": "test_gemm_all_attributes",
    "mps2_an385": "test_convtranspose_autopad_same",
    "mps2_an386": "test_softmax_axis_1",
    "mps2_an500": "test_averagepool_2d_pads_count_include_pad",
    "mps3_an547": "test_erf",
    "qemu_cortex_a53": "test_resize_upsample_scales_nearest",
    "qemu_riscv32": "test_quantizelinear_axis",
    "qemu_riscv64": "test_gathernd_example_int32",
}
RESULTS = {}


def report(results):
    """As comments: a line for what is wrong, reasons of refusals, a table."""
    counts = collections.Counter(result.outcome for result in results)
    for result in results:
        if result.outcome not in ("passed", "refused", "no numbers"):
            print(f"# {result.outcome}: {result.name}: {result.why}")
    reasons = collections.Counter(judge.reason(r.why) for r in results if r.outcome == "refused")
    for text, count in reasons.most_common():
        print(f"# refused, {count}: {text}")
    print(f"# {len(results)} natively: " + ", ".join(f"{counts[o]} {o}" for o in judge.OUTCOMES))
    return counts


def tell_progress(began=time.monotonic()):
    if IS_WHOLE:
        return lambda count: print(f"{count}, {time.monotonic() - began:.0f} s", file=sys.stderr)
    return lambda count: None


def test_natively():
    results = schedule.run(judge.cases.names()[FIRST::EVERY], tell_progress())
    RESULTS.update({result.name: result for result in results})
    counts = report(results)
    assert not counts["wrong"], f"{counts['wrong']} wrong"
    assert counts["passed"] > len(results) // 4, counts


def test_nothing_is_taken_without_a_comparison():
    """What is refused is refused for a reason that a user can read."""
    for result in RESULTS.values():
        if result.outcome == "refused":
            assert len(result.why) > 20 and not re.search(r"Traceback|Error$", result.why), result


def on_board(board):
    def run(candidate, _folder):
        values = dict(zip(candidate.exported.inputs, candidate.inputs))
        outputs, _ = judge.microtvm_qemu.run(candidate.path, board, values)
        return list(outputs.values())

    run.interface = "packed"
    return run


def check_on_board(board, name):
    common.need_board(board)
    with common.scratch() as folder:
        outcome, why = judge.judge(name, folder, on_board(board))
    assert outcome == "passed", f"{name} on {board}: {outcome}: {why}"


def check_more_on_boards():
    """Not on microbit, which has 16 KB of RAM."""
    boards = itertools.cycle(board for board in ON_BOARDS if board != "microbit")
    passed = [name for name, result in RESULTS.items() if result.outcome == "passed"]
    failures = []
    for name, board in zip(passed[::12], boards):
        try:
            check_on_board(board, name)
        except AssertionError as failure:
            failures.append(str(failure))
    print(f"# {len(passed[::12])} on boards")
    assert not failures, failures


def add_tests():
    """As functions of this module, which common.main() finds."""
    for board, name in ON_BOARDS.items():
        globals()[f"test_on_{board}"] = functools.partial(check_on_board, board, name)
    if IS_WHOLE:
        globals()["test_more_on_boards"] = check_more_on_boards


if __name__ == "__main__":
    add_tests()
    common.main()
