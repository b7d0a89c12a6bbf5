"""Tuning a network for a board, and using what was found."""

import contextlib
import os
import sys
import tempfile
import types
from typing import Any, Mapping, Optional, Union

from tvm.s_tir import meta_schedule as ms

from . import network, releases
from .bench import Bench
from .runner import TIME_LIMIT_S
from .space import space as space_for_boards

# Of one operator in a row. More would be bred from what is not yet known to be good.
TRIALS_AT_ONCE = 16


def tune(
    module,
    board: Union[str, os.PathLike],
    *,
    trials: int = 64,
    work_dir: Union[str, os.PathLike, None] = None,
    params: Optional[Mapping[str, Any]] = None,
    options: Optional[Mapping[str, Any]] = None,
    jobs: Optional[int] = None,
    time_limit_s: float = TIME_LIMIT_S,
    seed: int = 0,
    space: Optional["ms.SpaceGenerator"] = None,
    strategy: Union[str, "ms.SearchStrategy", None] = None,
    cost_model: Union[str, "ms.CostModel", None] = None,
) -> "ms.Database":
    """Looks for schedules of a network's operators that take fewer instructions on a board.

    module        a Relax IRModule, as for `microtvm_qemu.export`; params likewise
    board         a name, or the path of a definition; options are its project's
    trials        candidates in all that are built and run
    work_dir      where the database and logs are kept; what is there is taken up. None: in memory
    jobs          builds and boards at once (as many as there are processors)
    time_limit_s  of a candidate in TVM, and again on the board
    seed          the same seed, versions and trials give the same database
    The rest is MetaSchedule's own; None stands for what suits boards.

    Returns MetaSchedule's database, for `apply`. Times in it are instructions, one a microsecond. The
    default schedules are in it, too, so that none becomes worse.

    Raises ExportError where the network can't be exported, Error where TVM can't tune or no operator
    runs on the board.
    """
    releases.check()
    jobs = jobs or os.cpu_count() or 1
    with contextlib.ExitStack() as stack:
        if work_dir is None:
            work_dir = stack.enter_context(tempfile.TemporaryDirectory(prefix="microtvm-qemu-tune-"))
            database = ms.Database.create("memory")
        else:
            os.makedirs(work_dir, exist_ok=True)
            database = ms.Database.create("json", work_dir=os.fspath(work_dir))
        bench = Bench(board, options, jobs, time_limit_s)
        stack.callback(bench.close)
        tasks = bench.choose(network.tasks(network.lower(module, params)), database)
        if tasks and trials > 0:
            contexts, weights = _contexts(tasks, os.fspath(work_dir), seed, space, strategy)
            with bench.interruptible():
                ms.tune.tune_tasks(
                    tasks=contexts,
                    task_weights=weights,
                    work_dir=os.fspath(work_dir),
                    max_trials_global=trials,
                    num_trials_per_iter=min(TRIALS_AT_ONCE, max(jobs, trials // len(tasks))),
                    builder=bench.builder,
                    runner=bench.runner,
                    database=database,
                    cost_model=cost_model or ms.cost_model.RandomModel(seed=seed),
                    task_scheduler=ms.task_scheduler.GradientBased(seed=seed),
                )
    return database


def apply(module, database: "ms.Database", params: Optional[Mapping[str, Any]] = None):
    """The module with the best schedules that `tune` found for its operators, ready for `export`."""
    releases.check()
    return network.scheduled(network.lower(module, params), database)


def _contexts(tasks, folder, seed, space, strategy):
    with _no_intrinsics():
        return ms.relax_integration.extracted_tasks_to_tune_contexts(
            tasks,
            folder,
            space=space or space_for_boards(),
            strategy=strategy or _strategy(),
            num_threads=1,  # or else the order is another each time
            seed=seed,
        )


def _strategy():
    """A population that is bred in seconds."""
    return ms.search_strategy.EvolutionarySearch(
        population_size=32, init_min_unmeasured=TRIALS_AT_ONCE, genetic_num_iters=1
    )


@contextlib.contextmanager
def _no_intrinsics():
    """To make a context TVM imports its intrinsics for other targets, which takes most of a minute."""
    name = "tvm.s_tir.tensor_intrin"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = types.ModuleType(name)
    try:
        yield
    finally:
        del sys.modules[name]
