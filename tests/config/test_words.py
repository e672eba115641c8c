"""Short words and common ones: each leads to something that there is."""

from typing import get_args

import pytest

from mlpexp.config.experiment import Experiment
from mlpexp.config.keys import all_keys, nearest_key
from mlpexp.config.scores import PARTS, SCORES
from mlpexp.config.words import BY_NAME, MEANT, WORDS, closest, did_you_mean, key_of, meant, setting

KEYS = all_keys()
VALUES = {choice for key in KEYS.values() for choice in key.choices} | {"csv", "cuda:1"}
LAST_PARTS = {key.rpartition(".")[2] for key in KEYS}  # inside their section
NAMES = {*SCORES, *(f"{part}_{name}" for part in PARTS for name in SCORES)}


@pytest.mark.parametrize("word", BY_NAME.values(), ids=lambda word: word.name)
def test_every_short_word_stands_for_a_key(word: object) -> None:
    assert word.key in KEYS
    assert key_of(word.name) == word.key


def test_other_keys_are_what_they_are() -> None:
    assert key_of("model.dropout") == "model.dropout"
    assert key_of("optimizer", "adam") == "optimizer.name"
    assert key_of("optimizer", {"name": "adam"}) == "optimizer"
    assert setting("hidden_size", 8) == [8] and setting("hidden_sizes", [8, 8]) == [8, 8]


@pytest.mark.parametrize("word", MEANT)
def test_every_common_word_leads_to_keys_or_values_that_there_are(word: str) -> None:
    assert MEANT[word]
    for target in MEANT[word]:
        assert target in KEYS or target in LAST_PARTS or target in VALUES or target in NAMES, target


@pytest.mark.parametrize("word", sorted({*MEANT} & {*KEYS, *BY_NAME}))
def test_no_common_word_hides_a_key(word: str) -> None:
    assert meant(word, KEYS) == word if word in KEYS else False


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("lr", "optimizer.learning_rate"), ("LR", "optimizer.learning_rate"), ("optimizer.lr", "optimizer.learning_rate"),
        ("bs", "training.batch_size"), ("epoch", "training.epochs"), ("hidden", "model.hidden_sizes"),
        ("momentum", "optimizer.momentum"), ("training.momentum", "optimizer.momentum"), ("dropot", "model.dropout"),
        ("max_shift", "dataset.augmentation.max_shift"), ("optimizr.momentum", "optimizer.momentum"),
        ("hidden-units", "model.hidden_sizes"), ("foo", None), ("", None),
    ],
)  # fmt: skip
def test_the_key_that_is_meant(typed: str, key: str | None) -> None:
    assert nearest_key(typed) == key


@pytest.mark.parametrize(
    ("typed", "choices", "near"),
    [
        ("gpu", "auto cpu cuda mps", "cuda"), ("mse", "cross_entropy mean_squared_error", "mean_squared_error"),
        ("he", "zeros he_normal he_uniform", "he_normal"), ("acc", "test_loss test_accuracy", "test_accuracy"),
        ("ReLU", "tanh relu", "relu"), ("rleu", "tanh relu", "relu"), ("cpu", "cuda cpu", "cpu"), ("x", "tanh relu", None),
    ],
)  # fmt: skip
def test_the_value_that_is_meant(typed: str, choices: str, near: str | None) -> None:
    assert closest(typed, choices.split()) == near
    expected = f"; did you mean {near}?" if near else f"; choose from {', '.join(choices.split())}"
    assert did_you_mean(typed, choices.split()) == expected


def test_all_keys_are_there_with_their_choices() -> None:
    assert {path for path in KEYS if "." not in path} == set(Experiment.model_fields)
    assert set(get_args(Experiment.model_fields["device"].annotation)) == set(KEYS["device"].choices)
    assert {"sgd", "adam"} <= set(KEYS["optimizer.name"].choices)
    assert {"relu", "elu", "maxout"} <= set(KEYS["model.activation"].choices)
    assert KEYS["model.batch_norm"].choices == ("true", "false")
    assert not any(word.name not in BY_NAME for word in WORDS)
