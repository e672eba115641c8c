"""``summary.json``: status, best and final metrics of each seed, their means, time per step."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlpexp.config.dump import config_hash
from mlpexp.config.experiment import Experiment
from mlpexp.data.dataset import Dataset
from mlpexp.planning.prepare import Prepared
from mlpexp.statistics.intervals import mean_interval


def opening_summary(prepared: Prepared, dataset: Dataset) -> dict[str, Any]:
    """What is known before the first step."""
    experiment, sizes = prepared.experiment, prepared.sizes
    return {
        "name": run_name(experiment),
        "hash": config_hash(experiment),
        "status": "running",
        "dataset": {
            "title": dataset.name,
            "task": prepared.facts.task,
            "input_shape": list(prepared.facts.input_shape),
            "target_name": dataset.target_name,
            "feature_names": list(dataset.feature_names),
            "class_names": list(dataset.class_names),
            "train": sizes.train,
            "validation": sizes.validation,
            "test": sizes.test,
        },
        "model": {"name": experiment.model.name, "parameters": prepared.architecture.num_parameters},
        "selected_on": "validation" if sizes.validation else None,
        "members": [],
    }


def closing_summary(
    opening: dict[str, Any],
    members: Sequence[dict[str, Any]],
    rows: Sequence[dict[str, str]],
    timing: Sequence[dict[str, str]],
) -> dict[str, Any]:
    """The summary of a run that has come to its end.

    Args:
        opening: What ``opening_summary`` gave.
        members: Of each seed: seed, status, ended_epoch, best_epoch.
        rows: ``metrics.csv``.
        timing: ``timing.csv``.
    """
    metrics = [column for column in rows[0] if column.partition("_")[0] in ("train", "validation", "test")]
    at = {(int(row["seed"]), int(row["epoch"])): {name: float(row[name]) for name in metrics} for row in rows}
    described = []
    for member in members:
        final, best = (at.get((member["seed"], member[key])) for key in ("ended_epoch", "best_epoch"))
        described.append({**member, "final": final, "best": best})
    diverged = [member["seed"] for member in described if member["status"] == "diverged"]
    return {
        **opening,
        "status": "diverged" if len(diverged) == len(described) else "finished",
        "diverged_seeds": diverged,
        "time": _time(timing),
        "members": described,
        "means": {when: _means(described, metrics, when) for when in ("final", "best")},
    }


def run_name(experiment: Experiment) -> str:
    """The run's name, or one made of its main choices."""
    return experiment.name or f"{experiment.dataset.name}-{experiment.model.name}"


def _means(members: Sequence[dict[str, Any]], metrics: Sequence[str], when: str) -> dict[str, Any]:
    """Mean over the seeds that did not diverge, with n and a 95 % interval."""
    sound = [member[when] for member in members if member["status"] != "diverged" and member[when]]
    means = {}
    for metric in metrics:
        values = np.array([scores[metric] for scores in sound])
        if len(values):
            means[metric] = vars(mean_interval(values))
    return means


def _time(timing: Sequence[dict[str, str]]) -> dict[str, float]:
    train = sum(float(row["train_seconds"]) for row in timing)
    last = {row["stack"]: int(row["step"]) for row in timing}  # rows are in the order of time
    steps = sum(last.values())
    return {
        "stacks": len(last),
        "train_seconds": round(train, 4),
        "evaluation_seconds": round(sum(float(row["evaluation_seconds"]) for row in timing), 4),
        "microseconds_per_step": round(1e6 * train / steps, 2) if steps else 0.0,
    }
