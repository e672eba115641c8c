"""From a YAML file and overrides to an ``Experiment``, or to all problems at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mlpexp.config.experiment import Experiment
from mlpexp.config.mistyped import mistyped
from mlpexp.config.problems import Problem, did_you_mean
from mlpexp.config.som import with_map_defaults
from mlpexp.config.suggestions import as_written, as_yaml, suggestion
from mlpexp.config.switching import foreign_keys, in_words
from mlpexp.config.yaml_source import Override, Path_, Source, apply_override, dotted, read_yaml
from mlpexp.errors import ConfigError

LARGEST = 2**64  # no whole number of a config is as large
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
    expand_names(source)
    for override in overrides:
        before = copy(source.data.get("optimizer"))
        changed = apply_override(source, override)
        expand_names(source)
        if override.key == "optimizer" and changed == ["optimizer", "name"] and isinstance(before, dict):
            source.notes += in_words(before, source.data["optimizer"]["name"])
            keep_own_keys(source, before)
    anchor_csv_path(source, path)
    return source


def validated(source: Source) -> Experiment:
    """The experiment that a source describes.

    Raises:
        ConfigError: With every problem found.
    """
    too_large = [path for path, value in _numbers(source.data, ()) if abs(value) >= LARGEST]
    if too_large:
        raise ConfigError(
            tuple(Problem(source.place(path), dotted(path), "is too large a number") for path in too_large)
        )
    try:
        return Experiment.model_validate(with_map_defaults(source.data))
    except ValidationError as error:
        problems = _problems(source, error.errors(include_url=False))
        raise ConfigError(tuple(mistyped(source, problems) or problems)) from None


def _numbers(value: Any, path: Path_) -> Iterator[tuple[Path_, int]]:
    """All whole numbers of a config, with their keys."""
    if isinstance(value, int):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _numbers(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _numbers(inner, (*path, i))


def expand_names(source: Source) -> None:
    """``dataset: iris`` becomes ``dataset: {name: iris}``."""
    for section in SECTIONS_BY_NAME:
        value = source.data.get(section)
        if isinstance(value, str):
            source.data[section] = {"name": value}
            source.values[section, "name"] = source.place((section,))


def keep_own_keys(source: Source, before: Mapping[str, Any]) -> None:
    """Leaves out what only the optimizer before had: another one was named by its short word."""
    section = source.data["optimizer"]
    for key in foreign_keys(before, section["name"]):
        section.pop(key, None)


def anchor_csv_path(source: Source, config_path: Path) -> None:
    """A relative CSV path starts where it was written: at the config's folder, or where the user of the command stands.

    So a config and its data move together, and what is typed is what the shell completes.
    """
    dataset = source.data.get("dataset")
    if (
        isinstance(dataset, dict)
        and dataset.get("name") == "csv"
        and isinstance(dataset.get("path"), str)
        and dataset["path"]
    ):
        place = source.place(("dataset", "path"))
        folder = config_path.parent if place.line else Path.cwd()
        try:
            dataset["path"] = str((folder / Path(dataset["path"]).expanduser()).resolve())
        except (RuntimeError, ValueError) as error:  # no such user's home; a NUL character
            raise ConfigError((Problem(place, "dataset.path", f"cannot be a path: {error}"),)) from None


NEEDED = {
    "dataset": "dataset: iris",
    "model": "model: {name: mlp, hidden_sizes: [16]}",
    "optimizer": "optimizer: {name: sgd, learning_rate: 0.1}",
    "optimizer.learning_rate": "learning_rate: 0.1",
}
NOT_THIS_KIND = ("tuple_type", "dict_type", "model_type", "model_attributes_type")


def _problems(source: Source, entries: Sequence[Any]) -> list[Problem]:
    """All problems in the order of the file; the alternatives that a union tried are one problem, not several."""
    specific = [e for e in entries if not (_is_refused_alternative(e, entries) or _counts_good_items(e, entries))]
    merged: dict[tuple[str, str], Problem] = {}
    for entry in specific:
        problem = _problem(source, entry)
        key = (str(problem.place), problem.key)
        earlier = merged.get(key)
        merged[key] = problem if earlier is None else Problem(problem.place, problem.key, _either(earlier, problem))
    return sorted(merged.values(), key=lambda problem: (problem.place.line or 0, problem.place.column or 0))


def _is_refused_alternative(entry: Any, entries: Sequence[Any]) -> bool:
    """Whether a union tried a list where a mapping is meant (or the reverse), and another alternative has more to say.

    A union adds one component for the alternative it tried, such as ``tuple[...]``.
    """
    location = entry["loc"]
    if entry["type"] not in NOT_THIS_KIND or "[" not in str(location[-1]):
        return False
    others = [e for e in entries if e is not entry and e["loc"][: len(location) - 1] == location[:-1]]
    return any(e["type"] not in NOT_THIS_KIND or len(e["loc"]) > len(location) for e in others) or (
        entry["type"] == "tuple_type" and bool(others)
    )


def _counts_good_items(entry: Any, entries: Sequence[Any]) -> bool:
    """Whether a list is called too short only because items with problems of their own were not counted."""
    location = entry["loc"]
    return entry["type"] == "too_short" and any(e["loc"][:-1][: len(location)] == location for e in entries)


def _either(first: Problem, second: Problem) -> str:
    return first.message if first.message == second.message else f"{first.message}; or: {second.message}"


PLAIN_WORDS = {
    "a valid integer": "a whole number", "a valid number": "a number", "a valid boolean": "true or false",
    "a valid string": "text", "a valid tuple": "a list", "a valid dictionary": "a mapping of keys to values",
    "greater than or equal to": "at least", "less than or equal to": "at most", "greater than": "above",
    "less than": "below", "a finite number": "finite", " after validation": "",
    "string should have": "should have", "tuple should have": "should have", "string should match": "should match",
}  # fmt: skip


def _in_plain_words(message: str) -> str:
    message = re.sub(r" or (object to extract fields from|instance of \w+)$", "", message)
    message = message[0].lower() + message[1:].replace("Input should be", "should be")
    message = message.replace("input should be", "should be")
    for formal, plain in PLAIN_WORDS.items():
        message = message.replace(formal, plain)
    return message


def _problem(source: Source, entry: Any) -> Problem:
    """One pydantic error in our words and at its place."""
    path, parents = _without_tags(source.data, entry["loc"])
    kind, given, context = entry["type"], entry["input"], entry.get("ctx", {})
    if kind == "extra_forbidden":
        of = f" for {parents[-1]}" if parents else ""
        place = source.place(path, of_key=True)
        message = f"unknown key{of}{suggestion(source, path, _known_keys(entry['loc']), given)}"
        return Problem(place, dotted(path), message)
    if kind == "missing":
        example = NEEDED.get(dotted(path))
        message = f"missing; for example `{example}`" if example else "missing"
        return Problem(source.place(path[:-1], of_key=True), dotted(path), message)
    if kind == "union_tag_not_found":
        tag = str(context["discriminator"]).strip("'")
        return Problem(source.place(path, of_key=True), dotted((*path, tag)), "missing")
    if kind == "union_tag_invalid":
        tag = str(context["discriminator"]).strip("'")
        choices = [choice.strip(" '") for choice in context["expected_tags"].split(",")]
        message = f"{context['tag']!r} is not known{did_you_mean(context['tag'], choices)}"
        return Problem(source.place((*path, tag)), dotted((*path, tag)), message)
    if kind == "literal_error":
        choices = [
            choice for choice in context["expected"].replace(" or ", ", ").replace("'", "").split(", ") if choice
        ]
        return Problem(source.place(path), dotted(path), f"{given!r} is not known{did_you_mean(given, choices)}")
    if kind == "value_error":
        key, _, message = str(context["error"]).partition(": ")
        if message and key.isidentifier():
            return Problem(source.place((*path, key)), dotted((*path, key)), message)
        return Problem(source.place(path), dotted(path), str(context["error"]))
    if kind in NOT_THIS_KIND and isinstance(given, list) and given and all(isinstance(item, dict) for item in given):
        return Problem(source.place(path), dotted(path), f"{_in_plain_words(entry['msg'])}, not a list; remove the `-`")
    shown = "" if isinstance(given, (dict, list)) else f", not {as_written(given)}"
    if kind == "string_pattern_mismatch":  # of a name
        rule = "should be up to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit"
        return Problem(source.place(path), dotted(path), rule + shown)
    in_list = (
        f"; write [{as_yaml(given)}]"
        if kind == "tuple_type" and not isinstance(given, (dict, list, type(None)))
        else ""
    )
    return Problem(source.place(path), dotted(path), _in_plain_words(entry["msg"]) + shown + in_list)


def _without_tags(data: Any, location: Sequence[Any]) -> tuple[Path_, list[str]]:
    """Pydantic puts the tags of unions into locations; the path in the user's file has none.

    Returns:
        The path, and the tag of the section around its end, if it has one.
    """
    path: Path_ = ()
    tags: list[str] = []
    for i, part in enumerate(location):
        last = i == len(location) - 1
        is_missing_key = last and str(part).isidentifier() and part not in _tags_of(data)
        if isinstance(data, dict) and (part in data or is_missing_key):
            data, path = data.get(part), (*path, part)
            tags = tags if last else []
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data, path = data[part], (*path, part)
        elif isinstance(part, str) and part in _tags_of(data):
            tags.append(part)
    return path, tags


def _tags_of(data: Any) -> tuple[str, ...]:
    return tuple(str(data[key]) for key in ("name", "layer") if key in data) if isinstance(data, dict) else ()


def _known_keys(location: Sequence[Any]) -> list[str]:
    """The keys that the section around an unknown key does have."""
    annotation: Any = Experiment
    for part in location[:-1]:
        annotation = _step(annotation, part) or annotation
    models = _models_in(annotation)
    return list(models[0].model_fields) if len(models) == 1 else []


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    """All config classes that an annotation mentions."""
    if _is_model(annotation):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


def _step(annotation: Any, part: object) -> Any:
    if _is_model(annotation) and part in annotation.model_fields:
        return annotation.model_fields[str(part)].annotation
    for model in _models_in(annotation):
        for key in ("name", "layer"):
            if key in model.model_fields and part in get_args(model.model_fields[key].annotation):
                return model
    models = _models_in(annotation)
    return models[0] if len(models) == 1 else None
