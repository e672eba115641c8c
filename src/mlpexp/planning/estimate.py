"""What a stack will cost, roughly: seconds and bytes, from its shapes alone.

Those of the CPU were fitted on one core of an AMD EPYC (``benchmarks/LOG.md``), those of a card on an NVIDIA H100
(``benchmarks/RESULTS.md``); other machines are off by a factor that is about the same for all stacks, which is enough to
share work out fairly and to say "about 20 s".
"""

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from mlpexp.architectures.arithmetic import DEVICE_VALUES, cost, evaluation_chunk
from mlpexp.config.datasets import draws_new_data
from mlpexp.config.scores import score_named
from mlpexp.planning.prepare import Prepared


class Speed(NamedTuple):
    """What a step takes on a device, in microseconds."""

    step: float
    """Once: choosing the batch, the loss, the optimizer."""
    layer: float
    """Per layer, forward and backward, however small it is: on a card the launches."""
    member: float
    """Per member, however small it is."""
    macs: float
    """Multiply-accumulates in a microsecond."""


SPEEDS = {
    "cpu": Speed(step=30.0, layer=12.0, member=1.2, macs=20_000.0),
    "cuda": Speed(step=15.0, layer=25.0, member=1.0, macs=3_000_000.0),
}  # fmt: skip
"""By kind of device. Those of ``cuda`` are of steps in CUDA graphs; its products are between 1 and 18 million in a
microsecond, slow where matrices and channels are few."""
MEASURED_ON = {
    "cuda": "times on a GPU were measured on an H100; another one differs",
    "mps": "times on mps are those of a CPU core; they have not been measured",
}  # fmt: skip
"""What must be said of the speeds of a device."""
FORWARD_AND_BACKWARD = 3
SORTED_COPIES = 8  # of log-odds: as they come, side by side, and what sorting them needs
POOLED = 2  # of a data set that a seed has for itself: as it was drawn, and behind those of other seeds
COPIES = 8  # of the parameters: themselves, gradient, last, best and what an update needs in between


@dataclass(frozen=True)
class Estimate:
    """Of one stack."""

    seconds: float
    """To train and evaluate it on one core, or on one card."""
    bytes: int
    """Of memory while it is trained."""


def speed_of(device: str) -> Speed:
    """Of ``cpu``, ``cuda`` or ``cuda:1``; of a device without figures those of the CPU."""
    return SPEEDS.get(device.partition(":")[0], SPEEDS["cpu"])


def stack_cost(prepared: Prepared, steps: int, num_members: int, num_seeds: int, device: str = "cpu") -> Estimate:
    """The cost of a stack whose members are like ``prepared``.

    Args:
        prepared: Any of the members.
        steps: Updates of a whole training.
        num_members: Members of the stack.
        num_seeds: Distinct seeds among them.
        device: Where they are trained.
    """
    speed = speed_of(device)
    training, sizes = prepared.experiment.training, prepared.sizes
    batch = training.batch_of(sizes.train)
    macs, layers = cost(prepared.architecture).macs, len(prepared.architecture.layers)
    fixed = speed.step + speed.layer * layers
    step = fixed + num_members * (speed.member + FORWARD_AND_BACKWARD * macs * batch / speed.macs)
    samples = sizes.train + sizes.validation + sizes.test
    chunk = evaluation_chunk(prepared.architecture, num_members, on_cpu=device == "cpu")
    chunks = -(-samples // chunk)
    evaluation = chunks * fixed + num_members * (speed.member + macs * samples / speed.macs)
    num_evaluations = training.epochs / training.evaluate_every
    seconds = 1e-6 * (steps * step + num_evaluations * evaluation)
    members = num_members * member_bytes(prepared, device) + _evaluated_bytes(prepared, num_members, device)
    return Estimate(seconds, members + num_seeds * _sample_bytes(prepared))


def _evaluated_bytes(prepared: Prepared, num_members: int, device: str) -> int:
    """Of two layers of all members, off the CPU: its chunks are as large as what is free allows."""
    if device == "cpu":
        return 0
    sizes, architecture = prepared.sizes, prepared.architecture
    samples = sizes.train + sizes.validation + sizes.test
    return 2 * _width(prepared) * min(DEVICE_VALUES, num_members * samples * architecture.widest)


def _width(prepared: Prepared) -> int:
    """Bytes of a number."""
    return 8 if prepared.experiment.training.precision == "float64" else 4


def member_bytes(prepared: Prepared, device: str = "cpu") -> int:
    """What one member adds: copies of its parameters, and the values of all layers for a chunk of samples."""
    architecture, sizes = prepared.architecture, prepared.sizes
    values = prod(prepared.facts.input_shape) + sum(prod(layer.output_shape) for layer in architecture.layers)
    training = prepared.experiment.training
    batch = training.batch_of(sizes.train)
    rows = 3 * batch
    if device == "cpu":
        rows = max(min(evaluation_chunk(architecture, 1, on_cpu=True), max(sizes.train, sizes.test)), rows)
    return _width(prepared) * (COPIES * architecture.num_parameters + rows * values) + _collected_bytes(prepared)


def _collected_bytes(prepared: Prepared) -> int:
    """What is kept of every sample until an epoch has been evaluated, for the scores that sort the samples."""
    scores, sizes = prepared.experiment.more_scores, prepared.sizes
    if not any(score_named(name).gathered == "log_odds" for name in scores):
        return 0
    samples = sizes.train + sizes.validation + sizes.test
    training = prepared.experiment.training
    if training.train_metrics == "running":
        samples += (training.evaluate_every - 1) * sizes.train
    return SORTED_COPIES * 8 * samples * (prepared.facts.num_outputs + 1)


def _sample_bytes(prepared: Prepared) -> int:
    """What one seed adds: a standardized copy of the samples, and where it has data of its own, these."""
    sizes = prepared.sizes
    whole = 8 * (sizes.train + sizes.validation + sizes.test) * prod(prepared.facts.input_shape)
    drawn = POOLED * whole if draws_new_data(prepared.experiment.dataset) else 0
    return min(whole, 64_000_000) + drawn
