"""What each sample adds to a score, computed again from predictions.

Axis letters: S seeds, N samples.
"""

from dataclasses import dataclass
from typing import assert_never

import numpy as np

from mlpexp.config.scores import FromPredictions

ONE_UNIT = 1e-4  # of losses: squared errors times one factor, but for rounding


@dataclass(frozen=True)
class Predicted:
    """Targets and predictions of the same samples by each seed."""

    target_SN: np.ndarray
    """Classes as numbers, or numbers."""
    predicted_SN: np.ndarray
    """Likewise."""
    probability_SN: np.ndarray | None
    """Of the predicted class; None of numbers, and of outputs that are no probabilities."""
    num_classes: int
    """0 of numbers."""

    @property
    def errors(self) -> np.ndarray:
        """Distances of numbers."""
        return self.predicted_SN - self.target_SN


def scores_of_samples(kind: FromPredictions, predicted: Predicted, values_S: np.ndarray) -> np.ndarray | None:
    """Numbers ``(S, N)`` whose mean over samples is the score of the seed; None where predictions do not give them.

    The root of a mean and R² are no means over samples. Their small changes are: by the delta method each sample counts as
    the score and its derivative times what the sample has more than the mean.

    Args:
        kind: Of the score.
        predicted: Of the seeds.
        values_S: The score as it was measured; losses of numbers take their unit from it.

    References:
        The delta method: Oehlert (1992), "A note on the delta method".
    """
    match kind:
        case "none":
            return None
        case "right":
            return (predicted.predicted_SN == predicted.target_SN).astype(float)
        case "loss":
            return _nats(predicted) if predicted.num_classes else _squares_as_loss(predicted, values_S)
        case "absolute error":
            return np.abs(predicted.errors)
        case "root of squared error":
            squares_SN = predicted.errors**2
            mean_S1 = squares_SN.mean(1, keepdims=True)
            root_S1 = np.sqrt(mean_S1)
            return root_S1 + _over(squares_SN - mean_S1, 2 * root_S1)
        case "explained":
            return _explained(predicted)
        case _:
            assert_never(kind)


def _nats(predicted: Predicted) -> np.ndarray | None:
    """Cross-entropy. Of a wrong sample the probability of the target is known only if there are two classes."""
    if predicted.probability_SN is None:
        return None
    right_SN = predicted.predicted_SN == predicted.target_SN
    if predicted.num_classes != 2 and not right_SN.all():
        return None
    with np.errstate(divide="ignore"):
        return -np.log(np.where(right_SN, predicted.probability_SN, 1 - predicted.probability_SN))


def _squares_as_loss(predicted: Predicted, values_S: np.ndarray) -> np.ndarray | None:
    """Squared errors in the unit of the loss, which may be learned in another one; the same factor for every seed."""
    squares_SN = predicted.errors**2
    factor_S = _over(values_S, squares_SN.mean(1))
    if not np.allclose(factor_S, factor_S[:1], rtol=ONE_UNIT, atol=0):
        return None
    return factor_S[:, None] * squares_SN


def _explained(predicted: Predicted) -> np.ndarray:
    """R², in which the mean squared error and the variance of the targets both change with the samples."""
    squares_SN = predicted.errors**2
    spread_SN = (predicted.target_SN - predicted.target_SN.mean(1, keepdims=True)) ** 2
    mean_S1, variance_S1 = squares_SN.mean(1, keepdims=True), spread_SN.mean(1, keepdims=True)
    unexplained_S1 = _over(mean_S1, variance_S1)
    change_SN = _over(squares_SN - mean_S1 - unexplained_S1 * (spread_SN - variance_S1), variance_S1)
    return 1 - unexplained_S1 - change_SN


def _over(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Their quotient; 0 where there is nothing to divide by."""
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    return np.divide(numerator, denominator, out=np.zeros(shape), where=np.broadcast_to(denominator > 0, shape))
