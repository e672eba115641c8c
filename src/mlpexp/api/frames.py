"""The tables of a result as tidy frames: a row for each thing measured, with its arm, label, axes and seed in columns."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from mlpexp.errors import InputError
from mlpexp.results.comparison import comparison_rows, read_comparison
from mlpexp.store.frames import Absent, complete_table

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.results.result import Result

WHY_ABSENT = {
    "metrics": "no epoch has been measured yet",
    "trials": "no trial has ended yet",
    "arms": "it is a run of an older version, which has no such table",
    "diagnostics": 'they were not asked for; train with set={"diagnostics": "cheap"}',
    "columns": "it was not trained on a table of your own",
    "predictions": "they were not kept; `.predict` computes them for any samples",
}
"""By the name of a table, why it may not be there."""


def arms(result: "Result") -> "pd.DataFrame":
    """A row for each arm: its number, label, values of the axes, hidden sizes, parameters, steps and epochs."""
    table = _there(result, "arms", lambda: result.arms)
    return _typed(table, [axis.key for axis in result.summary.axes])


def of_trials(result: "Result", name: str) -> "pd.DataFrame":
    """``metrics``, ``trials``, ``diagnostics`` or ``predictions``: arm, label and axes first, then seed and the rest.

    Raises:
        InputError: There is no such table; the sentence says why.
        RunError: It is damaged.
    """
    readers: dict[str, Callable[[], pd.DataFrame]] = {
        "metrics": lambda: result.metrics,
        "trials": lambda: result.trials,
        "diagnostics": lambda: result.diagnostics,
        "predictions": lambda: result.evaluation("predictions"),
    }
    table = _there(result, name, readers[name])
    keys = [axis.key for axis in result.summary.axes]
    rows = table.drop(columns=[key for key in keys if key in table.columns])
    if not result.summary.axes:
        rows.insert(1, "label", result.planned_arms[0].label)
        return rows
    return arms(result)[["arm", "label", *keys]].merge(rows, on="arm")


def columns(result: "Result") -> "pd.DataFrame":
    """What was understood of the columns of a table of one's own.

    Raises:
        InputError: It was trained on something else.
    """
    return _there(result, "columns", lambda: complete_table(result.path / "columns.csv", {"levels", "examples"}))


def comparison(result: "Result") -> "pd.DataFrame":
    """A row for each arm: label, axes, n, mean, interval, and what it is against the best arm and the baseline.

    Raises:
        InputError: It has one arm, or has not ended.
    """
    import pandas as pd

    if not result.summary.axes:
        raise InputError(f"{result.path}: has one arm, so there is nothing to compare; `.trials` has its scores")
    table = pd.DataFrame(comparison_rows(read_comparison(result))).replace("", None)
    keys = [axis.key for axis in result.summary.axes]
    return arms(result)[["arm", "label", *keys]].merge(table.drop(columns="label").infer_objects(), on="arm")


def _there(result: "Result", name: str, read: "Callable[[], pd.DataFrame]") -> "pd.DataFrame":
    try:
        return read()
    except Absent:
        raise InputError(f"{result.path}: has no {name}: {_why_absent(result, name)}") from None


def _why_absent(result: "Result", name: str) -> str:
    if name == "predictions" and not result.summary.complete:
        return WHY_ABSENT["trials"]
    if name == "predictions" and result.summary.model.name == "som":
        return "a map predicts nothing"
    return WHY_ABSENT[name]


def _typed(table: "pd.DataFrame", keys: Sequence[str]) -> "pd.DataFrame":
    """With axes whose values are all numbers as numbers."""
    import pandas as pd

    table = table.copy()
    for key in keys:
        numbers = pd.to_numeric(table[key], errors="coerce")
        if numbers.notna().all():
            table[key] = numbers
    return table


FRAMES: dict[str, "Callable[[Result], pd.DataFrame]"] = {
    "arms": arms,
    "columns": columns,
    "comparison": comparison,
    **{name: partial(of_trials, name=name) for name in ("metrics", "trials", "diagnostics", "predictions")},
}
"""By name, what makes the frame."""
