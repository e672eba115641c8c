"""``mlpexp keys``: what is known of a key, and where its value in a config comes from."""

import json
from pathlib import Path
from typing import Any

import pytest

from making.command_line import Command
from mlpexp.config.key_facts import NEEDED, key_facts
from mlpexp.config.keys import all_keys
from mlpexp.config.words import BY_NAME
from mlpexp.report.tables.keys import keys_table
from mlpexp.report.tables.text_layout import laid_out

MINE = """\
dataset: iris
model:
  name: mlp
  hidden_sizes: [8]
optimizer: {name: sgd, learning_rate: 0.2}
training: {epochs: 3}
sweep: {over: {batch_size: [8, 16]}, seeds: 2}
"""


def test_the_section_of_a_key_is_shown_and_of_a_config_its_own_alone(mlpexp: Command, tmp_path: Path) -> None:
    for columns in (80, 100, 120):
        assert "of" not in laid_out(keys_table(key_facts(), {}), columns).hidden
    (tmp_path / "mine.yaml").write_text(MINE)
    rows = json.loads(mlpexp("keys", "-c", tmp_path / "mine.yaml", "--format", "json").out)
    sections = {"dataset": ["iris"], "model": ["mlp"], "optimizer": ["sgd"]}
    assert all(
        row["of"] == sections[row["key"].split(".")[0]] for row in rows if row["of"] and "schedule" not in row["key"]
    )


def record(answer: Any) -> dict[str, Any]:
    assert answer.code == 0, answer.err
    (only,) = json.loads(answer.out)
    return only


def test_every_key_has_facts() -> None:
    paths = {facts.path for facts in key_facts()}
    tags = {path for path in all_keys() if path.endswith((".name", ".kind"))} - {"dataset.kind"}
    assert {path for path in paths if ".N." not in path} == set(all_keys()) - tags
    assert "model.layers.N.units" in paths
    for facts in key_facts():
        assert facts.meaning
        assert facts.type
        assert not set(facts.type.split(" or ")) & {"choice"} or facts.choices, facts


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("training.epochs", {"type": "whole number", "default": 100, "range": "above 0", "option": "--epochs"}),
        ("seeds", {"type": "whole number", "default": 1, "range": "above 0, at most 100,000", "short_word": "seeds"}),
        ("training.batch_size", {"type": "whole number or choice", "choices": ["full"], "default": 32}),
        ("dataset.path", None),
        ("optimizer.momentum", {"of": ["sgd"], "range": "at least 0, below 1", "default": 0.0}),
        ("schedule.every", {"needed": True, "default": None}),
        ("loss", {"type": "choice", "default": None, "needed": False}),
        ("model.hidden_sizes", {"type": "list of whole numbers", "default": [16]}),
        ("model.layers.3.units", {"key": "model.layers.N.units", "of": ["dense"], "needed": True}),
    ],
)
def test_a_key(mlpexp: Command, key: str, expected: dict[str, Any] | None) -> None:
    answer = mlpexp("keys", key, "--format", "json")
    if expected is None:
        assert [each["of"] for each in json.loads(answer.out)] == [["images"], ["csv"]]
    else:
        assert record(answer).items() >= expected.items()


@pytest.mark.parametrize("word", sorted(BY_NAME))
def test_short_words_are_keys(mlpexp: Command, word: str) -> None:
    paths = [each["key"] for each in json.loads(mlpexp("keys", word, "--format", "json").out)]
    assert paths[0] == BY_NAME[word].key.removesuffix(".name")


def test_a_section_and_all(mlpexp: Command) -> None:
    section = json.loads(mlpexp("keys", "training", "--format", "json").out)
    assert {each["key"].split(".")[0] for each in section} == {"training"}
    every = json.loads(mlpexp("keys", "--format", "json").out)
    assert len(every) == len(key_facts())
    assert sum(each["needed"] for each in every) == sum(facts.default == NEEDED for facts in key_facts())
    assert mlpexp("keys", "--format", "markdown").out.startswith("| key | of | type | default | range | meaning |")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lr", "optimizer.learning_rate"),
        ("optimizer.momentm", "optimizer.momentum"),
        ("epoch", "training.epochs"),
        ("model.layers.0.unit", "model.layers.N.units"),
    ],
)
def test_a_wrong_key(mlpexp: Command, typed: str, meant: str) -> None:
    answer = mlpexp("keys", typed)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"error: {typed}: there is no such key; did you mean {meant}?\n"


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("optimizer.learning_rate", "0.2", "mine.yaml:5:39"),
        ("model.hidden_sizes", "[8]", "mine.yaml:4:17"),
        ("model.dropout", "0", "default"),
        ("training.epochs", "7", "--set epochs=7"),
        ("training.batch_size", "varied: 8, 16", "mine.yaml:7:16"),
        ("dataset.standardize", "false", "follows from other keys"),
        ("optimizer.beta1", "", "the config has no such key"),
        ("dataset", "iris", "mine.yaml:1:10"),
    ],
)
def test_where_a_value_comes_from(mlpexp: Command, key: str, value: str, where: str) -> None:
    Path("mine.yaml").write_text(MINE.replace("dataset: iris", "dataset: {name: iris, scale: minmax}"))
    arguments = ("--config", "mine.yaml", "--set", "epochs=7", "--format", "json")
    found = next(each for each in json.loads(mlpexp("keys", key, *arguments).out) if each["key"] == key)
    assert (found["value"], found["from"]) == (value, where)


def test_a_config_has_only_the_keys_of_its_sections(mlpexp: Command) -> None:
    Path("mine.yaml").write_text(MINE)
    every = json.loads(mlpexp("keys", "-c", "mine.yaml", "--format", "json").out)
    keys = [each["key"] for each in every]
    assert len(keys) == len(set(keys))
    assert "optimizer.momentum" in keys
    assert not {"optimizer.beta1", "model.layers", "dataset.path"} & set(keys)


def test_a_map_has_defaults_of_its_own(mlpexp: Command) -> None:
    answer = record(mlpexp("keys", "training.batch_size", "-c", "som/iris", "--format", "json"))
    assert answer["from"] == "default of a map" or "iris.yaml" in answer["from"]


def test_set_needs_a_config(mlpexp: Command) -> None:
    assert mlpexp("keys", "seed", "--set", "seed=1").err == "error: --set: of which config? name it with --config\n"


def test_a_key_of_a_section_that_is_varied(mlpexp: Command) -> None:
    optimizers = "[{name: sgd, learning_rate: 0.5, momentum: 0.9}, {name: sgd, learning_rate: 0.1}]"
    Path("varied.yaml").write_text(MINE.replace("batch_size: [8, 16]", f"optimizer: {optimizers}"))
    answer = mlpexp("keys", "optimizer.momentum", "--config", "varied.yaml")
    assert "here: varied with optimizer, varied.yaml:7:" in answer.out, answer.err
