"""Formulas as trees, which each writer puts into its own language: MathML, LaTeX, Typst."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """A variable, in italics: ``x``, ``θ``."""

    text: str
    """One letter, also a Greek one."""


@dataclass(frozen=True)
class Number:
    """A number, as it is written."""

    text: str
    """``0.5``, ``1,234``."""


@dataclass(frozen=True)
class Sign:
    """An operator, a relation or a bracket."""

    text: str
    """``+``, ``·``, ``=``, ``∑``, ``(``."""


@dataclass(frozen=True)
class Word:
    """Upright letters: the name of a function, or words."""

    text: str
    """``max``, ``softmax``, ``otherwise``."""


@dataclass(frozen=True)
class Fraction:
    """One formula over another."""

    over: "Formula"
    """Above the line."""
    under: "Formula"
    """Below."""


@dataclass(frozen=True)
class Scripted:
    """A formula with an index, an exponent, or both."""

    of: "Formula"
    """What has them."""
    below: "Formula | None" = None
    """The index; of a large sign its lower limit."""
    above: "Formula | None" = None
    """The exponent; of a large sign its upper limit."""


@dataclass(frozen=True)
class Terms:
    """Formulas one after the other."""

    parts: tuple["Formula", ...]
    """From left to right."""


@dataclass(frozen=True)
class Cases:
    """One formula or another, by a condition."""

    rows: tuple[tuple["Formula", "Formula"], ...]
    """Each with its condition; the last one's may be the word ``otherwise``."""


FUNCTIONS = frozenset({"exp", "log", "max", "min", "tanh"})  # words that LaTeX and Typst know
Formula = Name | Number | Sign | Word | Fraction | Scripted | Terms | Cases


def terms(*parts: "Formula | str") -> Terms:
    """Formulas one after the other; what is a text is split at blanks and read by its first letter.

    A number is a number, one letter a variable, several letters a word, everything else a sign.

    >>> terms("E = 1 +", Name("x")).parts[0]
    Name(text='E')
    """
    read: list[Formula] = []
    for part in parts:
        read += [_read(text) for text in part.split()] if isinstance(part, str) else [part]
    return Terms(tuple(read))


def _read(text: str) -> Formula:
    if text[0].isdigit():
        return Number(text)
    if text.isalpha():
        return Name(text) if len(text) == 1 else Word(text)
    return Sign(text)


def letters_of(formula: Formula) -> str:
    """A formula in one line of plain text, for what knows no formulas."""
    match formula:
        case Name(text) | Number(text) | Sign(text) | Word(text):
            return text
        case Fraction(over, under):
            return f"({letters_of(over)}) / ({letters_of(under)})"
        case Scripted(of, below, above):
            return letters_of(of) + _script("_", below) + _script("^", above)
        case Terms(parts):
            return _joined([letters_of(part) for part in parts])
        case Cases(rows):
            return "; ".join(f"{letters_of(value)} if {letters_of(condition)}" for value, condition in rows)


def _script(mark: str, formula: Formula | None) -> str:
    if formula is None:
        return ""
    text = letters_of(formula)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _joined(texts: Sequence[str]) -> str:
    """With blanks around relations and sums, none inside brackets."""
    text = " ".join(texts)
    for sign in ("(", "[", "|"):
        text = text.replace(f"{sign} ", sign)
    for sign in (")", "]", ",", ";", "|"):
        text = text.replace(f" {sign}", sign)
    return text
