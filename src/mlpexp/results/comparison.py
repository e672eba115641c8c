"""The arms of a result compared, from its ``summary.json``, ``arms.csv`` and ``trials.csv`` alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlpexp.asking import keyword
from mlpexp.config.scores import Column, selected_on
from mlpexp.errors import InputError, RunError
from mlpexp.planning.metric import choose_metric, described, refuse_units
from mlpexp.planning.sample_designs import speaks_of
from mlpexp.planning.sweep_options import SEED_AXES
from mlpexp.results.new_samples import OfNewSamples, of_new_samples
from mlpexp.results.result import Result
from mlpexp.statistics.arm_comparison import ArmComparison
from mlpexp.statistics.best_arm import best_arm
from mlpexp.statistics.comparison import Comparison, compare
from mlpexp.statistics.new_samples_verdicts import ArmForNewSamples
from mlpexp.statistics.optimism import Optimism, optimism
from mlpexp.statistics.variance_components import VarianceComponents, variance_components
from mlpexp.store.files import write_text
from mlpexp.store.summary import MetricSummary, Summary
from mlpexp.store.table import Cell, as_csv

OWN = ("arm", "label", "n", "missing", "mean", "std", "median", "low", "high")
OWN_NEW = ("new_samples_low", "new_samples_high")
NEW = ("low", "high", "p", "p_adjusted", "verdict")  # of new samples
AGAINST = (
    "difference", "difference_low", "difference_high", "p", "p_adjusted", "verdict", "seeds_needed_low",
    "seeds_needed_high", "sentence",
)  # fmt: skip


@dataclass(frozen=True)
class ArmsComparison:
    """All that can be said of the arms of a result."""

    summary: Summary
    """``summary.json``, its metric replaced if another was asked for."""
    labels: list[str]
    """Of the arms."""
    values: np.ndarray
    """The metric, ``(arms, seeds)``, NaN where a trial diverged or failed."""
    to_best: Comparison
    """Every arm against the best, a choice made after looking."""
    to_baseline: Comparison | None
    """Every arm against one named before; None without one."""
    new_samples: OfNewSamples
    """The same for new samples of the same source."""
    speaks_of: str
    """Of what the intervals speak, in few words."""
    flattery: Optimism | None
    """How much the best arm's mean owes to having been chosen; None if all diverged."""
    selected: int | None
    """The arm with the best validation metric where there is one and the metric is on test data."""
    noise: VarianceComponents | None
    """What the spread is due to, for a sweep that crosses kinds of seeds."""

    @property
    def shown(self) -> Comparison:
        """The comparison that answers the question asked: with the baseline if one was named."""
        return self.to_baseline or self.to_best


def read_comparison(
    result: Result, metric: str | None = None, margin: float | None = None, baseline: int | None = None
) -> ArmsComparison:
    """Compares the arms of a result that has ended.

    Args:
        result: The result.
        metric: Another than its own, such as ``test_loss``.
        margin: Another than its own.
        baseline: Another than its own.

    Raises:
        InputError: It has not ended, or has no such metric.
        RunError: A file is damaged.
    """
    summary = result.summary
    trials = result.finished_trials()
    labels = [arm.label for arm in result.planned_arms]
    if metric is not None:
        summary = summary.model_copy(update={"metric": described_metric(metric, summary)})
    values = values_of(trials, summary.metric.column, len(labels), summary, result)
    higher, width = summary.metric.higher_is_better, summary.margin if margin is None else margin
    reference = summary.baseline if baseline is None else baseline
    ends = summary.metric.score.ends
    to_best = compare(values, higher, margin=width, ends=ends)
    to_baseline = None if reference is None else compare(values, higher, margin=width, reference=reference, ends=ends)
    return ArmsComparison(
        summary,
        labels,
        values,
        to_best,
        to_baseline,
        of_new_samples(result, summary, values, to_best, to_baseline),
        speaks_of(result.config, summary),
        optimism(values, higher),
        _selected(trials, summary, result),
        _noise(summary, values),
    )


def described_metric(name: str, summary: Summary) -> MetricSummary:
    """A metric of a result by its name.

    Raises:
        InputError: There is no such metric.
    """
    selection = summary.selected_on or selected_on(summary.scores)
    metric, data = choose_metric(name, summary.parts, summary.scores, keyword("metric")), summary.dataset
    if metric.score.name == "loss" and not data.losses_compare:
        what = f"losses are of {data.learned}, so they are in different units; compare by {metric.part}_r2"
        raise InputError(f"{keyword('metric')}: {name}: {what}")
    refuse_units(metric, [], summary.different_losses, summary.scores, keyword("metric"))
    return described(metric, selection, data.labelled(metric.score, metric.label))


