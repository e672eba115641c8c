"""Words as LaTeX has them: nothing in them is a command, and common signs are there without another package."""

from mlpexp.report.tables.text_table import LATEX_ESCAPES
from mlpexp.report.writers.latex_formulas import LETTERS, SIGNS
from mlpexp.report.writers.shown_words import shown

MORE_SIGNS = {"±": r"\pm", "∞": r"\infty", "≈": r"\approx", "≠": r"\ne", "→": r"\rightarrow", "²": "^2", "β": r"\beta",
              "σ": r"\sigma", "μ": r"\mu", "π": r"\pi", "Δ": r"\Delta", "λ": r"\lambda"}  # fmt: skip
ESCAPES = (
    LATEX_ESCAPES
    | {ord(sign): f"${command}$" for sign, command in (SIGNS | LETTERS | MORE_SIGNS).items() if len(sign) == 1}
    | {ord("`"): r"\textasciigrave{}", ord('"'): r"{\char34}", ord("\u00a0"): "~", ord("\u2009"): r"\,"}
    | {ord("–"): "--", ord("—"): "---", ord("…"): r"\ldots{}"}
)
FIRST_CHINESE = 0x2E80  # letters from here on need a font of their own


def words(text: str) -> str:
    """A text whose marks mean nothing."""
    return shown(text).translate(ESCAPES)


def needs_fonts(text: str) -> bool:
    """Whether it has letters that plain LaTeX has no font for, such as Chinese ones."""
    return any(ord(letter) >= FIRST_CHINESE for letter in text)
