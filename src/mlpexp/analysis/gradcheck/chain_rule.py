"""The chain rule with numbers: one step of a small network on one sample, as equations.

Hidden layers come out of ``numpy_twin/backprop.py``, the output layer out of ``output_layer.py``. Samples are rows.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from math import sqrt

import numpy as np

from mlpexp.analysis.gradcheck.equations import Equation, Section, equation, partial
from mlpexp.analysis.gradcheck.first_step import Update
from mlpexp.analysis.gradcheck.hidden_layer import activation_texts, slope_texts, slopes
from mlpexp.analysis.gradcheck.output_layer import OutputLayer
from mlpexp.config.activations import Maxout, PlainActivation
from mlpexp.config.optimization import Sgd
from mlpexp.numpy_twin.activations import Array
from mlpexp.numpy_twin.backprop import Gradient, NumpyLayer, Trace, backward, forward

LETTERS = (("W", "weight"), ("b", "bias"), ("s", "slope"))


@dataclass(frozen=True, eq=False)
class Step:
    """One step: the layers before it, the sample's forward and backward pass, the layers after it."""

    layers: list[NumpyLayer]
    """Before the step."""
    output: OutputLayer
    """What follows the last layer's linear values."""
    targets: Array
    """``t``, ``(1, K)``."""
    penalty: float
    """Factor of the L2 penalty, lambda."""
    update: Update
    """How the parameters move."""
    trace: Trace
    """Of the forward pass; what the last layer gives here is ``z_L``."""
    gradients: list[Gradient]
    """By layer, the penalty included."""
    after: list[NumpyLayer]
    """After the step."""
    loss: float
    """The weighted loss, without the penalty."""
    objective: float
    """E."""
    objective_after: float
    """E after the step."""
    shortening: float
    """The factor that a gradient gets whose norm is above the allowed one."""

    @property
    def depth(self) -> int:
        """Number of layers, L."""
        return len(self.layers)

    @property
    def outputs(self) -> Array:
        """``a_L``, ``(1, K)``."""
        return self.output.outputs(self.trace.outputs)

    @property
    def is_loss_alone(self) -> bool:
        """Whether E is no more than the loss."""
        return self.penalty == 0 and self.output.weight == 1

    @property
    def loss_name(self) -> str:
        """Of the loss in formulas: E where there is nothing else, L where it is weighted or penalized."""
        return "E" if self.is_loss_alone else "L"


def step_on(
    layers: Sequence[NumpyLayer], x_1F: Array, targets_1K: Array, output: OutputLayer, penalty: float, update: Update
) -> Step:
    """Forward pass, backward pass and update; the layers given are not changed."""
    trace = forward(layers, x_1F)
    gradients = backward(layers, trace, output.delta(trace.outputs, targets_1K))
    for layer, d in zip(layers, gradients, strict=True):
        d.weight[...] += penalty * layer.weight
    norm = sqrt(sum(float(np.square(array).sum()) for d in gradients for _, array in tensors(d)))
    after, shortening = deepcopy(list(layers)), update.shortening(norm)
    for layer, d in zip(after, gradients, strict=True):
        derivatives = dict(tensors(d))
        for letter, parameter in tensors(layer):
            parameter[...] = update.moved(parameter, shortening * derivatives[letter], decays=letter == "W")
    loss = output.value(trace.outputs, targets_1K)
    objective = loss + _penalty(layers, penalty)
    objective_after = output.value(forward(after, x_1F).outputs, targets_1K) + _penalty(after, penalty)
    return Step(
        list(layers), output, targets_1K, penalty, update, trace, gradients, after, loss, objective, objective_after,
        shortening,
    )  # fmt: skip


def tensors(owner: NumpyLayer | Gradient) -> list[tuple[str, Array]]:
    """Weights, biases and slopes that there are, by their letter."""
    values = ((letter, getattr(owner, name)) for letter, name in LETTERS)
    return [(letter, value) for letter, value in values if value is not None]


def network_section(step: Step, sentence: str) -> Section:
    """The parameters; in the order of the network."""
    return Section("The network", sentence, [equation(name, name, value) for name, value in _parameters(step.layers)])


def forward_section(step: Step) -> Section:
    """``z_l`` and ``a_l`` of each layer, and E."""
    equations = []
    for number, layer in enumerate(step.layers, 1):
        bias = "" if layer.bias is None else f" + b_{number}"
        linear = f"z_{number} = a_{number - 1} W_{number}{bias}"
        z_1U = step.trace.z[number - 1]
        equations.append(equation(linear, linear, z_1U))
        if number == step.depth:
            equations += step.output.forward_equations(number, z_1U)
        else:
            plain, latex = activation_texts(layer, number)
            equations.append(equation(f"a_{number} = {plain}", f"a_{number} = {latex}", step.trace.a[number - 1]))
    return Section("Forward", "Each layer computes $z = a W + b$ and $a = f(z)$.", equations + _objective(step))


