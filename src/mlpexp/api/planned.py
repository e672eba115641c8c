"""From a config to a plan in stacks, with every sentence on what was understood: the way of commands and Python alike."""

from collections.abc import Callable, Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from mlpexp.api.start import find_starts
from mlpexp.asking import either

if TYPE_CHECKING:
    from mlpexp.config.yaml_source import Source
    from mlpexp.planning.plan import Plan, PlannedBy
    from mlpexp.planning.stacks import Stacking

Tell = Callable[[str], None]


def planned(
    source: "Source",
    path: Path,
    planned_by: "PlannedBy",
    runs_dir: Path,
    tell: Tell,
    *,
    notes: Callable[["Source"], Sequence[str]],
    written: str | None = None,
    local: bool = True,
) -> "Plan":
    """The plan of a config that was read and changed.

    Args:
        source: The config; names of results in it become their folders.
        path: Where it was read.
        planned_by: ``train`` or ``sweep``.
        runs_dir: The folder of results.
        tell: Is told what was understood.
        notes: What was understood of the config itself, to be said once it is planned.
        written: The config as it was named; None: there is none, but a table.
        local: Whether it is trained on this machine, whose memory must do.

    Raises:
        InputError: Something is wrong with it, or memory does not do.
    """
    from mlpexp.execution.auto_device import free_for
    from mlpexp.planning.memory import refuse_too_large
    from mlpexp.planning.output_words import output_sentences
    from mlpexp.planning.own_table import tell_of_table
    from mlpexp.planning.plan import plan_from
    from mlpexp.planning.split_words import split_sentences
    from mlpexp.planning.start_words import start_sentences

    is_run = planned_by == "train"
    find_starts(source, path, runs_dir, tell)
    plan = plan_from(source, path, planned_by)  # before anything heavy is imported
    if local:
        refuse_too_large(plan, source, free_for(plan, 1 if is_run else None))
    if is_run and source.data.get("sweep"):
        tell(left_aside(written or str(path)))
    for sentence in notes(source):
        tell(sentence)
    tell_of_table(plan, tell, chosen=written is None)
    for sentence in (*output_sentences(plan), *split_sentences(plan), *start_sentences(plan)):
        tell(sentence)
    return plan


def left_aside(config: str) -> str:
    """That a run does without the ``sweep:`` section of its config, and which command trains that."""
    trains = either(f"`mlpexp sweep {quote(config)}`", "mlpexp.sweep")
    return f"the sweep: section is left aside; {trains} trains it"


def alone(plan: "Plan", tell: Tell) -> "Stacking":
    """The stacks of a run, which this process trains one after the other."""
    from mlpexp.execution.auto_device import auto_device, memory_for
    from mlpexp.planning.stacks import stacking

    auto = auto_device(plan, 1)
    if auto.sentence:
        tell(auto.sentence)
    return stacking(plan, 1, memory_for(plan, auto, None), auto)


def shared(plan: "Plan", jobs: int | None, memory: int | None, backend: str, tell: Tell) -> "tuple[Stacking, int]":
    """The stacks of a sweep, and how many workers train them.

    Args:
        plan: What to train.
        jobs: Workers that were asked for; None: as the work and the machine say.
        memory: Bytes for all of them; None: a part of what there is.
        backend: ``local``, ``ray`` or ``dask``.
        tell: Is told which device was chosen, where one was.

    Raises:
        InputError: Memory does not do.
    """
    from mlpexp.execution.auto_device import auto_device, memory_for
    from mlpexp.planning.devices import ON_CPU
    from mlpexp.planning.stacks import stacking

    auto = auto_device(plan, jobs) if backend == "local" else ON_CPU
    budget = memory_for(plan, auto, memory)
    one = stacking(plan, 1, budget, auto)
    workers = num_workers(plan, one, jobs, backend)
    stacks = one if workers == 1 else stacking(plan, workers, budget, auto)
    if stacks.auto.sentence:
        tell(stacks.auto.sentence)
    return stacks, workers


def num_workers(plan: "Plan", stacks: "Stacking", jobs: int | None, backend: str) -> int:
    """As many as were asked for, else as the work is worth and memory allows on this machine."""
    from mlpexp.execution.auto_device import free_for
    from mlpexp.planning.memory import workers_that_fit
    from mlpexp.planning.stacks import choose_jobs

    workers = choose_jobs(jobs, stacks.seconds, on_cuda=stacks.on_cuda)
    if backend != "local":
        return workers
    return workers_that_fit(plan, free_for(plan, jobs), workers, asked=jobs is not None)
