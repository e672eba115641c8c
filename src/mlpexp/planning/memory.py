"""What training needs of memory at the least, and a refusal where less is free.

Counted are the data set, the parameters with what an optimizer keeps beside them, what one step keeps of a batch until it has
gone back through all layers, and what lies between two layers while a chunk of samples is evaluated. Not counted are PyTorch
itself (about 300 MB), working copies of convolutions and standardized copies of small data sets: the figure is a lower bound,
so that nothing is refused that would have worked. ``benchmarks/LOG.md`` compares it with what was measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from mlpexp.architectures.architecture import Architecture, Layer
from mlpexp.architectures.arithmetic import evaluation_chunk
from mlpexp.architectures.layers import Activation, Dropout, Flatten, Pool2d
from mlpexp.config.activations import KNOWN
from mlpexp.config.yaml_source import Source
from mlpexp.errors import ConfigError, Problem
from mlpexp.planning.plan import Plan
from mlpexp.planning.prepare import Prepared

WIDTHS = {"float64": 8, "bfloat16": 2}  # bytes of a number between layers, by precision; of the others 4
INDEX_BYTES = 8  # of the place of a maximum
COPIES = 5  # of the parameters: they, the gradient by layer and as one, what an update needs, the kept ones
STATES = {"adam": 2, "adamw": 2, "adagrad": 1, "rmsprop": 1}  # copies that an optimizer keeps, too
NEVER_REFUSED = 500_000_000  # bytes that are found on any machine, if only for a moment


@dataclass(frozen=True)
class Needs:
    """Of one trial, in bytes."""

    data: int
    """The data set in memory."""
    parameters: int
    """Parameters, gradient, and what the optimizer keeps."""
    sample: int
    """What a step keeps of one sample of its batch."""
    batch_size: int
    """Samples of a step."""
    evaluation: int
    """Between two layers, for a chunk of samples that is evaluated."""

    @property
    def fixed(self) -> int:
        """Whatever the batch size is."""
        return self.data + self.parameters

    @property
    def least(self) -> int:
        """With a batch of one sample."""
        return self.fixed + max(self.sample, self.evaluation)

    @property
    def total(self) -> int:
        """At the time when most is needed."""
        return self.fixed + max(self.batch_size * self.sample, self.evaluation)


def needs_of(prepared: Prepared) -> Needs:
    """What a trial needs at the least."""
    training, facts, network = prepared.experiment.training, prepared.facts, prepared.architecture
    width, optimizer = WIDTHS.get(training.precision, 4), prepared.experiment.optimizer.name
    values = prod(facts.input_shape)
    copies = COPIES + STATES.get(optimizer, 0)
    between = max(prod(layer.input_shape) + prod(layer.output_shape) for layer in network.layers)
    samples = min(evaluation_chunk(network, 1, on_cpu=True), facts.num_samples)
    return Needs(
        data=facts.num_samples * values * (1 if facts.is_image else 8),
        parameters=copies * max(width, 4) * network.num_parameters,
        sample=_kept_bytes(network, width) + width * network.widest,
        batch_size=training.batch_of(prepared.sizes.train),
        evaluation=samples * width * between,
    )


def _kept_bytes(network: Architecture, width: int) -> int:
    """Of one sample: its input, and the output of each layer, until the step has gone back through them."""
    followed = [*pairwise(network.layers), (network.layers[-1], None)]
    return width * prod(network.input_shape) + sum(_output_bytes(*pair, width) for pair in followed)


def _output_bytes(layer: Layer, following: Layer | None, width: int) -> int:
    count, spec = prod(layer.output_shape), layer.spec
    match spec:
        case Flatten():
            return 0
        case Pool2d(largest=True):
            return count * (width + INDEX_BYTES)
        case Dropout():
            return 2 * width * count
        case Activation() if following and isinstance(following.spec, Pool2d):
            pooled_first = following.spec.largest and KNOWN[spec.function.name].pools_first
            return width * (prod(following.output_shape) if pooled_first else count)
        case _:
            return width * count


def refuse_too_large(plan: Plan, source: Source, free_of: Callable[[Prepared], int | None]) -> None:
    """Sees that each arm fits into memory, before anything is made.

    Args:
        plan: The plan.
        source: For the places of problems.
        free_of: Bytes that are free where an experiment is trained; None: nobody knows.

    Raises:
        ConfigError: With the key to change, of the first arm that does not fit.
    """
    for arm in plan.arms:
        needs = needs_of(arm.prepared)
        if needs.total <= NEVER_REFUSED:
            continue
        free = free_of(arm.prepared)
        if free is not None and needs.total > free:
            key, what = _too_large(needs, arm.prepared, free)
            label = f"in arm {arm.label}: " if len(plan.arms) > 1 else ""
            raise ConfigError([Problem(source.place(tuple(key.split("."))), key, label + what)])


def _too_large(needs: Needs, prepared: Prepared, free: int) -> tuple[str, str]:
    """The key to change, and a sentence."""
    there = f"of memory, and {_gigabytes(free)} are free"
    if needs.data > free:
        return "dataset", f"its {prepared.facts.num_samples:,} samples need about {_gigabytes(needs.data)} {there}"
    if needs.fixed > free:
        count = prepared.architecture.num_parameters
        return "model", f"its {count:,} parameters and their gradient need about {_gigabytes(needs.fixed)} {there}"
    if needs.least > free:
        return "model", f"even one sample at a time needs about {_gigabytes(needs.least)} {there}"
    most = (free - needs.fixed) // needs.sample
    return "training.batch_size", (
        f"{needs.batch_size:,} samples at a time need about {_gigabytes(needs.total)} {there}; at most {most:,} fit"
    )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB"
