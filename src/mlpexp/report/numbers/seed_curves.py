"""Metrics of many seeds over epochs, and their mean."""

from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from mlpexp.statistics.intervals import mean_interval


def seed_curves(metrics: pd.DataFrame, column: str) -> pd.DataFrame:
    """One metric as a table: a row per epoch, a column per seed, NaN where a seed has no row."""
    rows = metrics[["epoch", "seed", column]].drop_duplicates(["epoch", "seed"], keep="last")
    return rows.pivot(index="epoch", columns="seed", values=column).sort_index()


def diverged_seeds(metrics: pd.DataFrame, known: AbstractSet[int]) -> frozenset[int]:
    """The seeds that diverged: those that are known to have, and those whose last loss is not finite."""
    last = metrics.sort_values("epoch", kind="stable").groupby("seed").tail(1)
    losses = last[[column for column in metrics.columns if column.endswith(("_loss", "_quantization_error"))]]
    exploded = ~np.isfinite(losses.to_numpy(dtype=float)).all(axis=1)
    return frozenset(int(seed) for seed in last["seed"].to_numpy()[exploded]) | frozenset(known)


def mean_curve(curves: pd.DataFrame, diverged: AbstractSet[int]) -> pd.DataFrame:
    """Mean, number of seeds and 95 % interval at each epoch, over the seeds that are still in training there.

    Diverged seeds are left out, as in the means of ``summary.json``; if all have diverged, none is. Epochs at which a
    seed that is still in training has no finite value are left out: the mean over the others is another quantity and
    would draw a step where there is none.

    Returns:
        Columns n, mean, low, high, indexed by epoch.
    """
    sound = curves.loc[:, ~curves.columns.isin(diverged)]
    if sound.empty or sound.shape[1] == 0:
        sound = curves
    values = sound.to_numpy(dtype=float)
    present = np.flip(np.maximum.accumulate(np.flip(~np.isnan(values), 0), 0), 0)  # up to the last row of each seed
    complete = (np.isfinite(values) | ~present).all(1) & present.any(1)
    intervals = [mean_interval(row[here]) for row, here in zip(values[complete], present[complete], strict=True)]
    rows = [(one.n, one.mean, one.low, one.high) for one in intervals]
    return pd.DataFrame(rows, columns=["n", "mean", "low", "high"], index=sound.index[complete])


def numbers_table(part: str, curves: pd.DataFrame, means: pd.DataFrame) -> pd.DataFrame:
    """The numbers of one part in one table: part, epoch, n, mean, low, high, and each seed as ``seed_K``."""
    each = curves.rename(columns=lambda seed: f"seed_{seed}").rename_axis(columns=None)
    table = means.reindex(curves.index).join(each)
    table["n"] = table["n"].astype("Int64")
    table.insert(0, "part", part)
    return table.rename_axis("epoch").reset_index()
