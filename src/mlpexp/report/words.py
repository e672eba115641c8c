"""Numbers and words as a reader sees them, in tables, sentences and figures; every format stands here, once.

Numbers of the table of a comparison are its cells: text, as soon as there is none (an empty cell).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from math import floor, isfinite, isnan, log10, nan
from textwrap import fill
from typing import TYPE_CHECKING
from unicodedata import bidirectional

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from mlpexp.store.table import Cell

NO_BREAK = "\u00a0"  # a blank at which no line ends
FILLER = "\u200b"  # without width, in place of the second half of a wide letter
LEFT_TO_RIGHT = "\u200e"  # a letter without width: what follows is a line from left to right
NONE = "-"  # where there is no number
ALL_EQUAL = "all equal"  # in place of an interval
SMALLEST_PLACE = 6  # decimals of a first digit; what is smaller has an exponent
ROUNDING = 1e-8  # a difference of no more is none


# Numbers.


NOTHING_TO_EXPLAIN = "its targets do not differ, so there is nothing to explain"  # of R²


def number(value: float | None) -> str:
    """Four decimals; fewer digits where these would be too many or too few; a dash for what is no number."""
    if value is None:
        return NONE
    size = abs(value)
    return f"{value:.4f}" if 0.01 <= size < 1e6 or size == 0 else f"{value:.3g}" if size < 1 else f"{value:.4g}"


def of_a_sample(value: float) -> str:
    """What a sample has, or is predicted for it: four digits, and whole numbers of 10,000 and more, such as prices."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def one_form(values: Iterable[float]) -> str:
    """How numbers below each other are written: two digits of the largest, and no fewer than four decimals below 1."""
    largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    place = floor(log10(largest)) if largest else 0
    if place < -SMALLEST_PLACE:
        return ".1e"
    return f".{max(1 - place, 4)}f" if place < 0 or not largest else f",.{max(3 - place, 0)}f"


def cell_number(cell: "Cell", *, sign: bool = False) -> str:
    """Of a comparison: four decimals, or two digits of a small number; a dash for what is not a number."""
    value = _value(cell)
    if not isfinite(value):
        return NONE
    size = abs(value)
    form = ".4f" if 0.01 <= size < 1e6 or value == 0 else ".2g" if size < 1 else ".4g"
    return f"{value:{'+' if sign else ''}{form}}"


def cell_interval(low: "Cell", high: "Cell", *, sign: bool = False) -> str:
    """``0.93 .. 0.97``, or that all values are equal."""
    if cell_number(low) == NONE:
        return NONE
    if same_ends(float(low), float(high)):
        return ALL_EQUAL
    return f"{cell_number(low, sign=sign)} .. {cell_number(high, sign=sign)}"


def fixed(cell: "Cell", *, sign: bool = False) -> str:
    """For a report: four decimals, or digits of a large or small number; a dash for what is not a number."""
    value = _value(cell)
    if not isfinite(value):
        return NONE
    form = ".4f" if value == 0 or 5e-5 <= abs(value) < 1e4 else ".4g" if abs(value) > 1 else ".1g"  # 0 only where it is
    return f"{value:{'+' if sign else ''}{form}}"


def fixed_interval(low: "Cell", high: "Cell", *, sign: bool = False) -> str:
    """``0.9312 .. 0.9721``, or that all values are equal."""
    if fixed(low) == NONE:
        return NONE
    if same_ends(float(low), float(high)):
        return ALL_EQUAL
    return f"{fixed(low, sign=sign)} .. {fixed(high, sign=sign)}"


def same_ends(low: float, high: float) -> bool:
    """Whether an interval is a point: all values are equal. Old results have the rounding of their mean for a spread."""
    return high - low <= 1e-12 * max(abs(low), abs(high))


def probability(cell: "Cell") -> str:
    """A p value with three decimals."""
    value = float(cell) if cell != "" else nan
    return NONE if isnan(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"


def score_number(value: float) -> str:
    """Four decimals; three digits of a large number."""
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.3g}"


def short_number(value: float, most: int) -> str:
    """Three digits, or two if these have more than ``most`` letters: ``1e-5``, not ``1e-05``."""
    texts = (f"{value:.3g}", f"{value:.2g}")
    shortest = next((text for text in texts if len(text) <= most), f"{value:.1e}")
    return re.sub(r"e([+-])0*", lambda sign: "e" + sign[1].strip("+"), shortest)


def percent(share: float) -> str:
    """``97.53``, without the sign."""
    return f"{100 * share:.2f}"


def thousands(count: float) -> str:
    """``12k``."""
    return f"{count / 1000:,.0f}k"


def _value(cell: "Cell") -> float:
    """The number of a cell; 0 where it is no more than rounding."""
    value = float(cell) if cell != "" else nan
    return 0.0 if abs(value) <= ROUNDING else value


def no_proof(n: int) -> str:
    """What n equal values leave open."""
    from mlpexp.statistics.intervals import largest_share_unseen  # NumPy; words are needed without, as for completion

    share = 100 * largest_share_unseen(n)
    return f"where all {n} seeds are equal there is no interval: up to {share:.0f} % of other seeds may differ (95 %)"


