"""The parts of a pgfplots picture: its table, plots of some rows, axes, names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb

from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.drawing.look import current_look
from mlpexp.report.drawing.style import BLUE, PART_STYLES, shades
from mlpexp.report.latex_text import latex_text

PLAIN = re.compile(r"[A-Za-z0-9 ._+\-/:=()\[\]]*")  # what a cell may hold that pgfplots reads as it stands
DASHES = ("solid", "dashed", "densely dotted", "dash dot")
MARKS = ("*", "square*", "triangle*", "diamond*", "pentagon*")
HOLLOW = "mark options={solid,fill=white}"
MOST_NAMES = 30  # of classes, values or arms that an axis has room for
LOOK = ["axis lines=left", "grid=major", "grid style={black!10}"]
LEGEND = [
    "legend style={at={(0,1.03)},anchor=south west,draw=none,font=\\small}",
    "legend columns=5",
    "legend cell align=left",
]


def page() -> list[str]:
    """How a picture looks: as wide as its line, or as asked for."""
    if (look := current_look()) is None:
        return ["width=0.97\\linewidth", "height=0.62\\linewidth", *LOOK]
    return [f"width={whole_width()}", f"height={0.64 * look.width:.4g}in", *LOOK]


def whole_width() -> str:
    """Of a page."""
    return r"\linewidth" if (look := current_look()) is None else f"{look.width:.4g}in"


@dataclass(frozen=True)
class Table:
    """The numbers of a figure, where pgfplots finds them."""

    name: str
    """Of the CSV file, without its ending."""
    numbers: pd.DataFrame
    """Its contents."""

    def place(self, column: str) -> int:
        """The place of a column, from 0: its name may have letters that TeX does not take."""
        heading = column if column in self.numbers else f"{column}_percent"  # which says the unit
        return int(self.numbers.columns.tolist().index(heading))

    def finite(self, *columns: str) -> np.ndarray:
        """Whether each row has numbers in these columns."""
        return np.isfinite(self.numbers.iloc[:, list(map(self.place, columns))].to_numpy(dtype=float)).all(axis=1)

    def source(self, coordinates: str) -> str:
        """``table[...] {...}`` with these coordinates: the CSV file, or its numbers where it has commas within a cell."""
        if self._is_plain():
            return f"table[col sep=comma,{coordinates}] {{{self.name}.csv}}"
        rows = [",".join(_number(value) for value in row) for row in self.numbers.itertuples(index=False, name=None)]
        heads = ",".join(f"column{place}" for place in range(len(self.numbers.columns)))
        lines = "\n".join(f"{row}\\\\" for row in (heads, *rows))
        return f"table[col sep=comma,row sep=\\\\,{coordinates}] {{%\n{lines}}}"

    def _is_plain(self) -> bool:
        texts = [self.numbers[name] for name in self.numbers if not pd.api.types.is_numeric_dtype(self.numbers[name])]
        cells = [str(name) for name in self.numbers] + [str(cell) for column in texts for cell in column.unique()]
        return self.numbers.columns.is_unique and all(cell and PLAIN.fullmatch(cell) for cell in cells)


def _number(value: object) -> str:
    """A cell: words, which no plot reads, are written as 0."""
    number = pd.to_numeric(str(value), errors="coerce")
    return f"{number:.9g}" if isinstance(value, int | float | np.number) or np.isfinite(number) else "0"


def of_rows(wanted: np.ndarray) -> str:
    """The options that leave out all rows but those wanted, by their places in the file; the others are joined."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~wanted, [False]]).astype(int)))
    return ",".join(f"skip coords between index={{{first}}}{{{end}}}" for first, end in edges.reshape(-1, 2))


def steps_at(firsts: Sequence[int]) -> str:
    """The expression that counts from 0 and grows at each of these rows."""
    return "{" + ("+".join(rf"(\coordindex>={first})" for first in firsts) or "0") + "}"


def plot(options: Sequence[str], rows: np.ndarray, source: str) -> str:
    """One plot, of some rows."""
    listed = ",".join(option for option in (of_rows(rows), *options) if option)
    return rf"\addplot[{listed}] {source};"


def named(label: str) -> str:
    """The entry of the last plot in the legend."""
    return rf"\addlegendentry{{{latex_text(label)}}}"


