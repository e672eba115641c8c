"""The output layer: what it makes of its linear values z, and the loss of that, each as formula and as number.

Nothing here is shared with the engine, whose formulas take both together. One sample is a row.

Axis letters: K outputs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mlpexp.analysis.gradcheck.equations import Equation, equation, partial
from mlpexp.numpy_twin.activations import Array, sigmoid
from mlpexp.numpy_twin.backprop import softmax


@dataclass(frozen=True)
class Squash:
    """An output activation that takes each value by itself; texts hold ``{z}`` and ``{a}``."""

    value: Callable[[Array], Array]
    """``a = g(z)``."""
    slope: Callable[[Array], Array]
    """``g'`` from a."""
    plain: str
    """``g(z)``."""
    latex: str
    """The same in LaTeX."""
    slope_plain: str
    """``g'`` from a."""
    slope_latex: str
    """The same in LaTeX."""


@dataclass(frozen=True)
class LossFormula:
    """A loss of outputs and targets ``(1, K)``; texts hold ``{a}``."""

    value: Callable[[Array, Array], float]
    """``L``."""
    gradient: Callable[[Array, Array], Array]
    """``dL/da``."""
    plain: str
    """``L``."""
    latex: str
    """The same in LaTeX."""
    gradient_plain: str
    """``dL/da``."""
    gradient_latex: str
    """The same in LaTeX."""


SQUASHES: Mapping[str, Squash] = {
    "none": Squash(lambda z: z, np.ones_like, "{z}", "{z}", "1", "1"),
    "sigmoid": Squash(
        sigmoid, lambda a: a * (1 - a), "sigmoid({z})", r"\sigma({z})", "{a} * (1 - {a})", r"{a} \odot (1 - {a})"
    ),
    "tanh": Squash(np.tanh, lambda a: 1 - a * a, "tanh({z})", r"\tanh({z})", "1 - {a}^2", "1 - {a}^2"),
}  # fmt: skip

CROSS_ENTROPIES: Mapping[str, LossFormula] = {
    "cross_entropy": LossFormula(
        lambda a, t: -float((t * np.log(a))[t > 0].sum()),
        lambda a, t: -t / a,
        "-sum t ln {a}", r"-\sum t \ln {a}", "-t / {a}", r"-\frac{{t}}{{{a}}}",
    ),
    "binary_cross_entropy": LossFormula(
        lambda a, t: -float(np.log(np.where(t > 0, a, 1 - a)).sum()),
        lambda a, t: (a - t) / (a * (1 - a)),
        "-sum (t ln {a} + (1 - t) ln(1 - {a}))", r"-\sum \left(t \ln {a} + (1 - t) \ln(1 - {a})\right)",
        "({a} - t) / ({a} * (1 - {a}))", r"\frac{{{a} - t}}{{{a} \odot (1 - {a})}}",
    ),
}  # fmt: skip

SQUARES: Mapping[str, Callable[[int], Fraction]] = {
    "softmax_squared_error": lambda K: Fraction(1, 2),
    "half_sum_squared_error": lambda K: Fraction(1, 2),
    "sum_squared_error": lambda K: Fraction(1),
    "mean_squared_error": lambda K: Fraction(1, K),
}


