"""The folder of ``mlpexp compare --output``: its tables as CSV, Markdown and LaTeX, and a figure of all results."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mlpexp.config.scores import Column
from mlpexp.planning.factors import differences
from mlpexp.report.drawing.save_figures import save_figures
from mlpexp.report.figures.means import draw_means, mean_rows
from mlpexp.report.latex_text import latex_text, needed
from mlpexp.report.tables.text_table import TextTable
from mlpexp.results.candidates import Candidate, own_values
from mlpexp.store.beside import appearing
from mlpexp.store.files import write_text

FIGURE = "means"


@dataclass(frozen=True)
class Written:
    """What a comparison says, as it is written."""

    exact: TextTable
    """All numbers, for the CSV file."""
    pasted: Sequence[TextTable]
    """For a report."""
    said: Sequence[str]
    """Sentences below these."""


def write_comparison(
    comparison: Written,
    candidates: Sequence[Candidate],
    metric: Column,
    label: str,
    folder: Path,
    formats: Sequence[str],
) -> None:
    """Writes ``comparison.csv``, ``.md`` and ``.tex``, and ``means`` as a figure with its numbers, into a new folder.

    Args:
        comparison: What is said.
        candidates: What is compared.
        metric: By which.
        label: Of the metric, with its unit.
        folder: From ``folder_beside``.
        formats: Of the figure.

    Raises:
        RunError: It cannot be written.
    """
    factors = differences([candidate.config for candidate in candidates])
    values = [own_values(candidate, metric) for candidate in candidates]
    rows, keys, score = mean_rows(_names(candidates), factors, values, metric.score), list(factors), metric.score
    title, tables = f"{len(candidates)} results by {label}", comparison.pasted
    with appearing(folder) as building:
        write_text(building / "comparison.csv", comparison.exact.csv())
        said = "".join(f"- {sentence}\n" for sentence in comparison.said)
        write_text(building / "comparison.md", "\n".join([*(table.markdown() for table in tables), said]))
        paragraphs = "\n\n".join(latex_text(sentence) for sentence in comparison.said)
        latex = "\n".join([*(table.latex() for table in tables), paragraphs])
        head = "\n".join(filter(None, [r"% needs \usepackage{booktabs}", needed(latex)]))
        write_text(building / "comparison.tex", f"{head}\n{latex}\n")
        draw = partial(draw_means, rows, keys, score, metric.axis, title)
        save_figures(candidates[0].place[0].path, building, {FIGURE: draw}, formats)


def _names(candidates: Sequence[Candidate]) -> list[str]:
    """Of arms of one sweep their numbers: what they are is in the columns of keys."""
    one = len({id(candidate.place[0]) for candidate in candidates}) == 1
    return [f"arm {candidate.place[1]}" if one else candidate.label for candidate in candidates]
