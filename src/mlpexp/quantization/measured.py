"""Trained networks and what quantizing makes of them: scores on the test part before and after, over the seeds.

Axis letters: N samples, U output units.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.scores import Score
from mlpexp.data.dataset import Dataset
from mlpexp.errors import InputError
from mlpexp.execution.members import members_of, samples_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.quantization.bound import bound_of
from mlpexp.quantization.lowering import Step, steps_of
from mlpexp.quantization.networks import QuantizedNetwork, quantized
from mlpexp.quantization.scheme import SCHEMES, Scheme
from mlpexp.quantization.stored import Stored, stored, stored_floats
from mlpexp.results.networks import Networks
from mlpexp.results.weights_again import dataset_of
from mlpexp.statistics.intervals import MeanInterval, mean_interval, paired_difference
from mlpexp.training.evaluation import always, chunk_size
from mlpexp.training.head import Head
from mlpexp.training.samples import Samples
from mlpexp.training.scores import Collected

CALIBRATION_SAMPLES = 1_000


@dataclass(frozen=True)
class Measured:
    """One seed by one scheme."""

    seed: int
    """Whose network it is."""
    name: str
    """Of the scheme, as in names of files; of the trained network its type, ``float32``."""
    scheme: Scheme | None
    """What is int8; None: nothing."""
    score: float
    """On the test part."""
    largest: float
    """Largest difference of a logit of a test sample to that of the trained network; 0 of that."""
    bound: float
    """The largest bound of such a difference."""
    file: Stored
    """What is written."""


@dataclass(frozen=True)
class Row:
    """One scheme over all seeds."""

    name: str
    """As of ``Measured``."""
    scheme: Scheme | None
    """As of ``Measured``."""
    score: MeanInterval
    """Over the seeds."""
    difference: MeanInterval
    """To the trained networks, paired by seed."""
    largest: float
    """Over the seeds."""
    bound: float
    """Over the seeds."""
    bytes: int
    """Of the file of the first seed."""
    formula: str
    """Of this file."""
    formula_bytes: int
    """Its value."""

    @property
    def header_bytes(self) -> int:
        """What the file has beside its numbers."""
        return self.bytes - self.formula_bytes


@dataclass(frozen=True)
class Quantization:
    """All schemes and seeds."""

    score: Score
    """What is measured."""
    every: tuple[Measured, ...]
    """By seed and scheme, the trained network first."""
    calibration_samples: int
    """Of each seed."""
    test_samples: int
    """Of the first seed."""
    is_classes: bool
    """Whether outputs are logits of classes; else numbers in the unit that is learned."""

    @property
    def seeds(self) -> list[int]:
        """Those that there are."""
        return list(dict.fromkeys(measured.seed for measured in self.every))

    @property
    def rows(self) -> list[Row]:
        """Over the seeds: the trained network, then the schemes."""
        names = dict.fromkeys(measured.name for measured in self.every)
        by_name = {name: [measured for measured in self.every if measured.name == name] for name in names}
        before = np.array([measured.score for measured in next(iter(by_name.values()))])
        return [self._row(of_name, before) for of_name in by_name.values()]

    def _row(self, of_name: Sequence[Measured], before: np.ndarray) -> Row:
        scores, first = np.array([measured.score for measured in of_name]), of_name[0]
        return Row(
            first.name,
            first.scheme,
            mean_interval(scores).within(*self.score.ends),
            paired_difference(scores, before),
            max(measured.largest for measured in of_name),
            max(measured.bound for measured in of_name),
            len(first.file.content),
            first.file.formula,
            first.file.formula_bytes,
        )


def measured(
    networks: Networks,
    data_dir: str | None = None,
    calibration_samples: int = CALIBRATION_SAMPLES,
    say: Callable[[str], None] = lambda sentence: None,
) -> Quantization:
    """Quantizes the network of each seed by each scheme, and measures them on the test part of that seed.

    Args:
        networks: Of an arm.
        data_dir: Where image data sets lie.
        calibration_samples: Of the training part, evenly spaced, whose ranges are taken; fewer if it has fewer.
        say: Is told what takes time.

    Raises:
        InputError: There is no test part, or the data are not there.
        RunError: The data have changed.
    """
    arm = networks.arm
    if "test" not in arm.result.summary.parts:
        raise InputError(f"{arm.result.path}: has no test part, so nothing is measured; set dataset.test_fraction")
    dataset, score = dataset_of(arm, data_dir), arm.result.summary.metric.score
    every: list[Measured] = []
    for place, seed in enumerate(networks.seeds):
        if len(networks.seeds) > 1:
            say(f"seed {seed}: quantized, and measured on its test part")
        one = _OfSeed(networks, place, dataset, score, calibration_samples)
        every += one.measured()
    return Quantization(score, tuple(every), one.calibrated_on, one.test_samples, networks.classification)


class _OfSeed:
    """The network of one seed with its samples."""

    def __init__(self, networks: Networks, place: int, dataset: Dataset, score: Score, most: int) -> None:
        self.seed, self.head, self.score = networks.seeds[place], networks.head, score
        self.network: StackedNetwork = networks.network.select([place])
        self.samples: Samples = samples_of(members_of(networks.experiment, [self.seed]), dataset)
        self.steps: list[Step] = steps_of(self.network)
        self.size = chunk_size(self.network)
        summary = networks.arm.result.summary
        self.origin = {"result": summary.hash, "arm": str(networks.arm.number), "seed": str(self.seed)}
        bounds = self.samples.sizes.bounds
        self.test, train = bounds["test"], bounds["train"]
        self.test_samples = self.test[1] - self.test[0]
        self.calibrated_on = min(most, train[1] - train[0])
        self.calibration = self._spaced(*train)

    def measured(self) -> list[Measured]:
        """The trained network, then by each scheme."""
        before = torch.cat([self.network(inputs)[0] for inputs in self._test_inputs()])
        name = str(self.network.flat.dtype).removeprefix("torch.")
        file = stored_floats(self.network, self.origin)
        rows = [Measured(self.seed, name, None, self._score(before), 0.0, 0.0, file)]
        for scheme in SCHEMES:
            made = quantized(self.steps, scheme, self.calibration)
            after, bound = self._after(made)
            largest = float((after - before.cpu().double()).abs().max())
            score = self._score(after.to(before))
            rows.append(Measured(self.seed, scheme.name, scheme, score, largest, bound, stored(made, self.origin)))
        return rows

    def _after(self, made: QuantizedNetwork) -> tuple[Tensor, float]:
        """Logits ``(N, U)`` of the test part, and the largest bound of their differences."""
        logits, largest = [], 0.0
        for inputs in self._test_inputs():
            x = _plain(inputs[0])
            logits.append(made.value(x))
            largest = max(largest, float(bound_of(made, self.steps, x).max()))
        return torch.cat(logits).double(), largest

    def _test_inputs(self) -> Iterator[Tensor]:
        """``(1, B, *shape)``, some at a time."""
        for start in range(*self.test, self.size):
            yield self.samples.part(start, min(start + self.size, self.test[1]))[0]

    def _spaced(self, first: int, past: int) -> list[Tensor]:
        """Inputs ``(B, *shape)`` of training samples, evenly spaced over the part."""
        places = first + np.arange(self.calibrated_on) * (past - first) // self.calibrated_on
        batches = []
        for start in range(first, past, self.size):
            stop = min(start + self.size, past)
            wanted = places[(places >= start) & (places < stop)] - start
            if len(wanted):
                batches.append(_plain(self.samples.part(start, stop)[0][0])[torch.from_numpy(wanted)])
        return batches

    def _score(self, logits: Tensor) -> float:
        """Of logits ``(N, U)`` of the test part."""
        targets, samples = self.samples.part(*self.test)[1], self.samples
        variance = samples.target_variances["test"] if self.score.name == "r2" else None
        return score_of(self.score.name, self.head, logits.unsqueeze(0), targets, samples, variance)


def _plain(inputs: Tensor) -> Tensor:
    """On the CPU, in float32 or float64."""
    return inputs.cpu() if inputs.dtype == torch.float64 else inputs.cpu().float()


def score_of(
    name: str, head: Head, logits: Tensor, targets: Tensor, samples: Samples, variance: np.ndarray | None
) -> float:
    """A score of logits ``(1, N, U)`` and what is learned of their targets, as training measures it."""
    loss = head.loss.value(logits, targets).double().mean(1).cpu().numpy()
    right = head.beside_loss(logits, targets).double().mean(1).cpu().numpy()
    collected = Collected([name], head, log=samples.units is not None and samples.units.log)
    if collected:
        collected.add(logits, targets, samples.units)
    return float((always(head, loss, right, variance) | collected.scores(variance))[name][0])
