"""The user's words in figures, as they are written: ``$`` is no mathematics, every script has its letters, long names fit."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogFormatter, NullFormatter, ScalarFormatter
from rich.cells import cell_len

from mlpexp.report.drawing.fonts import is_installed, known_fonts, letters_in, letters_of, new_fonts
from mlpexp.report.drawing.users_style import FAMILIES, users_rc
from mlpexp.report.words import in_rows, middle_cut, shortened

logger = logging.getLogger(__name__)

OURS = "DejaVu Sans"  # which comes with Matplotlib and has most letters
# Looked into first: one of them has most scripts. Others follow by name.
USUAL = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "SimHei", "SimSun", "PingFang SC", "Hiragino Sans GB", "Arial Unicode MS",
    "Droid Sans Fallback", "Unifont",
)  # fmt: skip
OF_NUMBERS = (ScalarFormatter, LogFormatter, NullFormatter)
MOST_SHOWN = 8  # letters in a sentence
LETTERS_PER_INCH = 11  # of an axis, for its name
NEVER_CUT = 48  # letters: our own names of axes are shorter


def set_words(figure: Figure) -> set[str]:
    """Prepares all texts of a figure before it is laid out.

    Returns:
        The letters that no installed font has: they are drawn as boxes.
    """
    for axes in figure.axes:
        _fit_names(axes, *figure.get_size_inches())
    lost: set[str] = set()
    for text in _texts(figure):
        words = text.get_text()
        if "$" in words:
            text.set_parse_math(False)
        if not words.isascii():
            families, without = fonts_for(frozenset(words))
            lost |= without
            if families:
                text.set_fontfamily([*_first(), *families])
    for text in figure.texts[:1]:
        _fit_title(text, figure)
    return lost


def say_lost(letters: set[str]) -> None:
    """That letters are drawn as boxes, and what helps."""
    if letters:
        shown = " ".join(sorted(letters)[:MOST_SHOWN]) + (" ..." if len(letters) > MOST_SHOWN else "")
        logger.warning(
            "figures: no installed font has %s, drawn as boxes; install one that does, such as Noto Sans CJK, and draw "
            "them again with `mlpexp plot`",
            shown,
        )


@contextmanager
def letters_may_miss() -> Iterator[None]:
    """Keeps Matplotlib from saying of each letter what ``say_lost`` says of all."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield


@cache
def fonts_for(words: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The fonts besides the first ones that words need, and the letters that no installed font has."""
    there = frozenset[int]().union(*(letters_of(name) for name in _first()))
    missing = {letter for letter in words if letter.isprintable() and ord(letter) not in there}
    families: list[str] = []
    for look in (known_fonts, new_fonts):
        installed = look() if missing else {}
        for name in (*(name for name in USUAL if name in installed), *sorted(installed)):
            new = {letter for letter in missing if ord(letter) in letters_in(installed[name])}
            if new:
                families.append(name)
                missing -= new
            if not missing:
                break
    return tuple(families), frozenset(missing)


def _first() -> tuple[str, ...]:
    """Those of the user's matplotlibrc, then ours."""
    settings = users_rc()
    kinds = settings.get("font.family", ["sans-serif"])
    named = [name for kind in kinds for name in settings.get(f"font.{kind}", [] if kind in FAMILIES else [kind])]
    return tuple(dict.fromkeys([*filter(is_installed, named), OURS]))


def _texts(figure: Figure) -> Iterator[Text]:
    """All texts but the numbers at ticks, which Matplotlib writes itself, and some as formulas."""
    yield from figure.texts
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    for legend in filter(None, legends):
        yield from (*legend.get_texts(), legend.get_title())
    for axes in figure.axes:
        yield from (child for child in axes.get_children() if isinstance(child, Text))  # titles, too
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.label
            if not isinstance(axis.get_major_formatter(), OF_NUMBERS):
                yield from axis.get_majorticklabels()


def _fit_title(title: Text, figure: Figure) -> None:
    """Cuts a title that would leave the page: letters differ in width."""
    for _ in range(3):
        box = title.get_window_extent()
        if box.x1 <= figure.bbox.x1:
            return
        title.set_text(
            shortened(title.get_text(), int(cell_len(title.get_text()) * (figure.bbox.x1 - box.x0) / box.width))
        )


def break_names(figure: Figure) -> bool:
    """Breaks names of vertical axes that reach into the words above, or leave the page, into lines; whether there are any."""
    words = [text.get_window_extent().y0 for text in figure.texts if text.get_text()]
    top, broken = min(words, default=figure.bbox.y1), False
    for axes in figure.axes:
        label = axes.yaxis.label
        box = label.get_window_extent()
        room = 2 * min(top - (box.y0 + box.y1) / 2, (box.y0 + box.y1) / 2)
        if label.get_text() and 0 < room < box.height:
            label.set_text(in_rows(label.get_text(), max(int(cell_len(label.get_text()) * room / box.height), 8)))
            broken = True
    return broken


def _fit_names(axes: Axes, width: float, height: float) -> None:
    """Cuts names of axes that would leave the page."""
    place = axes.get_position()
    for axis, inches in ((axes.xaxis, place.width * width), (axes.yaxis, place.height * height)):
        name = axis.label.get_text()
        if len(name) > NEVER_CUT:
            axis.label.set_text(middle_cut(name, max(round(LETTERS_PER_INCH * inches), 16)))