def write_comparison(result: Result, comparison: ArmsComparison) -> None:
    """Writes ``comparison.csv``, a row per arm."""
    columns = [*OWN, *OWN_NEW]
    for against in ("best", "baseline") if comparison.to_baseline else ("best",):
        columns += [f"{against}_{name}" for name in AGAINST] + [f"{against}_new_samples_{name}" for name in NEW]
    write_text(result.folder.comparison, as_csv(columns, comparison_rows(comparison)))


def comparison_rows(comparison: ArmsComparison) -> list[dict[str, Cell]]:
    """The rows of ``comparison.csv``."""
    rows: list[dict[str, Cell]] = []
    for number, label in enumerate(comparison.labels):
        against_best = comparison.to_best.arms[number]
        estimate = against_best.own
        numbers: tuple[Cell, ...] = (
            number,
            label,
            estimate.n,
            against_best.num_missing,
            estimate.mean,
            estimate.std,
            against_best.median,
            estimate.low,
            estimate.high,
        )
        new = comparison.new_samples
        row = dict(zip(OWN, numbers, strict=True)) | dict(zip(OWN_NEW, new.own[number], strict=True))
        row |= _against("best", against_best) | _new("best", new.to_best[number])
        if comparison.to_baseline and new.to_baseline:
            row |= _against("baseline", comparison.to_baseline.arms[number])
            row |= _new("baseline", new.to_baseline[number])
        rows.append(row)
    return rows


def paired_rows(compared: Comparison, labels: Sequence[str]) -> list[dict[str, Cell]]:
    """The same for arms of several results: a row for each, against the reference."""
    rows: list[dict[str, Cell]] = []
    for number, (label, arm) in enumerate(zip(labels, compared.arms, strict=True)):
        own = arm.own
        numbers: tuple[Cell, ...] = (
            number, label, own.n, arm.num_missing, own.mean, own.std, arm.median, own.low, own.high,
        )  # fmt: skip
        rows.append(dict(zip(OWN, numbers, strict=True)) | _against("reference", arm))
    return rows


def _new(prefix: str, arm: ArmForNewSamples) -> dict[str, Cell]:
    cells: tuple[Cell, ...] = (*arm.difference, arm.p, arm.p_adjusted, arm.verdict)
    return {f"{prefix}_new_samples_{name}": cell for name, cell in zip(NEW, cells, strict=True)}


def _against(prefix: str, arm: ArmComparison) -> dict[str, Cell]:
    difference = arm.difference
    interval: tuple[Cell, ...] = (difference.mean, difference.low, difference.high) if difference else ("", "", "")
    ends = (arm.new_seeds.low, arm.new_seeds.high) if arm.new_seeds else (None, None)
    needed: tuple[Cell, ...] = tuple("" if end is None else end for end in ends)
    cells: tuple[Cell, ...] = (*interval, arm.p, arm.p_adjusted, arm.verdict, *needed, arm.sentence)
    return {f"{prefix}_{name}": cell for name, cell in zip(AGAINST, cells, strict=True)}


def values_of(trials: pd.DataFrame, column: str, num_arms: int, summary: Summary, result: Result) -> np.ndarray:
    """A column of ``trials.csv`` as ``(arms, seeds)``, NaN where a trial diverged or failed.

    Raises:
        RunError: The table does not fit the summary.
    """
    place = {seed: i for i, seed in enumerate(summary.seeds)}
    values = np.full((num_arms, len(summary.seeds)), np.nan)
    try:
        seeds = [place[seed] for seed in trials["seed"].tolist()]
        values[trials["arm"].to_numpy(dtype=int), seeds] = trials[column].to_numpy(dtype=float)
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise RunError(f"{result.folder.trials}: damaged: not the trials of this {summary.word}: {error}") from None
    return values


def _selected(trials: pd.DataFrame, summary: Summary, result: Result) -> int | None:
    metric = summary.metric
    if metric.part != "test" or "validation" not in summary.parts:
        return None
    column = Column("validation", metric.score, metric.when).column
    return best_arm(values_of(trials, column, summary.num_arms, summary, result), metric.higher_is_better)


def _noise(summary: Summary, values: np.ndarray) -> VarianceComponents | None:
    """Components of the spread, if the axes are kinds of seeds and every trial ended well."""
    keys = [axis.key for axis in summary.axes]
    shape = [len(axis.values) for axis in summary.axes]
    crossed = len(keys) > 1 and set(keys) <= set(SEED_AXES) and summary.method == "grid" and min(shape) > 1
    if not crossed or values.size != np.prod(shape) or not np.isfinite(values).all():
        return None
    names = {"split_seed": "split", "init_seed": "initial weights", "order_seed": "batch order and dropout"}
    return variance_components(values.reshape(shape), [names[key] for key in keys])
