"""A table of a page."""

from collections.abc import Sequence
from itertools import zip_longest

from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.writers.page import words


def html_table(table: TextTable, name: str, links: Sequence[str] = (), kind: str = "") -> str:
    """A table that scrolls in itself where the page is narrow; the first cell of each row names it."""
    kinds = [' class="number"' if column in table.numeric else "" for column in table.columns]
    head = "".join(
        f'<th scope="col"{kind}>{words(column)}</th>' for column, kind in zip(table.columns, kinds, strict=True)
    )
    body = "".join(
        f"<tr>{_cells(row, kinds, link)}</tr>\n" for row, link in zip_longest(table.rows, links, fillvalue="")
    )
    foot = f"<tfoot><tr>{_cells(table.footer, kinds)}</tr></tfoot>" if table.footer else ""
    shown_as = f' class="{kind}"' if kind else ""
    label = f' aria-labelledby="{name}-caption"' if table.title else f' aria-label="{name}"'
    caption = f'<p id="{name}-caption" class="caption">{words(table.title)}</p>\n' if table.title else ""
    return (
        f'{caption}<div class="scroll" tabindex="0" role="group"{label}><table id="{name}"{shown_as}{label}>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>{foot}</table></div>\n"
    )


def _cells(row: Sequence[str], kinds: Sequence[str], link: str = "") -> str:
    first, *others = row
    cells = "".join(f"<td{kind}>{words(cell)}</td>" for cell, kind in zip(others, kinds[1:], strict=True))
    name = f'<a href="{words(link)}">{words(first)}</a>' if link else words(first)
    return f'<th scope="row"{kinds[0]}>{name}</th>{cells}'
