"""What is put in place of missing values: learned on the training part alone, as everything else is.

Axis letters: N samples, F features.
"""

from collections.abc import Callable, Mapping

import numpy as np

from mlpexp.data.dataset import Dataset
from mlpexp.errors import DataError


def filling(dataset: Dataset, train: np.ndarray) -> np.ndarray | None:
    """One value for each feature, ``(F,)``, for the NaN in it; None where nothing is missing.

    Args:
        dataset: The samples.
        train: Rows of the training part.

    Raises:
        DataError: A feature has no value in the training part.
    """
    if not dataset.fills:
        return None
    values = np.zeros(dataset.inputs.shape[1])
    for fill in dataset.fills:
        features = slice(fill.first, fill.first + fill.count)
        present = dataset.inputs[train, features]
        present = present[~np.isnan(present).any(axis=1)]
        if not len(present):
            raise DataError(
                f"{dataset.feature_names[fill.first]} has no value in the training part, so its missing cells cannot be filled "
                f"in; leave it out with exclude:, or drop such rows with missing: drop",
                key="dataset.missing",
            )
        values[features] = RULES["level" if fill.is_category else fill.rule](present)
    return values


def filled(inputs: np.ndarray, values: np.ndarray | None) -> np.ndarray:
    """Inputs ``(N, F)`` with the values in place of NaN."""
    return inputs if values is None else np.where(np.isnan(inputs), values, inputs)


def _most_frequent(present: np.ndarray) -> np.ndarray:
    """Of each feature the value that occurs most often, the least of several."""
    result = []
    for column in present.T:
        values, counts = np.unique(column, return_counts=True)
        result.append(values[np.argmax(counts)])
    return np.array(result)


def _most_frequent_level(present: np.ndarray) -> np.ndarray:
    """The level of a category that occurs most often, the first of several; as one 1 among zeros."""
    return np.eye(present.shape[1])[np.argmax(present.sum(axis=0))]


RULES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": lambda present: present.mean(axis=0),
    "median": lambda present: np.median(present, axis=0),
    "most_frequent": _most_frequent,
    "level": _most_frequent_level,
}
