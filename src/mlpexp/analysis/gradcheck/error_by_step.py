"""How wrong central differences are at each of many steps, and the two errors that make up the whole.

Axis letters: S steps, N entries.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlpexp.analysis.gradcheck.central_differences import differences_at
from mlpexp.analysis.gradcheck.derivatives import reverse_mode
from mlpexp.analysis.gradcheck.objective import Objective

MANY_STEPS = tuple(
    float(step) for step in 10.0 ** np.arange(-1.0, -12.5, -0.5)
)  # times the larger of 1 and the parameter


def error_by_step(objective: Objective, tried: Sequence[int]) -> pd.DataFrame:
    """Errors relative to the largest derivative of the network, a row for each of ``MANY_STEPS``.

    The rounding line is ``eps |E| / h``: each of the two values of E is wrong by up to about ``eps |E| / 2``, and their
    difference is divided by 2h. The truncation line is ``c h^2``, where c is a third derivative: here the smallest
    ``error / h^2``. A step over a kink errs by more.

    Args:
        objective: On one batch, in float64.
        tried: Of which parameters, at least one.

    Returns:
        Columns step, largest, median, truncation, rounding.

    References:
        Press, Teukolsky, Vetterling and Flannery (2007), "Numerical recipes", section 5.7.
    """
    exact = reverse_mode(objective)
    entries, size = np.array(tried), float(np.abs(exact).max()) or 1.0
    at_steps_SN = differences_at(objective, objective.point, entries, MANY_STEPS, objective.chunk_size())
    errors_SN = np.abs(at_steps_SN - exact[entries]) / size
    h_S, largest_S = np.array(MANY_STEPS), errors_SN.max(1)
    value = abs(float(objective(objective.network.flat.detach())[0]))
    return pd.DataFrame(
        {
            "step": h_S,
            "largest": largest_S,
            "median": np.median(errors_SN, axis=1),
            "truncation": (largest_S / h_S**2).min() * h_S**2,
            "rounding": np.finfo(np.float64).eps * value / h_S / size,
        }
    )
