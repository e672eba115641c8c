"""Figures as SVG inside a page: no style attributes, no names twice, short, with a title and a description."""

import re
from collections.abc import Iterator
from html import escape
from xml.etree import ElementTree

import numpy as np
from matplotlib.collections import Collection
from matplotlib.figure import Figure

from mlpexp.report.drawing.encoded import svg_with_text
from mlpexp.report.writers.plots import MARKS, told_of
from mlpexp.report.writers.shown_words import shown_in_file

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
POINT = 4 / 3  # pixels of a page
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
FONT = re.compile(r"(?:(?P<weight>bold|[1-9]00) )?(?P<size>[\d.]+)px .*")
ROUNDED = ("d", "points", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "r", "cx", "cy")
DROPPED = ("metadata", "style", "title")  # elements: of Matplotlib's, or what the page says itself
# Properties that are the usual ones, or what the page says of all figures.
SAID_BY_PAGE = {
    "stroke-linejoin": "round",
    "font-family": None,
    "stroke-opacity": "1",
    "fill-opacity": "1",
    "font": None,
}
PICTURE = re.compile(rb'data:image/[^"]*')
MOST_BYTES = 200_000  # of a drawing as Matplotlib writes it, less pictures; of a larger one many marks become one
MANY = 100  # marks of one kind, such as the cells of a map
SHORT_LINE = 200  # points of a path that are all drawn
WHITE = "#ffffff"
UPRIGHT = "rotate(-0 "  # which Matplotlib writes of every text
NEAR = 0.3  # points of paper: what lies nearer to the point before cannot be seen
POINT_OF_PATH = re.compile(r"([ML]) (\S+) (\S+)")


def svg(figure: Figure, name: str, title: str, description: str) -> str:
    """A figure that is laid out, as an ``svg`` element.

    Args:
        figure: What is drawn.
        name: Of its own in the page; all names within begin with it.
        title: What it is, in a few words.
        description: What it shows.
    """
    for axes in figure.axes:
        axes.apply_aspect()  # as drawing would, before it is said where they are
    told = told_of(figure)
    drawing = svg_with_text(figure)
    if len(PICTURE.sub(b"", drawing)) > MOST_BYTES and _as_pixels(figure):
        drawing = svg_with_text(figure)
    root = ElementTree.fromstring(shown_in_file(drawing.decode()))  # noqa: S314  # our own
    _strip(root)
    names = {old: f"{name}-{place}" for place, old in enumerate(_referenced(root))}
    for element in root.iter():
        _plain(element, names)
    size = [float(number) for number in root.get("viewBox", "0 0 0 0").split()[2:]]
    _in_place(root, size[1])
    _drop_paper(root)
    _merge_groups(root)
    root.attrib = {
        "viewBox": root.get("viewBox", ""), "width": f"{size[0] * POINT:.0f}", "height": f"{size[1] * POINT:.0f}",
        "role": "img", "aria-labelledby": f"{name}-title {name}-desc", "data-told": told,
    }  # fmt: skip
    text = _text(root)
    start = text.index(">") + 1
    words = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(description)}</desc>'
    return f"{text[:start]}{words}{text[start:]}"


def _as_pixels(figure: Figure) -> bool:
    """Makes a picture of what has many marks; axes, lines and words stay what they are. Whether there is such a thing."""
    many = [each for each in figure.findobj(Collection) if isinstance(each, Collection) and _num_marks(each) > MANY]
    for collection in many:
        collection.set_rasterized(True)
    return bool(many)


def _num_marks(collection: Collection) -> int:
    return max(len(collection.get_paths()), len(np.atleast_1d(collection.get_offsets())))


def _strip(element: ElementTree.Element) -> None:
    """Takes out what a page does not need."""
    for child in list(element):
        if child.tag.removeprefix(SVG) in DROPPED or not isinstance(child.tag, str):
            element.remove(child)
        else:
            _strip(child)


def _referenced(root: ElementTree.Element) -> dict[str, None]:
    """Names that something within refers to, in order."""
    named: dict[str, None] = {}
    for element in root.iter():
        for value in element.attrib.values():
            named |= dict.fromkeys(REFERENCE.findall(value))
        if element.get(XLINK, "").startswith("#"):
            named[element.get(XLINK, "")[1:]] = None
    return named


