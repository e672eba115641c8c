"""A multilayer perceptron by hand in NumPy, written to be read beside the formulas of backpropagation.

It is a second witness: the engine (``nn/``, ``training/``) computes the same by other code, and neither uses the other.

NumpyLayer l computes ``z_l = a_{l-1} W_l + b_l`` and ``a_l = f(z_l)``; ``a_0`` is the input. Samples are rows, so W_l has the
shape ``(in, units)``: it is the transpose of the W_l of textbooks, whose samples are columns.

Axis letters: B batch, F features of a layer's input, U units, K outputs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Activation, Dense, Flatten
from mlpexp.config.activations import ActivationConfig, Maxout, PlainActivation, Prelu
from mlpexp.numpy_twin.activations import Array, function_of

IDENTITY = PlainActivation(name="identity")


@dataclass
class NumpyLayer:
    """A dense layer with its activation."""

    weight: Array
    """``W_l``, ``(F, U)``."""
    bias: Array | None = None
    """``b_l``, ``(U,)``; None without."""
    activation: ActivationConfig = IDENTITY
    """``f``."""
    slope: Array | None = None
    """Of PReLU, ``(U,)``; else None."""


@dataclass(frozen=True)
class Trace:
    """What a forward pass computes: ``inputs[l]`` is ``a_{l-1}``, then ``z_l`` and ``a_l``, each ``(B, ...)``."""

    inputs: list[Array]
    """Of each layer."""
    z: list[Array]
    """Of each layer, before its activation."""
    a: list[Array]
    """Of each layer, behind its activation."""

    @property
    def outputs(self) -> Array:
        """``a_L``, ``(B, K)``."""
        return self.a[-1]


@dataclass(frozen=True)
class Gradient:
    """The derivative of the objective E with respect to ``z_l`` (that is delta_l, ``(B, U)``), W_l, b_l and slope."""

    delta: Array
    """With respect to ``z_l``."""
    weight: Array
    """With respect to ``W_l``."""
    bias: Array | None
    """With respect to ``b_l``; None: there is no bias."""
    slope: Array | None
    """With respect to the slope of a PReLU; None: there is none."""


@dataclass(frozen=True)
class NumpyLoss:
    """A loss of each sample ``(B,)``, and its derivative with respect to the outputs ``(B, K)``."""

    value: Callable[[Array, Array], Array]
    """Of outputs and targets."""
    gradient: Callable[[Array, Array], Array]
    """Of outputs and targets."""


def forward(layers: Sequence[NumpyLayer], x_BF: Array) -> Trace:
    """``z_l = a_{l-1} W_l + b_l``, ``a_l = f(z_l)`` for l = 1, ..., L."""
    trace, a = Trace([], [], []), x_BF
    for layer in layers:
        trace.inputs.append(a)
        z = a @ layer.weight
        if layer.bias is not None:
            z = z + layer.bias
        a = activated(layer, z)
        trace.z.append(z)
        trace.a.append(a)
    return trace


def backward(layers: Sequence[NumpyLayer], trace: Trace, output_gradient_BK: Array) -> list[Gradient]:
    """Backpropagation: ``delta_l = f'(z_l) * (delta_{l+1} W_{l+1}')``, ``dW_l = a_{l-1}' delta_l``, ``db_l = sum_B delta_l``.

    Args:
        layers: The network.
        trace: Its forward pass.
        output_gradient_BK: ``dE/da_L``.

    References:
        Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating errors".
    """
    gradients: list[Gradient] = []
    da = output_gradient_BK
    for place in reversed(range(len(layers))):
        layer = layers[place]
        delta, d_slope = through_activation(layer, da, trace.z[place], trace.a[place])
        d_bias = None if layer.bias is None else delta.sum(0)
        gradients.append(Gradient(delta, trace.inputs[place].T @ delta, d_bias, d_slope))
        if place > 0:
            da = delta @ layer.weight.T  # dE/da_{l-1}
    return gradients[::-1]


def activated(layer: NumpyLayer, z_BU: Array) -> Array:
    """``a = f(z)``; maxout takes the largest of each group of neighbouring units."""
    match layer.activation:
        case Prelu():
            assert layer.slope is not None
            return np.where(z_BU > 0, z_BU, layer.slope * z_BU)
        case Maxout(pieces=pieces):
            return z_BU.reshape(len(z_BU), -1, pieces).max(2)
        case plain:
            return function_of(plain).value(z_BU)


def through_activation(layer: NumpyLayer, da: Array, z_BU: Array, a: Array) -> tuple[Array, Array | None]:
    """``delta = f'(z) * dE/da``, and for PReLU the derivative with respect to its slopes."""
    match layer.activation:
        case Prelu():
            assert layer.slope is not None
            negative = z_BU <= 0  # there a = slope z: da/dz = slope, da/dslope = z
            return np.where(negative, layer.slope * da, da), (da * z_BU * negative).sum(0)
        case Maxout(pieces=pieces):
            groups = z_BU.reshape(len(z_BU), -1, pieces)
            largest = np.arange(pieces) == groups.argmax(2)[:, :, None]  # only the largest piece counts
            return (largest * da[:, :, None]).reshape(z_BU.shape), None
        case plain:
            return function_of(plain).derivative(z_BU, a) * da, None


