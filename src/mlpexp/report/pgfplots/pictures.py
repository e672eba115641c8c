"""Which figures are pgfplots pictures, and how each kind is written: it reads the figure's CSV file, labels and ranges are the
figure's.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from mlpexp.config.scores import SCORES
from mlpexp.report.drawing.explosion import EXPLOSION
from mlpexp.report.drawing.look import current_look
from mlpexp.report.drawing.style import BLUE, CLASS_COLOURS, GREY, PART_STYLES, Drawing, shades
from mlpexp.report.latex_text import latex_text, needed
from mlpexp.report.pgfplots.parts import (
    DASHES,
    HOLLOW,
    MARKS,
    Table,
    axis,
    crosses,
    ends,
    named,
    plot,
    steps_at,
    ticks,
    value,
)
from mlpexp.report.writers.shown_words import shown

MOST_ROWS = 2000  # TeX takes seconds for more, then all its memory
MOST_NAMES = 30  # of classes, values or arms that an axis has room for
MOST_BANDS = 4  # intervals of more lines than these would cover each other
LETTER, FOR_NAMES, MOST_BESIDE = 5, 20, 150  # points, of long names beside an axis; pgfplots leaves room for short ones
MARKS_OF_LINE, BESIDE = 8, 4  # points, between lines that stand side by side
NEEDS = r"\usepackage{pgfplots}\usepgfplotslibrary{fillbetween}\pgfplotsset{compat=1.16}"
HEAD = f"""% Needs {NEEDS}
% In another folder than the paper: \\pgfplotsset{{table/search path={{FOLDER}}}}
"""
LOOK = ["axis lines=left", "grid=major", "grid style={black!10}"]
LEGEND = [
    "legend style={at={(0,1.03)},anchor=south west,draw=none,font=\\small}",
    "legend columns=5",
    "legend cell align=left",
]


def picture(name: str, drawing: Drawing) -> str | None:
    """A figure as LaTeX; None: pgfplots cannot draw it, or not so much.

    Args:
        name: Of its files.
        drawing: The figure and its numbers.
    """
    write, reading = next(
        ((write, reading) for names, write, reading in PICTURES if re.fullmatch(names, name)), (None, "")
    )
    if write is None or not 0 < len(drawing.numbers) <= MOST_ROWS:
        return None
    pictures = write(Table(name, drawing.numbers.reset_index(drop=True)), drawing.figure.axes)
    if not pictures:
        return None
    said = [line for text in drawing.figure.texts for line in text.get_text().splitlines()]
    notes = "".join(f"% {shown(line)}\n" for line in said if line.strip())
    notes += f"% {reading}\n" if reading else ""
    notes += "% Crosses: trials that diverged or failed.\n" if any(map(crosses, drawing.figure.axes)) else ""
    contents = "\n\n".join(pictures) + "\n"
    return "\n".join(filter(None, [f"{notes}{HEAD}".rstrip(), needed(contents), contents]))


def _page() -> list[str]:
    """As wide as its line, or as asked for."""
    if (look := current_look()) is None:
        return ["width=0.97\\linewidth", "height=0.62\\linewidth", *LOOK]
    return [f"width={_whole()}", f"height={0.64 * look.width:.4g}in", *LOOK]


def _whole() -> str:
    """The width of a page."""
    return r"\linewidth" if (look := current_look()) is None else f"{look.width:.4g}in"


# Lines over epochs.


def _curves(table: Table, axes: Sequence[Axes], *, group: str, middle: str = "mean") -> list[str]:
    """A picture for each panel: a line for each value of ``group``, with the band of its interval."""
    numbers, calm = table.numbers, [shown for shown in axes if shown.get_label() != EXPLOSION]
    explosions = [_explosion(shown) for shown in axes if shown.get_label() == EXPLOSION]
    panel = next((numbers[name] for name in ("metric", "quantity") if name in numbers), None)
    panels = [np.ones(len(numbers), dtype=bool)] if panel is None else [(panel == p).to_numpy() for p in panel.unique()]
    if not calm:
        return explosions
    if len(panels) != len(calm) or not {group, middle, "epoch"} <= set(numbers):
        return []
    return [_panel(table, shown, rows, group, middle) for shown, rows in zip(calm, panels, strict=True)] + explosions


def _explosion(axes: Axes) -> str:
    """The seeds that diverged, each as it is drawn: a line of the figure has a collection of them."""
    labels = axes.get_legend_handles_labels()[1]
    drawn = [mark for mark in axes.collections if isinstance(mark, LineCollection)]
    lines = []
    for place, seeds in enumerate(drawn):
        colour = to_hex(np.atleast_2d(np.asarray(seeds.get_color()))[0])
        look = [_colour(colour), DASHES[place % len(DASHES)], "no marks"]
        paths = [np.asarray(path.vertices) for path in seeds.get_paths()]
        for number, vertices in enumerate(path for path in paths if len(path)):
            points = " ".join(f"({x:.6g},{y:.6g})" for x, y in vertices)
            unnamed = ["forget plot"] if number else []
            lines.append(rf"\addplot[{','.join([*look, *unnamed])}] coordinates {{{points}}};")
            lines += [] if number else [named(labels[place])]
    return axis([*_page(), *ends(axes, "x"), *ends(axes, "y"), *LEGEND], [*lines, *crosses(axes)])


def _panel(table: Table, axes: Axes, rows: np.ndarray, group: str, middle: str) -> str:
    values = table.numbers[group]
    members = {member: rows & (values == member).to_numpy() for member in values[rows].unique()}
    lines: list[str] = []
    for place, (member, colour) in enumerate(zip(members, _line_colours(list(members)), strict=True)):
        mine = members[member]
        if len(members) <= MOST_BANDS:
            lines += _band(table, mine, colour, axes, f"{group}{place}".replace("_", ""))
        step = max(1, int(mine.sum()) // MARKS_OF_LINE)
        look = [_colour(colour), DASHES[place % len(DASHES)], f"mark={MARKS[place % len(MARKS)]}", "mark size=1.5pt"]
        source = table.source(
            f"x index={table.place('epoch')},y expr={{{value(table, middle, axes, scale=_scale(table, rows))}}}"
        )
        lines += [plot([*look, "thick", f"mark repeat={step}", HOLLOW], mine & table.finite(middle), source)]
        lines += (
            [named(PART_STYLES[member].label if member in PART_STYLES else str(member))] if len(members) > 1 else []
        )
    if len(members) > 1 and (title := _legend_title(axes)):
        lines = [*_title_of_legend(title), *lines]
    return axis([*_page(), *ends(axes, "x"), *ends(axes, "y"), *LEGEND], [*lines, *crosses(axes)])


def _scale(table: Table, rows: np.ndarray) -> float:
    """What values are multiplied by: a share is stored as such, and shown in per cent."""
    shares = "quantity" in table.numbers and table.numbers["quantity"][rows].str.endswith("_fraction").all()
    return 100 if shares else 1


def _line_colours(values: Sequence[str]) -> list[str]:
    parts = [PART_STYLES[value].colour for value in values if value in PART_STYLES]
    return parts if len(parts) == len(values) else shades(len(values)) if len(values) > 1 else [BLUE]


def _band(table: Table, rows: np.ndarray, colour: str, axes: Axes, name: str) -> list[str]:
    """The surface between the ends of the intervals."""
    there = rows & table.finite("low", "high")
    if there.sum() < 2:
        return []
    edges = [
        plot(
            ["draw=none", "forget plot", f"name path={name}{end}"],
            there,
            table.source(
                f"x index={table.place('epoch')},y expr={{{value(table, end, axes, scale=_scale(table, rows))}}}"
            ),
        )
        for end in ("low", "high")
    ]
    fill = [_colour(colour), "opacity=0.15", "draw=none", "forget plot"]
    return [*edges, rf"\addplot[{','.join(fill)}] fill between[of={name}low and {name}high];"]


def _rates(table: Table, axes: Sequence[Axes]) -> list[str]:
    source = table.source(f"x index={table.place('epoch')},y index={table.place('learning_rate')}")
    line = plot([_colour(BLUE), "thick", "no marks"], table.finite("learning_rate"), source)
    return [axis([*_page(), *ends(axes[0], "x"), *ends(axes[0], "y")], [line])]


def _curvature(table: Table, axes: Sequence[Axes]) -> list[str]:
    """The curvature with its band, and the limit of stable steps."""
    if len(axes) != 1:
        return []
    every = np.ones(len(table.numbers), dtype=bool)
    at = f"x index={table.place('epoch')},y index="
    line = plot(
        [_colour(BLUE), "thick", "no marks"], table.finite("median"), table.source(f"{at}{table.place('median')}")
    )
    lines = [*_band(table, every, BLUE, axes[0], "curvature"), line, named("curvature")]
    if "stability_limit" in table.numbers and table.finite("stability_limit").any():
        source = table.source(f"{at}{table.place('stability_limit')}")
        lines += [plot([_colour(GREY), "dashed", "no marks"], table.finite("stability_limit"), source)]
        lines += [named("stability limit")]
    return [axis([*_page(), *ends(axes[0], "x"), *ends(axes[0], "y"), *LEGEND], [*lines, *crosses(axes[0])])]


# Means with error bars.


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


def _effect(table: Table, axes: Sequence[Axes]) -> list[str]:
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
    colours = shades(groups.nunique()) if groups.nunique() > 1 else [BLUE]
    for place, (group, colour) in enumerate(zip(groups.unique(), colours, strict=True)):
        dashes = DASHES[place % len(DASHES)] if numeric or second != "n" else "only marks"
        shift = f"xshift={BESIDE * (place - (len(colours) - 1) / 2):g}pt"
        look = [_colour(colour), shift, dashes, "thick", f"mark={MARKS[place % len(MARKS)]}"]
        lines += _means(table, axes[0], (groups == group).to_numpy(), at, look)
        lines += [named(group)] if group and table.finite("mean")[(groups == group).to_numpy()].any() else []
    if len(colours) > 1:
        lines = [*_title_of_legend(_legend_title(axes[0])), *lines]
    return [axis([*_page(), *across, *ends(axes[0], "y"), *LEGEND], [*lines, *crosses(axes[0])])]


def _title_of_legend(title: str) -> list[str]:
    return [r"\addlegendimage{empty legend}", named(f"{title}:")]


def _named_ticks(axes: Axes) -> list[str]:
    """The ticks of the figure, whose names have room; none where they are powers, which pgfplots writes itself."""
    low, high = axes.get_xlim()
    shown = [(place, text.get_text()) for place, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)]
    shown = [(place, text) for place, text in shown if low <= place <= high]
    if any("$" in text for _, text in shown):
        return []
    return ticks("x", [place for place, _ in shown], [text for _, text in shown])


def _legend_title(axes: Axes) -> str:
    legends = axes.figure.legends
    return legends[0].get_title().get_text() if legends else ""


def _arms(table: Table, axes: Sequence[Axes]) -> list[str]:
    """Rows one below the other: arms of a sweep, or results."""
    numbers = table.numbers
    if len(numbers) > MOST_NAMES:
        return []
    is_named = "arm" in numbers and not pd.api.types.is_numeric_dtype(numbers["arm"])
    names = (
        numbers["arm" if is_named else "name"].astype(str).tolist()
    )  # no columns of settings stand beside this picture
    look = [_colour(BLUE), "xshift=0pt", "only marks", "mark=*"]
    every = np.ones(len(numbers), dtype=bool)
    down = [f"ymin=-{len(numbers) - 0.4:.6g}", "ymax=0.6", f"height={len(numbers) * 0.5 + 2.5:.4g}cm"]
    down += ticks("y", [-place for place in range(len(numbers))], names)
    beside = min(max(LETTER * max(map(len, names)) - FOR_NAMES, 0), MOST_BESIDE)
    down += [rf"width=\dimexpr{_whole()}-{beside}pt\relax"] if beside else []
    lines = _means(table, axes[0], every, r"y expr={-\coordindex}", look, "x")
    return [axis([*_page(), *ends(axes[0], "x"), *down], [*lines, *crosses(axes[0])])]


def _trade_off(table: Table, axes: Sequence[Axes], *, across: str) -> list[str]:
    if across not in table.numbers or len(axes) != 1:
        return []
    look = [_colour(BLUE), "xshift=0pt", "only marks", "mark=*"]
    every = table.finite(across)
    lines = _means(table, axes[0], every, f"x index={table.place(across)}", look)
    return [
        axis([*_page(), *ends(axes[0], "x"), *_named_ticks(axes[0]), *ends(axes[0], "y")], [*lines, *crosses(axes[0])])
    ]


# Cells and points.


def _matrix(table: Table, rows: Sequence[str], columns: Sequence[str], share: str, shown: str, more: list[str]) -> str:
    """A coloured cell for each row of the table, with a number in it."""
    count = len(columns)
    options = [
        f"width={min(3 + 1.2 * count, 14):.3g}cm", f"height={min(3 + 0.9 * len(rows), 14):.3g}cm", "y dir=reverse",
        "enlargelimits=false", "colormap={cells}{color=(white) rgb255=(120,180,220)}", *more,
        *ticks("x", range(count), columns), *ticks("y", range(len(rows)), rows),
        "x tick label style={rotate=45,anchor=east}", "tick style={draw=none}",
    ]  # fmt: skip
    number = rf"visualization depends on={{\thisrowno{{{table.place(shown)}}} \as \cellnumber}}"
    written = r"nodes near coords={\pgfmathprintnumber{\cellnumber}}"
    style = [f"matrix plot*,mesh/cols={count},point meta=explicit", number, written]
    style += [r"nodes near coords style={anchor=center,text=black,font=\small}"]
    starts = range(count, len(table.numbers), count)
    across = rf"{{mod(\coordindex,{count})}}"
    source = table.source(f"x expr={across},y expr={steps_at(starts)},meta index={table.place(share)}")
    return axis(options, [plot(style, np.ones(len(table.numbers), dtype=bool), source)])


def _confusion(table: Table, axes: Sequence[Axes]) -> list[str]:
    numbers = table.numbers
    classes = [str(name) for name in numbers["target"].unique()]
    if len(numbers) != len(classes) ** 2 or len(classes) > MOST_NAMES / 2 or not table.finite("row_percent").all():
        return []
    more = ["point meta min=0", "point meta max=100", *_axis_names(axes[0])]
    return [_matrix(table, classes, classes, "row_percent", "count", more)]


def _heat_map(table: Table, axes: Sequence[Axes]) -> list[str]:
    """The means of two axes that are crossed, all of them there."""
    numbers = table.numbers
    first, second = (numbers[column].astype(str) for column in numbers.columns[:2])
    rows, columns = list(first.unique()), list(second.unique())
    expected = [(row, column) for row in rows for column in columns]
    whole = list(zip(first, second, strict=True)) == expected and table.finite("mean").all()
    if not whole or max(len(rows), len(columns)) > MOST_NAMES / 2:
        return []
    return [_matrix(table, rows, columns, "mean", "mean", [*_axis_names(axes[0]), "colorbar"])]


def _axis_names(axes: Axes) -> list[str]:
    return [f"xlabel={{{latex_text(axes.get_xlabel())}}}", f"ylabel={{{latex_text(axes.get_ylabel())}}}"]


def _predicted_true(table: Table, axes: Sequence[Axes]) -> list[str]:
    parts = table.numbers["part"]
    low, high = axes[0].get_xlim()
    lines = [rf"\addplot[gray,dashed,forget plot] coordinates {{({low:.6g},{low:.6g}) ({high:.6g},{high:.6g})}};"]
    source = table.source(f"x index={table.place('target')},y index={table.place('predicted')}")
    for place, part in enumerate(parts.unique()):
        look = [_colour(CLASS_COLOURS[place]), "only marks", f"mark={MARKS[place]}", "mark size=1pt", "opacity=0.6"]
        lines += [plot(look, (parts == part).to_numpy() & table.finite("target", "predicted"), source), named(part)]
    return (
        [axis([*_page(), *ends(axes[0], "x"), *ends(axes[0], "y"), *LEGEND], [*lines, *crosses(axes[0])])]
        if len(axes) == 1
        else []
    )


def _colour(code: str) -> str:
    """A colour for both line and filling, as PGF takes it without a name."""
    red, green, blue = (int(code[place : place + 2], 16) for place in (1, 3, 5))
    return f"color={{rgb,255:red,{red};green,{green};blue,{blue}}}"


BAND = "In this picture: means with 95 % intervals as bands or bars; the values of single seeds are in the CSV file."
PICTURES: tuple[tuple[str, Callable[[Table, Sequence[Axes]], list[str]], str], ...] = (
    ("|".join(SCORES), partial(_curves, group="part"), BAND),
    ("learning_rate", _rates, ""),
    ("backward_gain|gradients|units", partial(_curves, group="layer", middle="median"), ""),
    ("curvature", _curvature, ""),
    ("curves_.+", partial(_curves, group="value"), BAND),
    ("effect_.+", _effect, BAND),
    ("arms|means", _arms, BAND),
    (".+_time", partial(_trade_off, across="milliseconds"), BAND),
    (".+_parameters", partial(_trade_off, across="parameters"), BAND),
    ("confusion_matrix", _confusion, "In this picture: counts in the cells, shades are the share of the true class."),
    ("heat_map", _heat_map, ""),
    ("predicted_true", _predicted_true, ""),
)
