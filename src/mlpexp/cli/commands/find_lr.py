"""``mlpexp find-lr``."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import join
from time import process_time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlpexp.cli.experiment_options import experiment_options
from mlpexp.cli.given import Given
from mlpexp.cli.options import (
    DataDir,
    FigureStyle,
    FigureWidth,
    FontSize,
    PlotFormat,
    Wide,
    check_drawn,
    check_format,
    check_output,
)
from mlpexp.config.words import BY_NAME, key_of
from mlpexp.errors import DataError, InputError

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.analysis.find_lr.rate_choice import RateChoice
    from mlpexp.analysis.find_lr.search import Decision
    from mlpexp.config.yaml_source import Source
    from mlpexp.data.dataset import Dataset
    from mlpexp.planning.prepare import Prepared
    from mlpexp.report.tables.rate_decision import Judged

SEEDS, MOST_SEEDS = 10, 20  # all at once, where the command line says nothing else; of cheap trials
FEWEST_STEPS, MOST_STEPS = 20, 100_000
LEAST_RATE, GREATEST_RATE = 1e-12, 1e6  # beyond, numbers overflow and say nothing
LEAST_RANGE = 2.0  # high over low
MOST_OVER = 1.2  # times --seconds: the last epoch may end later
TELLING = 3.0  # seconds of CPU in the range test: shorter ones are mostly start-up
SAID_FROM = 5.0  # seconds of the decision, by the estimate
FORMATS = ("text", "json")
RATE_KEY = "optimizer.learning_rate"
Decided = tuple["Decision", "Judged"]


@experiment_options(several=False, without=("learning_rate",))
def find_lr(
    given: Given,
    quick: Annotated[
        bool, typer.Option("--quick", help="The range test alone: nothing is trained to its end.")
    ] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", help="About how long trying rates may take on one core.")
    ] = 60.0,
    low: Annotated[float, typer.Option("--low", help="First learning rate of the range test.")] = 1e-5,
    high: Annotated[float, typer.Option("--high", help="Last learning rate of the range test.")] = 10.0,
    steps: Annotated[int, typer.Option("--steps", help="Steps from one to the other.")] = 100,
    format_: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A folder for find-lr.png and find-lr.csv.", show_default=False),
    ] = None,
    plot_format: PlotFormat = None,
    style: FigureStyle = None,
    width: FigureWidth = None,
    font_size: FontSize = None,
    wide: Wide = False,
    data_dir: DataDir = None,
) -> None:
    """Find a learning rate: a range test proposes one, and short trainings around it decide."""
    from mlpexp.analysis.find_lr.cautions import cautions
    from mlpexp.cli.printing import print_sentences
    from mlpexp.data.catalogue import load
    from mlpexp.planning.prepare import prepared_from
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.report.drawing.look import drawn_for, look_of
    from mlpexp.store.json_files import as_json

    formats, look = check_formats(plot_format), look_of(style, width, font_size)
    check_format(format_, FORMATS)
    check_drawn(output, plot_format=plot_format, style=style, width=width, font_size=font_size)
    _check(low, high, steps, seconds, output)
    source, path = given.source("find-lr")
    as_given = prepared_from(source)
    asked = "seeds" in given.words or as_given.start is not None  # only seeds that have weights to begin with
    print_sentences(given.understood(source, path), err=True)
    _refuse_map(as_given, path)
    prepared = _on_device(as_given if asked else _with_more_seeds(as_given), source, steps)
    dataset = load(prepared.experiment.dataset, data_dir, lambda sentence: print(sentence, file=sys.stderr))
    choice, numbers, slowness = _range_test(prepared, dataset, low, high, steps)
    decided = None
    if not quick:
        most_seeds = prepared.experiment.seeds if asked else MOST_SEEDS
        run_seeds = as_given.experiment.all_seeds
        decided = _decided(prepared, dataset, choice, run_seeds, most_seeds, seconds, slowness)
    found = _Found(prepared, choice, numbers, decided, cautions(prepared, dataset))
    command = _command(given, found.suggested, data_dir) if found.suggested else None
    with drawn_for(look):
        written = [] if output is None else _write(output, found, formats)
    if format_ == "json":
        typer.echo(as_json(_record(found, command)), nl=False)
        return
    _show(found, wide=wide)
    if command:
        print_sentences([f"go on with: {command}"])
    for path in written:
        typer.echo(f"written: {path}")


@dataclass(frozen=True, eq=False)
class _Found:
    """What the range test says, and the trials."""

    prepared: "Prepared"
    choice: "RateChoice"
    numbers: "pd.DataFrame"
    """Of the range test."""
    decided: "Decided | None"
    """None where there were no trials."""
    warnings: list[str]

    @property
    def suggested(self) -> float | None:
        """The rate to use; None if none learns."""
        return self.decided[0].suggested if self.decided else self.choice.suggested


def _check(low: float, high: float, steps: int, seconds: float, output: Path | None) -> None:
    for option, rate in (("--low", low), ("--high", high)):
        if not LEAST_RATE <= rate <= GREATEST_RATE:
            raise InputError(f"{option}: {rate:g} is not between {LEAST_RATE:g} and {GREATEST_RATE:g}")
    if not high >= LEAST_RANGE * low:
        raise InputError(f"--high: {high:g} is not at least {LEAST_RANGE:g} times --low, {low:g}")
    if not FEWEST_STEPS <= steps <= MOST_STEPS:
        raise InputError(f"--steps: {steps} is not between {FEWEST_STEPS} and {MOST_STEPS:,}")
    check_output(output)
    if not 0 < seconds < float("inf"):
        raise InputError(f"--seconds: {seconds:g} is not above 0")


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


def _on_device(prepared: "Prepared", source: "Source", steps: int) -> "Prepared":
    """The experiment with the device that it is trained on, which has room for it.

    Raises:
        InputError: It has not, or is not there.
    """
    from mlpexp.cli.printing import print_sentences
    from mlpexp.execution.auto_device import device_for, free_on
    from mlpexp.execution.machine import choose_device
    from mlpexp.planning.devices import Work, device_of, may_choose
    from mlpexp.planning.memory import needs_of, refuse_needs
    from mlpexp.planning.stacks import places_together

    count = prepared.experiment.seeds
    auto = device_for([Work(prepared, steps, count, count)] if may_choose(prepared.experiment) else [])
    print_sentences(filter(None, [auto.sentence]), err=True)
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
) -> "Decided | None":
    """What trying rates around the proposal decides; None where too few samples are left to judge them on."""
    from mlpexp.analysis.find_lr.search import decide
    from mlpexp.analysis.find_lr.trials import effort_for, judged_by, trials_at
    from mlpexp.analysis.rehearsal.rehearse import FEWEST_HELD_OUT, num_held_out
    from mlpexp.cli.printing import print_sentences
    from mlpexp.report.tables.rate_decision import Judged
    from mlpexp.report.words import counted, duration

    effort, held_out = effort_for(prepared, most_seconds / slowness, most_seeds), num_held_out(prepared)
    seconds = slowness * effort.seconds
    refusal = ""
    if held_out < FEWEST_HELD_OUT:
        refusal = f"{counted(held_out, 'sample')} held out {'is' if held_out == 1 else 'are'} too few to judge by"
    elif seconds > MOST_OVER * most_seconds:
        took = duration(seconds)
        refusal = f"{counted(effort.epochs, 'epoch')} at each takes about {took}; --seconds allows it"
    if refusal:
        print_sentences([f"rates are not tried: {refusal}"], err=True)
        return None
    if seconds >= SAID_FROM:
        print_sentences([f"rates are tried: about {duration(seconds)} on one core or card"], err=True)
    try:
        score, chance = judged_by(prepared, dataset, run_seeds)
        decision = decide(choice.start, trials_at(prepared, dataset, effort, run_seeds, score), chance)
    except DataError as error:
        print_sentences([f"rates are not tried: {error.message}; the range test alone is shown"], err=True)
        return None
    epochs = prepared.experiment.training.epochs
    return decision, Judged(score, effort.seeds, effort.epochs, epochs, held_out)


def _show(found: _Found, *, wide: bool) -> None:
    """The tables, each with what follows from it."""
    from mlpexp.cli.printing import print_sentences, print_table
    from mlpexp.report.tables.learning_rates import configured_sentence, rates_table
    from mlpexp.report.tables.rate_decision import configured_in_range, decision_sentences, decision_table

    experiment = found.prepared.experiment
    print_table(rates_table(found.prepared, found.numbers), wide=wide)
    print_sentences(found.choice.sentences(decides=found.decided is None))
    configured = configured_sentence(experiment)
    if found.decided:
        typer.echo()
        print_table(decision_table(*found.decided), wide=wide)
        print_sentences(decision_sentences(*found.decided))
        configured = configured_in_range(experiment, found.decided[0])
    print_sentences([*found.warnings, configured])


def _command(given: Given, rate: float, data_dir: Path | None) -> str:
    """The command that trains with a rate, with what this one was given of the experiment."""
    config = [] if given.config is None else ["--config", given.config] if given.by_option else [given.config]
    data = [("--data", given.data), ("--target", given.target)]
    options = [word for option, value in data if value is not None for word in (option, value)]
    words = {word: text for word, text in given.words.items() if word != "seeds"}
    options += [part for word, text in words.items() for part in (BY_NAME[word].option, text)]
    sets = [text for text in given.set_ if key_of(text.partition("=")[0].strip()) != RATE_KEY]
    options += [part for text in sets for part in ("--set", text)]
    options += [] if data_dir is None else ["--data-dir", str(data_dir)]
    return join(["mlpexp", "train", *config, *options, "--learning-rate", f"{rate:g}"])


def _record(found: _Found, command: str | None) -> dict[str, Any]:
    """Everything that is said, for programs."""
    from mlpexp.report.tables.rate_decision import decision_record

    choice = found.choice
    proposal = {"proposed": choice.suggested, "first_divergence": choice.first_divergence, "lowest": choice.lowest}
    configured = found.prepared.experiment.optimizer.learning_rate
    others = {"configured": configured, "warnings": found.warnings, "command": command}
    if found.decided is None:
        return {"suggested": found.suggested, "low": None, "high": None, **proposal, "rates": [], **others}
    return {**decision_record(*found.decided), **proposal, **others}


def _write(output: Path, found: _Found, formats: list[str]) -> list[Path]:
    """The figure and its numbers; which files they are."""
    from mlpexp.config.dump import as_data
    from mlpexp.config.scores import SCORES
    from mlpexp.report.drawing.save_figures import write_drawing
    from mlpexp.report.figures.range_test import RateMarks, draw_range_test
    from mlpexp.report.figures.tried_rates import draw_tried_rates
    from mlpexp.report.numbers.run_caption import run_caption, run_title

    experiment, choice = found.prepared.experiment, found.choice
    marks = RateMarks(choice.suggested, experiment.optimizer.learning_rate, choice.first_divergence)
    config = as_data(experiment)
    caption = run_caption(config, None, None, "")
    drawings = {"find-lr": draw_range_test(found.numbers, marks, run_title(config), caption.axis(SCORES["loss"]))}
    if found.decided:
        rate = experiment.optimizer.learning_rate
        drawings["find-lr-rates"] = draw_tried_rates(*found.decided, rate, run_title(config))
    return [path for name, drawing in drawings.items() for path in write_drawing(drawing, name, output, formats)]
