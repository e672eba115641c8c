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


def quantize(x: Array, scale: float, zero: int) -> Array:
    """The nearest of the 256 levels that stand for scale (level - zero), as int8."""
    return int8(np.floor(x.astype(float) / scale + 0.5) + zero)


def int8(x: Array) -> Array:
    """Whole numbers as int8: what is beyond -128 and 127 becomes that."""
    return np.clip(x, -128, 127).astype(np.int8)


def whole_sums(x: Array, weight: Array, bias: Array, zero: int) -> Array:
    """Sums of int8 times int8. All are whole and below 2^53: as float64 they are exact, and computed faster."""
    return dense(x - float(zero), weight.astype(float), bias)


def rescaled(sums: Array, factor: Array, zero: int) -> Array:
    """Sums as levels: a factor has 22 bits and a sum 31, so that float64 gives what a product and a shift of int64 do."""
    return int8(np.floor(sums * factor.astype(float) + 0.5) + zero)


def whole_dense(x: Array, weight: Array, bias: Array, factor: Array, input_zero: int, output_zero: int) -> Array:
    """Each unit adds int8 times int8, which becomes a level again: (N, F) to (N, U)."""
    return rescaled(whole_sums(x, weight, bias, input_zero), factor, output_zero)


def whole_conv2d(
    x: Array, weight: Array, bias: Array, factor: Array, input_zero: int, output_zero: int, stride: int, padding: int
) -> Array:
    """Each filter adds int8 times int8 at every place of the image: (N, C, H, W) to (N, O, H', W')."""
    sums = conv2d(x - float(input_zero), weight.astype(float), bias, stride, padding)
    return rescaled(sums, factor[:, None, None], output_zero)


def whole_logits(x: Array, weight: Array, bias: Array, scale: Array, input_zero: int) -> Array:
    """Each unit adds int8 times int8, and the sum becomes a float number: (N, F) to (N, U)."""
    return (whole_sums(x, weight, bias, input_zero) * scale).astype(np.float32)


def table(x: Array, levels: Array) -> Array:
    """For each of the 256 levels another one, from one table, or that of each feature or channel."""
    row = np.arange(len(levels)).reshape(-1, *[1] * (x.ndim - 2))
    return levels[row, x.astype(int) + 128]


def whole_mean_pool(x: Array, kernel_size: int, stride: int) -> Array:
    """The level nearest to the mean of each window: (N, C, H, W) to (N, C, H', W')."""
    return int8(np.floor(average_pool(x, kernel_size, stride) + 0.5))


def scaled_dense(x: Array, weight: Array, scale: Array, bias: Array) -> Array:
    """Each unit is a weighted sum by int8 weights, times their scale: (N, F) to (N, U)."""
    return x @ weight.astype(x.dtype) * scale + bias


def scaled_conv2d(x: Array, weight: Array, scale: Array, bias: Array, stride: int, padding: int) -> Array:
    """Each filter of int8 weights is laid on every place of the image: (N, C, H, W) to (N, O, H', W')."""
    sums = conv2d(x, weight.astype(x.dtype), np.zeros_like(bias), stride, padding)
    return sums * scale[:, None, None] + bias[:, None, None]


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
        quantize, whole_dense, whole_conv2d, whole_logits, table, whole_mean_pool, scaled_dense, scaled_conv2d,
    )
}  # fmt: skip
