"""References of `mlpexp explain`: known truths, known ceilings, and wrong labels told from classes that overlap."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs, make_moons
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

from mlpexp.analysis.explain.references import (
    BOOSTED,
    CONSTANT,
    LINEAR,
    NEIGHBOURS,
    HeldOutSplit,
    References,
    references_on,
    without_split,
)

NORMAL = np.random.default_rng(8)


def found(inputs: np.ndarray, targets: np.ndarray, splits: int = 3) -> References:
    """By random halves."""
    made = []
    for number in range(splits):
        order = np.random.default_rng(number).permutation(len(inputs))
        learn, held = np.array_split(order, [3 * len(order) // 4])
        made.append(HeldOutSplit(inputs[learn], targets[learn], inputs[held], targets[held]))
    return references_on(made, "regression" if targets.ndim == 2 else "classification")


def flipped(labels: np.ndarray, share: float, only: int | None = None) -> np.ndarray:
    wrong = NORMAL.random(len(labels)) < share
    if only is not None:
        wrong &= labels == only
    return np.where(wrong, (labels + 1) % (labels.max() + 1), labels)


def test_a_constant_is_the_majority_or_the_mean() -> None:
    inputs = NORMAL.normal(size=(400, 2))
    rare = found(inputs, (np.arange(400) % 10 == 0).astype(int))
    assert rare.constant == pytest.approx(0.9, abs=0.04)
    assert rare.balanced < 0.65
    noise = found(inputs, NORMAL.normal(size=(400, 1)))
    assert noise.constant == pytest.approx(0, abs=0.05)
    assert noise.best < 0.1


def test_the_best_one_is_that_of_the_truth() -> None:
    inputs = NORMAL.normal(size=(300, 4))
    line = (inputs @ [1, -2, 0.5, 1] + NORMAL.normal(size=300))[:, None]
    assert found(inputs, line).best_name == LINEAR
    assert found(inputs, line).best == pytest.approx(6.25 / 7.25, abs=0.06)  # of the variance, 1 is noise
    boxes = ((inputs[:, 0] > 0) ^ (inputs[:, 1] > 0)).astype(int)
    assert found(inputs, boxes).best_name in (BOOSTED, NEIGHBOURS)
    assert found(inputs, boxes).curved > found(inputs, boxes).means[LINEAR] + 0.2


def test_several_targets_are_judged_together() -> None:
    inputs = NORMAL.normal(size=(200, 2))
    both = np.stack([inputs[:, 0], -3 * inputs[:, 1]], 1)
    assert found(inputs, both).means[LINEAR] == pytest.approx(1, abs=1e-4)
    assert set(found(inputs, both).means) == {CONSTANT, NEIGHBOURS, LINEAR, BOOSTED}


@pytest.mark.parametrize("seed", range(3))
def test_wrong_labels_are_wrong_everywhere_and_overlapping_classes_where_they_meet(seed: int) -> None:
    inputs, classes = make_moons(500, noise=0.1, random_state=seed)
    assert found(inputs, flipped(classes, 0.3)).errors.evenness > 0.7
    for overlapping in (
        make_blobs(500, centers=np.array([[0, 0], [3, 0]]), cluster_std=1.5, random_state=seed),
        make_moons(500, noise=0.4, random_state=seed),
    ):
        errors = found(*overlapping).errors
        assert errors.share > 0.08
        assert errors.evenness < 0.5


def test_wrong_labels_of_one_class_are_found_there() -> None:
    inputs, classes = make_blobs(600, centers=3, cluster_std=1, random_state=3)
    by_class = found(inputs, flipped(classes, 0.35, only=0)).errors_by_class
    assert max(errors.share for errors in by_class.values()) > 0.2
    assert min(errors.share for errors in by_class.values()) < 0.1


def test_features_of_any_size_and_one_that_is_constant() -> None:
    inputs = NORMAL.normal(size=(200, 2)) * [1e6, 1e-6]
    labels = (inputs[:, 1] > 0).astype(int)
    assert found(np.column_stack([inputs, np.full(200, 7.0)]), labels).best > 0.95


def test_one_class_among_the_samples_to_learn_from() -> None:
    split = HeldOutSplit(np.zeros((5, 1)), np.zeros(5, int), np.ones((2, 1)), np.array([0, 1]))
    assert references_on([split], "classification").means == {CONSTANT: 0.5}


def test_of_logarithms_the_score_is_that_of_the_numbers_themselves() -> None:
    inputs = NORMAL.normal(size=(300, 2))
    logs = inputs @ [[1.0], [0.5]] + 0.1 * NORMAL.normal(size=(300, 1))
    learn, held = slice(0, 200), slice(200, 300)
    split = HeldOutSplit(inputs[learn], logs[learn], inputs[held], logs[held], np.exp)
    predicted = Ridge(1e-3).fit(inputs[learn], logs[learn]).predict(inputs[held])
    expected = r2_score(np.exp(logs[held]), np.exp(predicted.reshape(-1, 1)))
    assert references_on([split], "regression").means[LINEAR] == pytest.approx(expected, abs=0.01)


def test_few_samples_can_be_learned_by_heart_and_few_groups_say_nothing() -> None:
    inputs, labels = np.array([[0.0], [0.0], [1.0], [2.0]]), np.array([0, 1, 1, 1])
    assert without_split(inputs, labels, "classification", few=True).best == 0.75
    assert without_split(inputs, labels, "classification", few=False).means == {CONSTANT: 0.75}
    numbers = np.array([[1.0], [3.0], [2.0], [2.0]])
    assert without_split(inputs, numbers, "regression", few=True).best == 0.0
