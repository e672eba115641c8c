"""``mlpexp find-lr``."""

from pathlib import Path
from shlex import join
from typing import Annotated

import typer

from mlpexp.api.rate_search import FoundRate, check_range, found_rate
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

FORMATS = ("text", "json")
RATE_KEY = "optimizer.learning_rate"


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
    from mlpexp.cli.printing import print_sentences, print_table
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.report.drawing.look import drawn_for, look_of
    from mlpexp.store.json_files import as_json

    formats, look = check_formats(plot_format), look_of(style, width, font_size)
    format_ = check_format(format_, FORMATS)
    check_drawn(output, plot_format=plot_format, style=style, width=width, font_size=font_size)
    check_output(output)
    check_range(low, high, steps, seconds)
    source, path = given.source("find-lr")
    print_sentences(given.understood(source, path), err=True)
    found = found_rate(
        source, path, asks_seeds="seeds" in given.words, low=low, high=high, steps=steps, seconds=seconds, quick=quick,
        data_dir=data_dir, say=lambda sentence: print_sentences([sentence], err=True),
    )  # fmt: skip
    command = _command(given, found.suggested, data_dir) if found.suggested else None
    with drawn_for(look):
        written = [] if output is None else _write(output, found, formats)
    if format_ == "json":
        typer.echo(as_json({**found.record(), "command": command}), nl=False)
        return
    for place, (table, sentences) in enumerate(found.tables()):
        if place:
            typer.echo()
        print_table(table, wide=wide)
        print_sentences(sentences)
    if command:
        print_sentences([f"go on with: {command}"])
    for path in written:
        typer.echo(f"written: {path}")


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


def _write(output: Path, found: FoundRate, formats: list[str]) -> list[Path]:
    """The figures and their numbers; which files they are."""
    from mlpexp.report.drawing.save_figures import write_drawing

    drawings = found.drawings()
    return [path for name, drawing in drawings.items() for path in write_drawing(drawing, name, output, formats)]
