"""How large figures are: how wide on the page, with letters of which size; asked for, or from the user's matplotlibrc."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError

WIDTH, LETTERS = 5.5, 9.0  # inches: a LaTeX text block, so that letters print at the size they are drawn; points
NARROWEST = 3.0  # inches for letters of 9 points: on less, lines and names have no room, and letters get smaller
INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0, "pt": 1 / 72.27}  # of a unit; the point of LaTeX
WIDTHS, FONT_SIZES = (1.0, 40.0), (4.0, 60.0)  # inches and points that a figure can have


@dataclass(frozen=True)
class Look:
    """The size of figures on a page."""

    width: float
    """In inches."""
    font_size: float
    """Of most letters, in points; titles are a little larger, names at ticks a little smaller."""

    @property
    def room(self) -> float:
        """How wide a figure is for letters of 9 points, in inches."""
        return max(self.width * LETTERS / self.font_size, NARROWEST)


STYLES = {"paper": Look(WIDTH, LETTERS), "slides": Look(10.0, 18.0)}
Asked = Look | Literal["the user's"] | None
USERS: Literal["the user's"] = "the user's"  # of the matplotlibrc, which is read when something is drawn
_LOOK: ContextVar[Asked] = ContextVar("look", default=USERS)


def look_of(style: str | None, width: str | None, font_size: float | None) -> Asked:
    """The look that options ask for, else that of the user's matplotlibrc.

    Args:
        style: ``paper`` or ``slides``: what the others replace.
        width: With its unit: ``8.5cm``.
        font_size: In points.

    Raises:
        InputError: One is not known, or no size of a figure.
    """
    if style is not None and style not in STYLES:
        raise InputError(f"--style: {style!r} is not known{did_you_mean(style, list(STYLES))}")
    if style is None and width is None and font_size is None:
        return USERS
    usual = STYLES[style] if style else _of_user() or STYLES["paper"]
    if font_size is not None and not FONT_SIZES[0] <= font_size <= FONT_SIZES[1]:
        raise InputError("--font-size: {:g} points; expected {:g} to {:g}".format(font_size, *FONT_SIZES))
    return Look(usual.width if width is None else _inches(width), font_size or usual.font_size)


def _inches(width: str) -> float:
    parts = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*([a-z]*)\s*", width.lower())
    if parts is None or parts[2] not in INCHES:
        raise InputError(f"--width: {width!r} is no width; expected a number with {', '.join(INCHES)}, such as 8.5cm")
    inches = float(parts[1]) * INCHES[parts[2]]
    if not WIDTHS[0] <= inches <= WIDTHS[1]:
        raise InputError("--width: {} is {:.3g} inches; expected {:g} to {:g}".format(width, inches, *WIDTHS))
    return inches


@contextmanager
def drawn_for(look: Asked) -> Iterator[None]:
    """Figures that are made and saved within have this look; None: the size that they were laid out for."""
    token = _LOOK.set(look)
    try:
        yield
    finally:
        _LOOK.reset(token)


def current_look() -> Look | None:
    """The look asked for, else that of the user's matplotlibrc; None: every figure is as it was laid out."""
    look = _LOOK.get()
    return _of_user() if look == USERS else look


def _of_user() -> Look | None:
    from mlpexp.report.drawing.users_style import users_rc  # and Matplotlib: not before something is drawn

    settings = users_rc()
    if not {"figure.figsize", "font.size"} & set(settings):
        return None
    width = settings.get("figure.figsize", (WIDTH,))[0]
    return Look(float(width), float(settings.get("font.size", LETTERS)))
