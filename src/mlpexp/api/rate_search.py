"""Finding a learning rate: a range test proposes one, and short trainings around it decide; for the command and Python."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

from mlpexp.asking import keyword
from mlpexp.errors import DataError, InputError

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.analysis.find_lr.rate_choice import RateChoice
    from mlpexp.analysis.find_lr.search import Decision
    from mlpexp.config.yaml_source import Source
    from mlpexp.data.dataset import Dataset
    from mlpexp.planning.prepare import Prepared
    from mlpexp.report.drawing.style import Drawing
    from mlpexp.report.tables.rate_decision import Judged
    from mlpexp.report.tables.text_table import TextTable

SEEDS, MOST_SEEDS = 10, 20  # all at once, where the command line says nothing else; of cheap trials
FEWEST_STEPS, MOST_STEPS = 20, 100_000
LEAST_RATE, GREATEST_RATE = 1e-12, 1e6  # beyond, numbers overflow and say nothing
LEAST_RANGE = 2.0  # high over low
MOST_OVER = 1.2  # times --seconds: the last epoch may end later
TELLING = 3.0  # seconds of CPU in the range test: shorter ones are mostly start-up
SAID_FROM = 5.0  # seconds of the decision, by the estimate
FEWEST_TO_JUDGE = 3  # samples to judge rates on: the loss decides where they are few
Decided = tuple["Decision", "Judged"]
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class FoundRate:
    """What the range test says, and the trials."""

    prepared: "Prepared"
    """The experiment, with the seeds and the device of the test."""
    choice: "RateChoice"
    """What the range test proposes."""
    numbers: "pd.DataFrame"
    """Of the range test."""
    decided: "Decided | None"
    """None where there were no trials."""
    warnings: list[str]
    """What may make the rate a wrong one."""

    @property
    def suggested(self) -> float | None:
        """The rate to use; None if none learns."""
        return self.decided[0].suggested if self.decided else self.choice.suggested

    def tables(self) -> "list[tuple[TextTable, list[str]]]":
        """The table of the range test and that of the trials, each with what follows from it."""
        from mlpexp.report.tables.learning_rates import configured_sentence, rates_table
        from mlpexp.report.tables.rate_decision import configured_in_range, decision_sentences, decision_table

        experiment = self.prepared.experiment
        proposed = self.choice.sentences(decides=self.decided is None)
        tables = [(rates_table(self.prepared, self.numbers), [*proposed])]
        configured = configured_sentence(experiment)
        if self.decided:
            tables.append((decision_table(*self.decided), [*decision_sentences(*self.decided)]))
            configured = configured_in_range(experiment, self.decided[0])
        tables[-1][1].extend([*self.warnings, configured])
        return tables

    def drawings(self) -> "dict[str, Drawing]":
        """``find-lr``, and ``find-lr-rates`` where rates were tried."""
        from mlpexp.config.dump import as_data
        from mlpexp.config.scores import SCORES
        from mlpexp.report.figures.range_test import RateMarks, draw_range_test
        from mlpexp.report.figures.tried_rates import draw_tried_rates
        from mlpexp.report.numbers.run_caption import run_caption, run_title

        experiment, choice = self.prepared.experiment, self.choice
        marks = RateMarks(choice.suggested, experiment.optimizer.learning_rate, choice.first_divergence)
        config = as_data(experiment)
        caption = run_caption(config, None, None, "")
        drawings = {"find-lr": draw_range_test(self.numbers, marks, run_title(config), caption.axis(SCORES["loss"]))}
        if self.decided:
            rate = experiment.optimizer.learning_rate
            drawings["find-lr-rates"] = draw_tried_rates(*self.decided, rate, run_title(config))
        return drawings

    def record(self) -> dict[str, Any]:
        """Everything that is said, for programs."""
        from mlpexp.report.tables.rate_decision import decision_record

        choice = self.choice
        proposal = {"proposed": choice.suggested, "first_divergence": choice.first_divergence, "lowest": choice.lowest}
        others = {"configured": self.prepared.experiment.optimizer.learning_rate, "warnings": self.warnings}
        if self.decided is None:
            return {"suggested": self.suggested, "low": None, "high": None, **proposal, "rates": [], **others}
        return {**decision_record(*self.decided), **proposal, **others}


def check_range(low: float, high: float, steps: int, seconds: float) -> None:
    """Refuses a range of rates that says nothing.

    Raises:
        InputError: Names what is wrong.
    """
    for option, rate in (("low", low), ("high", high)):
        if not LEAST_RATE <= rate <= GREATEST_RATE:
            raise InputError(f"{keyword(option)}: {rate:g} is not between {LEAST_RATE:g} and {GREATEST_RATE:g}")
    if not high >= LEAST_RANGE * low:
        raise InputError(f"{keyword('high')}: {high:g} is not at least {LEAST_RANGE:g} times {keyword('low')}, {low:g}")
    if not FEWEST_STEPS <= steps <= MOST_STEPS:
        raise InputError(f"{keyword('steps')}: {steps} is not between {FEWEST_STEPS} and {MOST_STEPS:,}")
    if not 0 < seconds < float("inf"):
        raise InputError(f"{keyword('seconds')}: {seconds:g} is not above 0")


def found_rate(
    source: "Source",
    path: Path,
    *,
    asks_seeds: bool,
    low: float,
    high: float,
    steps: int,
    seconds: float,
    quick: bool,
    data_dir: Path | None,
    say: Say,
) -> FoundRate:
    """A learning rate for a config that was read.

    Args:
        source: The config.
        path: Where it was read.
        asks_seeds: Whether its number of seeds was asked for.
        low: First rate of the range test.
        high: Last rate.
        steps: From one to the other.
        seconds: About how long trying rates may take on one core.
        quick: Whether none is tried.
        data_dir: Where image data sets lie.
        say: Is told what takes time, and why rates are not tried.

    Raises:
        InputError: Something is wrong with the config, or it is trained without gradients.
    """
    from mlpexp.analysis.find_lr.cautions import cautions
    from mlpexp.data.catalogue import load
    from mlpexp.planning.prepare import prepared_from

    as_given = prepared_from(source)
    asked = asks_seeds or as_given.start is not None  # only seeds that have weights to begin with
    _refuse_map(as_given, path)
    prepared = _on_device(as_given if asked else _with_more_seeds(as_given), source, steps, say)
    dataset = load(prepared.experiment.dataset, data_dir, say)
    choice, numbers, slowness = _range_test(prepared, dataset, low, high, steps)
    decided = None
    if not quick:
        most_seeds = prepared.experiment.seeds if asked else MOST_SEEDS
        run_seeds = as_given.experiment.all_seeds
        decided = _decided(prepared, dataset, choice, run_seeds, most_seeds, seconds, slowness, say)
    return FoundRate(prepared, choice, numbers, decided, cautions(prepared, dataset))


def _refuse_map(prepared: "Prepared", path: Path) -> None:
    if prepared.experiment.model.name == "som":
        raise InputError(
            f"{path}: find-lr is for networks that are trained by gradients, not for a self-organizing map"
        )


def _with_more_seeds(prepared: "Prepared") -> "Prepared":
    """The experiment with as many seeds as are usual here, as far as there are any."""
    from mlpexp.planning.confirm import END_OF_SEEDS

    seeds = min(SEEDS, END_OF_SEEDS - prepared.experiment.seed)
    return replace(prepared, experiment=prepared.experiment.model_copy(update={"seeds": seeds}))


def _on_device(prepared: "Prepared", source: "Source", steps: int, say: Say) -> "Prepared":
    """The experiment with the device that it is trained on, which has room for it.

    Raises:
        InputError: It has not, or is not there.
    """
    from mlpexp.execution.auto_device import device_for, free_on
    from mlpexp.execution.machine import choose_device
    from mlpexp.planning.devices import Work, device_of, may_choose
    from mlpexp.planning.memory import needs_of, refuse_needs
    from mlpexp.planning.stacks import places_together

    count = prepared.experiment.seeds
    auto = device_for([Work(prepared, steps, count, count)] if may_choose(prepared.experiment) else [])
    if auto.sentence:
        say(auto.sentence)
    device = device_of(prepared.experiment, auto)
    together = max(map(len, places_together(prepared, prepared.experiment.all_seeds, device)))
    refuse_needs(needs_of(prepared, together, keeps=False), prepared, source, lambda _: free_on(device))
    prepared = replace(prepared, experiment=prepared.experiment.model_copy(update={"device": device}))
    choose_device(prepared.experiment)  # may not be there
    return prepared


def _range_test(
    prepared: "Prepared", dataset: "Dataset", low: float, high: float, steps: int
) -> "tuple[RateChoice, pd.DataFrame, float]":
    """What the range test proposes, its numbers, and by what factor it took longer than estimated."""
    import numpy as np

    from mlpexp.analysis.find_lr.range_test import geometric_rates, range_test
    from mlpexp.analysis.find_lr.rate_choice import choose_rate, cut_at_divergence
    from mlpexp.report.figures.range_test import range_test_numbers

    rates = geometric_rates(low, high, steps)
    began = process_time()
    losses = cut_at_divergence(np.concatenate(list(range_test(prepared, dataset, rates))))
    slowness = _slowness(prepared, steps, process_time() - began)
    return choose_rate(rates, losses), range_test_numbers(rates, losses, prepared.experiment.all_seeds), slowness


def _slowness(prepared: "Prepared", steps: int, took: float) -> float:
    """By what factor the range test took longer than estimated; 1 where it was too short to tell."""
    from mlpexp.analysis.rehearsal.rehearse import seconds_of

    estimated = seconds_of([prepared], prepared.experiment.seeds) * steps / prepared.steps
    return max(1.0, took / estimated) if took > TELLING else 1.0


def _decided(
    prepared: "Prepared",
    dataset: "Dataset",
    choice: "RateChoice",
    run_seeds: range,
    most_seeds: int,
    most_seconds: float,
    slowness: float,
    say: Say,
) -> "Decided | None":
    """What trying rates around the proposal decides; None where too few samples are left to judge them on."""
    from mlpexp.analysis.find_lr.noise import Noise
    from mlpexp.analysis.find_lr.search import decide
    from mlpexp.analysis.find_lr.trials import effort_for, judged_by, trials_at
    from mlpexp.analysis.rehearsal.rehearse import num_held_out
    from mlpexp.report.tables.rate_decision import Judged
    from mlpexp.report.words import counted, duration

    effort, held_out = effort_for(prepared, most_seconds / slowness, most_seeds), num_held_out(prepared)
    seconds = slowness * effort.seconds
    refusal = ""
    if held_out < FEWEST_TO_JUDGE:
        refusal = f"{counted(held_out, 'sample')} held out {'is' if held_out == 1 else 'are'} too few to judge by"
    elif seconds > MOST_OVER * most_seconds:
        took = duration(seconds)
        refusal = f"{counted(effort.epochs, 'epoch')} at each takes about {took}; {keyword('seconds')} allows it"
    if refusal:
        say(f"rates are not tried: {refusal}")
        return None
    if seconds >= SAID_FROM:
        say(f"rates are tried: about {duration(seconds)} on one core or card")
    try:
        score, chance = judged_by(prepared, dataset, run_seeds)
        trials = trials_at(prepared, dataset, effort, run_seeds, score)
        decision = decide(choice.start, trials, chance, Noise(held_out, prepared.sizes.train - held_out))
    except DataError as error:
        say(f"rates are not tried: {error.message}; the range test alone is shown")
        return None
    epochs = prepared.experiment.training.epochs
    return decision, Judged(score, effort.seeds, effort.epochs, epochs, held_out)
