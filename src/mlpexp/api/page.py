"""A result as a notebook shows it: the answer, a table, one picture; no script, and no style that reaches anything else."""

from base64 import b64encode
from collections.abc import Sequence
from importlib.resources import files as resources
from typing import TYPE_CHECKING

from mlpexp.api.finding import verdict
from mlpexp.api.pictures import DOTS
from mlpexp.errors import MlpexpError
from mlpexp.report.tables.arm_results import results_table
from mlpexp.report.words import counted
from mlpexp.report.writers.page import words

if TYPE_CHECKING:
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.result import Result

MOST_ROWS = 12
MOST_LETTERS = 150_000  # of a picture
SCALES = (0.75, 0.5, 0.25)  # of its dots, of which the first that is small enough is taken
OF_SWEEP, OF_RUN = (
    ("arms",),
    ("loss", "quantization_error", "u_matrix"),
)  # figures, of which the first that there is is shown


def page_of(result: "Result") -> str:
    """The page, below 200 kB: light or dark as the notebook is."""
    try:
        summary = result.summary
    except MlpexpError as error:  # its folder was moved or damaged
        return within([paragraph(str(error), "about")])
    title = f"{summary.title or summary.name}: {result.folder.status(summary)}"
    about = f"{summary.dataset.title}, {summary.dataset.in_words()}; {_size(result)}; {result.path.resolve().name}"
    parts = [paragraph(title, "title"), paragraph(verdict(result), "answer")]
    try:
        parts += [_table(result), _picture(result)]
    except MlpexpError as error:  # a damaged file: the rest is still to be seen
        parts.append(paragraph(str(error), "about"))
    parts.append(paragraph(about, "about"))
    return within(parts)


def within(parts: Sequence[str]) -> str:
    """Parts of a page as one, in our style."""
    return f'<div class="mlpexp-result"><style>{style()}</style>{"".join(parts)}</div>'


def paragraph(text: str, kind: str) -> str:
    """A paragraph of a kind: ``title``, ``answer`` or ``about``."""
    return f'<p class="{kind}">{words(text)}</p>'


def style() -> str:
    """The style sheet; every rule is for what is within ``.mlpexp-result``."""
    return resources("mlpexp.api").joinpath("notebook.css").read_text(encoding="utf-8")


def _size(result: "Result") -> str:
    summary = result.summary
    seeds = counted(len(summary.seeds), "seed")
    return f"{summary.num_arms:,} arms x {seeds}" if summary.axes else seeds


def _table(result: "Result") -> str:
    """What each arm reached, the best first; of one arm its scores."""
    summary = result.summary
    if not summary.complete or summary.outcome is None:
        return ""
    if not summary.axes:
        table = results_table(summary)
        return "" if table is None else html_table(table)
    from mlpexp.report.tables.comparison_files import to_report
    from mlpexp.results.comparison import read_comparison

    table = to_report(result, read_comparison(result))
    return html_table(table.without(set(table.droppable)))


def html_table(table: "TextTable") -> str:
    """A table that scrolls in itself; of a long one the first rows."""
    kinds = [' class="number"' if column in table.numeric else "" for column in table.columns]
    head = _cells("th", ' scope="col"', table.columns, kinds)
    rows = "".join(f"<tr>{_row(row, kinds)}</tr>" for row in table.rows[:MOST_ROWS])
    caption = f"<caption>{words(table.title)}</caption>" if table.title else ""
    body = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    rest = len(table.rows) - MOST_ROWS
    more = paragraph(f"and {rest:,} more rows; .comparison has all", "about") if rest > 0 else ""
    return f'<div class="scroll" tabindex="0">{body}</div>{more}'


def _row(row: Sequence[str], kinds: Sequence[str]) -> str:
    """The first cell names the row."""
    return _cells("th", ' scope="row"', row[:1], kinds) + _cells("td", "", row[1:], kinds[1:])


def _cells(tag: str, scope: str, row: Sequence[str], kinds: Sequence[str]) -> str:
    return "".join(f"<{tag}{scope}{kind}>{words(cell)}</{tag}>" for cell, kind in zip(row, kinds, strict=False))


def _picture(result: "Result") -> str:
    """Of a sweep its arms with their intervals; of a run the score that it is judged by, over the epochs."""
    from mlpexp.report.drawing.encoded import encoded
    from mlpexp.report.drawing.save_figures import drawn
    from mlpexp.report.figures.catalogue import figures_of
    from mlpexp.report.sections.figure_blocks import figure_block, reading_of
    from mlpexp.report.sections.material import Material

    names = OF_SWEEP if result.summary.axes else (result.summary.metric.score.name, *OF_RUN)
    figures = figures_of(result)
    known = {name: figures[name] for name in names if name in figures}
    figure = next(drawn(result.path, known, set()), None)
    if figure is None:
        return ""
    shown = figure.drawing.figure
    contents = (b64encode(encoded(shown, "png", scale)).decode() for scale in SCALES)
    picture = next((content for content in contents if len(content) < MOST_LETTERS), "")
    block = figure_block(Material(result), figure, reading_of(figure.name), "")
    width = round(DOTS * float(shown.get_size_inches()[0]))
    image = f'<img alt="{words(block.alternative)}" width="{width}" src="data:image/png;base64,{picture}">'
    return f"<figure>{image}<figcaption>{words(block.caption)}</figcaption></figure>"
