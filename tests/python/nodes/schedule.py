"""Many cases natively, in processes of their own: TVM, or a model's code, may end one."""

import collections
import concurrent.futures
import json
import pathlib
import sys

import common

WORKER = pathlib.Path(__file__).with_name("worker.py")
BATCH_SIZE = 48
BATCH_TIMEOUT_S = 800
WORKERS = 2

Result = collections.namedtuple("Result", "name outcome why")


def _start(names):
    command = [sys.executable, WORKER, common.BUILD, *names]
    status, output, log = common.finished(command, BATCH_TIMEOUT_S)
    end = f"does not end in {BATCH_TIMEOUT_S} s" if status is None else f"ends with status {status}"
    return output, log, end


def _batch(names):
    """Results of all; after one that ends its process the others get a new one."""
    results = []
    while len(results) < len(names):
        output, log, end = _start(names[len(results) :])
        lines = [json.loads(line) for line in output.splitlines() if line.startswith('["')]
        told = [Result(*line) for line in lines if len(line) == 3]
        results += told
        if len(results) < len(names):
            assert lines and len(lines[-1]) != 3, f"worker.py {end}: {log[-2000:]}"
            name, *phase = lines[-1]
            # Before the model's own code runs it is TVM that ends it.
            outcome = "wrong" if phase == [] and len(lines) > 1 and lines[-2] == [name] else "refused"
            results.append(Result(name, outcome, f"the process {end}: {log.strip()[-200:]}"))
    return results


def run(names, progress=lambda count: None):
    """All results, in the order of the names."""
    batches = [names[at : at + BATCH_SIZE] for at in range(0, len(names), BATCH_SIZE)]
    results = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for found in pool.map(_batch, batches):
            results += found
            progress(len(results))
    return results
