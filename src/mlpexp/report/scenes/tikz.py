"""A drawing as a ``tikzpicture``, to be taken into a paper: its letters are those of the paper."""

from collections.abc import Sequence
from typing import assert_never

from mlpexp.errors import visible
from mlpexp.report.scenes.scene import Disc, Line, Mark, Point, Polygon, Scene, Words
from mlpexp.report.tables.text_table import LATEX_ESCAPES

SIGNS = str.maketrans({
    "×": r"$\times$", "·": r"$\cdot$", "−": "$-$", "⌊": r"$\lfloor$", "⌋": r"$\rfloor$", "…": r"\dots{}", "°": r"$^\circ$",
    "=": "$=$", "+": "$+$", "µ": r"$\mu$", "²": "$^2$", "³": "$^3$",
    **{sign: f"$_{digit}$" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
})  # fmt: skip
ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
NEEDS = r"% needs \usepackage{tikz}"
NEEDS_LETTERS = "% names in other scripts need XeLaTeX or LuaLaTeX, and a font that has their letters"


def tikz(scene: Scene) -> str:
    """The text of the file."""
    words = [mark.text for group in scene.groups for mark in group.marks if isinstance(mark, Words)]
    lines = [NEEDS]
    lines += [] if _in_words("".join(words)).isascii() else [NEEDS_LETTERS]
    lines += [f"% {_comment(scene.title)}"]
    lines += [r"\begin{tikzpicture}[x=1bp,y=-1bp,line cap=round,line join=round,inner sep=0pt,font=\sffamily]"]
    for group in scene.groups:
        lines += [f"% {_comment(group.name)}", *map(_mark, group.marks)]
    return "\n".join([*lines, r"\end{tikzpicture}"]) + "\n"


def _mark(mark: Mark) -> str:
    match mark:
        case Polygon(points, fill, edge):
            return rf"\filldraw[fill={_colour(fill)},draw={_colour(edge)},line width=0.6bp] {_path(points)} -- cycle;"
        case Disc(centre, radius, fill, edge):
            colours = f"fill={_colour(fill)},draw={_colour(edge)},line width=0.8bp"
            return rf"\filldraw[{colours}] {_path([centre])} circle[radius={radius:g}bp];"
        case Line(points, colour, width):
            return rf"\draw[draw={_colour(colour)},line width={width:g}bp] {_path(points)};"
        case Words(place, text, size, anchor, colour, bold):
            weight = r"\bfseries" if bold else ""
            font = rf"\sffamily{weight}\fontsize{{{size:g}bp}}{{{1.2 * size:g}bp}}\selectfont"
            style = f"anchor={ANCHORS[anchor]},text={_colour(colour)},font={font}"
            return rf"\node[{style}] at {_path([place])} {{{_in_words(text)}}};"
        case _:
            assert_never(mark)


def _path(points: Sequence[Point]) -> str:
    return " -- ".join(f"({round(x, 2):g},{round(y, 2):g})" for x, y in points)


def _colour(name: str) -> str:
    """``#0072B2`` as TikZ writes it without the name of a colour."""
    if not name.startswith("#"):
        return name
    red, green, blue = (int(name[place : place + 2], 16) for place in (1, 3, 5))
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"


def _in_words(text: str) -> str:
    return visible(text).translate(LATEX_ESCAPES).translate(SIGNS)


def _comment(text: str) -> str:
    return visible(text)
