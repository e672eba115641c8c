"""Formulas as LaTeX mathematics, for LaTeX files and for Markdown."""

from mlpexp.report.document.formulas import Cases, Formula, Fraction, Name, Number, Row, Scripted, Sign, Word
from mlpexp.report.tables.text_table import LATEX_ESCAPES

SIGNS = {"·": r"\cdot", "−": "-", "∑": r"\sum", "∏": r"\prod", "≤": r"\le", "≥": r"\ge", "×": r"\times"}
LETTERS = {"α": r"\alpha", "Φ": r"\Phi", "φ": r"\varphi", "θ": r"\theta", "η": r"\eta"}
FUNCTIONS = ("exp", "log", "max", "min", "tanh")  # that LaTeX knows


def latex(formula: Formula) -> str:
    """A formula, without the signs around it that begin and end mathematics."""
    match formula:
        case Name(text):
            return LETTERS.get(text, text)
        case Number(text):
            return text.replace(",", "{,}")
        case Sign(text):
            return SIGNS.get(text, text.translate(LATEX_ESCAPES) if text in "{}%&#$_" else text)
        case Word(text):
            return rf"\{text}" if text in FUNCTIONS else rf"\text{{{text.translate(LATEX_ESCAPES)}}}"
        case Fraction(over, under):
            return rf"\frac{{{latex(over)}}}{{{latex(under)}}}"
        case Scripted(of, below, above):
            low = "" if below is None else f"_{{{latex(below)}}}"
            return latex(of) + low + ("" if above is None else f"^{{{latex(above)}}}")
        case Row(parts):
            return " ".join(map(latex, parts))
        case Cases(rows):
            lines = [rf"{latex(value)} & {_condition(condition)}" for value, condition in rows]
            return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"


def _condition(condition: Formula) -> str:
    return latex(condition) if isinstance(condition, Word) else rf"\text{{if }} {latex(condition)}"
