"""Scores by sample: their mean is the score, and they change as the score does when samples are drawn anew."""

import numpy as np
import pytest
from sklearn.metrics import log_loss, mean_squared_error, r2_score, root_mean_squared_error

from mlpexp.results.scores_of_samples import Predicted, scores_of_samples

TARGETS = np.random.default_rng(0).normal(size=400)
OUTPUTS = TARGETS + 0.5 * np.random.default_rng(1).normal(size=(3, 400)) * (1 + np.abs(TARGETS))
NUMBERS = Predicted(np.tile(TARGETS, (3, 1)), OUTPUTS, None, 0)
SCORES = {"root of squared error": root_mean_squared_error, "explained": r2_score}


@pytest.mark.parametrize("kind", SCORES)
def test_mean_is_the_score_and_spread_is_that_of_new_samples(kind: str) -> None:
    """The standard error of the mean is the spread of scikit-learn's score over samples drawn again (bootstrap)."""
    score, values = SCORES[kind], np.array([SCORES[kind](TARGETS, row) for row in OUTPUTS])
    scores = scores_of_samples(kind, NUMBERS, values)
    assert scores is not None
    np.testing.assert_allclose(scores.mean(1), values, rtol=1e-12)
    generator = np.random.default_rng(2)
    drawn = [generator.integers(0, 400, 400) for _ in range(1000)]
    again = np.array([[score(TARGETS[rows], row[rows]) for row in OUTPUTS] for rows in drawn])
    np.testing.assert_allclose(scores.std(1) / 20, again.std(0), rtol=0.12)
    np.testing.assert_allclose((scores[0] - scores[1]).std() / 20, (again[:, 0] - again[:, 1]).std(), rtol=0.12)


def test_loss_of_numbers_is_in_its_own_unit_and_of_one_epoch() -> None:
    squares = np.array([mean_squared_error(TARGETS, row) for row in OUTPUTS])
    scores = scores_of_samples("loss", NUMBERS, squares / 4)
    assert scores is not None
    np.testing.assert_allclose(scores, (OUTPUTS - TARGETS) ** 2 / 4, rtol=1e-12)
    assert scores_of_samples("loss", NUMBERS, squares * [1, 1.01, 1]) is None


def test_cross_entropy_is_known_of_two_classes_only() -> None:
    generator = np.random.default_rng(3)
    target, first = generator.integers(0, 2, (2, 50)), generator.random((2, 50))
    predicted = Predicted(target, (first < 0.5).astype(int), np.maximum(first, 1 - first), 2)
    scores = scores_of_samples("loss", predicted, np.zeros(2))
    assert scores is not None
    expected = [log_loss(row, np.stack([share, 1 - share], 1)) for row, share in zip(target, first, strict=True)]
    np.testing.assert_allclose(scores.mean(1), expected, rtol=1e-12)
    three = Predicted(target, predicted.predicted_SN, predicted.probability_SN, 3)
    assert scores_of_samples("loss", three, np.zeros(2)) is None
