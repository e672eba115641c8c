"""What is said of a mean where a reader points at it: its name, value, interval and n."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mlpexp.report.numbers.over_seeds import seed_columns
from mlpexp.report.words import ALL_EQUAL, same_ends, span

DIGITS = "{:.4g}"  # of a mark whose place on paper says no more


def told_mean(point: Mapping[Any, Any], label: str, name: str = "") -> str:
    """``hidden size 4: test accuracy (%) 96.67, 95 % interval 94.1 to 99.24, mean of 3 seeds``.

    Args:
        point: A row of ``group_means``.
        label: Of the metric.
        name: Of what has this mean.
    """
    low, high = point["low"], point["high"]
    if not np.isfinite([low, high]).all():
        interval = ""
    elif same_ends(low, high):
        interval = ALL_EQUAL
    else:
        interval = f"95 % interval {span(low, high, DIGITS)}"
    lost = int(point["diverged"] + point["failed"])
    without = f"{lost} of {int(point['trials'])} trials diverged or failed" if lost else ""
    said = [f"{label} {DIGITS.format(point['mean'])}", interval, told_seeds([point["n"]]), without]
    return named(name, ", ".join(filter(None, said)))


def told_means(points: pd.DataFrame, label: str, names: Iterable[str]) -> list[str]:
    """The same of each row."""
    return [told_mean(point, label, name) for point, name in zip(points.to_dict("records"), names, strict=True)]


def told_seeds(counts: Iterable[float], middle: str = "mean") -> str:
    """``mean of 3 seeds``, ``mean of 2 to 3 seeds``, ``one seed``."""
    known = [int(count) for count in counts]
    least, most = min(known, default=0), max(known, default=0)
    return "one seed" if most == 1 else f"{middle} of {span(least, most)} seeds"


def told_of_seeds(points: pd.DataFrame, label: str, names: Iterable[str]) -> list[list[str]]:
    """What the value of each seed says, by seed as in ``seed_columns``, for each row."""
    seeds, known = seed_columns(points), list(names)
    return [
        [
            named(f"{name}, {seed_name(seed)}".removeprefix(", "), f"{label} {DIGITS.format(value)}")
            for name, value in zip(known, points[seed], strict=True)
        ]
        for seed in seeds
    ]


def seed_name(column: object) -> str:
    """``seed 3``, of a column ``seed_3`` or of the number."""
    return f"seed {str(column).removeprefix('seed_')}"


def named(name: str, said: str) -> str:
    """What is said of something with a name, or without."""
    return f"{name}: {said}" if name else said
