"""Folds and groups of unequal size: the same numbers alone and in stacks, resumed, in workers; every sample tested once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from making.configs import TINY
from making.pace import abandon, every_step
from making.plans import plan_of
from making.trained_results import Trained, new
from mlpexp.data.catalogue import load
from mlpexp.data.parts import parts_of
from mlpexp.execution.driver import finished, train_stack
from mlpexp.execution.local import in_workers
from mlpexp.execution.members import members_of
from mlpexp.execution.tasks import task_of
from mlpexp.planning.plan import Plan
from mlpexp.planning.recording import recording
from mlpexp.planning.stacks import Trial, distinct_trials, stacking
from mlpexp.results.evaluate import evaluate
from mlpexp.results.weights_again import weights_of

IRIS = TINY.replace(
    "three_class_3d", "{name: iris, validation_fraction: 0.1, split: {kind: k_fold, folds: 7}}"
).replace("batch_size: 10", "batch_size: full")
WHOLE = IRIS + "seeds: 14\n"


def grouped(folder: Path) -> str:
    """A config of a table with groups of different size."""
    groups = np.repeat(np.arange(6), [7, 9, 13, 17, 19, 23])
    rows = [f"{g},{(g * 7 + i) % 5},{i % 11},{'ab'[(i + g) % 2]}" for i, g in enumerate(groups)]
    (folder / "t.csv").write_text("\n".join(["patient,x,y,kind", *rows]) + "\n")
    path = folder / "t.csv"
    section = f"{{name: csv, path: '{path}', target: kind, split: {{kind: group, column: patient}}}}"
    return TINY.replace("three_class_3d", section) + "seeds: 8\n"


def weights(plan: Plan, trials: list[Trial]) -> dict[tuple[int, int], bytes]:
    stack = replace(stacking(plan, 1, 10**9).stacks[0], trials=trials)
    rows = {trial.key: row for row, trial in enumerate(trials)}
    task = task_of(stack, rows, len(rows), recording(plan, len(distinct_trials(plan))))
    (part,) = finished(train_stack(task)).parts
    kept = {rows.kind: rows.tensors for rows in part.kept}["last"]
    return {trial.key: b"".join(kept[name][i].tobytes() for name in sorted(kept)) for i, trial in enumerate(trials)}


def test_folds_of_one_size_are_one_stack_and_nothing_else_splits_them(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 0.5]}, seeds: 14}", base=IRIS)
    stacks = stacking(plan, 1, 10**9)
    folds = [sorted({trial.seed % 7 for trial in stack.trials}) for stack in stacks.stacks]
    assert folds == [[0, 1, 2], [3, 4, 5, 6]]  # 150 samples: three folds of 22, four of 21
    assert [len(stack.trials) for stack in stacks.stacks] == [12, 16]
    assert stacks.reasons == ["separate stacks, since the parts are not of one size with split: k_fold"]
    usual = plan_of(
        tmp_path, "{over: {learning_rate: [0.1, 0.5]}, seeds: 15}", base=IRIS.replace("folds: 7", "folds: 5")
    )
    assert len(stacking(usual, 1, 10**9).stacks) == 1


def test_a_fold_alone_equals_itself_in_a_stack(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "{over: {learning_rate: [0.1, 0.5]}, seeds: 14}", base=IRIS)
    for stack in stacking(plan, 1, 10**9).stacks:
        together = weights(plan, stack.trials)
        for trial in stack.trials[::5]:
            assert weights(plan, [trial])[trial.key] == together[trial.key]


def test_the_test_folds_of_a_repetition_are_all_samples(tmp_path: Path) -> None:
    predictions = pd.read_csv(new(tmp_path, WHOLE).finish().path / "evaluation" / "predictions.csv")
    tested = predictions[predictions["part"] == "test"]
    for repetition in range(2):
        rows = tested[tested["seed"] // 7 == repetition]["index"]
        assert sorted(rows) == list(range(150))
    for seed, rows in predictions.groupby("seed"):
        assert sorted(rows["index"]) == list(range(150)), seed


@pytest.mark.parametrize("kind", ["k_fold", "group"])
def test_interrupted_and_resumed_it_ends_with_the_same_bytes(kind: str, tmp_path: Path) -> None:
    text = WHOLE if kind == "k_fold" else grouped(tmp_path)
    whole = new(tmp_path, text, runs="whole").finish()
    assert len(whole.result.stacks.stacks) > 1
    broken = new(tmp_path, text, runs="broken")
    assert abandon(broken, 5, every_step(1))
    assert broken.resumed().finish().bytes() == whole.bytes()


def sweeps(folder: Path, text: str) -> Iterator[Trained]:
    text += "sweep: {over: {learning_rate: [0.1, 0.5]}}\n"
    yield new(folder, text, runs="whole").finish()
    yield new(folder, text, runs="for two", jobs=2).finish()
    yield new(folder, text, runs="one by one", memory=1).finish()
    workers = new(folder, text, runs="workers", jobs=2)
    list(workers.updates(lambda tasks, stop, shares: in_workers(tasks, 2, stop)))
    yield workers


@pytest.mark.slow
@pytest.mark.usefixtures("lazy_disk")
def test_however_folds_are_cut_into_stacks_and_jobs_the_bytes_are_the_same(tmp_path: Path) -> None:
    whole, *others = sweeps(tmp_path, WHOLE)
    for other in others:
        assert other.bytes() == whole.bytes()


@pytest.mark.parametrize("kind", ["k_fold", "group"])
def test_weights_and_predictions_made_again_are_those_of_each_seed(kind: str, tmp_path: Path) -> None:
    text = WHOLE if kind == "k_fold" else grouped(tmp_path)
    kept = new(tmp_path, text + "keep: {weights: all}\n", runs="kept").finish().result
    lost = new(tmp_path, text + "keep: {weights: none}\n", runs="lost").finish().result
    seeds = list(kept.summary.seeds)[::-1]
    before, again = (weights_of(result.arm(0), seeds, "last") for result in (kept, lost))
    assert before.epochs == again.epochs
    for name, tensor in before.tensors.items():
        assert np.array_equal(tensor, again.tensors[name]), name
    written = (lost.path / "evaluation" / "predictions.csv").read_text()
    (lost.path / "evaluation" / "predictions.csv").unlink()
    evaluate(lost.arm(0))
    ours = (lost.arm(0).folder / "predictions.csv").read_text()
    assert sorted(ours.splitlines()) == sorted(written.splitlines())


def test_the_summary_says_how_the_sizes_differ(tmp_path: Path) -> None:
    data = new(tmp_path, WHOLE).finish().summary.dataset
    assert data.in_words() == "113 to 114 train, 15 validation, 21 to 22 test"
    assert (data.train, data.validation, data.test) == (113, 15, 22)
    grouped_data = new(tmp_path, grouped(tmp_path), runs="grouped").finish().summary
    ranges = grouped_data.dataset.ranges
    assert ranges is not None and ranges["test"][0] < ranges["test"][1]


def test_the_numbers_are_of_the_parts_of_each_seed(tmp_path: Path) -> None:
    """The accuracy of each seed, counted again from its predictions of its own test part."""
    trained = new(tmp_path, grouped(tmp_path)).finish()
    trials = pd.read_csv(trained.path / "trials.csv")
    predictions = pd.read_csv(trained.path / "evaluation" / "predictions.csv")
    config = trained.prepared.experiment.dataset
    for member in members_of(trained.prepared.experiment, list(trials["seed"])):
        rows = predictions[(predictions["seed"] == member.seed) & (predictions["part"] == "test")]
        assert rows["index"].tolist() == parts_of(load(config), config, member.seed).test.tolist()
        (score,) = trials.loc[trials["seed"] == member.seed, "final_test_accuracy"]
        assert score == pytest.approx((rows["target"] == rows["predicted"]).mean(), abs=1e-12)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_folds_train_on_a_gpu(tmp_path: Path) -> None:
    trained = new(tmp_path, WHOLE + "device: cuda\n").finish()
    assert trained.summary.status == "finished"
