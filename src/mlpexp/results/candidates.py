"""What `mlpexp compare` compares: runs, each one candidate, and the arms of sweeps; their differences and common seeds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np

from mlpexp.config.dump import as_data
from mlpexp.config.load import read_source
from mlpexp.config.scores import kinds_of
from mlpexp.errors import InputError
from mlpexp.planning.factors import changes_samples, differences
from mlpexp.planning.metric import PARTS, Metric, choose_metric
from mlpexp.planning.plan import plan_from
from mlpexp.planning.prepare import prepared_from
from mlpexp.store.folders import read_json
from mlpexp.store.run_folder import RunFolder
from mlpexp.store.sweep_folder import SweepFolder, is_sweep
from mlpexp.store.table import read_rows

Scores = Mapping[str, float]  # by column: final_test_accuracy, ...


@dataclass(frozen=True)
class Candidate:
    """A run, or an arm of a sweep.

    Attributes:
        label: Name of the run, or label of the arm.
        config: Resolved, as plain data.
        parts: Of the data: train, validation, test.
        task: Classification or regression.
        fingerprint: Of the data.
        scores: By seed; empty for a trial that diverged or failed.
        updates: Of the longest trial.
    """

    label: str
    config: dict[str, Any]
    parts: tuple[str, ...]
    task: str
    fingerprint: str
    scores: Mapping[int, Scores]
    updates: int


def candidates_in(paths: Sequence[Path]) -> list[Candidate]:
    """Everything that some paths hold.

    Raises:
        InputError: A path is neither a run nor a sweep, has not ended, or is there twice.
        RunError: A file is damaged.
    """
    if len({path.resolve() for path in paths}) < len(paths):
        raise InputError("compare: the same folder is there twice")
    found = [candidate for path in paths for candidate in (_arms(path) if is_sweep(path) else [_run(path)])]
    labels = [candidate.label for candidate in found]
    twice = {label for label in labels if labels.count(label) > 1}
    if not twice:
        return found
    return [replace(one, label=f"{one.label} #{i}") if one.label in twice else one for i, one in enumerate(found, 1)]


def _run(path: Path) -> Candidate:
    folder = RunFolder.open(path)
    summary = folder.read_summary()
    if not summary["members"]:
        raise InputError(f"{path}: this run has not ended; go on with: mlpexp train --resume {path}")
    prepared = prepared_from(read_source(folder.config))
    scores = {member["seed"]: _of_member(member) for member in summary["members"]}
    return Candidate(
        path.resolve().name, as_data(prepared.experiment), tuple(prepared.sizes.bounds), prepared.facts.task,
        str(read_json(folder.environment).get("data_fingerprint")), scores,
        max(int(row["step"]) for row in read_rows(folder.metrics)),
    )  # fmt: skip


def _of_member(member: Mapping[str, Any]) -> Scores:
    if member["status"] == "diverged":
        return {}
    return {f"{when}_{name}": value for when in ("final", "best") for name, value in (member[when] or {}).items()}


def _arms(path: Path) -> Iterator[Candidate]:
    folder = SweepFolder.open(path)
    if not folder.trials.is_file():
        raise InputError(f"{path}: this sweep has not ended; go on with: mlpexp sweep --resume {path}")
    plan = plan_from(read_source(folder.config), folder.config)
    scores: dict[int, dict[int, Scores]] = {}
    epochs: dict[int, int] = {}
    for row in read_rows(folder.trials):
        sound = row["status"] not in ("diverged", "failed")
        values = {
            key: float(cell)
            for key, cell in row.items()
            if sound and key.startswith(("final_", "best_")) and key != "best_epoch"
        }
        epochs[int(row["arm"])] = max(epochs.get(int(row["arm"]), 0), int(row["ended_epoch"]))
        scores.setdefault(int(row["arm"]), {})[int(row["seed"])] = values
    known = read_json(folder.plan).get("arms", [])
    for arm, on_disk in zip(plan.arms, known, strict=True):
        updates = arm.steps * epochs[arm.number] // arm.experiment.training.epochs
        yield Candidate(
            arm.label, as_data(arm.experiment), tuple(arm.prepared.sizes.bounds), arm.prepared.facts.task,
            str(on_disk.get("data")), scores[arm.number], updates,
        )  # fmt: skip


def common_metric(found: Sequence[Candidate], wanted: str | None) -> Metric:
    """The metric that all candidates have.

    Raises:
        InputError: They have none in common, or not the one asked for.
    """
    kinds = {kinds_of(candidate.config["model"]["name"], candidate.task) for candidate in found}
    if len(kinds) > 1:
        raise InputError("cannot be compared: some classify, others predict numbers or are maps")
    parts = [part for part in PARTS if all(part in candidate.parts for candidate in found)]
    return choose_metric(wanted, parts, kinds.pop())


def paired_values(found: Sequence[Candidate], metric: Metric) -> tuple[list[int], np.ndarray]:
    """The common seeds, and the metric ``(candidates, seeds)``, NaN where a trial diverged or failed.

    Raises:
        InputError: Their numbers do not pair: other data, another split, or fewer than two seeds in common.
    """
    for key, shown in differences([one.config for one in found]).items():
        if changes_samples(key):
            raise InputError(
                f"cannot be compared: {key} differs ({', '.join(dict.fromkeys(shown))}), so that equal seeds do not "
                "mean equal samples"
            )
    if len({candidate.fingerprint for candidate in found}) > 1:
        raise InputError("cannot be compared: the data themselves differ (their fingerprints do)")
    seeds = sorted(set.intersection(*(set(candidate.scores) for candidate in found)))
    if len(seeds) < 2:
        count = f"only seed {seeds[0]} is" if seeds else "no seeds are"
        raise InputError(
            f"cannot be compared: {count} common to all; train each with the same seeds, such as --seeds 10"
        )
    values = np.array([[one.scores[seed].get(metric.column, nan) for seed in seeds] for one in found], dtype=np.float64)
    return seeds, np.where(np.abs(values) < inf, values, nan)
