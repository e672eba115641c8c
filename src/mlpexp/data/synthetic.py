"""Points in the plane with class labels, and samples of a function, made from our own stream of random numbers.

Sample i has class ``i mod K``, so the classes are as balanced as the number of samples permits. Points lie evenly on
their curve and only the noise is random: with ``noise: 0`` the data are exact. Axis letters: N samples, K classes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from mlpexp.config.datasets import FunctionName, Synthetic
from mlpexp.config.facts import DatasetFacts, TargetRange
from mlpexp.data.dataset import Dataset
from mlpexp.errors import InputError
from mlpexp.randomness import stream

XOR_CORNERS = np.array([(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)])
INNER_RADIUS = 0.5  # of the smaller circle; the larger has radius 1
BLOB_DISTANCE = 2.0  # of every centre from the origin
SPIRAL_RADIUS = 2.0
DOUBLE_SPIRAL_RADIUS, DOUBLE_SPIRAL_TURNS = 5.0, 1.75
RANGE_POINTS = 1001  # of a function, to find its bounds


@dataclass(frozen=True)
class TargetFunction:
    """A function and where it is sampled."""

    formula: str
    """For titles and tables."""
    interval: tuple[float, float]
    """The lowest and the highest x."""
    values: Callable[[np.ndarray], np.ndarray]
    """The function itself, element by element."""


FUNCTIONS: dict[FunctionName, TargetFunction] = {
    "sine": TargetFunction("sin(x)", (-np.pi, np.pi), np.sin),
    "cosine": TargetFunction("cos(x)", (-np.pi, np.pi), np.cos),
    "step": TargetFunction("1 if x >= 0 else 0", (-1.0, 1.0), lambda x: np.heaviside(x, 1.0)),
    "abs": TargetFunction("|x|", (-1.0, 1.0), np.abs),
    "square": TargetFunction("x^2", (-1.0, 1.0), np.square),
    "cubic": TargetFunction("x^3", (-1.0, 1.0), lambda x: x**3),
    "exp": TargetFunction("exp(x)", (-2.0, 2.0), np.exp),
    "sinc": TargetFunction("sin(pi x) / (pi x)", (-4.0, 4.0), np.sinc),
    "sawtooth": TargetFunction("x - floor(x)", (-2.0, 2.0), lambda x: x - np.floor(x)),
    # The Chebyshev polynomial of degree 5: between -1 and 1, with four bends.
    "polynomial": TargetFunction("16 x^5 - 20 x^3 + 5 x", (-1.0, 1.0), lambda x: 16 * x**5 - 20 * x**3 + 5 * x),
}


def synthetic_facts(config: Synthetic) -> DatasetFacts:
    """Task and sizes.

    Raises:
        InputError: If there are fewer samples than classes.
    """
    if config.kind == "function":
        return DatasetFacts("regression", (1,), 1, config.samples, target_range=_range_of(config))
    if config.samples < config.num_classes:
        raise InputError(
            f"{config.samples} is too few for the {config.num_classes} classes of kind: {config.kind}",
            key="dataset.samples",
        )
    return DatasetFacts("classification", (2,), config.num_classes, config.samples)


def _range_of(config: Synthetic) -> TargetRange:
    """Where a function lies in its interval, noise aside."""
    assert config.function is not None  # the config class sees to that
    function = FUNCTIONS[config.function]
    return TargetRange.of(function.values(np.linspace(*function.interval, RANGE_POINTS)))


def load_synthetic(config: Synthetic) -> Dataset:
    """The samples: points ``(N, 2)`` with targets ``(N,)``, or for a function x ``(N, 1)`` with y ``(N, 1)``.

    Where each seed has new data, those of seed 0 stand for the source: names, classes and fingerprint are theirs.
    """
    if config.kind == "function":
        return _function(config)
    points, targets = _clean_points(config)
    noise = _stream(config).standard_normal(points.shape)
    return Dataset(
        name=f"synthetic {config.kind}",
        inputs=points + config.noise * noise,
        targets=targets,
        facts=synthetic_facts(config),
        feature_names=("x1", "x2"),
        class_names=_class_names(config),
    )


def _stream(config: Synthetic) -> np.random.Generator:
    return stream(config.data_seed if isinstance(config.data_seed, int) else 0, "data")


def _function(config: Synthetic) -> Dataset:
    assert config.function is not None  # the config class sees to that
    function = FUNCTIONS[config.function]
    generator = _stream(config)
    x = generator.uniform(*function.interval, size=(config.samples, 1))
    noise = generator.standard_normal(x.shape)
    return Dataset(
        name=f"function {config.function}",
        inputs=x,
        targets=function.values(x) + config.noise * noise,
        facts=synthetic_facts(config),
        feature_names=("x",),
        target_name="y",
    )


def _clean_points(config: Synthetic) -> tuple[np.ndarray, np.ndarray]:
    """Points without noise ``(N, 2)`` and their classes ``(N,)``."""
    num_classes = config.num_classes
    classes = np.arange(config.samples) % num_classes
    match config.kind:
        case "xor":
            corners = XOR_CORNERS[np.arange(config.samples) % 4]
            return corners, (corners[:, 0] * corners[:, 1] < 0).astype(np.int64)
        case "moons":
            return _moons(classes, _positions(config.samples, 2, end=True)), classes
        case "circles":
            return _circles(classes, _positions(config.samples, 2, end=False)), classes
        case "spirals":
            return _spirals(classes, _positions(config.samples, num_classes, end=True), num_classes), classes
        case "double_spiral":
            return _double_spiral(classes, _positions(config.samples, 2, end=False)), classes
        case "blobs":
            return BLOB_DISTANCE * _on_circle(2 * np.pi * classes / num_classes), classes
        case "function":
            raise AssertionError("a function has no classes")
        case _:
            assert_never(config.kind)


def _positions(num_samples: int, num_classes: int, *, end: bool) -> np.ndarray:
    """Where on the curve of its class each sample lies: evenly from 0 to 1, with or without 1 itself; ``(N,)``."""
    index = np.arange(num_samples)
    size_of_class = (num_samples - index % num_classes + num_classes - 1) // num_classes
    return np.asarray((index // num_classes) / np.maximum(size_of_class - end, 1))


def _on_circle(angles: np.ndarray) -> np.ndarray:
    """Points of the unit circle, ``(N, 2)``."""
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _moons(classes: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Two half circles of radius 1: the upper around (0, 0), the lower, turned over, around (1, 0.5)."""
    upper = _on_circle(np.pi * positions)
    lower = np.array([1.0, 0.5]) - upper
    return np.where(classes[:, np.newaxis] == 0, upper, lower)


