"""Trains variants of an experiment side by side, each seed on the same samples, and judges them on samples held out.

The held-out samples come from the training part: the test part is never read. Nothing is written.

Axis letters: S seeds, A active members.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from mlpexp.config.datasets import DatasetConfig
from mlpexp.config.dump import program_of
from mlpexp.config.experiment import Experiment
from mlpexp.config.scores import headline, measured_by
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import held_out, parts_of
from mlpexp.data.split import PartSizes, Split, share
from mlpexp.execution.machine import choose_device, computing
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.execution.tasks import starts_of
from mlpexp.planning.estimate import stack_cost
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import threads_for, together
from mlpexp.training.trainer import Trainer

HELD_OUT = 0.25  # of the training part
DIVERGED_SCORE = 0.0  # what a diverged trial counts: no sample right, or as good as the mean


@dataclass(frozen=True, eq=False)
class Rehearsed:
    """What came of one variant."""

    losses_S: np.ndarray
    """On the held-out samples, by seed; infinite where training diverged."""
    scores_S: np.ndarray
    """Accuracy or R² there (or the score that was asked for); ``DIVERGED_SCORE`` where training diverged."""
    diverged_S: np.ndarray
    """Whether it did."""
    held_out: int
    """Samples that each seed was judged on; of groups, the fewest."""


@dataclass(frozen=True)
class _Trial:
    """One variant with one seed."""

    variant: int
    prepared: Prepared
    experiment: Experiment
    place: int
    """Of its seed."""


class TookTooLong(Exception):
    """The time was up before the last trial was trained."""


def rehearse(
    base: Prepared,
    variants: Sequence[Prepared],
    dataset: Dataset,
    seeds: Sequence[int],
    score: str | None = None,
    most_seconds: float = float("inf"),
) -> list[Rehearsed]:
    """Trains each variant with each seed, and judges it on a quarter of the training part of ``base``.

    A variant that selects on validation data keeps its validation part, or gets one out of what is left to train on;
    it is judged by the weights that it selects. All others are judged at their end.

    Args:
        base: The experiment whose parts are used.
        variants: What is compared, each a checked experiment on the same data.
        dataset: The data.
        seeds: Of the trials.
        score: What they are judged by beside the loss; None: accuracy, or R² for numbers.
        most_seconds: After so many, it is given up.

    Raises:
        DataError: There are too few training samples to hold some out.
        TookTooLong: The time is up.
    """
    name = score or headline(measured_by(base.experiment.model.name, base.facts.task))
    parts = _Parts(base)
    losses, scores = (np.full((len(variants), len(seeds)), start) for start in (np.inf, DIVERGED_SCORE))
    diverged = np.ones((len(variants), len(seeds)), dtype=bool)
    held_out = np.zeros((len(variants), len(seeds)), dtype=int)
    until = perf_counter() + most_seconds
    for stack in _stacks(variants, seeds, dataset, parts, score):
        first = stack[0].prepared
        with computing(first.experiment, threads_for(first, alone=True)):
            trainer = trainer_of(
                [trial.experiment for trial in stack],
                [trial.prepared.architecture for trial in stack],
                dataset,
                starts=starts_of((trial.prepared, trial.experiment.seed) for trial in stack),
                parts=parts,
            )
            loss_A, score_A, finished_A = _outcome(trainer, name, until)
        rows, columns = [trial.variant for trial in stack], [trial.place for trial in stack]
        losses[rows, columns], scores[rows, columns], diverged[rows, columns] = loss_A, score_A, ~finished_A
        held_out[rows, columns] = first.sizes.test
    fewest = held_out.min(1).tolist()
    return [Rehearsed(*of_variant) for of_variant in zip(losses, scores, diverged, fewest, strict=True)]


def seconds_of(variants: Sequence[Prepared], num_seeds: int) -> float:
    """About how long ``rehearse`` takes, for one core or one card."""
    return sum(
        stack_cost(variant, variant.steps, num_seeds, num_seeds, variant.experiment.device).seconds
        for variant in variants
    )


class _Parts:
    """The parts of a rehearsal: the held-out samples are the test part."""

    def __init__(self, base: Prepared) -> None:
        self._base = base.experiment.dataset

    def __call__(self, dataset: Dataset, config: DatasetConfig, seed: int) -> Split:
        whole = parts_of(dataset, self._base, seed)
        is_held = held_out(dataset, self._base, whole.train, share(HELD_OUT, len(whole.train)), seed)
        train, validation, held = whole.train[~is_held], whole.validation, whole.train[is_held]
        if config.validation_fraction and not len(validation):
            chosen = held_out(dataset, self._base, train, share(config.validation_fraction, len(train)), seed)
            train, validation = train[~chosen], train[chosen]
        return Split(train, validation, held)


def _stacks(
    variants: Sequence[Prepared], seeds: Sequence[int], dataset: Dataset, parts: _Parts, score: str | None
) -> Iterator[list[_Trial]]:
    """Trials that are trained as one tensor program."""
    groups: dict[tuple[str, PartSizes], list[_Trial]] = {}
    for number, prepared in enumerate(variants):
        short = _undisturbed(prepared, score)
        for place, member in enumerate(members_of(short, seeds)):
            split = parts(dataset, member.dataset, member.seeds_by_purpose.split)
            sizes = PartSizes(len(split.train), len(split.validation), len(split.test))
            trial = _Trial(number, replace(prepared, experiment=short, sizes=sizes), member, place)
            groups.setdefault((program_of(member), sizes), []).append(trial)
    for trials in groups.values():
        yield from together(trials[0].prepared.architecture, trials, trials[0].experiment.device)


def _undisturbed(prepared: Prepared, score: str | None) -> Experiment:
    """Without what only takes time: diagnostics, and scores of epochs that nothing is decided by."""
    experiment, training = prepared.experiment, prepared.experiment.training
    decided = prepared.sizes.validation or training.convergence or training.early_stopping
    if not decided and training.train_metrics != "running":
        training = training.model_copy(update={"evaluate_every": training.epochs})
    changes = {"diagnostics": "off", "training": training, "device": str(choose_device(experiment))}
    if score is not None and score not in experiment.more_scores:
        changes["scores"] = (*experiment.scores, score)
    return experiment.model_copy(update=changes)


def _outcome(trainer: Trainer, score: str, until: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Loss and score of each member on the held-out samples with the weights it keeps, and whether it did not diverge."""
    losses, scores = np.full(len(trainer.members), np.inf), np.full(len(trainer.members), DIVERGED_SCORE)
    finished = np.ones(len(trainer.members), dtype=bool)
    for record in trainer.run():
        if perf_counter() > until:
            raise TookTooLong
        if record is None:
            continue
        kept = trainer.state.best_epoch[record.positions] == record.epoch
        places = record.positions[kept]
        losses[places] = record.scores[f"test_{trainer.names[0]}"][kept]
        scores[places] = record.scores[f"test_{score}"][kept]
        finished[record.positions[np.array(record.statuses) == "diverged"]] = False
    losses[~finished], scores[~finished] = np.inf, DIVERGED_SCORE
    return losses, scores, finished
