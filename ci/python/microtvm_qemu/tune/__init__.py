"""Schedules for boards: TVM's MetaSchedule counts instructions on boards that QEMU plays.

    from microtvm_qemu import export, tune

    database = tune.tune(module, board="mps2_an385", trials=64, work_dir="tuning")
    export(tune.apply(module, database), "model.tar")
"""

from .builder import Builder
from .runner import Runner
from .session import apply, tune
from .space import space

__all__ = ["Builder", "Runner", "apply", "space", "tune"]
