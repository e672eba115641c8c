"""Derivatives by central differences, at the step that suits each of them, and a guard against kinks.

Axis letters: N entries, S steps, P parameters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlpexp.analysis.gradcheck.checks import STEPS

EVALUATIONS = 2 * len(STEPS)  # per entry; one more for the point itself
ROUNDING = 10 * np.finfo(np.float64).eps  # of the objective, relative; sums over a batch round more than once


@dataclass(frozen=True)
class Differences:
    """Derivatives with respect to some parameters."""

    values: NDArray[np.float64]
    """``(N,)``."""
    steps: NDArray[np.float64]
    """The one of ``STEPS`` that was chosen for each, ``(N,)``."""
    rounding: NDArray[np.float64]
    """What the rounding of the objective can have done to each, ``(N,)``."""
    kinks: NDArray[np.bool_]
    """Whether the objective has a kink there, ``(N,)``: then no difference is a derivative."""
    by_step: NDArray[np.float64]
    """The values at every step, ``(S, N)``."""


def central_differences(
    objective: Callable[[Tensor], Tensor], point_P: Tensor, entries_N: NDArray[np.int64], chunk: int
) -> Differences:
    """``(E(w + h) - E(w - h)) / 2h`` for some entries of w.

    The step is the one whose estimate agrees best with that of the next shorter one, which needs no knowledge of the
    derivative: a longer one errs by the third derivative or steps over a kink, a shorter one errs by rounding. A kink
    (ReLU at 0, a tie in max pooling) closer than that shows in the slopes to both sides: their difference shrinks with the
    step where the function is smooth, and stays where it has a kink.

    Args:
        objective: From points ``(n, P)`` to values ``(n,)``.
        point_P: w.
        entries_N: Which entries.
        chunk: How many points to evaluate at once.

    References:
        Press, Teukolsky, Vetterling and Flannery (2007), "Numerical recipes", section 5.7.
    """
    here = float(_values(objective, point_P, entries_N[:1], np.zeros(1), 1)[0])
    h_SN, above, below = _both_sides(objective, point_P, entries_N, STEPS, chunk)
    slopes = (above - below) / (2 * h_SN)
    rounding = ROUNDING * abs(here) / h_SN
    best_N = (np.pad(np.abs(np.diff(slopes, axis=0)), ((0, 1), (0, 0))) + rounding).argmin(0)
    column = np.arange(len(entries_N))
    return Differences(
        slopes[best_N, column],
        np.array(STEPS)[best_N],
        rounding[best_N, column],
        _has_kink((above - 2 * here + below) / h_SN, rounding, best_N),
        slopes,
    )


def differences_at(
    objective: Callable[[Tensor], Tensor],
    point_P: Tensor,
    entries_N: NDArray[np.int64],
    steps: Sequence[float],
    chunk: int,
) -> NDArray[np.float64]:
    """``(E(w + h) - E(w - h)) / 2h`` for some entries of w at each of some steps, ``(S, N)``; as above."""
    h_SN, above, below = _both_sides(objective, point_P, entries_N, steps, chunk)
    return (above - below) / (2 * h_SN)


def _both_sides(
    objective: Callable[[Tensor], Tensor],
    point_P: Tensor,
    entries_N: NDArray[np.int64],
    steps: Sequence[float],
    chunk: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The distances ``(S, N)``, and the objective so far above and below: steps times the larger of 1 and the entry."""
    size = point_P[torch.from_numpy(entries_N).to(point_P.device)].abs().clamp(min=1.0).cpu().numpy()
    h_SN = np.array(steps)[:, None] * size
    above, below = (
        _values(objective, point_P, np.tile(entries_N, len(steps)), sign * h_SN.ravel(), chunk).reshape(h_SN.shape)
        for sign in (1.0, -1.0)
    )
    return h_SN, above, below


def _has_kink(
    turn_SN: NDArray[np.float64], rounding_SN: NDArray[np.float64], best_N: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether the difference of the slopes to both sides stays as the step becomes ten times shorter."""
    column = np.arange(len(best_N))
    longer = np.minimum(best_N, len(STEPS) - 2)
    before, after = (np.abs(turn_SN[row, column]) for row in (longer, longer + 1))
    return (after > 0.5 * before) & (after > 40 * rounding_SN[longer + 1, column])


@torch.no_grad()
def _values(
    objective: Callable[[Tensor], Tensor],
    point_P: Tensor,
    entries: NDArray[np.int64],
    moves: NDArray[np.float64],
    chunk: int,
) -> NDArray[np.float64]:
    """The objective after moving one entry each."""
    values = []
    for start in range(0, len(entries), chunk):
        moved = torch.from_numpy(entries[start : start + chunk]).to(point_P.device)
        points = point_P.repeat(len(moved), 1)
        points[torch.arange(len(moved)), moved] += torch.from_numpy(moves[start : start + chunk]).to(points)
        values.append(objective(points).cpu().numpy())
    return np.concatenate(values)
