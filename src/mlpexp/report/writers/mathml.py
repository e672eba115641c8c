"""Formulas as MathML, which browsers show and screen readers say."""

from html import escape

from mlpexp.report.document.formulas import Cases, Formula, Fraction, Name, Number, Scripted, Sign, Terms, Word

WITH_LIMITS = ("∑", "∏")  # signs whose limits stand below and above


def mathml(formula: Formula, *, block: bool = False) -> str:
    """A formula as a ``math`` element.

    Args:
        formula: What is shown.
        block: Whether in a line of its own.
    """
    display = ' display="block"' if block else ""
    return f"<math{display}>{_element(formula)}</math>"


def _element(formula: Formula) -> str:
    match formula:
        case Name(text):
            return f"<mi>{escape(text)}</mi>"
        case Number(text):
            return f"<mn>{escape(text)}</mn>"
        case Sign(text):
            return f"<mo>{escape(text)}</mo>"
        case Word(text):
            return f"<mtext>{escape(text)}</mtext>"
        case Fraction(over, under):
            return f"<mfrac>{_element(over)}{_element(under)}</mfrac>"
        case Scripted():
            return _scripted(formula)
        case Terms(parts):
            return f"<mrow>{''.join(map(_element, parts))}</mrow>"
        case Cases(rows):
            cells = "".join(
                f"<mtr><mtd>{_element(value)}</mtd><mtd><mtext>{_if(condition)}</mtext>{_element(condition)}</mtd></mtr>"
                for value, condition in rows
            )
            return f"<mrow><mo>{{</mo><mtable>{cells}</mtable></mrow>"


def _if(condition: Formula) -> str:
    return "" if isinstance(condition, Word) else "if\u00a0"


def _scripted(formula: Scripted) -> str:
    limits = isinstance(formula.of, Sign) and formula.of.text in WITH_LIMITS
    scripts = [script for script in (formula.below, formula.above) if script is not None]
    below, above = ("under", "over") if limits else ("sub", "sup")
    kind = (below if formula.below is not None else "") + (above if formula.above is not None else "")
    return f"<m{kind}>{_element(formula.of)}{''.join(map(_element, scripts))}</m{kind}>"
