"""The tables of a finished sweep, from the parts that its stacks have left: in the order of the plan, whatever the stacks.

Only one trial is in memory at a time.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from mlpexp.config.networks import Mlp
from mlpexp.config.scores import score_kinds
from mlpexp.planning.metric import PARTS
from mlpexp.planning.plan import Arm, Plan, trial_key
from mlpexp.planning.stacks import Stacking
from mlpexp.store.files import replacing, write_text
from mlpexp.store.sweep_folder import SweepFolder, TrialBlock
from mlpexp.store.table import Cell, as_csv

METRIC_COLUMNS = ("epoch", "step", "learning_rate")
DIAGNOSTIC_COLUMNS = ("arm", "seed", "epoch", "layer", "quantity", "value")

Index = dict[tuple[str, int], tuple[int, dict[str, Any]]]  # by what a trial computes: its stack and description


def arms_table(plan: Plan) -> str:
    """``arms.csv``: number, label, values of the axes, hidden sizes, parameters, updates, epochs."""
    return as_csv(["arm", "label", *_keys(plan), *OF_ARMS], [_arm_row(plan, arm) for arm in plan.arms])


OF_ARMS = ("hidden_sizes", "parameters", "steps", "epochs")


def _keys(plan: Plan) -> list[str]:
    return [axis.key for axis in plan.axes]


def _values(plan: Plan, arm: Arm) -> dict[str, Cell]:
    return {axis.key: axis.text(arm.settings[axis.key]) if axis.key in arm.settings else "" for axis in plan.axes}


def _arm_row(plan: Plan, arm: Arm) -> dict[str, Cell]:
    model = arm.experiment.model
    return {
        "arm": arm.number, "label": arm.label, **_values(plan, arm),
        "hidden_sizes": " ".join(map(str, model.hidden_sizes)) if isinstance(model, Mlp) else "",
        "parameters": arm.prepared.architecture.num_parameters, "steps": arm.steps,
        "epochs": arm.experiment.training.epochs,
    }  # fmt: skip


def write_tables(folder: SweepFolder, plan: Plan, stacking: Stacking) -> dict[str, Any]:
    """Writes ``metrics.csv``, ``trials.csv`` and ``timing.csv``.

    Returns:
        Counts of trials by how they ended, the first reason of a failure, and times.

    Raises:
        RunError: A part is damaged, or a file cannot be written.
    """
    index, timings = _index(folder, plan, stacking)
    kinds = score_kinds(plan.base.experiment, plan.base.facts.task)
    parts = [part for part in PARTS if any(part in arm.prepared.sizes.bounds for arm in plan.arms)]
    scores = [f"{part}_{kind}" for part in parts for kind in kinds]
    counts: dict[str, Any] = {"trials": 0, "diverged": 0, "failed": 0, "reason": ""}
    rows: list[dict[str, Cell]] = []
    with replacing(folder.metrics) as metrics, _diagnostics(folder, plan) as diagnostics:
        metrics.write((",".join(["arm", "seed", *METRIC_COLUMNS, *scores]) + "\n").encode())
        for arm in plan.arms:
            for seed in plan.seeds:
                stack, trial = index[trial_key(arm, seed)]
                block = folder.block(stack, trial)
                metrics.writelines(line.encode() for line in _lines(arm.number, seed, block, scores))
                if diagnostics:
                    lines = block.diagnostics.splitlines(keepends=True)
                    diagnostics.writelines(f"{arm.number},{seed},{line}".encode() for line in lines)
                rows.append(_trial_row(plan, arm, seed, trial, scores))
                counts["trials"] += 1
                if trial["status"] in ("diverged", "failed"):
                    counts[trial["status"]] += 1
                if trial["status"] == "failed":
                    counts["reason"] = counts["reason"] or trial["reason"]
    write_text(folder.trials, as_csv(list(rows[0]), rows))
    timing = [_timing_row(arm, [index[trial_key(arm, seed)][0] for seed in plan.seeds], timings) for arm in plan.arms]
    write_text(folder.timing, as_csv(list(timing[0]), timing))
    return {**counts, "time": _times(timings)}


@contextmanager
def _diagnostics(folder: SweepFolder, plan: Plan) -> Iterator[BinaryIO | None]:
    """The table of diagnostics, if there are to be any."""
    if all(arm.experiment.diagnostics == "off" for arm in plan.arms):
        yield None
        return
    with replacing(folder.diagnostics) as table:
        table.write((",".join(DIAGNOSTIC_COLUMNS) + "\n").encode())
        yield table


def _index(folder: SweepFolder, plan: Plan, stacking: Stacking) -> tuple[Index, dict[int, dict[str, Any]]]:
    index: Index = {}
    timings: dict[int, dict[str, Any]] = {}
    for stack in stacking.stacks:
        part = folder.read_part(stack.number)
        timings[stack.number] = {**part["timing"], "trials": len(part["trials"])}
        for trial in part["trials"]:
            index[trial_key(plan.arms[trial["arm"]], trial["seed"])] = stack.number, trial
    return index, timings


def _lines(arm: int, seed: int, block: TrialBlock, scores: Sequence[str]) -> Iterator[str]:
    """The rows of one trial with all columns of the sweep; ``nan`` where an arm has no such part."""
    head, wanted = f"{arm},{seed},", (*METRIC_COLUMNS, *scores)
    if block.columns == wanted:
        yield from (head + line for line in block.rows.splitlines(keepends=True))
        return
    places = [block.columns.index(name) if name in block.columns else None for name in wanted]
    for line in block.rows.splitlines():
        cells = line.split(",")
        yield head + ",".join("nan" if place is None else cells[place] for place in places) + "\n"


def _trial_row(plan: Plan, arm: Arm, seed: int, trial: Mapping[str, Any], scores: Sequence[str]) -> dict[str, Cell]:
    measured: dict[str, Cell] = {  # all digits, so that equal shares of samples stay equal
        f"{when}_{name}": repr(float(trial[when].get(name, math.nan))) for when in ("final", "best") for name in scores
    }
    ended = {key: trial[key] for key in ("status", "ended_epoch", "best_epoch", "reason")}
    return {"arm": arm.number, "seed": seed, **_values(plan, arm), **ended, **measured}


def _timing_row(arm: Arm, stacks: Sequence[int], timings: Mapping[int, Mapping[str, Any]]) -> dict[str, Cell]:
    """Time per update and model, and per trial: a trial's share of its stack."""
    known = [timings[stack] for stack in stacks if timings[stack].get("steps")]
    per_step = [1e6 * one["train_seconds"] / one["steps"] / one["trials"] for one in known]
    per_trial = [one["train_seconds"] / one["trials"] for one in known]
    return {
        "arm": arm.number,
        "microseconds_per_step": sum(per_step) / len(per_step) if per_step else math.nan,
        "train_seconds": sum(per_trial) / len(per_trial) if per_trial else math.nan,
        "trials_per_stack": sum(one["trials"] for one in known) / len(known) if known else math.nan,
    }


def _times(timings: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "stacks": len(timings),
        "train_seconds": round(sum(one.get("train_seconds", 0.0) for one in timings.values()), 4),
        "evaluation_seconds": round(sum(one.get("evaluation_seconds", 0.0) for one in timings.values()), 4),
        "devices": sorted({one["device"] for one in timings.values() if "device" in one}),
        "engines": sorted({one["engine"] for one in timings.values() if "engine" in one}),
    }
