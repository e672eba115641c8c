"""What `mlpexp compare` compares: the arms of results; their differences and common seeds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, nan
from pathlib import PurePath
from typing import Any

import numpy as np

from mlpexp.asking import keyword
from mlpexp.config.datasets import learned_in
from mlpexp.config.dump import as_data
from mlpexp.config.own_parts import parts_named, short_name
from mlpexp.config.scores import PARTS, Column, column_of, measured_by
from mlpexp.config.table_paths import told_anew
from mlpexp.errors import InputError
from mlpexp.planning.factors import changes_samples, differences
from mlpexp.planning.metric import choose_metric, refuse_units
from mlpexp.planning.plan import loss_of
from mlpexp.results.new_samples import BySample, designs_of_arms
from mlpexp.results.result import Result
from mlpexp.statistics.new_samples import Design

MOST_LACKING = 3  # of the candidates, that are named
Scores = Mapping[str, float]  # by column: final_test_accuracy, ...


class NotPaired(InputError):
    """The numbers of candidates do not pair by seed; each still has a mean of its own."""


@dataclass(frozen=True)
class Candidate:
    """An arm of a result."""

    label: str
    """Of the arm; of a run, which has one, its folder."""
    config: dict[str, Any]
    """Resolved, as plain data."""
    parts: tuple[str, ...]
    """Of the data: train, validation, test."""
    task: str
    """Classification or regression."""
    loss: str
    """What its loss is, in words."""
    measured: tuple[str, ...]
    """The names of its scores."""
    fingerprint: str
    """Of the data."""
    scores: Mapping[int, Scores]
    """By seed; empty for a trial that diverged or failed."""
    updates: int
    """Of the longest trial."""
    place: tuple[Result, int]
    """The result, and the number of its arm."""


def candidates_in(results: Sequence[Result]) -> list[Candidate]:
    """Every arm of some results.

    Raises:
        InputError: One has not ended, or is there twice.
        RunError: A file is damaged.
    """
    if len({result.path.resolve() for result in results}) < len(results):
        raise InputError("compare: the same folder is there twice")
    candidates = [candidate for result in results for candidate in _arms(result)]
    if any(result.summary.format == 1 and result.summary.planned_by == "train" for result in results):
        candidates = [
            _rounded(candidate) for candidate in candidates
        ]  # old runs know nine digits: equal scores must stay equal
    labels = [candidate.label for candidate in candidates]
    twice = {label for label in labels if labels.count(label) > 1}
    if not twice:
        return candidates
    return [
        replace(candidate, label=f"{candidate.label} #{i}") if candidate.label in twice else candidate
        for i, candidate in enumerate(candidates, 1)
    ]


def _rounded(candidate: Candidate) -> Candidate:
    scores = {
        seed: {column: float(f"{value:.9g}") for column, value in of_column.items()}
        for seed, of_column in candidate.scores.items()
    }
    return replace(candidate, scores=scores)


def _arms(result: Result) -> Iterator[Candidate]:
    trials = result.finished_trials()
    plan = result.plan
    files = [*plan.tables, *plan.starts]
    names = {path: PurePath(path).name for path in files}  # wherever it is; whether it is the same, its content says
    columns = [column for column in trials.columns if column.startswith(("final_", "best_")) and column != "best_epoch"]
    by_arm = dict(iter(trials.groupby("arm")))
    for arm, planned in zip(plan.arms, result.planned_arms, strict=True):
        rows = by_arm[arm.number]
        epochs = int(rows["ended_epoch"].max())
        scores: dict[int, Scores] = {}
        for row in rows.to_dict("records"):
            sound = row["status"] not in ("diverged", "failed")
            scores[int(row["seed"])] = {column: float(row[column]) for column in columns} if sound else {}
        yield Candidate(
            arm.label if plan.axes else result.path.resolve().name,
            told_anew(as_data(arm.experiment), names),
            tuple(arm.prepared.sizes.bounds),
            arm.prepared.facts.task,
            loss_of(arm),
            result.summary.scores,
            planned.data,
            scores,
            max(arm.prepared.with_seed(seed).steps for seed in scores) * epochs // arm.experiment.training.epochs,
            (result, arm.number),
        )


def common_metric(candidates: Sequence[Candidate], wanted: str | None) -> Column:
    """The metric that all candidates have.

    Raises:
        InputError: They have none in common, or not the one asked for.
    """
    always = {measured_by(candidate.config["model"]["name"], candidate.task) for candidate in candidates}
    if len(always) > 1:
        raise InputError("cannot be compared: some classify, others predict numbers or are maps")
    parts = [part for part in PARTS if all(part in candidate.parts for candidate in candidates)]
    measured = [candidate.measured for candidate in candidates]
    common = [name for name in measured[0] if all(name in scores for scores in measured)]
    asked = column_of(wanted or "")
    lacking = [arm.label for arm in candidates if asked and asked.score.name not in arm.measured]
    if asked and 0 < len(lacking) < len(candidates):
        raise InputError(f"{keyword('metric')}: {asked.name} is not measured in {', '.join(lacking[:MOST_LACKING])}")
    metric = choose_metric(wanted, parts, common, keyword("metric"))
    _refuse_other_functions(candidates, metric)
    learned = [learned_in(candidate.config["dataset"]) for candidate in candidates]
    refuse_units(metric, learned, [candidate.loss for candidate in candidates], common, keyword("metric"))
    return metric


def _refuse_other_functions(candidates: Sequence[Candidate], metric: Column) -> None:
    """Refuses to compare by a score that is one function here, and another there.

    Raises:
        InputError: It is.
    """
    labels: dict[str, str] = {}
    for candidate in candidates:
        for kind, reference in parts_named(candidate.config):
            if kind == "score" and short_name(reference) == metric.score.name:
                labels.setdefault(reference, candidate.label)
    if len(labels) > 1:
        name, (first, second, *_) = metric.score.name, labels.values()
        raise InputError(
            f"{keyword('metric')}: {metric.name}: {name} of {second} is another function than {name} of {first}"
        )


def paired_values(candidates: Sequence[Candidate], metric: Column) -> tuple[list[int], np.ndarray]:
    """The common seeds, and the metric ``(candidates, seeds)``, NaN where a trial diverged or failed.

    Raises:
        NotPaired: Their numbers do not pair: other data, another split, or fewer than two seeds in common.
    """
    same_data = len({candidate.fingerprint for candidate in candidates}) == 1
    for key, texts in differences([candidate.config for candidate in candidates]).items():
        if changes_samples(key, metric.part, same_rows=same_data):
            raise NotPaired(
                f"cannot be compared: {key} differs ({', '.join(dict.fromkeys(texts))}), so that equal seeds do not "
                "mean equal samples"
            )
    if not same_data:
        raise NotPaired("cannot be compared: the data themselves differ (their fingerprints do)")
    seeds = sorted(set.intersection(*(set(candidate.scores) for candidate in candidates)))
    if len(seeds) < 2:
        count = f"only seed {seeds[0]} is" if seeds else "no seeds are"
        raise NotPaired(
            f"cannot be compared: {count} common to all; train each with the same seeds, such as {keyword('seeds', 10)}"
        )
    values = np.array(
        [[candidate.scores[seed].get(metric.column, nan) for seed in seeds] for candidate in candidates],
        dtype=np.float64,
    )
    return seeds, np.where(np.abs(values) < inf, values, nan)


def own_values(candidate: Candidate, metric: Column) -> dict[int, float]:
    """The metric by seed, of all seeds of a candidate; NaN where a trial diverged or failed."""
    values = {seed: scores.get(metric.column, nan) for seed, scores in candidate.scores.items()}
    return {seed: value if abs(value) < inf else nan for seed, value in values.items()}


def by_sample(candidates: Sequence[Candidate], metric: Column, seeds: Sequence[int], values: np.ndarray) -> BySample:
    """The candidates with what can be said of new samples of the same source.

    Args:
        candidates: What is compared.
        metric: Of them.
        seeds: The common ones.
        values: The metric, ``(candidates, seeds)``.
    """
    of_results: dict[int, list[Design]] = {}
    designs, part = [], next(part for part in PARTS if part == metric.part)
    for result, arm in (candidate.place for candidate in candidates):
        if id(result) not in of_results:
            of_results[id(result)] = designs_of_arms(result, result.summary, part)
        designs.append(of_results[id(result)][arm])
    return BySample(designs, values, [candidate.place for candidate in candidates], seeds, metric.part, metric.score)
