"""``keep:`` decides which weights a result keeps beside its numbers, and nothing else."""

import numpy as np
import pytest

from making.configs import TINY
from making.trained_results import Make, Trained
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.recording import history_epochs, weight_bytes

SELECTED = """\
dataset: {name: iris, test_fraction: 0.2, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [8]}
optimizer: {name: adam, learning_rate: 0.1}
training: {batch_size: 16, epochs: 8}
seeds: 3
"""
TWINS = "sweep: {over: {name: [one, other], learning_rate: [0.1, 0.2]}, seeds: 2}\n"


def kinds(run: Trained) -> set[str]:
    return {path.name.split(".")[1] for path in run.folder.weights.glob("*.safetensors")}


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        ("", {"best", "last"}),  # all that is small
        ("keep: {weights: all}\n", {"best", "last"}),
        ("keep: {weights: best}\n", {"best"}),
        ("keep: {weights: none}\n", set()),
        ("keep: {weights: none, history: 3}\n", {"epoch-0", "epoch-4", "epoch-8"}),
        ("keep: {weights: none, history: 1}\n", {"epoch-8"}),
        ("keep: {weights: best, state: yes}\n", {"best", "state"}),
    ],
)
def test_what_is_kept(keep: str, expected: set[str], trained: Make) -> None:
    run = trained(SELECTED + keep)
    assert kinds(run) == expected
    assert {path.stem.split(".")[1] for path in run.folder.weights.glob("*.json")} == expected
    assert run.folder.read_plan().kept.history == (3 if "history: 3" in keep else 1 if "history" in keep else 0)


def test_keeping_decides_no_number_and_no_hash(trained: Make) -> None:
    runs = [
        trained(SELECTED + keep)
        for keep in ("keep: {weights: none}\n", "keep: {weights: all, history: 5, state: yes}\n")
    ]
    contents = [run.bytes() for run in runs]
    for name in ("metrics.csv", "trials.csv", "arms.csv", "evaluation/predictions.csv", "evaluation/histograms.csv"):
        assert contents[0][name] == contents[1][name]
    assert runs[0].summary == runs[1].summary


def test_without_validation_data_the_last_weights_are_kept_once_as_the_best(trained: Make) -> None:
    assert kinds(trained(TINY + "keep: {weights: all}\n")) == {"best"}


@pytest.mark.parametrize(
    ("units", "of_run", "of_sweep"), [(8, "all", "all"), (4_500, "all", "best"), (9_000, "best", "none")]
)
def test_weights_that_would_be_large_are_not_kept_unless_asked_for(
    units: int, of_run: str, of_sweep: str, make: Make
) -> None:
    """Beyond 256 MB only the best are, beyond 1 GB none of a sweep: 81 MB and 324 MB a trial."""
    run = SELECTED.replace("[8]", f"[{units}, {units}]")
    sweep = run + "sweep: {over: {learning_rate: [0.1, 0.2]}, seeds: 2}\n"
    size = weight_bytes(make(sweep).plan, 4)
    assert size == 4 * (4 * (4 * units + units + units**2 + units + units * 3 + 3) + 16 * 4)
    assert make(run).job.recording.weights == of_run
    assert make(sweep).job.recording.weights == of_sweep
    assert make(sweep + "keep: {weights: all}\n").job.recording.weights == "all"


def test_weights_of_the_history_are_those_of_shorter_runs(trained: Make) -> None:
    run = trained(TINY.replace("epochs: 3", "epochs: 4") + "keep: {history: 3}\nseeds: 2\n")
    for epoch in (2, 4):
        shorter = trained(TINY.replace("epochs: 3", f"epochs: {epoch}") + "seeds: 2\n").weights("best")
        kept = run.weights(f"epoch-{epoch}")
        assert {name: array.tobytes() for name, array in kept.items()} == {
            name: array.tobytes() for name, array in shorter.items()
        }
    drawn = StackedNetwork.initialized(run.prepared.architecture, [0, 1])
    kept = run.weights("epoch-0")
    for name, parameter in drawn.parameters.items():
        assert kept[name].tobytes() == parameter.numpy().tobytes()


