"""Functions of one variable to approximate."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlpexp.config.datasets import FunctionName


@dataclass(frozen=True)
class TargetFunction:
    """A function and where it is sampled."""

    formula: str
    """For titles and tables."""
    interval: tuple[float, float]
    """The lowest and the highest x."""
    values: Callable[[np.ndarray], np.ndarray]
    """The function itself, element by element."""


FUNCTIONS: dict[FunctionName, TargetFunction] = {
    "sine": TargetFunction("sin(x)", (-np.pi, np.pi), np.sin),
    "cosine": TargetFunction("cos(x)", (-np.pi, np.pi), np.cos),
    "step": TargetFunction("1 if x >= 0 else 0", (-1.0, 1.0), lambda x: np.heaviside(x, 1.0)),
    "abs": TargetFunction("|x|", (-1.0, 1.0), np.abs),
    "square": TargetFunction("x^2", (-1.0, 1.0), np.square),
    "cubic": TargetFunction("x^3", (-1.0, 1.0), lambda x: x**3),
    "exp": TargetFunction("exp(x)", (-2.0, 2.0), np.exp),
    "sinc": TargetFunction("sin(pi x) / (pi x)", (-4.0, 4.0), np.sinc),
    "sawtooth": TargetFunction("x - floor(x)", (-2.0, 2.0), lambda x: x - np.floor(x)),
    # The Chebyshev polynomial of degree 5: between -1 and 1, with four bends.
    "polynomial": TargetFunction("16 x^5 - 20 x^3 + 5 x", (-1.0, 1.0), lambda x: 16 * x**5 - 20 * x**3 + 5 * x),
}
