"""What a learning-rate range test suggests, and on what grounds.

Axis letters: M members, T steps.
"""

from dataclasses import dataclass
from math import log10

import numpy as np

from mlpexp.analysis.find_lr.search import rate_of, rung_of
from mlpexp.asking import keyword

DIVERGED = 2.0  # times the loss before the first step: above that a member has diverged
SAFETY = 10.0  # below the rate at which the first member diverges
BELOW_LOWEST = 4.0  # below the rate with the lowest loss, where no member diverges
LEAST_FALL = 0.02  # of the median loss: with less, nothing was learned at any rate
NEIGHBOURS = log10(2.0)  # decades to each side for the slope


@dataclass(frozen=True)
class RateChoice:
    """A learning rate to try."""

    suggested: float | None
    """The rate, rounded to 1, 2 or 5 times a power of ten; None if no rate lowers the loss."""
    fastest: float | None
    """Where the median loss falls fastest per decade; None likewise, or if there are too few steps to say."""
    lowest: float
    """Where the median loss is lowest."""
    first_divergence: float | None
    """The rate at which the first member diverges; None if none does."""
    num_diverged: int
    """How many members diverge up to the last rate."""
    num_members: int
    """Of how many."""

    @property
    def start(self) -> float:
        """Around which rate others are to be tried: the suggestion; without one what it would be if the loss fell."""
        rate = self.lowest if self.first_divergence is None else min(self.lowest, self.first_divergence / SAFETY)
        return rounded(rate) if self.suggested is None else self.suggested

    def sentences(self, *, decides: bool = True) -> list[str]:
        """The suggestion with its grounds, then what else there is to say.

        Args:
            decides: Whether that is the answer; else other rates are tried around it.
        """
        several = self.num_members > 1
        if self.suggested is None:
            none = "no suggestion" if decides else "the range test proposes nothing"
            return [f"{none}: the median loss never falls {100 * LEAST_FALL:.0f} % below that at the start"]
        loss = "the median loss" if several else "the loss"
        first = f"the first of {self.num_members} seeds" if several else "the seed"
        if self.first_divergence is None:
            none = f"none of {self.num_members} seeds" if several else "the seed never"
            grounds = [f"a quarter of {self.lowest:.2g}, where {loss} is lowest"]
            grounds.append(
                f"{none} diverges; a larger {keyword('high')} may show where {'they do' if several else 'it does'}"
            )
        elif self.first_divergence / SAFETY <= self.lowest:
            grounds = [f"a tenth of {self.first_divergence:.2g}, the rate at which {first} diverges"]
        else:
            grounds = [f"{loss} is lowest at {self.lowest:.2g}"]
            grounds.append(
                f"it is less than a tenth of {self.first_divergence:.2g}, the rate at which {first} diverges"
            )
        falls = "" if self.fastest is None else f"falls fastest at {self.fastest:.2g} and "
        ends = f"diverged in the end: {self.num_diverged} of {self.num_members}"
        ground, *others = grounds
        proposal = "try learning rate" if decides else "the range test proposes"
        return [
            f"{proposal} {self.suggested:g}: {ground}",
            *others,
            f"{loss} {falls}is lowest at {self.lowest:.2g}; {ends}",
        ]


def cut_at_divergence(losses_M: np.ndarray) -> np.ndarray:
    """The losses ``(M, T + 1)``, infinite for each member from where its own is first above twice that at the start."""
    exploded = np.logical_or.accumulate(losses_M > DIVERGED * losses_M[:, :1], axis=1)
    return np.where(exploded, np.inf, losses_M)


def choose_rate(rates_T: np.ndarray, losses_M: np.ndarray) -> RateChoice:
    """A suggestion from the losses of members while the rate grows.

    It is a tenth of the rate at which the first member diverges (in the test a rate acts for a few steps, in training
    for thousands), but not more than the rate with the lowest median loss. Where no member diverges, it is a quarter of
    the latter. (The rate of the steepest descent, often recommended, lies too low for plain gradient descent:
    ``docs/learning_rate.md`` has both, measured.)

    Args:
        rates_T: Ascending, ``(T,)``.
        losses_M: Before the first step and after each, ``(M, T + 1)``, of ``cut_at_divergence``.
    """
    diverged = np.isinf(losses_M[:, 1:])
    median = median_loss(losses_M)
    best = int(np.argmin(median[1:]))
    first = float(rates_T[diverged.any(0).argmax()]) if diverged.any() else None
    num_diverged, lowest = int(diverged[:, -1].sum()), float(rates_T[best])
    if not median[1:].min() < (1 - LEAST_FALL) * median[0]:
        return RateChoice(None, None, lowest, first, num_diverged, len(losses_M))
    suggested = rounded(min(first / SAFETY, lowest) if first is not None else lowest / BELOW_LOWEST)
    slope = slopes(rates_T, median[1:])[: best + 1]
    fastest = float(rates_T[int(np.nanargmin(slope))]) if np.isfinite(slope).any() else None
    return RateChoice(suggested, fastest, lowest, first, num_diverged, len(losses_M))


def median_loss(losses_M: np.ndarray) -> np.ndarray:
    """Median over members, ``(T + 1,)``; a member that diverged stays in it, as infinitely bad."""
    return np.asarray(np.quantile(losses_M, 0.5, axis=0, method="higher"))


def slopes(rates_T: np.ndarray, losses_T: np.ndarray) -> np.ndarray:
    """Change of the loss per decade at each rate, ``(T,)``: of the least-squares line within a factor of 2 to each side.

    NaN where that range has infinite losses, or fewer than three values.
    """
    decades = np.log10(rates_T)
    slope_T = np.full(len(rates_T), np.nan)
    for i, here in enumerate(decades):
        near = np.abs(decades - here) <= NEIGHBOURS + 1e-9
        if near.sum() >= 3 and np.isfinite(losses_T[near]).all():
            slope_T[i] = np.polyfit(decades[near], losses_T[near], 1)[0]
    return slope_T


def rounded(rate: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten, on a logarithmic scale."""
    return rate_of(rung_of(rate))
