"""Where the noise comes from: the split, the initial draw, the order of batches, or the rest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True)
class Component:
    """One source of noise."""

    name: str
    """Its name, such as ``split``."""
    std: float
    """Standard deviation that it adds to a value, in the value's unit; 0 where the estimate of the variance is
    negative.
    """
    share: float
    """Its part of the total variance, between 0 and 1; the shares of all components sum to 1."""


@dataclass(frozen=True)
class VarianceComponents:
    """The noise of one value by its sources."""

    factors: tuple[Component, ...]
    """The main effect of each factor, in the order given."""
    rest: Component
    """Interactions of factors, and the residual."""
    std: float
    """Standard deviation of one value with all factors drawn anew: the noise floor."""


def variance_components(values: np.ndarray, names: Sequence[str]) -> VarianceComponents:
    """Components of a crossed design ``(a, b, ...)``, one value per cell, one axis per named factor, each level a random draw.

    The ANOVA estimators: mean squares of all main effects and interactions equal their expectations. In this balanced
    design ``E MS_S = sum over T containing S of (number of cells per level of T) var_T``, whose inverse for a set S is
    ``var_S = sum over T containing S of (-1)^(|T| - |S|) MS_T / (number of cells per level of S)``. They are unbiased for
    any distribution, interactions or not; an estimate below 0 means little noise and is shown as 0. Expect them to be
    rough: with 5 levels the std of a factor has a relative error of about 1/3.

    Raises:
        ValueError: There are fewer than two factors, a factor has one level, a name is missing, or a value is not finite.

    References:
        Searle, Casella and McCulloch (1992), "Variance components", chapter 4: balanced data.
    """
    values = np.asarray(values, dtype=np.float64)
    _check(values, names)
    axes = range(values.ndim)
    subsets = [frozenset(subset) for size in range(1, values.ndim + 1) for subset in combinations(axes, size)]
    squares = {subset: _mean_square(values, subset) for subset in subsets}
    variances = {subset: _variance(squares, subset, values.shape) for subset in subsets}
    mains = [max(0.0, variances[frozenset({axis})]) for axis in axes]
    rest = max(0.0, sum(variance for subset, variance in variances.items() if len(subset) > 1))
    total = sum(mains) + rest

    def component(name: str, variance: float) -> Component:
        return Component(name, math.sqrt(variance), variance / total if total > 0 else 0.0)

    factors = tuple(component(name, variance) for name, variance in zip(names, mains, strict=True))
    return VarianceComponents(factors, component("rest", rest), math.sqrt(total))


def _mean_square(values: np.ndarray, subset: frozenset[int]) -> float:
    """Mean square of the main effect (one axis) or interaction (several) of the axes in the subset."""
    others = tuple(axis for axis in range(values.ndim) if axis not in subset)
    effect = values.mean(axis=others, keepdims=True)
    for axis in subset:
        effect = effect - effect.mean(axis=axis, keepdims=True)
    degrees = math.prod(values.shape[axis] - 1 for axis in subset)
    return float((effect**2).sum()) * values.size / effect.size / degrees


def _variance(squares: dict[frozenset[int], float], subset: frozenset[int], shape: tuple[int, ...]) -> float:
    """Unbiased estimate of the variance of one effect, possibly negative."""
    signed = sum((-1) ** (len(larger) - len(subset)) * square for larger, square in squares.items() if larger >= subset)
    return signed / math.prod(levels for axis, levels in enumerate(shape) if axis not in subset)


def _check(values: np.ndarray, names: Sequence[str]) -> None:
    if values.ndim < 2 or len(names) != values.ndim:
        raise ValueError(
            f"values of shape {values.shape} with {len(names)} names: expected one axis per factor, 2 or more"
        )
    if min(values.shape) < 2:
        raise ValueError(f"values of shape {values.shape}: expected 2 or more levels of each factor")
    if not np.isfinite(values).all():
        raise ValueError("a crossed design needs a finite value in every cell")
