"""A data set in memory, and a short name for its exact content."""

import hashlib
from dataclasses import dataclass

import numpy as np

from mlpexp.config.facts import DatasetFacts


@dataclass(frozen=True)
class Fill:
    """Features that belong to one column of a table, and what is filled in where it lacks a value."""

    first: int
    """The first of the features."""
    count: int
    """How many there are."""
    rule: str
    """``mean``, ``median`` or ``most_frequent``."""
    is_category: bool
    """Whether they are the levels of a category, one of which is 1."""


@dataclass(frozen=True)
class Dataset:
    """All samples of a data set, official test samples last."""

    name: str
    """For titles, for example ``iris`` or ``synthetic moons``."""
    inputs: np.ndarray
    """``(N, F)`` float64 features, or ``(N, C, H, W)`` images: uint8, 0..255."""
    targets: np.ndarray
    """``(N,)`` int64 class numbers, or ``(N, T)`` float64 values."""
    facts: DatasetFacts
    """Task and sizes."""
    feature_names: tuple[str, ...] = ()
    """One per feature; empty for images."""
    class_names: tuple[str, ...] = ()
    """One per class; empty for regression."""
    target_name: str = "class"
    """What is predicted, for example ``species``."""
    fills: tuple[Fill, ...] = ()
    """Of a table with missing cells: what is filled in for NaN."""
    split_labels: np.ndarray | None = None
    """``(N,)`` int64, of a table that is split by a column: number of the group, rank in time, or the part (0 train,
    1 validation, 2 test)."""


def fingerprint(dataset: Dataset) -> str:
    """The first 16 hexadecimal digits of a SHA-256 sum over type, shape and bytes of inputs, targets and split labels.

    Equal fingerprints mean equal data, bit for bit; names and titles do not count.
    """
    digest = hashlib.sha256()
    for array in (dataset.inputs, dataset.targets, dataset.split_labels):
        if array is None:
            continue
        # The same numbers must give the same sum on a machine with the other byte order.
        portable = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{portable.dtype.str} {portable.shape}\n".encode())
        digest.update(portable.data)
    return digest.hexdigest()[:16]
