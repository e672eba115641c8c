"""The forward pass in NumPy, a function for each kind of step; each keeps the precision of its input.

``mlpexp export --to model.py`` copies the source of the functions that a network needs: they use nothing but NumPy, ``math``
and each other.

Axis letters: N samples, F features, U units, C channels, O output channels, H height, W width, K kernel.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

Array = np.ndarray


def dense(x: Array, weight: Array, bias: Array) -> Array:
    """Each unit is a weighted sum of all inputs: (N, F) to (N, U)."""
    return x @ weight + bias


def conv2d(x: Array, weight: Array, bias: Array, stride: int, padding: int) -> Array:
    """Each filter is laid on every place of the image: (N, C, H, W) to (N, O, H', W')."""
    x = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], (2, 3))[:, :, ::stride, ::stride]
    y = np.tensordot(windows, weight, ((1, 4, 5), (1, 2, 3)))  # (N, C, H', W', K, K) by (O, C, K, K)
    return np.moveaxis(y, 3, 1) + bias[:, None, None]


def max_pool(x: Array, kernel_size: int, stride: int) -> Array:
    """The largest value of each window: (N, C, H, W) to (N, C, H', W')."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), (2, 3))
    return windows[:, :, ::stride, ::stride].max((4, 5))


def average_pool(x: Array, kernel_size: int, stride: int) -> Array:
    """The mean of each window: (N, C, H, W) to (N, C, H', W')."""
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size), (2, 3))
    return windows[:, :, ::stride, ::stride].mean((4, 5))


def normalize(x: Array, mean: Array, factor: Array, shift: Array) -> Array:
    """Batch normalization with what training remembered, for each feature or channel."""
    mean, factor, shift = (values.reshape(-1, *[1] * (x.ndim - 2)) for values in (mean, factor, shift))
    return (x - mean) * factor + shift


def flatten(x: Array) -> Array:
    """An image as a vector: (N, C, H, W) to (N, C * H * W)."""
    return x.reshape(len(x), math.prod(x.shape[1:]))


def identity(x: Array) -> Array:
    """Its input, as it is."""
    return x


def sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))``, between 0 and 1."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def scaled_sigmoid(x: Array) -> Array:
    """``4 sigmoid(x) - 2``, between -2 and 2."""
    return 4 * sigmoid(x) - 2


def table_sigmoid(x: Array) -> Array:
    """The sigmoid of x rounded to a sixteenth, and cut off at -8 and 8."""
    return sigmoid(np.clip(np.round(16 * x), -128, 128) / 16)


def tanh(x: Array) -> Array:
    """The hyperbolic tangent, between -1 and 1."""
    return np.tanh(x)


def hard_sigmoid(x: Array) -> Array:
    """A straight line cut off at 0 and 1."""
    return np.clip(0.25 * x + 0.5, 0, 1)


def hard_tanh(x: Array) -> Array:
    """``x`` cut off at -1 and 1."""
    return np.clip(x, -1, 1)


def relu(x: Array) -> Array:
    """``x`` where it is positive, else 0."""
    return np.maximum(x, 0)


def softplus(x: Array) -> Array:
    """``log(1 + exp(x))``, a smooth relu."""
    return np.logaddexp(0, x)


def silu(x: Array) -> Array:
    """``x sigmoid(x)``."""
    return x * sigmoid(x)


def gelu(x: Array) -> Array:
    """``x`` times the probability that a standard normal number is below x."""
    erf = np.vectorize(math.erf, otypes=[float])
    return (x * (1 + erf(x / math.sqrt(2))) / 2).astype(x.dtype)


def elu(x: Array, alpha: float) -> Array:
    """``x`` where it is positive, else alpha (exp(x) - 1)."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def selu(x: Array) -> Array:
    """An elu that keeps mean 0 and variance 1 from layer to layer."""
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def leaky_relu(x: Array, negative_slope: float) -> Array:
    """``x`` where it is positive, else a small part of it."""
    return np.where(x > 0, x, negative_slope * x)


def prelu(x: Array, slope: Array) -> Array:
    """``x`` where it is positive, else a part of it that was learned for each feature or channel."""
    return np.where(x > 0, x, slope.reshape(-1, *[1] * (x.ndim - 2)) * x)


def maxout(x: Array, pieces: int) -> Array:
    """The largest of each group of neighbouring features or channels."""
    return x.reshape(len(x), x.shape[1] // pieces, pieces, *x.shape[2:]).max(2)


def both_classes(x: Array) -> Array:
    """The one unit says how much speaks for the second class; its opposite speaks for the first: (N, 1) to (N, 2)."""
    return np.concatenate([-x, x], 1)


def softmax(x: Array) -> Array:
    """Positive numbers that add up to 1 in each row."""
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


# By the kind of a step; arrays and numbers of a step are the arguments by name.
LAYERS: Mapping[str, Callable[..., Array]] = {
    function.__name__: function
    for function in (
        dense, conv2d, max_pool, average_pool, normalize, flatten, identity, sigmoid, scaled_sigmoid, table_sigmoid, tanh,
        hard_sigmoid, hard_tanh, relu, softplus, silu, gelu, elu, selu, leaky_relu, prelu, maxout, both_classes, softmax,
    )
}  # fmt: skip