def ends(axes: Axes, name: str) -> list[str]:
    """Scale, ends and name of an axis, as in the figure."""
    low, high = axes.get_xlim() if name == "x" else axes.get_ylim()
    scale = axes.get_xscale() if name == "x" else axes.get_yscale()
    label = (axes.get_xlabel() if name == "x" else axes.get_ylabel()).replace("\n", " ")
    log = [f"{name}mode=log"] if scale == "log" else []
    return [*log, f"{name}min={low:.6g}", f"{name}max={high:.6g}", f"{name}label={{{latex_text(label)}}}"]


def value(table: Table, column: str, axes: Axes, name: str = "y", scale: float = 1) -> str:
    """The expression of a value, of which one far outside the axis is just outside: TeX has no room for large numbers."""
    low, high = axes.get_xlim() if name == "x" else axes.get_ylim()
    log = (axes.get_xscale() if name == "x" else axes.get_yscale()) == "log"
    least, most = AxisRange(low, high, log=log).outside
    expression = ("" if scale == 1 else f"{scale:g}*") + rf"\thisrowno{{{table.place(column)}}}"
    numbers = scale * table.numbers.iloc[:, table.place(column)].to_numpy(dtype=float)
    if np.all((numbers >= least) & (numbers <= most) | np.isnan(numbers)):
        return expression
    return f"min(max({expression},{least:.6g}),{most:.6g})"


def crosses(axes: Axes, names: Sequence[str] = ()) -> list[str]:
    """The crosses of the figure, where trials diverged or failed, in the colours of their lines; all named, or none."""
    lines = []
    near = (
        ",nodes near coords,point meta=explicit symbolic,nodes near coords style={text=black,font=\\tiny}"
        if names
        else ""
    )
    for line in axes.lines:
        places = np.column_stack([*line.get_data()]).astype(float)
        if line.get_marker() == "x" and len(places):
            beside = [f" [{name}]" for name in names] or [""] * len(places)
            at = " ".join(f"({x:.6g},{y:.6g}){name}" for (x, y), name in zip(places, beside, strict=True))
            red, green, blue = (round(255 * part) for part in to_rgb(line.get_color()))
            look = f"color={{rgb,255:red,{red};green,{green};blue,{blue}}},only marks,mark=x,mark size=3pt,thick"
            lines.append(rf"\addplot[{look},forget plot{near}] coordinates {{{at}}};")
    return lines


def ticks(name: str, places: Sequence[float], labels: Sequence[str]) -> list[str]:
    """Words at places of an axis; braces keep the commas of a word."""
    at = ",".join(f"{place:.6g}" for place in places)
    shown = ",".join("{" + latex_text(label) + "}" for label in labels)
    return [f"{name}tick={{{at}}}", f"{name}ticklabels={{{shown}}}"]


def axis(options: Sequence[str], contents: Sequence[str]) -> str:
    """One picture with one pair of axes."""
    listed = ",\n  ".join(["unbounded coords=discard", "filter discard warning=false", *options])
    inside = "\n".join(contents)
    return f"\\begin{{tikzpicture}}\n\\begin{{axis}}[\n  {listed}]\n{inside}\n\\end{{axis}}\n\\end{{tikzpicture}}"


def title_of_legend(title: str) -> list[str]:
    """What stands before the entries of a legend."""
    return [r"\addlegendimage{empty legend}", named(f"{title}:")]


def legend_title(axes: Axes) -> str:
    """The title of the legend of the figure; empty without one."""
    legends = axes.figure.legends
    return legends[0].get_title().get_text() if legends else ""


def line_colours(axes: Axes, values: Sequence[str]) -> list[str]:
    """Those of the figure; where it has other lines, of an order from dark to light."""
    shown = [to_hex(line.get_color()) for line in axes.lines if not str(line.get_label()).startswith("_")]
    parts = [PART_STYLES[value].colour for value in values if value in PART_STYLES]
    others = parts if len(parts) == len(values) else shades(len(values)) if len(values) > 1 else [BLUE]
    return shown if len(shown) == len(values) else others


def rgb(code: str) -> str:
    """A colour for both line and filling, as PGF takes it without a name."""
    red, green, blue = (int(code[place : place + 2], 16) for place in (1, 3, 5))
    return f"color={{rgb,255:red,{red};green,{green};blue,{blue}}}"
