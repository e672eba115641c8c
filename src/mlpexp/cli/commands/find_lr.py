"""``mlpexp find-lr``."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.experiment_options import experiment_options
from mlpexp.cli.given import Given
from mlpexp.cli.options import DataDir, PlotFormat, Wide, check_output
from mlpexp.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.analysis.find_lr.rate_choice import RateChoice
    from mlpexp.planning.prepare import Prepared

SEEDS = 10  # all at once, where the command line says nothing else
FEWEST_STEPS, MOST_STEPS = 20, 100_000
LEAST_RATE, GREATEST_RATE = 1e-12, 1e6  # beyond, numbers overflow and say nothing
LEAST_RANGE = 2.0  # high over low


@experiment_options(several=False, without=("learning_rate",))
def find_lr(
    given: Given,
    low: Annotated[float, typer.Option("--low", help="First learning rate.")] = 1e-5,
    high: Annotated[float, typer.Option("--high", help="Last learning rate.")] = 10.0,
    steps: Annotated[int, typer.Option("--steps", help="Steps from one to the other.")] = 100,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A folder for find-lr.png and find-lr.csv.", show_default=False),
    ] = None,
    plot_format: PlotFormat = None,
    wide: Wide = False,
    data_dir: DataDir = None,
) -> None:
    """Find a learning rate: let it grow from step to step, with several seeds, and see where the loss falls and explodes."""
    from mlpexp.cli.printing import print_sentences, print_table
    from mlpexp.planning.prepare import prepared_from
    from mlpexp.report.drawing.formats import check_formats

    formats = check_formats(plot_format)
    _check(low, high, steps, output, plot_format)
    source, path = given.source("find-lr", seeds=None if "seeds" in given.words else SEEDS)
    prepared = prepared_from(source)
    print_sentences(given.understood(source, path), err=True)
    if prepared.experiment.model.name == "som":
        raise InputError(
            f"{path}: find-lr is for networks that are trained by gradients, not for a self-organizing map"
        )
    import numpy as np

    from mlpexp.analysis.find_lr.range_test import geometric_rates, range_test
    from mlpexp.analysis.find_lr.rate_choice import choose_rate, cut_at_divergence
    from mlpexp.data.catalogue import load
    from mlpexp.execution.auto_device import device_for, free_on
    from mlpexp.execution.machine import choose_device
    from mlpexp.planning.devices import Work, device_of, may_choose
    from mlpexp.planning.memory import needs_of, refuse_needs
    from mlpexp.planning.stacks import places_together
    from mlpexp.report.figures.range_test import range_test_numbers
    from mlpexp.report.tables.learning_rates import configured_sentence, rates_table

    count = prepared.experiment.seeds
    auto = device_for([Work(prepared, steps, count, count)] if may_choose(prepared.experiment) else [])
    print_sentences(filter(None, [auto.sentence]), err=True)
    device = device_of(prepared.experiment, auto)
    together = max(map(len, places_together(prepared, prepared.experiment.all_seeds, device)))
    refuse_needs(needs_of(prepared, together, keeps=False), prepared, source, lambda _: free_on(device))
    prepared = replace(prepared, experiment=prepared.experiment.model_copy(update={"device": device}))
    choose_device(prepared.experiment)  # may not be there
    dataset = load(prepared.experiment.dataset, data_dir, lambda sentence: print(sentence, file=sys.stderr))
    rates = geometric_rates(low, high, steps)
    losses = cut_at_divergence(np.concatenate(list(range_test(prepared, dataset, rates))))
    choice = choose_rate(rates, losses)
    numbers = range_test_numbers(rates, losses, prepared.experiment.all_seeds)
    print_table(rates_table(prepared, numbers), wide=wide)
    print_sentences([*choice.sentences(), configured_sentence(prepared.experiment)])
    if output is not None:
        _write(output, prepared, numbers, choice, formats)


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


def _write(
    output: Path, prepared: "Prepared", numbers: "pd.DataFrame", choice: "RateChoice", formats: list[str]
) -> None:
    from mlpexp.config.dump import as_data
    from mlpexp.config.scores import SCORES
    from mlpexp.report.drawing.save_figures import rendered
    from mlpexp.report.figures.range_test import RateMarks, draw_range_test
    from mlpexp.report.numbers.run_caption import run_caption, run_title
    from mlpexp.store.beside import make_folders
    from mlpexp.store.files import write_bytes

    make_folders(output)

    experiment = prepared.experiment
    marks = RateMarks(choice.suggested, experiment.optimizer.learning_rate, choice.first_divergence)
    config = as_data(experiment)
    caption = run_caption(config, None, None, "")
    drawing = draw_range_test(numbers, marks, run_title(config), caption.axis(SCORES["loss"]))
    for suffix, content in rendered(drawing, formats, name="find-lr").items():
        path = output / f"find-lr.{suffix}"
        write_bytes(path, content)
        typer.echo(f"written: {path}")
