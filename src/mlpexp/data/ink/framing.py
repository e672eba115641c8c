"""How the sets of handwritten figures frame them, and a figure framed so.

Axis letters: H height, W width.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Frame:
    """How a set frames its figures; white ink on black, 0..255."""

    side: int
    """Of its pictures, in pixels."""
    box: tuple[int, int]
    """Height and width that a figure is scaled to fit, its ratio kept."""
    centre: Literal["mass", "box"]
    """What is put into the middle: the centre of mass of the ink, or the middle of its box."""
    is_whole: bool = True
    """Whether strokes far apart side by side are two figures."""
    steps: int = 255
    """How many greys there are besides black."""
    stretched: bool = False
    """Whether a figure fills the height of the box, and is squeezed where it is wider."""


# The figures of scikit-learn's digits fill all 8 rows and, nearly always, the middle 6 columns.
FRAMES: Mapping[str, Frame] = {
    "mnist":  Frame(28, (20, 20), "mass"),
    "emnist": Frame(28, (24, 24), "box"),
    "kmnist": Frame(28, (28, 28), "box", is_whole=False),
    "usps":   Frame(16, (16, 16), "box"),
    "digits": Frame(8,  (8, 6),   "box", steps=16, stretched=True),
}  # fmt: skip
"""By the name of a set.

References:
    LeCun, Bottou, Bengio and Haffner (1998), "Gradient-based learning applied to document recognition",
    Proceedings of the IEEE 86(11), section III.A (mnist).
    Cohen, Afshar, Tapson and van Schaik (2017), "EMNIST: an extension of MNIST to handwritten letters", section II.
    LeCun et al. (1989), "Backpropagation applied to handwritten zip code recognition", Neural Computation 1(4) (usps).
    Alpaydin and Kaynak (1998), "Optical recognition of handwritten digits", UCI Machine Learning Repository (digits).
"""


def framed(amount: np.ndarray, frame: Frame) -> np.ndarray:
    """The picture of a figure, ``(side, side)`` uint8.

    Args:
        amount: ``(h, w)``: the ink in the box of the figure, 0..1.
        frame: As the set has it.
    """
    height, width = scaled_size(amount.shape, frame)
    image = Image.fromarray(amount.astype(np.float32))  # of kind F: greys are not rounded before they are averaged
    way = Image.Resampling.BOX if height <= amount.shape[0] else Image.Resampling.BICUBIC
    small = np.clip(np.asarray(image.resize((width, height), way)), 0, 1)
    top, left = _corner(small, frame)
    picture = np.zeros((frame.side, frame.side))
    picture[top : top + height, left : left + width] = small
    return np.rint(np.rint(picture * frame.steps) * (255 / frame.steps)).astype(np.uint8)


def scaled_size(shape: tuple[int, ...], frame: Frame) -> tuple[int, int]:
    """Height and width that the box of a figure gets."""
    high, wide = frame.box
    factor = high / shape[0] if frame.stretched else min(high / shape[0], wide / shape[1])
    return min(high, max(1, round(factor * shape[0]))), min(wide, max(1, round(factor * shape[1])))


def _corner(small: np.ndarray, frame: Frame) -> tuple[int, int]:
    """Where the upper left corner of a figure is put; so that none of it is cut off."""
    corner = []
    for axis, size in enumerate(small.shape):
        middle = size / 2
        if frame.centre == "mass":
            middle = float((small.sum(1 - axis) * np.arange(size)).sum() / small.sum())
        corner.append(min(max(int(np.floor(frame.side / 2 - middle + 0.5)), 0), frame.side - size))
    return corner[0], corner[1]
