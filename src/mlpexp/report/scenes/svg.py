"""A drawing as an SVG file whose words are text."""

from collections.abc import Sequence
from html import escape
from typing import assert_never

from mlpexp.errors import visible
from mlpexp.report.scenes.scene import Disc, Label, Mark, Point, Polygon, Scene, Stroke

FONTS = "DejaVu Sans, Helvetica, Arial, sans-serif"


def scene_svg(scene: Scene) -> str:
    """The text of the file."""
    width, height = _number(scene.width), _number(scene.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" '
        f'font-family="{FONTS}" stroke-linejoin="round" stroke-linecap="round" role="img">',
        f"<title>{_text(scene.title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for group in scene.groups:
        lines += ["<g>", f"<title>{_text(group.name)}</title>", *map(_mark, group.marks), "</g>"]
    return "\n".join([*lines, "</svg>"]) + "\n"


def _mark(mark: Mark) -> str:
    match mark:
        case Polygon(points, fill, edge):
            return f'<polygon points="{_points(points)}" fill="{fill}" stroke="{edge}" stroke-width="0.6"/>'
        case Disc((x, y), radius, fill, edge):
            circle = f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"'
            return f'<circle {circle} fill="{fill}" stroke="{edge}" stroke-width="0.8"/>'
        case Stroke(points, colour, width):
            return f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'
        case Label((x, y), text, size, anchor, colour, bold):
            weight = ' font-weight="bold"' if bold else ""
            place = f'x="{_number(x)}" y="{_number(y)}" font-size="{size:g}" text-anchor="{anchor}"'
            return f'<text {place} fill="{colour}"{weight}>{_text(text)}</text>'
        case _:
            assert_never(mark)


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return f"{round(value, 2):g}"


def _text(text: str) -> str:
    return escape(visible(text))
