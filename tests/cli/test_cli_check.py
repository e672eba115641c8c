"""``mlpexp check``: each problem in one line with its place, exit code 2, nothing written."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import CONFIGS, TINY
from making.picture_folders import for_example

BASE = {
    "dataset": "{name: iris, test_fraction: 0.3}",
    "model": "{name: mlp, hidden_sizes: [16], activation: relu}",
    "optimizer": "{name: sgd, learning_rate: 0.1}",
    "training": "{batch_size: 16, epochs: 5}",
}


def config_with(**sections: str | None) -> str:
    """The sound config BASE with some sections replaced, added or (None) left out; each in a line of its own."""
    return "".join(f"{key}: {value}\n" for key, value in {**BASE, **sections}.items() if value is not None)


# name: (config, place and key, words of the message)
BAD = {
    "empty": ("", "1:1", "but this is empty"),
    "a list": ("- a\n", "1:1", "but this is a list"),
    "a word": ("just text\n", "1:1", "a config is a mapping"),
    "YAML not closed": ("dataset: [\n", "2:1", "not valid YAML"),
    "a tab": ("dataset: \tiris\n  c: d\n", "1:10", "a tab stands here"),
    "an unknown alias": ("dataset: *a\n", "1:10", "not valid YAML"),
    "a key twice": ("dataset: iris\ndataset: digits\n", "2:1: dataset", "duplicate key (first in line 1)"),
    "a misspelt section": (config_with(sede="3"), "5:1: sede", "did you mean seed?"),
    "no optimizer": (config_with(optimizer=None), "1:1: optimizer", "missing"),
    "an unknown data set": (config_with(dataset="{name: irsi}"), "1:17: dataset.name", "did you mean iris?"),
    "a data set without name": (config_with(dataset="{test_fraction: 0.1}"), "1:1: dataset.name", "missing"),
    "a fraction above 1": (config_with(dataset="{name: iris, test_fraction: 1.5}"), "1:38: dataset.test_fraction", "below 1"),
    "nothing left to train on": (
        config_with(dataset="{name: iris, test_fraction: 0.6, validation_fraction: 0.6}"), "1:10: dataset", "too few samples",
    ),
    "a function without function": (
        config_with(dataset="{name: synthetic, kind: function}"), "1:10: dataset.function", "needed with kind: function",
    ),
    "classes of moons": (
        config_with(dataset="{name: synthetic, kind: moons, classes: 3}"), "1:50: dataset.classes", "means nothing",
    ),
    "more images than there are": (
        config_with(dataset="{name: mnist, train_samples: 70000}"), "1:39: dataset.train_samples", "60000",
    ),
    "a size instead of a list": (
        config_with(model="{name: mlp, hidden_sizes: 16}"), "2:34: model.hidden_sizes", "a list, not 16",
    ),
    "a layer of no units": (config_with(model="{name: mlp, hidden_sizes: [16, 0]}"), "2:39: model.hidden_sizes[1]", "above 0"),
    "a misspelt activation": (
        config_with(model="{name: mlp, hidden_sizes: [8], activation: rellu}"),
        "2:51: model.activation.name", "did you mean relu?",
    ),
    "two activations for one layer": (
        config_with(model="{name: mlp, hidden_sizes: [8], activation: [relu, tanh]}"),
        "2:51: model.activation", "2 activations for 1",
    ),
    "off as a truth value": (
        config_with(model="{name: mlp, batch_norm: off}"), "2:32: model.batch_norm", "true or false, not 'off'",
    ),
    "a crossed interval": (
        config_with(model="{name: mlp, init: {name: uniform, low: 1, high: 0}}"), "2:47: model.init.low", "below high",
    ),
    "LeNet-5 on iris": (config_with(model="{name: lenet5}"), "2:15: model.name", "needs images"),
    "a filter larger than the image": (
        config_with(dataset="digits", model="{name: cnn, layers: [{layer: conv, channels: 4, kernel_size: 9}]}"),
        "2:8: model", "a filter of 9x9 does not fit into its input of 8x8",
    ),
    "no learning rate": (config_with(optimizer="{name: sgd}"), "3:1: optimizer.learning_rate", "missing"),
    "a learning rate in quotes": (
        config_with(optimizer='{name: sgd, learning_rate: "0.1"}'), "3:39: optimizer.learning_rate", "a number",
    ),
    "a learning rate of nan": (
        config_with(optimizer="{name: sgd, learning_rate: .nan}"), "3:39: optimizer.learning_rate", "finite",
    ),
    "a key of another optimizer": (
        config_with(optimizer="{name: sgd, learning_rate: 0.1, beta1: 0.9}"), "3:44: optimizer.beta1", "unknown key for sgd",
    ),
    "Nesterov without momentum": (
        config_with(optimizer="{name: sgd, learning_rate: 0.1, nesterov: true}"),
        "3:54: optimizer.nesterov", "momentum above 0",
    ),
    "a batch larger than the data": (
        config_with(training="{batch_size: 500}"), "4:24: training.batch_size", "larger than the training set",
    ),
    "half an epoch": (config_with(training="{epochs: 1.5}"), "4:20: training.epochs", "a whole number"),
    "early stopping without validation data": (
        config_with(training="{early_stopping: {patience: 3}}"), "4:28: training.early_stopping", "needs validation data",
    ),
    "warm-up longer than training": (
        config_with(schedule="{name: constant, warmup_epochs: 99}"),
        "5:43: schedule.warmup_epochs", "longer than the 5 epochs",
    ),
    "an output activation that the loss has no use for": (
        config_with(model="{name: mlp, output_activation: sigmoid}"), "2:39: model.output_activation", "cross_entropy",
    ),
    "an unknown loss": (config_with(loss="hinge"), "5:7: loss", "choose from"),
    "a negative seed": (config_with(seed="-1"), "5:7: seed", "at least 0"),
    "no seeds": (config_with(seeds="0"), "5:8: seeds", "above 0"),
    "an unknown device": (config_with(device="gpu"), "5:9: device", "did you mean cuda?"),
    "a path as name": (config_with(name="a/b"), "5:7: name", "'a/b'"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_config_is_one_line_with_its_place_and_nothing_is_written(
    case: str, mlpexp: Command, config: Callable[..., Path], tmp_path: Path
) -> None:
    text, place, words = BAD[case]
    path = config(text, "bad.yaml")
    result = mlpexp("check", path)
    assert result.code == 2
    assert result.out == ""
    (line,) = result.err.splitlines()
    assert line.startswith(f"error: {path}:{place}: "), line
    assert words in line
    assert list(tmp_path.iterdir()) == [path]


def test_train_refuses_a_bad_config_in_the_same_words_and_makes_no_folder(
    mlpexp: Command, config: Callable[..., Path], tmp_path: Path
) -> None:
    path = config(BAD["LeNet-5 on iris"][0])
    assert mlpexp("train", "--config", path) == mlpexp("check", path)
    assert list(tmp_path.iterdir()) == [path]


def test_all_problems_of_all_files_are_named_and_the_sound_ones_too(
    mlpexp: Command, config: Callable[..., Path]
) -> None:
    first = config(config_with(seed="-1", seeds="0"), "first.yaml")
    second = config(config_with(loss="hinge"), "second.yaml")
    sound = config(config_with(), "sound.yaml")
    result = mlpexp("check", first, sound, second)
    assert result.code == 2
    assert [line.split(":")[1].strip() for line in result.err.splitlines()] == [str(first), str(first), str(second)]
    assert result.out.startswith(f"{sound}: valid; iris (105 train, 45 test), mlp with 131 parameters, hash ")


def test_a_file_that_is_not_text_is_one_line(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"dataset: iris\nname: \xff\n")
    result = mlpexp("check", "bad.yaml")
    assert (result.code, result.err) == (2, "error: bad.yaml:2:7: not UTF-8 text\n")


@pytest.mark.parametrize(("name", "message"), [("nothing.yaml", "there is no such file in"), (".", "is a folder")])
def test_a_file_that_cannot_be_read_is_one_line(name: str, message: str, mlpexp: Command) -> None:
    result = mlpexp("check", name)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
    assert result.err.startswith(f"error: {name}: {message}")


def test_the_resolved_config_has_the_same_hash_and_resolves_to_itself(
    mlpexp: Command, config: Callable[..., Path]
) -> None:
    short = mlpexp("check", config(TINY))
    resolved = mlpexp("check", config(TINY), "--resolved").out
    again = mlpexp("check", config(resolved))
    assert again.out.rpartition(" ")[2] == short.out.rpartition(" ")[2]
    assert mlpexp("check", config(resolved), "--resolved").out == resolved
    assert "he_normal" in resolved


def test_options_are_checked_with_the_config_and_named_as_the_place(
    mlpexp: Command, config: Callable[..., Path]
) -> None:
    result = mlpexp("check", config(TINY), "--set", "training.batch_size=1000")
    assert result.code == 2
    assert result.err.startswith("error: --set training.batch_size=1000: training.batch_size: 1000 is larger")
    assert mlpexp("check", config(TINY), "--set", "training.batch_size=30").code == 0


def test_every_shipped_config_is_valid(mlpexp: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for_example(tmp_path)
    result = mlpexp("check", *sorted(CONFIGS.rglob("*.yaml")))
    assert (result.code, result.err) == (0, "")


HUGE = config_with(dataset="digits", model="{name: mlp, hidden_sizes: [1000000, 1000000]}")
SWEPT = HUGE + "sweep: {over: {training.batch_size: [8, 16]}, seeds: 2}\n"
TOO_LARGE = (
    r"model\.hidden_sizes\[0\]: (in arm batch_size=8: )?"
    r"its 1,000,076,000,010 parameters and their gradient need about 32,\d+"
)


@pytest.mark.parametrize(("command", "text"), [("check", HUGE), ("train", HUGE), ("check", SWEPT), ("sweep", SWEPT)])
def test_what_does_not_fit_into_memory_is_refused_before_anything_is_made(
    command: str, text: str, mlpexp: Command, config: Callable[..., Path], tmp_path: Path
) -> None:
    path = config(text, "huge.yaml")
    options = [] if command == "check" else ["--runs-dir", tmp_path / "runs"]
    result = mlpexp(command, path, *options)
    assert result.code == 2 and not (tmp_path / "runs").exists()
    assert re.search(rf"huge\.yaml:2:35: {TOO_LARGE}", result.err)
