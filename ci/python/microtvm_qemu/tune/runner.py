"""MetaSchedule's runner: candidates are run on emulated boards, and their instructions counted."""

import concurrent.futures
import os
import threading
from typing import Any, List, Mapping, Optional, Union

from tvm.ir.utils import derived_object
from tvm.s_tir.meta_schedule.runner import PyRunner, PyRunnerFuture, RunnerResult

from .. import inference
from ..errors import Error
from . import candidate

TIME_LIMIT_S = 120.0
# MetaSchedule thinks in seconds: one instruction is a microsecond to it.
INSTRUCTIONS_PER_SECOND = 1e6


@derived_object
class Runner(PyRunner):
    """Counts the instructions of the candidates that `Builder` built, on a board that QEMU plays.

    board         a name (`microtvm-qemu boards`), or the path of a definition
    options       project options, by name
    jobs          how many boards at once (as many as there are processors)
    time_limit_s  for one candidate: its firmware's build, boot and inference

    Counts are exact: the same in every run, whatever else the machine does. A candidate that does not
    fit, faults or hangs is an error of that candidate.
    """

    def __init__(
        self,
        board: Union[str, os.PathLike],
        options: Optional[Mapping[str, Any]] = None,
        jobs: Optional[int] = None,
        time_limit_s: float = TIME_LIMIT_S,
    ):
        super().__init__()
        self.board = board
        self.options = dict(options or {})
        self.time_limit_s = time_limit_s
        self.stopped = threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs or os.cpu_count())

    def run(self, runner_inputs) -> List["Future"]:
        archives = [str(entry.artifact_path) for entry in runner_inputs]
        futures = [self.pool.submit(self._measure, archive) for archive in archives]
        return [Future(future, self.stopped) for future in futures]

    def close(self) -> None:
        """What is running ends first: its own time is limited."""
        self.pool.shutdown(cancel_futures=True)

    def _measure(self, archive: str) -> float:
        _, report = inference.run(
            archive,
            self.board,
            candidate.read_inputs(archive),
            options=self.options,
            project_type="aot_standalone_demo",
            count=True,
            timeout=self.time_limit_s,
            deadline=self.time_limit_s,
        )
        return report["counts"]["instructions_per_inference"] / INSTRUCTIONS_PER_SECOND


@derived_object
class Future(PyRunnerFuture):
    """A candidate that is on its way. MetaSchedule waits for it in `result`."""

    def __init__(self, future: concurrent.futures.Future, stopped: threading.Event):
        super().__init__()
        self.future = future
        self.stopped = stopped

    def done(self) -> bool:
        return self.future.done()

    def result(self) -> RunnerResult:
        while not self.future.done():
            if self.stopped.is_set():
                return RunnerResult(None, "interrupted")
            concurrent.futures.wait([self.future], timeout=0.1)
        try:
            return RunnerResult([self.future.result()], None)
        except Error as error:
            return RunnerResult(None, str(error))
