"""Numbers as people write them: decimal comma, thousands, per cent, currency, units, other signs for minus.

A column is read as numbers if all its cells have one form. A form is found, and said; where two readings fit, none is
taken. ``1.234`` is a decimal number unless a column or the config says otherwise.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from unicodedata import normalize

import numpy as np

# What float() takes but a table should not hold, such as 1_000, is no number here. Infinity is one, to be refused
# by name instead of making a class label of it.
PLAIN = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity)", re.IGNORECASE | re.ASCII)
MISSING = frozenset(
    ("", "na", "n/a", "n.a.", "nan", "null", "?", "#n/a", "#na", "<na>", "nat")
)  # in upper or lower case
MINUS = "−﹣－–"  # written by word processors, with a number behind; the last is a dash
FRACTION = re.compile(r"[+-]?\d+ ?/ ?\d+")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+")
BLANKS = " \u00a0\u202f\u2009"
APOSTROPHES = "'’"
# What stands around the digits: a currency before them, a currency, per cent or a unit behind. The body may have any
# marks; the form decides.
PARTS = re.compile(
    rf"(?P<open>\()?(?P<sign>[+\-{MINUS}])?\s*(?P<before>(?:[A-Z]{{1,3}})?[$€£¥₹₽₩₺]|Rs\.?|[A-Z]{{3}}(?=\s))?\s*(?P<inner>[+\-{MINUS}])?"
    rf"(?P<body>[\d.,][\d.,{BLANKS}{APOSTROPHES}]*?)(?P<power>[eE][+\-{MINUS}]?\d+)?"
    rf"(?P<trailing>(?<=\d)-(?=\W*$))?\s*(?P<after>%|‰|[$€£¥₹₽₩₺]|°\w?|[^\W\d_¹²³¼½¾][^\s\d()]{{0,7}})?(?P<close>\))?",
)
SIGNS = ("open", "sign", "inner", "trailing")  # of the parts: each makes a number negative, and a cell has one at most
# One number and what stands around it, which may be anything that has no digits.
WITHIN = re.compile(
    rf"(?P<before>\D*?)(?P<number>[+\-{MINUS}]?(?:\d|(?<!\w)[.,]\d)(?:[\d.,{BLANKS}{APOSTROPHES}]*\d)?[.,]?)(?P<after>\D*)"
)
# Numbers that are of no form: refused by name, so that none becomes a category without a word.
STRANGE: Mapping[str, re.Pattern[str]] = {
    "hexadecimal numbers": re.compile(r"0[xX][\da-fA-F]+"),
    "numbers with a power of ten": re.compile(
        r"[+-]?[\d.,]+ ?(?:[dD][+-]?\d+|(?:\*|×|x|·) ?10(?:\^|\*\*)? ?[-+−]?[\d⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)"
    ),
    "numbers with a second one behind": re.compile(r"[+-]?[\d.,]+ ?(?:±|\+/-|\[|\() ?[\d.,]+ ?%?[\])]?"),
}  # fmt: skip
FEW = 3  # different numbers that make words with numbers in them look like quantities


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
    around: tuple[str, str] = ("", "")
    """Words before and behind each number, which are left out because the config says that these are numbers."""

    @property
    def is_plain(self) -> bool:
        """Whether a program would write it so."""
        return self == NumberForm(".", "")

    @property
    def marks(self) -> list[str]:
        """What is special, in words."""
        notes = ["decimal comma"] if self.decimal == "," else []
        if self.thousands:
            notes.append(f"{_named(self.thousands)} between thousands")
        notes += [f"{mark!r} {where} them" for mark, where in ((self.before, "before"), (self.after, "behind")) if mark]
        left_out = zip(self.around, ("before", "behind"), strict=True)
        return [*notes, *(f"{mark!r} {where} them left out" for mark, where in left_out if mark), *self.words]

    def described(self, example: str) -> str:
        """In words, with a cell: ``1,234 with `,` between thousands``."""
        return f"numbers such as {example!r}: {', '.join(self.marks)}"

    def takes(self, cell: str) -> bool:
        """Whether a cell alone is written so: it need not have marks that only larger numbers, or fractions, have."""
        before, after = self.around
        if not (cell.startswith(before) and cell.endswith(after)):
            return False
        parts = PARTS.fullmatch(_within(cell, self.around))
        if parts is None or bool(parts["open"]) != bool(parts["close"]):
            return False
        if sum(bool(parts[name]) for name in SIGNS) > 1:
            return False
        stands_around = ((parts["before"] or ""), (parts["after"] or ""))
        return stands_around == (self.before, self.after) and _fits([parts["body"]], self.decimal, self.thousands)

    def reads(self, cell: str) -> bool:
        """Whether a cell is of this form."""
        return any(self.around) or self in forms_of([cell], self.decimal, self.thousands)

    def shows(self, cell: str) -> bool:
        """Whether a cell has the marks of this form, as an example should."""
        marks = [mark for mark in (self.thousands, self.decimal if self.decimal == "," else "") if mark]
        return all(any(same in cell for same in _same_as(mark)) for mark in marks)

    def value(self, cell: str) -> float:
        """The number that a cell of this form is."""
        parts = PARTS.fullmatch(_within(cell, self.around) if any(self.around) else cell)
        assert parts is not None, cell
        body = parts["body"]
        for mark in _same_as(self.thousands):
            body = body.replace(mark, "")
        negative = sum(bool(parts[name]) and parts[name] != "+" for name in SIGNS)
        number = float(body.replace(self.decimal, ".") + _ascii(parts["power"] or ""))
        return -number if negative else number


PLAIN_FORM = NumberForm(".", "")


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
    if any(sum(bool(part[name]) for name in SIGNS) > 1 for part in found):
        return []
    words = _words(found)
    bodies = [part["body"] for part in found]
    forms = [
        NumberForm(point, mark, next(iter(around["before"])), next(iter(around["after"])), words)
        for point, mark in _marks(decimal, thousands)
        if _fits(bodies, point, mark)
    ]
    if decimal == "," and not any(mark in body for body in bodies for mark in ",."):  # whole numbers need no comma
        forms = list(dict.fromkeys(replace(form, decimal=".") for form in forms))
    return [form for form in forms if _uses(bodies, form, forms)]


def forms_within(cells: Iterable[str], decimal: str | None = None, thousands: str | None = None) -> list[NumberForm]:
    """As ``forms_of``, of the numbers alone where all cells have the same words around them: ``about 5 rooms``."""
    parts = [WITHIN.fullmatch(cell) for cell in dict.fromkeys(cells)]
    found = [part for part in parts if part is not None]
    around = {(part["before"], part["after"]) for part in found}
    if len(found) < len(parts) or len(around) != 1:
        return []
    forms = forms_of([part["number"] for part in found], decimal, thousands)
    return [replace(form, around=next(iter(around))) for form in forms]


def strange_form(cells: Sequence[str]) -> str | None:
    """What numbers are called that are of no form; None: all are none."""
    return next((name for name, form in STRANGE.items() if all(map(form.fullmatch, cells))), None)


def quantities(cells: Sequence[str]) -> str | None:
    """What cells look like that may stand for quantities though they are not only numbers; None: for words.

    Numbers between signs (``~5``, ``5*``) or before words (``5 per night``) do; names with numbers (``week 5``) do not.
    """
    parts = [WITHIN.fullmatch(normalize("NFKC", cell)) for cell in cells]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts) or len({part["number"] for part in found}) < FEW:
        return None
    if not any(map(str.isalpha, "".join(part["before"] + part["after"] for part in found))):
        return "numbers with signs around them"
    around = {(part["before"], part["after"]) for part in found}
    behind = any(map(str.isalpha, found[0]["after"])) or any(re.search(r"\d[.,]\d", part["number"]) for part in found)
    return "numbers with words around them" if len(around) == 1 and behind else None


def is_numbered(cells: Sequence[str]) -> bool:
    """Whether all cells are the same word with another number behind it: ``week 5``."""
    parts = [WITHIN.fullmatch(cell) for cell in cells]
    around = {(part["before"], part["after"]) for part in parts if part is not None}
    return None not in parts and len(cells) >= FEW and len(around) == 1


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
    for mark in ("", ",", ".", " ", "'") if thousands is None else dict.fromkeys(("", thousands)):
        for point in (".", ",") if decimal is None else (decimal,):
            if point not in (mark, thousands):
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
        whole = rf"(?:[1-9]\d{{0,2}}(?:{mark}\d{{3}})+|\d+)"
    if thousands == ",":  # Indian ones, too: 12,34,567
        whole = rf"(?:[1-9]\d?(?:,\d{{2}})+,\d{{3}}|{whole})"
    return re.compile(rf"(?:{whole}(?:{point}\d*)?|{point}\d+)")


def _uses(bodies: Sequence[str], form: NumberForm, forms: Sequence[NumberForm]) -> bool:
    """Whether a form is needed: one with marks that no cell has is the form without them."""
    text = "".join(bodies)
    if form.thousands and not any(mark in text for mark in _same_as(form.thousands)):
        return False
    other = next((f for f in forms if f.thousands == form.thousands and f.decimal != form.decimal), None)
    return not (form.decimal == "," and "," not in text and other is not None)


def _within(cell: str, around: tuple[str, str]) -> str:
    before, after = around
    return cell[len(before) : len(cell) - len(after)]


def _words(parts: Sequence[re.Match[str]]) -> tuple[str, ...]:
    words = []
    if any((part[name] or "") in MINUS and part[name] for part in parts for name in ("sign", "inner")):
        words.append("a long minus")
    if any(part["trailing"] for part in parts):
        words.append("the minus behind them")
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
