"""The NumPy network against autograd, against the engine, against finite differences, and the textbook's identities."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neural_network import MLPRegressor

from making.random_networks import ACTIVATIONS, DIFFERENTIABLE, case
from mlpexp.config.activations import PlainActivation
from mlpexp.nn import activations
from mlpexp.nn.mode import Mode
from mlpexp.numpy_twin.activations import PLAIN, selu_constants
from mlpexp.numpy_twin.backprop import (
    LOSSES,
    NumpyLayer,
    backward,
    cross_entropy,
    descend,
    differentiate,
    flattened,
    forward,
    layers_of,
    softmax,
    softmax_squared_error_gradient,
)
from mlpexp.training.losses import LOSSES as ENGINE_LOSSES

SIGMOID = PlainActivation(name="sigmoid")


def twin(network, x, y, loss, penalty=0.0):
    """Outputs, and the derivatives in the order of ``flat``."""
    layers = layers_of(network.architecture, network.flat[0].numpy())
    trace, gradients = differentiate(layers, x.numpy(), y.numpy(), LOSSES[loss], penalty)
    return trace.outputs, flattened(gradients)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_three_derivatives_are_one(activation, loss):
    network, x, y = case(activation, loss)
    outputs, by_numpy = twin(network, x, y, loss)
    chosen = ENGINE_LOSSES[loss]
    engine_outputs, by_engine = network.forward_backward(
        x[None], Mode(training=True), lambda o: chosen.gradient(o, y[None]) / len(x)
    )
    module = network.member(0)  # plain torch.nn layers
    plain = module(x)
    value = {
        "cross_entropy": lambda: F.cross_entropy(plain, y),
        "softmax_squared_error": lambda: 0.5 * (plain.softmax(1) - F.one_hot(y, 3)).square().sum(1).mean(),
        "mean_squared_error": lambda: F.mse_loss(plain, y),
    }[loss]()
    value.backward()
    by_autograd = [p.grad.T if p.ndim == 2 else p.grad for p in module.parameters()]
    np.testing.assert_allclose(outputs, engine_outputs[0], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(LOSSES[loss].value(outputs, y.numpy()).mean(), value.item(), rtol=1e-12)
    np.testing.assert_allclose(by_numpy, by_engine[0], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(by_numpy, torch.cat([g.flatten() for g in by_autograd]), rtol=1e-10, atol=1e-13)


@settings(max_examples=30)
@given(
    st.sampled_from(DIFFERENTIABLE), st.sampled_from(list(LOSSES)), st.lists(st.integers(1, 6), max_size=3), st.booleans(),
    st.floats(0, 0.5), st.integers(0, 1000),
)  # fmt: skip
def test_finite_differences_agree(activation, loss, sizes, bias, penalty, seed):
    network, x, y = case(activation, loss, bias=bias, sizes=sizes, seed=seed)
    _, gradient = twin(network, x, y, loss, penalty)
    direction = np.random.default_rng(seed).standard_normal(gradient.size)
    point = network.flat[0].numpy()

    def objective(step):
        layers = layers_of(network.architecture, point + step * direction)
        losses = LOSSES[loss].value(forward(layers, x.numpy()).outputs, y.numpy())
        return losses.mean() + penalty / 2 * sum((layer.weight**2).sum() for layer in layers)

    slopes = [(objective(h) - objective(-h)) / (2 * h) for h in (1e-5, 1e-6, 1e-7)]
    gap = min(abs(slope - gradient @ direction) for slope in slopes)  # a kink may lie within the longer steps
    assert gap <= 1e-6 * max(1.0, np.abs(gradient).sum())


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_float32_stays_float32(activation):
    network, x, y = case(activation, "cross_entropy", dtype=torch.float32)
    layers = layers_of(network.architecture, network.flat[0].numpy())
    trace, gradients = differentiate(layers, x.numpy(), y.numpy(), LOSSES["cross_entropy"], 0.1)
    assert {array.dtype for array in (*trace.z, *trace.a, flattened(gradients))} == {np.dtype("float32")}


def test_a_step_changes_the_parameters_that_the_layers_are_views_of():
    network, x, y = case("prelu", "cross_entropy")
    before = network.flat[0].clone()
    layers = layers_of(network.architecture, network.flat[0].numpy())
    _, gradients = differentiate(layers, x.numpy(), y.numpy(), LOSSES["cross_entropy"])
    descend(layers, gradients, 0.25)
    np.testing.assert_allclose(network.flat[0], before - 0.25 * torch.from_numpy(flattened(gradients)), rtol=1e-13)


def test_the_constants_of_selu_follow_from_their_formula():
    assert selu_constants() == pytest.approx((activations.SELU_ALPHA, activations.SELU_SCALE), rel=1e-14)


def test_large_values_overflow_nowhere():
    z = np.array([-1e4, -800.0, 0.0, 800.0, 1e4])
    for function in PLAIN.values():
        a = function.value(z)
        assert np.isfinite(a).all()
        assert np.isfinite(function.derivative(z, a)).all()
    outputs, target = np.array([[1e4, -1e4, 0.0]]), np.array([1])
    assert cross_entropy(outputs, target) == pytest.approx([2e4])


def test_scikit_learn_takes_the_same_step():
    """Its squared error is 1/2 (o - t)^2 for one output, hence twice the rate there."""
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((12, 3)), generator.standard_normal(12)
    other = MLPRegressor(
        hidden_layer_sizes=(4,), activation="tanh", solver="sgd", alpha=0.0, momentum=0.0, batch_size=12,
        learning_rate_init=0.2, shuffle=False, random_state=0,
    )  # fmt: skip
    other.partial_fit(x, y)  # makes the weights, and moves them
    (w1, w2), (b1, b2) = ([each.copy() for each in group] for group in (other.coefs_, other.intercepts_))
    layers = [NumpyLayer(w1, b1, PlainActivation(name="tanh")), NumpyLayer(w2, b2)]
    other.partial_fit(x, y)
    _, gradients = differentiate(layers, x, y[:, None], LOSSES["mean_squared_error"])
    descend(layers, gradients, 0.1)
    for layer, weight, bias in zip(layers, other.coefs_, other.intercepts_, strict=True):
        np.testing.assert_allclose(layer.weight, weight, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(layer.bias, bias, rtol=1e-10, atol=1e-12)


# Identities of textbooks.


def test_squared_error_on_softmax_output():
    """``dE/dnet_j = y_j (y_j - z_j) - sum_m y_j y_m (y_m - z_m)`` for E = 1/2 sum_j (y_j - z_j)^2, y the softmax."""
    generator = np.random.default_rng(1)
    net, target = generator.standard_normal((5, 4)), generator.integers(0, 4, 5)
    y, z = softmax(net), np.eye(4)[target]
    expected = np.empty_like(net)
    for b in range(5):
        for j in range(4):
            cross = sum(y[b, j] * y[b, m] * (y[b, m] - z[b, m]) for m in range(4))
            expected[b, j] = y[b, j] * (y[b, j] - z[b, j]) - cross
    np.testing.assert_allclose(softmax_squared_error_gradient(net, target), expected, rtol=1e-12, atol=1e-15)


def test_linear_sigmoid_linear_softmax_squared_error_by_formulas():
    """The whole network, each derivative written out with sums, one sample."""
    generator = np.random.default_rng(2)
    x, target = generator.standard_normal(3), 1
    v, w = generator.standard_normal((3, 4)), generator.standard_normal((4, 2))  # input to hidden, hidden to output
    b, c = generator.standard_normal(4), generator.standard_normal(2)
    alpha = np.array([sum(x[i] * v[i, h] for i in range(3)) + b[h] for h in range(4)])
    hidden = 1 / (1 + np.exp(-alpha))
    net = np.array([sum(hidden[h] * w[h, j] for h in range(4)) + c[j] for j in range(2)])
    y, z = np.exp(net) / np.exp(net).sum(), np.eye(2)[target]
    g = [y[j] * (y[j] - z[j]) - sum(y[j] * y[m] * (y[m] - z[m]) for m in range(2)) for j in range(2)]
    e = [-sum(g[j] * w[h, j] for j in range(2)) * hidden[h] * (1 - hidden[h]) for h in range(4)]  # -(dE/db)(db/dalpha)
    layers = [NumpyLayer(v, b, SIGMOID), NumpyLayer(w, c)]
    _, (first, second) = differentiate(layers, x[None], np.array([target]), LOSSES["softmax_squared_error"])
    np.testing.assert_allclose(second.delta[0], g, rtol=1e-12)
    np.testing.assert_allclose(second.weight, [[g[j] * hidden[h] for j in range(2)] for h in range(4)], rtol=1e-12)
    np.testing.assert_allclose(first.delta[0], np.negative(e), rtol=1e-12)
    before, eta = v.copy(), 0.7
    descend(layers, [first, second], eta)
    delta_v = [[eta * e[h] * x[i] for h in range(4)] for i in range(3)]  # the update rule: eta e_h x_i
    np.testing.assert_allclose(v - before, delta_v, rtol=1e-9)


def test_summed_cross_entropy_of_three_rows():
    """True-class logits 0.65, 0.51, 0.72 with probabilities that round to 0.42, 0.42, 0.44: 2.5469 in all."""

    def summed(change):
        """With one rival class, whose logit leaves the true class its probability."""
        pairs = [(0.65, 0.42), (0.51, 0.42), (0.72, 0.44)]
        rows = [[logit, logit + np.log(1 / (p + change) - 1)] for logit, p in pairs]
        return cross_entropy(np.array(rows), np.zeros(3, dtype=int)).sum()

    assert summed(0.0) == pytest.approx(-2 * np.log(0.42) - np.log(0.44), rel=1e-12)
    assert summed(0.005) < 2.5469 < summed(-0.005)


def test_matrix_derivative_of_a_squared_error():
    """``J = |sigmoid(W'x + b) - z|^2``: ``dJ/dW = 2 x ((y - z) * y * (1 - y))'``, ``dJ/db = 2 (y - z) * y * (1 - y)``."""
    generator = np.random.default_rng(4)
    w, b = generator.standard_normal((3, 2)), generator.standard_normal(2)
    x, z = generator.standard_normal((3, 1)), generator.standard_normal((2, 1))
    y = 1 / (1 + np.exp(-(w.T @ x + b[:, None])))
    inner = (y - z) * y * (1 - y)
    layers = [NumpyLayer(w, b, SIGMOID)]
    trace = forward(layers, x.T)
    (d,) = backward(layers, trace, 2 * (trace.outputs - z.T))
    np.testing.assert_allclose(d.weight, 2 * x @ inner.T, rtol=1e-12)
    np.testing.assert_allclose(d.bias, 2 * inner[:, 0], rtol=1e-12)


def test_matrix_form_of_backpropagation():
    """``delta_l = f'(z_l) * (W_{l+1}' delta_{l+1})``, ``dW_l = delta_l a_{l-1}'`` with columns as samples."""
    network, x, y = case("tanh", "cross_entropy")
    layers = layers_of(network.architecture, network.flat[0].numpy())
    trace, gradients = differentiate(layers, x[:1].numpy(), y[:1].numpy(), LOSSES["cross_entropy"])
    w = [layer.weight.T for layer in layers]  # (out, in), as in textbooks
    delta = (softmax(trace.outputs) - np.eye(3)[y[:1]]).T
    for place in (2, 1, 0):
        if place < 2:
            delta = (1 - np.tanh(trace.z[place].T) ** 2) * (w[place + 1].T @ delta)
        np.testing.assert_allclose(gradients[place].delta.T, delta, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(gradients[place].weight.T, delta @ trace.inputs[place], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(gradients[place].bias, delta[:, 0], rtol=1e-12, atol=1e-15)


def test_products_of_identity_layers_are_one_linear_map():
    network, x, _ = case("identity", "mean_squared_error", bias=False)
    layers = layers_of(network.architecture, network.flat[0].numpy())
    collapsed = layers[0].weight @ layers[1].weight @ layers[2].weight
    np.testing.assert_allclose(forward(layers, x.numpy()).outputs, x.numpy() @ collapsed, rtol=1e-12, atol=1e-13)