def backward_section(step: Step) -> Section:
    """The delta of each layer and its derivatives, from the last layer to the first."""
    last = step.depth
    equations = step.output.backward_equations(last, step.trace.outputs, step.targets)
    equations += _derivatives(step, last)
    for number in range(last - 1, 0, -1):
        equations += _hidden_delta(step, number) + _derivatives(step, number)
    return Section("Backward", "The delta of a layer is the derivative of $E$ with respect to its $z$.", equations)


def one_weight_section(step: Step) -> Section:
    """``dE/dW_1[1,1]`` as the product of its factors."""
    x = float(step.trace.inputs[0][0, 0])
    left = ("dE/dW_1[1,1]", partial("W_{1,11}"))
    if step.depth == 1:
        unit = "" if step.output.num_units == 1 else "[1]"
        start = (f"dE/dz_1{unit}", partial("z_{1,1}" if unit else "z_1"))
        factors, before = [float(step.gradients[0].delta[0, 0])], list[Equation]()
    else:
        start, factors, before = _way_to_first_unit(step)
        slope = float(slopes(step.layers[0], step.trace.z[0], step.trace.a[0])[0, 0])
        start = (
            f"{start[0]} * da_1[1]/dz_1[1]",
            rf"{start[1]} {partial('z_{1,1}', 'a_{1,1}')}",
        )
        factors.append(slope)
    chain = (f"{start[0]} * dz_1[1]/dW_1[1,1]", rf"{start[1]} {partial('W_{1,11}', 'z_{1,1}')}")
    product = product_text([*factors, x])
    if step.penalty:
        chain = (f"{chain[0]} + lambda W_1[1,1]", rf"{chain[1]} + \lambda W_{{1,11}}")
        product += f" + {product_text([step.penalty, float(step.layers[0].weight[0, 0])])}"
    whole = Equation(
        (left[0], chain[0], product), (left[1], chain[1], _latex_product(product)), step.gradients[0].weight[0, 0]
    )
    return Section(
        "One weight, factor by factor",
        "The way from the error back to the first weight of the first layer.",
        [*before, whole],
    )


def update_section(step: Step) -> Section:
    """Each parameter after the step, and E."""
    optimizer, first = step.update.optimizer, step.update.first
    equations = []
    rate = f"{optimizer.learning_rate:g}"
    for name, values in _parameters(step.after):
        short = "" if step.shortening == 1 else f"{number_text(step.shortening)} "
        plain_g, latex_g = f"dE/d{name}", partial(name)
        if first.plain(optimizer, "g") != "g" or short:
            plain_g = latex_g = "g"
        kept = f"(1 - {rate} * {optimizer.weight_decay:g}) " if optimizer.weight_decay and name[0] == "W" else ""
        plain = f"{name} <- {kept}{name} - {rate} {first.plain(optimizer, plain_g)}"
        latex = rf"{name} \leftarrow {_latex_product(kept)}{name} - {rate} {first.latex(optimizer, latex_g)}"
        equations.append(equation(plain, latex, values))
    equations.append(equation("E after the step", r"E \text{ after the step}", step.objective_after))
    return Section("Update", _update_sentence(step), equations)


def _update_sentence(step: Step) -> str:
    optimizer, first = step.update.optimizer, step.update.first
    kind: str = "gradient descent" if isinstance(optimizer, Sgd) else optimizer.name
    if isinstance(optimizer, Sgd) and optimizer.momentum:
        kind += f" and momentum {optimizer.momentum:g} (nothing is remembered yet)"
    sentence = f"One step of {kind} with learning rate {optimizer.learning_rate:g}."
    if step.shortening != 1:
        return f"{sentence} Its gradient is longer than {step.update.clip:g}: $g$ is it times {step.shortening:.4g}."
    if first.plain(optimizer, "g") != "g":
        return f"{sentence} Here $g$ is the derivative of $E$, value by value."
    return sentence


def _parameters(layers: Sequence[NumpyLayer]) -> list[tuple[str, Array]]:
    return [(f"{letter}_{i}", value) for i, layer in enumerate(layers, 1) for letter, value in tensors(layer)]


def _penalty(layers: Sequence[NumpyLayer], penalty: float) -> float:
    return penalty / 2 * sum(float(np.square(layer.weight).sum()) for layer in layers)


