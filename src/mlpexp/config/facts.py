"""What the rest of a config must know of its data set: task, sizes, number of samples; known without loading it."""

from dataclasses import dataclass
from math import frexp, log, nan
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Task = Literal["classification", "regression"]
DIGITS = {"float32": 24, "float64": 53}  # binary ones of a number, the first included


@dataclass(frozen=True)
class TargetRange:
    """Where the numbers to predict lie."""

    lowest: float
    """The least of them."""
    highest: float
    """The largest."""
    mean: float
    """Their mean."""
    spread: float
    """Their standard deviation."""

    @classmethod
    def of(cls, targets: "np.ndarray") -> "TargetRange":
        """Of all targets, ``(N, T)``."""
        lowest, highest = float(targets.min()), float(targets.max())
        size = max(abs(lowest), abs(highest)) or 1.0  # squares of very large numbers would be infinite
        scaled = targets / size
        return cls(lowest, highest, size * float(scaled.mean()), size * float(scaled.std()))

    @property
    def farthest(self) -> float:
        """The largest distance from 0."""
        return max(abs(self.lowest), abs(self.highest))

    @property
    def of_logarithms(self) -> "TargetRange":
        """The bounds of their logarithms, with no mean and spread."""
        return TargetRange(log(self.lowest), log(self.highest), nan, nan)

    def spacing(self, precision: str) -> float:
        """The distance of neighbouring numbers of a precision where the targets are farthest from 0."""
        return float(2.0 ** (frexp(self.farthest)[1] - DIGITS[precision]))


@dataclass(frozen=True)
class DatasetFacts:
    """The signature of a data set."""

    task: Task
    """Classification or regression."""
    input_shape: tuple[int, ...]
    """Shape of one sample: ``(F,)`` features or ``(C, H, W)`` image."""
    num_outputs: int
    """Number of classes, or of target values."""
    num_samples: int
    """Samples in all, the official test set included."""
    num_official_test: int = 0
    """Samples of the official test set (0: there is none, the split makes one)."""
    num_official_validation: int = 0
    """Samples of a validation part that the data have; they lie before the official test set."""
    target_range: TargetRange | None = None
    """Of numbers to predict; None of classes. Of a function without its noise."""

    @property
    def num_free(self) -> int:
        """Samples that no part of the data's own has."""
        return self.num_samples - self.num_official_test - self.num_official_validation

    @property
    def is_image(self) -> bool:
        """Whether samples are images ``(C, H, W)``."""
        return len(self.input_shape) == 3
