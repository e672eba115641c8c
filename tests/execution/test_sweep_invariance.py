"""A trial's numbers are its own: the same alone, in any stack, in any order, before and after an interruption."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlpexp.execution.worker import train_stack
from mlpexp.store.sweep_folder import TrialBlock

from mlpexp.errors import Interrupted
from mlpexp.execution import worker
from mlpexp.execution.tasks import StackTask
from mlpexp.planning.plan import Plan
from mlpexp.planning.stacks import Trial, distinct_trials, stacking
from mlpexp.store.folders import new_folder
from planning import plan_of

AXES = {
    "learning_rate": "[0.01, 0.3, 30.0]", "batch_size": "[7, 35]", "hidden_size": "[3, 5]",
    "activation": "[relu, sigmoid]", "optimizer.momentum": "[0.0, 0.5, 0.9]", "init": "[he_normal, zeros, xavier_uniform]",
    "model.dropout": "[0.0, 0.2, 0.5]", "optimizer.l2_penalty": "[0.0, 0.01, 0.1]",
    "schedule": "[{name: constant}, {name: cosine}]", "order_seed": "[0, 5]", "split_seed": "[1, 2]",
}  # fmt: skip


def task_of(trials: list[Trial], number: int = 0) -> StackTask:
    members = [trial.arm.experiment.model_copy(update={"seed": trial.seed}) for trial in trials]
    return StackTask(number, members, [trial.arm.number for trial in trials])


def results(trials: list[Trial], train: Callable[[StackTask], Any] = train_stack) -> dict[tuple[int, int], TrialBlock]:
    return {(block.arm, block.seed): block for block in train(task_of(trials)).blocks}


def in_stacks(plan: Plan, jobs: int, memory: int) -> dict[tuple[int, int], TrialBlock]:
    found: dict[tuple[int, int], TrialBlock] = {}
    for stack in stacking(plan, jobs, memory).stacks:
        found |= results(stack.trials)
    return found


@settings(max_examples=12)
@given(data=st.data())
def test_stacked_trials_equal_solo_trials_bit_for_bit(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = data.draw(st.lists(st.sampled_from(sorted(AXES)), min_size=1, max_size=3, unique=True), label="axes")
    sweep = f"{{over: {{{', '.join(f'{key}: {AXES[key]}' for key in keys)}}}, seeds: 2}}"
    plan = plan_of(tmp_path_factory.mktemp("plan"), sweep)
    whole = in_stacks(plan, 1, 10**9)
    small = in_stacks(plan, 2, data.draw(st.sampled_from([1, 20_000, 100_000]), label="memory"))
    assert whole == small
    for trial in data.draw(st.lists(st.sampled_from(distinct_trials(plan)), min_size=1, max_size=3), label="alone"):
        assert results([trial])[trial.arm.number, trial.seed] == whole[trial.arm.number, trial.seed]


def test_the_order_of_a_stack_does_not_matter(tmp_path: Path) -> None:
    trials = distinct_trials(plan_of(tmp_path, "{over: {learning_rate: [0.01, 0.3, 30.0]}, seeds: 3}"))
    assert results(trials) == results(trials[::-1])


def test_interrupted_and_resumed_equals_uninterrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.01, 1.0e+9]}, seeds: 2}", "training.epochs=30")
    task = task_of(distinct_trials(plan))
    folder = new_folder(tmp_path, "sweep", {"sweep.yaml": ""})
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.0)
    looks = 0

    def stop() -> int | None:
        nonlocal looks
        looks += 1
        return 2 if looks % 20 == 0 else None

    interrupted = 0
    while True:
        try:
            resumed = train_stack(replace(task, folder=str(folder)), stop)
            break
        except Interrupted:
            interrupted += 1
    assert interrupted > 2
    assert resumed.blocks == train_stack(task).blocks
    assert {block.described["status"] for block in resumed.blocks} == {"finished", "diverged"}


def test_a_damaged_checkpoint_costs_time_but_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of(distinct_trials(plan_of(tmp_path, "{over: {learning_rate: [0.01, 0.1]}, seeds: 2}")))
    folder = new_folder(tmp_path, "sweep", {"sweep.yaml": ""})
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.0)
    with pytest.raises(Interrupted):
        train_stack(replace(task, folder=str(folder)), lambda: 2)
    (weights,) = (folder / "checkpoints").glob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:-1])
    assert train_stack(replace(task, folder=str(folder))).blocks == train_stack(task).blocks


def test_a_trial_that_fails_is_a_row_and_the_others_are_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = distinct_trials(plan_of(tmp_path, "{over: {learning_rate: [0.01, 0.1, 0.2]}, seeds: 2}"))
    sound = results(trials)
    train = worker._train

    def failing(task: StackTask, *rest: Any) -> Any:
        if any(member.optimizer.learning_rate == 0.1 and member.seed == 1 for member in task.members):
            raise MemoryError("cannot allocate\nmuch more")
        return train(task, *rest)

    monkeypatch.setattr(worker, "_train", failing)
    found = results(trials)
    assert found[1, 1].described["status"] == "failed"
    assert found[1, 1].described["reason"] == "MemoryError: cannot allocate"
    assert {key: block for key, block in found.items() if key != (1, 1)} == {
        key: block for key, block in sound.items() if key != (1, 1)
    }
