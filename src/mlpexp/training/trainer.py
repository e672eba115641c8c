"""The training loop: a stack of members as a generator of records.

Members that diverge or stop early leave the stack; as neighbours do not matter, the others keep every bit.

Axis letters: M members (of the whole stack; A of them still active), P parameters of a member.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Dropout
from mlpexp.config.experiment import Experiment
from mlpexp.config.scores import measured_by, score_named
from mlpexp.data.dataset import Dataset
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.class_weights import class_weights
from mlpexp.training.diagnosed import is_diagnosed
from mlpexp.training.diagnostics import Diagnostics, Quantities
from mlpexp.training.divergence import are_finite, calm_norms, largest_losses, norm, norms
from mlpexp.training.dropout import DropoutMasks
from mlpexp.training.evaluation import always
from mlpexp.training.head import head_of
from mlpexp.training.hyper import CoefficientCache, HyperParameters, dropout_rates
from mlpexp.training.method import BACKPROPAGATION, Method
from mlpexp.training.one_program import assert_one_program
from mlpexp.training.records import Record, Status
from mlpexp.training.samples import Block, Samples
from mlpexp.training.scores import Collected, PartScores
from mlpexp.training.starts import Begun, begin_with
from mlpexp.training.state import TrainingState
from mlpexp.training.statuses import statuses_after
from mlpexp.training.step_block import StepBlock
from mlpexp.training.steps_at_once import recordable, steps_at_once
from mlpexp.training.transfer import on_device

WEIGHT_DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.float32, "tf32": torch.float32}


class Trainer:
    """Trains the members of one stack.

    Args:
        members: One resolved experiment per member; they may differ in numbers (seeds, learning rate, momentum, decay,
            dropout rate, initialization), not in what is computed: one ``program_of`` for all.
        architectures: One per member; they may differ in initializers, gains, slopes and dropout rates only.
        dataset: The data.
        samples: The data as the members' seeds see them.
        method: How they learn.
        clock: Seconds, of which each step and evaluation takes some.
        starts: Tensors by name that each member begins with instead of drawn ones, None for all drawn; empty: all are.
    """

    block_values = 10_000_000
    """Inputs and dropout factors of all members that are held for coming steps."""

    def __init__(
        self,
        members: Sequence[Experiment],
        architectures: Sequence[Architecture],
        dataset: Dataset,
        samples: Samples,
        method: Method = BACKPROPAGATION,
        clock: Callable[[], float] = perf_counter,
        starts: Sequence[Begun] = (),
    ) -> None:
        assert_one_program(members)
        self.members, self.architectures, self.samples = list(members), list(architectures), samples
        self.method, self.starts, self.clock = method, starts, clock
        first, sizes = self.members[0], samples.sizes
        self.settings = first.training
        """The ``training:`` section, the same for all members but for numbers."""
        self.seeds = np.array([member.seed for member in self.members], dtype=np.int64)
        self.pair_of_member = samples.index_of(self.members)
        """Whose samples each member sees, ``(M,)``."""

        self.names = measured_by(first.model.name, dataset.facts.task, first.more_scores)
        """Of the scores, first that which training lowers."""
        self.parts = list(sizes.bounds)
        """The parts of the data that are there."""
        self.selected_by = score_named(first.selected_by or self.names[0])
        """What the best weights have the best of, on validation data."""
        self.head = head_of(first, dataset.facts)
        """What is made of logits, the loss included; nothing asks for that of a map."""

        self.batch_size = self.settings.batch_of(sizes.train)
        self.steps_per_epoch = samples.num_steps(self.batch_size)
        self.dropout_rates = dropout_rates(self.architectures)

        network = self._initial_network()
        self.architecture = network.architecture
        self.values_per_sample = prod(self.architecture.input_shape) + sum(
            prod(layer.output_shape) for layer in self.architecture.layers if isinstance(layer.spec, Dropout)
        )
        """Values that a step needs of each sample: inputs, and factors of dropout."""
        self.class_weights = class_weights(self.members, dataset, samples)
        """How much samples of each class count in the gradient, ``(M, K)``; None: all the same."""
        hyper = HyperParameters.of(self.members, self.class_weights, num_train=samples.sizes.train)
        self.coefficients = CoefficientCache(hyper, self.steps_per_epoch, network.flat)
        """What multiplies tensors in each step."""
        self.state = TrainingState.start(
            network,
            hyper,
            averaging=self.settings.weight_averaging is not None,
            keep_state=bool(first.keep and first.keep.state),
            running_more=Collected(self.names, self.head, log=samples.units is not None and samples.units.log),
        )
        """All that training changes."""
        self.looks_between = self.settings.evaluate_every > 1
        """Whether members that diverge in an epoch without evaluation leave there, not at the next evaluation."""
        self.note = ""
        """A sentence for the user on how steps are taken; mostly empty."""
        self._prepare_active()

    def _initial_network(self) -> StackedNetwork:
        """All members before the first step."""
        network = StackedNetwork.of_members(
            self.architectures,
            [member.seeds_by_purpose.init for member in self.members],
            dtype=WEIGHT_DTYPES[self.settings.precision],
            device=self.samples.device,
        )
        begin_with(network, self.starts)
        pairs = on_device(self.pair_of_member, self.samples.device)
        self.method.start(self.members, network, self.samples, pairs)
        return network

    @property
    def classification(self) -> bool:
        """Whether there are classes, so that a prediction is right or wrong."""
        return "accuracy" in self.names

    def run(self) -> Iterator[Record | None]:
        """Trains to the end, from wherever ``state`` is.

        Yields:
            A record after each evaluated epoch, and after any other one of the members that diverged in it; and None after
            each step in between (off the CPU after each block of steps): after each of them ``state`` is consistent and can
            be saved, and the caller may stop.
        """
        state = self.state
        if state.epoch == 0 and state.step_of_epoch == 0 and not state.initial_recorded:
            state.initial_recorded = True
            yield self._record()
        while len(state.active) and state.epoch < self.settings.epochs:
            steps = self._steps()
            while self._timed(steps):
                yield None
            state.epoch, state.step_of_epoch = state.epoch + 1, 0
            last = state.epoch == self.settings.epochs
            if last or state.epoch % self.settings.evaluate_every == 0:
                yield self._record()
            elif self.looks_between and (record := self._record_of_lost()):
                yield record

    def restore(self, arrays: Mapping[str, np.ndarray], plain: Mapping[str, Any]) -> None:
        """Continues from what ``state.saved()`` gave."""
        self.state.restore(arrays, plain)
        active = self.state.active
        if len(active):
            self.coefficients = CoefficientCache(
                HyperParameters.of(self.members, self.class_weights, num_train=self.samples.sizes.train).select(active),
                self.steps_per_epoch,
                self.state.network.flat,
            )
            self._prepare_active()

    def follow(self, epoch: int, positions: np.ndarray, scores: dict[str, PartScores], healthy: np.ndarray) -> None:
        """Goes through an epoch that another training has recorded, without its steps: all but the weights is as there.

        Args:
            epoch: Its number.
            positions: Of the members that were recorded, ``(A,)``: the active ones, or some that diverged without evaluation.
            scores: Of them, by part and name.
            healthy: Whether they are finite, ``(A,)``.
        """
        state = self.state
        state.epoch, state.step, state.initial_recorded = epoch, epoch * self.steps_per_epoch, True
        if len(positions) < len(state.active):
            self._lose(np.isin(state.active, positions))
            return
        self._keep(scores, healthy)
        self._let_leave(statuses_after(state, self.hyper, self.settings, healthy))

    def _lose(self, lost: np.ndarray) -> None:
        """Lets active members leave, ``(A,)``, that diverged in an epoch without evaluation."""
        self.state.ended_epoch[self.state.active[lost]] = self.state.epoch
        self._let_leave(["diverged" if gone else "running" for gone in lost])

    def _let_leave(self, statuses: list[Status]) -> None:
        """Takes active members that do not go on out of the stack."""
        staying = np.flatnonzero([status == "running" for status in statuses])
        if len(staying) < len(statuses):
            self.state.drop_all_but(staying, statuses)
            if len(staying):
                self.coefficients = self.coefficients.select(staying)
                self._prepare_active()

    def _prepare_active(self) -> None:
        """Prepares what depends on which members are still active."""
        state, self.hyper = self.state, self.coefficients.hyper
        self.calm_norm = state.calm_norm[state.active].min()
        index = self.pair_of_member[state.active]
        self.active_pairs = on_device(index, self.samples.device)
        self.units = None if self.samples.units is None else self.samples.units.select(self.active_pairs)
        self.shared_batches = not np.array_equal(index, np.arange(len(self.samples.pairs)))
        active = [self.members[i] for i in state.active]
        self.evaluator = self.method.measures(self.head, self.names, self.samples, self.active_pairs)
        rates = self.dropout_rates[:, state.active]
        dtype, device = self.samples.dtype, self.samples.device
        self.dropout = DropoutMasks(self.architecture, rates, index, dtype=dtype, device=device)
        self.stepper = self.method.steps(active, state, self.hyper, self.head)
        self.at_once = steps_at_once(self.stepper, device, self.settings, record=recordable(active[0], self.note))
        self.objective = self.hyper.objective(self.head.loss, state.network.flat)  # what a step lowers
        level = active[0].diagnostics
        self.diagnostics = (
            None if level == "off" else Diagnostics(self.architecture, active, self.objective, full=level == "full")
        )

    def _timed(self, steps: Iterator[bool]) -> bool:
        """Takes the next step, if there is one; the clock runs only here, not while the caller is at work."""
        started = self.clock()
        taken = next(steps, False)
        if not taken:
            self._synchronize()
        self.state.train_seconds += self.clock() - started
        return taken

    def _steps(self) -> Iterator[bool]:
        """The remaining steps of the current epoch."""
        state, samples = self.state, self.samples
        epoch = state.epoch + 1
        self.dropout.start_epoch(samples.order_seeds, epoch)
        for _ in range(state.step_of_epoch):  # a resumed epoch: pass over what was drawn before
            self.dropout.draw(1, self.batch_size)
        most_steps = max(1, self.block_values // (len(state.active) * self.batch_size * self.values_per_sample))
        if self.at_once is not None:
            most_steps = min(most_steps, self.at_once.most_steps)
        last = self.settings.epochs
        for block in samples.blocks(epoch, self.batch_size, state.step_of_epoch, most_steps, last):
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[bool]:
        """Takes the steps of a block, one by one or at once; the last of an epoch that is diagnosed is watched."""
        state, steps, running = self.state, self._step_block(block), self.settings.train_metrics == "running"
        has_last = state.step_of_epoch + len(steps) == self.steps_per_epoch
        watched = self.diagnostics if has_last and is_diagnosed(state.epoch + 1, self.settings) else None
        if self.at_once is not None and watched is None:
            outputs = self.at_once(steps)
            self.note = self.note or self.at_once.note
            if outputs is not None:
                self._add_running(outputs, steps.all_targets)
            state.step += len(steps)
            state.step_of_epoch += len(steps)
            yield True
            return
        for x, y, mode, coefficients in steps:
            if watched and state.step_of_epoch == self.steps_per_epoch - 1:
                outputs = watched.watched_step(self.stepper, state, x, y, mode, coefficients)
            else:
                outputs = self.stepper(x, y, mode, coefficients)
            if running:
                self._add_running(outputs, y)
            state.step += 1
            state.step_of_epoch += 1
            yield True

    def _step_block(self, block: Block) -> StepBlock:
        inputs, targets = block.inputs, block.targets
        if self.shared_batches:
            inputs, targets = (each.index_select(1, self.active_pairs) for each in (inputs, targets))
        num_steps, size = inputs.shape[0], inputs.shape[2]
        return StepBlock(
            inputs, targets, self.dropout.draw(num_steps, size), self.coefficients.rows(self.state.step, num_steps)
        )

    def _add_running(self, outputs: Tensor, targets: Tensor) -> None:
        right = self.head.predicted(outputs) == targets if self.classification else None
        self.state.add_running(self.head.loss.value(outputs, targets), right, outputs, targets, self.units)

    def _record(self) -> Record:
        state, started = self.state, self.clock()
        active = state.active
        scores, diagnostics = self._scores()
        losses = largest_losses(scores, self.names[0])
        healthy = are_finite(state.network, losses)
        self._keep(scores, healthy)
        if self.looks_between:
            state.calm_norm[active] = calm_norms(state.network.flat, losses, len(self.architecture.weights))
            self.calm_norm = state.calm_norm[active].min()
        statuses = statuses_after(state, self.hyper, self.settings, healthy)
        record = self._recorded(np.ones(len(active), dtype=bool), scores, statuses, diagnostics, started)
        self._let_leave(statuses)
        return record

    def _record_of_lost(self) -> Record | None:
        """The members that diverged in the epoch that has just ended and is not evaluated; None: there are none.

        Losses are only measured if the weights have grown so far that one may be infinite.
        """
        state, started = self.state, self.clock()
        flat = state.network.flat
        if norm(flat) <= self.calm_norm or np.all(norms(flat) <= state.calm_norm[state.active]):
            return None
        running = self.settings.train_metrics == "running"
        parts = [part for part in self.parts if not (running and part == "train")]
        scores = self.evaluator.scores(state.evaluated_network(), parts) if parts else {}
        if running:
            scores |= {"train": self._running_scores(to_be_continued=True)}
        lost = ~are_finite(state.network, largest_losses(scores, self.names[0]))
        if not lost.any():
            return None
        record = self._recorded(lost, scores, ["diverged"] * int(lost.sum()), {}, started)
        self._lose(lost)
        return record

    def _recorded(
        self,
        which: np.ndarray,
        scores: dict[str, PartScores],
        statuses: list[Status],
        diagnostics: Quantities,
        started: float,
    ) -> Record:
        """The record of some active members, ``(A,)``, whose evaluation began at ``started``."""
        state = self.state
        active = state.active[which]
        train_seconds = state.train_seconds - state.recorded_seconds
        state.recorded_seconds = state.train_seconds
        rates = self.hyper.rates(np.array([max(state.step - 1, 0)]), self.steps_per_epoch)[0]
        return Record(
            state.epoch,
            state.step,
            state.epoch * self.samples.sizes.train,
            train_seconds,
            self.clock() - started,
            active,
            self.seeds[active],
            rates[which],
            {f"{part}_{name}": scores[part][name][which] for part in self.parts for name in scores[part]},
            statuses,
            diagnostics,
        )

    def _keep(self, scores: dict[str, PartScores], healthy: np.ndarray) -> None:
        """Notes which weights are the best so far, and, if convergence is looked for, how far training has come."""
        self.state.keep(healthy, self._selection(scores), self.hyper.min_delta)
        if self.settings.convergence is not None:
            self.state.follow_training(scores["train"][self.names[0]], self.hyper.tolerance)

    def _scores(self) -> tuple[dict[str, PartScores], Quantities]:
        """By part and name of the score, and what is recorded of the layers."""
        state = self.state
        diagnostics: Quantities = {}
        running = self.settings.train_metrics == "running" and state.epoch > 0
        parts = [part for part in self.parts if not (running and part == "train")]
        network = state.evaluated_network()
        if self.diagnostics and is_diagnosed(state.epoch, self.settings):
            first = self.diagnostics.first_gradient(self.stepper, *self._first_step()) if state.epoch == 0 else {}
            scores, diagnostics = self.diagnostics.measured(state, self.evaluator, parts, first)
        else:
            scores = self.evaluator.scores(network, parts) if parts else {}
        if running:
            scores = {**scores, "train": self._running_scores()}
            scores = {part: scores[part] for part in self.parts}
        return scores, diagnostics

    def _first_step(self) -> tuple[Tensor, Tensor, Mode]:
        """What the first step of the training will be given."""
        self.dropout.start_epoch(self.samples.order_seeds, 1)
        block = next(self.samples.blocks(1, self.batch_size, 0, 1, self.settings.epochs))
        inputs, targets, mode, _ = next(iter(self._step_block(block)))
        return inputs, targets, mode

    def _running_scores(self, *, to_be_continued: bool = False) -> PartScores:
        """Of the training part, over the batches since the last evaluation, while the weights moved."""
        variance = None
        if "r2" in self.names:
            variance = self.samples.target_variances["train"][self.pair_of_member[self.state.active]]
        loss, accuracy, more = self.state.take_running(variance, to_be_continued=to_be_continued)
        return always(self.head, loss, accuracy if self.classification else None, variance) | more

    def _selection(self, scores: dict[str, PartScores]) -> np.ndarray | None:
        """What the best weights have the lowest of, ``(A,)``; None without validation data."""
        if "validation" not in scores:
            return None
        value = scores["validation"][self.selected_by.name]
        return -value if self.selected_by.higher_is_better else value

    def _synchronize(self) -> None:
        if self.samples.device.type == "cuda":
            torch.cuda.synchronize(self.samples.device)
