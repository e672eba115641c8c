"""What ``mlpexp sweep --dry-run`` shows."""

from typing import TYPE_CHECKING

import typer

from mlpexp.cli.sentences import print_sentences
from mlpexp.cli.tables import print_table
from mlpexp.planning.recording import MOST_ROWS as MOST_TABLE_ROWS
from mlpexp.planning.recording import lacks_predictions, recording, weight_bytes
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import counted, decimal_bytes, duration, rough_bytes

if TYPE_CHECKING:
    from mlpexp.planning.plan import Plan
    from mlpexp.planning.stacks import Stacking
    from mlpexp.store.plan_files import Recording

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
    memory = rough_bytes(workers * max(stack.cost.bytes for stack in stacking.stacks))
    lines = [
        f"{counted(len(plan.arms), 'arm')} x {counted(len(plan.seeds), 'seed')} = {counted(num_trials, 'trial')} in "
        f"{counted(len(stacking.stacks), 'stack')}",
        f"about {time} with {counted(workers, 'worker')}, and {memory} for the largest stacks",
    ]
    if trained < num_trials:
        lines.append(f"{num_trials - trained:,} trials equal others and are not trained twice")
    lines += stacking.reasons
    lines += kept_lines(plan, recording(plan, trained), trained)
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
                rough_bytes(stack.cost.bytes),
            )
        )
    columns = ("stack", "trials", "arms", "network", "batch size", "time", "memory")
    table = TextTable(columns, rows, frozenset(columns) - {"network"}, droppable=("memory", "network", "arms"))
    print_table(table, wide=wide)
    if len(stacking.stacks) > MOST_ROWS:
        typer.echo(f"... and {len(stacking.stacks) - MOST_ROWS:,} more stacks")


def kept_lines(plan: "Plan", kept: "Recording", num_distinct: int) -> list[str]:
    """What is kept, for those who look at a plan."""
    amount = decimal_bytes(weight_bytes(plan, num_distinct))
    differ = any(arm.prepared.sizes.validation for arm in plan.arms)  # else the selected epoch is the last
    of_best = f"weights of each trial's {'selected' if differ else 'last'} epoch are kept: {amount}"
    words = {
        "none": f"no weights are kept: those of the best epochs would take {amount} (`keep.weights: best` keeps them)",
        "best": of_best,
        "all": f"weights of each trial's last and selected epoch are kept: {amount} each" if differ else of_best,
    }
    lines = [words[kept.weights]]
    if lacks_predictions(plan, kept):
        lines.append(f"predictions are not kept: they would be more than {MOST_TABLE_ROWS:,} rows")
        lines.append("`mlpexp plot RESULT --arm N` makes those of one arm")
    return lines


def unusual(plan: "Plan", kept: "Recording", num_distinct: int) -> list[str]:
    """What is to be said of what is kept when it is not all, nor what was asked for."""
    asked = plan.config.keep is not None and plan.config.keep.weights is not None
    everything = (kept.weights == "all" or asked) and not lacks_predictions(plan, kept)
    return [] if everything else kept_lines(plan, kept, num_distinct)
