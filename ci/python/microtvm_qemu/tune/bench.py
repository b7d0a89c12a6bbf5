"""Where candidates are built and run, and the first of them: each operator's default schedule."""

import contextlib
import logging
import signal
import threading
from typing import List, Optional, Tuple

from tvm.s_tir import meta_schedule as ms
from tvm.s_tir.schedule import Schedule

from ..errors import Error
from . import network
from .builder import Builder
from .runner import Runner

logger = logging.getLogger("microtvm_qemu.tune")
# An operator with less of the network's instructions is not worth a trial.
LEAST_SHARE = 0.02


class Bench:
    """A builder and a runner of `jobs` each."""

    def __init__(self, board, options, jobs, time_limit_s):
        self.builder = Builder(jobs, time_limit_s)
        self.runner = Runner(board, options, jobs, time_limit_s)

    @contextlib.contextmanager
    def interruptible(self):
        """Ctrl-C stops builder and runner, and is a KeyboardInterrupt at the end. One that is raised
        inside of TVM gets lost there, is another error behind it, or a crash."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.getsignal(signal.SIGINT)

        def interrupt(*_):
            self.builder.stopped.set()
            self.runner.stopped.set()

        signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        except Exception:
            if not self.runner.stopped.is_set():
                raise
        finally:
            signal.signal(signal.SIGINT, before)
        if self.runner.stopped.is_set():
            raise KeyboardInterrupt

    def close(self) -> None:
        self.runner.close()
        self.builder.close()

    def choose(self, tasks, database) -> List:
        """Runs each task's default schedule, which is a record of the database from then on. Returns
        the tasks that are worth more. Raises Error where nothing runs."""
        found = self.measure([task.dispatched[0] for task in tasks])
        total = 0.0
        for task, (seconds, error) in zip(tasks, found):
            if seconds is None:
                logger.warning("%s: its default schedule does not run: %s", task.task_name, error)
                continue
            _commit(database, task.dispatched[0], seconds)
            total += seconds * task.weight
        if found and total == 0.0:
            raise Error(f"{tasks[0].task_name} and all other operators: {found[0][1]}")
        return [
            task
            for task, (seconds, _) in zip(tasks, found)
            if seconds is None or seconds * task.weight >= LEAST_SHARE * total
        ]

    def measure(self, modules) -> List[Tuple[Optional[float], Optional[str]]]:
        """(seconds, error) of each, one of which is None."""
        built = self.builder.build(
            [ms.builder.BuilderInput(module, network.target()) for module in modules]
        )
        good = [place for place, result in enumerate(built) if result.artifact_path is not None]
        inputs = [
            ms.runner.RunnerInput(built[place].artifact_path, "cpu", _arguments(modules[place]))
            for place in good
        ]
        futures = dict(zip(good, self.runner.run(inputs)))
        return [
            _outcome(futures[place].result()) if place in futures else (None, str(result.error_msg))
            for place, result in enumerate(built)
        ]


def _arguments(module):
    return ms.arg_info.ArgInfo.from_entry_func(module, remove_preproc=True)


def _outcome(result):
    if result.run_secs is None:
        return None, str(result.error_msg)
    return float(result.run_secs[0]), None


def _commit(database, module, seconds):
    """The default schedule is one that does nothing."""
    workload = database.commit_workload(module)
    trace = Schedule(module).trace
    database.commit_tuning_record(
        ms.database.TuningRecord(trace, workload, [seconds], network.target(), _arguments(module))
    )
