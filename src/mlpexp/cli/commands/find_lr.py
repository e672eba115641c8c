"""``mlpexp find-lr``."""

import sys
from dataclasses import replace
from pathlib import Path
from shlex import join
from time import process_time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlpexp.cli.experiment_options import experiment_options
from mlpexp.cli.given import Given
from mlpexp.cli.options import DataDir, PlotFormat, Wide, check_format, check_output
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
    wide: Wide = False,
    data_dir: DataDir = None,
) -> None:
    """Find a learning rate: a range test proposes one, and short trainings around it decide."""
    from mlpexp.cli.printing import print_sentences
    from mlpexp.planning.confirm import END_OF_SEEDS
    from mlpexp.planning.prepare import prepared_from
    from mlpexp.report.drawing.formats import check_formats

    formats = check_formats(plot_format)
    check_format(format_, FORMATS)
    _check(low, high, steps, output, plot_format)
    if not 0 < seconds < float("inf"):
        raise InputError(f"--seconds: {seconds:g} is not above 0")
    source, path = given.source("find-lr")
    prepared = prepared_from(source)
    run_seeds = prepared.experiment.all_seeds
    asked = "seeds" in given.words or prepared.start is not None  # only seeds that have weights to begin with
    if not asked:
        seeds = min(SEEDS, END_OF_SEEDS - prepared.experiment.seed)
        prepared = replace(prepared, experiment=prepared.experiment.model_copy(update={"seeds": seeds}))
    print_sentences(given.understood(source, path), err=True)
    if prepared.experiment.model.name == "som":
        raise InputError(
            f"{path}: find-lr is for networks that are trained by gradients, not for a self-organizing map"
        )
    import numpy as np

    from mlpexp.analysis.find_lr.cautions import cautions
    from mlpexp.analysis.find_lr.range_test import geometric_rates, range_test
    from mlpexp.analysis.find_lr.rate_choice import choose_rate, cut_at_divergence
    from mlpexp.data.catalogue import load
    from mlpexp.report.figures.range_test import range_test_numbers
    from mlpexp.store.json_files import as_json

    prepared = _on_device(prepared, source, steps)
    dataset = load(prepared.experiment.dataset, data_dir, lambda sentence: print(sentence, file=sys.stderr))
    rates = geometric_rates(low, high, steps)
    began = process_time()
    losses = cut_at_divergence(np.concatenate(list(range_test(prepared, dataset, rates))))
    slowness = _slowness(prepared, steps, process_time() - began)
    choice = choose_rate(rates, losses)
    numbers = range_test_numbers(rates, losses, prepared.experiment.all_seeds)
    most_seeds = prepared.experiment.seeds if asked else MOST_SEEDS
    decided = None if quick else _decided(prepared, dataset, choice, run_seeds, most_seeds, seconds, slowness)
    warnings = cautions(prepared, dataset)
    suggested = decided[0].suggested if decided else choice.suggested
    command = _command(given, suggested) if suggested else None
    written = [] if output is None else _write(output, prepared, numbers, choice, decided, formats)
    if format_ == "json":
        typer.echo(as_json(_record(prepared, choice, decided, warnings, command)), nl=False)
        return
    _show(prepared, numbers, choice, decided, warnings, wide=wide)
    if command:
        print_sentences([f"go on with: {command}"])
    for path in written:
        typer.echo(f"written: {path}")


def _check(low: float, high: float, steps: int, output: Path | None, plot_format: list[str] | None) -> None:
    for option, rate in (("--low", low), ("--high", high)):
        if not LEAST_RATE <= rate <= GREATEST_RATE:
            raise InputError(f"{option}: {rate:g} is not between {LEAST_RATE:g} and {GREATEST_RATE:g}")
    if not high >= LEAST_RANGE * low:
        raise InputError(f"--high: {high:g} is not at least {LEAST_RANGE:g} times --low, {low:g}")
    if not FEWEST_STEPS <= steps <= MOST_STEPS:
        raise InputError(f"--steps: {steps} is not between {FEWEST_STEPS} and {MOST_STEPS:,}")
    if plot_format and output is None:
        raise InputError("--plot-format: nothing is drawn without --output")
    check_output(output)


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