def softmax(outputs_BK: Array) -> Array:
    """``exp(o_k) / sum_j exp(o_j)``; subtracting the largest output changes nothing but prevents overflow."""
    powers = np.exp(outputs_BK - outputs_BK.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def onehot(targets_B: Array, like_BK: Array) -> Array:
    """1 in the column of the target, 0 elsewhere."""
    return np.eye(like_BK.shape[1], dtype=like_BK.dtype)[targets_B]


def cross_entropy(outputs_BK: Array, targets_B: Array) -> Array:
    """``-log p_t = log sum_j exp(o_j) - o_t`` for the target t."""
    highest = outputs_BK.max(1)
    log_sum = highest + np.log(np.exp(outputs_BK - highest[:, None]).sum(1))
    return log_sum - outputs_BK[np.arange(len(targets_B)), targets_B]


def cross_entropy_gradient(outputs_BK: Array, targets_B: Array) -> Array:
    """``p - onehot(t)``."""
    return softmax(outputs_BK) - onehot(targets_B, outputs_BK)


def softmax_squared_error(outputs_BK: Array, targets_B: Array) -> Array:
    """``1/2 sum_k (p_k - t_k)^2`` with t the one-hot target."""
    return 0.5 * np.square(softmax(outputs_BK) - onehot(targets_B, outputs_BK)).sum(1)


def softmax_squared_error_gradient(outputs_BK: Array, targets_B: Array) -> Array:
    """``sum_k (p_k - t_k) dp_k/do_j`` with ``dp_k/do_j = p_k ((j == k) - p_j)``."""
    p_BK = softmax(outputs_BK)
    error_BK = p_BK - onehot(targets_B, outputs_BK)
    return p_BK * (error_BK - (error_BK * p_BK).sum(1, keepdims=True))


def mean_squared_error(outputs_BK: Array, targets_BK: Array) -> Array:
    """``1/K sum_k (o_k - t_k)^2``."""
    return np.square(outputs_BK - targets_BK).mean(1)


def mean_squared_error_gradient(outputs_BK: Array, targets_BK: Array) -> Array:
    """``2/K (o - t)``."""
    return 2 / outputs_BK.shape[1] * (outputs_BK - targets_BK)


LOSSES: dict[str, NumpyLoss] = {
    "cross_entropy": NumpyLoss(cross_entropy, cross_entropy_gradient),
    "softmax_squared_error": NumpyLoss(softmax_squared_error, softmax_squared_error_gradient),
    "mean_squared_error": NumpyLoss(mean_squared_error, mean_squared_error_gradient),
}


def differentiate(
    layers: Sequence[NumpyLayer],
    x_BF: Array,
    targets: Array,
    loss: NumpyLoss,
    penalty: float = 0.0,
    weights_B: Array | None = None,
) -> tuple[Trace, list[Gradient]]:
    """Forward and backward pass of ``E = 1/B sum_B w loss + penalty/2 sum_l |W_l|^2``; biases and slopes are not penalized.

    ``w`` is the weight of each sample, by default 1.
    """
    trace = forward(layers, x_BF)
    output_gradient_BK = loss.gradient(trace.outputs, targets) / len(x_BF)
    if weights_B is not None:
        output_gradient_BK = output_gradient_BK * weights_B[:, None]
    gradients = backward(layers, trace, output_gradient_BK)
    if penalty:
        for layer, d in zip(layers, gradients, strict=True):
            d.weight[...] += penalty * layer.weight
    return trace, gradients


def descend(layers: Sequence[NumpyLayer], gradients: Sequence[Gradient], rate: float) -> None:
    """A step of gradient descent, ``W_l -= rate dW_l`` and so on, in place."""
    for layer, d in zip(layers, gradients, strict=True):
        layer.weight -= rate * d.weight
        if layer.bias is not None and d.bias is not None:
            layer.bias -= rate * d.bias
        if layer.slope is not None and d.slope is not None:
            layer.slope -= rate * d.slope


def can_differentiate(architecture: Architecture) -> bool:
    """Whether it is a plain multilayer perceptron, as ``layers_of`` needs it."""
    return all(isinstance(layer.spec, (Dense, Activation, Flatten)) for layer in architecture.layers)


def layers_of(architecture: Architecture, parameters_P: Array) -> list[NumpyLayer]:
    """The layers of a multilayer perceptron as views into its parameters, in the order of the architecture."""
    layers: list[NumpyLayer] = []
    tensors = {piece.name: parameters_P[piece.place].reshape(piece.parameter.shape) for piece in architecture.layout}
    for layer in architecture.layers:
        match layer.spec:
            case Dense():
                layers.append(NumpyLayer(tensors[f"{layer.name}.weight"], tensors.get(f"{layer.name}.bias")))
            case Activation(function=function):
                layers[-1].activation, layers[-1].slope = function, tensors.get(f"{layer.name}.slope")
            case Flatten():
                pass  # images are made rows before
            case spec:
                raise AssertionError(f"no layer of a plain multilayer perceptron: {spec}")
    return layers


def flattened(gradients: Sequence[Gradient]) -> Array:
    """All derivatives as one vector ``(P,)``, in the order of the architecture."""
    arrays = [array for d in gradients for array in (d.weight, d.bias, d.slope) if array is not None]
    return np.concatenate([array.ravel() for array in arrays])
