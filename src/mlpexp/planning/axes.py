"""The axes of a sweep: which key takes which values, and how both are called."""

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from typing import Any

from mlpexp.asking import keyword
from mlpexp.config.mistyped import mistyped
from mlpexp.config.own_parts import is_own, short_name
from mlpexp.config.sweep import LABEL, Sweep
from mlpexp.config.table_paths import IN_SECTION, is_whole, short_names, told_anew
from mlpexp.config.words import SPELLINGS, closest, key_of
from mlpexp.config.yaml_source import Source, scalar
from mlpexp.errors import ConfigError, Place, Problem
from mlpexp.planning.values import Distribution, are_named, full_value, read_values, value_text, why_no_name

LABELS = {
    "model.init": "initialization",
    "model.bias_init": "initial biases",
    "model.name": "network",
    "dataset.name": "data",
    "training.early_stopping.score": "early stopping by",
}
NOT_AXES = {
    "seed": "{seeds} repeats every arm", "seeds": "use sweep.seeds or {seeds}", "sweep": "not an axis",
    "keep": "it decides no number",
    "scores": "they decide no number; set them in the config",
    "diagnostics": "they decide no number; set them in the config",
}  # fmt: skip
PATHS = (
    *(".".join(("dataset", *key)) for key in IN_SECTION),
    "start.result",
)  # keys of files and folders of the user's


@dataclass(frozen=True)
class Axis:
    """One varied key."""

    written: str
    """The key as it was written, such as ``learning_rate``."""
    values: list[Any] | Distribution
    """What it is set to; a distribution when values are sampled."""
    place: Place
    """Where it was written, for messages."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The user's own names of values, by their text as written."""
    scaled: Mapping[str, str] = field(default_factory=dict)
    """Hidden sizes as they are trained where they were scaled, by their text as written."""
    before: Mapping[str, str] = field(default_factory=dict)
    """What a result of an older version calls the values, by their text as written."""

    @cached_property
    def key(self) -> str:
        """The whole key, dotted: ``optimizer.learning_rate``."""
        sections = isinstance(self.values, list) and any(isinstance(value, dict) for value in self.values)
        return key_of(self.written, {} if sections else None)

    @property
    def parts(self) -> list[str]:
        """The key as a path."""
        return self.key.split(".")

    @cached_property
    def single_layer(self) -> bool:
        """Whether the values are widths of one hidden layer."""
        if isinstance(self.values, Distribution):
            return self.written == "hidden_size"
        return self.key == "model.hidden_sizes" and all(isinstance(v, list) and len(v) == 1 for v in self.values)

    @property
    def label(self) -> str:
        """The key in words."""
        scaled = " (scaled)" if self.scaled else ""
        if self.single_layer:
            return f"hidden units{scaled}"
        return LABELS.get(self.key, last_word(self.parts).replace("_", " ")) + scaled

    def text(self, value: Any) -> str:
        """What a reader sees of a value, in one line: its name, or what is trained, or what was written."""
        written = self.written_text(value)
        return self.before.get(written) or self.names.get(written) or self.scaled.get(written) or written

    def written_text(self, value: Any) -> str:
        """A value in one line as it was written; of a file its name, unless two values have the same."""
        if is_own(value) and self._own_names[short_name(value)] > 1:
            return str(value).removeprefix("own:")
        if self.single_layer and isinstance(value, list) and len(value) == 1:
            return value_text(value[0])
        if self.key in PATHS and isinstance(value, str) and value not in self._table_names:
            name = PurePath(value).name
            return f"another {name}" if name in self._table_names.values() else name
        return value_text(told_anew(value, self._table_names) if self.key.startswith(("dataset", "start")) else value)

    @cached_property
    def _own_names(self) -> Counter[str]:
        """How many different parts of one's own have each name."""
        values = self.values if isinstance(self.values, list) else []
        return Counter(short_name(value) for value in {value for value in values if is_own(value)})

    @cached_property
    def _table_names(self) -> dict[str, str]:
        """What the tables, or results, of an axis are called, by path."""
        values = self.values if isinstance(self.values, list) else []
        sections = [
            value[key] for value in values if isinstance(value, dict) for key in ("path", "result") if key in value
        ]
        paths = values if self.key in PATHS else sections
        return short_names(path for path in paths if isinstance(path, str) and is_whole(path))

    def values_like(self, value: Any) -> list[Any]:
        """The values that are equal to one, or written like it, else those that are shown so; empty if there are none.

        null may be a value, too.
        """
        if isinstance(self.values, Distribution):
            return [value]
        text = value_text(value)
        written = [known for known in self.values if known == value or self.written_text(known) == text]
        return written or [known for known in self.values if self.text(known) == text]

    def sampled(self, share: float) -> Any:
        """The value below which the given share of a distribution lies."""
        assert isinstance(self.values, Distribution)
        return full_value(self.written, self.values.at(share))


