"""Tables that fit the page of a paper: wide ones in parts of their columns, long ones in parts of their rows."""

from collections.abc import Sequence
from dataclasses import replace

from mlpexp.report.latex_text import latex_text, needed
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.tables.wide_tables import cell_lengths, parts_of

MOST_ROWS = 40  # of a table on a page; more are several tables
WIDE = 30  # letters of a cell, from which its column has lines that break
LINE = 84  # letters of a table that fit beside each other on a page
MOST_LETTERS = 110  # of a table that is made smaller to fit; one with more is several tables
BETWEEN = 3  # letters that would fit between two columns
OF_A_COLUMN = 50  # letters, from which a table takes both columns of a paper that has two
FIT = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
BEGIN = r"""\providecommand\textquotesingle{'}
\edef\mlpexpspacing{\tolerance=\the\tolerance\emergencystretch=\the\emergencystretch\relax}
\tolerance=3000\emergencystretch=3em"""
END = r"\mlpexpspacing"  # that of the paper


def tables_file(tables: Sequence[tuple[str, TextTable]], name: str, said: Sequence[str] = ()) -> str:
    """Tables that a paper reads by ``input``, each with a caption and a label, and sentences on them.

    Args:
        tables: Each with the last word of its label.
        name: In all labels: a paper may have several such files.
        said: On the tables.
    """
    labels = [label_of("tab", name, last) for last, _ in tables]
    lines = [
        line
        for label, (_, table) in zip(labels, tables, strict=True)
        for line in (*latex_tables(replace(table, title=_sentence(table.title)), label), "")
    ]
    if said:
        items = [rf"\item {latex_text(_sentence(text))}" for text in said]
        lines += [rf"On {named('Table', labels)}:", r"\begin{itemize}", *items, r"\end{itemize}"]
    body = "\n".join(lines).rstrip()
    head = [r"% needs \usepackage{booktabs,graphicx}; to be read by \input", BEGIN, *filter(None, [needed(body)])]
    return "\n".join([*head, body, END]) + "\n"


def label_of(kind: str, *words: str) -> str:
    """The name of a table or figure in a paper: ``tab:comparison-differences``."""
    name = "-".join(words)
    return f"{kind}:{''.join(letter if letter.isalnum() and letter.isascii() else '-' for letter in name)}"


def named(kind: str, labels: Sequence[str]) -> str:
    """The tables or figures of some labels: ``Tables 3 to 5``."""
    first, last = (rf"\ref{{{label}}}" for label in (labels[0], labels[-1]))
    if len(labels) == 1:
        return f"{kind}~{first}"
    return f"{kind}s~{first} {'and' if len(labels) == 2 else 'to'}~{last}"


def _sentence(text: str) -> str:
    """With a full stop, and a capital letter unless a name or symbol begins it."""
    first = text.split(" ", 1)[0].rstrip(":,;")
    begun = text[:1].upper() + text[1:] if first.isalpha() and first != "p" else text
    return begun if begun.endswith((".", "?", "!")) or not begun else f"{begun}."


def latex_tables(table: TextTable, label: str) -> list[str]:
    """One ``table``, or several where there are more rows than a page holds, or more columns than a line does."""
    parts = parts_of(table, WIDE, BETWEEN, MOST_LETTERS)
    return [line for place, part in enumerate(parts) for line in _below(part, label, is_first=place == 0)]


def _below(table: TextTable, label: str, *, is_first: bool) -> list[str]:
    rows = list(table.rows)
    pieces = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)] or [[]]
    lines = []
    for place, piece in enumerate(pieces):
        title = latex_text(table.title)
        begun = table.title.partition(". ")[0].removesuffix(".")  # what else a caption says stands above
        again = rf"\addtocounter{{table}}{{-1}}\caption{{{latex_text(begun)} (continued)}}"
        first = rf"\caption{{{title}}}\label{{{label}}}"
        caption = [first if is_first and place == 0 else again] if title else []
        lines += _table(table, piece, table.footer if place == len(pieces) - 1 else None, caption)
    return lines


def _table(
    table: TextTable, rows: Sequence[Sequence[str]], footer: Sequence[str] | None, caption: Sequence[str]
) -> list[str]:
    lengths = cell_lengths(table)
    columns = _alignment(table, lengths)
    breaks = [column.startswith("p") for column in columns]
    body = [*(_row(row, breaks) for row in rows), *([r"\midrule", _row(footer, breaks)] if footer else [])]
    inner = [r"\toprule", _row(table.columns, breaks), r"\midrule", *body, r"\bottomrule"]
    tabular = [FIT, rf"\begin{{tabular}}{{{''.join(columns)}}}", *inner, r"\end{tabular}}"]
    kind = "table*" if sum(lengths) + BETWEEN * len(lengths) > OF_A_COLUMN else "table"
    return [
        rf"\begin{{{kind}}}[!htbp]",
        r"\centering\footnotesize\belowcaptionskip=6pt",
        *caption,
        *tabular,
        rf"\end{{{kind}}}",
    ]


def _alignment(table: TextTable, lengths: Sequence[int]) -> list[str]:
    """By column ``r``, ``l``, or of long cells in a wide table a width, in which lines break."""
    room = LINE - BETWEEN * len(lengths)
    long = [length > WIDE and sum(lengths) > room for length in lengths]
    left = max(room - sum(length for length, is_long in zip(lengths, long, strict=True) if not is_long), 20 * sum(long))
    widths = left / LINE / max(sum(long), 1)
    return [
        rf"p{{{widths:.2f}\linewidth}}" if is_long else "r" if column in table.numeric else "l"
        for column, is_long in zip(table.columns, long, strict=True)
    ]


def _row(cells: Sequence[str], breaks: Sequence[bool]) -> str:
    """One line of a table; a bracket in front is no option of the line before it."""
    written = [
        (r"\raggedright " if is_broken else "{}" if cell.startswith(("[", "*")) else "") + latex_text(cell)
        for cell, is_broken in zip(cells, breaks, strict=True)
    ]
    return " & ".join(written) + r" \tabularnewline"
