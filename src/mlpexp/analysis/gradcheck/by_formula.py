"""Derivatives as formulas, and their values beside those of reverse mode, for the first sample of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp

from mlpexp.analysis.gradcheck.derivatives import reverse_mode
from mlpexp.analysis.gradcheck.objective import Objective
from mlpexp.analysis.gradcheck.symbolic import evaluated, formula, num_operations
from mlpexp.architectures.architecture import Architecture
from mlpexp.config.activations import STEP_FUNCTIONS
from mlpexp.config.networks import Mlp
from mlpexp.config.outputs import Output
from mlpexp.config.words import did_you_mean
from mlpexp.errors import DerivativeError, InputError
from mlpexp.numpy_twin.backprop import layers_of
from mlpexp.numpy_twin.outputs import codes
from mlpexp.planning.prepare import Prepared

MOST_PARAMETERS = 40
ALL = "all"  # instead of the name of a parameter


@dataclass(frozen=True)
class FormulaDerivative:
    """The derivative of E with respect to one parameter."""

    symbol: str
    """Of the parameter in formulas: ``W1_12``."""
    parameter: str
    """Its place in the network: ``dense1.weight[0,1]``."""
    value: float
    """Of the parameter."""
    plain: str
    """The formula as text."""
    latex: str
    """The whole equation in LaTeX."""
    num_operations: int
    """Of the formula, as it stands."""
    by_formula: float
    """The derivative."""
    reverse_mode: float
    """The same by reverse mode."""


@dataclass(frozen=True)
class Derivation:
    """The derivatives that were asked for."""

    sample: Mapping[str, float]
    """Inputs and targets, by their symbols."""
    num_operations: int
    """Of E, as it stands."""
    derivatives: Sequence[FormulaDerivative]
    """In the order of the network."""
    difference: float
    """The largest between the two ways, divided by the largest derivative of all."""


def check_size(prepared: Prepared) -> None:
    """Refuses what would take formulas of many pages.

    Raises:
        InputError: The network is too large, or not a plain multilayer perceptron.
    """
    model, count = prepared.experiment.model, prepared.architecture.num_parameters
    if not isinstance(model, Mlp):
        raise InputError(f"--symbolic: is for mlp, not for {model.name}")
    if model.dropout > 0 or model.batch_norm:
        raise InputError("--symbolic: is for networks without dropout and batch normalization")
    given = model.activation if isinstance(model.activation, tuple) else (model.activation,)
    if any(activation.name in STEP_FUNCTIONS for activation in given):
        raise InputError("--symbolic: table_sigmoid is a step function, which no formula differentiates; use sigmoid")
    if count > MOST_PARAMETERS:
        raise InputError(
            f"--symbolic: {count:,} parameters make formulas that nobody reads; at most {MOST_PARAMETERS}, "
            "for example with --set model.hidden_sizes=[2]"
        )


def derivation(objective: Objective, output: Output, name: str) -> Derivation:
    """dE/dw of the first sample by formula and by reverse mode.

    Args:
        objective: Of a network that ``check_size`` allows.
        output: Activation and loss.
        name: The symbol of a parameter, or ``all``.

    Raises:
        InputError: There is no such parameter.
        DerivativeError: A formula cannot be evaluated.
    """
    sample = replace(objective, inputs=objective.inputs[:, :1], targets=objective.targets[:, :1])
    layers = layers_of(sample.network.architecture, sample.point.numpy())
    target = sample.targets[0, 0].numpy()
    if output.num_classes:
        target = codes(output, target[None], np.zeros((1, output.num_units)))[0]
    weight = 1.0 if sample.sample_weights is None else float(sample.sample_weights[0])
    energy = formula(layers, sample.inputs[0, 0].numpy().ravel(), target, output, sample.penalty, weight)
    places = _places([str(symbol) for symbol in energy.parameters], name)
    formulas = [sp.diff(energy.loss, energy.parameters[place]) for place in places]
    try:
        values, reverse = evaluated(formulas, energy.values), reverse_mode(sample)
    except OverflowError:
        raise DerivativeError("--symbolic: an exponential in the formulas overflows at these weights") from None
    paths = _paths(sample.network.architecture)
    derivatives = [
        _derivative(
            energy.parameters[place], paths[place], energy.values, expression, float(value), float(reverse[place])
        )
        for place, expression, value in zip(places, formulas, values, strict=True)
    ]
    of_sample = {str(symbol): value for symbol, value in energy.values.items() if symbol not in energy.parameters}
    difference = float(np.abs(values - reverse[places]).max() / (np.abs(reverse).max() or 1.0))
    return Derivation(of_sample, num_operations(energy.loss), derivatives, difference)


def check_difference(derived: Derivation, tolerance: float) -> None:
    """Demands that both ways agree.

    Raises:
        DerivativeError: They do not.
    """
    if not derived.difference <= tolerance:
        raise DerivativeError(
            f"--symbolic: formula and reverse mode differ by {derived.difference:.1e}, more than the tolerance of {tolerance:g}"
        )


def _places(symbols: list[str], name: str) -> list[int]:
    if name not in (ALL, *symbols):
        ends = f"; the parameters are {symbols[0]} .. {symbols[-1]}" if len(symbols) > 20 else ""
        raise InputError(f"--symbolic: {name!r} is not a parameter{did_you_mean(name, symbols) or ends}")
    return [place for place, symbol in enumerate(symbols) if name in (ALL, symbol)]


def _derivative(
    symbol: Any, path: str, values: Mapping[Any, float], expression: Any, by_formula: float, reverse: float
) -> FormulaDerivative:
    latex = rf"\frac{{\partial E}}{{\partial {sp.latex(symbol)}}} = {sp.latex(expression)}"
    plain, count = sp.sstr(expression), num_operations(expression)
    return FormulaDerivative(str(symbol), path, values[symbol], plain, latex, count, by_formula, reverse)


def _paths(architecture: Architecture) -> list[str]:
    """``dense1.weight[0,1]`` and so on."""
    return [
        f"{segment.name}[{','.join(map(str, index))}]"
        for segment in architecture.layout
        for index in np.ndindex(segment.parameter.shape)
    ]
