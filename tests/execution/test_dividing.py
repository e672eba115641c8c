"""A stack that runs out of memory in the middle goes on in halves from its checkpoint: nothing is lost, no bit differs."""

import pytest

from making.configs import TINY
from making.pace import Disturbed
from making.trained_results import Make
from mlpexp.errors import RunError
from mlpexp.training.trainer import Trainer

AXES = "sweep: {over: {learning_rate: [0.01, 0.1, 0.2]}, seeds: 2}\n"  # one stack of six
RICH = """\
name: rich
dataset: {name: iris, test_fraction: 0.3, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [4], dropout: 0.1, batch_norm: true}
optimizer: {name: adam}
training: {batch_size: 30, epochs: 6, train_metrics: running, weight_averaging: 0.5, early_stopping: {patience: 1}}
scores: [f1_macro, roc_auc]
diagnostics: cheap
keep: {weights: all, history: 3, state: yes}
"""
TEXTS = {"plain": TINY + AXES, "all that a checkpoint holds": RICH + AXES, "a run": TINY + "seeds: 5\n"}


def failing_at(size: int, steps: int) -> Disturbed:
    """Stacks of more members than that fail after so many steps; a checkpoint after every second step."""
    return Disturbed(
        lambda trainer: MemoryError() if len(trainer.members) > size else None, steps=steps, checkpoint_steps=2
    )


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("steps", [pytest.param(1, marks=pytest.mark.slow), 3, pytest.param(8, marks=pytest.mark.slow)])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_halves_go_on_from_the_checkpoint_to_the_same_bytes(text: str, steps: int, make: Make) -> None:
    whole = make(text).finish(undisturbed := failing_at(6, 1))
    divided = make(text).finish(disturbed := failing_at(3, steps))
    assert divided.bytes() == whole.bytes()
    assert len(disturbed.begun) == 3
    assert disturbed.count <= undisturbed.count - steps // 2 * 2, "steps were taken twice"


@pytest.mark.usefixtures("lazy_disk")
def test_time_is_told_once(make: Make) -> None:
    divided = make(TINY + AXES).finish(failing_at(3, 8))
    rows, stacks = divided.table(divided.path / "timing.csv"), divided.result.stacks
    for name in ("train_seconds", "evaluation_seconds"):
        assert sum(float(row[name]) for row in rows) == pytest.approx(getattr(stacks, name)), name
    epochs = [row["epoch"] for row in rows]
    assert [epochs.count(epoch) for epoch in (0, 1, 2, 3)] == [1, 1, 2, 2]


@pytest.mark.usefixtures("lazy_disk")
def test_who_was_stopped_while_halves_trained_goes_on_with_the_halves(make: Make) -> None:
    whole = make(TINY + AXES).finish()
    broken = make(TINY + AXES)
    updates = broken.updates(disturbed := failing_at(3, 3))
    while len(disturbed.begun) < 2 or disturbed.count < 4:
        next(updates)
    updates.close()
    broken.resumed().finish(disturbed)
    assert [len(stack) for stack in disturbed.begun] == [6, 3, 3, 3]
    assert broken.bytes() == whole.bytes()


@pytest.mark.usefixtures("lazy_disk")
def test_a_damaged_checkpoint_is_said_and_the_halves_begin_again(make: Make) -> None:
    whole, broken = make(TINY + AXES).finish(), make(TINY + AXES)

    def failing(trainer: Trainer) -> BaseException | None:
        if len(trainer.members) <= 3:
            return None
        for path in broken.folder.parts.glob("*/checkpoint*.safetensors"):
            path.write_bytes(b"")
        return MemoryError()

    notes = [update.note for update in broken.updates(Disturbed(failing, 3, checkpoint_steps=2)) if update.note]
    assert len(notes) == 1
    assert notes[0].endswith("its 6 trials are trained again from the beginning")
    assert broken.bytes() == whole.bytes()


@pytest.mark.usefixtures("lazy_disk")
def test_a_single_trial_without_memory_keeps_its_checkpoint(make: Make) -> None:
    whole, broken = make(TINY).finish(), make(TINY)
    with pytest.raises(RunError, match="every trial failed: not enough memory"):
        broken.finish(failing_at(0, 5))
    disturbed = failing_at(1, 1)
    broken.resumed().finish(disturbed)
    assert broken.bytes() == whole.bytes()
    assert disturbed.count < 12
