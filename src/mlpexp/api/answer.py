"""What a function answers: tables and sentences that a terminal and a notebook show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlpexp.report.tables.text_table import TextTable

WIDTH = 110  # characters of a line on a terminal


class Answer:
    """Tables with sentences below them.

    Args:
        tables: For the eye; numbers are in frames.
        sentences: What follows from them.
    """

    def __init__(self, tables: "Sequence[TextTable]", sentences: Sequence[str]) -> None:
        self._tables, self.sentences = list(tables), list(sentences)

    def __repr__(self) -> str:
        from mlpexp.report.tables.text_layout import laid_out, wrapped

        lines = [text for table in self._tables for text in (*(line.text for line in laid_out(table, WIDTH).lines), "")]
        return "\n".join([*lines, *(line for sentence in self.sentences for line in wrapped(sentence, WIDTH))])

    def _repr_html_(self) -> str:
        from mlpexp.api.page import html_table, paragraph, within

        parts = [html_table(table) for table in self._tables]
        return within([*parts, *(paragraph(sentence, "about") for sentence in self.sentences)])
