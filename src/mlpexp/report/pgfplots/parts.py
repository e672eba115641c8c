"""The parts of a pgfplots picture: its table, plots of some rows, axes, names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from mlpexp.report.drawing.axis_ranges import AxisRange
from mlpexp.report.latex_text import latex_text

PLAIN = re.compile(r"[A-Za-z0-9 ._+\-/:=()\[\]]*")  # what a cell may hold that pgfplots reads as it stands
DASHES = ("solid", "dashed", "densely dotted", "dash dot")
MARKS = ("*", "square*", "triangle*", "diamond*", "pentagon*")
HOLLOW = "mark options={solid,fill=white}"


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


def crosses(axes: Axes) -> list[str]:
    """The crosses of the figure, where trials diverged or failed."""
    marks = [line for line in axes.lines if line.get_marker() == "x"]
    points = [point for line in marks for point in np.column_stack([*line.get_data()]).astype(float)]
    if not points:
        return []
    at = " ".join(f"({x:.6g},{y:.6g})" for x, y in points)
    return [rf"\addplot[black,only marks,mark=x,mark size=3pt,thick,forget plot] coordinates {{{at}}};"]


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
