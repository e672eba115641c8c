"""One step as equations, against torch: automatic differentiation, its losses, its optimizers."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from making.configs import ROOT
from making.random_networks import ACTIVATIONS, case
from mlpexp.analysis.gradcheck.chain_rule import backward_section, step_on, tensors
from mlpexp.analysis.gradcheck.first_step import Update
from mlpexp.analysis.gradcheck.output_layer import SQUARES, OutputLayer
from mlpexp.analysis.gradcheck.six_steps import graph_of
from mlpexp.analysis.gradcheck.textbook_names import textbook_sections
from mlpexp.config.optimization import Adagrad, Adam, AdamW, Rmsprop, Sgd
from mlpexp.numpy_twin.backprop import flattened, layers_of

PLAIN = Update(Sgd(name="sgd", learning_rate=0.1))
OUTPUTS = {
    "none": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda z: torch.softmax(z, -1),
}
PAIRS = [
    ("softmax", "cross_entropy"),
    ("sigmoid", "binary_cross_entropy"),
    *((activation, loss) for activation in OUTPUTS for loss in SQUARES),
]


def loss_of(outputs, targets, loss):
    match loss:
        case "cross_entropy":
            return -(targets * outputs.log()).sum()
        case "binary_cross_entropy":
            return F.binary_cross_entropy(outputs, targets, reduction="sum")
        case "sum_squared_error":
            return F.mse_loss(outputs, targets, reduction="sum")
        case "mean_squared_error":
            return F.mse_loss(outputs, targets)
    return F.mse_loss(outputs, targets, reduction="sum") / 2


def made(activation, pair, *, penalty=0.0, weight=1.0, update=PLAIN, **network):
    """A step on one sample, and the derivatives and the objective by torch."""
    output_activation, loss = pair
    stack, x, _ = case(activation, "mean_squared_error", **network)
    targets = torch.tensor([[0.0, 1.0, 0.0]], dtype=torch.float64)
    layers = layers_of(stack.architecture, stack.flat[0].numpy().copy())
    output = OutputLayer(output_activation, loss, 3, weight)
    step = step_on(layers, x[:1].numpy(), targets.numpy(), output, penalty, update)
    flat = stack.flat.detach().clone().requires_grad_()
    network = type(stack)(stack.architecture, flat, stack.buffers)
    outputs = OUTPUTS[output_activation](network(x[None, :1])[0])
    weights = torch.from_numpy(stack.architecture.penalized)
    objective = weight * loss_of(outputs, targets, loss) + penalty / 2 * (weights * flat.square()).sum()
    objective.backward()
    return step, flat, objective.item()


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_every_activation(activation, bias):
    step, flat, objective = made(activation, PAIRS[0], bias=bias)
    np.testing.assert_allclose(flattened(step.gradients), flat.grad[0], rtol=1e-9, atol=1e-13)
    assert step.objective == pytest.approx(objective)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_the_derivative_of_an_activation_is_a_formula_of_z_and_a(activation):
    """What is printed has the value that is printed beside it, where it can be computed."""
    step, _, _ = made(activation, PAIRS[0], sizes=(3,))
    shown = next(each for each in backward_section(step).equations if each.plain[0].startswith("f'(z_1) = "))
    text = shown.plain[0].partition(" = ")[2]
    assert not {"x", "y", "slope", "negative_slope", "alpha"} & set(re.findall(r"[a-z_]+", text.replace("a_1", "")))
    if re.fullmatch(r"[-+*/()\d. ^az_]+", text):
        z, a = step.trace.z[0], step.trace.a[0]
        value = eval(text.replace("^", "**"), {"z_1": z, "a_1": a})
        np.testing.assert_allclose(np.broadcast_to(value, z.shape), shown.value, rtol=1e-9)


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
@pytest.mark.parametrize("sizes", [(), (2,), (3, 2)])
def test_every_output_with_every_loss(pair, sizes):
    step, flat, objective = made("sigmoid", pair, sizes=sizes, penalty=0.3, weight=1.7)
    np.testing.assert_allclose(flattened(step.gradients), flat.grad[0], rtol=1e-9, atol=1e-13)
    assert step.objective == pytest.approx(objective)


OPTIMIZERS = [
    (Sgd(name="sgd", learning_rate=0.1, momentum=0.9), torch.optim.SGD, {"momentum": 0.9}),
    (
        Sgd(name="sgd", learning_rate=0.1, momentum=0.9, nesterov=True),
        torch.optim.SGD,
        {"momentum": 0.9, "nesterov": True},
    ),
    (Adagrad(name="adagrad", learning_rate=0.1), torch.optim.Adagrad, {}),
    (Rmsprop(name="rmsprop", learning_rate=0.1), torch.optim.RMSprop, {}),
    (Adam(name="adam", learning_rate=0.1), torch.optim.Adam, {}),
    (AdamW(name="adamw", learning_rate=0.1, weight_decay=0.0), torch.optim.AdamW, {"weight_decay": 0.0}),
]


@pytest.mark.parametrize(("optimizer", "torchs", "keys"), OPTIMIZERS, ids=lambda value: str(value)[:30])
@pytest.mark.parametrize("clip", [None, 0.01])
def test_the_first_step_of_every_optimizer(optimizer, torchs, keys, clip):
    step, flat, _ = made("tanh", PAIRS[0], update=Update(optimizer, clip))
    if clip is not None:
        torch.nn.utils.clip_grad_norm_([flat], clip)
    torchs([flat], lr=0.1, **keys).step()
    after = np.concatenate([value.ravel() for layer in step.after for _, value in tensors(layer)])
    np.testing.assert_allclose(after, flat.detach()[0], rtol=1e-9, atol=1e-12)


def values_of(step):
    """Of the textbooks' equations, by their left side."""
    sections = textbook_sections(step)
    return {each.plain[0].partition(" = ")[0]: each.value for section in sections for each in section.equations}


