"""How far features are from one scale; imports no torch.

Axis letters: N samples, F features.
"""

from dataclasses import dataclass

import numpy as np

LARGE_FEATURE, LARGE_RATIO = 10.0, 30.0  # root mean square; spread of one feature over that of another


@dataclass(frozen=True)
class InputScale:
    """Of the features of a training part, as the network is given them."""

    largest: float
    """Root mean square of the largest feature."""
    ratio: float
    """The largest standard deviation of a feature over the smallest; 1 for images."""

    @property
    def is_unscaled(self) -> bool:
        """Whether no learning rate suits all weights: the curvature of the loss grows with the square of the inputs."""
        return self.largest >= LARGE_FEATURE or self.ratio >= LARGE_RATIO

    @property
    def warning(self) -> str:
        """What to do about inputs that are not scaled."""
        return (
            f"the inputs are not scaled: the largest feature has a root mean square of {self.largest:.3g}, and spreads "
            f"differ by a factor of {self.ratio:.3g}; set `dataset.standardize: true`"
        )


def input_scale(inputs_NF: np.ndarray, *, is_image: bool) -> InputScale:
    """The scale of inputs; features that do not vary count for no spread."""
    std_F = inputs_NF.std(0)
    varied = std_F[std_F > 0]
    ratio = 1.0 if is_image or not len(varied) else float(varied.max() / varied.min())
    return InputScale(float(np.sqrt((inputs_NF**2).mean(0)).max()), ratio)
