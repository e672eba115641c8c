"""One derivative, computed in every way there is, and how far the ways are apart.

Axis letters: P parameters, D directions, B batch.
"""

import warnings
from collections.abc import Callable
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd import forward_ad

from mlpexp.analysis.gradcheck.central_differences import EVALUATIONS, central_differences
from mlpexp.analysis.gradcheck.checks import (
    BY_HAND,
    DIFFERENCES,
    FORWARD,
    NUMPY,
    REVERSE,
    Check,
    EntryValues,
    Report,
    TensorChecks,
    WayCost,
)
from mlpexp.analysis.gradcheck.objective import Objective
from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Activation
from mlpexp.config.activations import STEP_FUNCTIONS
from mlpexp.config.outputs import Output
from mlpexp.numpy_twin.backprop import can_differentiate, differentiate, flattened, layers_of
from mlpexp.numpy_twin.outputs import head_of
from mlpexp.randomness import stream

Array = NDArray[np.float64]
REPETITIONS = 3


@np.errstate(over="ignore", invalid="ignore")  # what is not finite shows in the report
def compare_ways(objective: Objective, output: Output, samples: int, seed: int) -> Report:
    """Differentiates the objective in all ways.

    Args:
        objective: On one batch, in float64.
        output: Activation and loss.
        samples: Of tensors with more entries than this, so many random directions (forward mode) or entries (differences)
            are compared; of smaller ones all entries.
        seed: Decides which.
    """
    warm_up(objective)
    exact: dict[str, Array] = {}
    costs = []
    for way, differentiated in _whole(objective, output).items():
        exact[way], seconds = _timed(differentiated)
        costs.append(WayCost(way, exact[way].size, 1, 1, seconds))
    reverse, tensors, spent = exact[REVERSE], [], {FORWARD: [0, 0.0], DIFFERENCES: [0, 0.0]}
    overall, step_errors, tried = float(np.abs(reverse).max()), [], list[int]()
    stepped = before_steps(objective.network.architecture)
    for segment in objective.network.architecture.layout:
        place, generator = segment.place, stream(seed, "gradcheck", segment.start)
        checks = {
            way: _entrywise(way, gradient[place] - reverse[place], reverse[place], overall)
            for way, gradient in exact.items()
            if way != REVERSE
        }
        started = perf_counter()
        checks[FORWARD] = _forward(objective, place, reverse, samples, overall, generator)
        spent[FORWARD][0] += checks[FORWARD].compared
        spent[FORWARD][1] += perf_counter() - started
        started = perf_counter()
        if segment.layer in stepped:
            checks[DIFFERENCES] = Check(DIFFERENCES, 0, directions=False, difference=0.0, excess=0.0)
            tensors.append(TensorChecks(segment.name, segment.parameter.shape, checks, None))
            continue
        checks[DIFFERENCES], errors, by_entry = _differences(objective, place, reverse, samples, overall, generator)
        spent[DIFFERENCES][0] += checks[DIFFERENCES].compared
        spent[DIFFERENCES][1] += perf_counter() - started
        step_errors.append(errors)
        tried += by_entry
        shape = segment.parameter.shape
        tensors.append(TensorChecks(segment.name, shape, checks, _largest(exact, place, shape, by_entry)))
    costs.append(WayCost(FORWARD, int(spent[FORWARD][0]), int(spent[FORWARD][0]), 0, spent[FORWARD][1]))
    count = int(spent[DIFFERENCES][0])
    costs.append(WayCost(DIFFERENCES, count, count * EVALUATIONS + len(step_errors), 0, spent[DIFFERENCES][1]))
    return Report(tensors, costs, (np.max(step_errors, axis=0) / (overall or 1.0)).tolist(), tried)


def before_steps(architecture: Architecture) -> set[str]:
    """Names of the layers before a step function: the objective has no derivative that differences could find there."""
    names = [layer.name for layer in architecture.layers]
    steps = [
        place
        for place, layer in enumerate(architecture.layers)
        if isinstance(layer.spec, Activation) and layer.spec.function.name in STEP_FUNCTIONS
    ]
    return set(names[: max(steps, default=0)])


def reverse_mode(objective: Objective) -> Array:
    """By torch's automatic differentiation of the forward pass, backwards."""
    point = objective.network.flat.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(objective(point).sum(), point)
    return gradient[0].cpu().numpy()


def forward_mode(objective: Objective, directions_DP: Tensor) -> Array:
    """Derivatives along directions ``(D,)``: one forward pass each, with a tangent beside every value.

    References:
        Wengert (1964), "A simple automatic derivative evaluation program".
    """
    derivatives = []
    for directions in directions_DP.split(objective.chunk_size()):
        with torch.no_grad(), forward_ad.dual_level():
            dual = forward_ad.make_dual(objective.point.repeat(len(directions), 1), directions)
            tangent = forward_ad.unpack_dual(objective(dual)).tangent
        assert tangent is not None
        derivatives.append(tangent.cpu().numpy())
    return np.concatenate(derivatives)