@pytest.mark.parametrize("pair", PAIRS, ids=" ".join)
def test_textbook_formulas_give_the_same(pair):
    """The formulas for the last layer, and the error terms of the hidden one."""
    step, _, _ = made("sigmoid", pair, sizes=(2,))
    values, (first, last) = values_of(step), step.gradients
    close = {"rtol": 1e-9, "atol": 1e-13}
    np.testing.assert_allclose(values["dv_ih"], -0.1 * first.weight, **close)
    np.testing.assert_allclose(values["dw_hj"], -0.1 * last.weight, **close)
    np.testing.assert_allclose(values["dgamma_h"], 0.1 * first.bias, **close)
    np.testing.assert_allclose(values["dtheta_j"], 0.1 * last.bias, **close)
    if pair[0] == "softmax":
        name = "dE/dnet_j" if pair[1] in SQUARES else "dE/dz_2"
        np.testing.assert_allclose(np.atleast_2d(values[name]), last.delta, **close)
    if pair[0] == "sigmoid" and pair[1] in SQUARES:
        np.testing.assert_allclose(values["dJ/dW"], last.weight, **close)
        np.testing.assert_allclose(values["dJ/db"][:, 0], last.bias, **close)


@pytest.mark.parametrize("numbers", [(1.0, 0.0, 0.0), (2.0, -0.7, 0.3), (-1.5, 3.0, 1.0)])
def test_the_graph_of_six_steps(numbers):
    x, w, b = (torch.tensor(number, dtype=torch.float64, requires_grad=True) for number in numbers)
    h = [w * x]
    for function in (lambda v: v + b, torch.neg, torch.exp, lambda v: v + 1, torch.reciprocal):
        h.append(function(h[-1]))
    graph = graph_of(*numbers)
    assert [node.value for node in graph.nodes] == pytest.approx([node.item() for node in h])
    reverse = torch.autograd.grad(h[-1], h, retain_graph=True)
    assert graph.reverse == pytest.approx([derivative.item() for derivative in reverse])
    forward = [torch.autograd.grad(node, w, retain_graph=True)[0].item() for node in h]
    assert graph.forward == pytest.approx(forward)


def test_the_graph_s_numbers_in_the_documentation():
    text = (ROOT / "docs/derivatives.md").read_text()
    graph = graph_of(1.0, 0.0, 0.0)
    for node, reverse, forward in zip(graph.nodes, graph.reverse, graph.forward, strict=True):
        row = next(line for line in text.splitlines() if line.startswith("| `h_") and f"= {node.plain}`" in line)
        cells = [cell.strip() for cell in row.split("|")]
        assert [float(cells[i]) for i in (2, 4, 5)] == [node.value, reverse, forward]
