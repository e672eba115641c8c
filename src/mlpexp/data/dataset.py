"""A data set in memory."""

from dataclasses import dataclass

import numpy as np

from mlpexp.config.facts import DatasetFacts


@dataclass(frozen=True)
class Dataset:
    """All samples of a data set, official test samples last.

    Attributes:
        name: For titles, for example ``iris`` or ``synthetic moons``.
        inputs: ``(N, F)`` float64 features, or ``(N, C, H, W)`` images: uint8, 0..255.
        targets: ``(N,)`` int64 class numbers, or ``(N, T)`` float64 values.
        facts: Task and sizes.
        feature_names: One per feature; empty for images.
        class_names: One per class; empty for regression.
        target_name: What is predicted, for example ``species``.
    """

    name: str
    inputs: np.ndarray
    targets: np.ndarray
    facts: DatasetFacts
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    target_name: str = "class"
