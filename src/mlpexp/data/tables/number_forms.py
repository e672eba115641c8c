"""Numbers as people write them: decimal comma, thousands, per cent, currency, units, other signs for minus.

A column is read as numbers if all its cells have one form. A form is found, and said; where two readings fit, none is
taken. ``1.234`` is a decimal number unless a column or the config says otherwise.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

# What float() takes but a table should not hold, such as 1_000, is no number here. Infinity is one, to be refused
# by name instead of making a class label of it.
PLAIN = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity)", re.IGNORECASE | re.ASCII)
MINUS = "−﹣－–"  # written by word processors, with a number behind; the last is a dash
FRACTION = re.compile(r"[+-]?\d+ ?/ ?\d+")
GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")
BLANKS = " \u00a0\u202f\u2009"
APOSTROPHES = "'’"
# What stands around the digits: a currency before them, a currency, per cent or a unit behind. The body may have any
# marks; the form decides.
PARTS = re.compile(
    rf"(?P<open>\()?(?P<sign>[+\-{MINUS}])?\s*(?P<before>(?:[A-Z]{{1,3}})?[$€£¥₹₽₩₺]|[A-Z]{{3}}(?=\s))?\s*(?P<inner>[+\-{MINUS}])?"
    rf"(?P<body>[\d.,][\d.,{BLANKS}{APOSTROPHES}]*?)(?P<power>[eE][+\-{MINUS}]?\d+)?"
    rf"\s*(?P<after>%|‰|[$€£¥₹₽₩₺]|°\w?|[^\W\d_][^\s\d()]{{0,7}})?(?P<close>\))?",
)


@dataclass(frozen=True)
class NumberForm:
    """How the numbers of a column are written."""

    decimal: str
    """The mark before the fraction: ``.`` or ``,``."""
    thousands: str
    """The mark between groups of three digits; empty: there is none."""
    before: str = ""
    """A currency or sign in front."""
    after: str = ""
    """Per cent, a currency or a unit behind."""
    words: tuple[str, ...] = ()
    """What else is special, in words."""

    @property
    def is_plain(self) -> bool:
        """Whether a program would write it so."""
        return self == NumberForm(".", "")

    def described(self, example: str) -> str:
        """In words, with a cell: ``1,234 with `,` between thousands``."""
        notes = []
        if self.decimal == ",":
            notes.append("decimal comma")
        if self.thousands:
            notes.append(f"{_named(self.thousands)} between thousands")
        notes += [f"{mark!r} {where} them" for mark, where in ((self.before, "before"), (self.after, "behind")) if mark]
        return f"numbers such as {example!r}: {', '.join([*notes, *self.words])}"

    def reads(self, cell: str) -> bool:
        """Whether a cell is of this form."""
        return self in forms_of([cell], self.decimal, self.thousands)

    def shows(self, cell: str) -> bool:
        """Whether a cell has the marks of this form, as an example should."""
        marks = [mark for mark in (self.thousands, self.decimal if self.decimal == "," else "") if mark]
        return all(any(same in cell for same in _same_as(mark)) for mark in marks)

    def value(self, cell: str) -> float:
        """The number that a cell of this form is."""
        parts = PARTS.fullmatch(cell)
        assert parts is not None, cell
        body = parts["body"]
        for mark in _same_as(self.thousands):
            body = body.replace(mark, "")
        negative = sum(bool(parts[name]) and parts[name] != "+" for name in ("open", "sign", "inner"))
        number = float(body.replace(self.decimal, ".") + _ascii(parts["power"] or ""))
        return -number if negative else number


def is_plain_number(cell: str) -> bool:
    """Whether a cell is written as programs write numbers."""
    return PLAIN.fullmatch(cell) is not None


def is_number_like(cell: str) -> bool:
    """Whether a cell is a number, in whatever form: with a currency, a unit, marks between thousands."""
    return PARTS.fullmatch(cell) is not None


def is_fraction(cells: Sequence[str]) -> bool:
    """Whether all cells are numbers such as 1/2 or whole ones, and one is a fraction."""
    return any(map(FRACTION.fullmatch, cells)) and all(FRACTION.fullmatch(c) or is_plain_number(c) for c in cells)


def forms_of(cells: Iterable[str], decimal: str | None = None, thousands: str | None = None) -> list[NumberForm]:
    """Every form in which all cells can be read, those that use the fewest marks first; empty: they are no numbers.

    Args:
        cells: Without missing ones.
        decimal: The mark of fractions, if it is known.
        thousands: The mark of thousands, if it is known.
    """
    distinct = dict.fromkeys(cells)
    if decimal != "," and _can_only_be_plain(distinct):
        return [NumberForm(".", "")]
    parts = [PARTS.fullmatch(cell) for cell in distinct]
    if not parts or any(part is None for part in parts):
        return []
    found = [part for part in parts if part is not None]
    around = {name: {part[name] or "" for part in found} for name in ("before", "after")}
    if any(len(marks) > 1 for marks in around.values()) or any(bool(p["open"]) != bool(p["close"]) for p in found):
        return []
    if any(sum(bool(part[name]) for name in ("open", "sign", "inner")) > 1 for part in found):
        return []
    words = _words(found)
    bodies = [part["body"] for part in found]
    forms = [
        NumberForm(point, mark, next(iter(around["before"])), next(iter(around["after"])), words)
        for point, mark in _marks(decimal, thousands)
        if _fits(bodies, point, mark)
    ]
    return [form for form in forms if _uses(bodies, form, forms)]


def values_of(cells: Sequence[str], form: NumberForm) -> np.ndarray:
    """The numbers of a column, ``(N,)`` float64; infinite where a cell has more digits than a number can hold."""
    if form.is_plain and all(map(is_plain_number, cells)):
        return np.array(cells, dtype=np.str_).astype(np.float64)
    known = {cell: form.value(cell) for cell in set(cells)}
    return np.fromiter(map(known.__getitem__, cells), dtype=np.float64, count=len(cells))


def decided_decimal(columns: Iterable[Sequence[NumberForm]]) -> str | None:
    """The mark of fractions that some column of a table leaves no doubt about; None: none does, or they differ."""
    marks = {forms[0].decimal for forms in columns if forms and len({form.decimal for form in forms}) == 1}
    return marks.pop() if len(marks) == 1 else None


def _can_only_be_plain(cells: Collection[str]) -> bool:
    """Whether all are written as programs write numbers, and not all points can stand between thousands."""
    if not cells or not all(map(is_plain_number, cells)):
        return False
    with_point = [cell for cell in cells if "." in cell]
    return not with_point or not all(map(GROUPED.fullmatch, with_point))


def _marks(decimal: str | None, thousands: str | None) -> Iterator[tuple[str, str]]:
    for mark in ("", ",", ".", " ", "'") if thousands is None else (thousands,):
        for point in (".", ",") if decimal is None else (decimal,):
            if point != mark:
                yield point, mark


def _fits(bodies: Sequence[str], decimal: str, thousands: str) -> bool:
    pattern = _pattern(decimal, thousands)
    return all(pattern.fullmatch(body) for body in bodies)


@cache
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    point = re.escape(decimal)
    whole = r"\d+"
    if thousands:
        mark = f"[{re.escape(_same_as(thousands))}]"
        whole = rf"(?:\d{{1,3}}(?:{mark}\d{{3}})+|\d+)"
    return re.compile(rf"(?:{whole}(?:{point}\d*)?|{point}\d+)")


def _uses(bodies: Sequence[str], form: NumberForm, forms: Sequence[NumberForm]) -> bool:
    """Whether a form is needed: one with marks that no cell has is the form without them."""
    text = "".join(bodies)
    if form.thousands and not any(mark in text for mark in _same_as(form.thousands)):
        return False
    other = next((f for f in forms if f.thousands == form.thousands and f.decimal != form.decimal), None)
    return not (form.decimal == "," and "," not in text and other is not None)


def _words(parts: Sequence[re.Match[str]]) -> tuple[str, ...]:
    words = []
    if any((part[name] or "") in MINUS and part[name] for part in parts for name in ("sign", "inner")):
        words.append("a long minus")
    if any(part["open"] for part in parts):
        words.append("parentheses for minus")
    return tuple(words)


def _same_as(mark: str) -> str:
    """Marks that mean the same."""
    return next((group for group in (BLANKS, APOSTROPHES) if mark and mark in group), mark)


def _ascii(power: str) -> str:
    return power.translate({ord(mark): "-" for mark in MINUS})


def _named(mark: str) -> str:
    return "blanks" if mark in BLANKS else f"`{mark}`"
