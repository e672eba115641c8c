"""What training needs of memory at the least, and a refusal where less is free.

Counted are the data set, the parameters with what is kept beside them, what one step keeps of a batch until it has gone back
through all layers, and what lies between two layers while a chunk of samples is evaluated. Not counted are PyTorch itself
(about 300 MB), working copies of convolutions and standardized copies of small data sets: the figure is a lower bound, so
that nothing is refused that would have worked. ``benchmarks/LOG.md`` compares it with what was measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from mlpexp.architectures.architecture import Architecture, Layer
from mlpexp.architectures.arithmetic import evaluation_chunk
from mlpexp.architectures.layers import Activation, Dropout, Flatten, Pool2d
from mlpexp.asking import keyword
from mlpexp.config.activations import KNOWN
from mlpexp.config.datasets import Synthetic
from mlpexp.config.load import leaves
from mlpexp.config.own_parts import is_own
from mlpexp.config.yaml_source import Path_, Source, dotted
from mlpexp.errors import ConfigError, InputError, Problem
from mlpexp.planning.plan import Plan
from mlpexp.planning.prepare import Prepared

WIDTHS = {"float64": 8, "bfloat16": 2}  # bytes of a number between layers, by precision; of the others 4
INDEX_BYTES = 8  # of the place of a maximum
COPIES = 5  # of the parameters: they, the gradient by layer and as one, what an update needs, those before it
KEPT_COPIES = 3  # the last ones, the best ones, and what is being written
PLACES = 36  # bytes of a sample besides its inputs: its target, and where it is in the data, its part and the order
STATES = {"adam": 2, "adamw": 2, "adagrad": 1, "rmsprop": 1}  # copies that an optimizer keeps, too
NEVER_REFUSED = 500_000_000  # bytes that are found on any machine, if only for a moment
PROCESS = 300_000_000  # of a worker, before it begins


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


def needs_of(prepared: Prepared, members: int = 1, *, keeps: bool = True) -> Needs:
    """What training needs at the least.

    Args:
        prepared: What is trained.
        members: How many of them at the same time, on the same data.
        keeps: Whether weights are kept besides those that are trained.
    """
    training, facts, network = prepared.experiment.training, prepared.facts, prepared.architecture
    width, optimizer = WIDTHS.get(training.precision, 4), prepared.experiment.optimizer.name
    values = prod(facts.input_shape)
    copies = COPIES + (2 if is_own(optimizer) else STATES.get(optimizer, 0)) + KEPT_COPIES * keeps
    between = max(prod(layer.input_shape) + prod(layer.output_shape) for layer in network.layers)
    samples = min(evaluation_chunk(network, 1, on_cpu=True), facts.num_samples)
    return Needs(
        data=facts.num_samples * (values * (1 if facts.is_image else 8) + PLACES),
        parameters=members * copies * max(width, 4) * network.num_parameters,
        sample=members * (_kept_bytes(network, width) + width * network.widest),
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
        label = f"in arm {arm.label}: " if len(plan.arms) > 1 else ""
        refuse_needs(needs_of(arm.prepared), arm.prepared, source, free_of, label)


def refuse_needs(
    needs: Needs, prepared: Prepared, source: Source, free_of: Callable[[Prepared], int | None], label: str = ""
) -> None:
    """``refuse_too_large`` for what one training needs.

    Raises:
        ConfigError: With the key to change.
    """
    if needs.total <= NEVER_REFUSED:
        return
    free = free_of(prepared)
    if free is not None and needs.total > free:
        path, what = _too_large(needs, prepared, free)
        raise ConfigError([Problem(source.place(path), dotted(path), label + what)])


def workers_that_fit(plan: Plan, free_of: Callable[[Prepared], int | None], workers: int, *, asked: bool) -> int:
    """How many of so many workers fit into memory side by side, each with the largest arm: one in any case.

    Args:
        plan: The plan.
        free_of: As in ``refuse_too_large``.
        workers: Processes that would be busy.
        asked: Whether that many were asked for: then it is an error if they do not fit.

    Raises:
        InputError: They do not.
    """
    workers = min(workers, len(plan.arms) * len(plan.seeds))
    if workers == 1:
        return 1
    needs, largest = max(((needs_of(arm.prepared).total, arm.prepared) for arm in plan.arms), key=lambda pair: pair[0])
    free = free_of(largest)
    most = workers if free is None else max(1, min(workers, free // (needs + PROCESS)))
    if free is not None and asked and workers > most:
        need = _gigabytes(workers * (needs + PROCESS))
        there = f"of memory, and {_gigabytes(free)} are free"
        raise InputError(f"{keyword('jobs')}: {workers:,} workers need about {need} {there}; at most {most:,} fit")
    return most


def _too_large(needs: Needs, prepared: Prepared, free: int) -> tuple[Path_, str]:
    """The key to change, and a sentence."""
    there = f"of memory, and {_gigabytes(free)} are free"
    if needs.data > free:
        path = _largest_of("dataset", prepared) if isinstance(prepared.experiment.dataset, Synthetic) else ("dataset",)
        return path, f"its {prepared.facts.num_samples:,} samples need about {_gigabytes(needs.data)} {there}"
    if needs.fixed > free:
        count = prepared.architecture.num_parameters
        what = f"its {count:,} parameters and their gradient need about {_gigabytes(needs.fixed)} {there}"
        return _largest_of("model", prepared), what
    if needs.least > free:
        return ("model",), f"even one sample at a time needs about {_gigabytes(needs.least)} {there}"
    most = (free - needs.fixed) // needs.sample
    return ("training", "batch_size"), (
        f"{needs.batch_size:,} samples at a time need about {_gigabytes(needs.total)} {there}; at most {most:,} fit"
    )


def _largest_of(section: str, prepared: Prepared) -> Path_:
    """The key of the largest whole number of a section, which makes it large; the section itself, if it has none."""
    found = [
        (value, path)
        for path, value in leaves(getattr(prepared.experiment, section).model_dump(mode="json"), (section,))
        if isinstance(value, int) and not isinstance(value, bool) and path[-1] != "data_seed"
    ]
    return max(found, key=lambda pair: pair[0], default=(0, (section,)))[1]


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB"
