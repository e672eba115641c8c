"""A drawing as a ``tikzpicture``, to be taken into a paper: its letters are those of the paper."""

from collections.abc import Sequence
from typing import assert_never

from mlpexp.errors import visible
from mlpexp.report.latex_text import latex_text, needed
from mlpexp.report.scenes.scene import Disc, Label, Mark, Point, Polygon, Scene, Stroke

ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
NEEDS = r"% needs \usepackage{tikz}"


def tikz(scene: Scene) -> str:
    """The text of the file."""
    drawn = [[f"% {_comment(group.name)}", *map(_mark, group.marks)] for group in scene.groups]
    picture = [line for group in drawn for line in group]
    lines = [NEEDS, *filter(None, [needed("\n".join(picture))])]
    lines += [f"% {_comment(scene.title)}"]
    lines += [r"\begin{tikzpicture}[x=1bp,y=-1bp,line cap=round,line join=round,inner sep=0pt,font=\sffamily]"]
    return "\n".join([*lines, *picture, r"\end{tikzpicture}"]) + "\n"


def _mark(mark: Mark) -> str:
    match mark:
        case Polygon(points, fill, edge):
            return rf"\filldraw[fill={_colour(fill)},draw={_colour(edge)},line width=0.6bp] {_path(points)} -- cycle;"
        case Disc(centre, radius, fill, edge):
            colours = f"fill={_colour(fill)},draw={_colour(edge)},line width=0.8bp"
            return rf"\filldraw[{colours}] {_path([centre])} circle[radius={radius:g}bp];"
        case Stroke(points, colour, width):
            return rf"\draw[draw={_colour(colour)},line width={width:g}bp] {_path(points)};"
        case Label(place, text, size, anchor, colour, bold):
            weight = r"\bfseries" if bold else ""
            font = rf"\sffamily{weight}\fontsize{{{size:g}bp}}{{{1.2 * size:g}bp}}\selectfont"
            style = f"anchor={ANCHORS[anchor]},text={_colour(colour)},font={font}"
            return rf"\node[{style}] at {_path([place])} {{{latex_text(text)}}};"
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


def _comment(text: str) -> str:
    return visible(text)