def test_a_trial_that_has_left_keeps_its_last_weights_in_the_history(trained: Make) -> None:
    text = SELECTED.replace("epochs: 8", "epochs: 40, early_stopping: {patience: 2}")
    run = trained(text + "keep: {history: 41}\n")
    ended = [int(trial["ended_epoch"]) for trial in run.trials]
    assert max(ended) < 40
    last, final = run.weights("last"), run.weights("epoch-40")
    assert {name: array.tobytes() for name, array in final.items()} == {name: a.tobytes() for name, a in last.items()}
    for place, epoch in enumerate(ended):
        for name in ("dense1.weight", "output.bias"):
            np.testing.assert_array_equal(run.weights(f"epoch-{epoch}")[name][place], last[name][place])
            assert (run.weights(f"epoch-{epoch - 1}")[name][place] != last[name][place]).any()


def test_what_the_optimizer_remembers_is_that_of_its_last_step(trained: Make) -> None:
    """After one step of gradient descent with momentum, the velocity is the gradient: by how much weights moved."""
    text = TINY.replace("learning_rate: 0.1", "learning_rate: 0.5, momentum: 0.9").replace(
        "batch_size: 10", "batch_size: full"
    )
    run = trained(text.replace("epochs: 3", "epochs: 1") + "keep: {history: 2, state: yes}\nseeds: 2\n")
    before, after, state = run.weights("epoch-0"), run.weights("epoch-1"), run.weights("state")
    names = [segment.name for segment in run.prepared.architecture.layout]
    moved = np.concatenate([(before[name] - after[name]).reshape(2, -1) for name in names], 1)
    alike = [
        array for array in state.values() if array.shape == moved.shape and np.allclose(array, moved / 0.5, atol=1e-5)
    ]
    assert len(alike) == 1, {name: array.shape for name, array in state.items()}
    live = np.concatenate([after[name].reshape(2, -1) for name in names], 1)
    assert any(array.shape == live.shape and (array == live).all() for array in state.values())


def test_arms_that_compute_the_same_are_trained_once_and_both_find_everything(trained: Make) -> None:
    sweep = trained(SELECTED.replace("seeds: 3\n", "") + TWINS)
    assert [arm.label for arm in sweep.plan.arms] == [
        "name=one, learning_rate=0.1", "name=one, learning_rate=0.2", "name=other, learning_rate=0.1",
        "name=other, learning_rate=0.2",
    ]  # fmt: skip
    assert sum(len(stack.trials) for stack in sweep.result.stacks.stacks) == 4
    assert sweep.summary.num_trials == 8
    for arm, twin in ((0, 2), (1, 3)):
        ours, theirs = sweep.result.arm(arm), sweep.result.arm(twin)
        assert ours.metrics.equals(theirs.metrics)
        assert ours.trials.drop(columns="name").equals(theirs.trials.drop(columns="name"))
        assert ours.evaluation("predictions").equals(theirs.evaluation("predictions"))
        for kind in ("best", "last"):
            (found, epochs), (same, same_epochs) = (each.kept_weights([1, 0], kind) for each in (ours, theirs))
            assert epochs == same_epochs
            assert all(found[name].tobytes() == same[name].tobytes() for name in found)
    assert not sweep.result.arm(0).metrics.equals(sweep.result.arm(1).metrics)


@pytest.mark.parametrize(
    ("epochs", "every", "count", "expected"),
    [
        (10, 1, 0, set()), (10, 1, 1, {10}), (10, 1, 2, {0, 10}), (10, 1, 3, {0, 5, 10}), (10, 1, 99, set(range(11))),
        (10, 3, 99, {0, 3, 6, 9, 10}), (10, 3, 3, {0, 6, 10}), (1, 1, 5, {0, 1}),
        (10**12, 1, 0, set()), (10**12, 1, 3, {0, 10**12 // 2, 10**12}),
    ],
)  # fmt: skip
def test_epochs_of_the_history_are_evaluated_ones_evenly_spread(
    epochs: int, every: int, count: int, expected: set[int]
) -> None:
    assert history_epochs(epochs, every, count) == expected
