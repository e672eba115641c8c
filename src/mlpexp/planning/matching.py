"""Networks of different shapes with equally many parameters: depth against width at one budget."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.build import build_architecture
from mlpexp.architectures.layers import Shape
from mlpexp.config.networks import Mlp
from mlpexp.errors import InputError
from mlpexp.planning.prepare import Prepared

TOLERANCE = 0.01
WIDEST = 1_000_000
WIDEST_CHANGE = 4  # units
MOST_CANDIDATES = 20_000
Ends = tuple[Shape, int]  # of a network: the shape of a sample, and the number of output units


def matched(prepared: Prepared, budget: int) -> Prepared:
    """The experiment with its hidden sizes scaled by a common factor, so that it has ``budget`` parameters within 1 %.

    Sizes keep their ratios but for rounding: ``[64, 32]`` may become ``[41, 21]``.

    Raises:
        InputError: The network is not a multilayer perceptron with hidden layers, or no scale comes that close.
    """
    model = prepared.experiment.model
    if prepared.experiment.start is not None:
        raise InputError("a network that is scaled begins with no weights of another; leave out start")
    if not isinstance(model, Mlp) or not model.hidden_sizes:
        raise InputError(f"only an mlp with hidden layers can be scaled to {budget:,} parameters, not {model.name}")
    scaled, architecture = _nearest(model, (prepared.facts.input_shape, prepared.architecture.output_shape[0]), budget)
    count = architecture.num_parameters
    if abs(count - budget) > TOLERANCE * budget:
        raise InputError(
            f"no scale of hidden sizes {list(model.hidden_sizes)} comes within 1 % of {budget:,} parameters; "
            f"the nearest, {list(scaled.hidden_sizes)}, has {count:,}"
        )
    experiment = prepared.experiment.model_copy(update={"model": scaled})
    return replace(prepared, experiment=experiment, architecture=architecture)


@lru_cache(maxsize=1024)  # in most sweeps many arms have one network
def _nearest(model: Mlp, ends: Ends, budget: int) -> tuple[Mlp, Architecture]:
    """The scaled network that comes nearest to the budget."""
    sizes = _solved(model, ends, budget)
    return _resized(model, sizes), _network(model, sizes, ends)


def _solved(model: Mlp, ends: Ends, budget: int) -> list[int]:
    """Sizes within the tolerance of the budget, or the nearest: a common factor by bisection, then some units more or less.

    The fewer units layers must change, the better their ratios are kept: a larger change is tried only if no smaller
    one comes close enough.
    """
    low, high = 0.0, WIDEST / max(model.hidden_sizes)
    for _ in range(60):
        middle = (low + high) / 2
        over = _count(model, _scaled(model.hidden_sizes, middle), ends) > budget
        low, high = (low, middle) if over else (middle, high)
    near = _scaled(model.hidden_sizes, low)
    best = near
    for candidates in _neighbourhoods(near):
        best = min([best, *candidates], key=lambda sizes: abs(_count(model, sizes, ends) - budget))
        if abs(_count(model, best, ends) - budget) <= TOLERANCE * budget:
            break
    return best


def _neighbourhoods(near: list[int]) -> Iterator[list[list[int]]]:
    """Sizes with some layers wider by one, then with each layer up to 1, 2, ... units wider or narrower."""
    num_layers = len(near)
    yield [[size + (i >= first) for i, size in enumerate(near)] for first in range(num_layers)]
    for radius in range(1, WIDEST_CHANGE + 1):
        if (2 * radius + 1) ** num_layers > MOST_CANDIDATES:
            return
        shifts = product(range(-radius, radius + 1), repeat=num_layers)
        yield [
            [max(1, size + shift) for size, shift in zip(near, shift_of_layers, strict=True)]
            for shift_of_layers in shifts
        ]


def _scaled(sizes: Sequence[int], factor: float) -> list[int]:
    return [max(1, round(size * factor)) for size in sizes]


def _count(model: Mlp, sizes: Sequence[int], ends: Ends) -> int:
    return _network(model, sizes, ends).num_parameters


def _network(model: Mlp, sizes: Sequence[int], ends: Ends) -> Architecture:
    return build_architecture(_resized(model, sizes), *ends)


def _resized(model: Mlp, sizes: Sequence[int]) -> Mlp:
    return model.model_copy(update={"hidden_sizes": tuple(sizes)})
