"""``mlpexp list``."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlpexp.cli.options import RunsDir, Wide, check_format

if TYPE_CHECKING:
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.listed import Listed
    from mlpexp.store.summary import Mean

FORMATS = ("table", "csv", "json")
NUMERIC = frozenset(("score", "seeds", "training", "age"))
# The columns beside name, score and varied keys; where the line is too narrow, which go before the keys and which after.
BESIDE = ("metric", "data", "model", "seeds", "status", "training", "age")
FIRST_TO_GO, LAST_TO_GO = ("training", "model", "data", "seeds", "metric"), ("age", "status")
MOST_NAMED = 10  # values that a key has
MOST_VALUES = 3  # of a swept key that are written out
RECORD = (
    "folder", "name", "hash", "kind", "status", "data", "model", "parameters", "metric", "mean", "low", "high", "n", "arms",
    "seeds", "train_seconds", "modified",
)  # fmt: skip


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
    if format_ != "table":
        _print_records(results, format_)
    elif results:
        from mlpexp.cli.printing import print_table

        print_table(_table(results), wide=wide)
    else:
        typer.echo(_none(every, where or [], runs_dir))


def _selected(results: "list[Listed]", where: Sequence[str]) -> "list[Listed]":
    from mlpexp.results.listed import Condition, chosen, resolved

    conditions = [Condition(text) for text in where]
    for condition in conditions if results else ():
        resolved(condition.key, results, "--where")
    for condition in conditions:
        results = chosen(results, condition) if results else results
    return results


def _none(every: "Sequence[Listed]", where: Sequence[str], runs_dir: Path) -> str:
    """That there is nothing to list, and which values the key of a condition has."""
    from difflib import get_close_matches

    from mlpexp.results.listed import Condition, values_of

    near = ""
    for condition in map(Condition, where if every and len(where) == 1 else ()):
        values = values_of(every, condition.key)
        if close := get_close_matches(condition.value, values, n=1):
            near = f"; did you mean {close[0]}?"
        elif 0 < len(values) <= MOST_NAMED:
            near = f"; there are {', '.join(values)}"
    return f"no runs in {runs_dir}" + (f" with {' and '.join(where)}" if where else "") + near


def _table(results: "Sequence[Listed]") -> "TextTable":
    """A row per result; columns in which all rows are equal are the first to go."""
    from mlpexp.config.scores import LABELS
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.listed import short_names, varied_keys

    keys = short_names(varied_keys(results))
    columns = ("name", "score", *keys.values(), *BESIDE)
    rows = [
        (one.text, _score(one), *(_setting(one.settings.get(key, ())) for key in keys), *_beside(one))
        for one in results
    ]
    cells = {column: [row[i] for row in rows] for i, column in enumerate(columns)}
    going = [*FIRST_TO_GO, *reversed(keys.values()), *LAST_TO_GO]
    numeric = NUMERIC | {name for name in keys.values() if all(map(_is_number, cells[name]))}
    droppable = sorted(going, key=lambda column: len(set(cells[column])) > 1)
    kinds = {label for label in LABELS.values() for metric in cells["metric"] if metric.endswith(label)}
    if len(kinds) > 1:  # scores of different things
        droppable.remove("metric")
    return TextTable(columns, rows, numeric, droppable=droppable)


def _beside(one: "Listed") -> tuple[str, ...]:
    summary, seconds = one.summary, one.train_seconds
    time = "-" if seconds is None else f"{seconds:.1f} s"
    if summary is None:
        return "-", "?", "?", "-", one.status, time, _age(one.age)
    count = len(summary.seeds)
    seeds = f"{summary.num_arms} x {count}" if summary.axes else str(count or "-")
    metric = one.score.metric if one.score else "-"
    return metric, summary.dataset.title, summary.model.name, seeds, one.status, time, _age(one.age)


def _score(one: "Listed") -> str:
    """The mean, with half of its interval."""
    from mlpexp.report.tables.text_table import number_text

    if one.score is None or one.score.mean.mean is None:
        return "-"
    return number_text(one.score.mean.mean) + _spread(one.score.mean)


def _spread(mean: "Mean") -> str:
    if mean.n < 2 or mean.low is None or mean.high is None:
        return ""
    from mlpexp.report.tables.text_table import number_text

    return f" ± {number_text((mean.high - mean.low) / 2)}"


def _setting(texts: Sequence[str]) -> str:
    return ", ".join(texts) if len(texts) <= MOST_VALUES else f"{len(texts)} values"


def _is_number(text: str) -> bool:
    from mlpexp.config.yaml_source import scalar

    return not text or isinstance(scalar(text), int | float)


def _age(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _print_records(results: "Sequence[Listed]", format_: str) -> None:
    """Everything, numbers as numbers, for other programs."""
    from mlpexp.report.tables.text_table import TextTable, records_json
    from mlpexp.results.listed import varied_keys

    keys = varied_keys(results)
    records = [_record(one, keys) for one in results]
    if format_ == "json":
        typer.echo(records_json(records), nl=False)
    else:
        rows = [["" if value is None else _in_csv(value) for value in record.values()] for record in records]
        typer.echo(TextTable([*RECORD, *keys], rows).csv(), nl=False)


def _record(one: "Listed", keys: Sequence[str]) -> dict[str, Any]:
    from mlpexp.config.yaml_source import scalar
    from mlpexp.results.listed import COLUMNS

    mean = one.score.mean if one.score else None
    record: dict[str, Any] = {name: COLUMNS[name](one) for name in RECORD if name in COLUMNS}
    record |= {"folder": str(one.entry.folder.path.absolute()), "train_seconds": one.train_seconds}
    record |= {name: getattr(mean, name, None) for name in ("mean", "low", "high", "n")}
    record["modified"] = datetime.fromtimestamp(one.entry.modified, UTC).isoformat(timespec="seconds")
    values = {key: [scalar(text) for text in one.settings.get(key, ())] for key in keys}
    found = {key: each[0] if len(each) == 1 else each or None for key, each in values.items()}
    return {name: record[name] for name in RECORD} | found


def _in_csv(value: Any) -> str:
    from mlpexp.planning.values import value_text

    return repr(value) if isinstance(value, float) else value_text(value)
