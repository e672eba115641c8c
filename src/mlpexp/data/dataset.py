"""A data set in memory."""

from dataclasses import dataclass

import numpy as np

from mlpexp.config.facts import DatasetFacts


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
