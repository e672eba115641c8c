"""What a comparison says of new samples of the same source: intervals of its arms, and verdicts beside those for new seeds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.config.scores import Part, Score
from mlpexp.errors import RunError
from mlpexp.planning.sample_designs import designs_of
from mlpexp.results.result import Result
from mlpexp.results.scores_of_samples import Predicted, scores_of_samples
from mlpexp.statistics.comparison import Comparison
from mlpexp.statistics.fixed_test import paired_by_sample
from mlpexp.statistics.intervals import common_differences, ends_within, mean_interval
from mlpexp.statistics.new_samples import (
    Design,
    Estimate,
    FixedTest,
    NoDesign,
    Population,
    estimate,
    wider,
)
from mlpexp.statistics.new_samples_verdicts import ArmForNewSamples, as_for_new_seeds, for_new_samples
from mlpexp.statistics.own_interval import own_interval
from mlpexp.store.frames import Absent
from mlpexp.store.summary import Summary

if TYPE_CHECKING:
    import pandas as pd

CLOSE = 1e-6  # of a score that is computed again from predictions
NOT_KEPT = "predictions were not kept; drawing the plots of an arm makes them again"
DAMAGED = "predictions.csv is damaged; without that file, drawing the plots of an arm makes predictions again"
OTHER_PART = "predictions are not of the part that the metric is of"
OTHER_EPOCH = "predictions are of the best epoch, the metric is of another; the metric best_{part}_{score} is of theirs"
NOT_BY_SAMPLE = {
    "networks": "predictions do not give the {score} of each sample; {part}_accuracy has a verdict",
    "own": "predictions do not give the {score} of each sample",
    "classification": "predictions do not give {score} by sample; {part}_accuracy has a verdict",
    "regression": "predictions do not give the {score} of each sample; {part}_r2 has a verdict",
    "maps": "the samples are the same for every seed, and maps keep no error of each",
}  # fmt: skip


@dataclass(frozen=True)
class OfNewSamples:
    """How arms do on new samples, as far as it can be said."""

    designs: tuple[Design, ...]
    """Of each arm."""
    own: tuple[tuple[float, float], ...]
    """Interval of each arm's mean; NaN where none holds."""
    to_best: tuple[ArmForNewSamples, ...]
    """Every arm against the best."""
    to_baseline: tuple[ArmForNewSamples, ...] | None
    """Every arm against one named before; None without one."""
    reason: str
    """Why nothing is said of differences; empty where it is."""
    of_differences: tuple[Design, ...]
    """The designs of the differences that are shown."""
    seeds_are_samples: bool
    """Whether each seed has samples of its own, so that new seeds are new samples."""

    @property
    def shown(self) -> tuple[ArmForNewSamples, ...]:
        """Those that answer the question asked."""
        return self.to_best if self.to_baseline is None else self.to_baseline


def of_new_samples(
    result: Result, summary: Summary, values: np.ndarray, to_best: Comparison, to_baseline: Comparison | None
) -> OfNewSamples:
    """The arms of a result, for new samples.

    Args:
        result: The result; of fixed test parts its predictions are read.
        summary: Its summary, with the metric that is asked for.
        values: The metric, ``(arms, seeds)``, NaN where there is none.
        to_best: The comparison with the best arm, for new seeds.
        to_baseline: That with the baseline.
    """
    metric, arms = summary.metric, [(result, arm) for arm in range(len(values))]
    designs = designs_of_arms(result, summary, metric.part)
    samples = BySample(designs, values, arms, summary.seeds, metric.part, metric.score)
    of_baseline = None if to_baseline is None else samples.against(to_baseline)
    return OfNewSamples(
        tuple(designs),
        samples.own(),
        samples.against(to_best),
        of_baseline,
        samples.reason,
        tuple(_of_differences(designs, to_baseline or to_best)),
        samples.seeds_are_samples,
    )


def _of_differences(designs: Sequence[Design], comparison: Comparison) -> Iterator[Design]:
    """The design of each arm against the reference."""
    for arm, design in enumerate(designs):
        if comparison.reference is not None and arm != comparison.reference:
            yield wider(design, designs[comparison.reference])


def designs_of_arms(result: Result, summary: Summary, part: Part) -> list[Design]:
    """The design of each arm of a result, for scores of a part of its data."""
    rows = result.arms.to_dict("records") if summary.axes else [{}]
    return designs_of(result.config, summary, [{str(key): cell for key, cell in row.items()} for row in rows], part)


class _NoScores(Exception):
    """There are no scores of samples; the message says why."""


