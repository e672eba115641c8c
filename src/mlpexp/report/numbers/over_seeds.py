"""What many seeds give together: curves with their mean, means of groups of trials, medians; and what is judged of them."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from mlpexp.config.scores import Score, column_of
from mlpexp.report.numbers.roughness import median_roughness
from mlpexp.report.numbers.sweep_caption import SweepAxis, SweepCaption
from mlpexp.statistics.intervals import mean_interval


def sound_seeds(rows: pd.DataFrame, diverged: AbstractSet[int]) -> pd.DataFrame:
    """The rows of seeds that did not diverge; of all seeds, if every one did."""
    sound = rows[~rows["seed"].isin(diverged)]
    return sound if len(sound) else rows


def all_diverged(rows: pd.DataFrame, diverged: AbstractSet[int]) -> str:
    """That every seed of some rows diverged, so that no mean of them says anything; empty if one did not."""
    seeds = set(rows["seed"])
    if not seeds <= diverged:
        return ""
    return f"all {len(seeds)} seeds diverged" if len(seeds) > 1 else "the seed diverged"


def mean_intervals(groups: Iterable[np.ndarray], index: pd.Index, score: Score) -> pd.DataFrame:
    """Number, mean and 95 % t interval of each group of finite values of a score as it is shown, NaN for an empty one.

    Intervals end where the score does: an accuracy at 0 and 100 %.

    Returns:
        Columns n, mean, low, high.
    """
    ends = score.floor, score.ceiling
    means = [mean_interval(values).within(*ends) if values.size else None for values in groups]
    rows = [(0, np.nan, np.nan, np.nan) if mean is None else (mean.n, mean.mean, mean.low, mean.high) for mean in means]
    return pd.DataFrame(rows, columns=["n", "mean", "low", "high"], index=index, dtype=float).astype({"n": int})


def seed_curves(metrics: pd.DataFrame, column: str) -> pd.DataFrame:
    """One metric as a table: a row per epoch, a column per seed, NaN where a seed has no row."""
    rows = metrics[["epoch", "seed", column]].drop_duplicates(["epoch", "seed"], keep="last")
    return rows.pivot(index="epoch", columns="seed", values=column).sort_index()


def diverged_seeds(metrics: pd.DataFrame, known: AbstractSet[int]) -> frozenset[int]:
    """The seeds that diverged: those that are known to have, and those whose last loss is not finite."""
    last = metrics.sort_values("epoch", kind="stable").groupby("seed").tail(1)
    losses = last[[name for name in metrics.columns if _explodes(name)]]
    exploded = ~np.isfinite(losses.to_numpy(dtype=float)).all(axis=1)
    return frozenset(int(seed) for seed in last["seed"].to_numpy()[exploded]) | frozenset(known)


def _explodes(name: str) -> bool:
    """Whether a column is a loss or error without upper end, which divergence makes infinite."""
    column = column_of(name)
    return column is not None and not column.score.higher_is_better and column.score.log_axis


def mean_curve(curves: pd.DataFrame, diverged: AbstractSet[int], score: Score) -> pd.DataFrame:
    """Mean, number of seeds and 95 % interval at each epoch, over the seeds that are still in training there.

    Diverged seeds are left out, as in the means of ``summary.json``. Epochs at which a seed that is still in training
    has no finite value are left out: the mean over the others is another quantity and would draw a step where there is
    none.

    Returns:
        Columns n, mean, low, high, indexed by epoch; no rows if all seeds have diverged.
    """
    sound = curves.loc[:, ~curves.columns.isin(diverged)]
    values = sound.to_numpy(dtype=float)
    present = np.flip(np.maximum.accumulate(np.flip(~np.isnan(values), 0), 0), 0)  # up to the last row of each seed
    complete = (np.isfinite(values) | ~present).all(1) & present.any(1)
    rows = (row[there] for row, there in zip(values[complete], present[complete], strict=True))
    return mean_intervals(rows, sound.index[complete], score)


def while_most_train(means: pd.DataFrame) -> pd.DataFrame:
    """The mean as long as half of the seeds are in training; that of the last few would seem to continue it."""
    return means[2 * means["n"] >= means["n"].max()]


def numbers_table(curves: pd.DataFrame, means: pd.DataFrame, diverged: AbstractSet[int] = frozenset()) -> pd.DataFrame:
    """Curves and their mean in one table: epoch, n, mean, low, high, roughness (of all epochs), each seed as ``seed_K``."""
    counted = means.reindex(curves.index).astype({"n": "Int64"})  # before the join: it takes all columns apart
    counted = counted.assign(roughness=median_roughness(curves, diverged))
    return counted.join(_named(curves).rename_axis(columns=None)).rename_axis("epoch").reset_index()


def outcomes(trials: pd.DataFrame, caption: SweepCaption) -> pd.DataFrame:
    """One row per trial: ``trials.csv`` with the metric in the unit shown.

    Returns:
        Columns arm, seed, one per axis, value (NaN unless the trial ended well), diverged and failed. A trial whose
        metric is not a finite number counts as diverged.
    """
    value = pd.to_numeric(trials[caption.column], errors="coerce").to_numpy(dtype=float) * caption.score.scale
    failed = (trials["status"] == "failed").to_numpy()
    diverged = ((trials["status"] == "diverged").to_numpy() | ~np.isfinite(value)) & ~failed
    rows = trials[["arm", "seed", *(axis.key for axis in caption.axes)]].copy()
    return rows.assign(value=np.where(failed | diverged, np.nan, value), diverged=diverged, failed=failed)


def group_means(rows: pd.DataFrame, keys: Sequence[str], score: Score) -> pd.DataFrame:
    """Mean and 95 % t interval over seeds of each group of trials; several trials of one seed are averaged first.

    Args:
        rows: What ``outcomes`` returns, or a part of it.
        keys: Columns that tell the groups apart.
        score: What the values are of.

    Returns:
        One row per group: the keys, n (seeds with a value), mean, low, high, diverged, failed, trials, and each seed's
        value as ``seed_K``.
    """
    groups = rows.groupby(list(keys), sort=False)
    seeds = rows.groupby([*keys, "seed"], sort=False)["value"].mean().unstack("seed").sort_index(axis=1)
    counts = groups[["diverged", "failed"]].sum().astype(int).assign(trials=groups.size())
    seeds = seeds.reindex(counts.index)
    means = mean_intervals((row[np.isfinite(row)] for row in seeds.to_numpy(dtype=float)), counts.index, score)
    return means.join(counts).join(_named(seeds)).reset_index()


def in_order(points: pd.DataFrame, axis: SweepAxis) -> pd.DataFrame:
    """The rows by the order of an axis's values; rows without a value of it are left out."""
    place = points[axis.key].map({value: i for i, value in enumerate(axis.values)})
    return (
        points.assign(_place=place).dropna(subset="_place").sort_values("_place", kind="stable").drop(columns="_place")
    )


def medians(diagnostics: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Median, least and largest value over seeds: columns layer (in the order of the network), epoch, n, median, low, high."""
    rows = diagnostics[(diagnostics["quantity"] == quantity) & np.isfinite(diagnostics["value"])]
    groups = rows.groupby(["layer", "epoch"], sort=False)["value"]
    table = groups.agg(n="count", median="median", low="min", high="max").reset_index()
    place = table["layer"].map({layer: i for i, layer in enumerate(rows["layer"].unique())})
    ordered = table.assign(place=place).sort_values(["place", "epoch"], ignore_index=True)
    return ordered.drop(columns="place")


def seed_columns(points: pd.DataFrame) -> list[str]:
    """The columns of single seeds."""
    return [column for column in points.columns if str(column).startswith("seed_")]


def _named(seeds: pd.DataFrame) -> pd.DataFrame:
    """The columns of seeds as ``seed_K``."""
    return seeds.rename(columns=lambda seed: f"seed_{seed}")
