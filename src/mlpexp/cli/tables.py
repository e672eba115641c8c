"""Text tables on the terminal."""

from typing import TYPE_CHECKING, Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from mlpexp.report.tables import TextTable


def print_table(table: "TextTable") -> None:
    """Prints a table; where it is wider than the terminal, cells wrap, and in a pipe nothing is cut."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=columns_available())
    shown = Table(title=table.title, title_justify="left", box=box.SIMPLE_HEAD, show_footer=table.footer is not None)
    for i, column in enumerate(table.columns):
        footer = table.footer[i] if table.footer else ""
        side: Literal["right", "left"] = "right" if column in table.numeric else "left"
        shown.add_column(Text(column), Text(footer), justify=side, overflow="fold")
    for row in table.rows:
        shown.add_row(*map(Text, row))
    console.print(shown)


def columns_available() -> int:
    """Characters in a line of the terminal; as many as one likes in a pipe."""
    console = Console()
    return console.width if console.is_terminal else 200


def print_as(table: "TextTable", format_: str) -> None:
    """Prints a table for the terminal, or as Markdown, LaTeX or CSV."""
    import typer

    if format_ == "table":
        print_table(table)
    else:
        text = {"markdown": table.markdown, "latex": table.latex, "csv": table.csv}[format_]()
        typer.echo(text, nl=False)
