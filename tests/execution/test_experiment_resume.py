"""Interrupted anywhere and resumed, a run ends with the bytes of an uninterrupted one."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from making.configs import TINY
from making.pace import abandon, every_step
from making.stopping import before_replacing
from making.trained_results import Make, timeless
from mlpexp.errors import Interrupted
from mlpexp.store.checkpoint import save_checkpoint

CASES = {
    "single samples, dropout, Adam": TINY.replace("[4]", "[4], dropout: 0.3")
    .replace("sgd", "adam")
    .replace("batch_size: 10, epochs: 3", "batch_size: 1, epochs: 2"),
    "a stack with weight averaging, running metrics, cosine, every second epoch": (
        "dataset: {name: synthetic, kind: moons, samples: 50, validation_fraction: 0.2}\n"
        "model: {name: mlp, hidden_sizes: [5], batch_norm: true}\n"
        "optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.9, nesterov: true}\n"
        "schedule: {name: cosine, warmup_epochs: 1}\n"
        "training: {batch_size: 7, epochs: 5, weight_averaging: 0.9, train_metrics: running, evaluate_every: 2,"
        " gradient_clip: 1.0}\nseeds: 3\n"
    ),
    "early stopping of some": (
        "dataset: {name: synthetic, kind: moons, samples: 50, noise: 0.4, validation_fraction: 0.3}\n"
        "model: {name: mlp, hidden_sizes: [16]}\noptimizer: {name: rmsprop, learning_rate: 0.05}\n"
        "training: {batch_size: 16, epochs: 12, early_stopping: {patience: 2}}\nseeds: 4\n"
    ),
    "divergence of some": (
        "dataset: {name: synthetic, kind: function, function: square, samples: 60, noise: 0.1}\n"
        "model: {name: mlp, hidden_sizes: [8, 8]}\noptimizer: {name: sgd, learning_rate: 2.0}\n"
        "training: {batch_size: full, epochs: 12}\nseeds: 5\n"
    ),
    "float64, AdamW, unequal last batch": (
        "dataset: {name: three_class_3d}\nmodel: {name: mlp, hidden_sizes: [4], activation: prelu}\n"
        "optimizer: {name: adamw, learning_rate: 0.05}\nschedule: {name: step, every: 1}\n"
        "training: {batch_size: 7, epochs: 3, precision: float64}\n"
    ),
    "convolutions, one stack per seed": (
        "dataset: {name: digits, test_fraction: 0.9}\n"
        "model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3, batch_norm: true}, {layer: max_pool},"
        " {layer: dropout}]}\n"
        "optimizer: {name: adam, learning_rate: 0.01}\n"
        "training: {batch_size: 64, epochs: 2, threads: 1}\nseeds: 2\n"
    ),
    "a map, step by step": (
        "dataset: {name: iris, test_fraction: 0.7, validation_fraction: 0.2}\n"
        "model: {name: som, grid: [3, 4], init: random}\ntraining: {epochs: 2}\nseeds: 3\n"
    ),
    "a map, epoch by epoch": (
        "dataset: {name: iris, test_fraction: 0.2}\nmodel: {name: som, grid: [3, 4], algorithm: batch}\n"
        "training: {epochs: 15}\nseeds: 3\n"
    ),
    "new data for each seed": (
        "dataset: {name: synthetic, kind: moons, samples: 50, noise: 0.4, validation_fraction: 0.2, data_seed: seed}\n"
        "model: {name: mlp, hidden_sizes: [5], dropout: 0.2}\noptimizer: {name: adam, learning_rate: 0.02}\n"
        "training: {batch_size: 7, epochs: 3, train_metrics: running, class_weights: balanced}\nseeds: 3\n"
    ),
    "NumPy by hand": TINY.replace("epochs: 3", "epochs: 5, engine: numpy") + "seeds: 2\n",
    "diagnostics, history and state": (
        TINY.replace("epochs: 3", "epochs: 6, evaluate_every: 2").replace("sgd", "adam")
        + "seeds: 2\ndiagnostics: cheap\nkeep: {weights: all, history: 3, state: yes}\n"
    ),
    "a sweep of several programs": (
        TINY.replace("epochs: 3", "epochs: 2")
        + "sweep: {over: {batch_size: [10, 20], learning_rate: [0.1, 1.0e+9]}, seeds: 2}\n"
    ),
}


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize("case", CASES)
def test_abandoned_again_and_again_a_run_ends_with_the_same_bytes(case: str, steps: int, make: Make) -> None:
    whole = make(CASES[case]).finish()
    broken = make(CASES[case])
    interruptions = 0
    while abandon(broken, 5 + interruptions % 3, every_step(steps)):
        assert broken.summary.status == "running"
        broken = broken.resumed()
        interruptions += 1
    assert interruptions >= 2
    assert broken.bytes() == whole.bytes()
    assert timeless(broken.result.stacks) == timeless(whole.result.stacks)


def test_the_environment_says_with_what_a_run_was_continued(make: Make) -> None:
    run = make(TINY)
    assert abandon(run, 4, every_step(1))
    assert run.environment["resumed"] == []
    run = run.resumed().finish()
    assert run.environment["device"] == "cpu"
    (resumed,) = run.environment["resumed"]
    assert set(resumed) == {"date", "device", "threads", "torch"}
    assert (resumed["device"], resumed["threads"]) == ("cpu", 1)


def test_the_time_per_step_of_a_resumed_run_is_that_of_its_steps(
    make: Make,
) -> None:
    """Two ticks per step, one before and one after; time between two updates does not count, nor does a broken epoch."""
    whole, broken = make(TINY).finish(every_step(1)), make(TINY)
    assert abandon(broken, 6, every_step(1))
    broken = broken.resumed().finish(every_step(1))
    times = [run.result.costs["microseconds_per_step"].tolist() for run in (whole, broken)]
    assert times[0] == times[1] == [pytest.approx(1e6, rel=0.5)]


def test_rows_are_on_the_disk_before_the_checkpoint_that_counts_on_them(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(TINY)
    fsync, synced, saved = os.fsync, {}, []

    def spied_fsync(descriptor: int) -> None:
        state = os.fstat(descriptor)
        synced[state.st_ino] = state.st_size
        fsync(descriptor)

    def saves(checkpoint: Path) -> None:
        table, plain = run.folder.parts / "stack-0" / "metrics.csv", json.loads(checkpoint.read_text())
        state = table.stat()
        assert synced[state.st_ino] == state.st_size == plain["tables"]["metrics"]["bytes"]
        assert [row["epoch"] for row in run.table(table)] == list(range(plain["epoch"] + 1))
        saved.append(plain["epoch"])

    monkeypatch.setattr(os, "fsync", spied_fsync)
    before_replacing(monkeypatch, "checkpoint.json", saves)
    run.finish(every_step(1))
    assert set(saved) == {0, 1, 2, 3}


def test_cases_do_stop_early_and_diverge(trained: Make) -> None:
    """Otherwise the test above would prove less than its names say."""
    early = {trial["status"] for trial in trained(CASES["early stopping of some"]).trials}
    assert "stopped early" in early
    some = {trial["status"] for trial in trained(CASES["divergence of some"]).trials}
    assert some == {"diverged", "finished"}


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_step_saves_and_gives_the_exit_code(number: signal.Signals, make: Make) -> None:
    whole = make(TINY).finish()
    run = make(TINY)
    updates = run.updates(every_step(1000))
    for _ in range(6):
        next(updates)
    os.kill(os.getpid(), number)
    with pytest.raises(Interrupted, match="everything is saved") as caught:
        next(updates)
    assert caught.value.exit_code == 128 + number
    assert run.summary.status == "interrupted"
    assert "stopped after epoch 1, step 5" in str(caught.value)
    run.resumed().finish()
    assert run.bytes() == whole.bytes()


def test_handlers_of_signals_are_put_back(make: Make) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    training = make(TINY).updates()
    next(training)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] != before
    training.close()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_second_ctrl_c_interrupts_at_once_and_the_run_can_be_resumed(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make(TINY).finish()
    run = make(TINY)

    def again(checkpoint: Path) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    before_replacing(monkeypatch, "checkpoint.json", again)
    updates = run.updates()
    next(updates)
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        next(updates)
    run.resumed().finish()
    assert run.bytes() == whole.bytes()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2])


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("damage", [flip, cut, remove])
@pytest.mark.parametrize("file", ["checkpoint.json", "checkpoint*.safetensors", "metrics.csv", "timing.csv"])
def test_what_a_stack_left_is_trained_again_if_it_is_damaged_and_that_is_said(
    file: str, damage: Callable[[Path], None], make: Make
) -> None:
    whole = make(TINY + "seeds: 2\n").finish()
    run = make(TINY + "seeds: 2\n")
    assert abandon(run, 8, every_step(1))
    (path,) = (run.folder.parts / "stack-0").glob(file)
    if path.suffix == ".csv":  # nothing is written behind the checkpoint, so that the damage is in what it knows
        known = json.loads((path.parent / "checkpoint.json").read_text())["tables"][path.stem]["bytes"]
        path.write_bytes(path.read_bytes()[:known])
    damage(path)
    notes = [update.note for update in run.resumed().updates() if update.note]
    (note,) = notes
    lost = (file, damage) == ("checkpoint.json", remove)
    assert note.startswith(f"{path.parent}: has no checkpoint" if lost else str(path))
    assert note.endswith("; its 2 trials are trained again from the beginning")
    assert run.summary.status == "finished"
    assert run.bytes() == whole.bytes()


@pytest.mark.usefixtures("lazy_disk")
def test_a_checkpoint_of_something_else_is_trained_again(make: Make) -> None:
    """Its sums are right, but it is not of this stack."""
    whole = make(TINY).finish()
    run = make(TINY)
    assert abandon(run, 8, every_step(1))
    for arrays, plain in (({}, {}), ({}, {"tables": {}}), ({"flat": np.zeros((1, 3))}, {"tables": 3})):
        save_checkpoint(run.folder.parts / "stack-0", "checkpoint", arrays, plain)
        assert abandon(run.resumed(), 8, every_step(1))
    run.resumed().finish()
    assert run.bytes() == whole.bytes()


@pytest.mark.usefixtures("lazy_disk")
def test_without_what_it_left_a_run_starts_again_and_gives_the_same_bytes(make: Make) -> None:
    whole = make(TINY).finish()
    run = make(TINY)
    assert abandon(run, 8, every_step(1))
    for path in run.folder.parts.glob("*/*"):
        path.unlink()
    run.resumed().finish()
    assert run.bytes() == whole.bytes()


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("damage", [flip, cut, remove])
@pytest.mark.parametrize("file", ["done.json", "metrics.csv", "predictions.csv"])
def test_a_stack_that_had_ended_is_trained_again_if_what_it_left_is_damaged(
    file: str, damage: Callable[[Path], None], make: Make
) -> None:
    text = TINY + "sweep: {over: {batch_size: [10, 20]}, seeds: 2}\n"
    whole, run = make(text).finish(), make(text)
    updates = run.updates()
    next(update for update in updates if update.done == 2)  # the first of two stacks
    updates.close()
    damage(run.folder.parts / "stack-0" / file)
    notes = [update.note for update in run.resumed().updates() if update.note]
    (note,) = notes
    path = run.folder.parts / "stack-0"
    lost = (file, damage) == ("done.json", remove)  # as if it had not ended
    assert note.startswith(f"{path}: has no checkpoint" if lost else str(path / file))
    assert note.endswith("; its 2 trials are trained again from the beginning")
    assert run.bytes() == whole.bytes()
