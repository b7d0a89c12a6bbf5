"""What a schedule for a board may look like.

TVM has no rules for target "c", and those that it has for CPUs are made for caches, threads and
vectors. Instructions are saved by sums that stay in registers, and by loops that are unrolled.
"""

from tvm.s_tir import meta_schedule as ms
from tvm.s_tir.meta_schedule import mutator, postproc, schedule_rule

# Registers are few: what is inside of the innermost reduction is at most this many elements wide.
MOST_INNERMOST = 16
UNROLLED_STEPS = [0, 4, 16, 64]


def space() -> "ms.SpaceGenerator":
    """The design space for boards, as MetaSchedule's `space`."""
    return ms.space_generator.PostOrderApply(
        sch_rules=_rules(),
        postprocs=[
            postproc.DisallowDynamicLoop(),
            postproc.RewriteParallelVectorizeUnroll(),
            postproc.RewriteReductionBlock(),
        ],
        mutator_probs={
            mutator.MutateTileSize(): 0.8,
            mutator.MutateUnroll(): 0.1,
            mutator.MutateComputeLocation(): 0.1,
        },
    )


def _rules():
    return [
        schedule_rule.AutoInline(
            into_producer=False,
            into_consumer=True,
            inline_const_tensor=True,
            disallow_if_then_else=True,
            require_injective=True,
            require_ordered=True,
            disallow_op=["tirx.exp"],
        ),
        schedule_rule.MultiLevelTiling(
            structure="SSRSRS",
            max_innermost_factor=MOST_INNERMOST,
            reuse_write=schedule_rule.ReuseType("may", [1, 2], "global"),
        ),
        schedule_rule.ParallelizeVectorizeUnroll(
            max_jobs_per_core=-1,
            max_vectorize_extent=-1,
            unroll_max_steps=UNROLLED_STEPS,
            unroll_explicit=True,
        ),
        schedule_rule.RandomComputeLocation(),
    ]
