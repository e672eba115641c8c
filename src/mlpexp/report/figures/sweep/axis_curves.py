"""The learning curves of the values of an axis, all else being equal: each seed, their mean, and what a mean hides."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from mlpexp.config.scores import PARTS, Column, column_of, headline
from mlpexp.report.drawing.axis_ranges import AxisRange, curve_range, loss_range
from mlpexp.report.drawing.explosion import Exploded
from mlpexp.report.drawing.value_axis import line_styles
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.over_seeds import mean_curve, numbers_table, seed_curves
from mlpexp.report.numbers.roughness import hidden_roughness, median_roughness
from mlpexp.report.numbers.settings import MOST_SETTINGS, Setting, settings_of, with_best
from mlpexp.report.numbers.sweep_caption import SweepAxis
from mlpexp.report.words import note, short_number

MOST_IN_FRONT = 3  # seeds that are drawn in front of means
EXPLODED = 10.0  # times its value at the start: a loss that would flatten all others


@dataclass(frozen=True)
class AxisCurves:
    """Learning curves of the values of an axis, all else being equal."""

    axis: SweepAxis
    """With the values that are shown."""
    column: Column
    """Of ``metrics.csv``."""
    setting: Setting
    """Of the other axes."""
    by_value: dict[str, pd.DataFrame]
    """For each value of which some trial did not diverge or fail, a row per epoch and a column per seed."""
    means: dict[str, pd.DataFrame]
    """For each of them, see ``mean_curve``."""
    diverged: dict[str, Exploded]
    """Of a loss, for each value of which some trial diverged, the curves of these."""

    @property
    def gone(self) -> list[str]:
        """The values of which every trial diverged or failed."""
        present = set(self.setting.outcomes[self.axis.key])
        return [value for value in self.axis.values if value in present and value not in self.means]

    @cached_property
    def hiding(self) -> list[str]:
        """The values of which the mean hides how rough training is, the roughest first."""
        values = [means["mean"].to_numpy(dtype=float) for means in self.means.values()]
        whole = float(np.ptp(np.concatenate(values))) if values else 0.0
        hidden = {value: hidden_roughness(of, self.means[value], whole) for value, of in self.by_value.items()}
        return sorted(filter(hidden.__getitem__, hidden), key=hidden.__getitem__, reverse=True)

    @property
    def in_front(self) -> dict[str, int]:
        """Of the values of which the mean hides most how rough training is: the first seed, which is drawn, too."""
        roughest = self.hiding[:MOST_IN_FRONT]
        return {value: int(self.by_value[value].columns[0]) for value in self.means if value in roughest}

    def rough_labels(self) -> dict[str, str]:
        """The values with the roughness of their curves, for a legend; none where no curve has any."""
        rough = {value: median_roughness(curves) for value, curves in self.by_value.items()}
        unit = self.column.score.unit
        labels = {
            value: f"{self.axis.short(value)} ({short_number(of, 6)}{unit})" for value, of in rough.items() if of > 0
        }
        return {value: labels.get(value, self.axis.short(value)) for value in rough} if labels else {}

    def numbers(self) -> pd.DataFrame:
        """Everything in one table; a value without a curve has one row, with n = 0."""
        tables = []
        for value in [*self.means, *self.gone]:
            table = pd.DataFrame({"epoch": [0], "n": [0], "mean": [np.nan], "low": [np.nan], "high": [np.nan]})
            if value in self.means:
                table = numbers_table(self.by_value[value], self.means[value])
            if value in self.diverged:
                seeds = (
                    self.diverged[value].curves.rename(columns=lambda seed: f"seed_{seed}").rename_axis(columns=None)
                )
                table = table.merge(seeds.reset_index(), on="epoch", how="outer").fillna({"n": 0})
            trials = self.setting.outcomes[self.setting.outcomes[self.axis.key] == value]
            counts = {"diverged": trials["diverged"].sum(), "failed": trials["failed"].sum(), "trials": len(trials)}
            told = {"metric": self.column.name, "axis": self.axis.key, "setting": self.setting.whole, "value": value}
            table = pd.DataFrame({**told, **counts}, index=table.index).join(table)
            table["seed_in_front"] = self.in_front.get(value, np.nan)
            tables.append(table if self.setting.words else table.drop(columns="setting"))
        return pd.concat(tables, ignore_index=True)


def score_column(data: ArmsData) -> Column:
    """The column of ``metrics.csv`` nearest to the metric: its part if that was measured at each epoch; for a loss what the
    model is judged by.
    """
    caption, (lowered, *others) = data.caption, data.result.summary.scores
    score = headline([lowered, *others]) if caption.score.name == lowered else caption.score.name
    names = [f"{part}_{name}" for part in (caption.part, *reversed(PARTS)) for name in (score, *others, lowered)]
    return column_named(next(name for name in names if name in data.metric_columns))


def column_named(name: str) -> Column:
    """The column of ``metrics.csv`` of this name, which is known."""
    column = column_of(name)
    assert column is not None
    return column


def axis_curves(data: ArmsData, axis: SweepAxis, columns: list[Column]) -> list[list[AxisCurves]]:
    """The curves of an axis for each setting of the others and each column, read from ``metrics.csv`` in one pass."""
    shown = with_best(data, axis)
    settings = settings_of(data, shown, most=MOST_SETTINGS)
    arms = [arm for setting in settings for arm in setting.outcomes["arm"].unique()]
    names = [column.name for column in columns]
    table = data.curves(arms, names)
    return [[_curves_of(column, shown, setting, table) for column in columns] for setting in settings]


def _curves_of(column: Column, axis: SweepAxis, setting: Setting, table: pd.DataFrame) -> AxisCurves:
    curves, exploded, styles = {}, {}, line_styles(axis)
    is_loss = column.score.log_axis and not column.score.higher_is_better
    for arm, value in setting.outcomes[["arm", axis.key]].drop_duplicates().itertuples(index=False):
        of_arm = table[table["arm"] == arm]
        rows = seed_curves(of_arm[~of_arm["diverged"]], column.name) * column.score.scale
        if rows.notna().to_numpy().any():
            curves[value] = rows.dropna(how="all")
        lost = of_arm[of_arm["diverged"]]
        if is_loss and len(lost):
            ends = lost.groupby("seed")["epoch"].max()
            exploded[value] = Exploded(styles[value], seed_curves(lost, column.name), dict(ends.items()))
    curves = {value: curves[value] for value in axis.values if value in curves}
    means = {value: mean_curve(of_value, frozenset(), column.score) for value, of_value in curves.items()}
    return AxisCurves(axis, column, setting, curves, means, exploded)


def curves_range(curves: Sequence[AxisCurves]) -> AxisRange:
    """The range of an axis for the means of all these curves."""
    means = [line.rename_axis("epoch")[["mean"]] for lines in curves for line in lines.means.values()]
    score = curves[0].column.score
    if not score.log_axis:
        return curve_range(means, frozenset(), score)
    calm = [line for line in means if not line["mean"].max() > EXPLODED * line["mean"].iloc[0]]
    limits = loss_range(calm or means, frozenset())
    if not calm or len(calm) == len(means):
        return limits
    highest = max(float(line["mean"].max()) for line in means)
    return limits._replace(note=note(limits.note, f"above the axis: values up to {highest:.2g}"))
