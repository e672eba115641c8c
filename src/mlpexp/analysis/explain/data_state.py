"""The training data as a network sees them: sizes, spreads, outliers, classes.

Axis letters: N samples, F features.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpexp.analysis.input_scale import input_scale
from mlpexp.config.outputs import Output
from mlpexp.data.dataset import Dataset

EXTREME = 0.03  # of the values of a column


@dataclass(frozen=True)
class DataState:
    """Of one seed."""

    samples: int
    """Number of training samples."""
    largest_scale: float
    """The largest root mean square of a feature."""
    scale_ratio: float
    """The largest standard deviation of a feature over the smallest."""
    chance_loss: float
    """Loss of the best constant output."""
    squeeze: float = 1.0
    """Standard deviation of a feature (or target) over that without its most extreme values, where it is largest."""
    squeezed: str = ""
    """The name of that column."""
    largest_z: float = 0.0
    """How many standard deviations its most extreme value is from the mean."""
    target_scale: float = 1.0
    """Standard deviation of the numbers to learn; 1 for classes."""
    target_offset: float = 0.0
    """Their mean over that, without its sign; 0 for classes."""
    majority: float = 0.0
    """Share of the most frequent class; 0 for regression."""
    rarest: float = 1.0
    """Share of the rarest class; 1 for regression."""
    classes: int = 1
    """How many there are; 1 for regression."""


def data_state_of(inputs_NF: np.ndarray, targets_N: np.ndarray, dataset: Dataset, output: Output) -> DataState:
    """Of one seed.

    Args:
        inputs_NF: As the network sees them, flat.
        targets_N: As it learns them: class numbers ``(N,)``, or numbers ``(N, T)``.
        dataset: What they are of.
        output: What is made of the outputs, the loss included.
    """
    is_image = dataset.facts.is_image
    features = input_scale(inputs_NF, is_image=is_image)
    named = dataset.feature_names if len(dataset.feature_names) == inputs_NF.shape[1] else ()
    squeezed = ("", 1.0, 0.0) if is_image else squeezed_column(inputs_NF, named)
    scale, offset, shares = 1.0, 0.0, np.zeros(0)
    if dataset.facts.task == "regression":
        target = squeezed_column(targets_N, ("the target",) * targets_N.shape[1])
        squeezed = max(squeezed, target, key=lambda each: each[1])
        scale = float(targets_N.std())
        offset = float(abs(targets_N.mean()) / max(scale, 1e-300))
    else:
        shares = np.bincount(targets_N) / len(targets_N)
        shares = shares[shares > 0]
    return DataState(
        samples=len(inputs_NF),
        largest_scale=features.largest,
        scale_ratio=features.ratio,
        chance_loss=_chance_loss(targets_N, output),
        squeezed=squeezed[0],
        squeeze=squeezed[1],
        largest_z=squeezed[2],
        target_scale=scale,
        target_offset=offset,
        majority=float(shares.max(initial=0.0)),
        rarest=float(shares.min(initial=1.0)),
        classes=max(1, len(shares)),
    )


def squeezed_column(values_NF: np.ndarray, names: Sequence[str]) -> tuple[str, float, float]:
    """The column whose most extreme values make its spread largest: its name, by what factor, and the largest |z|.

    Left out to compare are 3 % of its values, two at least, those farthest from the median. Columns that mostly have
    one value, as pixels at a border do, are passed over.
    """
    most = ("", 1.0, 0.0)
    left_out = max(2, round(EXTREME * len(values_NF)))
    if len(values_NF) < 5 * left_out:
        return most
    for place, column in enumerate(values_NF.T):
        middle = np.median(column)
        usual = column[np.argsort(np.abs(column - middle), kind="stable")[:-left_out]].std()
        if usual > 0 and column.std() / usual > most[1] and 2 * (column == middle).sum() <= len(column):
            name = names[place] if names else f"input {place + 1}"
            most = name, float(column.std() / usual), float(np.abs(column - column.mean()).max() / column.std())
    return most


def _chance_loss(targets: np.ndarray, output: Output) -> float:
    """Of the best constant outputs: the entropy of cross-entropies, of squared errors the variance times their factor."""
    if not output.num_classes:
        return float(output.square_factor * targets.var(axis=0).sum())
    shares_K = np.bincount(targets, minlength=output.num_classes) / len(targets)
    if output.loss.name == "cross_entropy":
        return _entropy(shares_K)
    shares_U = shares_K[1:] if output.is_single else shares_K
    if output.loss.factor is None:
        return sum(_entropy(np.array([share, 1 - share])) for share in shares_U)
    other, own = output.codes
    return float(output.square_factor * (own - other) ** 2 * (shares_U * (1 - shares_U)).sum())


def _entropy(shares: np.ndarray) -> float:
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum())
