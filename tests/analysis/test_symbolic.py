"""Formulas of tiny networks against the network's own derivatives."""

import numpy as np
import pytest
import sympy as sp

from making.random_networks import DIFFERENTIABLE, case
from mlpexp.analysis.gradcheck.symbolic import evaluated, formula, num_operations
from mlpexp.config.outputs import output_for
from mlpexp.numpy_twin.backprop import LOSSES, differentiate, flattened, layers_of


def made(activation, loss, penalty=0.0):
    """The formula for one sample of a network 4-2-3, and the derivatives by NumPy."""
    network, x, y = case(activation, loss, sizes=(2,))
    layers = layers_of(network.architecture, network.flat[0].numpy())
    sample, target = x[0].numpy(), y[0].numpy()
    onehot = target if loss == "mean_squared_error" else np.eye(3)[target]
    _, gradients = differentiate(layers, x[:1].numpy(), y[:1].numpy(), LOSSES[loss], penalty)
    output = output_for(loss, None, num_classes=0 if loss == "mean_squared_error" else 3, num_targets=3)
    return formula(layers, sample, onehot, output, penalty), flattened(gradients)


@pytest.mark.parametrize("activation", DIFFERENTIABLE, ids=str)
def test_the_value_of_each_derivative(activation):
    found, expected = made(activation, "mean_squared_error")
    some = slice(None, None, 4)  # of every tensor at least one; all would take seconds
    derivatives = [sp.diff(found.loss, symbol) for symbol in found.parameters[some]]
    np.testing.assert_allclose(evaluated(derivatives, found.values), expected[some], rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_value_with_each_loss_and_a_penalty(loss):
    found, expected = made("sigmoid", loss, penalty=0.3)
    some = [0, 3, 9, 15, -1]
    derivatives = [sp.diff(found.loss, found.parameters[i]) for i in some]
    np.testing.assert_allclose(evaluated(derivatives, found.values), expected[some], rtol=1e-9, atol=1e-13)


def test_the_formula_of_a_linear_unit_is_the_textbook_s():
    network, x, y = case("identity", "mean_squared_error", sizes=())
    layers = layers_of(network.architecture, network.flat[0].numpy())
    output = output_for("mean_squared_error", None, num_classes=0, num_targets=3)
    found = formula(layers, x[0].numpy(), y[0].numpy(), output, 0.0)
    w, b, inputs, t = sp.symbols("W1_11 W1_21 W1_31 W1_41"), sp.Symbol("b1_1"), sp.symbols("x1:5"), sp.Symbol("t1")
    real = {symbol: sp.Symbol(symbol.name, real=True) for symbol in (*w, b, *inputs, t)}
    expected = sp.Rational(2, 3) * (sum(a * c for a, c in zip(w, inputs, strict=True)) + b - t) * inputs[1]
    derivative = sp.diff(found.loss, real[w[1]])
    assert sp.expand(derivative - expected.subs(real)) == 0
    assert num_operations(derivative) > 0
