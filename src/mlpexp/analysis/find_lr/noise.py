"""How far means over trials may lie apart by chance, where all trials hold samples out of the same few.

Axis letters: S seeds.

References:
    Nadeau, Bengio 2003, "Inference for the generalization error", section 4.2.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np


@dataclass(frozen=True)
class Noise:
    """How uncertain a mean over trials is."""

    held_out: int
    """Samples that each trial is judged on."""
    trained_on: int
    """Samples that each trial is trained on."""

    def error(self, values_S: np.ndarray) -> float:
        """The standard error of a mean; 0 of one seed, which says nothing about noise.

        More seeds judge the same samples again, so the variance does not fall below a share of that of one trial:
        samples held out to samples trained on.
        """
        if len(values_S) == 1:
            return 0.0
        return float(values_S.std(ddof=1)) * sqrt(1 / len(values_S) + self.held_out / self.trained_on)

    def step(self, num_seeds: int) -> float:
        """What one sample changes of a mean accuracy."""
        return 1 / (self.held_out * num_seeds)
