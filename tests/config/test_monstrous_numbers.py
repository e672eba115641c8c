"""Any number at any place of a config that takes one: it is valid, or refused in words."""

import json
from pathlib import Path
from typing import Any

import pytest

from making.command_line import Command
from making.monstrous import NUMBERS, TABLE, places
from mlpexp.config.load import read_source
from mlpexp.errors import ConfigError, InputError
from mlpexp.planning.memory import refuse_too_large
from mlpexp.planning.plan import make_plan

PLACES = places()
FREE = 8_000_000_000
LARGE = ("a number beyond float32", "its negative", "one beyond 64 bits", "one of 300 digits")
NOT_HERE = ("(mnist)", "(fashion_mnist)", "(kmnist)", "(emnist)", "(cifar10)", "(usps)", "(images)")


def written(folder: Path, config: dict[str, Any]) -> Path:
    """A config as YAML, in which numbers that are none have other names than in JSON."""
    (folder / "table.csv").write_text(TABLE)
    text = json.dumps(config).replace("NaN", ".nan").replace("Infinity", ".inf")
    path = folder / "c.yaml"
    path.write_text(text)
    return path


def answer(folder: Path, place: str, number: str) -> str:
    """What is wrong with a config; empty: nothing."""
    path = written(folder, PLACES[place](NUMBERS[number]))
    try:
        refuse_too_large(make_plan(path, planned_by="train"), read_source(path), lambda _: FREE)
    except InputError as error:
        return str(error)
    return ""


def test_every_section_has_places_for_numbers() -> None:
    found = [
        "dataset(synthetic).noise",
        "model(cnn).layers[](conv).padding",
        "model(mlp).hidden_sizes[]",
        "model(mlp).activation(elu).alpha",
        "optimizer(adam).epsilon",
        "schedule(step).every",
        "training.class_weights[]",
        "training.early_stopping.patience",
        "keep.history",
        "seeds",
        "sweep.margin",
    ]
    assert [place for place in found if place not in PLACES] == []


@pytest.mark.parametrize("number", LARGE)
def test_no_place_takes_a_number_that_nothing_can_compute_with(tmp_path: Path, number: str) -> None:
    of_config = [place for place in PLACES if "missing_values" not in place]  # those are cells of a table
    some = of_config[LARGE.index(number) :: len(LARGE)]  # each place is asked once here, and of all numbers below
    taken = [place for place in some if not answer(tmp_path, place, number)]
    assert taken == []


@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_at_every_place_is_valid_or_refused_in_words(tmp_path: Path, number: str) -> None:
    answers = {place: answer(tmp_path, place, number) for place in PLACES}
    print(f"{number}: {sum(map(bool, answers.values()))} of {len(answers)} refused")
    assert not any("Error" in text or "Traceback" in text for text in answers.values())


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("number", ["the largest", "the least", "a denormal number"])
def test_what_is_valid_is_trained_or_has_diverged(mlpexp: Command, tmp_path: Path, number: str) -> None:
    other, trained = {}, 0
    for place in PLACES:
        if any(name in place for name in NOT_HERE) or answer(tmp_path, place, number):
            continue
        told = mlpexp("train", "--config", "c.yaml", "--quiet")
        trained += 1
        if "Warning" in told.err or not (told.code == 0 or (told.code == 1 and "diverged" in told.err)):
            other[place] = (told.code, told.err)
    print(f"{number}: {trained} trained")
    assert other == {}


def test_the_place_of_a_number_that_is_too_large_is_named(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        "dataset: iris\nmodel: {name: mlp, hidden_sizes: [4]}\noptimizer: {name: sgd, learning_rate: 1e308}\n"
    )
    with pytest.raises(ConfigError) as caught:
        make_plan(path, planned_by="train")
    assert str(caught.value) == (
        f"{path}:3:39: optimizer.learning_rate: is too large a number; at most 1e+30 can be used"
    )


def test_the_cells_of_a_table_may_be_any_numbers(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(TABLE)
    path = tmp_path / "c.yaml"
    path.write_text(
        "dataset: {name: csv, path: table.csv, target: y, missing_values: [-1.7976931348623157e308]}\n"
        "model: mlp\noptimizer: adam\ntraining: {batch_size: full}\n"
    )
    assert make_plan(path, planned_by="train").arms


def test_of_very_many_problems_the_first_are_told(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        "dataset: iris\nmodel: mlp\noptimizer: adam\nsweep: {over: {batch_size: 'range(106, 206, 1)'}, seeds: 2}\n"
    )
    with pytest.raises(ConfigError) as caught:
        make_plan(path)
    assert len(caught.value.problems) == 100
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1]) == (31, "and 70 more like these")
