"""Pictures in memory, still without a data set around them; the folder and the array files give the same.

Axis letters: N pictures, C channels, H height, W width.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mlpexp.config.own_images import Images

CHANNELS = {"grey": 1, "rgb": 3}


@dataclass(frozen=True)
class Content:
    """Pictures, and what is known of each."""

    inputs: np.ndarray
    """``(N, C, H, W)`` uint8."""
    targets: np.ndarray
    """``(N,)`` int64."""
    parts: tuple[str, ...]
    """Of each picture, the part it is in; empty: none."""
    class_names: tuple[str, ...]
    """One per class."""
    kind: str
    """``folder``, ``IDX files`` or ``npz file``."""
    notes: tuple[str, ...]
    """What had to be found out."""
    called: Callable[[int], str]
    """What a picture is called in a sentence."""
    warnings: tuple[str, ...] = ()
    """What may be wrong."""


def resized(config: Images, changed: int, sizes: Sequence[tuple[int, ...]]) -> str:
    """How many pictures were resized, and how.

    Args:
        config: Says the size.
        changed: Their number.
        sizes: Heights and widths that there were.
    """
    assert config.sides is not None
    height, width = config.sides
    how = "the middle part, " if config.fit == "crop" else "sides stretched, "
    how = how if any(size[0] * width != size[1] * height for size in sizes) else ""
    return f"{changed:,} resized to {height}x{width} ({how}bilinear, antialiased)"
