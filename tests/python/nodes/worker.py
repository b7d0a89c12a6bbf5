"""worker.py BUILD_DIR CASE...: each natively. A line of JSON before each case, [name], and one behind it,
[name, outcome, why]; whatever ends this process was done by the last that is named."""

import json
import sys

import common
import judge


def main():
    for name in sys.argv[2:]:
        print(json.dumps([name]), flush=True)
        with common.scratch() as folder:
            outcome, why = judge.judge(name, folder, judge.natively)
        print(json.dumps([name, outcome, why]), flush=True)


if __name__ == "__main__":
    main()
