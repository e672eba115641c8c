"""A trial's numbers are its own: the same alone, in any stack, in any order, in any process."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from making.configs import TINY
from making.plans import plan_of
from making.trained_results import Trained, new, timeless
from mlpexp.execution.driver import finished, train_stack
from mlpexp.execution.local import in_workers
from mlpexp.execution.tasks import StackOutcome, StackTask, task_of
from mlpexp.planning.plan import Plan
from mlpexp.planning.recording import recording
from mlpexp.planning.stacks import Trial, distinct_trials, stacking
from mlpexp.store.part import DONE

AXES = {
    "learning_rate": "[0.01, 0.3, 30.0]", "batch_size": "[7, 35]", "hidden_size": "[3, 5]",
    "activation": "[relu, sigmoid]", "optimizer.momentum": "[0.0, 0.5, 0.9]", "init": "[he_normal, zeros, xavier_uniform]",
    "model.dropout": "[0.0, 0.2, 0.5]", "optimizer.l2_penalty": "[0.0, 0.01, 0.1]",
    "schedule": "[{name: constant}, {name: cosine}]", "order_seed": "[0, 5]", "split_seed": "[1, 2]",
}  # fmt: skip

Results = dict[tuple[int, int], list[Any]]


def task(plan: Plan, trials: list[Trial]) -> StackTask:
    """Some trials as a stack whose files come back."""
    stack = replace(stacking(plan, 1, 10**9).stacks[0], trials=trials)
    rows = {trial.key: row for row, trial in enumerate(trials)}
    return task_of(stack, rows, len(rows), recording(plan, len(distinct_trials(plan))))


def results_of(outcome: StackOutcome) -> Results:
    """Of each trial how it ended, its lines of all tables, and the bytes of its weights."""
    found: Results = {}
    for part in outcome.parts:
        trials = [(trial.arm, trial.seed) for trial in part.record.trials]
        found |= {key: [trial] for key, trial in zip(trials, part.record.trials, strict=True)}
        for table in sorted(set(part.files) - {DONE, "timing.csv"}):
            for line in part.files[table].decode().splitlines()[1:]:
                arm, seed, rest = line.split(",", 2)
                found[int(arm), int(seed)].append((table, rest))
        for kept in part.kept:
            for name, array in kept.tensors.items():
                for place, key in enumerate(trials):
                    found[key].append((kept.kind, name, array[place].tobytes()))
    return found


def results(plan: Plan, trials: list[Trial]) -> Results:
    return results_of(finished(train_stack(task(plan, trials))))


def in_stacks(plan: Plan, jobs: int, memory: int) -> Results:
    found: Results = {}
    for stack in stacking(plan, jobs, memory).stacks:
        found |= results(plan, stack.trials)
    return found


@pytest.mark.slow
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
        assert results(plan, [trial])[trial.key] == whole[trial.key]


def test_the_order_of_a_stack_does_not_matter(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.01, 0.3, 30.0]}, seeds: 3}")
    trials = distinct_trials(plan)
    assert results(plan, trials) == results(plan, trials[::-1])


EXPERIMENTS = {
    "MLP": TINY.replace("epochs: 3", "epochs: 2") + "diagnostics: cheap\nkeep: {weights: all, history: 2, state: yes}\n",
    "CNN": (
        "dataset: {name: digits, test_fraction: 0.9}\n"
        "model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}, {layer: max_pool}]}\n"
        "optimizer: {name: adam, learning_rate: 0.01}\ntraining: {batch_size: 64, epochs: 1}\n"
    ),
    "SOM": (
        "dataset: {name: iris, test_fraction: 0.7}\nmodel: {name: som, grid: [3, 4], init: random}\n"
        "training: {epochs: 1}\n"
    ),
    "NumPy": TINY.replace("epochs: 3", "epochs: 1, engine: numpy"),
    "new data for each seed": (
        "dataset: {name: synthetic, kind: moons, samples: 50, noise: 0.4, data_seed: seed}\n"
        "model: {name: mlp, hidden_sizes: [5], dropout: 0.2}\noptimizer: {name: adam, learning_rate: 0.02}\n"
        "training: {batch_size: 7, epochs: 3, train_metrics: running, class_weights: balanced}\n"
    ),
}  # fmt: skip
SWEEP = "sweep: {over: {learning_rate: [0.01, 0.1, 0.5]}, seeds: 3}\n"


def sweeps(folder: Path, text: str) -> Iterator[Trained]:
    """The same, cut in other ways."""
    yield new(folder, text, runs="whole").finish()
    yield new(folder, text, runs="for two", jobs=2).finish()
    yield new(folder, text, runs="one by one", memory=1).finish()
    yield new(folder, text, runs="sent", jobs=2).finish(reachable=False)


@pytest.mark.usefixtures("lazy_disk")
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_results_are_the_same_bytes_however_their_trials_are_stacked(name: str, tmp_path: Path) -> None:
    whole, *others = sweeps(tmp_path, EXPERIMENTS[name] + SWEEP)
    lengths = [len(each.result.stacks.stacks) for each in (whole, *others)]
    assert lengths == ([9, 9, 9, 9] if name == "CNN" else [1, 2, 9, 2])
    content = whole.bytes()
    assert len([file for file in content if file.startswith("weights/")]) in (2, 8)
    for other in others:
        assert other.bytes() == content
        assert other.path.name[15:] == whole.path.name[15:]  # name and hash


@pytest.mark.parametrize("reachable", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_workers_write_the_same_bytes_as_this_process(reachable: bool, tmp_path: Path) -> None:
    """Reachable or not, the parts are the same; those of workers that cannot reach the folder are sent."""
    text = EXPERIMENTS["MLP"] + "sweep: {over: {learning_rate: [0.01, 1.0e+9], batch_size: [10, 20]}, seeds: 2}\n"
    here = new(tmp_path, text, runs="here").finish()
    workers = new(tmp_path, text, runs="workers", jobs=2)
    updates = list(workers.updates(lambda tasks, stop, shares: in_workers(tasks, 2, stop), reachable=reachable))
    assert workers.bytes() == here.bytes()
    assert (updates[-1].done, updates[-1].diverged, updates[-1].fraction) == (8, 4, 1.0)


def test_two_equal_sweeps_differ_in_times_alone(tmp_path: Path) -> None:
    first, second = (new(tmp_path, EXPERIMENTS["MLP"] + SWEEP, runs=runs).finish() for runs in ("a", "b"))
    assert first.bytes() == second.bytes()
    assert timeless(first.result.stacks) == timeless(second.result.stacks)
    apart = ("started", "command")
    environments = [
        {key: value for key, value in each.environment.items() if key not in apart} for each in (first, second)
    ]
    assert environments[0] == environments[1]


def test_a_run_is_the_same_numbers_as_the_arm_of_a_sweep(tmp_path: Path) -> None:
    """Weights, too; only the numbers of arms and the columns that name them differ."""
    sweep = new(tmp_path, EXPERIMENTS["MLP"] + SWEEP, runs="sweep").finish()
    run = new(tmp_path, EXPERIMENTS["MLP"], "optimizer.learning_rate=0.1", "seeds=3", runs="run").finish()
    named = {"arm": 1.0}
    for table in ("metrics", "diagnostics", "trials"):
        path = f"{table}.csv"
        rows = [row for row in sweep.table(sweep.path / path) if row["arm"] == 1]
        assert [named | row for row in run.table(run.path / path)] == [
            {key: value for key, value in row.items() if key != "optimizer.learning_rate"} for row in rows
        ]
    for kind in ("best", "epoch-0", "epoch-2", "state"):
        ours, theirs = run.weights(kind), sweep.weights(kind)
        assert {name: array.tobytes() for name, array in ours.items()} == {
            name: array[3:6].tobytes() for name, array in theirs.items()
        }


def test_a_task_says_what_it_is_before_it_is_trained(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 1]}, seeds: 2}")
    made = task(plan, distinct_trials(plan))
    assert made.record.trials == ((0, 0), (0, 1), (1, 0), (1, 1))
    assert (made.record.steps, made.record.train_seconds) == (0, 0.0)
    outcome = finished(train_stack(made), partial(lambda shares, share: shares.append(share), shares := []))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert outcome.statuses == ["finished"] * 4
