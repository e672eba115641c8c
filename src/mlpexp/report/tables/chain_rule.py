"""The chain rule with numbers: what ``mlpexp gradcheck --explain`` shows, as plain text, Markdown or LaTeX.

Arrays are shown as rows of numbers; one number stands for an array of one value.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlpexp.analysis.gradcheck.chain_rule import Section

TITLE = "Backpropagation through a network 2-2-1: exclusive or of (1, 1), which is 0"
CLOSING = "Automatic differentiation (reverse mode) of the same network gives the same derivatives."
MOST_DECIMALS = 4


def rendered(sections: Sequence[Section], format_: str) -> str:
    """The whole explanation."""
    match format_:
        case "table":
            body = [_plain(section) for section in sections]
            return "\n".join([TITLE, "(' is the transpose, * multiplies value by value)", "", *body, CLOSING, ""])
        case "markdown":
            return "\n".join([f"## {TITLE}", "", *map(_markdown, sections), CLOSING, ""])
        case "latex":
            head = "% needs \\usepackage{amsmath}"
            return "\n".join([head, rf"\section*{{{TITLE}}}", *map(_latex, sections), CLOSING, ""])
        case _:
            raise AssertionError(format_)


def _plain(section: "Section") -> str:
    lines = [
        "  " + line
        for equation in section.equations
        for line in plain_equation(equation.plain, equation.value).splitlines()
    ]
    return "\n".join([section.title, section.sentence.replace("$", ""), "", *lines, ""])


def _markdown(section: "Section") -> str:
    lines = latex_lines([latex_equation(equation.latex, equation.value) for equation in section.equations])
    block = lines.replace("align*", "aligned")
    return "\n".join([f"### {section.title}", "", section.sentence, "", "$$", block, "$$", ""])


def _latex(section: "Section") -> str:
    lines = latex_lines([latex_equation(equation.latex, equation.value) for equation in section.equations])
    return "\n".join([rf"\subsection*{{{section.title}}}", section.sentence, lines, ""])


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
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return r"\begin{pmatrix} " + r" \\ ".join(" & ".join(row) for row in rows) + r" \end{pmatrix}"


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
    """All numbers with the same number of decimals: as few as are exact, at most four."""
    digits = next((d for d in range(MOST_DECIMALS) if np.allclose(value, np.round(value, d), 0, 1e-12)), MOST_DECIMALS)
    return [[f"{round(float(x), digits) + 0.0:.{digits}f}" for x in row] for row in np.atleast_2d(value)]