@dataclass(frozen=True, eq=False)
class OutputLayer:
    """What makes outputs of the last linear values, the loss, and what a sample counts."""

    activation: str
    """``none``, ``sigmoid``, ``tanh`` or ``softmax``."""
    loss: str
    """Its name in a config."""
    num_units: int
    """K."""
    weight: float = 1.0
    """Of the sample's class."""

    @property
    def square_factor(self) -> Fraction | None:
        """What stands before the sum of squares; None of cross-entropies."""
        return SQUARES[self.loss](self.num_units) if self.loss in SQUARES else None

    @property
    def formula(self) -> LossFormula:
        """Of the loss."""
        if self.square_factor is None:
            return CROSS_ENTROPIES[self.loss]
        return _squares(self.square_factor, self.num_units)

    def outputs(self, z_1K: Array) -> Array:
        """``a_L``, ``(1, K)``."""
        return softmax(z_1K) if self.activation == "softmax" else SQUASHES[self.activation].value(z_1K)

    def value(self, z_1K: Array, targets_1K: Array) -> float:
        """The weighted loss."""
        return self.weight * self.formula.value(self.outputs(z_1K), targets_1K)

    def gradient(self, z_1K: Array, targets_1K: Array) -> Array:
        """``dE/da_L``, ``(1, K)``."""
        return self.weight * self.formula.gradient(self.outputs(z_1K), targets_1K)

    def jacobian(self, z_1K: Array) -> Array:
        """``da_k/dz_j``, ``(K, K)``: of softmax ``a_k ((k == j) - a_j)``, else a diagonal."""
        a_1K = self.outputs(z_1K)
        if self.activation == "softmax":
            return np.diag(a_1K[0]) - a_1K.T @ a_1K
        return np.diag(SQUASHES[self.activation].slope(a_1K)[0])

    def delta(self, z_1K: Array, targets_1K: Array) -> Array:
        """``dE/dz_L``, ``(1, K)``."""
        return self.gradient(z_1K, targets_1K) @ self.jacobian(z_1K)

    def forward_equations(self, number: int, z_1K: Array) -> list[Equation]:
        """``a_L = g(z_L)``."""
        z, a = f"z_{number}", f"a_{number}"
        if self.activation == "softmax":
            plain, latex = f"exp({z}) / sum exp({z})", rf"\frac{{\exp({z})}}{{\sum \exp({z})}}"
        else:
            squash = SQUASHES[self.activation]
            plain, latex = squash.plain.format(z=z), squash.latex.format(z=z)
        return [equation(f"{a} = {plain}", f"{a} = {latex}", self.outputs(z_1K))]

    def backward_equations(self, number: int, z_1K: Array, targets_1K: Array) -> list[Equation]:
        """``dE/da_L`` and ``delta_L``."""
        z, a, delta, formula = f"z_{number}", f"a_{number}", f"delta_{number}", self.formula
        da, latex_a, latex_delta = f"dE/d{a}", partial(a), rf"\delta_{number}"
        plain, latex = formula.gradient_plain.format(a=a), formula.gradient_latex.format(a=a)
        if self.weight != 1:
            plain, latex = f"c * ({plain})", rf"c \cdot \left({latex}\right)"
        equations = [equation(f"{da} = {plain}", f"{latex_a} = {latex}", self.gradient(z_1K, targets_1K))]
        value = self.delta(z_1K, targets_1K)
        if self.activation == "softmax":
            row, latex_row = f"d{a}/d{z}", partial(z, a)
            jacobian = f"{row} = diag({a}) - {a}' {a}", rf"{latex_row} = \mathrm{{diag}}({a}) - {a}^\top {a}"
            equations.append(equation(*jacobian, self.jacobian(z_1K)))
            sides = [delta, f"{da} {row}"], [latex_delta, f"{latex_a} {latex_row}"]
        else:
            squash = SQUASHES[self.activation]
            slope, latex_slope = squash.slope_plain.format(a=a), squash.slope_latex.format(a=a)
            if self.activation != "none":
                slope, latex_slope = f"({slope})", f"({latex_slope})"
            sides = [delta, f"{da} * {slope}"], [latex_delta, rf"{latex_a} \odot {latex_slope}"]
        if self.square_factor is None:
            short = f"{a} - t" if self.weight == 1 else f"c ({a} - t)"
            for side in sides:
                side.append(short)
        return [*equations, Equation(tuple(sides[0]), tuple(sides[1]), value)]


def factor_texts(factor: Fraction) -> tuple[str, str]:
    """A factor before a term, as plain text and in LaTeX, with a space behind it; nothing for 1."""
    if factor == 1:
        return "", ""
    if factor.denominator == 1:
        return f"{factor} ", f"{factor} "
    return f"{factor} ", rf"\frac{{{factor.numerator}}}{{{factor.denominator}}} "


def _squares(factor: Fraction, num_units: int) -> LossFormula:
    (once, latex_once), (twice, latex_twice) = factor_texts(factor), factor_texts(2 * factor)
    total, latex_total = ("sum ", r"\sum ") if num_units > 1 else ("", "")
    parts = ("{a} - t",) * 2 if 2 * factor == 1 else (f"{twice}({{a}} - t)", _braced(latex_twice) + "({a} - t)")
    return LossFormula(
        lambda a, t: float(factor * 1.0) * float(np.square(a - t).sum()),
        lambda a, t: float(2 * factor) * (a - t),
        f"{once}{total}({{a}} - t)^2",
        f"{_braced(latex_once)}{latex_total}({{a}} - t)^2",
        *parts,
    )


def _braced(latex: str) -> str:
    """Braces doubled, for ``format``."""
    return latex.replace("{", "{{").replace("}", "}}")
