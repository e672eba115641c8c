"""Command-line options as changes of the ``sweep:`` section, so that both say the same things in the same words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlpexp.asking import either, keyword
from mlpexp.config.datasets import EACH_SEED
from mlpexp.config.keys import all_keys
from mlpexp.config.words import Typed, key_of
from mlpexp.config.yaml_source import Override, Source, parse_value, set_value
from mlpexp.errors import ConfigError, InputError, Place, Problem
from mlpexp.planning.axes import NOT_AXES
from mlpexp.planning.values import CALL, are_named

DESIGN = (
    "over",
    "arms",
    "zip",
    "exclude",
    "method",
    "trials",
    "baseline",
)  # of the config; not of the command line's axes
SEED_AXES = ("split_seed", "init_seed", "order_seed")
MOST_LEVELS = 100  # of each of the three kinds of randomness
BYTES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}


@dataclass(frozen=True)
class SweepOptions:
    """What the command line says of a sweep."""

    axes: Sequence[Override] = ()
    """Keys with several values."""
    keys: Sequence[Override] = ()
    """Keys of the section that have one value, such as seeds and method."""
    noise_floor: int | None = None
    """Levels of each kind of randomness; None: an ordinary sweep."""
    single: Sequence[Override] = ()
    """Words with a list of one value: changes of the config, which are no axes."""


def apply_options(source: Source, options: SweepOptions) -> None:
    """Writes the options into the section. Axes that are given replace those of the config, and their design.

    Raises:
        InputError: A noise floor has axes beside it, or too many levels.
        ConfigError: An axis is there twice, or the section is no mapping.
    """
    levels = options.noise_floor
    if levels is not None and (options.axes or not 2 <= levels <= MOST_LEVELS):
        raise InputError(f"{keyword('noise-floor')}: takes a number from 2 to {MOST_LEVELS} and no axis beside it")
    section = source.data.setdefault("sweep", {})
    if not isinstance(section, dict):
        raise ConfigError([Problem(source.place(("sweep",)), "sweep", "should be a mapping of keys to values")])
    if options.axes or options.noise_floor is not None:
        for key in DESIGN:
            section.pop(key, None)
    for axis in options.axes:
        if isinstance(section.get("over"), dict) and axis.key in section["over"]:
            raise ConfigError([Problem(axis.place, axis.key, "this axis is given twice")])
        _add_axis(source, axis)
    if options.noise_floor is not None:
        _cross_seeds(source, options.noise_floor)
    elif section.get("over") or section.get("arms"):
        _check_single(section, options.single)
    else:  # a sweep of one arm
        for word in options.single:
            if key_of(word.key) not in NOT_AXES:
                _add_axis(source, word)
    for override in options.keys:
        set_value(source, ["sweep", override.key], override.value, override.place)


def _add_axis(source: Source, axis: Override) -> None:
    set_value(source, ["sweep", "over", axis.key], axis.value, axis.place)


def read_axis(typed: Typed) -> Override:
    """An axis as it was typed, with its values.

    Raises:
        ConfigError: They cannot be read.
    """
    return Override(typed.key, axis_values(typed), typed.place)


def lists_of_names(texts: Sequence[str], option: str) -> list[Override]:
    """``--zip learning_rate,batch_size``, repeated, as a key of the section."""
    names = [[name.strip() for name in text.split(",")] for text in texts]
    return [Override(option, names, Place(f"--{option} {texts[0]}"))] if texts else []


def all_settings(texts: Sequence[str], option: str) -> list[Override]:
    """``--exclude learning_rate=1,batch_size=8``, repeated, as a key of the section.

    Raises:
        ConfigError: One is not of this form.
    """
    settings = [settings_in(text, Place(f"--{option} {text}")) for text in texts]
    return [Override(option, settings, Place(f"--{option} {texts[0]}"))] if texts else []


def _check_single(section: dict[str, Any], single: Sequence[Override]) -> None:
    """Refuses a value of a key that the config varies: each arm has its own, and the value would change nothing."""
    over = section.get("over") or {}
    arms = section.get("arms") or []
    if not isinstance(over, dict) or not isinstance(arms, list) or section.get("method") == "one_at_a_time":
        return
    varied = {key_of(key) for keys in (over, *arms) if isinstance(keys, dict) for key in keys}
    for typed in single:
        if key_of(typed.key) in varied:
            what = "is varied in this sweep, so that one value changes nothing"
            message = f"{what}; give several, or use {either('`mlpexp train`', 'mlpexp.train')}"
            raise ConfigError([Problem(typed.place, typed.key, message)])


def axis_values(typed: Typed) -> Any:
    """``0.1,1`` and ``[0.1, 1]`` as a list, ``log(1e-4,1,9)`` as it is; ``[16],[16,16]``, in brackets or not, as two lists;
    ``{small: 8, large: 64}`` as values with names.

    ``[16,16]`` are two values of ``hidden_size``, but one of ``hidden_sizes``.

    Raises:
        ConfigError: It is not YAML.
    """
    if CALL.fullmatch(typed.text):
        return typed.text
    if re.search(r"\b[a-z_]+\s*\(", typed.text):
        message = "a range such as log(1e-4,1,9) stands alone, without other values"
        raise ConfigError([Problem(typed.place, "", message)])
    values = parse_value(f"[{typed.text}]", typed.place)
    if len(values) == 1 and are_named(values[0]):
        return values[0]
    if len(values) > 1 or not isinstance(values[0], list):
        return values
    of_lists = bool(values[0]) and all(isinstance(value, list) for value in values[0])
    return values[0] if of_lists or not _takes_list(typed.key) else values


def _takes_list(key: str) -> bool:
    """Whether one value of an axis may be a list: of ``hidden_sizes`` and ``activation``, not of ``hidden_size``."""
    of_config = all_keys().get(key_of(key))
    return of_config is not None and of_config.takes_list and key != "hidden_size"


def settings_in(text: str, place: Place) -> dict[str, Any]:
    """``learning_rate=1,batch_size=8`` as a mapping.

    Raises:
        ConfigError: It is not of this form.
    """
    value = parse_value("{" + re.sub(r"([A-Za-z_][\w.]*)=", r"\1: ", text) + "}", place)
    empty = [key for key, item in value.items() if item is None] if isinstance(value, dict) else []
    if not isinstance(value, dict) or not value or any(f"{key}=null" not in text for key in empty):
        message = "expected KEY=VALUE,KEY=VALUE, for example learning_rate=1,batch_size=8"
        raise ConfigError([Problem(place, "", message)])
    return value


def memory_in(text: str) -> int:
    """``2GB``, ``500M`` or a number of bytes.

    Raises:
        InputError: It is none of these.
    """
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([KMG]?)i?B?", text.strip(), re.IGNORECASE)
    if match is None or float(match.group(1)) == 0:
        raise InputError(f"{keyword('memory')}: {text!r} is not an amount of memory; expected for example 2GB")
    return int(float(match.group(1)) * BYTES[match.group(2).upper()])


def _cross_seeds(source: Source, levels: int) -> None:
    """All combinations of so many splits, initial draws and batch orders, once each.

    Raises:
        ConfigError: Each seed has data of its own, which are one more source of spread.
    """
    place = Place(keyword("noise-floor", levels))
    dataset = source.data.get("dataset")
    if isinstance(dataset, dict) and dataset.get("data_seed") == EACH_SEED:
        message = "seed draws new data for each seed, but the noise floor is that of one data set; set it to a number"
        raise ConfigError([Problem(place, "dataset.data_seed", message)])
    for key in SEED_AXES:
        set_value(source, ["sweep", "over", key], list(range(levels)), place)
    set_value(source, ["sweep", "seeds"], 1, place)