def _show(
    prepared: "Prepared",
    numbers: "pd.DataFrame",
    choice: "RateChoice",
    decided: "Decided | None",
    warnings: list[str],
    *,
    wide: bool,
) -> None:
    """The tables, each with what follows from it."""
    from mlpexp.cli.printing import print_sentences, print_table
    from mlpexp.report.tables.learning_rates import configured_sentence, rates_table
    from mlpexp.report.tables.rate_decision import configured_in_range, decision_sentences, decision_table

    print_table(rates_table(prepared, numbers), wide=wide)
    print_sentences(choice.sentences(decides=decided is None))
    configured = configured_sentence(prepared.experiment)
    if decided:
        typer.echo()
        print_table(decision_table(*decided), wide=wide)
        print_sentences(decision_sentences(*decided))
        configured = configured_in_range(prepared.experiment, decided[0])
    print_sentences([*warnings, configured])


def _command(given: Given, rate: float) -> str:
    """The command that trains with a rate, with what this one was given of the experiment."""
    config = [] if given.config is None else ["--config", given.config] if given.by_option else [given.config]
    data = [("--data", given.data), ("--target", given.target)]
    options = [word for option, value in data if value is not None for word in (option, value)]
    words = {word: text for word, text in given.words.items() if word != "seeds"}
    options += [part for word, text in words.items() for part in (BY_NAME[word].option, text)]
    sets = [text for text in given.set_ if key_of(text.partition("=")[0].strip()) != RATE_KEY]
    options += [part for text in sets for part in ("--set", text)]
    return join(["mlpexp", "train", *config, *options, "--learning-rate", f"{rate:g}"])


def _record(
    prepared: "Prepared",
    choice: "RateChoice",
    decided: "Decided | None",
    warnings: list[str],
    command: str | None,
) -> dict[str, Any]:
    """Everything that is said, for programs."""
    from mlpexp.report.tables.rate_decision import decision_record

    proposal = {"proposed": choice.suggested, "first_divergence": choice.first_divergence, "lowest": choice.lowest}
    others = {"configured": prepared.experiment.optimizer.learning_rate, "warnings": warnings, "command": command}
    if decided is None:
        return {"suggested": choice.suggested, "low": None, "high": None, **proposal, "rates": [], **others}
    return {**decision_record(*decided), **proposal, **others}


def _write(
    output: Path,
    prepared: "Prepared",
    numbers: "pd.DataFrame",
    choice: "RateChoice",
    decided: "Decided | None",
    formats: list[str],
) -> list[Path]:
    """The figure and its numbers; which files they are."""
    from mlpexp.config.dump import as_data
    from mlpexp.config.scores import SCORES
    from mlpexp.report.drawing.save_figures import rendered
    from mlpexp.report.figures.range_test import RateMarks, draw_range_test
    from mlpexp.report.figures.tried_rates import draw_tried_rates
    from mlpexp.report.numbers.run_caption import run_caption, run_title
    from mlpexp.store.beside import make_folders
    from mlpexp.store.files import write_bytes

    make_folders(output)

    experiment = prepared.experiment
    marks = RateMarks(choice.suggested, experiment.optimizer.learning_rate, choice.first_divergence)
    config = as_data(experiment)
    caption = run_caption(config, None, None, "")
    drawings = {"find-lr": draw_range_test(numbers, marks, run_title(config), caption.axis(SCORES["loss"]))}
    if decided:
        drawings["find-lr-rates"] = draw_tried_rates(*decided, experiment.optimizer.learning_rate, run_title(config))
    written = []
    for name, drawing in drawings.items():
        for suffix, content in rendered(drawing, formats, name=name).items():
            written.append(output / f"{name}.{suffix}")
            write_bytes(written[-1], content)
    return written
