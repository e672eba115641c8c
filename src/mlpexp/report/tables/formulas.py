"""Derivatives as formulas: what ``mlpexp gradcheck --symbolic`` shows."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

from mlpexp.report.tables.text_table import TextTable

if TYPE_CHECKING:
    from mlpexp.analysis.gradcheck.by_formula import Derivation, FormulaDerivative


def sample_sentence(derived: "Derivation") -> str:
    """Inputs and targets of the sample."""
    return f"the first sample: {', '.join(f'{symbol} = {value:.6g}' for symbol, value in derived.sample.items())}"


def size_sentence(derived: "Derivation") -> str:
    """How long the formula of E is, and whose formulas these are."""
    return f"E takes {derived.num_operations:,} operations as it stands; SymPy {version('sympy')}"


def formula_lines(derived: "Derivation", format_: str) -> Iterator[str]:
    """The formulas as plain text, or to be pasted into Markdown or LaTeX."""
    around = {"markdown": ("$$", "$$"), "latex": (r"\begin{equation*}", r"\end{equation*}")}
    for derivative in derived.derivatives:
        if format_ == "table":
            yield f"dE/d{derivative.symbol} = {derivative.plain}"
        else:
            opening, closing = around[format_]
            yield from (opening, derivative.latex, closing)


def formula_table(derived: "Derivation") -> TextTable:
    """The values beside those of reverse mode."""
    columns = ["symbol", "parameter", "value", "operations", "derivative by formula", "reverse mode", "difference"]
    droppable = ("operations", "difference", "value", "parameter")
    return TextTable(columns, [_row(each) for each in derived.derivatives], frozenset(columns[2:]), droppable=droppable)


def _row(derivative: "FormulaDerivative") -> list[str]:
    return [
        derivative.symbol,
        derivative.parameter,
        f"{derivative.value:.6f}",
        f"{derivative.num_operations:,}",
        f"{derivative.by_formula:.10g}",
        f"{derivative.reverse_mode:.10g}",
        f"{abs(derivative.by_formula - derivative.reverse_mode):.1e}",
    ]
