"""How rough the curves of seeds are: one number over all of them, and what is said of it below the title of a figure."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import numpy as np
import pandas as pd

from mlpexp.config.scores import Score
from mlpexp.report.words import short_number
from mlpexp.statistics.roughness import roughness


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
