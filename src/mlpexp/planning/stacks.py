"""From trials to stacks: what is one program is trained as one, cut to fit the memory and to keep all workers busy."""

import itertools
import json
import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.arithmetic import cost
from mlpexp.asking import keyword
from mlpexp.data.split import PartSizes
from mlpexp.planning.arms import Arm
from mlpexp.planning.devices import ON_CPU, AutoDevice, Work, device_of, may_choose
from mlpexp.planning.estimate import Estimate, stack_cost
from mlpexp.planning.factors import differing_keys
from mlpexp.planning.plan import Plan, trial_key
from mlpexp.planning.prepare import Prepared
from mlpexp.store.plan_files import StackRecord, StacksRecord

Member = TypeVar("Member")

WORTH_WORKERS_SECONDS = 12.0  # of work for one core; starting a worker takes about three seconds
MEMORY_SHARE = 0.4
STACKED_CONVOLUTIONS = {"cpu": False, "cuda": True, "mps": False}
"""Whether members of convolutional networks are trained as one stack, by kind of device.

On a CPU a grouped convolution takes as long as its members do (``benchmarks/grouped_convolutions.py``), and its results
would differ in the last bits. On a card stacks of 4 to 64 took 0.25 to 0.81 of the time (``benchmarks/RESULTS.md``). On
``mps`` it is not measured."""
MACS_WORTH_DIVIDING = 40_000_000  # multiply-accumulates of a step's forward pass, measured: see benchmarks/LOG.md


@dataclass(frozen=True)
class Trial:
    """One arm with one seed."""

    arm: Arm
    """What is trained."""
    seed: int
    """Of split, initial weights and order, where the config sets none."""

    @property
    def key(self) -> tuple[int, int]:
        """Number of the arm, and the seed."""
        return self.arm.number, self.seed

    @property
    def prepared(self) -> Prepared:
        """The checked experiment, with the sizes that the parts have with this seed."""
        return self.arm.prepared.with_seed(self.seed)


@dataclass(frozen=True)
class Stack:
    """Trials that are trained as one tensor program."""

    number: int
    """Position in the plan."""
    program: int
    """Which program it is: that of the file in which its weights are kept."""
    trials: list[Trial]
    """Its members, in the order of the arms."""
    cost: Estimate
    """The estimate."""
    threads: int
    """CPU threads it is trained with."""
    name: str
    """Of what it leaves in the folder: ``stack-3``."""
    device: str
    """Where it is trained: ``cpu``, ``cuda``, ``cuda:1`` or ``mps``."""


@dataclass(frozen=True)
class Stacking:
    """All stacks of a sweep and why there is more than one."""

    stacks: list[Stack]
    """In the order of the plan."""
    programs: list[list[Trial]]
    """The trials of each program, in the order of the plan however they are cut: the rows of its weights."""
    reasons: list[str]
    """Sentences for ``--dry-run``."""
    auto: AutoDevice
    """What ``device: auto`` means."""

    @property
    def devices(self) -> list[str]:
        """Where stacks are trained, each once."""
        return list(dict.fromkeys(stack.device for stack in self.stacks))

    @property
    def on_cuda(self) -> bool:
        """Whether any stack is trained on a card."""
        return any(map(_is_card, self.devices))

    @property
    def num_trials(self) -> int:
        """Trials that are trained: of those that compute the same, one."""
        return sum(map(len, self.programs))

    @property
    def seconds(self) -> float:
        """Estimated work for one core."""
        return sum(stack.cost.seconds for stack in self.stacks)


def distinct_trials(plan: Plan) -> list[Trial]:
    """The trials to train: of those that compute the same, the first."""
    distinct: dict[tuple[str, int], Trial] = {}
    for arm in plan.arms:
        for seed in plan.seeds:
            distinct.setdefault(trial_key(arm, seed), Trial(arm, seed))
    return list(distinct.values())


def _is_card(device: str) -> bool:
    return device.startswith("cuda")


def work_of_auto(plan: Plan) -> list[Work]:
    """What ``device: auto`` is to train, a program at a time."""
    work = []
    for trials in _programs(plan):
        if may_choose(trials[0].arm.experiment):
            prepared, stacks = trials[0].prepared, together(trials[0].arm.prepared.architecture, trials, "cuda")
            work += [Work(prepared, prepared.steps, len(stack), len({t.seed for t in stack})) for stack in stacks]
    return work


