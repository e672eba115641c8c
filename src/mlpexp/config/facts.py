"""What the rest of a config must know of its data set: task, sizes, number of samples; known without loading it."""

from dataclasses import dataclass
from typing import Literal

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class DatasetFacts:
    """The signature of a data set.

    Attributes:
        task: Classification or regression.
        input_shape: Shape of one sample: ``(F,)`` features or ``(C, H, W)`` image.
        num_outputs: Number of classes, or of target values.
        num_samples: Samples in all, the official test set included.
        num_official_test: Samples of the official test set (0: there is none, the split makes one).
    """

    task: Task
    input_shape: tuple[int, ...]
    num_outputs: int
    num_samples: int
    num_official_test: int = 0

    @property
    def is_image(self) -> bool:
        """Whether samples are images ``(C, H, W)``."""
        return len(self.input_shape) == 3
