"""Many cases in batches, two at a time, each batch in a process of its own: TVM may end it, and what
one model's code does to a firmware or a compiler is not the next one's."""

import collections
import concurrent.futures
import json
import pathlib
import sys
import time

import common
from batch import EXIT_TRY_FEWER

HERE = pathlib.Path(__file__).parent
BATCH_SIZE = 16
BATCH_TIMEOUT_S = 900
WORKERS = 2
LARGER_BOARD = {"qemu_cortex_m3": "mps2_an385", "mps2_an385": "qemu_riscv32"}

# Outcomes, in the order of a table; the last two are failures.
OUTCOMES = (
    "passed",
    "unsuitable",
    "refused",
    "does not fit",
    "wrong on the host too",
    "wrong on the board alone",
    "error",
)
FAILURES = OUTCOMES[-2:]

Result = collections.namedtuple("Result", "name executor board outcome detail")
Work = collections.namedtuple("Work", "names executor board")


def _run(work):
    """(results, work that is left)"""
    command = [sys.executable, HERE / "batch.py", common.BUILD, work.executor, work.board]
    command += work.names
    code, output, log = common.finished(command, BATCH_TIMEOUT_S)
    if code is None:
        code, log = 1, f"no end in {BATCH_TIMEOUT_S} s"
    results = [
        Result(name, work.executor, work.board, outcome, detail)
        for name, outcome, detail in map(json.loads, output.splitlines())
    ]
    told = {result.name for result in results}
    left = [name for name in work.names if name not in told]
    return _sort_out(work, results, left, code, log)


def _sort_out(work, results, left, code, log):
    more = []
    if len(left) > 1:
        half = len(left) // 2
        more = [work._replace(names=part) for part in (left[:half], left[half:])]
    elif left and code < 0:
        detail = f"TVM ended with signal {-code}"
        results.append(Result(left[0], work.executor, work.board, "refused", detail))
    elif left and code == EXIT_TRY_FEWER:
        more = [work._replace(names=left)]
    elif left:
        detail = (log.strip().splitlines() or ["?"])[-1][:300]
        results.append(Result(left[0], work.executor, work.board, "error", detail))
    larger = LARGER_BOARD.get(work.board)
    for result in list(results):
        if result.outcome == "does not fit" and larger:
            results.remove(result)
            more.append(Work([result.name], work.executor, larger))
    return results, more


def run(names, progress=lambda found, all_: None):
    """All results, for both executors, the boards taking turns."""
    queue = []
    for executor in ("aot", "graph"):
        for i, board in enumerate(common.BOARDS):
            part = names[i :: len(common.BOARDS)]
            for at in range(0, len(part), BATCH_SIZE):
                queue.append(Work(part[at : at + BATCH_SIZE], executor, board))
    results = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        running = {pool.submit(_run, work) for work in queue}
        while running:
            done, running = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                found, more = future.result()
                results += found
                running |= {pool.submit(_run, work) for work in more}
                progress(found, 2 * len(names))
    return sorted(results)


def table(results):
    """Rows of outcomes, a column for each executor and board."""
    columns = [(executor, board) for executor in ("aot", "graph") for board in common.BOARDS]
    counts = collections.Counter((r.executor, r.board, r.outcome) for r in results)
    lines = ["| | " + " | ".join(f"{e}, {b}" for e, b in columns) + " | all |"]
    lines.append("|---|" + "--:|" * (len(columns) + 1))
    for outcome in OUTCOMES:
        row = [counts[executor, board, outcome] for executor, board in columns]
        lines.append(f"| {outcome} | " + " | ".join(map(str, row + [sum(row)])) + " |")
    return "\n".join(lines)


class Progress:
    """On stderr how far it is, every ten seconds, and each failure at once."""

    def __init__(self):
        self.began = self.told = time.monotonic()
        self.done = 0

    def __call__(self, found, all_):
        now = time.monotonic()
        self.done += len(found)
        for result in found:
            if result.outcome in FAILURES:
                print("FAILED:", *result, file=sys.stderr, flush=True)
        if now - self.told >= 10:
            self.told = now
            print(f"{self.done} of {all_}, {now - self.began:.0f} s", file=sys.stderr, flush=True)
