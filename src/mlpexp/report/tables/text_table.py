"""Tables as text that can be pasted: Markdown, LaTeX (booktabs), CSV, JSON."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlpexp.report.latex_text import latex_text
from mlpexp.report.markdown_text import sparing_markdown
from mlpexp.store.json_files import seen_json
from mlpexp.store.table import csv_lines


@dataclass(frozen=True)
class TextTable:
    """A table whose cells are ready to be shown."""

    columns: Sequence[str]
    """Headings."""
    rows: Sequence[Sequence[str]]
    """Cells as text, one per column."""
    numeric: frozenset[str] = field(default_factory=frozenset)
    """Headings of the columns to be aligned right."""
    footer: Sequence[str] | None = None
    """A last row of totals, set off from the others; may be absent."""
    title: str = ""
    """What the table is about."""
    prose: frozenset[str] = field(default_factory=frozenset)
    """Headings of the columns of sentences, which may be broken between words; names and numbers are not."""
    least_prose: int = 20
    """Characters that these are not narrowed below."""
    droppable: Sequence[str] = ()
    """Headings of the columns that may be left out where the line is too narrow, the first to go first."""
    named_columns: bool = False
    """Whether the headings are names, too, such as labels of arms."""

    def without(self, columns: Collection[str]) -> "TextTable":
        """The table less some of its columns."""
        places = [i for i, column in enumerate(self.columns) if column not in columns]
        rows = [[row[i] for i in places] for row in self.rows]
        footer = None if self.footer is None else [self.footer[i] for i in places]
        return replace(self, columns=[self.columns[i] for i in places], rows=rows, footer=footer)

    def markdown(self) -> str:
        """GitHub-flavoured Markdown."""
        escaped = [[sparing_markdown(cell) for cell in row] for row in [self.columns, *self._body()]]
        rule = ["---:" if column in self.numeric else "---" for column in self.columns]
        lines = [escaped[0], rule, *escaped[1:]]
        text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return (f"**{sparing_markdown(self.title)}**\n\n" if self.title else "") + text + "\n"

    def latex(self) -> str:
        """A ``table`` with ``booktabs`` rules."""
        alignment = "".join("r" if column in self.numeric else "l" for column in self.columns)
        body = [_latex_row(row) for row in self.rows]
        footer = [r"\midrule", _latex_row(self.footer)] if self.footer else []
        caption = [rf"\caption{{{latex_text(self.title)}}}"] if self.title else []
        return (
            "\n".join(
                [
                    r"\begin{table}",
                    r"\centering",
                    *caption,
                    rf"\begin{{tabular}}{{{alignment}}}",
                    r"\toprule",
                    _latex_row(self.columns),
                    r"\midrule",
                    *body,
                    *footer,
                    r"\bottomrule",
                    r"\end{tabular}",
                    r"\end{table}",
                ]
            )
            + "\n"
        )

    def csv(self) -> str:
        """Comma-separated, without the title."""
        return csv_lines([self.columns, *self._body()])

    def _body(self) -> list[Sequence[str]]:
        return [*self.rows, *([self.footer] if self.footer else [])]


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join(latex_text(cell) for cell in cells) + r" \\"


def records_csv(records: Sequence[Mapping[str, Any]]) -> str:
    """Records with equal keys as CSV."""
    columns = list(records[0])
    rows = [["" if record[name] is None else str(record[name]) for name in columns] for record in records]
    return csv_lines([columns, *rows])


def records_json(value: Any) -> str:
    """Indented JSON."""
    return seen_json(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