# Amounts.


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min``, ``2.5 h``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def age(seconds: float) -> str:
    """``12 s``, ``3 min``, ``2 h``, ``5 d``."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def microseconds(median: float, low: float = nan, high: float = nan) -> str:
    """``1,234.5``, with quartiles ``1,234.5 (1,190.2 .. 1,300.0)``; a dash where nothing was measured."""
    quartiles = "" if isnan(low) or isnan(high) else f" ({low:,.1f} .. {high:,.1f})"
    return NONE if isnan(median) else f"{median:,.1f}{quartiles}"


def rough_bytes(count: float) -> str:
    """``12 MB``, ``1.5 GB``."""
    return f"{count / 1e6:,.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"


def decimal_bytes(count: float) -> str:
    """``12.3 kB``, ``4.0 MB``, ``1.5 GB``."""
    for unit, size in (("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 1e3:.1f} kB"


def binary_bytes(count: int) -> str:
    """``241.0 KiB``: in the largest binary unit that leaves at least 1."""
    size, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{count} B" if unit == "B" else f"{size:,.1f} {unit}"


def counted(count: int, noun: str) -> str:
    """``1 arm``, ``1,200 arms``."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def span(low: float, high: float, form: str = "{}") -> str:
    """``27 to 88``, or the number if both look alike."""
    return " to ".join(dict.fromkeys((form.format(low), form.format(high))))


# Words.


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def note(*parts: str) -> str:
    """The parts that say something, in one line."""
    return "; ".join(filter(None, parts))


def kept_together(text: str) -> str:
    """The text, not to be broken into lines."""
    return text.replace(" ", NO_BREAK)


def shortened(text: str, length: int) -> str:
    """The text, cut to the width of a number of letters with an ellipsis at the end; Chinese letters are two wide."""
    return text if cell_len(text) <= length else set_cell_size(text, length - 1).rstrip() + "…"


def middle_cut(name: str, length: int) -> str:
    """A name without its middle, if it is too long: names of a table often differ at their ends."""
    if cell_len(name) <= length:
        return name
    start, end = set_cell_size(name, length // 2 - 1), set_cell_size(name[::-1], length // 2)[::-1]
    return f"{start.rstrip()}…{end.lstrip()}"


def distinct_labels(labels: Mapping[int, str], length: int) -> dict[int, str]:
    """Labels of at most ``length`` characters that differ: without their ends, their middles, their common beginning, else
    numbered.

    Args:
        labels: By number.
        length: At least 8.
    """
    common = len(list(takewhile(lambda letters: len(set(letters)) == 1, zip(*labels.values(), strict=False))))
    cuts: tuple[Callable[[str, int], str], ...] = (
        shortened,
        middle_cut,
        lambda label, length: shortened(f"…{label[common:]}", length),
    )
    for cut in cuts:
        short = {place: cut(label, length) for place, label in labels.items()}
        if len(set(short.values())) == len(short):
            return short
    return {place: shortened(f"{place}: {label}", length) for place, label in labels.items()}


def distinct_names(names: Sequence[str], length: int) -> list[str]:
    """The same for a list: see ``distinct_labels``."""
    return list(distinct_labels(dict(enumerate(names)), length).values())


def numbered(number: int | str, name: str) -> str:
    """``2: wide``; a mark keeps the number in front of a name that is written from right to left."""
    is_leftwards = any(bidirectional(letter) in ("R", "AL") for letter in name)
    return f"{LEFT_TO_RIGHT * is_leftwards}{number}: {name}"


def abbreviations(names: Sequence[str]) -> list[str]:
    """The first letters of each name, as many as tell all apart, up to three, or the last ones; else the number."""
    for part in (slice(1), slice(2), slice(3), slice(-1, None), slice(-2, None)):
        short = [name[part].strip() for name in names]
        if len(set(short)) == len(names) and all(short):
            return short
    return [str(place) for place in range(len(names))]


def two_lines(label: str, length: int) -> str:
    """The label in one line or two of at most ``length`` characters, broken between words if that is enough."""
    lines = in_rows(label, length)
    if lines.count("\n") <= 1:
        return lines
    first = set_cell_size(label, length).rstrip()
    return f"{first}\n{set_cell_size(label[len(first) :].lstrip(), length).rstrip()}"


def in_rows(text: str, width: int) -> str:
    """Text in lines no wider than ``width`` letters, broken between words, and within a word that is longer.

    Letters of twice the width, such as Chinese ones, count twice.
    """
    wide = ("".join(letter + FILLER * (cell_len(letter) - 1) for letter in line) for line in text.splitlines())
    return "\n".join(fill(line, width) for line in wide).replace(FILLER, "")


def in_lines(text: str, width: int, first: str = "", then: str = "") -> str:
    """Text in lines of at most ``width`` characters; no name, number, path or command is broken, so that it can be copied.

    Args:
        text: Words with blanks between.
        width: Of the lines.
        first: What the first line begins with.
        then: What the others begin with.
    """
    text = re.sub("`mlpexp [^`]*`", lambda command: kept_together(command[0]), text)
    lines = fill(
        text, width, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
    return lines.replace(NO_BREAK, " ")
