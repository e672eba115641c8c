"""The training loop: a stack of members as a generator of records.

Members that diverge or stop early leave the stack; as neighbours do not matter, the others keep every bit.

Axis letters: M members (of the whole stack; A of them still active), P parameters of a member.
"""

from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture
from mlpexp.config.experiment import Experiment
from mlpexp.data.dataset import Dataset
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.dropout import DropoutMasks
from mlpexp.training.evaluation import Evaluator, PartScore
from mlpexp.training.hyper import CoefficientCache, HyperParameters, dropout_rates
from mlpexp.training.losses import LOSSES
from mlpexp.training.progress import Progress
from mlpexp.training.records import Record, Row, Status
from mlpexp.training.samples import Block, Samples
from mlpexp.training.step import Stepper

WEIGHT_DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.float32}


class Trainer:
    """Trains the members of one stack.

    Args:
        members: One resolved experiment per member; they may differ in numbers (seed, learning rate, momentum, decay,
            dropout rate, initialization), not in what is computed (shapes, activation, optimizer kind, batch size).
        architecture: What each member is.
        dataset: The data.
        samples: The data as the members' seeds see them.
    """

    def __init__(
        self, members: Sequence[Experiment], architecture: Architecture, dataset: Dataset, samples: Samples
    ) -> None:
        self.members, self.architecture, self.samples = list(members), architecture, samples
        first = self.members[0]
        self.settings, self.classification = first.training, dataset.facts.task == "classification"
        self.loss = LOSSES[str(first.loss)]
        size = self.settings.batch_size
        self.batch_size = samples.sizes.train if size == "full" else min(size, samples.sizes.train)
        self.steps_per_epoch = samples.num_steps(self.batch_size)
        self.evaluator = Evaluator(samples, self.loss, classification=self.classification)
        self.parts = list(samples.sizes.bounds)
        self.variances = {} if self.classification else target_variances(samples)
        seeds = [member.seed for member in self.members]
        network = StackedNetwork.initialized(
            architecture, seeds, dtype=WEIGHT_DTYPES[self.settings.precision], device=samples.device
        )
        self.progress = Progress.start(
            network, HyperParameters(self.members), averaging=self.settings.weight_averaging is not None
        )
        self.place_of_seed = {seed: i for i, seed in enumerate(samples.seeds)}
        self._arm()

    def run(self) -> Iterator[Record | None]:
        """Trains to the end, from wherever ``progress`` is.

        Yields:
            A record after each evaluated epoch, and None after each step in between: after either, ``progress`` is
            consistent and can be saved, and the caller may stop.
        """
        progress, started = self.progress, perf_counter()
        if progress.epoch == 0 and progress.step_of_epoch == 0 and not progress.initial_recorded:
            progress.initial_recorded = True
            yield self._record(started, started)
            started = perf_counter()
        while progress.active and progress.epoch < self.settings.epochs:
            for _ in self._steps():
                yield None
            progress.epoch, progress.step_of_epoch = progress.epoch + 1, 0
            last = progress.epoch == self.settings.epochs
            if last or progress.epoch % self.settings.evaluate_every == 0:
                self._synchronize()
                yield self._record(started, perf_counter())
                started = perf_counter()

    def restore(self, arrays: Mapping[str, np.ndarray], plain: Mapping[str, Any]) -> None:
        """Continues from what ``progress.state()`` gave."""
        self.progress.restore(arrays, plain)
        if self.progress.active:
            self._arm()

    def _arm(self) -> None:
        """Prepares what depends on which members are still active."""
        progress = self.progress
        active = [self.members[i] for i in progress.active]
        self.hyper = HyperParameters(active)
        self.coefficients = CoefficientCache(self.hyper, self.steps_per_epoch, progress.network.flat)
        index = np.array([self.place_of_seed[member.seed] for member in active], dtype=np.int64)
        own = len(index) == len(self.place_of_seed) and bool((index == np.arange(len(index))).all())
        self.seed_of_member: Tensor | None = None if own else torch.from_numpy(index).to(self.samples.device)
        self.dropout = DropoutMasks(self.architecture, dropout_rates(active, self.architecture), index)
        self.stepper = Stepper(progress.network, progress.slots, progress.averaged, self.hyper, self.loss)

    def _steps(self) -> Iterator[None]:
        """The remaining steps of the current epoch."""
        progress, samples = self.progress, self.samples
        epoch = progress.epoch + 1
        self.dropout.start_epoch(samples.seeds, epoch)
        for _ in range(progress.step_of_epoch):  # a resumed epoch: pass over what was drawn before
            self.dropout.draw(1, self.batch_size, dtype=samples.dtype, device=samples.device)
        for block in samples.blocks(epoch, self.batch_size, progress.step_of_epoch):
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[None]:
        progress, samples = self.progress, self.samples
        inputs, targets = block.inputs, block.targets
        if self.seed_of_member is not None:
            inputs, targets = inputs[:, self.seed_of_member], targets[:, self.seed_of_member]
        num_steps, size = inputs.shape[0], inputs.shape[2]
        coefficients = self.coefficients.of(progress.step, num_steps)
        masks = self.dropout.draw(num_steps, size, dtype=samples.dtype, device=samples.device)
        running = self.settings.train_metrics == "running"
        for x, y, mask, c in zip(inputs.unbind(0), targets.unbind(0), masks, coefficients, strict=True):
            outputs = self.stepper(x, y, Mode(training=True, dropout=mask), c)
            if running:
                progress.add_running(
                    self.loss.value(outputs, y), outputs.argmax(2) == y if self.classification else None
                )
            progress.step += 1
            progress.step_of_epoch += 1
            yield None

    def _record(self, started: float, trained: float) -> Record:
        progress = self.progress
        scores = self._scores()
        healthy = self._healthy(scores)
        progress.keep(healthy, scores["validation"].loss if "validation" in scores else None, self.members)
        statuses = [self._status(position, healthy[i]) for i, position in enumerate(progress.active)]
        rates = self.hyper.rates(np.array([max(progress.step - 1, 0)]), self.steps_per_epoch)[0]
        rows = tuple(
            Row(position, self.members[position].seed, float(rates[i]), self._named(scores, i), statuses[i])
            for i, position in enumerate(progress.active)
        )
        record = Record(
            progress.epoch, progress.step, progress.epoch * self.samples.sizes.train,
            trained - started, perf_counter() - trained, rows,
        )  # fmt: skip
        staying = [i for i, status in enumerate(statuses) if status == "running"]
        if len(staying) < len(statuses):
            progress.drop_all_but(staying, statuses)
            if staying:
                self._arm()
        return record

    def _scores(self) -> dict[str, PartScore]:
        progress = self.progress
        running = self.settings.train_metrics == "running" and progress.epoch > 0
        parts = [part for part in self.parts if not (running and part == "train")]
        network = progress.evaluated_network()
        scores = self.evaluator.scores(network, self.seed_of_member, parts) if parts else {}
        if running:
            loss, accuracy = progress.take_running()
            scores = {
                "train": PartScore(loss, accuracy if self.classification else np.full_like(loss, np.nan)),
                **scores,
            }
        return scores

    def _healthy(self, scores: dict[str, PartScore]) -> np.ndarray:
        """Which active members have finite parameters and a finite loss on every part."""
        network = self.progress.network
        finite = torch.isfinite(network.flat).all(1) & torch.isfinite(network.buffers).all(1)
        return finite.cpu().numpy() & np.all([np.isfinite(score.loss) for score in scores.values()], axis=0)

    def _status(self, position: int, healthy: bool) -> Status:
        progress, stopping = self.progress, self.members[position].training.early_stopping
        if not healthy:
            return "diverged"
        if progress.epoch == self.settings.epochs:
            return "finished"
        if stopping and progress.epoch - progress.best_epoch[position] >= stopping.patience:
            return "stopped early"
        return "running"

    def _named(self, scores: dict[str, PartScore], i: int) -> dict[str, float]:
        named = {}
        for part, score in scores.items():
            named[f"{part}_loss"] = float(score.loss[i])
            if self.classification:
                named[f"{part}_accuracy"] = float(score.accuracy[i])
            else:
                seed = self.place_of_seed[self.members[self.progress.active[i]].seed]
                named[f"{part}_r2"] = 1 - float(score.loss[i]) / max(float(self.variances[part][seed]), 1e-300)
        return named

    def _synchronize(self) -> None:
        if self.samples.device.type == "cuda":
            torch.cuda.synchronize(self.samples.device)


def target_variances(samples: Samples) -> dict[str, np.ndarray]:
    """Mean squared distance of the targets from their mean, ``(S,)`` per part: what R^2 compares the loss with."""
    variances = {}
    for part, (start, stop) in samples.sizes.bounds.items():
        targets = samples.part(start, stop)[1].double().cpu().numpy()
        variances[part] = targets.var(axis=1).mean(axis=1)
    return variances
