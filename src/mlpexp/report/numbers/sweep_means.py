"""Means over the seeds of a sweep, with what has diverged counted beside them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlpexp.report.numbers.sweep_caption import SweepAxis, SweepCaption
from mlpexp.statistics.intervals import mean_interval


def outcomes(trials: pd.DataFrame, caption: SweepCaption) -> pd.DataFrame:
    """One row per trial: ``trials.csv`` with the metric in the unit shown.

    Returns:
        Columns arm, seed, one per axis, value (NaN unless the trial ended well), diverged and failed. A trial whose
        metric is not a finite number counts as diverged.
    """
    value = pd.to_numeric(trials[caption.column], errors="coerce").to_numpy(dtype=float) * caption.scale
    failed = (trials["status"] == "failed").to_numpy()
    diverged = ((trials["status"] == "diverged").to_numpy() | ~np.isfinite(value)) & ~failed
    rows = trials[["arm", "seed", *(axis.key for axis in caption.axes)]].copy()
    return rows.assign(value=np.where(failed | diverged, np.nan, value), diverged=diverged, failed=failed)


def group_means(rows: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Mean and 95 % t interval over seeds of each group of trials; several trials of one seed are averaged first.

    Args:
        rows: What ``outcomes`` returns, or a part of it.
        keys: Columns that tell the groups apart.

    Returns:
        One row per group: the keys, n (seeds with a value), mean, low, high, diverged, failed, trials, and each seed's
        value as ``seed_K``.
    """
    groups = rows.groupby(list(keys), sort=False)
    seeds = rows.groupby([*keys, "seed"], sort=False)["value"].mean().unstack("seed").sort_index(axis=1)
    counts = groups[["diverged", "failed"]].sum().astype(int).assign(trials=groups.size())
    seeds = seeds.reindex(counts.index)
    found = [mean_interval(finite) if finite.size else None for finite in map(_finite, seeds.to_numpy(dtype=float))]
    values = [(0, np.nan, np.nan, np.nan) if one is None else (one.n, one.mean, one.low, one.high) for one in found]
    table = pd.DataFrame(values, columns=["n", "mean", "low", "high"], index=counts.index)
    return table.join(counts).join(seeds.rename(columns=lambda seed: f"seed_{seed}")).reset_index()


def in_order(points: pd.DataFrame, axis: SweepAxis) -> pd.DataFrame:
    """The rows by the order of an axis's values; rows without a value of it are left out."""
    place = points[axis.key].map({value: i for i, value in enumerate(axis.values)})
    return (
        points.assign(_place=place).dropna(subset="_place").sort_values("_place", kind="stable").drop(columns="_place")
    )


def seed_columns(points: pd.DataFrame) -> list[str]:
    """The columns of single seeds."""
    return [column for column in points.columns if str(column).startswith("seed_")]


def _finite(values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(values)]
