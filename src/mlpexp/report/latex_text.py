"""Words in LaTeX: nothing in them is a command, and no letter of any script stops it."""

import re
from collections.abc import Iterator
from itertools import groupby
from unicodedata import category, normalize

from mlpexp.report.writers.shown_words import shown

MARKS = str.maketrans({
    "\\": r"\textbackslash{}", "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$",
    "{": r"\{", "}": r"\}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "`": r"\textasciigrave{}", '"': r"{\char34}",
})  # fmt: skip
TYPED = MARKS | {ord(mark): rf"{{\char{ord(mark)}}}" for mark in r"\_{}^~<>|$"} | {ord("'"): r"\textquotesingle{}"}
LOWER = (
    "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi o pi rho varsigma sigma tau upsilon "
)
UPPER = "A B Gamma Delta E Z H Theta I K Lambda M N Xi O Pi P - Sigma T Upsilon Phi X Psi Omega"
ACCENTS = {"\u0301": r"\acute", "\u0308": r"\ddot"}
SIGNS = {
    "·": r"\cdot", "−": "-", "∑": r"\sum", "∏": r"\prod", "≤": r"\le", "≥": r"\ge", "×": r"\times", "±": r"\pm",
    "∞": r"\infty", "≈": r"\approx", "≠": r"\ne", "≡": r"\equiv", "∝": r"\propto", "∂": r"\partial", "∇": r"\nabla",
    "√": r"\surd", "∫": r"\int", "∈": r"\in", "∉": r"\notin", "∪": r"\cup", "∩": r"\cap", "⊂": r"\subset", "∀": r"\forall",
    "∃": r"\exists", "∅": r"\emptyset", "→": r"\rightarrow", "←": r"\leftarrow", "↑": r"\uparrow", "↓": r"\downarrow",
    "⇒": r"\Rightarrow", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "′": "'", "″": "''",
    "°": r"^\circ", "µ": r"\mu", "¹": "^1", "²": "^2", "³": "^3", "⁻": "^-", "₋": "_-",
    **{sign: f"^{digit}" for digit, sign in zip("0456789", "⁰⁴⁵⁶⁷⁸⁹", strict=True)},
    **{sign: f"_{digit}" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip
SPACES = {
    "\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,", "\u00ad": r"\-", "–": r"\textendash{}", "—": r"\textemdash{}",
    "…": r"\ldots{}",
}  # fmt: skip
# Other letters that LaTeX sets in its first encoding, whatever packages there are.
PLAIN = frozenset(
    "¡§©¶¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿĀāĂăĆćĈĉĊċČčĎďĒēĔĕĖėĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭİıĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŒœ"
    "ŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŴŵŶŷŸŹźŻżŽž‘’“”†‡"
)
WIDE = ((0x2E80, 0xA4CF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
RAW = re.compile(r"\\mlpexpwide\{([^}]*)\}")
LIGATURES = re.compile(r"([-',])(?=\1)")  # two of these become another sign
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")  # which no line breaks
DEFINITIONS = r"""% Some letters need xelatex or lualatex and a font, Chinese ones \usepackage{ctex}; else boxes stand for them.
\ifdefined\mlpexpletter\else
\DeclareRobustCommand\mlpexpbox{{\fboxsep=0pt\fbox{\rule{0.8ex}{0pt}\rule{0pt}{1.3ex}}}}
\ifnum 0\ifdefined\XeTeXversion 1\fi\ifdefined\directlua 1\fi>0
\DeclareRobustCommand\mlpexpletter[2]{\iffontchar\font"#2 #1\else\mlpexpbox\fi}
\else
\DeclareRobustCommand\mlpexpletter[2]{%
\ifcsname u8:\detokenize{#1}\endcsname{\def\TextSymbolUnavailable##1{\mlpexpbox}#1}\else\mlpexpbox\fi}
\fi
\DeclareRobustCommand\mlpexpwide[1]{\ifdefined\CJKfamily#1\else\mlpexpbox\fi}
\fi"""


def _greek() -> Iterator[tuple[str, str]]:
    """Greek letters as mathematics, those with accents, too."""
    lower = (LOWER + r"varphi chi psi omega").split()
    capitals = [name if len(name) > 1 else rf"mathrm{{{name}}}" for name in UPPER.split()]
    yield from ((chr(0x3B1 + place), rf"\{name}" if len(name) > 1 else name) for place, name in enumerate(lower))
    yield from ((chr(0x391 + place), rf"\{name}") for place, name in enumerate(capitals) if name != "mathrm{-}")
    yield "ϕ", r"\phi"


MATHEMATICS = SIGNS | dict(_greek())


def latex_text(text: str) -> str:
    """A text whose marks mean nothing; ``needed`` says what stands before its first use."""
    return _set(text, MARKS)


def latex_code(text: str) -> str:
    """The same in typewriter letters, where each mark is that of its font."""
    return _set(text, TYPED)


def needed(text: str) -> str:
    """The definitions that a file with these texts of ``latex_text`` begins with; empty: none."""
    return DEFINITIONS if r"\mlpexpletter{" in text or r"\mlpexpwide{" in text else ""


def unguarded(text: str) -> str:
    """A text of ``latex_text`` that is set only where there are Chinese letters."""
    return RAW.sub(r"\1", text)


def is_mostly_wide(text: str) -> bool:
    """Whether a text of ``latex_text`` is Chinese with some other words, rather than the reverse."""
    wide = sum(map(len, RAW.findall(text)))
    return 2 * wide > len(RAW.sub("", text).replace(" ", ""))


def _set(text: str, marks: dict[int, str]) -> str:
    runs = groupby(normalize("NFC", shown(text)), _is_wide)
    pieces = [
        rf"\mlpexpwide{{{''.join(run)}}}" if wide else "".join(_letter(letter, marks) for letter in run)
        for wide, run in runs
    ]
    joined = OPTION.sub(r"\\mbox{\g<0>}", "".join(pieces))
    return LIGATURES.sub(r"\1{}", joined).replace(" .. ", "~.. ")


def _is_wide(letter: str) -> bool:
    return any(first <= ord(letter) <= last for first, last in WIDE)


def _letter(letter: str, marks: dict[int, str]) -> str:
    if letter.isascii():
        return marks.get(ord(letter), letter)
    if letter in MATHEMATICS:
        return f"${MATHEMATICS[letter]}$"
    if letter in SPACES or letter in PLAIN:
        return SPACES.get(letter, letter)
    if category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f":
        return ""  # joins or selects, and is not seen
    return " " if category(letter) == "Zs" else _accented(letter) or rf"\mlpexpletter{{{letter}}}{{{ord(letter):X}}}"


def _accented(letter: str) -> str:
    """A Greek letter with its accents; empty: it is none."""
    base, *accents = list(normalize("NFD", letter))
    if base not in MATHEMATICS or not all(accent in ACCENTS for accent in accents):
        return ""
    return (
        "$"
        + "".join(f"{ACCENTS[accent]}{{" for accent in reversed(accents))
        + MATHEMATICS[base]
        + "}" * len(accents)
        + "$"
    )
