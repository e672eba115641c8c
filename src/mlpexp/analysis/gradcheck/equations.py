"""Equations with their values, in sections: what an explanation consists of."""

from dataclasses import dataclass

import numpy as np

from mlpexp.numpy_twin.activations import Array


@dataclass(frozen=True, eq=False)
class Equation:
    """``left = formula = ... = value``."""

    plain: tuple[str, ...]
    """Sides as plain text, the value aside."""
    latex: tuple[str, ...]
    """The same in LaTeX."""
    value: Array
    """A number, row or matrix."""


@dataclass(frozen=True, eq=False)
class Section:
    """A heading and a sentence (mathematics between dollars), names, and equations."""

    title: str
    """The heading; mathematics stands between dollars."""
    sentence: str
    """Mathematics stands between dollars."""
    equations: list[Equation]
    """In the order in which they are computed."""
    names: tuple[str, ...] = ()
    """Lines below the sentence with names out of the data, which may hold any sign."""


@dataclass(frozen=True)
class Beside:
    """A derivative, computed twice."""

    plain: str
    """``dE/dW_1[1,1]``."""
    latex: str
    """The same in LaTeX."""
    by_hand: float
    """By the NumPy network."""
    reverse_mode: float
    """By automatic differentiation."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """The chain rule with the numbers of one network and one sample."""

    title: str
    """Of the whole."""
    sections: list[Section]
    """In the order in which they are read."""
    derivatives: list[Beside]
    """Values by hand beside those of reverse mode."""
    largest_difference: float
    """Of all derivatives, also those that are not listed."""
    count: int
    """Of all derivatives."""


def equation(plain: str, latex: str, value: Array | float | None) -> Equation:
    """One with a single side, which may itself hold an equals sign."""
    assert value is not None
    return Equation((plain,), (latex,), np.asarray(value, dtype=np.float64))


def partial(name: str, of: str = "E") -> str:
    """``dE/dname`` in LaTeX."""
    return rf"\frac{{\partial {of}}}{{\partial {name}}}"
