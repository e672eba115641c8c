"""Trains variants of an experiment side by side, each seed on the same samples, and judges them on samples held out.

The held-out samples come from the training part: the test part is never read. Nothing is written.

Axis letters: S seeds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import numpy as np

from mlpexp.config.datasets import DatasetConfig
from mlpexp.config.dump import program_of
from mlpexp.config.experiment import Experiment
from mlpexp.config.own_parts import is_own
from mlpexp.config.scores import headline, measured_by
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import held_out, parts_of
from mlpexp.data.split import PartSizes, Split, share
from mlpexp.execution.machine import choose_device, computing
from mlpexp.execution.members import Parts, members_of, samples_of, trainer_of
from mlpexp.execution.tasks import starts_of
from mlpexp.planning.estimate import stack_cost
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import threads_for, together
from mlpexp.training.samples import Samples
from mlpexp.training.trainer import Trainer

HELD_OUT = 0.25  # of the training part
FEWEST_HELD_OUT = 5  # samples: fewer say nothing
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
    kept_S: np.ndarray
    """Where in the curves the epoch is whose weights are kept."""
    curves: Sequence[Mapping[str, np.ndarray]]
    """Of each seed, by column: ``epoch``, ``train_loss``, ``test_loss`` (of the held-out samples), and the scores."""
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


@dataclass(frozen=True)
class _Outcome:
    """What came of one trial."""

    loss: float = np.inf
    score: float = DIVERGED_SCORE
    diverged: bool = True
    kept: int = 0
    held_out: int = 0
    curves: Mapping[str, np.ndarray] = field(default_factory=dict)


class TookTooLong(Exception):
    """The time was up before the last trial was trained."""


def rehearse(
    base: Prepared,
    variants: Sequence[Prepared],
    dataset: Dataset,
    seeds: Sequence[int],
    score: str | None = None,
    most_seconds: float = float("inf"),
    *,
    run_seeds: Sequence[int] | None = None,
    every_epoch: bool = False,
) -> list[Rehearsed]:
    """Trains each variant with each seed, and judges it on a quarter of the training part of ``base``.

    A variant that selects on validation data keeps its validation part, or gets one out of what is left to train on;
    it is judged by the weights that it selects. All others are judged at their end.

    Args:
        base: The experiment whose parts are used.
        variants: What is compared, each a checked experiment; ``dataset`` is as they read it, with the samples of ``base``.
        dataset: The data.
        seeds: Of the trials.
        score: What they are judged by beside the loss; None: accuracy, or R² for numbers.
        most_seconds: After so many, it is given up.
        run_seeds: Whose training parts are used; None: all of the config.
        every_epoch: Whether curves have all epochs that the config evaluates, not only those that decide something.

    Raises:
        DataError: There are too few training samples to hold some out.
        TookTooLong: The time is up.
    """
    name = score or headline(measured_by(base.experiment.model.name, base.facts.task))
    parts, until = held_out_parts(base, run_seeds or base.experiment.all_seeds), perf_counter() + most_seconds
    outcomes: list[list[_Outcome]] = [[_Outcome()] * len(seeds) for _ in variants]
    for stack in _stacks(variants, seeds, dataset, parts, score, every_epoch=every_epoch):
        first = stack[0].prepared
        with computing(first.experiment, threads_for(first, alone=True)):
            trainer = trainer_of(
                [trial.experiment for trial in stack],
                [trial.prepared.architecture for trial in stack],
                dataset,
                starts=starts_of((trial.prepared, trial.experiment.seed) for trial in stack),
                parts=parts,
            )
            for trial, outcome in zip(stack, _outcomes(trainer, name, until), strict=True):
                outcomes[trial.variant][trial.place] = outcome
    return [_rehearsed(of_variant) for of_variant in outcomes]


def samples_of_trials(base: Prepared, dataset: Dataset, run_seeds: Sequence[int], count: int) -> Iterator[Samples]:
    """The samples of the first trials of a rehearsal, as their networks see them; the held-out ones are the test part.

    Raises:
        DataError: There are too few training samples to hold some out.
    """
    here = base.experiment.model_copy(update={"device": "cpu"})
    parts = held_out_parts(base, run_seeds)
    for member in _members(here, [run_seeds[trial % len(run_seeds)] for trial in range(count)]):
        yield samples_of([member], dataset, parts)


def _rehearsed(outcomes: Sequence["_Outcome"]) -> Rehearsed:
    columns = zip(*((o.loss, o.score, o.diverged, o.kept) for o in outcomes), strict=True)
    losses_S, scores_S, diverged_S, kept_S = (np.array(column) for column in columns)
    fewest = min(outcome.held_out for outcome in outcomes)
    return Rehearsed(losses_S, scores_S, diverged_S, kept_S, [o.curves for o in outcomes], fewest)


def seconds_of(variants: Sequence[Prepared], num_seeds: int) -> float:
    """About how long ``rehearse`` takes, for one core or one card: what is one program is one stack."""
    groups: dict[str, list[Prepared]] = {}
    for variant in variants:
        short = _undisturbed(variant, None, every_epoch=False)
        sizes = replace(variant.sizes, train=variant.sizes.train - num_held_out(variant))
        groups.setdefault(program_of(short), []).append(replace(variant, experiment=short, sizes=sizes))
    seconds = 0.0
    for group in groups.values():
        first, members = group[0], list(range(len(group) * num_seeds))
        stacks = together(first.architecture, members, first.experiment.device)
        seconds += sum(
            stack_cost(first, first.steps, len(stack), num_seeds, first.experiment.device).seconds for stack in stacks
        )
    return seconds


def num_held_out(prepared: Prepared) -> int:
    """Samples that each trial is judged on, as far as groups and equal times allow."""
    return share(HELD_OUT, prepared.sizes.train)


def held_out_parts(base: Prepared, run_seeds: Sequence[int]) -> Parts:
    """Draws the parts of a rehearsal of ``base``: the held-out samples are the test part.

    The seed of the split is the number of a trial. The trials go through the splits of the run, again and again with other
    held-out samples, so that what they see comes from the training parts of the run, and never from a test part alone.
    """
    splits = base.split_seeds(run_seeds)

    def parts(dataset: Dataset, config: DatasetConfig, trial: int) -> Split:
        usual, seed, draw = base.experiment.dataset, splits[trial % len(splits)], trial // len(splits)
        whole = parts_of(dataset, usual, seed)
        is_held = held_out(dataset, usual, whole.train, share(HELD_OUT, len(whole.train)), seed, draw)
        train, validation, held = whole.train[~is_held], whole.validation, whole.train[is_held]
        if config.validation_fraction and not len(validation):
            chosen = held_out(dataset, usual, train, share(config.validation_fraction, len(train)), seed, draw)
            train, validation = train[~chosen], train[chosen]
        return Split(train, validation, held)

    return parts


def _members(experiment: Experiment, seeds: Sequence[int]) -> list[Experiment]:
    """One experiment per seed, whose split is that of its place."""
    return [
        member.model_copy(update={"split_seed": place}) for place, member in enumerate(members_of(experiment, seeds))
    ]


def _stacks(
    variants: Sequence[Prepared],
    seeds: Sequence[int],
    dataset: Dataset,
    parts: Parts,
    score: str | None,
    *,
    every_epoch: bool,
) -> Iterator[list[_Trial]]:
    """Trials that are trained as one tensor program."""
    groups: dict[tuple[str, PartSizes], list[_Trial]] = {}
    sizes_of: dict[tuple[DatasetConfig, int], PartSizes] = {}
    for number, prepared in enumerate(variants):
        short = _undisturbed(prepared, score, every_epoch=every_epoch)
        for place, member in enumerate(_members(short, seeds)):
            if (short.dataset, place) not in sizes_of:
                split = parts(dataset, short.dataset, place)
                sizes_of[short.dataset, place] = PartSizes(len(split.train), len(split.validation), len(split.test))
            sizes = sizes_of[short.dataset, place]
            trial = _Trial(number, replace(prepared, experiment=short, sizes=sizes), member, place)
            groups.setdefault((program_of(member), sizes), []).append(trial)
    for trials in groups.values():
        yield from together(trials[0].prepared.architecture, trials, trials[0].experiment.device)


def _undisturbed(prepared: Prepared, score: str | None, *, every_epoch: bool) -> Experiment:
    """Without what only takes time: diagnostics, scores of one's own, and those of epochs that nothing is decided by."""
    experiment, training = prepared.experiment, prepared.experiment.training
    decided = every_epoch or prepared.sizes.validation or training.convergence or training.early_stopping
    if not decided and training.train_metrics != "running":
        training = training.model_copy(update={"evaluate_every": training.epochs})
    scores = tuple(name for name in experiment.scores if not is_own(name))
    if score is not None and score not in experiment.more_scores:
        scores = (*scores, score)
    changes = {
        "diagnostics": "off", "training": training, "device": str(choose_device(experiment)), "scores": scores
    }  # fmt: skip
    return experiment.model_copy(update=changes)


