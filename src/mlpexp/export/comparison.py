"""Whether a file that was written computes what the networks of the house do: it is run again and compared.

Axis letters: N samples, K classes, T target values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from mlpexp.asking import keyword
from mlpexp.errors import InputError, RunError
from mlpexp.export.int8 import Int8, cpu_inputs
from mlpexp.export.portable import Answer, PortableNetwork
from mlpexp.nn.network import StackedNetwork
from mlpexp.results.networks import Networks

TOLERANCE = 1e-5  # of an output; of one beyond 1, relative to it
BATCHES = (1, 7, 256)
MOST_VALUES = 50_000_000  # of a layer at once; networks of large pictures get smaller batches
JUMPING_SHARE = 0.01  # of samples may differ by more where the network has a step function


@dataclass(frozen=True)
class Compared:
    """What came out."""

    batches: tuple[int, ...]
    """Sizes that were tried."""
    largest: float
    """Difference of an output; where outputs are numbers, in units of the scale that was learned."""
    num_near: int
    """Samples with other classes, whose two largest outputs are nearer to each other than the tolerance."""
    num_jumps: int
    """Samples that differ by more since a step function lies between."""


def compare(
    network: PortableNetwork,
    networks: Networks,
    raw: np.ndarray,
    run: Callable[[np.ndarray], Answer],
    int8: Int8 | None = None,
) -> Compared:
    """Compares at several sizes of batches.

    Args:
        network: What was written.
        networks: What it should compute, of one seed.
        raw: Samples; they are repeated where a batch is larger.
        run: Computes by the file.
        int8: What it should compute instead.

    Raises:
        InputError: The network itself gives numbers that are not finite.
        RunError: It computes something else.
    """
    reference = in_single(networks, ("bfloat16",) if int8 is None else ("bfloat16", "float64"))
    largest = largest_batch(networks)
    batches = tuple(dict.fromkeys(min(size, largest) for size in BATCHES))
    results = []
    for size in batches:
        some = raw[np.arange(size) % len(raw)]
        results.append(_at_batch(network, expected(reference, some, int8), run(some)))
    return Compared(
        batches, max(r.largest for r in results), max(r.num_near for r in results), max(r.num_jumps for r in results)
    )


def largest_batch(networks: Networks) -> int:
    """Samples that are computed with at once."""
    return max(2, MOST_VALUES // networks.network.architecture.widest)


def in_single(networks: Networks, precisions: Sequence[str] = ("bfloat16",)) -> Networks:
    """The same networks, computed in float32 where training used bfloat16; float64 stays the better reference.

    Args:
        networks: Which.
        precisions: Instead of which float32 is used. int8 begins with float32 inputs, whatever was trained.
    """
    training = networks.experiment.training
    if training.precision not in precisions:
        return networks
    experiment = networks.experiment.model_copy(
        update={"training": training.model_copy(update={"precision": "float32"})}
    )
    stack = networks.network
    single = StackedNetwork(stack.architecture, *(each.to(torch.float32) for each in (stack.flat, stack.buffers)))
    return replace(networks, experiment=experiment, network=single)


@torch.no_grad()
def expected(networks: Networks, raw: np.ndarray, int8: Int8 | None = None) -> Answer:
    """What networks of one seed say, or their int8 numbers."""
    if int8 is not None:
        logits = int8.logits(cpu_inputs(networks.inputs(raw)[0])).to(networks.device).unsqueeze(0)
        predicted = networks.predicted(logits)[0].cpu().numpy()
        if not networks.classification:
            return Answer(predicted.astype(float), None)
        return Answer(networks.head.of_classes(logits)[0].double().cpu().numpy(), predicted)
    if networks.classification:
        return Answer(networks.probabilities(raw)[0], networks.predictions(raw)[0])
    return Answer(networks.predictions(raw)[0], None)


def _at_batch(network: PortableNetwork, wanted: Answer, given: Answer) -> Compared:
    count = len(wanted.outputs)
    if not np.isfinite(wanted.outputs).all():
        raise InputError(
            f"{keyword('seed', network.origin.seed)}: its network gives numbers that are not finite; choose another"
        )
    if given.outputs.shape != wanted.outputs.shape:
        raise RunError(f"the file gives {given.outputs.shape}, expected {wanted.outputs.shape}; nothing was written")
    differences = np.abs(given.outputs - wanted.outputs) / _units(network, wanted.outputs)
    apart = ~(differences.max(1) <= TOLERANCE)
    near = np.zeros(count, dtype=bool)
    if wanted.classes is not None and given.classes is not None:
        two = np.sort(wanted.outputs, 1)[:, -2:]
        near = given.classes != wanted.classes
        apart |= near & (two[:, 1] - two[:, 0] > 2 * TOLERANCE)
    allowed = int(np.ceil(JUMPING_SHARE * count)) if network.has_jumps else 0
    if apart.sum() > allowed:
        raise RunError(
            f"the file computes something else: outputs differ by {differences.max():.2g} in {int(apart.sum())} of {count} "
            f"samples (at most {TOLERANCE:g} may be); nothing was written"
        )
    return Compared((count,), float(differences[~apart].max(initial=0)), int((near & ~apart).sum()), int(apart.sum()))


def _units(network: PortableNetwork, outputs: np.ndarray) -> np.ndarray:
    """What a difference of each output is divided by: its own size beyond 1, of numbers the scale that was learned."""
    scale = network.scaling.target_scale
    if scale is None:
        return np.maximum(1, np.abs(outputs))
    units = np.array(scale)
    if network.preparation.target_log:
        return np.abs(outputs) * np.maximum(1, units)
    return np.maximum(units, np.abs(outputs))