def stacking(plan: Plan, jobs: int, memory: int, auto: AutoDevice = ON_CPU) -> Stacking:
    """Groups and cuts the trials of a plan.

    Args:
        plan: The plan.
        jobs: Workers to keep busy.
        memory: Bytes for all workers together.
        auto: What ``device: auto`` means.
    """
    programs = _programs(plan)
    reasons = _why(programs, auto)
    pieces: list[tuple[int, list[Trial]]] = []
    by_memory = 0
    for program, trials in enumerate(programs):
        for group in _stackable(trials, auto):
            limit = _most_members(group, memory // jobs, auto)
            by_memory += len(group) > limit > 1
            pieces += [(program, piece) for piece in _cut(group, limit)]
    if by_memory:
        which = "1 stack is" if by_memory == 1 else f"{by_memory} stacks are"
        on_card = any(_is_card(device_of(trials[0].arm.experiment, auto)) for trials in programs)
        limit_of = keyword("memory") + (", or what is free on the GPU" if on_card else "")
        reasons.append(f"{which} cut to fit into {memory / 1e9:.1f} GB ({limit_of})")
    shared = _shared_out(pieces, jobs, auto)
    if len(shared) > len(pieces):
        reasons.append(f"stacks are cut further to keep {jobs} workers busy")
    share = len(plan.arms) == 1 and jobs == 1
    stacks = [
        Stack(
            i,
            program,
            trials,
            _cost(trials, auto),
            threads_for(trials[0].prepared, alone=share),
            f"stack-{i}",
            device_of(trials[0].arm.experiment, auto),
        )
        for i, (program, trials) in enumerate(shared)
    ]
    return Stacking(stacks, programs, reasons, auto)


def restacked(plan: Plan, record: StacksRecord, auto: AutoDevice = ON_CPU) -> Stacking:
    """The stacks of a result that has begun, as they were."""
    stacks = []
    for number, stack in enumerate(record.stacks):
        trials = [Trial(plan.arms[arm], seed) for arm, seed in stack.trials]
        device, cost = device_of(trials[0].arm.experiment, auto), _cost(trials, auto)
        stacks.append(Stack(number, stack.program, trials, cost, stack.threads, stack.part, device))
    return Stacking(stacks, _programs(plan), [], auto)


def recorded(stacking: Stacking) -> StacksRecord:
    """How the trials are cut, for ``stacks.json``."""
    return StacksRecord(
        stacks=tuple(
            StackRecord(
                part=stack.name,
                program=stack.program,
                threads=stack.threads,
                trials=tuple(t.key for t in stack.trials),
                device=stack.device,
            )
            for stack in stacking.stacks
        )
    )


def threads_for(prepared: Prepared, *, alone: bool) -> int:
    """CPU threads for a stack: as the config says, else one, but all cores for long steps of convolutions that run alone.

    Small multilayer perceptrons gain nothing from a second thread, and with several the rounding of a sum would depend on
    what a member is stacked with. Where several arms are compared, or several workers share the cores, one thread keeps the
    numbers of convolutions the same on any machine.

    Args:
        prepared: Any experiment of the stack.
        alone: Whether the plan has one arm and one worker.
    """
    training = prepared.experiment.training
    if training.threads != "auto":
        return training.threads
    architecture, batch_size = prepared.architecture, training.batch_of(prepared.sizes.train)
    long_step = architecture.has_convolutions and cost(architecture).macs * batch_size >= MACS_WORTH_DIVIDING
    return available_cores() if alone and long_step else 1


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _programs(plan: Plan) -> list[list[Trial]]:
    """The distinct trials by what they compute but for numbers, in the order of the plan."""
    programs: dict[str, list[Trial]] = {}
    for trial in distinct_trials(plan):
        programs.setdefault(trial.arm.program, []).append(trial)
    return list(programs.values())


def _stackable(trials: Sequence[Trial], auto: AutoDevice) -> list[list[Trial]]:
    """The trials of a program that may be members of one stack: those whose parts have equal sizes, as in ``together``."""
    prepared = trials[0].arm.prepared  # the data are of the program: those of all trials are split alike
    device = device_of(prepared.experiment, auto)
    if not prepared.sizes_differ:
        return together(prepared.architecture, trials, device)
    by_sizes: dict[PartSizes, list[Trial]] = {}
    for trial in trials:
        by_sizes.setdefault(trial.arm.prepared.sizes_of(trial.seed), []).append(trial)
    return [group for members in by_sizes.values() for group in together(prepared.architecture, members, device)]


def together(architecture: Architecture, members: Sequence[Member], device: str) -> list[list[Member]]:
    """Which members are trained and measured together: all of them, but of convolutions as ``STACKED_CONVOLUTIONS`` says."""
    one_by_one = architecture.has_convolutions and not STACKED_CONVOLUTIONS[device.partition(":")[0]]
    return [[member] for member in members] if one_by_one else [list(members)]


def places_together(prepared: Prepared, seeds: Sequence[int], device: str) -> list[list[int]]:
    """The places of seeds that are trained and measured together: those whose parts have equal sizes, as in ``together``."""
    by_sizes: dict[PartSizes, list[int]] = {}
    for place, seed in enumerate(seeds):
        by_sizes.setdefault(prepared.sizes_of(seed), []).append(place)
    return [group for places in by_sizes.values() for group in together(prepared.architecture, places, device)]


def _cost(trials: Sequence[Trial], auto: AutoDevice) -> Estimate:
    prepared = trials[0].prepared
    device = device_of(prepared.experiment, auto)
    return stack_cost(prepared, prepared.steps, len(trials), len({trial.seed for trial in trials}), device)


def _most_members(trials: Sequence[Trial], memory: int, auto: AutoDevice) -> int:
    """How many of the trials fit into so many bytes; one is tried in any case."""
    prepared, num_seeds = trials[0].prepared, len({trial.seed for trial in trials})
    device = device_of(prepared.experiment, auto)
    counts = range(1, len(trials) + 1)
    return max(1, bisect_right(counts, memory, key=lambda n: stack_cost(prepared, 1, n, num_seeds, device).bytes))


def _cut(trials: list[Trial], limit: int) -> Iterator[list[Trial]]:
    """Pieces of about equal size, none longer than the limit."""
    count = -(-len(trials) // limit)
    bounds = [len(trials) * i // count for i in range(count + 1)]
    for start, stop in itertools.pairwise(bounds):
        yield trials[start:stop]


def _shared_out(pieces: list[tuple[int, list[Trial]]], jobs: int, auto: AutoDevice) -> list[tuple[int, list[Trial]]]:
    """Cuts what would keep one worker busy when the others have long finished."""
    if jobs == 1:
        return pieces
    fair = sum(_cost(piece, auto).seconds for _, piece in pieces) / jobs
    shared: list[tuple[int, list[Trial]]] = []
    for program, piece in pieces:
        num_parts = min(round(_cost(piece, auto).seconds / fair), jobs, len(piece)) if fair > 0 else 1
        cut = _cut(piece, -(-len(piece) // num_parts)) if num_parts > 1 else [piece]
        shared += [(program, part) for part in cut]
    return shared


def _why(programs: list[list[Trial]], auto: AutoDevice) -> list[str]:
    """What tells the programs apart."""
    reasons = []
    for device, why in ONE_BY_ONE.items():
        count = sum(
            len(trials)
            for trials in programs
            if _is_convolutional(trials) and _kind(trials, auto) == device and not STACKED_CONVOLUTIONS[device]
        )
        if count:
            reasons.append(f"{count} convolutional trials, one by one: {why}")
    differing = differing_keys([json.loads(trials[0].arm.program) for trials in programs])
    if differing and not all(map(_is_convolutional, programs)):
        reasons.append(f"separate stacks, since these keys differ: {', '.join(differing)}")
    unequal = [t[0].arm for t in programs if not _is_convolutional(t) and len(_stackable(t, auto)) > 1]
    if unequal:
        kinds = ", ".join(dict.fromkeys(arm.experiment.dataset.split.kind for arm in unequal))
        reasons.append(f"separate stacks, since the parts are not of one size with split: {kinds}")
    return reasons


ONE_BY_ONE = {
    "cpu": "on a CPU, stacks of them save no time",
    "mps": "as on a CPU; whether stacks of them save time on mps is not measured",
}  # fmt: skip


def _kind(trials: Sequence[Trial], auto: AutoDevice) -> str:
    return device_of(trials[0].arm.experiment, auto).partition(":")[0]


def _is_convolutional(trials: Sequence[Trial]) -> bool:
    return trials[0].arm.prepared.architecture.has_convolutions


def choose_jobs(asked: int | None, seconds: float, *, on_cuda: bool = False) -> int:
    """Worker processes: as asked, else one per core where the work is long enough to pay for starting them.

    Args:
        asked: With ``--jobs``.
        seconds: Of work for one core.
        on_cuda: Whether it is done on a card, which the workers would share.
    """
    if asked is not None:
        return asked
    if on_cuda:
        return 1
    return available_cores() if seconds > WORTH_WORKERS_SECONDS else 1


def available_memory() -> int:
    """A fair share of the memory of this machine, in bytes."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        total = 4_000_000_000
    return int(MEMORY_SHARE * total)