def numpy_twin(objective: Objective, output: Output) -> Array:
    """By the NumPy network."""
    layers = layers_of(objective.network.architecture, objective.point.numpy())
    x, y = objective.inputs[0].flatten(1).numpy(), objective.targets[0].numpy()
    head = head_of(output)
    head.activate(layers)
    return flattened(differentiate(layers, x, y, head.loss, objective.penalty, objective.sample_weights)[1])


def warm_up(objective: Objective) -> None:
    """What torch loads at the first use of each mode is no part of its time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch's own, when it loads forward mode
        forward_mode(objective, torch.zeros_like(objective.network.flat))
    reverse_mode(objective)
    objective.by_hand()


def _timed(differentiated: Callable[[], Array]) -> tuple[Array, float]:
    """The derivatives, and the shortest of a few times."""
    times = []
    for _ in range(REPETITIONS):
        started = perf_counter()
        derivatives = differentiated()
        times.append(perf_counter() - started)
    return derivatives, min(times)


def _whole(objective: Objective, output: Output) -> dict[str, Callable[[], Array]]:
    """The ways that give all derivatives in one pass."""
    ways: dict[str, Callable[[], Array]] = {
        REVERSE: lambda: reverse_mode(objective),
        BY_HAND: lambda: objective.by_hand().cpu().numpy(),
    }
    if can_differentiate(objective.network.architecture) and objective.point.is_cpu:
        ways[NUMPY] = lambda: numpy_twin(objective, output)
    return ways


def _entrywise(way: str, gap: Array, reverse: Array, overall: float) -> Check:
    difference = float(np.abs(gap).max()) / _size(reverse, overall)
    return Check(way, gap.size, directions=False, difference=difference, excess=difference)


def _forward(
    objective: Objective, place: slice, reverse: Array, samples: int, overall: float, generator: np.random.Generator
) -> Check:
    derivatives, count = reverse[place], place.stop - place.start
    few = count <= samples
    directions_Dn = np.eye(count) if few else generator.standard_normal((samples, count))
    directions_Dn /= np.linalg.norm(directions_Dn, axis=1, keepdims=True)
    directions_DP = torch.zeros(len(directions_Dn), len(reverse), dtype=torch.float64)
    directions_DP[:, place] = torch.from_numpy(directions_Dn)
    forward = forward_mode(objective, directions_DP.to(objective.point.device))
    expected = directions_Dn @ derivatives
    difference = float(np.abs(forward - expected).max()) / _size(derivatives if few else expected, overall)
    return Check(FORWARD, len(forward), not few, difference, difference)


def _differences(
    objective: Objective, place: slice, reverse: Array, samples: int, overall: float, generator: np.random.Generator
) -> tuple[Check, Array, dict[int, float]]:
    """The check, the largest absolute error of each step, and the derivative of each entry without a kink."""
    count = place.stop - place.start
    entries = np.sort(generator.permutation(count)[:samples]) + place.start
    differences = central_differences(objective, objective.point, entries, objective.chunk_size())
    smooth = ~differences.kinks
    size = _size(reverse[place], overall)
    gaps = np.abs(differences.values - reverse[entries])[smooth]
    excess = np.maximum(gaps - differences.rounding[smooth], 0.0)
    steps, counts = np.unique(differences.steps, return_counts=True)
    errors = np.abs(differences.by_step - reverse[entries])[:, smooth]
    check = Check(
        DIFFERENCES,
        len(entries),
        directions=False,
        difference=float(gaps.max(initial=0.0)) / size,
        excess=float(excess.max(initial=0.0)) / size,
        kinks=int(differences.kinks.sum()),
        step=float(steps[counts.argmax()]),
    )
    by_entry = dict(zip(entries[smooth].tolist(), differences.values[smooth].tolist(), strict=True))
    return check, errors.max(1, initial=0.0), by_entry


def _largest(
    exact: dict[str, Array], place: slice, shape: tuple[int, ...], by_entry: dict[int, float]
) -> EntryValues | None:
    """The values of the entry with the largest derivative."""
    if not by_entry:
        return None
    reverse = exact[REVERSE]
    entry = max(by_entry, key=lambda entry: abs(reverse[entry]))
    values = {way: float(gradient[entry]) for way, gradient in exact.items()} | {DIFFERENCES: by_entry[entry]}
    return EntryValues(tuple(map(int, np.unravel_index(entry - place.start, shape))), values)


def _size(derivatives: Array, overall: float) -> float:
    """What differences are relative to: the largest derivative of a tensor, or of the network where that is next to 0."""
    largest = float(np.abs(derivatives).max())
    return largest if largest > 1e-6 * overall else overall or 1.0
