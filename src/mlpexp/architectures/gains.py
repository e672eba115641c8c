"""The factor on initial weights that keeps the signal's size through an activation."""

from math import sqrt

from mlpexp.config.networks import ActivationConfig


def gain(activation: ActivationConfig) -> float:
    """Recommended gain of an activation; 1 where the theory has none.

    Rectifiers: ``sqrt(2 / (1 + slope^2))``, the factor that keeps the second moment of a zero-mean signal. tanh: 5/3.
    SELU: 3/4 (``torch.nn.init.calculate_gain``; the self-normalizing initializer is ``lecun_normal``, with gain 1).

    References:
        He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", equations 10 and 15.
    """
    match activation.name:
        case "relu" | "elu" | "silu" | "gelu" | "softplus" | "maxout":
            return sqrt(2.0)
        case "leaky_relu":
            return sqrt(2.0 / (1.0 + activation.negative_slope**2))
        case "prelu":
            return sqrt(2.0 / (1.0 + activation.initial_slope**2))
        case "tanh":
            return 5.0 / 3.0
        case "selu":
            return 0.75
        case _:
            return 1.0
