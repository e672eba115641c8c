"""What does not fit the machine is refused by every command that would load or train it."""

import pytest

from making.command_line import Command

LARGE = ("iris/mlp", "--set", "model.hidden_sizes=[1000000000000]")


@pytest.mark.parametrize("command", ["check", "train", "find-lr", "gradcheck"])
def test_a_network_that_does_not_fit_is_refused_with_its_key(mlpexp: Command, command: str) -> None:
    told = mlpexp(command, *LARGE)
    assert told.code == 2
    assert "model.hidden_sizes" in told.err
    assert "its 8,000,000,000,003 parameters and their gradient need about" in told.err


def test_workers_that_do_not_fit_are_refused(mlpexp: Command) -> None:
    told = mlpexp(
        "sweep", "iris/mlp", "--learning-rate", "0.1,0.2", "--seeds", "9999", "--jobs", "9999999", "--dry-run"
    )
    assert told.code == 2
    assert "--jobs: 19,998 workers need about 6,000" in told.err
    assert "are free; at most" in told.err


def test_of_threads_there_are_not_more_than_a_machine_has(mlpexp: Command) -> None:
    told = mlpexp("check", "iris/mlp", "--set", "training.threads=1000000")
    assert told.code == 2
    assert "training.threads: should be at most 1024, not 1000000" in told.err
