"""What the command line says of ``data_seed: seed``, and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import MOONS


def of_source(text: str) -> str:
    """A config of synthetic data whose seeds have data of their own."""
    return text.replace("samples: 60", "samples: 60, data_seed: seed")


@pytest.mark.usefixtures("undrawn")
def test_it_is_said(mlpexp: Command, config: Callable[[str], Path]) -> None:
    path = config(of_source(MOONS))
    run = mlpexp("train", "--config", path, "--seeds", 3)
    assert "data: new data for each seed\n" in run.err
    assert "each its own data, split, initial weights and batch order" in run.out
    one = mlpexp("train", "--config", path, "--seed", 4)
    assert "data: new data for each seed; these are of seed 4 alone\n" in one.err
    two = mlpexp("sweep", "--config", path, "--learning-rate", "0.1,0.2", "--seeds", 2)
    assert "data: new data for each seed, the same in all arms\n" in two.out + two.err
    other = mlpexp("sweep", "--config", path, "--over", "dataset.data_seed=seed,0", "--seeds", 2)
    assert "data: new data for each seed in 1 of 2 arms\n" in other.out + other.err
    assert "new data" not in mlpexp("train", "--config", config(MOONS), "--seeds", 2).err


@pytest.mark.usefixtures("undrawn")
def test_new_seeds_are_new_samples_and_that_is_said_once(mlpexp: Command, config: Callable[[str], Path]) -> None:
    named = ("--learning-rate", "0.1,0.2", "--baseline", "learning_rate=0.1", "--seeds", 6, "-q")
    run = mlpexp("sweep", "--config", config(of_source(MOONS)), *named).run
    compared = mlpexp("compare", run, "--details").out
    assert (
        compared.count("new seeds are new samples here") == 1 and "for new samples of the same source" not in compared
    )
    assert "verdict, new seeds" in compared and "verdict, new samples" not in compared
    pasted = (run / "comparison.md").read_text()
    assert "new seeds are new samples here" in pasted and pasted.count("| arm |") == 1


@pytest.mark.parametrize(
    ("options", "key", "what"),
    [
        (("--set", "dataset.data_seed=sed"), "dataset.data_seed", "did you mean seed?"),
        (("--set", "dataset.data_seed=-1"), "dataset.data_seed", "should be at least 0, not -1"),
        (("--set", "dataset.split=k_fold"), "dataset.data_seed", "leave out split: k_fold"),
    ],
)
def test_what_means_nothing_is_refused(
    options: tuple[str, ...], key: str, what: str, mlpexp: Command, config: Callable[[str], Path]
) -> None:
    answer = mlpexp("train", "--config", config(of_source(MOONS)), *options)
    assert answer.code == 2 and f"{key}: " in answer.err and what in answer.err


def test_the_noise_floor_is_that_of_one_data_set(mlpexp: Command, config: Callable[[str], Path]) -> None:
    answer = mlpexp("sweep", "--config", config(of_source(MOONS)), "--noise-floor", 2)
    assert answer.code == 2 and "dataset.data_seed: seed draws new data for each seed" in answer.err
