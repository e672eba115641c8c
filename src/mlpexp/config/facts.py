"""What the rest of a config must know of its data set: task, sizes, number of samples; known without loading it."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["classification", "regression"]


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

    @property
    def is_image(self) -> bool:
        """Whether samples are images ``(C, H, W)``."""
        return len(self.input_shape) == 3
