"""The results of a folder with what they are listed, chosen and sorted by: columns, and the keys of their configs."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from mlpexp.config.keys import all_keys, nearest_key
from mlpexp.config.scores import PARTS, SCORES, Column, Score, column_of
from mlpexp.config.words import WORDS, closest, did_you_mean, key_of, meant, setting
from mlpexp.config.yaml_nodes import MAX_VALUES
from mlpexp.config.yaml_source import MAX_BYTES, parse_value, read_yaml, scalar
from mlpexp.errors import InputError, Place, RunError
from mlpexp.planning.factors import leaves
from mlpexp.planning.values import value_text
from mlpexp.store.as_written import content_of
from mlpexp.store.json_files import read_json
from mlpexp.store.listing import Entry, list_results, shortest_names
from mlpexp.store.started import moment
from mlpexp.store.summary import Mean, Summary

QUICK_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # texts, lists and mappings alone
MOST_NESTED = 1_000  # brackets, or signs before a line
BEFORE_LINES = re.compile(rb"^[ ?:-]*", re.MULTILINE)
IN_COLUMNS = ("dataset.name", "model.name")  # keys that stand in the columns data and model
MEASURED = ("scores", "diagnostics")  # keys that decide no number


@dataclass(frozen=True)
class Judged:
    """What a result is judged by, and its mean over seeds, of a sweep that of its best arm."""

    metric: str
    """In words."""
    score: Score
    """What is measured."""
    mean: Mean
    """Over seeds."""


class Listed:
    """One result of a folder.

    Attributes:
        entry: Its folder and summary.
        text: What finds it when it is typed.
        age: Seconds since it was last written.
    """

    def __init__(self, entry: Entry, text: str, age: float) -> None:
        self.entry, self.text, self.age = entry, text, age
        self.summary = entry.summary

    @cached_property
    def status(self) -> str:
        """Of its entry, looked up once."""
        return self.entry.status

    @cached_property
    def train_seconds(self) -> float | None:
        """None before the end."""
        stacks = self.entry.stacks if self.summary and self.summary.outcome else None
        return None if stacks is None else stacks.train_seconds

    @cached_property
    def started(self) -> str:
        """``2026-11-26 19:06``, in UTC; empty where nothing says it."""
        try:
            begun = moment(read_json(self.entry.folder.environment).get("started"))
        except RunError:
            return ""
        return f"{begun:%Y-%m-%d %H:%M}" if begun else ""

    @cached_property
    def judged(self) -> Judged | None:
        """None before the end, and where all seeds diverged."""
        return _judged(self.summary)

    @cached_property
    def settings(self) -> dict[str, tuple[str, ...]]:
        """The config by dotted key, values as text: one, or of a swept key all; empty where it cannot be read."""
        settings: dict[str, tuple[str, ...]] = {}
        settings |= {key: (value_text(value),) for key, value in _config(self.entry.folder.config).items()}
        for axis in self.summary.axes if self.summary else ():
            bare = axis.label.startswith("hidden units")  # 8 of hidden_size, where the config has [8]
            settings[axis.key] = tuple(f"[{text}]" if bare else text for text in axis.values)
            for below in [key for key in settings if key.startswith(f"{axis.key}.")]:  # of a section that was varied
                del settings[below]
        return settings

    @cached_property
    def found_by(self) -> dict[str, set[str]]:
        """``settings``, and of a swept key also what names of its values mean, and what was written where sizes were scaled."""
        texts = {key: set(of_key) for key, of_key in self.settings.items()}
        for axis in self.summary.axes if self.summary else ():
            also = {*axis.meanings.values(), *axis.scaled.values()}
            texts[axis.key] |= also | {f"[{text}]" for text in also if axis.label.startswith("hidden units")}
        return texts


Value = str | float | None
NAMES_OF_SCORES = {*SCORES, *(Column(part, score).name for part in PARTS for score in SCORES.values())}
MOST = 1e300  # a number beyond is sorted as a word
COLUMNS: dict[str, Callable[[Listed], Value]] = {
    "name": lambda result: result.summary.name if result.summary else result.text,
    "score": lambda result: result.judged.mean.mean if result.judged else None,
    "metric": lambda result: result.judged.metric if result.judged else None,
    "data": lambda result: result.summary.dataset.title if result.summary else None,
    "model": lambda result: result.summary.model.name if result.summary else None,
    "parameters": lambda result: result.summary.model.parameters if result.summary else None,
    "arms": lambda result: result.summary.num_arms if result.summary else None,
    "seeds": lambda result: len(result.summary.seeds) if result.summary else None,
    "kind": lambda result: result.summary.word if result.summary else None,
    "hash": lambda result: result.summary.hash if result.summary else None,
    "status": lambda result: result.status,
    "training": lambda result: result.train_seconds,
    "age": lambda result: result.age,
}


def listed_in(runs_dir: Path, now: float) -> list[Listed]:
    """The results of a folder, oldest first.

    Args:
        runs_dir: The folder of all results.
        now: Seconds since 1970.

    Raises:
        InputError: There is no such folder.
    """
    entries, names = list_results(runs_dir), shortest_names(runs_dir)
    paths = [entry.folder.path for entry in entries]
    return [
        Listed(entry, names.get(path, path.name), now - entry.modified)
        for entry, path in zip(entries, paths, strict=True)
    ]


def varied_keys(results: Iterable[Listed]) -> list[str]:
    """Keys whose values differ between the configs that have them: first what most have, and what varies most."""
    seen: dict[str, set[tuple[str, ...]]] = {}
    counts: dict[str, int] = {}
    for result in results:
        for key, texts in result.settings.items():
            seen.setdefault(key, set()).add(texts)
            counts[key] = counts.get(key, 0) + 1
    varied = [key for key, texts in seen.items() if len(texts) > 1 and key not in (*IN_COLUMNS, *MEASURED)]
    order = [word.key for word in WORDS]
    places = {key: order.index(bare) for key in varied if (bare := key.removesuffix(".name")) in order}
    return sorted(varied, key=lambda key: (-counts[key], -len(seen[key]), places.get(key, len(order))))


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """``learning rate`` for ``optimizer.learning_rate``; the whole key where that could mean two things."""
    short = {key: key.removesuffix(".name").rpartition(".")[2].replace("_", " ") for key in keys}
    every = [*short.values(), *COLUMNS]
    return {key: text if every.count(text) == 1 else key for key, text in short.items()}


@dataclass(frozen=True)
class Condition:
    """``KEY=VALUE`` as it was written: only results with that value are listed."""

    written: str

    @property
    def key(self) -> str:
        """What stands before ``=``.

        Raises:
            InputError: There is no ``=``, or nothing before it.
        """
        key, equals, _ = self.written.partition("=")
        if not equals or not key.strip():
            raise InputError(f"--where {self.written}: expected KEY=VALUE, for example status=finished")
        return key.strip()

    @property
    def value(self) -> str:
        """What stands behind it."""
        return self.written.partition("=")[2].strip()


def chosen(results: Sequence[Listed], condition: Condition) -> list[Listed]:
    """Those that have the value.

    Raises:
        InputError: No result has the key.
    """
    key = resolved(condition.key, results, "--where")
    if key in COLUMNS:
        return [result for result in results if condition.value in _texts(result, key)]
    value = parse_value(condition.value, Place(f"--where {condition.written}"))
    text = value_text(setting(condition.key, value))
    return [result for result in results if text in result.found_by.get(key, ())]


def values_of(results: Sequence[Listed], written: str) -> list[str]:
    """What a key is in some result, for "did you mean"."""
    key = resolved(written, results, "--where")
    texts = [_texts(result, key) if key in COLUMNS else result.settings.get(key, ()) for result in results]
    return list(dict.fromkeys(text for of_result in texts for text in of_result))


def in_order(results: Sequence[Listed], key: str, *, reverse: bool) -> list[Listed]:
    """Sorted by a column or key: numbers, then words; what has no value comes last in either direction.

    Raises:
        InputError: No result has the key.
    """
    name = resolved(key, results, "--sort")
    values = [(_sorted_by(result, name), result) for result in results]
    there = [(value, result) for value, result in values if value is not None]
    there.sort(key=lambda pair: (isinstance(pair[0], str), pair[0]), reverse=reverse)
    return [result for _, result in there] + [result for value, result in values if value is None]


def resolved(written: str, results: Iterable[Listed], option: str) -> str:
    """The column or whole key that is meant: ``learning_rate`` is ``optimizer.learning_rate``.

    Raises:
        InputError: There is none.
    """
    word = written.replace(" ", "_")
    if word in COLUMNS:
        return word
    keys = dict.fromkeys(key for result in results for key in result.settings)
    key = key_of(word)
    if whole := next((name for name in (key, f"{key}.name") if name in keys), None):
        return whole
    ends = [key for key in keys if key.removesuffix(".name").endswith(f".{word}")]
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise InputError(f"{option}: {written}: could be {' or '.join(ends)}")
    if key in all_keys():
        return key
    is_score = (meant(word, NAMES_OF_SCORES) or word) in NAMES_OF_SCORES or column_of(word) is not None
    nearest = "score" if is_score else closest(word, COLUMNS) or nearest_key(word)
    near = f"; did you mean {nearest}?" if nearest else did_you_mean(word, COLUMNS)
    raise InputError(f"{option}: {written}: no listed result has this column or key{near}")


def _texts(result: Listed, column: str) -> tuple[str, ...]:
    """What of a result a written value may be equal to."""
    value = COLUMNS[column](result)
    if column == "name":
        return (str(value), result.text, result.entry.folder.path.name)
    return () if value is None else (value_text(value),)


def _sorted_by(result: Listed, key: str) -> Value:
    texts = result.settings.get(key, ())
    value = COLUMNS[key](result) if key in COLUMNS else _number_in(texts[0]) if texts else None
    return None if isinstance(value, float) and math.isnan(value) else value


def _number_in(text: str) -> str | float:
    value = scalar(text)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MOST:
        return text
    return float(value)


def _judged(summary: Summary | None) -> Judged | None:
    """Of the best arm; where the score of one part of the data is no number, that of the next."""
    outcome = summary.outcome if summary else None
    if summary is None or outcome is None or outcome.best is None:
        return None
    metric, means = summary.metric, outcome.arms[outcome.best].means
    for part in reversed(summary.parts):
        mean = means.get(Column(part, metric.score, metric.when).column)
        if mean and mean.mean is not None:
            label = f"best {metric.label}" if summary.axes else f"{part} {metric.score.label}"
            return Judged(label, metric.score, mean)
    return None


def _config(path: Path) -> Mapping[str, Any]:
    """A resolved config by dotted key, read without places; empty if it cannot be read."""
    try:
        raw = content_of(path)
        if b"&" in raw or len(raw) > MAX_BYTES or _is_deep(raw):  # an anchor: read with care, or refused
            data: Any = read_yaml(path).data
        else:
            data = _typed(yaml.load(raw, Loader=QUICK_LOADER))  # noqa: S506  # which makes no objects
    except (OSError, InputError, RunError, yaml.YAMLError, ValueError, RecursionError):
        return {}
    return dict(islice(leaves(data), MAX_VALUES)) if isinstance(data, dict) else {}


def _is_deep(raw: bytes) -> bool:
    """Whether YAML may be nested so deeply that the quick loader, which is written in C, runs out of its stack."""
    return raw.count(b"[") + raw.count(b"{") > MOST_NESTED or max(map(len, BEFORE_LINES.findall(raw))) > MOST_NESTED


def _typed(value: Any) -> Any:
    """Texts as the numbers, booleans and nulls that they are."""
    if isinstance(value, dict):
        return {str(key): _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return scalar(value) if isinstance(value, str) else value
