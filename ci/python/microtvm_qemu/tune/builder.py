"""MetaSchedule's builder: candidates become archives, in processes that may hang or crash."""

import os
import shutil
import sys
import tempfile
import threading
import weakref
from typing import List, Optional

from tvm.ir.utils import derived_object
from tvm.s_tir.meta_schedule.builder import BuilderResult, PyBuilder
from tvm.support.popen_pool import PopenPoolExecutor, StatusKind

from ..errors import Error

TIME_LIMIT_S = 120.0


@derived_object
class Builder(PyBuilder):
    """Exports each candidate as an archive of plain C for `Runner`.

    jobs          how many at once (as many as there are processors)
    time_limit_s  TVM's time for one of them

    A candidate that TVM can't compile, or not in time, or whose compilation crashes, is an error of
    that candidate. MetaSchedule's callback RemoveBuildArtifact removes what was built; what is left
    goes with the object, or with `close`.
    """

    def __init__(self, jobs: Optional[int] = None, time_limit_s: float = TIME_LIMIT_S):
        super().__init__()
        self.time_limit_s = time_limit_s
        self.stopped = threading.Event()
        self.folder = tempfile.mkdtemp(prefix="microtvm-qemu-tune-")
        self.pool = PopenPoolExecutor(
            max_workers=jobs or os.cpu_count(),
            timeout=time_limit_s,
            initializer=_path_setter(),
            initargs=(sys.path,),
        )
        self.close = weakref.finalize(self, _close, self.pool, self.folder)

    def build(self, build_inputs) -> List[BuilderResult]:
        if self.stopped.is_set():
            raise Error("interrupted")
        work = [(entry.mod, tempfile.mkdtemp(dir=self.folder)) for entry in build_inputs]
        found = self.pool.map_with_error_catching(_write, work)
        return [self._result(each, folder) for each, (_, folder) in zip(found, work)]

    def _result(self, found, folder) -> BuilderResult:
        if found.status == StatusKind.COMPLETE:
            return BuilderResult(found.value, None)
        shutil.rmtree(folder)
        if found.status == StatusKind.TIMEOUT:
            return BuilderResult(None, f"TVM took longer than {self.time_limit_s:g} s")
        return BuilderResult(None, str(found.value))


def _path_setter():
    """A function that needs no module to be found: it tells a process where modules are."""

    def set_path(path):
        import sys  # pylint: disable=import-outside-toplevel,redefined-outer-name,reimported

        sys.path[:] = path

    return set_path


def _write(work):
    from . import candidate  # pylint: disable=import-outside-toplevel

    return candidate.write(*work)


def _close(pool, folder):
    pool.shutdown()
    shutil.rmtree(folder, ignore_errors=True)