def _outcomes(trainer: Trainer, score: str, until: float) -> list["_Outcome"]:
    """Of each member, on the held-out samples with the weights that it keeps."""
    found: list[dict[str, Any]] = [
        {"loss": np.inf, "score": DIVERGED_SCORE, "diverged": False} for _ in trainer.members
    ]
    curves: list[dict[str, list[float]]] = [{} for _ in trainer.members]
    for record in trainer.run():
        if perf_counter() > until:
            raise TookTooLong
        if record is None:
            continue
        for place, row in zip(record.positions, record.rows, strict=True):
            for column, value in {"epoch": float(record.epoch), **row.scores}.items():
                curves[place].setdefault(column, []).append(value)
            if trainer.state.best_epoch[place] == record.epoch:
                loss, of_score = row.scores[f"test_{trainer.names[0]}"], row.scores[f"test_{score}"]
                found[place] |= {"loss": loss, "score": of_score, "kept": len(curves[place]["epoch"]) - 1}
            if row.status == "diverged":
                found[place] = {"loss": np.inf, "score": DIVERGED_SCORE, "diverged": True}
    as_arrays = [{column: np.array(values) for column, values in curve.items()} for curve in curves]
    held = trainer.samples.sizes.test
    return [_Outcome(**member, held_out=held, curves=curve) for member, curve in zip(found, as_arrays, strict=True)]
