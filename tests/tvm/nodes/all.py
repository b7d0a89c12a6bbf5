"""all.py BUILD_DIR [EVERY [FIRST]]: ONNX's node tests on the boards, all of them or every so-manieth.

A table on stdout, and below it a line for each that is wrong or does not fit. Fails when one is
wrong on a board alone."""

import sys

import cases
import schedule


def main():
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    results = schedule.run(cases.names()[first::every], schedule.Progress())
    print(schedule.table(results))
    print()
    for result in results:
        if result.outcome not in ("passed", "unsuitable", "refused"):
            print(f"{result.name}, {result.executor}, {result.board}: {result.outcome}")
            print(f"    {result.detail}")
    sys.exit(any(result.outcome in schedule.FAILURES for result in results))


if __name__ == "__main__":
    main()
