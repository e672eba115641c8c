"""The axes of a sweep: which key takes which values, and how both are called."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from mlpexp.config.mistyped import mistyped
from mlpexp.config.sweep import Sweep
from mlpexp.config.table_paths import IN_SECTION, is_whole, short_names, told_anew
from mlpexp.config.words import SPELLINGS, key_of, setting
from mlpexp.config.yaml_source import Source
from mlpexp.errors import ConfigError, Place, Problem
from mlpexp.planning.values import Distribution, read_values, value_text

LABELS = {
    "model.init": "initialization",
    "model.bias_init": "initial biases",
    "model.name": "network",
    "dataset.name": "data",
    "training.early_stopping.score": "early stopping by",
}
NOT_AXES = {
    "seed": "--seeds repeats every arm", "seeds": "use sweep.seeds or --seeds", "sweep": "not an axis",
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
        if self.single_layer:
            return "hidden units"
        return LABELS.get(self.key, last_word(self.parts).replace("_", " "))

    def text(self, value: Any) -> str:
        """A value in one line; of a file its name, unless two values have the same."""
        if self.single_layer and isinstance(value, list) and len(value) == 1:
            return value_text(value[0])
        if self.key in PATHS and isinstance(value, str) and value not in self._table_names:
            name = PurePath(value).name
            return f"another {name}" if name in self._table_names.values() else name
        return value_text(told_anew(value, self._table_names) if self.key.startswith(("dataset", "start")) else value)

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
        """The values that are equal to one, or written like it; empty if the axis has none, which null may be, too."""
        if isinstance(self.values, Distribution):
            return [value]
        return [
            candidate for candidate in self.values if candidate == value or self.text(candidate) == value_text(value)
        ]

    def sampled(self, share: float) -> Any:
        """The value below which the given share of a distribution lies."""
        assert isinstance(self.values, Distribution)
        return setting(self.written, self.values.at(share))


def axes_of(sweep: Sweep, source: Source) -> list[Axis]:
    """The axes of a sweep section.

    Raises:
        ConfigError: With every axis that cannot be one.
    """
    axes: dict[str, Axis] = {}
    problems = []
    for written, given in (sweep.over or _values_of_arms(sweep)).items():
        place = source.place(("sweep", "over" if sweep.over else "arms", written), of_key=True)
        try:
            axis = _axis(written, given, place, sweep)
            if axis.key in axes:
                raise ValueError("two axes for one key")
            other = SPELLINGS.get(axis.key)
            if other in axes:
                raise ValueError(f"says the same as {other}, which is an axis, too; leave out one of them")
            axes[axis.key] = axis
        except ValueError as error:
            problems.append(Problem(place, f"sweep.over.{written}", str(error)))
    if problems:
        raise ConfigError(mistyped(source, problems) or problems)
    return list(axes.values())


def _values_of_arms(sweep: Sweep) -> dict[str, list[Any]]:
    """The axes of arms that are listed: each key with its different values, in the order of the arms."""
    values: dict[str, dict[str, Any]] = {}
    for arm in sweep.arms:
        for written, value in arm.items():
            values.setdefault(written, {}).setdefault(value_text(setting(written, value)), value)
    return {written: list(of_key.values()) for written, of_key in values.items()}


def _axis(written: str, given: Any, place: Place, sweep: Sweep) -> Axis:
    first = written.split(".", maxsplit=1)[0]
    if first in NOT_AXES:
        raise ValueError(f"cannot be varied: {NOT_AXES[first]}")
    values = read_values(given)
    if isinstance(values, Distribution):
        if sweep.method not in ("random", "sobol"):
            raise ValueError(f"{values} is to be sampled; set sweep.method to random or sobol, or give values")
    else:
        values = [setting(written, value) for value in values]
        texts = [value_text(value) for value in values]
        if len(set(texts)) < len(texts):
            twice = next(text for i, text in enumerate(texts) if text in texts[:i])
            raise ValueError(f"{twice} is there twice")
    return Axis(written, values, place)


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