def _circles(classes: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Two circles around the origin, of radius 1 and ``INNER_RADIUS``."""
    radius = np.where(classes == 0, 1.0, INNER_RADIUS)
    return np.asarray(radius[:, np.newaxis] * _on_circle(2 * np.pi * positions))


def _spirals(classes: np.ndarray, positions: np.ndarray, num_classes: int) -> np.ndarray:
    """K arms that start near the origin, each turned by 1/K of a circle against the one before.

    Every arm makes 3/K turns, so the distance between neighbouring arms is a third of the radius whatever K is.
    """
    reach = 0.1 + 0.9 * positions
    angles = 2 * np.pi * (3 * reach + classes) / num_classes
    return np.asarray(SPIRAL_RADIUS * reach[:, np.newaxis] * _on_circle(angles))


def _double_spiral(classes: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Two arms that both start in the origin, the second turned by half a circle against the first.

    References:
        Smilkov, Carter et al. (2016), "A neural network playground", ``src/dataset.ts`` (without its noise).
    """
    angles = 2 * np.pi * DOUBLE_SPIRAL_TURNS * positions + np.pi * classes
    return np.asarray(DOUBLE_SPIRAL_RADIUS * positions[:, np.newaxis] * _on_circle(np.pi / 2 - angles))


def _class_names(config: Synthetic) -> tuple[str, ...]:
    match config.kind:
        case "xor":
            return ("same sign", "different sign")
        case "moons":
            return ("upper", "lower")
        case "circles":
            return ("outer", "inner")
        case "double_spiral":
            return ("first arm", "second arm")
        case "spirals":
            return tuple(f"arm {number + 1}" for number in range(config.num_classes))
        case "blobs":
            return tuple(f"blob {number + 1}" for number in range(config.num_classes))
        case "function":
            return ()
        case _:
            assert_never(config.kind)
