"""What a user says of another table that is written otherwise than the one that was learned from: ``--set KEY=VALUE``."""

from collections.abc import Mapping, Sequence
from typing import Any

from mlpexp.asking import either, setting
from mlpexp.config.column_forms import NumberColumn, TableForm
from mlpexp.config.datasets import Csv
from mlpexp.config.load import validated
from mlpexp.config.words import did_you_mean
from mlpexp.config.yaml_source import Source, apply_override, override_in
from mlpexp.errors import InputError

SECTION = "dataset."
OF_FILE = ("delimiter", "encoding", "header", "names")
OF_NUMBERS = ("decimal", "thousands")
KEYS = (*OF_FILE, *OF_NUMBERS)


def written_as(form: TableForm, settings: Sequence[str]) -> TableForm:
    """A form with other marks than it has.

    Args:
        form: How the table is written that was learned from.
        settings: ``KEY=VALUE`` texts, with ``dataset.`` before the key or without.

    Raises:
        ConfigError: A value is none of its key.
        InputError: A key says nothing of how a file is written.
    """
    keys = [_key(text) for text in settings]
    told = _told(settings)
    changes: dict[str, Any] = {key: getattr(told, key) for key in keys if key in OF_FILE}
    if "names" in changes:
        changes["renamed"] = True
    marks = {key: getattr(told, key) for key in keys if key in OF_NUMBERS}
    columns = [_with(column, marks) for column in (*form.columns, form.target)]
    return form.model_copy(update={**changes, "columns": tuple(columns[:-1]), "target": columns[-1]})


def _key(text: str) -> str:
    key = text.partition("=")[0].strip().removeprefix(SECTION)
    if key not in KEYS:
        hint = did_you_mean(key, KEYS)
        raise InputError(f"{_written(text)}: expected a key that says how a table is written{hint}")
    return key


def _written(text: str) -> str:
    key, _, value = text.partition("=")
    return either(f"--set {text}", setting(key, value))


def _told(settings: Sequence[str]) -> Csv:
    """The settings, checked as those of a config are."""
    data = {"name": "csv", "path": "table", "target": "target"}
    network = {"model": {"name": "mlp", "hidden_sizes": [1], "activation": "tanh"}}
    source = Source({"dataset": data, **network, "optimizer": {"name": "sgd", "learning_rate": 1.0}})
    for text in settings:
        apply_override(source, override_in(SECTION + text.strip().removeprefix(SECTION), _written(text)))
    told = validated(source).dataset
    assert isinstance(told, Csv)
    return told


def _with(column: Any, marks: Mapping[str, str | None]) -> Any:
    """A column of numbers with other marks; another one as it is."""
    if not isinstance(column, NumberColumn):
        return column
    known = {key: mark for key, mark in marks.items() if mark is not None}
    other = column.model_copy(update=known)
    clash = other.decimal == other.thousands
    return other.model_copy(update={"thousands": ""}) if clash and "thousands" not in known else other
