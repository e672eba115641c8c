"""Which trials are trained together, how stacks are cut, and why."""

from pathlib import Path

import pytest

from making.plans import plan_of
from mlpexp.config.dump import program_of
from mlpexp.planning.stacks import (
    Stacking,
    available_memory,
    choose_jobs,
    distinct_trials,
    recorded,
    restacked,
    stacking,
)

GB = 10**9


def members(result: Stacking) -> list[list[tuple[int, int]]]:
    return [[(trial.arm.number, trial.seed) for trial in stack.trials] for stack in result.stacks]


def test_numbers_share_a_stack_and_programs_do_not(tmp_path: Path) -> None:
    plan = plan_of(
        tmp_path,
        "{over: {learning_rate: [0.1, 1], init: [he_normal, zeros], batch_size: [5, 35], optimizer.momentum: [0.5, 0.9]}, "
        "seeds: 3}",
    )
    result = stacking(plan, 1, GB)
    assert [len(stack.trials) for stack in result.stacks] == [24, 24]
    assert result.reasons == ["separate stacks, since these keys differ: training.batch_size"]
    for stack in result.stacks:
        assert len({program_of(trial.arm.experiment) for trial in stack.trials}) == 1


@pytest.mark.parametrize(
    ("axis", "num_stacks"),
    [
        ("optimizer.momentum: [0.0, 0.9]", 2),  # switched off is another program
        ("model.dropout: [0.0, 0.1, 0.2]", 2),
        ("training.gradient_clip: [1.0, 2.0]", 1),
        ("optimizer.l2_penalty: [0.0, 0.1]", 2),
        ("training.weight_averaging: [0.9, 0.99]", 1),
        ("activation: [relu, tanh]", 2),
        ("hidden_size: [4, 5]", 2),
        ("schedule: [{name: constant}, {name: cosine}, {name: step, every: 2}]", 1),
        ("optimizer: [{name: sgd, learning_rate: 0.1}, {name: adam}]", 2),
        ("dataset.standardize: [true, false]", 2),
        ("split_seed: [0, 1]", 1),
    ],
)
def test_what_is_another_program(axis: str, num_stacks: int, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, f"{{over: {{{axis}}}, seeds: 2}}")
    assert len(stacking(plan, 1, GB).stacks) == num_stacks


def test_equal_trials_are_trained_once(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {name: [one, other]}, seeds: 3}")
    assert len(plan.arms) == 2
    assert [(trial.arm.number, trial.seed) for trial in distinct_trials(plan)] == [(0, 0), (0, 1), (0, 2)]


def test_convolutional_trials_are_alone(tmp_path: Path) -> None:
    base = """\
dataset: {name: digits}
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}]}
optimizer: {name: adam}
training: {epochs: 1}
"""
    result = stacking(plan_of(tmp_path, "{over: {learning_rate: [0.1, 1]}, seeds: 2}", base=base), 1, GB)
    assert members(result) == [[(0, 0)], [(0, 1)], [(1, 0)], [(1, 1)]]
    assert "4 convolutional trials, one by one" in result.reasons[0]


def test_stacks_are_cut_to_fit_the_memory_and_lose_no_trial(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: 'log(1e-3, 1, 20)'}, seeds: 10}")
    whole = stacking(plan, 1, GB)
    cut = stacking(plan, 1, whole.stacks[0].cost.bytes // 3)
    assert len(cut.stacks) >= 3
    assert max(stack.cost.bytes for stack in cut.stacks) <= whole.stacks[0].cost.bytes // 3
    assert [trial for stack in members(cut) for trial in stack] == members(whole)[0]
    assert "cut to fit" in cut.reasons[-1]
    assert len(stacking(plan, 1, 1).stacks) == 200  # never less than one member


def test_one_big_stack_is_shared_among_workers(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: 'log(1e-3, 1, 20)'}, seeds: 10}")
    assert [len(stack.trials) for stack in stacking(plan, 4, GB).stacks] == [50] * 4


def test_stacks_are_planned_again_as_they_were_recorded(tmp_path: Path) -> None:
    """With other workers and another memory than at first: what has been trained must fit."""
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 1], batch_size: [5, 35], name: [one, other]}, seeds: 3}")
    for jobs, memory in ((1, GB), (3, GB), (1, 1)):
        first = stacking(plan, jobs, memory)
        again = restacked(plan, recorded(first))
        assert members(again) == members(first)
        assert [(s.number, s.program, s.threads) for s in again.stacks] == [
            (s.number, s.program, s.threads) for s in first.stacks
        ]
        assert rows(again) == rows(first) == rows(stacking(plan, 1, GB))


def rows(result: Stacking) -> list[list[tuple[int, int]]]:
    """Of the weights of each program."""
    return [[trial.key for trial in trials] for trials in result.programs]


def test_rows_of_weights_are_in_the_order_of_the_plan_however_trials_are_cut(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {batch_size: [5, 35], learning_rate: [0.1, 1]}, seeds: 2}")
    assert rows(stacking(plan, 4, 1)) == [[(0, 0), (0, 1), (1, 0), (1, 1)], [(2, 0), (2, 1), (3, 0), (3, 1)]]
    assert stacking(plan, 4, 1).num_trials == 8


def test_workers_are_started_where_the_work_is_long() -> None:
    assert choose_jobs(3, 0.1) == 3
    assert choose_jobs(None, 0.1) == 1
    assert choose_jobs(None, 1e6) >= 1
    assert 10**8 < available_memory() < 10**14