class BySample:
    """Arms with their values by seed, and, where the test part is the same for all seeds, by sample."""

    def __init__(
        self,
        designs: Sequence[Design],
        values: np.ndarray,
        arms: Sequence[tuple[Result, int]],
        seeds: Sequence[int],
        part: str,
        score: Score,
    ) -> None:
        self.designs, self.values, self.arms = designs, values, arms
        self.seeds, self.part, self.score = list(seeds), part, score
        self._matrices: list[np.ndarray | None] | None = None
        self._missing = ""  # why a matrix is None

    def own(self) -> tuple[tuple[float, float], ...]:
        """The interval of each arm's mean for new samples."""
        return tuple(self._own(arm, design) for arm, design in enumerate(self.designs))

    def _own(self, arm: int, design: Design) -> tuple[float, float]:
        finite = self.values[arm][np.isfinite(self.values[arm])]
        if finite.size == 0:
            return nan, nan
        if isinstance(design, FixedTest) and not self.score.share_of_samples:
            matrix = self.matrices[arm]
            number = None if matrix is None else paired_by_sample(matrix[np.isfinite(matrix).all(axis=1)])
            low, high = (nan, nan) if number is None else number.interval()
        else:
            mean = mean_interval(finite)
            low, high = own_interval(mean.n, mean.mean, mean.std, design, is_share=self.score.share_of_samples)
        return ends_within(low, high, *self.score.ends)

    def against(self, comparison: Comparison) -> tuple[ArmForNewSamples, ...]:
        """The verdicts of a comparison for new samples."""
        if comparison.reference is None:
            return tuple(ArmForNewSamples("diverged") for _ in comparison.arms)
        if self.seeds_are_samples:
            return as_for_new_seeds(comparison)
        estimates = [self._difference(arm, comparison.reference) for arm in range(len(self.designs))]
        return for_new_samples(comparison, estimates)

    def _difference(self, arm: int, reference: int) -> Estimate | None:
        if arm == reference:
            return None
        design = wider(self.designs[arm], self.designs[reference])
        if isinstance(design, NoDesign):
            return None
        if not isinstance(design, FixedTest):
            return estimate(common_differences(self.values[arm], self.values[reference]), design)
        first, second = self.matrices[arm], self.matrices[reference]
        if first is None or second is None:
            return None
        difference_SN = first - second
        return paired_by_sample(difference_SN[np.isfinite(difference_SN).all(axis=1)])

    @property
    def seeds_are_samples(self) -> bool:
        """Whether each seed has samples of its own in every arm."""
        return all(isinstance(design, Population) for design in self.designs)

    @property
    def reason(self) -> str:
        """Why nothing is said of differences; empty where it is."""
        if len(self.designs) < 2:
            return ""
        for design in self.designs:
            if isinstance(design, NoDesign):
                return design.reason
        if self.values.shape[1] < 2:
            return "one seed has no spread to go by"
        fixed = any(isinstance(design, FixedTest) for design in self.designs)
        if not fixed or all(matrix is not None for matrix in self.matrices):
            return ""
        return self._missing

    @property
    def _not_by_sample(self) -> str:
        """Why predictions do not help, and what has a verdict."""
        return NOT_BY_SAMPLE[self.score.measured_of].format(score=self.score.label, part=self.part)

    @property
    def matrices(self) -> list[np.ndarray | None]:
        """By arm, the score of every sample, ``(seeds, samples)``; None where there are no predictions to make it of."""
        if self._matrices is None:
            self._matrices = [None] * len(self.arms)
            self._missing = self._not_by_sample
            if self.score.from_predictions != "none" and self.score.measured_of != "maps":
                tables = _Predictions()
                self._matrices = [self._matrix_or_none(tables, arm) for arm in range(len(self.arms))]
        return self._matrices

    def _matrix_or_none(self, tables: "_Predictions", arm: int) -> np.ndarray | None:
        try:
            return self._matrix(tables, arm)
        except _NoScores as missing:
            self._missing = str(missing)
        except (RunError, KeyError, ValueError):
            self._missing = DAMAGED
        return None

    def _matrix(self, tables: "_Predictions", arm: int) -> np.ndarray:
        rows = tables.of_arm(*self.arms[arm])
        rows = rows[rows["part"] == self.part]
        if rows.empty:
            raise _NoScores(OTHER_PART)
        sound = np.isfinite(self.values[arm])
        values = self.values[arm][sound]
        predicted = self._predicted(
            rows, arm, [seed for seed, is_sound in zip(self.seeds, sound, strict=True) if is_sound]
        )
        scores = scores_of_samples(self.score.from_predictions, predicted, values)
        if scores is None:
            raise _NoScores(self._not_by_sample)
        # Predictions are of the selected epoch, the metric may be of another; a loss may be another one, too.
        if not np.allclose(scores.mean(axis=1), values, rtol=CLOSE, atol=CLOSE):
            other = OTHER_EPOCH.format(part=self.part, score=self.score.name)
            raise _NoScores(self._not_by_sample if self.score.from_predictions == "loss" else other)
        matrix = np.full((len(self.seeds), scores.shape[1]), nan)
        matrix[sound] = scores
        return matrix

    def _predicted(self, rows: "pd.DataFrame", arm: int, seeds: Sequence[int]) -> Predicted:
        """The predictions of an arm by seed and sample; all seeds must share their samples."""

        def by_seed(name: str) -> np.ndarray:
            table = rows.pivot_table(index="seed", columns="index", values=name).reindex(list(seeds))
            if not np.isfinite(matrix := table.to_numpy(dtype=np.float64)).all():
                raise _NoScores(NOT_KEPT)
            return matrix

        has_probability = "probability" in rows.columns and bool(rows["probability"].notna().any())
        probability = by_seed("probability") if has_probability else None
        num_classes = len(self.arms[arm][0].summary.dataset.class_names)
        return Predicted(by_seed("target"), by_seed("predicted"), probability, num_classes)


class _Predictions:
    """Tables of predictions, each read once."""

    def __init__(self) -> None:
        self._whole: dict[int, dict[int, pd.DataFrame]] = {}

    def of_arm(self, result: Result, arm: int) -> "pd.DataFrame":
        """The predictions of an arm: those that training wrote, or those made again."""
        if id(result) not in self._whole:
            try:
                table = result.evaluation("predictions")
                self._whole[id(result)] = {int(str(number)): rows for number, rows in table.groupby("arm")}
            except Absent:
                self._whole[id(result)] = {}
        if arm in self._whole[id(result)]:
            return self._whole[id(result)][arm]
        try:
            return result.arm(arm).evaluation("predictions")
        except Absent:
            raise _NoScores(NOT_KEPT) from None
