"""The chain rule with numbers: one step of a network 2-2-1 on one sample of exclusive or, as equations.

Every number comes out of ``backprop.py``, but for those of max pooling, which has no parameters: its derivative is a choice,
and it stands here.

Axis letters: H height, W width of an image; windows are square and do not overlap.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from mlpexp.config.activations import PlainActivation
from mlpexp.numpy_twin.activations import Array, function_of
from mlpexp.numpy_twin.backprop import LOSSES, Gradient, NumpyLayer, Trace, descend, differentiate, forward

INPUT, TARGET = np.array([[1.0, 1.0]]), np.array([[0.0]])
RATE = 0.1
LOSS = LOSSES["mean_squared_error"]
IMAGE = np.array([[1.0, 3, 2, 0], [4, 2, 1, 5], [0, 1, 7, 6], [2, 3, 4, 5]])
POOL_SIZE = 2
POOL_GRADIENT = np.array([[0.1, 0.2], [0.3, 0.4]])


@dataclass(frozen=True)
class Equation:
    """``left = formula = ... = value``."""

    plain: tuple[str, ...]
    """Sides as plain text, the value aside."""
    latex: tuple[str, ...]
    """The same in LaTeX."""
    value: Array
    """A number, row or matrix."""


@dataclass(frozen=True)
class Section:
    """A heading, a sentence (mathematics between dollars), and equations."""

    title: str
    """The heading."""
    sentence: str
    """Mathematics stands between dollars."""
    equations: list[Equation]
    """In the order in which they are computed."""


@dataclass(frozen=True, eq=False)
class Example:
    """One step: the layers before it, the sample's forward and backward pass, the layers after it."""

    layers: list[NumpyLayer]
    """Before the step."""
    trace: Trace
    """Of the forward pass."""
    gradients: list[Gradient]
    """By layer."""
    after: list[NumpyLayer]
    """After the step."""


def example(layers: Sequence[NumpyLayer]) -> Example:
    """A step of gradient descent on the sample (1, 1), whose exclusive or is 0; the layers given are not changed."""
    trace, gradients = differentiate(layers, INPUT, TARGET, LOSS)
    after = deepcopy(list(layers))
    descend(after, gradients, RATE)
    return Example(list(layers), trace, gradients, after)


def explanation(step: Example) -> list[Section]:
    """The whole step as sections."""
    return [_network(step), _forward(step), _backward(step), _one_weight(step), _update(step), _max_pooling()]


def _network(step: Example) -> Section:
    equations = [_equation("x = a_0", "x = a_0", INPUT), _equation("t", "t", TARGET)]
    for number, layer in enumerate(step.layers, 1):
        equations.append(_equation(f"W_{number}", f"W_{number}", layer.weight))
        if layer.bias is not None:
            equations.append(_equation(f"b_{number}", f"b_{number}", layer.bias))
    return Section("The network", "Two inputs, two sigmoid units, one linear output; samples are rows.", equations)


def _forward(step: Example) -> Section:
    trace = step.trace
    loss = LOSS.value(trace.outputs, TARGET)
    return Section(
        "Forward",
        "Each layer computes $z = a W + b$ and $a = f(z)$.",
        [
            _equation("z_1 = a_0 W_1 + b_1", "z_1 = a_0 W_1 + b_1", trace.z[0]),
            _equation("a_1 = sigmoid(z_1)", r"a_1 = \sigma(z_1)", trace.a[0]),
            _equation("z_2 = a_1 W_2 + b_2", "z_2 = a_1 W_2 + b_2", trace.z[1]),
            _equation("a_2 = z_2", "a_2 = z_2", trace.a[1]),
            _equation("E = (a_2 - t)^2", "E = (a_2 - t)^2", loss),
        ],
    )


def _backward(step: Example) -> Section:
    first, second = step.gradients
    slope = _slopes(step)
    return Section(
        "Backward",
        "The delta of a layer is the derivative of $E$ with respect to its $z$.",
        [
            _equation("dE/da_2 = 2 (a_2 - t)", r"\frac{\partial E}{\partial a_2} = 2 (a_2 - t)", second.delta),
            _equation("delta_2 = dE/da_2 * 1", r"\delta_2 = \frac{\partial E}{\partial a_2} \odot 1", second.delta),
            _equation("dE/dW_2 = a_1' delta_2", r"\frac{\partial E}{\partial W_2} = a_1^\top \delta_2", second.weight),
            _equation("dE/db_2 = delta_2", r"\frac{\partial E}{\partial b_2} = \delta_2", second.bias),
            _equation("f'(z_1) = a_1 * (1 - a_1)", r"f'(z_1) = a_1 \odot (1 - a_1)", slope),
            _equation(
                "delta_1 = f'(z_1) * (delta_2 W_2')", r"\delta_1 = f'(z_1) \odot (\delta_2 W_2^\top)", first.delta
            ),
            _equation("dE/dW_1 = a_0' delta_1", r"\frac{\partial E}{\partial W_1} = a_0^\top \delta_1", first.weight),
            _equation("dE/db_1 = delta_1", r"\frac{\partial E}{\partial b_1} = \delta_1", first.bias),
        ],
    )


