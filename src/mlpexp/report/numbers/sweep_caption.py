"""What figures say of a sweep besides its numbers: its axes and its metric, from ``summary.json`` and the arms."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd

from mlpexp.config.scores import Column, Score, column_of
from mlpexp.planning.arm_names import is_of_sizes
from mlpexp.report.words import distinct_names, short_number
from mlpexp.store.summary import AxisSummary, DatasetSummary, MetricSummary, Summary

MOST_LETTERS = 7  # of a number at an axis
MOST_DIGITS = 12  # where numbers differ in their last ones
SHORTEST_WORDS = 24  # words, lists and sections are not cut shorter than this


@dataclass(frozen=True)
class SweepAxis:
    """One varied key."""

    key: str
    """Dotted, such as ``optimizer.learning_rate``; a column of ``arms.csv``."""
    label: str
    """The key in words."""
    values: tuple[str, ...]
    """As text, in the order in which they are shown: those asked for, then others that some arm has."""
    numbers: tuple[float, ...] | None
    """The values as numbers, if all are."""
    log: bool
    """Whether a logarithmic axis suits them."""
    base: str | None
    """The value that arms have in which this axis is not varied."""
    file_name: str
    """What a figure of this axis is called after."""

    def with_values(self, places: Sequence[int]) -> "SweepAxis":
        """The axis with some of its values."""
        numbers = None if self.numbers is None else tuple(self.numbers[i] for i in places)
        return replace(self, values=tuple(self.values[i] for i in places), numbers=numbers)

    def short(self, value: str, most: int = MOST_LETTERS) -> str:
        """A value for the eye: long numbers with three digits, ``[64 × 3]`` for equal layers, long words cut.

        A section such as ``{name: sgd, momentum: 0.9}`` is ``sgd momentum 0.9``. No two values are written alike.
        """
        return _short_values(self.values, self.numbers is not None, most).get(value, value)


@cache
def _short_values(values: tuple[str, ...], are_numbers: bool, most: int) -> dict[str, str]:
    """By value what ``SweepAxis.short`` writes."""
    if not are_numbers:
        words = [value if len(value) <= MOST_LETTERS else _in_words(value) for value in values]
        return dict(zip(values, distinct_names(words, max(most, SHORTEST_WORDS)), strict=True))
    for letters in range(most, MOST_DIGITS):
        short = {value: value if len(value) <= letters else short_number(float(value), letters) for value in values}
        if len(set(short.values())) == len(values):
            return short
    return dict(zip(values, values, strict=True))


def _in_words(value: str) -> str:
    """A section without its brackets, equal layers once."""
    if value.startswith("{name: "):
        words = value.removeprefix("{name: ").removesuffix("}").replace(", ", " ").replace(": ", " ")
        return words.replace("_", " ")
    items = value.strip("[]").split(", ")
    return f"[{items[0]} × {len(items)}]" if len(items) > 2 and len(set(items)) == 1 else value


@dataclass(frozen=True)
class SweepCaption:
    """What figures say of a sweep."""

    title: str
    """Data, network and optimizer in one line."""
    method: str
    """``grid``, ``one_at_a_time``, ``random`` or ``sobol``."""
    axes: tuple[SweepAxis, ...]
    """Those with at least two values."""
    column: str
    """Of ``trials.csv``: the metric."""
    part: str
    """``test``."""
    score: Score
    """What is measured."""
    metric_label: str
    """The metric with its unit, for an axis of a figure."""
    selected_on: Column | None
    """What the epoch of the metric has the best of; None: it is the last, or each arm's own best."""
    is_best: bool
    """Whether it is the best epoch."""
    has_test: bool
    """Whether there are test data at all."""
    speaks_of: str
    """Of what intervals over seeds speak; empty where the config cannot be read."""
    named_arms: bool = False
    """Whether arms have labels of the user's own."""

    @property
    def sampled(self) -> bool:
        """Whether arms are points drawn at random, so that hardly two have a value in common."""
        return self.method in ("random", "sobol")

    @property
    def interval_note(self) -> str:
        """Of what intervals over seeds speak."""
        return f"intervals: {self.speaks_of}" if self.speaks_of else ""

    @property
    def selection_note(self) -> str:
        """Which epoch is meant, if it is not the last."""
        if self.selected_on is None:
            return f"at {EACH_ARMS_OWN}" if self.is_best else ""
        end = "highest" if self.selected_on.score.higher_is_better else "lowest"
        return f"at the epoch of {end} {self.selected_on.label}"


