"""``mlpexp activations``."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import (
    FigureStyle,
    FigureWidth,
    FontSize,
    PlotFormat,
    Wide,
    check_drawn,
    check_format,
    check_output,
)
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.config.activations import KnownActivation
    from mlpexp.report.figures.activation_sheet import CurveCost, TableRow

MOST_OVERLAID = 6  # more lines in one plane are not told apart
TABLE_SIZES = (16, 64, 256, 1024, 4096)


def activations(
    names: Annotated[
        list[str] | None, typer.Argument(help="Activations, such as relu tanh; default: all.", show_default=False)
    ] = None,
    time: Annotated[bool, typer.Option("--time/--no-time", help="Measure what each costs on this machine.")] = True,
    format_: Annotated[str, typer.Option("--format", help="table, markdown, latex or csv.")] = "table",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A folder for activations.png and activations.csv.", show_default=False),
    ] = None,
    overlay: Annotated[
        bool, typer.Option("--overlay", help="Draw 2 to 6 functions over each other: activations-overlay.png.")
    ] = False,
    plot_format: PlotFormat = None,
    style: FigureStyle = None,
    width: FigureWidth = None,
    font_size: FontSize = None,
    wide: Wide = False,
) -> None:
    """Show a reference sheet: formulas, ranges, what each activation is good and bad for, and what it costs here."""
    from mlpexp.report.drawing.formats import check_formats
    from mlpexp.report.drawing.look import drawn_for, look_of

    check_format(format_)
    formats, look = check_formats(plot_format), look_of(style, width, font_size)
    overlaid = overlay or None
    check_drawn(output, overlay=overlaid, plot_format=plot_format, style=style, width=width, font_size=font_size)
    check_output(output)
    rows = _chosen([name for text in names or [] for name in text.split(",") if name])
    if overlay and not 2 <= len(rows) <= MOST_OVERLAID:
        raise InputError(
            f"--overlay: {len(rows)} functions in one plane; name 2 to {MOST_OVERLAID}, such as sigmoid tanh"
        )
    from mlpexp.analysis.activation_sheet import mean_output

    means = {row.name: mean_output(row.config) for row in rows if row.name != "maxout"}
    costs = _costs(rows) if time else {}
    with_sigmoid = any(row.name == "sigmoid" for row in rows)
    sigmoids = _sigmoids(timed=time) if with_sigmoid and format_ != "csv" else []
    _print(rows, means, costs, sigmoids, format_, wide=wide)
    if output is not None:
        with drawn_for(look):
            _draw(rows, output, formats, overlay=overlay)


def _chosen(names: list[str]) -> "list[KnownActivation]":
    from mlpexp.config.activations import ALIASES, KNOWN
    from mlpexp.config.words import did_you_mean

    distinct = dict.fromkeys(ALIASES.get(name, name) for name in names)
    for name in distinct:
        if name not in KNOWN:
            raise InputError(f"activations: {name!r} is not an activation{did_you_mean(name, KNOWN)}")
    return [KNOWN[name] for name in distinct or KNOWN]


def _costs(rows: "Sequence[KnownActivation]") -> "dict[str, CurveCost]":
    import numpy as np

    from mlpexp.analysis.activation_sheet import costs
    from mlpexp.config.activations import default_activation
    from mlpexp.report.figures.activation_sheet import CurveCost
    from mlpexp.results.costs import TimeSpread, time_spread

    names = [row.name for row in rows]
    absent = [] if "relu" in names else [default_activation("relu")]
    timings = costs([*(row.config for row in rows), *absent])
    relu = timings[names.index("relu")] if "relu" in names else timings.pop()
    of_relu = relu[0] + relu[1]

    def times_relu(both: np.ndarray) -> TimeSpread | None:
        ratio = time_spread(both / of_relu)
        return ratio if ratio.is_steady and time_spread(both).is_steady and time_spread(of_relu).is_steady else None

    return {
        row.name: CurveCost(time_spread(forward), time_spread(backward), times_relu(forward + backward))
        for row, (forward, backward) in zip(rows, timings, strict=True)
    }


def _sigmoids(*, timed: bool) -> "list[TableRow]":
    """The sigmoid by its formula and from tables of several sizes."""
    from functools import partial

    import torch

    from mlpexp.analysis.activation_sheet import BATCH, FEATURES, TableSigmoid, centred, largest_error, time_in_turns
    from mlpexp.report.figures.activation_sheet import TableRow
    from mlpexp.results.costs import TimeSpread, time_spread

    x = torch.randn(1, BATCH, FEATURES, generator=torch.Generator().manual_seed(0))
    tables = [(size, lines) for lines in (False, True) for size in TABLE_SIZES]
    calls: list[Callable[[], object]] = [partial(torch.sigmoid, x), lambda: centred(torch.sigmoid(x))]
    calls += [partial(TableSigmoid(size, interpolate=lines, dtype=torch.float32), x) for size, lines in tables]
    times: list[TimeSpread | None] = [None] * len(calls)
    if timed:
        times = list(map(time_spread, time_in_turns(calls, x.numel())))
    rows = [TableRow("1 / (1 + exp(-x))", None, None, times[0])]
    rows += [TableRow("4 * sigmoid(x) - 2: zero-centred, 2 * tanh(x / 2)", None, None, times[1])]
    for (size, lines), time in zip(tables, times[2:], strict=True):
        table = TableSigmoid(size, interpolate=lines)
        way = f"{size:,} entries, {'straight lines between' if lines else 'the nearest'}"
        rows.append(TableRow(way, largest_error(table), table.bound, time))
    return rows


def _print(
    rows: "Sequence[KnownActivation]",
    means: Mapping[str, float],
    costs: "Mapping[str, CurveCost]",
    sigmoids: "Sequence[TableRow]",
    format_: str,
    *,
    wide: bool,
) -> None:
    from mlpexp.cli.printing import print_as, print_sentences
    from mlpexp.report.figures.activation_sheet import character_table, facts_table, look_up_table, sheet_csv
    from mlpexp.report.tables.text_table import records_csv

    if format_ == "csv":
        typer.echo(records_csv(sheet_csv(rows, means, costs)), nl=False)
        return
    tables = [facts_table(rows, means), character_table(rows, costs)]
    tables += [look_up_table(sigmoids)] if sigmoids else []
    for i, table in enumerate(tables):
        if i and format_ != "table":
            typer.echo()
        print_as(table, format_, wide=wide)
    if format_ == "table":
        print_sentences(["mean of f: for normally distributed x with mean 0 and variance 1"])
        if sigmoids:
            print_sentences(
                [
                    "a table reaches from -16 to 16; the bound is h/8 for the nearest and h^2/8 max|f''| for straight lines"
                ]
            )
    if costs and format_ == "table":
        from mlpexp.analysis.activation_sheet import BATCH, FEATURES, PASSES, ROUNDS
        from mlpexp.results.costs import SPREAD

        busy = [name for name, cost in costs.items() if cost.times_relu is None]
        if busy:
            apart = f"their times or those of relu have quartiles a factor of {SPREAD:g} apart"
            print_sentences([f"times relu: none for {len(busy)} of {len(costs)}, since {apart}; is the machine busy?"])
        print_sentences(
            [
                f"times: nanoseconds per value and median of n = {ROUNDS} rounds (quartiles), each of {PASSES} passes over "
                f"{BATCH * FEATURES:,} values in float32 on one core; times relu: forward and backward together"
            ]
        )


def _draw(rows: "Sequence[KnownActivation]", output: Path, formats: list[str], *, overlay: bool) -> None:
    import numpy as np
    import pandas as pd

    from mlpexp.analysis.activation_sheet import curve
    from mlpexp.report.drawing.save_figures import write_drawing
    from mlpexp.report.figures.activation_sheet import draw_overlay, draw_sheet

    x = np.linspace(-4, 4, 401)
    pieces = [pd.DataFrame(dict(zip(("value", "slope"), curve(row.config, x), strict=True))) for row in rows]
    named = [piece.assign(name=row.name, x=x) for row, piece in zip(rows, pieces, strict=True)]
    curves = pd.concat(named, ignore_index=True)[["name", "x", "value", "slope"]]
    name, drawing = ("activations-overlay", draw_overlay(curves)) if overlay else ("activations", draw_sheet(curves))
    for path in write_drawing(drawing, name, output, formats):
        typer.echo(f"written: {path}", err=True)
