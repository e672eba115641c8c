"""Which figures are pgfplots pictures, and how each kind is written: it reads the figure's CSV file, labels and ranges are the
figure's.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from mlpexp.config.scores import OWN_SCORE, SCORES
from mlpexp.report.drawing.explosion import EXPLOSION
from mlpexp.report.drawing.style import BLUE, CLASS_COLOURS, GREY, PART_STYLES, Drawing
from mlpexp.report.latex_text import latex_text, needed
from mlpexp.report.pgfplots.means import arms_picture, effect_picture, trade_off_picture
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
from mlpexp.report.writers.shown_words import shown

MOST_ROWS = 2000  # TeX takes seconds for more, then all its memory
MOST_BANDS = 4  # intervals of more lines than these would cover each other
MARKS_OF_LINE = 8
NEEDS = r"\usepackage{pgfplots}\usepgfplotslibrary{fillbetween}\pgfplotsset{compat=1.16}"
HEAD = f"""% Needs {NEEDS}
% In another folder than the paper: \\pgfplotsset{{table/search path={{FOLDER}}}}
"""


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


# Lines over epochs.


def _curves(table: Table, axes: Sequence[Axes], *, group: str, middle: str = "mean") -> list[str]:
    """A picture for each panel: a line for each value of ``group``, with the band of its interval."""
    numbers, calm = table.numbers, [shown for shown in axes if shown.get_label() != EXPLOSION]
    explosions = [_explosion(shown) for shown in axes if shown.get_label() == EXPLOSION]
    keys = [name for name in ("metric", "quantity", "setting") if name in numbers]
    number = numbers.groupby(keys, sort=False).ngroup().to_numpy() if keys else np.zeros(len(numbers))
    panels = [number == place for place in range(int(number.max()) + 1)]
    if not calm:
        return explosions
    if len(panels) != len(calm) or not {group, middle, "epoch"} <= set(numbers):
        return []
    if numbers[middle].isna().all():  # all seeds diverged: there are only lines of seeds
        return []
    return [_panel(table, shown, rows, group, middle) for shown, rows in zip(calm, panels, strict=True)] + explosions


def _explosion(axes: Axes) -> str:
    """The seeds that diverged, each as it is drawn: a line of the figure has a collection of them."""
    labels = axes.get_legend_handles_labels()[1]
    drawn = [mark for mark in axes.collections if isinstance(mark, LineCollection)]
    lines = []
    for place, seeds in enumerate(drawn):
        colour = to_hex(np.atleast_2d(np.asarray(seeds.get_color()))[0])
        look = [rgb(colour), DASHES[place % len(DASHES)], "no marks"]
        paths = [np.asarray(path.vertices) for path in seeds.get_paths()]
        for number, vertices in enumerate(path for path in paths if len(path)):
            points = " ".join(f"({x:.6g},{y:.6g})" for x, y in vertices)
            unnamed = ["forget plot"] if number else []
            lines.append(rf"\addplot[{','.join([*look, *unnamed])}] coordinates {{{points}}};")
            lines += [] if number else [named(labels[place])]
    return axis([*page(), *ends(axes, "x"), *ends(axes, "y"), *LEGEND], [*lines, *crosses(axes)])


def _panel(table: Table, axes: Axes, rows: np.ndarray, group: str, middle: str) -> str:
    values = table.numbers[group]
    members = {member: rows & (values == member).to_numpy() for member in values[rows].unique()}
    lines: list[str] = []
    for place, (member, colour) in enumerate(zip(members, line_colours(axes, list(members)), strict=True)):
        mine = members[member]
        if not (mine & table.finite(middle)).any():
            lines += [r"\addlegendimage{only marks,mark=x,thick}", named(f"{member} (nothing left)")]
            continue
        if len(members) <= MOST_BANDS:
            lines += _band(table, mine, colour, axes, f"{group}{place}".replace("_", ""))
        step = max(1, int(mine.sum()) // MARKS_OF_LINE)
        look = [rgb(colour), DASHES[place % len(DASHES)], f"mark={MARKS[place % len(MARKS)]}", "mark size=1.5pt"]
        source = table.source(
            f"x index={table.place('epoch')},y expr={{{value(table, middle, axes, scale=_scale(table, rows))}}}"
        )
        lines += [plot([*look, "thick", f"mark repeat={step}", HOLLOW], mine & table.finite(middle), source)]
        lines += (
            [named(PART_STYLES[member].label if member in PART_STYLES else str(member))] if len(members) > 1 else []
        )
        lines += _seed_in_front(table, axes, mine, colour)
    if len(members) > 1 and (title := legend_title(axes)):
        lines = [*title_of_legend(title), *lines]
    setting = table.numbers["setting"][rows].iloc[0] if "setting" in table.numbers else ""
    broken = f"title style={{yshift=4ex,align=center,text width={whole_width()}}}"
    names = [f"title={{{latex_text(setting)}}}", "xlabel={epoch}", broken] if setting else []
    return axis([*page(), *ends(axes, "x"), *ends(axes, "y"), *names, *LEGEND], [*lines, *crosses(axes)])


def _seed_in_front(table: Table, axes: Axes, rows: np.ndarray, colour: str) -> list[str]:
    """The seed that stands in front of the mean, if one does."""
    if "seed_in_front" not in table.numbers or table.numbers["seed_in_front"][rows].isna().all():
        return []
    seed = f"seed_{int(table.numbers['seed_in_front'][rows].max())}"
    source = table.source(f"x index={table.place('epoch')},y expr={{{value(table, seed, axes)}}}")
    return [plot([rgb(colour), "no marks", "thin", "forget plot"], rows & table.finite(seed), source)]


def _scale(table: Table, rows: np.ndarray) -> float:
    """What values are multiplied by: a share is stored as such, and shown in per cent."""
    shares = "quantity" in table.numbers and table.numbers["quantity"][rows].str.endswith("_fraction").all()
    return 100 if shares else 1


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
    fill = [rgb(colour), "opacity=0.15", "draw=none", "forget plot"]
    return [*edges, rf"\addplot[{','.join(fill)}] fill between[of={name}low and {name}high];"]


def _rates(table: Table, axes: Sequence[Axes]) -> list[str]:
    source = table.source(f"x index={table.place('epoch')},y index={table.place('learning_rate')}")
    line = plot([rgb(BLUE), "thick", "no marks"], table.finite("learning_rate"), source)
    return [axis([*page(), *ends(axes[0], "x"), *ends(axes[0], "y")], [line])]


def _curvature(table: Table, axes: Sequence[Axes]) -> list[str]:
    """The curvature with its band, and the limit of stable steps."""
    if len(axes) != 1:
        return []
    every = np.ones(len(table.numbers), dtype=bool)
    at = f"x index={table.place('epoch')},y index="
    line = plot([rgb(BLUE), "thick", "no marks"], table.finite("median"), table.source(f"{at}{table.place('median')}"))
    lines = [*_band(table, every, BLUE, axes[0], "curvature"), line, named("curvature")]
    if "stability_limit" in table.numbers and table.finite("stability_limit").any():
        source = table.source(f"{at}{table.place('stability_limit')}")
        lines += [plot([rgb(GREY), "dashed", "no marks"], table.finite("stability_limit"), source)]
        lines += [named("stability limit")]
    return [axis([*page(), *ends(axes[0], "x"), *ends(axes[0], "y"), *LEGEND], [*lines, *crosses(axes[0])])]


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
        look = [rgb(CLASS_COLOURS[place]), "only marks", f"mark={MARKS[place]}", "mark size=1pt", "opacity=0.6"]
        lines += [plot(look, (parts == part).to_numpy() & table.finite("target", "predicted"), source), named(part)]
    return (
        [axis([*page(), *ends(axes[0], "x"), *ends(axes[0], "y"), *LEGEND], [*lines, *crosses(axes[0])])]
        if len(axes) == 1
        else []
    )


BAND = "In this picture: means with 95 % intervals as bands or bars; the values of single seeds are in the CSV file."
PICTURES: tuple[tuple[str, Callable[[Table, Sequence[Axes]], list[str]], str], ...] = (
    (f"{'|'.join(SCORES)}|{OWN_SCORE}.+", partial(_curves, group="part"), BAND),
    ("learning_rate", _rates, ""),
    ("backward_gain|gradients|units", partial(_curves, group="layer", middle="median"), ""),
    ("curvature", _curvature, ""),
    ("curves_.+", partial(_curves, group="value"), BAND),
    ("effect_.+", effect_picture, BAND),
    ("arms|means", arms_picture, BAND),
    (".+_(time|parameters)", trade_off_picture, BAND),
    ("confusion_matrix", _confusion, "In this picture: counts in the cells, shades are the share of the true class."),
    ("heat_map", _heat_map, ""),
    ("predicted_true", _predicted_true, ""),
)
