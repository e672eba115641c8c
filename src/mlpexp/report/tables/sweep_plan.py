"""What ``mlpexp sweep --dry-run`` shows."""

from typing import TYPE_CHECKING

import typer

from mlpexp.cli.sentences import print_sentences
from mlpexp.cli.tables import print_table
from mlpexp.planning.recording import recording, sentences
from mlpexp.report.tables.text_table import TextTable

if TYPE_CHECKING:
    from mlpexp.planning.plan import Plan
    from mlpexp.planning.stacks import Stacking

MOST_ROWS = 24


def print_plan(plan: "Plan", stacking: "Stacking", workers: int, *, wide: bool = False) -> None:
    """Arms, stacks, why there are so many, time and memory."""
    _print_arms(plan, wide=wide)
    _print_stacks(stacking, wide=wide)
    print_sentences([*plan_lines(plan, stacking, workers), "nothing was trained or written"])


def plan_lines(plan: "Plan", stacking: "Stacking", workers: int) -> list[str]:
    """The plan in sentences."""
    num_trials, trained = len(plan.arms) * len(plan.seeds), stacking.num_trials
    time = duration(stacking.seconds / min(workers, len(stacking.stacks)))
    memory = size(workers * max(stack.cost.bytes for stack in stacking.stacks))
    lines = [
        f"{_counted(len(plan.arms), 'arm')} x {_counted(len(plan.seeds), 'seed')} = {_counted(num_trials, 'trial')} in "
        f"{_counted(len(stacking.stacks), 'stack')}",
        f"about {time} with {_counted(workers, 'worker')}, and {memory} for the largest stacks",
    ]
    if trained < num_trials:
        lines.append(f"{num_trials - trained:,} trials equal others and are not trained twice")
    lines += stacking.reasons
    lines += sentences(plan, recording(plan, trained), trained)
    lines.append(f"compared by {plan.metric.label} at the {'best' if plan.metric.when == 'best' else 'last'} epoch")
    return lines


def _print_arms(plan: "Plan", *, wide: bool) -> None:
    rows = [
        (
            str(arm.number),
            *(axis.text(arm.settings[axis.key]) if axis.key in arm.settings else "" for axis in plan.axes),
            f"{arm.prepared.architecture.num_parameters:,}",
            f"{arm.steps:,}",
        )
        for arm in plan.arms[:MOST_ROWS]
    ]
    columns = ("arm", *(axis.label for axis in plan.axes), "parameters", "updates")
    print_table(TextTable(columns, rows, frozenset(columns), droppable=("updates", "parameters")), wide=wide)
    if len(plan.arms) > MOST_ROWS:
        typer.echo(f"... and {len(plan.arms) - MOST_ROWS:,} more arms")


def _print_stacks(stacking: "Stacking", *, wide: bool) -> None:
    rows = []
    for stack in stacking.stacks[:MOST_ROWS]:
        arms = {trial.arm.number for trial in stack.trials}
        experiment = stack.trials[0].arm.experiment
        rows.append(
            (
                str(stack.number),
                str(len(stack.trials)),
                str(len(arms)),
                stack.trials[0].arm.prepared.architecture.name,
                str(experiment.training.batch_size),
                duration(stack.cost.seconds),
                size(stack.cost.bytes),
            )
        )
    columns = ("stack", "trials", "arms", "network", "batch size", "time", "memory")
    table = TextTable(columns, rows, frozenset(columns) - {"network"}, droppable=("memory", "network", "arms"))
    print_table(table, wide=wide)
    if len(stacking.stacks) > MOST_ROWS:
        typer.echo(f"... and {len(stacking.stacks) - MOST_ROWS:,} more stacks")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min``, ``2.5 h``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def size(num_bytes: int) -> str:
    """``12 MB``, ``1.5 GB``."""
    return f"{num_bytes / 1e6:,.0f} MB" if num_bytes < 1e9 else f"{num_bytes / 1e9:.1f} GB"