def _objective(step: Step) -> list[Equation]:
    """E, and its terms where it is more than the loss."""
    a = f"a_{step.depth}"
    formula, z_1K = step.output.formula, step.trace.outputs
    plain, latex = formula.plain.format(a=a), formula.latex.format(a=a)
    if step.is_loss_alone:
        return [equation(f"E = {plain}", f"E = {latex}", step.objective)]
    weight, penalty = step.output.weight, step.penalty
    equations = [equation(f"L = {plain}", f"L = {latex}", formula.value(step.output.outputs(z_1K), step.targets))]
    sides = ["L"], ["L"]
    if weight != 1:
        equations.insert(0, equation("c", "c", weight))
        sides = ["c L"], ["c L"]
    if penalty:
        squares = [f"|W_{i}|^2" for i in range(1, step.depth + 1)]
        plain_p, latex_p = "lambda/2 (" + " + ".join(squares) + ")", r"\frac{\lambda}{2} (" + " + ".join(squares) + ")"
        equations.append(equation("lambda", r"\lambda", penalty))
        equations.append(equation(f"P = {plain_p}", f"P = {latex_p}", _penalty(step.layers, penalty)))
        sides[0].append("P")
        sides[1].append("P")
    whole = " + ".join(sides[0])
    return [*equations, equation(f"E = {whole}", f"E = {whole}", step.objective)]


def _hidden_delta(step: Step, number: int) -> list[Equation]:
    """``f'(z_l)`` and ``delta_l``."""
    place, layer = number - 1, step.layers[number - 1]
    plain, latex = slope_texts(layer, number)
    slope_1U = slopes(layer, step.trace.z[place], step.trace.a[place])
    back = f"(delta_{number + 1} W_{number + 1}')"
    latex_back = rf"(\delta_{number + 1} W_{number + 1}^\top)"
    if isinstance(layer.activation, Maxout):
        back, latex_back = f"{back} of its unit", rf"{latex_back} \text{{ of its unit}}"
    z = f"z_{number}"
    return [
        equation(f"f'({z}) = {plain}", f"f'({z}) = {latex}", slope_1U),
        equation(
            f"delta_{number} = f'({z}) * {back}",
            rf"\delta_{number} = f'({z}) \odot {latex_back}",
            step.gradients[place].delta,
        ),
    ]


def _derivatives(step: Step, number: int) -> list[Equation]:
    """Those with respect to the parameters of a layer."""
    d, a, delta = step.gradients[number - 1], f"a_{number - 1}", f"delta_{number}"
    latex_delta = rf"\delta_{number}"
    penalty = (f" + lambda W_{number}", rf" + \lambda W_{number}") if step.penalty else ("", "")
    back = f"delta_{number + 1} W_{number + 1}'", rf"\delta_{number + 1} W_{number + 1}^\top"
    texts = {
        "W": (f"{a}' {delta}{penalty[0]}", rf"{a}^\top {latex_delta}{penalty[1]}"),
        "b": (delta, latex_delta),
        "s": (f"({back[0]}) * min(z_{number}, 0)", rf"({back[1]}) \odot \min(z_{number}, 0)"),
    }
    equations = []
    for letter, value in tensors(d):
        name, (plain, latex) = f"{letter}_{number}", texts[letter]
        equations.append(equation(f"dE/d{name} = {plain}", f"{partial(name)} = {latex}", value))
    return equations


def _way_to_first_unit(step: Step) -> tuple[tuple[str, str], list[float], list[Equation]]:
    """From E to ``a_1[1]``: a product where the next layer has one unit, else a sum that gets an equation of its own."""
    delta_U, weight_U = step.gradients[1].delta[0], step.layers[1].weight[0]
    if len(delta_U) == 1:
        texts = "dE/dz_2 * dz_2/da_1[1]", rf"{partial('z_2')} {partial('a_{1,1}', 'z_2')}"
        return texts, [float(delta_U[0]), float(weight_U[0])], []
    terms = [product_text([float(d), float(w)]) for d, w in zip(delta_U, weight_U, strict=True)]
    total = float(delta_U @ weight_U)
    before = Equation(
        ("dE/da_1[1]", "sum_j dE/dz_2[j] * dz_2[j]/da_1[1]", " + ".join(terms)),
        (
            partial("a_{1,1}"),
            rf"\sum_j {partial('z_{2,j}')} {partial('a_{1,1}', 'z_{2,j}')}",
            _latex_product(" + ".join(terms)),
        ),
        np.asarray(total),
    )
    return ("dE/da_1[1]", partial("a_{1,1}")), [total], [before]


def product_text(factors: Sequence[float]) -> str:
    """``0.5000 * (-1.2000)``."""
    texts = [number_text(factor) for factor in factors]
    return " * ".join(f"({text})" if text.startswith("-") else text for text in texts)


def number_text(value: float) -> str:
    """Four decimals, or four digits where that is too few; without a minus before zeros."""
    if value and abs(value) < 0.01:
        return f"{value:.4g}"
    return f"{round(float(value), 4) + 0.0:.4f}"


def _latex_product(product: str) -> str:
    return product.replace("*", r"\cdot")


def has_one_hidden_sigmoid_layer(step: Step) -> bool:
    """Whether the figure of textbooks is this network."""
    return step.depth == 2 and step.layers[0].activation == PlainActivation(name="sigmoid")
