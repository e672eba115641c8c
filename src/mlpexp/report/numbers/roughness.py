"""How rough the curves of seeds are: one number over all of them, and what is said of it below the title of a figure."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from mlpexp.config.scores import Score
from mlpexp.report.words import short_number
from mlpexp.statistics.roughness import roughness

LEAST_SEEN = 0.005  # of what is covered
SMOOTHED = 2.0  # times as rough as the mean


def median_roughness(curves: pd.DataFrame, diverged: AbstractSet[int] = frozenset()) -> float:
    """The median of ``statistics.roughness`` over the seeds that did not diverge; NaN if it is defined for none.

    Args:
        curves: A row per epoch and a column per seed.
        diverged: Seeds that are left out.
    """
    sound = curves.loc[:, ~curves.columns.isin(diverged)]
    values = roughness(sound.to_numpy(dtype=float))
    defined = values[np.isfinite(values)]
    return float(np.median(defined)) if defined.size else np.nan


def hidden_roughness(curves: pd.DataFrame, means: pd.DataFrame, whole: float) -> float:
    """The roughness of seeds that their mean hides: it is much smoother, and they go back and forth so far that it is seen.

    Args:
        curves: A row per epoch and a column per seed.
        means: With a column ``mean``.
        whole: What the axis, or all of its lines, cover.

    Returns:
        The median over seeds; 0 where the mean hides nothing.
    """
    if curves.shape[1] < 2 or means.empty:
        return 0.0
    of_seeds, of_mean = median_roughness(curves), median_roughness(means[["mean"]])
    return of_seeds if of_seeds > max(LEAST_SEEN * whole, SMOOTHED * of_mean) else 0.0


def roughness_note(by_name: Mapping[str, float], score: Score) -> str:
    """``roughness 1.2 % (training), 2.3 % (test)``; empty where none is defined.

    Args:
        by_name: The median roughness of each line, as it is shown, by what the line is called; of one line by ``""``.
        score: Which it is of.
    """
    said = [
        f"{short_number(value, 6)}{score.unit}{f' ({name})' * bool(name)}"
        for name, value in by_name.items()
        if np.isfinite(value)
    ]
    return f"roughness {', '.join(said)}" if said else ""
