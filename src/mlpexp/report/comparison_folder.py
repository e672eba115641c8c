"""The folder of ``mlpexp compare --output``: its tables as CSV, Markdown and LaTeX, and a figure of all results."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mlpexp.config.scores import Column
from mlpexp.planning.factors import differences
from mlpexp.report.drawing.save_figures import save_figures
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.figures.means import draw_means, mean_rows
from mlpexp.report.markdown_text import at_beginning, sparing_markdown
from mlpexp.report.tables.latex_tables import tables_file
from mlpexp.report.tables.text_table import TextTable
from mlpexp.results.candidates import Candidate, own_values
from mlpexp.store.beside import appearing
from mlpexp.store.files import write_text

FIGURE = "means"
MADE_AT = re.compile(r"^\d{8}-\d{6}-")  # in the name of a folder


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
    seeds: Sequence[int] | None = None,
) -> None:
    """Writes ``comparison.csv``, ``.md`` and ``.tex``, and ``means`` as a figure with its numbers, into a new folder.

    Args:
        comparison: What is said.
        candidates: What is compared.
        metric: By which.
        label: Of the metric, with its unit.
        folder: From ``folder_beside``.
        formats: Of the figure.
        seeds: Which the figure is of, those that the tables are of; None: of each candidate all.

    Raises:
        RunError: It cannot be written.
    """
    names_of, tables = _names(candidates), comparison.pasted
    with appearing(folder) as building:
        write_text(building / "comparison.csv", comparison.exact.csv())
        said = "".join(f"- {at_beginning(sparing_markdown(sentence))}\n" for sentence in comparison.said)
        write_text(building / "comparison.md", "\n".join([*(table.markdown() for table in tables), said]))
        names = dict(zip((candidate.label for candidate in candidates), names_of["name"], strict=True))
        numbered = [(str(place), _with_names(table, names)) for place, table in enumerate(tables, 1)]
        said_in_short = [_in_short(sentence, names) for sentence in comparison.said]
        write_text(building / "comparison.tex", tables_file(numbered, folder.name, said_in_short))
        draw = partial(draw_comparison, candidates, metric, label, seeds)
        save_figures(candidates[0].place[0].path, building, {FIGURE: draw}, formats)


def draw_comparison(
    candidates: Sequence[Candidate], metric: Column, label: str, seeds: Sequence[int] | None = None
) -> Drawing:
    """Means of all candidates with their intervals and seeds.

    Args:
        candidates: What is compared.
        metric: By which.
        label: Of the metric, with its unit.
        seeds: Which the figure is of; None: of each candidate all.
    """
    factors = differences([candidate.config for candidate in candidates])
    values = [_of_seeds(own_values(candidate, metric), seeds) for candidate in candidates]
    rows = mean_rows(_names(candidates), factors, values, metric.score)
    what = "arms" if _are_of_one(candidates) else "results"
    return draw_means(rows, list(factors), metric.score, metric.axis, f"{len(candidates)} {what} by {label}")


def _of_seeds(values: dict[int, float], seeds: Sequence[int] | None) -> dict[int, float]:
    return values if seeds is None else {seed: values[seed] for seed in seeds}


def _with_names(table: TextTable, names: Mapping[str, str]) -> TextTable:
    """The table with its rows named as the figure names them, unless it names arms."""
    if table.columns[0] != "what":
        return table
    return replace(table, rows=[[names.get(row[0], row[0]), *row[1:]] for row in table.rows])


def _in_short(sentence: str, names: Mapping[str, str]) -> str:
    """A sentence that names results as the tables do."""
    for label, name in names.items():
        if MADE_AT.match(label):
            sentence = sentence.replace(label, name)
    return sentence


def _are_of_one(candidates: Sequence[Candidate]) -> bool:
    """Whether they are the arms of one sweep."""
    return len({id(candidate.place[0]) for candidate in candidates}) == 1


def _names(candidates: Sequence[Candidate]) -> dict[str, list[str]]:
    """As the tables name them, and as the figure does: arms by number, as columns say what they are; folders without date."""
    labels = [candidate.label for candidate in candidates]
    if _are_of_one(candidates):
        return {"arm": labels, "name": [f"arm {candidate.place[1]}" for candidate in candidates]}
    short = [MADE_AT.sub("", label) for label in labels]
    return {"what": labels, "name": short if len(set(short)) == len(labels) else labels}
