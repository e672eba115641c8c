"""Means with error bars as pgfplots pictures: the values of an axis, arms one below the other, and what they cost."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.report.drawing.style import BLUE
from mlpexp.report.latex_text import latex_text
from mlpexp.report.pgfplots.parts import (
    DASHES,
    HOLLOW,
    LEGEND,
    MARKS,
    MOST_NAMES,
    Table,
    axis,
    crosses,
    ends,
    legend_title,
    line_colours,
    named,
    page,
    plot,
    rgb,
    steps_at,
    ticks,
    title_of_legend,
    value,
    whole_width,
)

LETTER, FOR_NAMES, MOST_BESIDE = 5, 20, 150  # points, of long names beside an axis; pgfplots leaves room for short ones
BESIDE = 4  # points, between lines that stand side by side


def _ends_and_mean(table: Table, axes: Axes, direction: str) -> tuple[str, str, str]:
    low, mean, high = (value(table, end, axes, direction) for end in ("low", "mean", "high"))
    return low, mean, high


def _errors(table: Table, axes: Axes, direction: str) -> str:
    low, mean, high = _ends_and_mean(table, axes, direction)
    return f"{direction} error plus expr={{{high}-{mean}}},{direction} error minus expr={{{mean}-{low}}}"


def _means(table: Table, axes: Axes, rows: np.ndarray, at: str, look: Sequence[str], direction: str = "y") -> list[str]:
    """Points, and behind them the intervals of those that have one; ``at``: coordinates without the mean."""
    mean = f"{at},{direction} expr={{{_ends_and_mean(table, axes, direction)[1]}}}"
    points, bars = rows & table.finite("mean"), rows & table.finite("mean", "low", "high")
    lines = []
    if bars.any():
        options = [*look[:2], "draw=none", "mark=none", "forget plot", "error bars/.cd", f"{direction} dir=both"]
        options += [f"{direction} explicit", f"error bar style={{solid,thick,{look[0]}}}"]
        lines.append(plot(options, bars, table.source(f"{mean},{_errors(table, axes, direction)}")))
    return [*lines, plot([*look, HOLLOW], points, table.source(mean))] if points.any() else lines


def effect_picture(table: Table, axes: Sequence[Axes]) -> list[str]:
    """The means at the values of an axis, a line for each value of the second if there is one."""
    numbers = table.numbers
    first, second = str(numbers.columns[0]), str(numbers.columns[1])
    if first == "arm" or len(axes) != 1:
        return []  # sampled arms
    values = numbers[first].astype(str)
    starts = [0, *(place for place, (a, b) in enumerate(pairwise(values), 1) if a != b)]
    if len(starts) > MOST_NAMES or len(starts) != values.nunique():
        return []
    of_words = axes[0].get_xlim() == (-0.5, len(starts) - 0.5)  # a place for each, whatever their numbers
    numeric = not of_words and bool(pd.to_numeric(values, errors="coerce").notna().all())
    if numeric:
        at, across = f"x index={table.place(first)}", [*ends(axes[0], "x"), *_named_ticks(axes[0])]
    else:
        at = f"x expr={steps_at(starts[1:])}"
        across = ["xmin=-0.5", f"xmax={len(starts) - 0.5}", f"xlabel={{{latex_text(axes[0].get_xlabel())}}}"]
        across += ticks("x", range(len(starts)), [values[place] for place in starts])
    lines = []
    groups = numbers[second].astype(str) if second != "n" else pd.Series([""] * len(numbers))
    colours = line_colours(axes[0], groups.unique().tolist())
    for place, (group, colour) in enumerate(zip(groups.unique(), colours, strict=True)):
        dashes = DASHES[place % len(DASHES)] if numeric or second != "n" else "only marks"
        shift = f"xshift={BESIDE * (place - (len(colours) - 1) / 2):g}pt"
        look = [rgb(colour), shift, dashes, "thick", f"mark={MARKS[place % len(MARKS)]}"]
        lines += _means(table, axes[0], (groups == group).to_numpy(), at, look)
        lines += [named(group)] if group and table.finite("mean")[(groups == group).to_numpy()].any() else []
    if len(colours) > 1:
        lines = [*title_of_legend(legend_title(axes[0])), *lines]
    return [axis([*page(), *across, *ends(axes[0], "y"), *LEGEND], [*lines, *crosses(axes[0])])]


def _named_ticks(axes: Axes) -> list[str]:
    """The ticks of the figure, whose names have room; none where they are powers, which pgfplots writes itself."""
    low, high = axes.get_xlim()
    shown = [(place, text.get_text()) for place, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)]
    shown = [(place, text) for place, text in shown if low <= place <= high]
    if any("$" in text for _, text in shown):
        return []
    return ticks("x", [place for place, _ in shown], [text for _, text in shown])


def arms_picture(table: Table, axes: Sequence[Axes]) -> list[str]:
    """Rows one below the other: arms of a sweep, or results."""
    numbers = table.numbers
    if len(numbers) > MOST_NAMES:
        return []
    is_named = "arm" in numbers and not pd.api.types.is_numeric_dtype(numbers["arm"])
    names = (
        numbers["arm" if is_named else "name"].astype(str).tolist()
    )  # no columns of settings stand beside this picture
    look = [rgb(BLUE), "xshift=0pt", "only marks", "mark=*"]
    every = np.ones(len(numbers), dtype=bool)
    down = [f"ymin=-{len(numbers) - 0.4:.6g}", "ymax=0.6", f"height={len(numbers) * 0.5 + 2.5:.4g}cm"]
    down += ticks("y", [-place for place in range(len(numbers))], names)
    beside = min(max(LETTER * max(map(len, names)) - FOR_NAMES, 0), MOST_BESIDE)
    down += [rf"width=\dimexpr{whole_width()}-{beside}pt\relax"] if beside else []
    lines = _means(table, axes[0], every, r"y expr={-\coordindex}", look, "x")
    return [axis([*page(), *ends(axes[0], "x"), *down], [*lines, *crosses(axes[0])])]


def trade_off_picture(table: Table, axes: Sequence[Axes]) -> list[str]:
    """A point for each arm with its number, and a key; those of equal cost stand side by side."""
    numbers = table.numbers
    across = next((name for name in ("milliseconds", "seconds", "parameters") if name in numbers), None)
    if across is None or len(axes) != 1 or len(numbers) > MOST_NAMES:
        return []
    equal = numbers.groupby(across)
    beside = equal.cumcount() - (equal[across].transform("size") - 1) / 2
    at, lines = f"x index={table.place(across)}", []
    if f"{across}_low" in numbers:
        rows = table.finite("mean", f"{across}_low", f"{across}_high")
        low, middle, high = (rf"\thisrowno{{{table.place(across + end)}}}" for end in ("_low", "", "_high"))
        errors = f"x error plus expr={{{high}-{middle}}},x error minus expr={{{middle}-{low}}}"
        look = ["draw=none", "mark=none", "forget plot", "error bars/.cd", "x dir=both", "x explicit"]
        look += ["error bar style={solid,gray}"]
        lines.append(plot(look, rows, table.source(f"{at},y index={table.place('mean')},{errors}")))
    number = [rf"visualization depends on={{\thisrowno{{{table.place('arm')}}} \as \armnumber}}"]
    number += [
        r"nodes near coords={\pgfmathprintnumber{\armnumber}}",
        r"nodes near coords style={text=black,font=\tiny}",
    ]
    for place in sorted(beside.unique()):
        shift = BESIDE * place if across == "parameters" else 0  # a time stands within its quartiles
        look, rows = (
            [rgb(BLUE), f"xshift={shift:g}pt", "only marks", "mark=*", "forget plot"],
            (beside == place).to_numpy(),
        )
        lines += _means(table, axes[0], rows, at, look)
        look = [*look, "mark size=0.1pt", *number]
        lines.append(plot(look, rows & table.finite("mean"), table.source(f"{at},y index={table.place('mean')}")))
    key = [f"{arm}: {label}" for arm, label in zip(numbers["arm"], numbers["label"], strict=True)]
    for entry in key:
        lines += [r"\addlegendimage{empty legend}", named(entry)]
    below = "legend style={at={(0,-0.25)},anchor=north west,draw=none,font=\\tiny}"
    return [
        axis(
            [
                *page(),
                *ends(axes[0], "x"),
                *_named_ticks(axes[0]),
                *ends(axes[0], "y"),
                below,
                "legend columns=4",
                LEGEND[2],
            ],
            [*lines, *crosses(axes[0], numbers["arm"][numbers["diverged"] > 0].astype(str).tolist())],
        )
    ]
