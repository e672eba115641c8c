"""Pictures that are arrays already: which axis is which, and which values mean black and white.

Axis letters: N pictures, C channels, H height, W width.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from mlpexp.data.pictures.decoding import channels_first, resized

CHANNELS = (1, 3)
FEWEST_LEVELS = 2  # fractions below it are no brightness of 0..255
DARK = 128  # if the brightest of all pixels is below it, that is said
HIGHEST_FRACTION = 1.01  # rounding and resizing leave values a hair above 1
AT_ONCE = 4096  # pictures that are converted together


@dataclass(frozen=True)
class Layout:
    """Which axis of an array is which."""

    channel_axis: int | None
    """1 or 3; None: there is none, the pictures are grey."""
    words: str
    """How that is said."""

    def shape(self, shape: tuple[int, ...]) -> tuple[int, int, int]:
        """Channels, height and width of an array's pictures."""
        if self.channel_axis is None:
            return 1, shape[1], shape[2]
        return (shape[1], shape[2], shape[3]) if self.channel_axis == 1 else (shape[3], shape[1], shape[2])

    def first(self, array: np.ndarray) -> np.ndarray:
        """An array as ``(N, C, H, W)``."""
        if self.channel_axis is None:
            return array[:, np.newaxis]
        return array if self.channel_axis == 1 else array.transpose(0, 3, 1, 2)


def layout_of(shape: tuple[int, ...]) -> Layout:
    """What the axes of an array of pictures are.

    Raises:
        ValueError: With what is wrong, in words.
    """
    sizes = "x".join(map(str, shape))
    if min(shape, default=0) == 0:
        raise ValueError(f"an array of {sizes} holds no pictures")
    if len(shape) == 3:
        return Layout(None, "pictures x height x width")
    if len(shape) == 4 and shape[3] in CHANNELS:
        both = ", though the second axis could be channels, too" if shape[1] in CHANNELS else ""
        return Layout(3, f"pictures x height x width x channels{both}")
    if len(shape) == 4 and shape[1] in CHANNELS:
        return Layout(1, "pictures x channels x height x width")
    raise ValueError(
        f"an array of {sizes} is no pictures: expected pictures x height x width, with 1 or 3 channels last or second"
    )


@dataclass(frozen=True)
class Brightness:
    """How values become 0..255."""

    factor: float
    """They are multiplied by it."""
    note: str
    """How that is said; empty: they are whole numbers 0..255."""


def brightness_of(lowest: float, highest: float, *, whole: bool) -> Brightness:
    """What the values of pictures mean, by the least and the largest of them.

    Raises:
        ValueError: They are neither 0..1 nor 0..255.
    """
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise ValueError("some pixels are no finite numbers")
    if lowest < 0 or highest > 255:
        raise ValueError(f"pixels are {lowest:g} to {highest:g}; expected 0..1 or 0..255")
    if whole and highest > 1:
        return Brightness(1.0, "")
    if highest <= 1:
        return Brightness(255.0, "pixels are 0..1, kept in 256 steps")
    if highest <= HIGHEST_FRACTION:
        return Brightness(255.0, f"pixels are 0..1, kept in 256 steps; those above 1, up to {highest:.9g}, became 1")
    if highest < FEWEST_LEVELS:
        raise ValueError(f"pixels are fractions from {lowest:g} to {highest:g}; expected 0..1 or 0..255")
    return Brightness(1.0, "pixels are 0..255 with fractions, rounded to whole numbers")


def darkness_of(pictures: np.ndarray) -> str:
    """That no pixel of ``uint8`` pictures is bright, as when 0..16 was meant; empty: there are bright ones."""
    brightest = int(pictures.max())
    return f"the brightest pixel is {brightest} of 255; if white has that value, scale to 0..255" * (brightest < DARK)


def extent(array: np.ndarray) -> tuple[float, float, bool]:
    """The least and largest value, and whether all are whole numbers."""
    if array.dtype == np.bool_:
        return 0.0, 1.0, True
    if array.dtype.kind in "ui":
        return float(array.min()), float(array.max()), True
    pieces = [array[start : start + AT_ONCE] for start in range(0, len(array), AT_ONCE)]
    whole = all(bool((np.floor(piece) == piece).all()) for piece in pieces)
    return float(array.min()), float(array.max()), whole


def as_bytes(array: np.ndarray, brightness: Brightness) -> np.ndarray:
    """Values as whole numbers 0..255, uint8; halves go to the even one."""
    if array.dtype == np.uint8 and brightness.factor == 1:
        return array
    result = np.empty(array.shape, dtype=np.uint8)
    for start in range(0, len(array), AT_ONCE):
        piece = array[start : start + AT_ONCE].astype(np.float64)
        result[start : start + AT_ONCE] = np.rint(np.minimum(piece * brightness.factor, 255))
    return result


def as_asked(pixels_CHW: np.ndarray, color: str, size: tuple[int, int] | None, fit: str) -> np.ndarray:
    """A picture ``(C, H, W)`` uint8 with other channels and in another size."""
    flat = pixels_CHW[0] if len(pixels_CHW) == 1 else np.ascontiguousarray(pixels_CHW.transpose(1, 2, 0))
    image = Image.fromarray(flat).convert("L" if color == "grey" else "RGB")
    return channels_first(np.asarray(resized(image, size, fit)))
