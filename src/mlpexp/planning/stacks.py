"""From trials to stacks: what is one program is trained as one, cut to fit the memory and to keep all workers busy."""

import itertools
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlpexp.config.program import program_of
from mlpexp.planning.estimate import Cost, stack_cost
from mlpexp.planning.factors import differing_keys
from mlpexp.planning.plan import Arm, Plan, trial_key

WORTH_WORKERS_SECONDS = 12.0  # of work for one core; starting a worker takes about three seconds
MEMORY_SHARE = 0.4


@dataclass(frozen=True)
class Trial:
    """One arm with one seed."""

    arm: Arm
    seed: int


@dataclass(frozen=True)
class Stack:
    """Trials that are trained as one tensor program.

    Attributes:
        number: Position in the plan.
        trials: Its members, in the order of the arms.
        cost: The estimate.
    """

    number: int
    trials: list[Trial]
    cost: Cost


@dataclass(frozen=True)
class Stacking:
    """All stacks of a sweep and why there is more than one.

    Attributes:
        stacks: In the order of the plan.
        reasons: Sentences for ``--dry-run``.
    """

    stacks: list[Stack]
    reasons: list[str]

    @property
    def seconds(self) -> float:
        """Estimated work for one core."""
        return sum(stack.cost.seconds for stack in self.stacks)


def distinct_trials(plan: Plan) -> list[Trial]:
    """The trials to train: of those that compute the same, the first."""
    found: dict[tuple[str, int], Trial] = {}
    for arm in plan.arms:
        for seed in plan.seeds:
            found.setdefault(trial_key(arm, seed), Trial(arm, seed))
    return list(found.values())


def stacking(plan: Plan, jobs: int, memory: int) -> Stacking:
    """Groups and cuts the trials of a plan.

    Args:
        plan: The sweep.
        jobs: Workers to keep busy.
        memory: Bytes for all workers together.
    """
    programs: dict[str, list[Trial]] = {}
    for trial in distinct_trials(plan):
        programs.setdefault(_program(trial), []).append(trial)
    reasons = _why(programs)
    pieces: list[list[Trial]] = []
    by_memory = 0
    for trials in programs.values():
        limit = _most_members(trials, memory // jobs)
        by_memory += len(trials) > limit > 1
        pieces += _cut(trials, limit)
    if by_memory:
        reasons.append(f"{by_memory} of them cut to fit into {memory / 1e9:.1f} GB (--memory)")
    shared = _shared_out(pieces, jobs)
    if len(shared) > len(pieces):
        reasons.append(f"cut further to keep {jobs} workers busy")
    return Stacking([Stack(i, trials, _cost(trials)) for i, trials in enumerate(shared)], reasons)


def restacked(plan: Plan, stacks: Sequence[Sequence[tuple[int, int]]]) -> Stacking:
    """The stacks of a sweep that has begun, as they were: ``[[arm, seed], ...]`` each."""
    trials = [[Trial(plan.arms[arm], seed) for arm, seed in stack] for stack in stacks]
    return Stacking([Stack(i, each, _cost(each)) for i, each in enumerate(trials)], [])


def _program(trial: Trial) -> str:
    """Convolutional networks are trained one by one: on a CPU a grouped convolution takes as long as its members do."""
    program = program_of(trial.arm.experiment)
    return f"{program} {trial.arm.number} {trial.seed}" if trial.arm.prepared.architecture.has_convolutions else program


def _cost(trials: Sequence[Trial]) -> Cost:
    arm = trials[0].arm
    return stack_cost(arm.prepared, arm.steps, len(trials), len({trial.seed for trial in trials}))


def _most_members(trials: Sequence[Trial], memory: int) -> int:
    empty, one = (stack_cost(trials[0].arm.prepared, 1, n, len({t.seed for t in trials})).bytes for n in (0, 1))
    return max(1, (memory - empty) // max(one - empty, 1))


def _cut(trials: list[Trial], limit: int) -> Iterator[list[Trial]]:
    """Pieces of about equal size, none longer than the limit."""
    count = -(-len(trials) // limit)
    bounds = [len(trials) * i // count for i in range(count + 1)]
    for start, stop in itertools.pairwise(bounds):
        yield trials[start:stop]


def _shared_out(pieces: list[list[Trial]], jobs: int) -> list[list[Trial]]:
    """Cuts what would keep one worker busy when the others have long finished."""
    if jobs == 1:
        return pieces
    fair = sum(_cost(piece).seconds for piece in pieces) / jobs
    shared: list[list[Trial]] = []
    for piece in pieces:
        wanted = min(round(_cost(piece).seconds / fair), jobs, len(piece)) if fair > 0 else 1
        shared += _cut(piece, -(-len(piece) // wanted)) if wanted > 1 else [piece]
    return shared


def _why(programs: dict[str, list[Trial]]) -> list[str]:
    """What tells the programs apart."""
    convolutional = [trials for trials in programs.values() if trials[0].arm.prepared.architecture.has_convolutions]
    reasons = []
    if convolutional:
        reasons.append(f"{len(convolutional)} convolutional trials one by one (on a CPU stacking them gains nothing)")
    differing = differing_keys([json.loads(program_of(trials[0].arm.experiment)) for trials in programs.values()])
    if differing and len(programs) > len(convolutional):
        reasons.append(f"other programs, hence other stacks: {', '.join(differing)}")
    return reasons


def choose_jobs(wanted: int | None, seconds: float) -> int:
    """Worker processes: as asked, else one per core where the work is long enough to pay for starting them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if wanted is not None:
        return wanted
    if Path("/dev/nvidiactl").exists():  # the workers would share one GPU
        return 1
    return cores if seconds > WORTH_WORKERS_SECONDS else 1


def available_memory() -> int:
    """A fair share of the memory of this machine, in bytes."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        total = 4_000_000_000
    return int(MEMORY_SHARE * total)