def _one_weight(step: Example) -> Section:
    """dE/dW_1[1,1] as the product of its factors."""
    factors = [
        float(step.gradients[1].delta[0, 0]),
        float(step.layers[1].weight[0, 0]),
        float(_slopes(step)[0, 0]),
        float(INPUT[0, 0]),
    ]
    product = " * ".join(f"({_number(factor)})" if factor < 0 else _number(factor) for factor in factors)
    latex = product.replace("*", r"\cdot")
    plain = ("dE/dW_1[1,1]", "dE/dz_2 * dz_2/da_1[1] * da_1[1]/dz_1[1] * dz_1[1]/dW_1[1,1]", product)
    left = r"\frac{\partial E}{\partial W_{1,11}}"
    chain = (
        r"\frac{\partial E}{\partial z_2} \frac{\partial z_2}{\partial a_{1,1}} "
        r"\frac{\partial a_{1,1}}{\partial z_{1,1}} \frac{\partial z_{1,1}}{\partial W_{1,11}}"
    )
    return Section(
        "One weight, factor by factor",
        "The way from the error back to the first weight of the first layer.",
        [Equation(plain, (left, chain, latex), step.gradients[0].weight[0, 0])],
    )


def _update(step: Example) -> Section:
    equations = []
    for number, layer in enumerate(step.after, 1):
        for letter, values in (("W", layer.weight), ("b", layer.bias)):
            assert values is not None
            name, rate = f"{letter}_{number}", f"{RATE:g}"
            plain = f"{name} <- {name} - {rate} dE/d{name}"
            latex = rf"{name} \leftarrow {name} - {rate} \frac{{\partial E}}{{\partial {name}}}"
            equations.append(_equation(plain, latex, values))
    loss = LOSS.value(forward(step.after, INPUT).outputs, TARGET)
    equations.append(_equation("E after the step", r"E \text{ after the step}", loss))
    return Section("Update", f"One step of gradient descent with learning rate {RATE:g}.", equations)


def _max_pooling() -> Section:
    """A layer without parameters, whose derivative is a choice."""
    return Section(
        f"Max pooling {POOL_SIZE}x{POOL_SIZE}",
        "Only the largest value of a window decides its output, so it alone gets the gradient.",
        [
            _equation("x", "x", IMAGE),
            _equation("y = max of each window", r"y = \max \text{ of each window}", max_pool(IMAGE, POOL_SIZE)),
            _equation("dE/dy, say", r"\frac{\partial E}{\partial y} \text{, say}", POOL_GRADIENT),
            _equation("dE/dx", r"\frac{\partial E}{\partial x}", max_pool_gradient(IMAGE, POOL_SIZE, POOL_GRADIENT)),
        ],
    )


def max_pool(x_HW: Array, size: int) -> Array:
    """``y_ij = max`` of the window in row i and column j; what fills no window is left out."""
    return _windows(x_HW, size).max((1, 3))


def max_pool_gradient(x_HW: Array, size: int, dy: Array) -> Array:
    """``dE/dx``: that of a window's output where its largest value lies (of equal ones the first), 0 elsewhere."""
    dx_HW = np.zeros_like(x_HW)
    for i, j in np.ndindex(dy.shape):
        window = x_HW[i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx_HW[i * size + row, j * size + column] = dy[i, j]
    return dx_HW


def _windows(x_HW: Array, size: int) -> Array:
    """``(rows, size, columns, size)``."""
    rows, columns = (side // size for side in x_HW.shape)
    return x_HW[: rows * size, : columns * size].reshape(rows, size, columns, size)


def _slopes(step: Example) -> Array:
    """``f'(z_1)``."""
    activation = step.layers[0].activation
    assert isinstance(activation, PlainActivation)
    return function_of(activation).derivative(step.trace.z[0], step.trace.a[0])


def _equation(plain: str, latex: str, value: Array | None) -> Equation:
    assert value is not None
    return Equation((plain,), (latex,), value)


def _number(value: float) -> str:
    """Four decimals, without a minus before zeros."""
    return f"{round(float(value), 4) + 0.0:.4f}"
