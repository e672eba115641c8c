"""From a YAML file and overrides to an ``Experiment``, or to all problems at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from math import inf
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mlpexp.config.experiment import Experiment
from mlpexp.config.layer_words import layers_in
from mlpexp.config.mistyped import mistyped
from mlpexp.config.refusals import problems_of
from mlpexp.config.som import with_map_defaults
from mlpexp.config.splits import OWN_TEST_PART
from mlpexp.config.start_paths import anchor_starts
from mlpexp.config.strict import LARGEST, LARGEST_WHOLE
from mlpexp.config.switching import foreign_keys, in_words
from mlpexp.config.table_paths import anchor_tables
from mlpexp.config.yaml_source import Override, Path_, Source, apply_override, dotted, read_yaml
from mlpexp.errors import ConfigError, Problem

SEEDS = ("seed", "split_seed", "init_seed", "order_seed", "data_seed")  # whose bound is that of their own
OWN_NUMBERS = ("dataset", "missing_values")  # cells of a table, whatever they are
SECTIONS_BY_NAME = ("dataset", "model", "optimizer", "schedule")  # `dataset: iris` is short for `dataset: {name: iris}`


def read_source(path: Path, overrides: Sequence[Override] = ()) -> Source:
    """Reads one config as plain data with places, overrides applied in order; not yet validated.

    Raises:
        InputError: The file cannot be read.
        ConfigError: It, or an override, is not YAML as it should be.
    """
    return changed_source(read_yaml(path), path, overrides)


def changed_source(source: Source, path: Path, overrides: Sequence[Override]) -> Source:
    """A config as it was read from ``path``, overrides applied in order; not yet validated.

    Raises:
        ConfigError: An override is not as it should be.
    """
    change(source, overrides)
    anchor_tables(source, path)
    anchor_starts(source, path)
    return source


def change(source: Source, overrides: Sequence[Override]) -> None:
    """Applies overrides in order, in place; short forms become long ones, and paths stay as they are written.

    Raises:
        ConfigError: An override is not as it should be.
    """
    expand_names(source)
    for override in overrides:
        before = copy(source.data.get("optimizer"))
        changed = apply_override(source, override)
        expand_names(source)
        if changed[:2] == ["dataset", "split"]:
            source.notes += leave_out_test_fraction(source)
        if override.key == "optimizer" and changed == ["optimizer", "name"] and isinstance(before, dict):
            source.notes += in_words(before, source.data["optimizer"]["name"])
            keep_own_keys(source, before)


def validated(source: Source) -> Experiment:
    """The experiment that a source describes.

    Raises:
        ConfigError: With every problem found.
    """
    problems = [Problem(source.place(path), dotted(path), what) for path, what in _too_large(source.data)]
    if problems:
        raise ConfigError(problems)
    try:
        return Experiment.model_validate(with_map_defaults(source.data))
    except ValidationError as error:
        problems = problems_of(source, error.errors(include_url=False))
        raise ConfigError(mistyped(source, problems) or problems) from None


def _too_large(data: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    """The keys of numbers that nothing could compute with, and what is wrong with them."""
    for path, value in leaves(data, ()):
        if path[:2] == OWN_NUMBERS or not isinstance(value, (int, float)):
            continue
        of_seed = any(part in SEEDS for part in path)
        most = 2.0**64 if of_seed else LARGEST_WHOLE if isinstance(value, int) else LARGEST
        if most < abs(value) < inf:
            yield path, "is too large a number" + ("" if of_seed else f"; at most {most:g} can be used")


def leaves(value: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    """All values of a config that have none below them, with their keys."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    else:
        yield path, value


def expand_names(source: Source) -> None:
    """``dataset: iris`` becomes ``dataset: {name: iris}``; so do ``target: price`` and ``split: k_fold`` in it.

    Layers in a line become a list, so that ``model.layers.0.channels`` is a key; a wrong line is refused with the rest.
    """
    for section in SECTIONS_BY_NAME:
        value = source.data.get(section)
        if isinstance(value, str):
            source.data[section] = {"name": value}
            source.values[section, "name"] = source.place((section,))
    model = source.data.get("model")
    if isinstance(model, dict) and isinstance(model.get("layers"), str):
        with suppress(ValueError):
            model["layers"] = layers_in(model["layers"])
    dataset = source.data.get("dataset")
    for key, inner in (("target", "column"), ("split", "kind")):
        if isinstance(dataset, dict) and isinstance(dataset.get(key), str):
            dataset[key] = {inner: dataset[key]}
            source.values["dataset", key, inner] = source.place(("dataset", key))


def keep_own_keys(source: Source, before: Mapping[str, Any]) -> None:
    """Leaves out what only the optimizer before had: another one was named by its short word."""
    section = source.data["optimizer"]
    for key in foreign_keys(before, section["name"]):
        section.pop(key, None)


def leave_out_test_fraction(source: Source) -> list[str]:
    """Takes out the ``test_fraction`` that another split had before, with a sentence: it means nothing for this one."""
    dataset = source.data["dataset"]
    split = dataset.get("split")
    kind = split.get("kind") if isinstance(split, dict) else split
    if kind not in OWN_TEST_PART or "test_fraction" not in dataset:
        return []
    return [f"dataset.test_fraction: {dataset.pop('test_fraction')} is left out: {OWN_TEST_PART[kind]}"]
