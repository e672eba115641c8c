"""Interrupted anywhere and resumed, a run ends with the bytes of an uninterrupted one."""

import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from experiment_runs import TINY, Make, Run

import mlpexp.execution.run as run_module
import mlpexp.training.trainer as trainer_module
from mlpexp.errors import Interrupted, RunError

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
}


@pytest.fixture
def every_step(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """An update after each step, and a checkpoint after so many: the clock ticks once per step."""

    def arrange(steps: int) -> None:
        monkeypatch.setattr(run_module, "monotonic", itertools.count().__next__)
        monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", steps - 0.5)
        monkeypatch.setattr(run_module, "UPDATE_SECONDS", 0)

    return arrange


def abandon(run: Run, updates: int) -> bool:
    """Trains until so many updates have come, then drops everything, as a killed process would; False at the end."""
    training = run.updates()
    for _ in itertools.islice(training, updates):
        pass
    over = next(training, None) is None
    training.close()
    return not over


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize("case", CASES)
def test_abandoned_again_and_again_a_run_ends_with_the_same_bytes(
    case: str, steps: int, make: Make, every_step: Callable[[int], None]
) -> None:
    whole = make(CASES[case]).finish()
    every_step(steps)
    broken = make(CASES[case])
    interruptions = 0
    while abandon(broken, 5 + interruptions % 3):
        assert broken.summary["status"] == "running"
        broken = broken.resumed()
        interruptions += 1
    assert interruptions >= 2
    assert broken.bytes() == whole.bytes()
    timeless = [{**run.summary, "time": None} for run in (broken, whole)]
    assert timeless[0] == timeless[1]


def test_the_environment_says_with_what_a_run_was_continued(make: Make, every_step: Callable[[int], None]) -> None:
    run = make(TINY)
    every_step(1)
    assert abandon(run, 4)
    assert run.table_of_resumptions() == []
    run = run.resumed().finish()
    (resumed,) = run.table_of_resumptions()
    assert set(resumed) == {"date", "device", "threads", "torch"}
    assert (resumed["device"], resumed["threads"]) == ("cpu", 1)


def test_the_time_per_step_of_a_resumed_run_is_that_of_its_steps(
    make: Make, every_step: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two ticks per step, one before and one after; time between two updates does not count, nor does a broken epoch."""
    monkeypatch.setattr(trainer_module, "perf_counter", itertools.count().__next__)
    every_step(1)
    whole, broken = make(TINY).finish(), make(TINY)
    assert abandon(broken, 6)
    broken = broken.resumed().finish()
    times = [run.summary["time"]["microseconds_per_step"] for run in (whole, broken)]
    assert times[0] == times[1] == pytest.approx(1e6, rel=0.5)


def test_rows_are_on_the_disk_before_the_checkpoint_that_counts_on_them(
    make: Make, every_step: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(TINY)
    every_step(1)
    fsync, save, synced, saved = os.fsync, run_module.save_checkpoint, {}, []

    def spied_fsync(descriptor: int) -> None:
        state = os.fstat(descriptor)
        synced[state.st_ino] = state.st_size
        fsync(descriptor)

    def spied_save(folder: Path, name: str, arrays: Any, plain: dict[str, Any]) -> None:
        if name == "stack-0":
            state = run.folder.metrics.stat()
            assert synced[state.st_ino] == state.st_size
            assert [row["epoch"] for row in run.metrics] == list(range(plain["epoch"] + 1))
            saved.append(plain["epoch"])
        save(folder, name, arrays, plain)

    monkeypatch.setattr(os, "fsync", spied_fsync)
    monkeypatch.setattr(run_module, "save_checkpoint", spied_save)
    run.finish()
    assert set(saved) == {0, 1, 2, 3}


def test_cases_do_stop_early_and_diverge(trained: Make) -> None:
    """Otherwise the test above would prove less than its names say."""
    early = {member["status"] for member in trained(CASES["early stopping of some"]).summary["members"]}
    assert "stopped early" in early
    some = {member["status"] for member in trained(CASES["divergence of some"]).summary["members"]}
    assert some == {"diverged", "finished"}


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_step_saves_and_gives_the_exit_code(
    number: signal.Signals, make: Make, every_step: Callable[[int], None]
) -> None:
    whole = make(TINY).finish()
    every_step(1000)
    run = make(TINY)
    updates = run.updates()
    for _ in range(6):
        next(updates)
    os.kill(os.getpid(), number)
    with pytest.raises(Interrupted, match="everything is saved") as caught:
        next(updates)
    assert caught.value.exit_code == 128 + number
    assert run.summary["status"] == "interrupted"
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

    def twice(*args: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(run_module, "save_checkpoint", twice)
    updates = run.updates()
    next(updates)
    os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        next(updates)
    monkeypatch.undo()
    run.resumed().finish()
    assert run.bytes() == whole.bytes()


@pytest.mark.usefixtures("lazy_disk")
def test_a_damaged_checkpoint_is_refused_and_the_rows_are_still_there(
    make: Make, every_step: Callable[[int], None]
) -> None:
    every_step(1)
    run = make(TINY)
    abandon(run, 8)
    before = run.folder.metrics.read_bytes()
    tensors = next(run.folder.checkpoints.glob("stack-0*.safetensors"))
    content = bytearray(tensors.read_bytes())
    content[-1] ^= 1
    tensors.write_bytes(content)
    with pytest.raises(RunError, match="the checkpoint is damaged"):
        run.resumed().finish()
    assert run.folder.metrics.read_bytes() == before
    assert run.summary["status"] == "failed"
    content[-1] ^= 1
    tensors.write_bytes(content)
    run.resumed().finish()
    assert run.summary["status"] == "finished"


@pytest.mark.usefixtures("lazy_disk")
def test_without_its_checkpoint_a_run_starts_again_and_gives_the_same_bytes(
    make: Make, every_step: Callable[[int], None]
) -> None:
    whole = make(TINY).finish()
    every_step(1)
    run = make(TINY)
    abandon(run, 8)
    for path in run.folder.checkpoints.iterdir():
        path.unlink()
    run.resumed().finish()
    assert run.bytes() == whole.bytes()
