"""``mlpexp list``."""

from collections.abc import Sequence
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated

import typer

from mlpexp.cli.options import RunsDir, Wide, check_format

if TYPE_CHECKING:
    from mlpexp.results.listed import Listed

FORMATS = ("table", "csv", "json")


def list_(
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="KEY=VALUE",
            show_default=False,
            help="Only results with this status, data, model, name or value in the config; repeatable.",
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="KEY",
            show_default=False,
            help="By score, age, name, training, seeds or a key of the config; -score: the highest first "
            "[default: the oldest first].",
        ),
    ] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="In the other order.")] = False,
    format_: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    wide: Wide = False,
    runs_dir: RunsDir = Path("runs"),
) -> None:
    """List results: name, score, what varies between their configs, data, model, status, training time, age."""
    check_format(format_, FORMATS)
    from mlpexp.results.listed import listed_in

    every = listed_in(runs_dir, time())
    results = _selected(every, where or [])
    if sort is not None and results:
        from mlpexp.results.listed import in_order

        results = in_order(results, sort.removeprefix("-"), reverse=sort.startswith("-") != reverse)
    elif reverse:
        results = results[::-1]
    from mlpexp.cli.printing import print_sentences, print_table
    from mlpexp.report.tables.listing import largest_classes, listing_records, listing_table, nothing_listed

    if format_ != "table":
        typer.echo(listing_records(results, format_), nl=False)
    elif results:
        print_table(listing_table(results), wide=wide)
        print_sentences(largest_classes(results))
    else:
        print_sentences([nothing_listed(every, where or [], runs_dir)])


def _selected(results: "list[Listed]", where: Sequence[str]) -> "list[Listed]":
    from mlpexp.results.listed import Condition, chosen, resolved

    conditions = [Condition(text) for text in where]
    for condition in conditions if results else ():
        resolved(condition.key, results, "--where")
    for condition in conditions:
        results = chosen(results, condition) if results else results
    return results
