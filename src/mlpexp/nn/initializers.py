"""Initial parameters of one member, in NumPy float64, as a pure function of (architecture, seed).

Every layer draws from a stream of its own, so that changing one layer leaves the others' initial weights alone.
"""

from math import prod, sqrt
from typing import assert_never

import numpy as np

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import BatchNorm, Drawn, Dropout, Parameter, Shape
from mlpexp.config.networks import ConstantInit, HeInit, NormalInit, PlainInit, UniformInit, XavierInit
from mlpexp.config.own_parts import is_own, part_of, short_name
from mlpexp.errors import InputError
from mlpexp.randomness import stream

BIASES = 1  # the second stream of a layer


def initial_parameters(architecture: Architecture, seed: int) -> np.ndarray:
    """All parameters of a member as one vector ``(P,)``, in the order of the layers.

    Weights and biases of a layer have a stream each: how biases begin leaves the weights alone.

    Dropout and batch normalization draw nothing and are not counted, so that a network starts from the same weights with
    and without them.
    """
    drawing = (layer.name for layer in architecture.layers if not isinstance(layer.spec, (Dropout, BatchNorm)))
    places = {name: place for place, name in enumerate(drawing)}
    values = np.zeros(architecture.num_parameters)
    for segment in architecture.layout:
        values[segment.place] = _initial(segment.parameter, seed, places.get(segment.layer, 0)).ravel()
    return values


def _initial(parameter: Parameter, seed: int, place: int) -> np.ndarray:
    if not isinstance(parameter.initial, Drawn):
        return np.full(parameter.shape, parameter.initial)
    places = (place,) if parameter.name == "weight" else (place, BIASES)
    return draw(parameter.initial, parameter.shape, stream(seed, "init", *places))


def draw(drawn: Drawn, shape: Shape, generator: np.random.Generator) -> np.ndarray:
    """Draws a tensor of weights or biases.

    Args:
        drawn: The distribution, and what it depends on.
        shape: ``(in, out)`` of a dense or ``(out, in, k, k)`` of a convolutional layer; ``(out,)`` of biases.
        generator: The source of randomness.

    References:
        Xavier: Glorot and Bengio (2010), "Understanding the difficulty of training deep feedforward neural networks",
        equations 12 and 16. He: He et al. (2015), "Delving deep into rectifiers", equations 10 and 15.
        LeCun: LeCun, Bottou, Orr and Mueller (1998), "Efficient backprop", equation 16.
        Torch's default: ``torch.nn.Linear`` and ``Conv2d``, whose ``kaiming_uniform_(a=sqrt(5))`` comes to this bound.
        Orthogonal: Saxe, McClelland and Ganguli (2014), "Exact solutions to the nonlinear dynamics of learning".
    """
    (fan_in, fan_out), activation_gain = drawn.fans, drawn.gain
    match drawn.init:
        case PlainInit(name=name) if is_own(name):
            return own_draw(name, fan_in, fan_out, shape, generator)
        case PlainInit(name="zeros"):
            return np.zeros(shape)
        case PlainInit(name="torch_default"):
            return generator.uniform(-1 / sqrt(fan_in), 1 / sqrt(fan_in), shape)
        case PlainInit():  # lecun_normal
            return generator.normal(0.0, sqrt(1.0 / fan_in), shape)
        case ConstantInit(value=value):
            return np.full(shape, value)
        case NormalInit(mean=mean, std=std):
            return generator.normal(mean, std, shape)
        case UniformInit(low=low, high=high):
            return generator.uniform(low, high, shape)
        case HeInit(name=name):
            return _spread(name, activation_gain * sqrt(1.0 / fan_in), shape, generator)
        case XavierInit(name=name, gain=gain):
            factor = activation_gain if gain == "activation" else float(gain)
            if name == "orthogonal":
                return factor * _orthogonal(shape, generator)
            return _spread(name, factor * sqrt(2.0 / (fan_in + fan_out)), shape, generator)
        case _:
            assert_never(drawn.init)


def own_draw(reference: str, fan_in: int, fan_out: int, shape: Shape, generator: np.random.Generator) -> np.ndarray:
    """Draws by an initializer of one's own.

    Args:
        reference: Of the function.
        fan_in: Inputs of a unit.
        fan_out: Units that an input goes to.
        shape: As of ``draw``.
        generator: The source of randomness.

    Raises:
        InputError: It is not known in this process, or what it gives has another shape or is not finite.
    """
    name = short_name(reference)
    values = np.asarray(part_of(reference, "init").function(fan_in, fan_out, shape, generator), dtype=np.float64)
    if values.shape != tuple(shape):
        raise InputError(f"own init {name}: gives the shape {values.shape} where {tuple(shape)} is asked for")
    if not np.isfinite(values).all():
        raise InputError(f"own init {name}: gives values that are infinite or no numbers")
    return values


def _spread(name: str, std: float, shape: Shape, generator: np.random.Generator) -> np.ndarray:
    """Normal or uniform numbers of a given standard deviation; that of U(-a, a) is a / sqrt(3)."""
    if name.endswith("_normal"):
        return generator.normal(0.0, std, shape)
    return generator.uniform(-sqrt(3.0) * std, sqrt(3.0) * std, shape)


def _orthogonal(shape: Shape, generator: np.random.Generator) -> np.ndarray:
    """A matrix with orthonormal rows or columns, uniform over all such (the signs of R's diagonal are taken out)."""
    rows, columns = shape[0], prod(shape[1:])
    q, r = np.linalg.qr(generator.normal(size=(max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diagonal(r))
    return (q if rows >= columns else q.T).reshape(shape)
