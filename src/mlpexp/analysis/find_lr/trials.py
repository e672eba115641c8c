"""Trains an experiment at learning rates beside each other, in a time that is known before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mlpexp.analysis.find_lr.search import FIRST_RATES, Tried, TryRates
from mlpexp.analysis.rehearsal.rehearse import num_held_out, rehearse, seconds_of
from mlpexp.analysis.rehearsal.training_rows import class_shares
from mlpexp.config.optimization import (
    ConstantSchedule,
    CosineSchedule,
    ExponentialSchedule,
    InversePowerSchedule,
    InverseTimeSchedule,
    ScheduleConfig,
    StepSchedule,
)
from mlpexp.config.own_steps import OwnSchedule
from mlpexp.config.scores import headline, measured_by
from mlpexp.data.dataset import Dataset
from mlpexp.planning.confirm import END_OF_SEEDS
from mlpexp.planning.estimate import stack_cost
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import together

USUAL_STACKS = (FIRST_RATES, 1, 2)  # rates side by side, in most cases: the first, one beyond an edge, two neighbours
CHEAP = 0.1  # of the time
FEWER_SEEDS = (5, 3)  # where time is short
MOSTLY = 0.8  # of the samples are of one class
ENOUGH_SAMPLES = 2000  # held out: one seed is enough to judge by
MOST_BYTES = 1_000_000_000  # of a stack of several rates; beyond, each rate is a stack of its own


@dataclass(frozen=True)
class Effort:
    """How much is trained at each rate."""

    seeds: tuple[int, ...]
    """Of the trials: as the config counts them."""
    epochs: int
    """Of each trial."""
    seconds: float
    """About how long all rates take together, on one core or one card."""


def effort_for(prepared: Prepared, most_seconds: float, most_seeds: int) -> Effort:
    """As many seeds and epochs as can be had in some time: seeds are left out first, then epochs.

    More seeds than the config has are only taken if they are cheap, in one stack with the others. Few epochs make large
    rates look better than they are at the end; few seeds only make the scores less sure. Three seeds are the fewest, or
    one where many samples are held out. One epoch is the least: it may still take too long.

    Args:
        prepared: The experiment.
        most_seconds: For all rates, on one core or one card.
        most_seeds: No more than these.
    """
    own, epochs = prepared.experiment.seeds, prepared.experiment.training.epochs
    seconds = _seconds(prepared, most_seeds, epochs)
    is_stack = len(together(prepared.architecture, [0, 1], prepared.experiment.device)) == 1
    if is_stack and seconds <= CHEAP * most_seconds:
        return Effort(_seeds(prepared, most_seeds), epochs, seconds)
    fewer = (*FEWER_SEEDS, 1) if num_held_out(prepared) >= ENOUGH_SAMPLES else FEWER_SEEDS
    for count in (own, *(count for count in fewer if count < own)):
        seconds = _seconds(prepared, count, epochs)
        if seconds <= most_seconds:
            return Effort(_seeds(prepared, count), epochs, seconds)
    part = max(1, int(epochs * most_seconds / seconds))
    return Effort(_seeds(prepared, count), part, _seconds(prepared, count, part))


def trials_at(
    prepared: Prepared, dataset: Dataset, effort: Effort, run_seeds: Sequence[int], score: str | None = None
) -> TryRates:
    """What trains at some rates and judges each on samples held out of the training part.

    Args:
        prepared: The experiment; its learning rate is left aside.
        dataset: Its data.
        effort: How much to train.
        run_seeds: Of the config: from their training parts the samples come.
        score: What rates are judged by; None: accuracy, or R² for numbers.
    """
    short = _shortened(prepared, effort.epochs)
    cost = stack_cost(short, 1, len(effort.seeds), len(effort.seeds), short.experiment.device)
    at_once = max(1, MOST_BYTES // cost.bytes)

    def try_rates(rates: Sequence[float]) -> list[Tried]:
        found = []
        for first in range(0, len(rates), at_once):
            some = rates[first : first + at_once]
            found += rehearse(
                prepared, [at_rate(short, rate) for rate in some], dataset, effort.seeds, score, run_seeds=run_seeds
            )
        return [
            Tried(rate, np.maximum(of_rate.scores_S, 0.0), of_rate.losses_S, of_rate.diverged_S)
            for rate, of_rate in zip(rates, found, strict=True)
        ]

    return try_rates


def judged_by(prepared: Prepared, dataset: Dataset, run_seeds: Sequence[int]) -> tuple[str, float]:
    """The score that rates are judged by, and what a constant prediction reaches of it.

    R² for numbers, else accuracy; but balanced accuracy where classes are weighted, or most samples are of one class:
    there a network that learns can be right less often than one that always names the largest class.
    """
    if dataset.facts.task != "classification":
        return headline(measured_by(prepared.experiment.model.name, prepared.facts.task)), 0.0
    shares = class_shares(prepared, dataset, run_seeds)
    majority = float(shares.max())
    if prepared.experiment.training.class_weights != "none" or majority >= MOSTLY:
        return "balanced_accuracy", 1 / len(shares)
    return headline(measured_by(prepared.experiment.model.name, prepared.facts.task)), majority


def at_rate(prepared: Prepared, rate: float) -> Prepared:
    """The same with another learning rate."""
    experiment = prepared.experiment
    optimizer = experiment.optimizer.model_copy(update={"learning_rate": rate})
    return replace(prepared, experiment=experiment.model_copy(update={"optimizer": optimizer}))


def shortened_schedule(schedule: ScheduleConfig | OwnSchedule, share: float) -> ScheduleConfig | OwnSchedule:
    """A schedule that has the same form in a share of the epochs."""
    changes: dict[str, float] = {"warmup_epochs": schedule.warmup_epochs * share}
    match schedule:
        case StepSchedule():
            changes["every"] = max(1, round(schedule.every * share))
        case ExponentialSchedule():
            changes["decay"] = schedule.decay ** (1 / share)
        case InverseTimeSchedule():
            changes["decay"] = schedule.decay / share
        case ConstantSchedule() | CosineSchedule() | InversePowerSchedule() | OwnSchedule():
            pass
    return schedule.model_copy(update=changes)


def _seeds(prepared: Prepared, count: int) -> tuple[int, ...]:
    """So many, from the first of the config on, as far as there are seeds."""
    first = prepared.experiment.seed
    return tuple(range(first, min(first + count, END_OF_SEEDS)))


def _shortened(prepared: Prepared, epochs: int) -> Prepared:
    experiment = prepared.experiment
    whole = experiment.training.epochs
    if epochs == whole:
        return prepared
    changes = {
        "training": experiment.training.model_copy(update={"epochs": epochs}),
        "schedule": shortened_schedule(experiment.schedule, epochs / whole),
    }
    return replace(prepared, experiment=experiment.model_copy(update=changes))


def _seconds(prepared: Prepared, num_seeds: int, epochs: int) -> float:
    short = _shortened(prepared, epochs)
    return sum(seconds_of([short] * count, num_seeds) for count in USUAL_STACKS)
