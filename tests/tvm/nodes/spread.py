"""A spread of ONNX's node tests on each board, with each executor. `ci/soak/onnx` runs all."""

import collections
import sys

import cases
import common
import schedule

EVERY = 24
FIRST = 5


def report(number, executor, board, results):
    """A line of TAP; false: something is wrong on the board alone."""
    counts = collections.Counter(result.outcome for result in results)
    text = ", ".join(f"{counts[o]} {o}" for o in schedule.OUTCOMES if counts[o])
    bad = [result for result in results if result.outcome in schedule.FAILURES]
    good = not bad and counts["passed"] > 0
    print(f"{'ok' if good else 'not ok'} {number} - nodes/spread: {executor} on {board}: {text}")
    for result in bad:
        print(f"# {result.name}: {result.outcome}: {result.detail}")
    return good


def main():
    results = schedule.run(cases.names()[FIRST::EVERY])
    groups = [(executor, board) for executor in ("aot", "graph") for board in common.BOARDS]
    print(f"1..{len(groups)}")
    good = [
        report(number, *group, [r for r in results if (r.executor, r.board) == group])
        for number, group in enumerate(groups, 1)
    ]
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
