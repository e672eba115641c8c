"""A plan before anything is trained: its tables, and what there is to say of it."""

from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from mlpexp.config.dump import config_hash
from mlpexp.planning.arm_names import labels_of
from mlpexp.planning.axis_summary import axis_summary
from mlpexp.planning.estimate import MEASURED_ON
from mlpexp.planning.plan import Plan
from mlpexp.planning.recording import MOST_ROWS as MOST_TABLE_ROWS
from mlpexp.planning.recording import lacks_predictions, recording, weight_bytes
from mlpexp.planning.stacks import Stack, Stacking
from mlpexp.report.tables.names import name_sentences
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import counted, decimal_bytes, duration, rough_bytes, span
from mlpexp.store.plan_files import Recording

MOST_ROWS = 24


def plan_tables(plan: Plan, stacking: Stacking) -> Iterator[tuple[TextTable, str]]:
    """Arms and stacks, each with what there are more than the table has; empty: there are no more."""
    yield _arms_table(plan), _more(len(plan.arms), "arms")
    yield _stacks_table(stacking), _more(len(stacking.stacks), "stacks")


def plan_sentences(plan: Plan, stacking: Stacking, workers: int) -> list[str]:
    """How much it is, why there are so many stacks, what is kept, and what arms are compared by."""
    num_trials, trained = len(plan.arms) * len(plan.seeds), stacking.num_trials
    time = duration(stacking.seconds / min(workers, len(stacking.stacks)))
    memory = rough_bytes(workers * max(stack.cost.bytes for stack in stacking.stacks))
    lines = [
        f"{counted(len(plan.arms), 'arm')} x {counted(len(plan.seeds), 'seed')} = {counted(num_trials, 'trial')} in "
        f"{counted(len(stacking.stacks), 'stack')}",
        f"about {time} with {counted(workers, 'worker')}, and {memory} for the largest stacks",
    ]
    kinds = dict.fromkeys(device.partition(":")[0] for device in stacking.devices)
    lines += [MEASURED_ON[kind] for kind in kinds if kind in MEASURED_ON]
    if trained < num_trials:
        lines.append(f"{num_trials - trained:,} trials equal others and are not trained twice")
    lines += stacking.reasons
    lines += recording_sentences(plan, recording(plan, trained), trained)
    axes = [axis_summary(plan, axis) for axis in plan.axes]
    lines += name_sentences(axes, match=plan.sweep.match, named_arms=any(labels_of(plan.sweep)))
    lines.append(f"compared by {plan.metric.label} at the {'best' if plan.metric.when == 'best' else 'last'} epoch")
    return lines


def validity_sentence(plan: Plan) -> str:
    """What ``mlpexp check`` says of a config that can be trained."""
    experiment, sizes, architecture = plan.base.experiment, plan.base.sizes, plan.base.architecture
    parts = ", ".join(f"{size:,} {part}" for part, size in vars(sizes).items() if size)
    counts = {arm.prepared.architecture.num_parameters for arm in plan.arms}
    ends = f" ({span(min(counts), max(counts), '{:,}')} parameters)" if len(counts) > 1 else ""
    sweep = f"; sweep of {len(plan.arms):,} arms{ends} x {len(plan.seeds):,} seeds" if plan.axes else ""
    return (
        f"valid; {experiment.dataset.name} ({parts}), {architecture.name} with {architecture.num_parameters:,} parameters, "
        f"hash {config_hash(experiment)}{sweep}"
    )


def _arms_table(plan: Plan) -> TextTable:
    is_named = any(labels_of(plan.sweep)) and not all(
        axis.names for axis in plan.axes
    )  # else the values are called by the labels
    rows = [
        (
            str(arm.number),
            *([arm.label] if is_named else []),
            *(axis.text(arm.settings[axis.key]) if axis.key in arm.settings else "" for axis in plan.axes),
            f"{arm.prepared.architecture.num_parameters:,}",
            f"{arm.steps:,}",
        )
        for arm in plan.arms[:MOST_ROWS]
    ]
    columns = ("arm", *(["label"] if is_named else []), *(axis.label for axis in plan.axes), "parameters", "updates")
    return TextTable(columns, rows, frozenset(columns), droppable=("updates", "parameters"))


def _stacks_table(stacking: Stacking) -> TextTable:
    columns = ("stack", "trials", "arms", "network", "batch size", "time", "memory")
    rows = [_stack_row(stack) for stack in stacking.stacks[:MOST_ROWS]]
    return TextTable(columns, rows, frozenset(columns) - {"network"}, droppable=("memory", "network", "arms"))


def _stack_row(stack: Stack) -> tuple[str, ...]:
    arm = stack.trials[0].arm
    return (
        str(stack.number),
        str(len(stack.trials)),
        str(len({trial.arm.number for trial in stack.trials})),
        arm.prepared.architecture.name,
        str(arm.experiment.training.batch_size),
        duration(stack.cost.seconds),
        rough_bytes(stack.cost.bytes),
    )


def _more(number: int, noun: str) -> str:
    return f"... and {number - MOST_ROWS:,} more {noun}" if number > MOST_ROWS else ""


def recording_sentences(plan: Plan, kept: Recording, num_distinct: int, path: Path | None = None) -> list[str]:
    """What is kept, for those who look at a plan, or of a result, whose folder is named."""
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
        named = "RESULT" if path is None else quote(str(path))
        lines.append(f"`mlpexp plot {named} --arm N` makes those of one arm")
    return lines


def unusual(plan: Plan, kept: Recording, num_distinct: int, path: Path) -> list[str]:
    """What is to be said of what is kept when it is not all, nor what was asked for."""
    asked = plan.config.keep is not None and plan.config.keep.weights is not None
    everything = (kept.weights == "all" or asked) and not lacks_predictions(plan, kept)
    return [] if everything else recording_sentences(plan, kept, num_distinct, path)