def axes_of(sweep: Sweep, source: Source) -> list[Axis]:
    """The axes of a sweep section.

    Raises:
        ConfigError: With every axis that cannot be one.
    """
    axes: dict[str, Axis] = {}
    problems = []
    for written, given in (sweep.over or _values_of_arms(sweep)).items():
        section = "over" if sweep.over else "arms"
        place = source.place(("sweep", section, *_first_arm(sweep, written), written), of_key=True)
        try:
            if section == "arms" and "." not in written and closest(written, [LABEL]):
                raise ValueError(f"unknown key; did you mean {LABEL}?")
            axis = _axis(written, given, place, sweep)
            if axis.key in axes:
                raise ValueError("two axes for one key")
            other = SPELLINGS.get(axis.key)
            if other in axes:
                raise ValueError(f"says the same as {other}, which is an axis, too; leave out one of them")
            axes[axis.key] = axis
        except ValueError as error:
            problems.append(Problem(place, f"sweep.{section}.{written}", str(error)))
    if problems:
        raise ConfigError(mistyped(source, problems) or problems)
    return list(axes.values())


def _first_arm(sweep: Sweep, written: str) -> list[int]:
    """The number of the first listed arm that has a key, in a list; empty if none has it."""
    return [number for number, arm in enumerate(sweep.arms) if written in arm][:1]


def _values_of_arms(sweep: Sweep) -> dict[str, list[Any]]:
    """The axes of arms that are listed: each key with its different values, in the order of the arms."""
    values: dict[str, dict[str, Any]] = {}
    for arm in sweep.arms:
        for written, value in arm.items():
            if written != LABEL:
                values.setdefault(written, {}).setdefault(value_text(full_value(written, value)), value)
    return {written: list(of_key.values()) for written, of_key in values.items()}


def _axis(written: str, given: Any, place: Place, sweep: Sweep) -> Axis:
    first = key_of(written).split(".", maxsplit=1)[0]
    if first in NOT_AXES:
        raise ValueError(f"cannot be varied: {NOT_AXES[first].format(seeds=keyword('seeds'))}")
    named = are_named(given)
    values = read_values(list(given.values()) if named else given)
    if isinstance(values, Distribution):
        if sweep.method not in ("random", "sobol"):
            raise ValueError(f"{values} is to be sampled; set sweep.method to random or sobol, or give values")
    else:
        values = [full_value(written, value) for value in values]
        texts = [str(value) if is_own(value) else value_text(value) for value in values]
        if len(set(texts)) < len(texts):
            twice = next(text for i, text in enumerate(texts) if text in texts[:i])
            raise ValueError(f"{short_name(twice)} is there twice")
    axis = Axis(written, values, place)
    return replace(axis, names=_names(axis, list(given))) if named else axis


def _names(axis: Axis, given: Sequence[str]) -> dict[str, str]:
    """The user's own names of the values, by their texts.

    Raises:
        ValueError: One is no name, or what another value is.
    """
    assert isinstance(axis.values, list)
    texts = list(map(axis.written_text, axis.values))
    for name, text in zip(given, texts, strict=True):
        if (read := value_text(full_value(axis.written, scalar(name)))) != text and read in texts:
            raise ValueError(f"{name} names another value than itself; choose another name")
        if problem := why_no_name(name):
            raise ValueError(f"{name!r} as a name of a value: {problem}")
    return dict(zip(texts, given, strict=True))


def last_word(parts: Sequence[str]) -> str:
    """What a key is called for short: its last word, but ``optimizer`` for ``optimizer.name``, ``start`` for its result."""
    return parts[-2] if parts[-1] in ("name", "result") and len(parts) > 1 else parts[-1]


def axis_named(axes: Sequence[Axis], written: str) -> Axis | None:
    """The axis of a key, which may be short for it, or the word that labels have for it; None if there is none."""
    keys = {key_of(written), keys_by_word([axis.key for axis in axes]).get(written)}
    return next((axis for axis in axes if written in (axis.written, axis.key) or axis.key in keys), None)


def keys_by_word(keys: Sequence[str]) -> dict[str, str]:
    """The keys of axes by their last words, which labels name them by; without those of which there are two."""
    words = [last_word(key.split(".")) for key in keys]
    return {word: key for word, key in zip(words, keys, strict=True) if words.count(word) == 1}


def numbers(texts: Sequence[str]) -> list[float] | None:
    """The values as numbers, if all are."""
    try:
        values = [float(text) for text in texts]
    except ValueError:
        return None
    return values if all(math.isfinite(number) for number in values) else None


def suits_log(values: Sequence[float]) -> bool:
    """Whether a logarithmic axis shows the values better: they are positive, span a decade, and ratios are more even."""
    ordered = sorted(values)
    if len(ordered) < 3 or ordered[0] <= 0 or ordered[-1] < 10 * ordered[0]:
        return False
    steps = [b - a for a, b in itertools.pairwise(ordered)]
    ratios = [math.log(b / a) for a, b in itertools.pairwise(ordered)]
    return max(ratios) / min(ratios) < max(steps) / min(steps)