def _plain(element: ElementTree.Element, names: dict[str, str]) -> None:
    """Attributes that a page may have: no style, names of its own, short numbers."""
    attributes: dict[str, str] = {}
    for key, value in [*element.attrib.items(), *_properties(element.attrib.pop("style", ""))]:
        if key == "id":
            attributes |= {"id": names[value]} if value in names else _mark(value)
        elif key == XLINK:
            attributes["href"] = f"#{names[value[1:]]}" if value.startswith("#") else value.replace("\n", "")
        else:
            attributes[key] = REFERENCE.sub(lambda found: f"url(#{names[found[1]]})", value)
    for key in ROUNDED:
        if key in attributes:
            attributes[key] = _short(key, attributes[key])
    if attributes.get("transform", "").startswith(UPRIGHT):
        del attributes["transform"]
    element.attrib.clear()
    element.attrib.update({key: value for key, value in attributes.items() if key not in ("style", "type")})
    if element.tag not in (f"{SVG}text", f"{SVG}tspan"):
        element.text = None
    element.tail = None


def _mark(name: str) -> dict[str, str]:
    """What a script finds a part by; nothing of most parts."""
    return {mark: name.removeprefix(start) for start, mark in MARKS.items() if name.startswith(start)}


def _properties(style: str) -> Iterator[tuple[str, str]]:
    """The declarations of a style attribute that say something, each as an attribute."""
    for declaration in filter(str.strip, style.split(";")):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font" and (font := FONT.fullmatch(value)):
            yield "font-size", font["size"]
            if font["weight"]:
                yield "font-weight", font["weight"]
        elif key not in SAID_BY_PAGE or SAID_BY_PAGE[key] not in (None, value):
            yield key, value.removesuffix("px") if key == "font-size" else value


def _short(key: str, value: str) -> str:
    """Two decimals, and of a long line only points that can be told apart."""
    if key == "d":
        value = _thinned(value)
    return " ".join(NUMBER.sub(lambda found: f"{round(float(found[0]), 2) + 0.0:.10g}", value).split())


def _thinned(path: str) -> str:
    """A line of many points without those that lie on the one before; a path of other pieces as it is."""
    points = POINT_OF_PATH.findall(path)
    if len(points) < SHORT_LINE or set(re.findall("[A-Za-z]", path)) - {"M", "L", "z", "e"}:
        return path
    kept, (last_x, last_y) = [], (0.0, 0.0)
    for place, (letter, x, y) in enumerate(points):
        far = abs(float(x) - last_x) >= NEAR or abs(float(y) - last_y) >= NEAR
        following = points[place + 1][0] if place + 1 < len(points) else "M"
        if letter == "M" or following == "M" or far:
            kept.append(f"{letter} {x} {y}")
            last_x, last_y = float(x), float(y)
    return " ".join(kept) + (" z" if path.rstrip().endswith("z") and path.count("z") == 1 else "")


def _in_place(root: ElementTree.Element, height: float) -> None:
    """Surfaces are drawn as marks that begin at the lower left corner: each becomes a path at its own place."""
    paths = {f"#{path.get('id')}": path for defs in root.iter(f"{SVG}defs") for path in defs if path.get("id")}
    parents = {child: parent for parent in root.iter() for child in parent}
    uses = [use for use in root.iter(f"{SVG}use") if use.get("href") in paths]
    for use in uses:
        path = paths[use.get("href", "")]
        if use.get("x") != "0" or abs(float(use.get("y", 0)) - height) > NEAR or set(path.attrib) - {"id", "d"}:
            continue
        points = POINT_OF_PATH.sub(lambda found: f"{found[1]} {found[2]} {float(found[3]) + height}", path.get("d", ""))
        use.tag = f"{SVG}path"
        use.set("d", _short("d", points))
        for key in ("href", "x", "y"):
            del use.attrib[key]
        if path in parents and not any(other.get("href") == f"#{path.get('id')}" for other in uses):
            parents[path].remove(path)


def _drop_paper(element: ElementTree.Element) -> None:
    """Takes out the white behind figure and axes: the page has a paper of its own, which may be dark."""
    for child in list(element):
        if child.tag == f"{SVG}path" and child.get("fill") == WHITE and not {"clip-path", "stroke"} & set(child.attrib):
            element.remove(child)
        else:
            _drop_paper(child)


def _merge_groups(element: ElementTree.Element) -> None:
    """Takes out groups that say nothing."""
    children = list(element)
    for child in children:
        _merge_groups(child)
    for place in range(len(children) - 1, -1, -1):
        child = children[place]
        if child.tag == f"{SVG}g" and not child.attrib:
            element.remove(child)
            for inner in reversed(list(child)):
                element.insert(place, inner)
        elif child.tag == f"{SVG}defs" and not len(child):
            element.remove(child)


def _text(root: ElementTree.Element) -> str:
    """As HTML has it: no prefixes."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
    return ElementTree.tostring(root, encoding="unicode")
