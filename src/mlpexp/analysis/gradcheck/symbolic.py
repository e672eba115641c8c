"""Symbolic differentiation of a tiny network with SymPy: the loss of one sample as a formula of all parameters.

Axis letters: F features, U units of a layer, K outputs.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from mlpexp.config.activations import KNOWN, Elu, LeakyRelu, Maxout, Prelu
from mlpexp.config.outputs import Output
from mlpexp.numpy_twin.activations import Array, selu_constants
from mlpexp.numpy_twin.backprop import NumpyLayer

Symbols = list[Any]  # SymPy has no types


@dataclass(frozen=True)
class Formula:
    """The loss of one sample."""

    loss: Any
    """E."""
    parameters: Symbols
    """A symbol for each parameter, in the order of the network."""
    values: dict[Any, float]
    """The value of every symbol: parameters, inputs ``x1, x2, ...``, targets ``t1, t2, ...``."""


def formula(
    layers: Sequence[NumpyLayer], x_F: Array, target_K: Array, output: Output, penalty: float, weight: float = 1.0
) -> Formula:
    """E as an expression.

    Args:
        layers: The network.
        x_F: The sample.
        target_K: Its targets; for classes what each output should be.
        output: Output activation and loss.
        penalty: Factor of the L2 penalty.
        weight: Of the sample.
    """
    values: dict[Any, float] = {}
    a = _named("x", x_F, values)
    targets = _named("t", target_K, values)
    squares = sp.Integer(0)
    parameters: Symbols = []
    for number, layer in enumerate(layers, 1):
        before = len(values)
        weights = [_named(f"W{number}_{i}", row, values) for i, row in enumerate(layer.weight, 1)]
        biases = [sp.Integer(0)] * layer.weight.shape[1]
        if layer.bias is not None:
            biases = _named(f"b{number}_", layer.bias, values)
        slopes = [] if layer.slope is None else _named(f"s{number}_", layer.slope, values)
        parameters += list(values)[before:]
        squares += sum(w**2 for row in weights for w in row)
        z = [sum((x * row[j] for x, row in zip(a, weights, strict=True)), biases[j]) for j in range(len(biases))]
        a = _activated(layer, z, slopes)
    energy = _loss(output, a, targets)
    if weight != 1:
        energy = sp.Float(weight) * energy
    return Formula(energy + sp.Float(penalty) / 2 * squares if penalty else energy, parameters, values)


def evaluated(expressions: Sequence[Any], values: dict[Any, float]) -> Array:
    """The values of expressions."""
    compute = sp.lambdify(list(values), list(expressions), modules="math", cse=True)
    return np.array(compute(*values.values()), dtype=np.float64)


def num_operations(expression: Any) -> int:
    """Additions, multiplications, powers and functions of an expression, as it stands."""
    return int(sp.count_ops(expression))


def _named(letter: str, numbers: Array, values: dict[Any, float]) -> Symbols:
    """A symbol for each number, ``letter`` and the position from 1, with an underscore where digits could be misread."""
    joint = "_" if len(numbers) > 9 and letter[-1].isdigit() else ""
    symbols = [sp.Symbol(f"{letter}{joint}{i}", real=True) for i in range(1, len(numbers) + 1)]
    values.update(zip(symbols, map(float, numbers), strict=True))
    return symbols


def _activated(layer: NumpyLayer, z_U: Symbols, slopes: Symbols) -> Symbols:
    match layer.activation:
        case Maxout(pieces=pieces):
            return [_largest(z_U[i : i + pieces]) for i in range(0, len(z_U), pieces)]
        case Prelu(name=name):
            return [_by_formula(name, z, slope=slope) for z, slope in zip(z_U, slopes, strict=True)]
        case LeakyRelu(name=name, negative_slope=slope):
            return [_by_formula(name, z, negative_slope=slope) for z in z_U]
        case Elu(alpha=alpha):
            return [_elu(z, alpha, 1.0) for z in z_U]
        case plain:
            return [BY_HAND[plain.name](z) if plain.name in BY_HAND else _by_formula(plain.name, z) for z in z_U]


def _by_formula(name: str, z: Any, **values: Any) -> Any:
    """``f(z)`` as the table of activations writes it, with the values of its parameters."""
    tree = ast.fix_missing_locations(_Cases().visit(ast.parse(KNOWN[name].formula, mode="eval")))
    return eval(compile(tree, name, "eval"), {"__builtins__": {}}, {**FUNCTIONS, **values, "x": z})  # noqa: S307


class _Cases(ast.NodeTransformer):
    """Makes ``a if c else b`` a function of the three, since no symbol is true or false."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.Call:
        return ast.Call(ast.Name("cases", ast.Load()), [self.visit(n) for n in (node.body, node.test, node.orelse)], [])


def _cases(value: Any, condition: Any, otherwise: Any) -> Any:
    return sp.Piecewise((value, condition), (otherwise, True))


def _normal_distribution(z: Any) -> Any:
    with sp.core.parameters.distribute(False):  # else it becomes 1/2 + erf(...)/2
        return (1 + sp.erf(z / sp.sqrt(2))) / 2


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": sp.exp,
    "log": sp.log,
    "tanh": sp.tanh,
    "Phi": _normal_distribution,
    "max": lambda a, b: _cases(a, a > b, b),
    "min": lambda a, b: _cases(a, a < b, b),
    "cases": _cases,
}


def _largest(pieces: Symbols) -> Any:
    """The first that is not smaller than any other."""
    cases = [(piece, sp.And(*(piece >= other for other in pieces if other is not piece))) for piece in pieces[:-1]]
    return sp.Piecewise(*cases, (pieces[-1], True))


def _elu(z: Any, alpha: float, scale: float) -> Any:
    return sp.Piecewise((scale * z, z > 0), (scale * alpha * (sp.exp(z) - 1), True))


# Where the formula of the table would make cases inside cases, or names a constant.
BY_HAND: Mapping[str, Callable[[Any], Any]] = {
    "hard_sigmoid": lambda z: sp.Piecewise((0, z <= -2), (1, z >= 2), (z / 4 + sp.Rational(1, 2), True)),
    "hard_tanh": lambda z: sp.Piecewise((-1, z <= -1), (1, z >= 1), (z, True)),
    "selu": lambda z: _elu(z, *selu_constants()),
}


def _loss(output: Output, logits_U: Symbols, targets_U: Symbols) -> Any:
    """The loss as it is defined, of outputs; of cross-entropy ``log`` and ``exp`` behind one another are put together."""
    if output.loss.name == "cross_entropy":
        return sp.log(sum(map(sp.exp, logits_U))) - sum(z * t for z, t in zip(logits_U, targets_U, strict=True))
    pairs = list(zip(_outputs(output, logits_U), targets_U, strict=True))
    if output.loss.factor is None:
        return -sum(t * sp.log(y) + (1 - t) * sp.log(1 - y) for y, t in pairs)
    factor = sp.nsimplify(output.loss.factor) / (output.num_units if output.loss.is_mean else 1)
    return sum((y - t) ** 2 for y, t in pairs) * factor


def _outputs(output: Output, logits_U: Symbols) -> Symbols:
    if output.activation == "softmax":
        powers = [sp.exp(z) for z in logits_U]
        return [power / sum(powers) for power in powers]
    return logits_U if output.activation == "none" else [_by_formula(output.activation, z) for z in logits_U]
