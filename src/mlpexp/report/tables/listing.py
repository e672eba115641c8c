"""``mlpexp list``: results as rows of a table, or as records for other programs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from math import isclose
from typing import TYPE_CHECKING, Any

from mlpexp.config.yaml_source import scalar
from mlpexp.planning.values import value_text
from mlpexp.report.tables.text_table import TextTable, records_json
from mlpexp.report.words import ALL_EQUAL, NONE, age, number, same_ends
from mlpexp.results.listed import COLUMNS, Condition, short_names, values_of, varied_keys
from mlpexp.statistics.intervals import ends_within

if TYPE_CHECKING:
    from mlpexp.results.listed import Judged, Listed

NUMERIC = frozenset(("score", "seeds", "training", "age"))
# The columns beside name, score and varied keys; where the line is too narrow, which go before the keys and which after.
BESIDE = ("metric", "data", "model", "seeds", "status", "training", "age")
FIRST_TO_GO, LAST_TO_GO = ("training", "model", "data", "seeds", "metric"), ("age", "status")
INTERVAL = "95 % interval"
MOST_VALUES_OF_KEY = 10  # that are proposed
MOST_SWEPT_VALUES = 3  # of a key that are written out
MOST_SENTENCES = 5
RECORD = (
    "folder", "name", "hash", "kind", "status", "data", "model", "parameters", "metric", "mean", "low", "high", "n", "arms",
    "seeds", "train_seconds", "modified",
)  # fmt: skip


def listing_table(results: "Sequence[Listed]") -> TextTable:
    """A row per result; columns in which all rows are equal are the first to go."""
    keys = short_names(varied_keys(results))
    columns = ("name", "score", *keys.values(), *BESIDE)
    rows = [
        (row.text, _score(row), *(_setting(row.settings.get(key, ())) for key in keys), *_beside(row))
        for row in results
    ]
    cells = {column: [row[i] for row in rows] for i, column in enumerate(columns)}
    going = [*FIRST_TO_GO, *reversed(keys.values()), *LAST_TO_GO]
    numeric = NUMERIC | {name for name in keys.values() if all(map(_is_number, cells[name]))}
    droppable = sorted(going, key=lambda column: len(set(cells[column])) > 1)
    if len({row.judged.score for row in results if row.judged}) > 1:  # scores of different things
        droppable.remove("metric")
    return TextTable(columns, rows, numeric, droppable=droppable)


def page_table(results: "Sequence[Listed]", keys: Sequence[str]) -> TextTable:
    """A row per result for a page: each number in a cell of its own, so that columns sort.

    Args:
        results: In the order of the rows.
        keys: Of the configs, whose values are columns.
    """
    short = short_names(keys)
    columns = (
        "name",
        "started (UTC)",
        "data",
        "model",
        "score",
        INTERVAL,
        "metric",
        "seeds",
        "status",
        *short.values(),
    )
    rows = [
        (row.text, row.started or NONE, *_judged_cells(row), *(_setting(row.settings.get(key, ())) for key in keys))
        for row in results
    ]
    cells = {column: [row[i] for row in rows] for i, column in enumerate(columns)}
    numeric = {"score", "seeds"} | {name for name in short.values() if all(map(_is_number, cells[name]))}
    return TextTable(columns, rows, frozenset(numeric))


def _judged_cells(row: "Listed") -> tuple[str, ...]:
    metric, data, model, seeds, status, *_ = _beside(row)
    mean = NONE if row.judged is None or row.judged.mean.mean is None else number(row.judged.mean.mean)
    low, high = _ends(row.judged) if row.judged and row.judged.mean.n > 1 else (None, None)
    ends = (
        "" if low is None or high is None else ALL_EQUAL if same_ends(low, high) else f"{number(low)} .. {number(high)}"
    )
    return data, model, mean, ends, metric, seeds, status


def largest_classes(results: "Sequence[Listed]") -> list[str]:
    """What naming the largest class always would reach, of the results whose score is an accuracy of unequal classes."""
    sentences = []
    for row in results:
        metric = row.summary.metric if row.summary and row.judged else None
        always = row.summary.dataset.always(metric.part) if row.summary and metric and metric.is_accuracy else ""
        sentences += [f"{row.text}: {always}"] if always else []
    more = len(sentences) - MOST_SENTENCES
    return [*sentences[:MOST_SENTENCES], *([f"and {more:,} more"] if more > 0 else [])]


def _beside(row: "Listed") -> tuple[str, ...]:
    summary, seconds = row.summary, row.train_seconds
    time = NONE if seconds is None else f"{seconds:.1f} s"
    if summary is None:
        return NONE, "?", "?", NONE, row.status, time, age(row.age)
    count = len(summary.seeds)
    seeds = f"{summary.num_arms} x {count}" if summary.axes else str(count or NONE)
    metric = row.judged.metric if row.judged else NONE
    return metric, summary.dataset.title, summary.model.name, seeds, row.status, time, age(row.age)


def _score(row: "Listed") -> str:
    """The mean, with half of its interval."""
    if row.judged is None or row.judged.mean.mean is None:
        return NONE
    return number(row.judged.mean.mean) + _spread(row.judged)


def _spread(judged: "Judged") -> str:
    """Half of the interval, or the whole where it ends with the score or all values are equal."""
    low, high, mean = *_ends(judged), judged.mean.mean
    if judged.mean.n < 2 or low is None or high is None or mean is None:
        return ""
    if same_ends(low, high):
        return f" ({ALL_EQUAL})"
    if not isclose(high - mean, mean - low, rel_tol=1e-6, abs_tol=1e-12 * abs(mean)):
        return f" ({number(low)} .. {number(high)})"
    return f" ± {number((high - low) / 2)}"


def _ends(judged: "Judged") -> tuple[float | None, float | None]:
    """Of the interval, which old results did not end where the score does."""
    low, high = judged.mean.low, judged.mean.high
    return (None, None) if low is None or high is None else ends_within(low, high, *judged.score.ends)


def _setting(texts: Sequence[str]) -> str:
    return ", ".join(texts) if len(texts) <= MOST_SWEPT_VALUES else f"{len(texts)} values"


def _is_number(text: str) -> bool:
    return not text or isinstance(scalar(text), int | float)


def nothing_listed(results: "Sequence[Listed]", where: Sequence[str], runs_dir: object) -> str:
    """That there is nothing to list, and which values the key of a condition has.

    Args:
        results: All there are.
        where: The conditions, as they were written.
        runs_dir: The folder of all results.
    """
    near = ""
    for condition in map(Condition, where if results and len(where) == 1 else ()):
        values = values_of(results, condition.key)
        if close := get_close_matches(condition.value, values, n=1):
            near = f"; did you mean {close[0]}?"
        elif 0 < len(values) <= MOST_VALUES_OF_KEY:
            near = f"; there are {', '.join(values)}"
    return f"no runs in {runs_dir}" + (f" with {' and '.join(where)}" if where else "") + near


def listing_records(results: "Sequence[Listed]", format_: str) -> str:
    """Everything, numbers as numbers, as CSV or JSON."""
    keys = varied_keys(results)
    records = [_record(row, keys) for row in results]
    if format_ == "json":
        return records_json(records)
    rows = [["" if value is None else _in_csv(value) for value in record.values()] for record in records]
    return TextTable([*RECORD, *keys], rows).csv()


def _record(row: "Listed", keys: Sequence[str]) -> dict[str, Any]:
    mean = row.judged.mean if row.judged else None
    record: dict[str, Any] = {name: COLUMNS[name](row) for name in RECORD if name in COLUMNS}
    record |= {"folder": str(row.entry.folder.path.absolute()), "train_seconds": row.train_seconds}
    low, high = _ends(row.judged) if row.judged else (None, None)
    record |= {"mean": mean.mean if mean else None, "low": low, "high": high, "n": mean.n if mean else None}
    record["modified"] = datetime.fromtimestamp(row.entry.modified, UTC).isoformat(timespec="seconds")
    settings = {key: [scalar(text) for text in row.settings.get(key, ())] for key in keys}
    values = {key: texts[0] if len(texts) == 1 else texts or None for key, texts in settings.items()}
    return {name: record[name] for name in RECORD} | values


def _in_csv(value: Any) -> str:
    return repr(value) if isinstance(value, float) else value_text(value)
