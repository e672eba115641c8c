"""Whether a file that was written computes what the networks of the house do: it is run again and compared.

Axis letters: N samples, K classes, T target values.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from mlpexp.errors import InputError, RunError
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
    network: PortableNetwork, networks: Networks, raw: np.ndarray, run: Callable[[np.ndarray], Answer]
) -> Compared:
    """Compares at several sizes of batches.

    Args:
        network: What was written.
        networks: What it should compute, of one seed.
        raw: Samples; they are repeated where a batch is larger.
        run: Computes by the file.

    Raises:
        InputError: The network itself gives numbers that are not finite.
        RunError: It computes something else.
    """
    reference = in_single(networks)
    largest_batch = max(2, MOST_VALUES // networks.network.architecture.widest)
    batches = tuple(dict.fromkeys(min(size, largest_batch) for size in BATCHES))
    results = [_at_batch(network, reference, raw[np.arange(size) % len(raw)], run) for size in batches]
    return Compared(
        batches, max(r.largest for r in results), max(r.num_near for r in results), max(r.num_jumps for r in results)
    )


def in_single(networks: Networks) -> Networks:
    """The same networks, computed in float32 where training used bfloat16; float64 stays the better reference."""
    training = networks.experiment.training
    if training.precision != "bfloat16":
        return networks
    experiment = networks.experiment.model_copy(
        update={"training": training.model_copy(update={"precision": "float32"})}
    )
    stack = networks.network
    single = StackedNetwork(stack.architecture, *(each.to(torch.float32) for each in (stack.flat, stack.buffers)))
    return replace(networks, experiment=experiment, network=single)


def expected(networks: Networks, raw: np.ndarray) -> Answer:
    """What networks of one seed say."""
    if networks.classification:
        return Answer(networks.probabilities(raw)[0], networks.predictions(raw)[0])
    return Answer(networks.predictions(raw)[0], None)


def _at_batch(
    network: PortableNetwork, networks: Networks, raw: np.ndarray, run: Callable[[np.ndarray], Answer]
) -> Compared:
    wanted, given = expected(networks, raw), run(raw)
    if not np.isfinite(wanted.outputs).all():
        raise InputError(f"--seed {network.origin.seed}: its network gives numbers that are not finite; choose another")
    if given.outputs.shape != wanted.outputs.shape:
        raise RunError(f"the file gives {given.outputs.shape}, expected {wanted.outputs.shape}; nothing was written")
    differences = np.abs(given.outputs - wanted.outputs) / _units(network, wanted.outputs)
    apart = ~(differences.max(1) <= TOLERANCE)
    near = np.zeros(len(raw), dtype=bool)
    if wanted.classes is not None and given.classes is not None:
        two = np.sort(wanted.outputs, 1)[:, -2:]
        near = given.classes != wanted.classes
        apart |= near & (two[:, 1] - two[:, 0] > 2 * TOLERANCE)
    allowed = int(np.ceil(JUMPING_SHARE * len(raw))) if network.has_jumps else 0
    if apart.sum() > allowed:
        raise RunError(
            f"the file computes something else: outputs differ by {differences.max():.2g} in {int(apart.sum())} of {len(raw)} "
            f"samples (at most {TOLERANCE:g} may be); nothing was written"
        )
    return Compared(
        (len(raw),), float(differences[~apart].max(initial=0)), int((near & ~apart).sum()), int(apart.sum())
    )


def _units(network: PortableNetwork, outputs: np.ndarray) -> np.ndarray:
    """What a difference of each output is divided by: its own size beyond 1, of numbers the scale that was learned."""
    scale = network.scaling.target_scale
    if scale is None:
        return np.maximum(1, np.abs(outputs))
    units = np.array(scale)
    if network.preparation.target_log:
        return np.abs(outputs) * np.maximum(1, units)
    return np.maximum(units, np.abs(outputs))
