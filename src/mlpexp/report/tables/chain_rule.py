"""The chain rule with numbers: what ``mlpexp gradcheck --explain`` shows, as plain text, Markdown or LaTeX.

Arrays are shown as rows of numbers; one number stands for an array of one value.
"""

import re
from collections.abc import Sequence
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from mlpexp.analysis.gradcheck.equations import Explanation, Section
from mlpexp.report.tables.text_layout import laid_out
from mlpexp.report.tables.text_table import TextTable

CLOSING = "Automatic differentiation (reverse mode) of the same network gives the same derivatives."
MOST_DECIMALS = 4
LARGE, SMALL = 1e6, 1e-4  # beyond these, powers of ten


def rendered(explanation: Explanation, format_: str) -> str:
    """The whole explanation."""
    closing = [*_beside(explanation, format_), CLOSING, ""]
    return document(explanation.title, explanation.sections, closing, format_)


def document(title: str, sections: Sequence[Section], closing: Sequence[str], format_: str) -> str:
    """A title, sections, and what follows them, which is ready to be shown."""
    match format_:
        case "table":
            body = [_plain(section) for section in sections]
            return "\n".join([title, "(' is the transpose, * multiplies value by value)", "", *body, *closing])
        case "markdown":
            return "\n".join([f"## {title}", "", *map(_markdown, sections), *closing])
        case "latex":
            head = [
                "% needs \\usepackage{amsmath} and, for the table, \\usepackage{booktabs}",
                r"\setcounter{MaxMatrixCols}{20}",
            ]
            return "\n".join([*head, rf"\section*{{{_escaped(title)}}}", *map(_latex, sections), *closing])
        case _:
            raise AssertionError(format_)


def _beside(explanation: Explanation, format_: str) -> list[str]:
    """The derivatives beside those of reverse mode."""
    columns = ["derivative", "by hand", "reverse mode", "difference"]
    rows = [
        [of.plain, f"{of.by_hand:.12g}", f"{of.reverse_mode:.12g}", _gap(of.by_hand - of.reverse_mode)]
        for of in explanation.derivatives
    ]
    table = TextTable(columns, rows, frozenset(columns[1:]))
    listed = len(explanation.derivatives)
    which = "" if listed == explanation.count else ", of each tensor the one with the largest difference"
    title = "By hand and by reverse mode"
    largest = _gap(explanation.largest_difference)
    sentence = f"{listed} of {explanation.count} derivatives{which}; largest difference of all: {largest}."
    return table_below(title, sentence, table, format_)


def table_below(title: str, sentence: str, table: TextTable, format_: str) -> list[str]:
    """The lines of a table with a heading and a sentence."""
    match format_:
        case "table":
            lines = ["  " + line.text.replace("─", "-") for line in laid_out(table).lines]
            return [title, sentence, "", *lines, ""]
        case "markdown":
            return [f"### {title}", "", sentence, "", table.markdown(), ""]
        case _:
            return [rf"\subsection*{{{title}}}", sentence, "", table.latex(), ""]


def _plain(section: Section) -> str:
    lines = [
        "  " + line
        for equation in section.equations
        for line in plain_equation(equation.plain, equation.value).splitlines()
    ]
    title, sentence = _unmarked(section.title), _unmarked(section.sentence)
    return "\n".join([title, sentence, *section.names, "", *lines, ""])


def _unmarked(text: str) -> str:
    """Mathematics between dollars as plain text."""
    return text.replace("$", "").replace(r"\sigma", "sigmoid").replace("\\", "")


def _markdown(section: Section) -> str:
    lines = latex_lines([latex_equation(equation.latex, equation.value) for equation in section.equations])
    block = lines.replace("align*", "aligned")
    names = [line for name in section.names for line in ("", _marked(name))]
    return "\n".join([f"### {section.title}", "", section.sentence, *names, "", "$$", block, "$$", ""])


def _latex(section: Section) -> str:
    lines = latex_lines([latex_equation(equation.latex, equation.value) for equation in section.equations])
    names = [line for name in section.names for line in ("", _escaped(name))]
    title, sentence = _around_mathematics(section.title), _around_mathematics(section.sentence)
    return "\n".join([rf"\subsection*{{{title}}}", sentence, *names, lines, ""])


def _around_mathematics(sentence: str) -> str:
    """What stands outside of dollars is text."""
    pieces = sentence.split("$")
    return "$".join(piece if i % 2 else _escaped(piece) for i, piece in enumerate(pieces))


def _escaped(text: str) -> str:
    """Text for LaTeX."""
    signs = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "|": r"$|$"}
    signs |= {sign: rf"${sign}$" for sign in "<>"} | {sign: rf"\{sign}" for sign in "_{}#%&$"}
    return "".join(signs.get(sign, sign) for sign in text)


def _marked(text: str) -> str:
    """Text for Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>#|$])", r"\\\1", text)


def _gap(difference: float) -> str:
    return "0" if difference == 0 else f"{abs(difference):.1e}"


def plain_value(value: NDArray[np.float64]) -> list[str]:
    """The lines of a value: a number, ``[a b]``, or one line for each row of a matrix."""
    rows = _cells(value)
    if len(rows) == 1 and len(rows[0]) == 1:
        return [rows[0][0]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["[" + " ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + "]" for row in rows]


def latex_value(value: NDArray[np.float64]) -> str:
    """A number or a ``pmatrix``."""
    rows = _cells(value)
    rows = [[re.sub(r"e([+-])0*(\d+)$", _power, cell) for cell in row] for row in rows]
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return r"\begin{pmatrix} " + r" \\ ".join(" & ".join(row) for row in rows) + r" \end{pmatrix}"


def _power(match: re.Match[str]) -> str:
    return rf" \cdot 10^{{{match[1].replace('+', '')}{match[2]}}}"


def plain_equation(sides: Sequence[str], value: NDArray[np.float64]) -> str:
    """``left = ... = value``; further rows of a matrix lie below its first."""
    left = " = ".join(sides) + " = "
    first, *rest = plain_value(value)
    return "\n".join([left + first, *(" " * len(left) + line for line in rest)])


def latex_equation(sides: Sequence[str], value: NDArray[np.float64]) -> str:
    """``left = ... = value``, to be put between dollars or into an environment."""
    return " = ".join([*sides, latex_value(value)])


def latex_lines(equations: Sequence[str]) -> str:
    """Equations below each other, aligned at their first equals sign (amsmath)."""
    aligned = [equation.replace(" = ", " &= ", 1) for equation in equations]
    return "\n".join([r"\begin{align*}", " \\\\\n".join(aligned), r"\end{align*}"])


def _cells(value: NDArray[np.float64]) -> list[list[str]]:
    """All numbers with the same number of decimals: as few as are exact, at most four, or four digits of small ones."""
    largest = float(np.abs(value).max(initial=0.0))
    if largest >= LARGE or 0 < largest < SMALL:
        return [[f"{x + 0.0:.3e}" if x else "0" for x in row] for row in np.atleast_2d(value)]
    most = MOST_DECIMALS if largest == 0 else max(MOST_DECIMALS, MOST_DECIMALS - 1 - floor(log10(largest)))
    most = MOST_DECIMALS if largest >= 0.01 else most
    digits = next((d for d in range(most) if np.allclose(value, np.round(value, d), 0, 1e-12)), most)
    return [[f"{round(float(x), digits) + 0.0:.{digits}f}" for x in row] for row in np.atleast_2d(value)]
