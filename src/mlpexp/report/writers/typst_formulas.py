"""Formulas as Typst mathematics."""

from mlpexp.report.document.formulas import (
    FUNCTIONS,
    Cases,
    Formula,
    Fraction,
    Name,
    Number,
    Scripted,
    Sign,
    Terms,
    Word,
)

SIGNS = {"∑": "sum", "∏": "product", "·": "dot.op", "−": "minus", "≤": "<=", "≥": ">="}


def typst_math(formula: Formula) -> str:
    """A formula, without the signs around it that begin and end mathematics; all words in it are strings."""
    match formula:
        case Name(text):
            return f"italic({quoted(text)})"
        case Number(text):
            return quoted(text)
        case Sign(text):
            return SIGNS.get(text, f"class({_kind(text)}, {quoted(text)})")
        case Word(text):
            return text if text in FUNCTIONS else quoted(text)
        case Fraction(over, under):
            return f"frac({typst_math(over)}, {typst_math(under)})"
        case Scripted(of, below, above):
            low = "" if below is None else f", b: {typst_math(below)}"
            return f"attach({typst_math(of)}{low}{'' if above is None else f', t: {typst_math(above)}'})"
        case Terms(parts):
            return " ".join(map(typst_math, parts))
        case Cases(rows):
            return f"cases({', '.join(f'{typst_math(value)} & {_condition(condition)}' for value, condition in rows)})"


def _condition(condition: Formula) -> str:
    return typst_math(condition) if isinstance(condition, Word) else f'"if " {typst_math(condition)}'


def _kind(sign: str) -> str:
    """What the space around a sign is that of."""
    if sign in "([{":
        return '"opening"'
    if sign in ")]}":
        return '"closing"'
    if sign in ",;":
        return '"punctuation"'
    return '"relation"' if sign in "=<>≤≥≈" else '"binary"'


def quoted(text: str) -> str:
    """A string of Typst."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
