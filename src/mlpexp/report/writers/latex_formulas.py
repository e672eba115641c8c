"""Formulas as LaTeX mathematics, for LaTeX files and for Markdown."""

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
from mlpexp.report.latex_text import MARKS, MATHEMATICS


def latex_math(formula: Formula) -> str:
    """A formula, without the signs around it that begin and end mathematics."""
    match formula:
        case Name(text):
            return MATHEMATICS.get(text, text)
        case Number(text):
            return text.replace(",", "{,}")
        case Sign(text):
            return MATHEMATICS.get(text, text.translate(MARKS) if text in "{}%&#$_" else text)
        case Word(text):
            return rf"\{text}" if text in FUNCTIONS else rf"\text{{{_spaced(text).translate(MARKS)}}}"
        case Fraction(over, under):
            return rf"\frac{{{latex_math(over)}}}{{{latex_math(under)}}}"
        case Scripted(of, below, above):
            low = "" if below is None else f"_{{{latex_math(below)}}}"
            return latex_math(of) + low + ("" if above is None else f"^{{{latex_math(above)}}}")
        case Terms(parts):
            return " ".join(map(latex_math, parts))
        case Cases(rows):
            lines = [rf"{latex_math(value)} & {_condition(condition)}" for value, condition in rows]
            return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"


def _condition(condition: Formula) -> str:
    return latex_math(condition) if isinstance(condition, Word) else rf"\text{{if }} {latex_math(condition)}"


def _spaced(text: str) -> str:
    """Words; a name in front of a formula is set off from it."""
    return f"{text} " if text.endswith(":") else text
