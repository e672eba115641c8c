"""From a photo to the picture that a network of handwritten figures sees, and what was done in words.

Axis letters: H height, W width.
"""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from mlpexp.data.ink.figure import NO_INK, Figure, figure_in
from mlpexp.data.ink.framing import Frame, framed, scaled_size
from mlpexp.data.ink.paper import Ink, ink_of
from mlpexp.data.ink.sheets import sheets_on
from mlpexp.data.ink.strokes import stroke_width, thickened

MOST_SIDE = 1000  # pixels: of larger pictures some are averaged before anything is looked for
FAINT = 40.0  # of 255 steps


@dataclass(frozen=True)
class FramedFigure:
    """A figure as its set has it."""

    picture: np.ndarray
    """``(side, side)`` uint8: white ink on black."""
    how: str
    """What was done, in words."""
    notes: tuple[str, ...]
    """What is odd."""


def framed_figure(grey: np.ndarray, frame: Frame) -> FramedFigure:
    """The figure in a photo.

    Args:
        grey: ``(H, W)`` uint8.
        frame: Of the set.

    Raises:
        ValueError: With what is wrong, in words: there is no figure, or more than one.
    """
    factor = max(1.0, max(grey.shape) / MOST_SIDE)
    small = np.asarray(_reduced(grey, factor), dtype=np.float64)
    ink, figure = _found(small, frame)
    thick = thickened(figure.amount)
    amount = figure.amount if thick is None else thick
    notes = [*figure.notes, *_notes(ink, figure, thicker=thick is not None)]
    return FramedFigure(framed(amount, frame), _how(ink, figure, amount, factor, frame), tuple(notes))


def _found(grey: np.ndarray, frame: Frame) -> tuple[Ink, Figure]:
    """The figure on the whole picture, or else on the one sheet that has a whole figure.

    Raises:
        ValueError: There is none, or more than one.
    """
    try:
        ink, figure = _on_ground(grey, frame)
        refusal = None
    except ValueError as error:
        refusal = error
    if refusal is None and not figure.is_cut_off:
        return ink, figure
    sheets = sheets_on(grey)
    on_sheets = [pair for sheet in sheets for pair in _whole_on(grey, frame, sheet)]
    if len(on_sheets) > 1:
        raise ValueError(f"{len(on_sheets)} figures were found on it; cut out one")
    if on_sheets:
        ((ink, figure),) = on_sheets
        return ink, replace(figure, notes=("looked at one sheet, or one side of a shadow", *figure.notes))
    if refusal is not None:
        raise refusal
    return ink, figure


def _on_ground(grey: np.ndarray, frame: Frame, ground: np.ndarray | None = None) -> tuple[Ink, Figure]:
    """Ink and figure of a picture, or of a sheet on it."""
    ink = ink_of(grey, ground)
    if ink is None:
        raise ValueError(NO_INK)
    return ink, figure_in(ink, is_whole=frame.is_whole)


def _whole_on(grey: np.ndarray, frame: Frame, sheet: np.ndarray) -> list[tuple[Ink, Figure]]:
    """Ink and figure of a sheet; none where it has no figure, or only a part of one."""
    try:
        ink, figure = _on_ground(grey, frame, sheet)
    except ValueError:
        return []
    return [] if figure.is_cut_off else [(ink, figure)]


def _reduced(grey: np.ndarray, factor: float) -> Image.Image:
    """A picture so many times smaller; each pixel is the mean of those that it stands for."""
    image = Image.fromarray(grey)
    size = max(1, round(image.width / factor)), max(1, round(image.height / factor))
    return image if factor == 1 else image.resize(size, Image.Resampling.BOX)


def _how(ink: Ink, figure: Figure, amount: np.ndarray, factor: float, frame: Frame) -> str:
    """In one sentence."""
    height, width = (round(size * factor) for size in figure.amount.shape)
    high, wide = scaled_size(amount.shape, frame)
    kind = "dark ink on light" if ink.is_dark else "light ink on dark"
    middle = "its mass centred" if frame.centre == "mass" else "centred"
    return f"{kind}; figure {height}x{width} scaled to {high}x{wide}, {middle} in {frame.side}x{frame.side} pixels"


def _notes(ink: Ink, figure: Figure, *, thicker: bool) -> list[str]:
    notes = []
    if thicker:
        share = stroke_width(figure.amount) / max(figure.amount.shape)
        notes.append(f"thin strokes ({100 * share:.1f} % of the figure's side) were made thicker")
    if ink.contrast < FAINT:
        notes.append(f"the ink is faint: {ink.contrast:.0f} of 255 steps from the paper")
    return notes