def sweep_caption(summary: Summary, arms: pd.DataFrame, about: str) -> SweepCaption:
    """The caption of a sweep.

    Args:
        summary: Of the result.
        arms: ``arms.csv``, axis columns as text.
        about: Of what intervals speak.

    Raises:
        KeyError: A column is not there.
    """
    metric, has_test = summary.metric, bool(summary.dataset.test)
    keys = [axis.key for axis in summary.axes]
    axes = [replace(_axis(axis, arms, keys, summary.method), label=_label(axis, summary)) for axis in summary.axes]
    return SweepCaption(
        title=summary.title,
        method=summary.method,
        axes=tuple(axis for axis in axes if len(axis.values) > 1),
        column=metric.column,
        part=metric.part,
        score=metric.score,
        metric_label=metric_label(metric.name, has_test, summary.dataset),
        selected_on=selected_on(metric),
        is_best=metric.when == "best",
        has_test=has_test,
        speaks_of=about,
        named_arms=summary.named_arms,
    )


EACH_ARMS_OWN = "each arm's own best epoch"


def selected_on(metric: MetricSummary) -> Column | None:
    """What the epoch of a metric has the best of; None: it is the last epoch, or each arm's own best one."""
    return column_of(metric.selected_on or "validation_loss") if metric.when == "best" else None


def metric_label(name: str, has_test: bool, data: DatasetSummary) -> str:
    """A column of ``metrics.csv`` in words with its unit; that of training data is said to be so."""
    column = column_of(name)
    assert column is not None
    untested = column.part == "train" and column.score.higher_is_better and not has_test
    axis = data.labelled(column.score, column.axis)
    return f"{axis}, no test split" if untested else axis


def _label(axis: AxisSummary, summary: Summary) -> str:
    """An axis in words; of older versions, which called sizes as they are written, also that they were scaled."""
    label = axis.label or axis.key.rsplit(".", 1)[-1].replace("_", " ")
    is_older = summary.match and is_of_sizes(axis.key) and not label.endswith(" (scaled)")
    return f"{label} (as written; scaled)" if is_older else label


def _axis(described: AxisSummary, arms: pd.DataFrame, keys: list[str], method: str) -> SweepAxis:
    key, base = described.key, described.base
    present = [text for text in dict.fromkeys(arms[key]) if text]  # without: the config has no such key there
    values = [value for value in described.values if value in set(present)]
    values += [text for text in present if text not in values]
    numbers = _numbers(values)
    if numbers is not None:
        values = [values[i] for i in sorted(range(len(values)), key=numbers.__getitem__)]
        numbers = sorted(numbers)
    if base not in present and method == "one_at_a_time":  # its first arm is the config itself
        base = arms.sort_values("arm")[key].iloc[0]
    last = key.rsplit(".", 1)[-1]
    ambiguous = last == "name" or [other.rsplit(".", 1)[-1] for other in keys].count(last) > 1
    return SweepAxis(
        key=key,
        label=described.label,
        values=tuple(values),
        numbers=None if numbers is None else tuple(numbers),
        log=described.log and numbers is not None and min(numbers) > 0,
        base=base,
        file_name=re.sub(r"\W+", "_", key if ambiguous else last).lower(),
    )


def _numbers(texts: list[str]) -> list[float] | None:
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return None
    return numbers if numbers and all(map(math.isfinite, numbers)) else None
