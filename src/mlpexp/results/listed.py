"""The results of a folder with what they are listed, chosen and sorted by: columns, and the keys of their configs."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from mlpexp.config.keys import all_keys, nearest_key
from mlpexp.config.scores import PARTS, SCORES, Column, Score
from mlpexp.config.words import WORDS, closest, did_you_mean, key_of, meant, setting
from mlpexp.config.yaml_source import MAX_BYTES, MAX_VALUES, parse_value, read_yaml, scalar
from mlpexp.errors import InputError, Place
from mlpexp.planning.factors import leaves
from mlpexp.planning.values import value_text
from mlpexp.store.listing import Entry, list_results, shortest_names
from mlpexp.store.summary import Mean, Summary

QUICK_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # texts, lists and mappings alone
IN_COLUMNS = ("dataset.name", "model.name")  # keys that stand in the columns data and model


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
    def judged(self) -> Judged | None:
        """None before the end, and where all seeds diverged."""
        return _judged(self.summary)

    @cached_property
    def settings(self) -> dict[str, tuple[str, ...]]:
        """The config by dotted key, values as text: one, or of a swept key all; empty where it cannot be read."""
        settings: dict[str, tuple[str, ...]] = {}
        settings |= {key: (value_text(value),) for key, value in _config(self.entry.folder.config).items()}
        for axis in self.summary.axes if self.summary else ():
            bare = axis.label == "hidden units"  # 8 of hidden_size, where the config has [8]
            settings[axis.key] = tuple(f"[{text}]" if bare else text for text in axis.values)
            for below in [key for key in settings if key.startswith(f"{axis.key}.")]:  # of a section that was varied
                del settings[below]
        return settings


Value = str | float | None
NAMES_OF_SCORES = {*SCORES, *(Column(part, score).name for part in PARTS for score in SCORES.values())}
MOST = 1e300  # a number beyond is sorted as a word
COLUMNS: dict[str, Callable[[Listed], Value]] = {
    "name": lambda one: one.summary.name if one.summary else one.text,
    "score": lambda one: one.judged.mean.mean if one.judged else None,
    "metric": lambda one: one.judged.metric if one.judged else None,
    "data": lambda one: one.summary.dataset.title if one.summary else None,
    "model": lambda one: one.summary.model.name if one.summary else None,
    "parameters": lambda one: one.summary.model.parameters if one.summary else None,
    "arms": lambda one: one.summary.num_arms if one.summary else None,
    "seeds": lambda one: len(one.summary.seeds) if one.summary else None,
    "kind": lambda one: one.summary.word if one.summary else None,
    "hash": lambda one: one.summary.hash if one.summary else None,
    "status": lambda one: one.status,
    "training": lambda one: one.train_seconds,
    "age": lambda one: one.age,
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
    for one in results:
        for key, texts in one.settings.items():
            seen.setdefault(key, set()).add(texts)
            counts[key] = counts.get(key, 0) + 1
    varied = [key for key, texts in seen.items() if len(texts) > 1 and key not in IN_COLUMNS]
    known = [word.key for word in WORDS]
    places = {key: known.index(bare) for key in varied if (bare := key.removesuffix(".name")) in known}
    return sorted(varied, key=lambda key: (-counts[key], -len(seen[key]), places.get(key, len(known))))


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
        return [one for one in results if condition.value in _texts(one, key)]
    wanted = parse_value(condition.value, Place(f"--where {condition.written}"))
    text = value_text(setting(condition.key, wanted))
    return [one for one in results if text in one.settings.get(key, ())]


def values_of(results: Sequence[Listed], written: str) -> list[str]:
    """What a key is in some result, for "did you mean"."""
    key = resolved(written, results, "--where")
    texts = [_texts(one, key) if key in COLUMNS else one.settings.get(key, ()) for one in results]
    return list(dict.fromkeys(text for each in texts for text in each))


def in_order(results: Sequence[Listed], key: str, *, reverse: bool) -> list[Listed]:
    """Sorted by a column or key: numbers, then words; what has no value comes last in either direction.

    Raises:
        InputError: No result has the key.
    """
    name = resolved(key, results, "--sort")
    values = [(_sorted_by(one, name), one) for one in results]
    there = [(value, one) for value, one in values if value is not None]
    there.sort(key=lambda pair: (isinstance(pair[0], str), pair[0]), reverse=reverse)
    return [one for _, one in there] + [one for value, one in values if value is None]


def resolved(written: str, results: Iterable[Listed], option: str) -> str:
    """The column or whole key that is meant: ``learning_rate`` is ``optimizer.learning_rate``.

    Raises:
        InputError: There is none.
    """
    word = written.replace(" ", "_")
    if word in COLUMNS:
        return word
    keys = dict.fromkeys(key for one in results for key in one.settings)
    key = key_of(word)
    if whole := next((each for each in (key, f"{key}.name") if each in keys), None):
        return whole
    ends = [key for key in keys if key.removesuffix(".name").endswith(f".{word}")]
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise InputError(f"{option}: {written}: could be {' or '.join(ends)}")
    if key in all_keys():
        return key
    is_score = (meant(word, NAMES_OF_SCORES) or word) in NAMES_OF_SCORES
    nearest = "score" if is_score else closest(word, COLUMNS) or nearest_key(word)
    near = f"; did you mean {nearest}?" if nearest else did_you_mean(word, COLUMNS)
    raise InputError(f"{option}: {written}: no listed result has this column or key{near}")


def _texts(one: Listed, column: str) -> tuple[str, ...]:
    """What of a result a written value may be equal to."""
    value = COLUMNS[column](one)
    if column == "name":
        return (str(value), one.text, one.entry.folder.path.name)
    return () if value is None else (value_text(value),)


def _sorted_by(one: Listed, key: str) -> Value:
    texts = one.settings.get(key, ())
    value = COLUMNS[key](one) if key in COLUMNS else _number_in(texts[0]) if texts else None
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
        raw = path.read_bytes()
        if b"&" in raw or len(raw) > MAX_BYTES:  # an anchor: read with care, or refused
            data: Any = read_yaml(path).data
        else:
            data = _typed(yaml.load(raw, Loader=QUICK_LOADER))  # noqa: S506  # which makes no objects
    except (OSError, InputError, yaml.YAMLError, ValueError, RecursionError):
        return {}
    return dict(islice(leaves(data), MAX_VALUES)) if isinstance(data, dict) else {}


def _typed(value: Any) -> Any:
    """Texts as the numbers, booleans and nulls that they are."""
    if isinstance(value, dict):
        return {str(key): _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return scalar(value) if isinstance(value, str) else value
