"""Pictures that a network has not seen, made as those that it learned from.

Axis letters: C channels, H height, W width.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from mlpexp.config.datasets import DatasetConfig
from mlpexp.config.own_images import Images
from mlpexp.data.ink.framing import FRAMES, Frame
from mlpexp.data.ink.photo import framed_figure
from mlpexp.data.pictures.decoding import Header, header_of, pixels_of
from mlpexp.data.pictures.refusing import named, refused
from mlpexp.errors import DataError

ON_BLACK = ("fashion_mnist",)  # sets whose pictures are bright on a black ground
GREYS = {"white": 255, "black": 0}  # that transparent parts may show
LIGHT = 127  # of 255 steps: a ground that is lighter is no black one


@dataclass(frozen=True)
class UnseenPicture:
    """A picture from a file."""

    path: Path
    """The file."""
    pixels: np.ndarray | None
    """``(C, H, W)`` uint8, as networks are given it; None: there is nothing to give."""
    how: str
    """What was done to it, in words."""
    notes: tuple[str, ...]
    """What is odd, or why there is nothing to give."""


def unseen_picture(path: Path, config: DatasetConfig, shape: tuple[int, ...]) -> UnseenPicture:
    """A picture as those of a data set; a file that holds none is no error, but said in the notes.

    Args:
        path: The file.
        config: What was learned from.
        shape: ``(C, H, W)`` of its pictures.
    """
    if path.is_dir():
        return UnseenPicture(path, None, "", (f"{named(path)}: is a folder without pictures",))
    try:
        frame = FRAMES.get(config.name)
        return _of_figure(path, frame) if frame else _as_it_is(path, config, shape)
    except DataError as error:
        return UnseenPicture(path, None, "", (str(error),))


def as_png(pixels: np.ndarray) -> bytes:
    """A picture ``(C, H, W)`` uint8 as a file."""
    stream = io.BytesIO()
    Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))).save(
        stream, "png"
    )
    return stream.getvalue()


def _of_figure(path: Path, frame: Frame) -> UnseenPicture:
    """Its ink, as a set of handwritten figures frames it.

    Raises:
        DataError: It is no picture, or there is not one figure on it.
    """
    header = header_of(path)
    refusals = []
    for ground in ("white", "black") if header.alpha else ("white",):
        pixels = pixels_of(path, "grey", None, "crop", GREYS[ground])
        try:
            figure = framed_figure(pixels[0], frame)
        except ValueError as error:
            refusals.append(str(error))
            continue
        how = "; ".join([*_opened(header, ground), figure.how])
        return UnseenPicture(path, figure.picture[np.newaxis], how, figure.notes)
    raise refused(path, refusals[0])


def _as_it_is(path: Path, config: DatasetConfig, shape: tuple[int, ...]) -> UnseenPicture:
    """All of it, or its middle part, as training pictures are read.

    Raises:
        DataError: It is no picture.
    """
    channels, height, width = shape
    color, fit = "grey" if channels == 1 else "rgb", config.fit if isinstance(config, Images) else "crop"
    header = header_of(path)
    pixels = pixels_of(path, color, (height, width), fit)
    how = "; ".join(_done(header, color, fit, (height, width)))
    notes = []
    if config.name in ON_BLACK and np.median(_border(pixels)) > LIGHT:
        notes = ["its ground is light; that of the training pictures is black"]
    return UnseenPicture(path, pixels, how, tuple(notes))


def _done(header: Header, color: str, fit: str, size: tuple[int, int]) -> Iterator[str]:
    """What was done, in words."""
    own, height, width = (header.height, header.width), *size
    if own == size:
        yield f"{height}x{width} pixels as they are"
    else:
        part = "the middle part of " if fit == "crop" and own[0] * width != own[1] * height else ""
        yield f"{part}{own[0]}x{own[1]} pixels scaled to {height}x{width}"
    yield from _opened(header, "white")
    yield from ["made grey"] * (color == "grey" and not header.is_grey)


def _opened(header: Header, ground: str) -> Iterator[str]:
    """What was done to a file before its pixels were looked at, in words."""
    yield from ["the first of its frames"] * header.animated
    yield from ["turned upright"] * header.turned
    yield from [f"laid on {ground}"] * header.alpha


def _border(pixels: np.ndarray) -> np.ndarray:
    """The outermost pixels."""
    return np.concatenate([pixels[..., 0, :], pixels[..., -1, :], pixels[..., 0], pixels[..., -1]], axis=None)
