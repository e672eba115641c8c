"""A small perceptron as its units, and its weights as lines between them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import Literal, NamedTuple

from mlpexp.report.drawing.style import INK
from mlpexp.report.network_drawing.pictures import COLOURS
from mlpexp.report.network_drawing.stage_words import (
    ABOVE,
    BELOW_TITLE,
    MARGIN,
    TEXT,
    height_below,
    title_group,
    title_width,
    words_above,
    words_below,
    words_width,
)
from mlpexp.report.network_drawing.stages import Stage
from mlpexp.report.scenes.scene import Disc, Group, Label, Mark, Point, Scene, Stroke, text_width
from mlpexp.report.words import middle_cut

MOST_UNITS, FIRST, LAST = 16, 5, 4  # of a layer, that are all drawn; else its first and its last, with dots between
RADIUS, APART = 5.5, 16.0  # points: of a unit, and from unit to unit
LEAST_COLUMN, GAP = 46.0, 34.0
LONGEST_NAME = 28  # letters of an input or output
BESIDE = RADIUS + 3  # from the middle of a unit to its name
WEIGHT, DOT = "#AAB7C0", 0.9
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Layer(NamedTuple):
    """A stage in its place."""

    stage: Stage
    """What is drawn."""
    numbers: list[int | None]
    """Of the units that are drawn, from 0; None: dots."""
    middle: Point
    """Of all of them."""

    @property
    def top(self) -> float:
        """Height of the first unit."""
        return self.middle[1] - APART * (len(self.numbers) - 1) / 2

    @property
    def centres(self) -> list[Point]:
        """Of the units that are drawn."""
        places = [place for place, number in enumerate(self.numbers) if number is not None]
        return [(self.middle[0], self.top + APART * place) for place in places]


def units(title: str, stages: Sequence[Stage], names: tuple[Sequence[str], Sequence[str]] = ((), ())) -> Scene:
    """The drawing.

    Args:
        title: What it shows.
        stages: The input first; each a vector.
        names: Of the inputs and of the outputs; empty: they are numbered.
    """
    shown = [shown_units(stage.shape[0]) for stage in stages]
    height = APART * (max(map(len, shown)) - 1) + 2 * RADIUS
    middle, bottom = BELOW_TITLE + ABOVE + height / 2, BELOW_TITLE + ABOVE + height
    inputs, outputs = _names(shown[0], names[0], "x"), _names(shown[-1], names[1], "y")
    widths = [max(LEAST_COLUMN, words_width(stage)) for stage in stages]
    x = [MARGIN + max(widths[0] / 2, _width(inputs))]
    for before, after in pairwise(widths):
        x.append(x[-1] + (before + after) / 2 + GAP)
    layers = [Layer(stage, numbers, (at, middle)) for stage, numbers, at in zip(stages, shown, x, strict=True)]
    groups = [title_group(title), *(_weights(one, other) for one, other in pairwise(layers))]
    groups += [_units(layer, bottom) for layer in layers]
    groups += [_beside(layers[0], inputs, "end"), _beside(layers[-1], outputs, "start")]
    right = x[-1] + max(widths[-1] / 2, _width(outputs)) + MARGIN
    page = bottom + max(map(height_below, stages)) + MARGIN
    return Scene(title, max(right, title_width(title)), page, groups)


def shown_units(count: int) -> list[int | None]:
    """The numbers of the units that are drawn, from 0; None: dots."""
    if count <= MOST_UNITS:
        return list(range(count))
    return [*range(FIRST), None, *range(count - LAST, count)]


def _weights(one: Layer, other: Layer) -> Group:
    lines: list[Mark] = [Stroke(ends, WEIGHT, 0.35) for ends in product(one.centres, other.centres)]
    return Group(f"weights from {one.stage.name} to {other.stage.name}", lines)


def _units(layer: Layer, bottom: float) -> Group:
    stage, (x, _) = layer.stage, layer.middle
    colours = COLOURS["input" if stage.kind == "input" else "dense" if stage.name == "output" else "conv"]
    marks: list[Mark] = [Disc(centre, RADIUS, *colours) for centre in layer.centres]
    marks += _dots(layer)
    return Group(
        f"{stage.name}: {stage.size}",
        [*marks, *words_above(stage, x, BELOW_TITLE), *words_below(stage, x, bottom)],
    )


def _dots(layer: Layer) -> Iterator[Disc]:
    """In place of the units that are not drawn."""
    if None in layer.numbers:
        y = layer.top + APART * layer.numbers.index(None)
        for step in (-4, 0, 4):
            yield Disc((layer.middle[0], y + step), DOT, INK, INK)


def _names(numbers: Sequence[int | None], names: Sequence[str], letter: str) -> list[str]:
    """What stands beside each unit that is drawn."""
    drawn = [number for number in numbers if number is not None]
    if names:
        return [middle_cut(names[number], LONGEST_NAME) for number in drawn]
    return [letter + str(number + 1).translate(SUBSCRIPTS) for number in drawn]


def _width(names: Sequence[str]) -> float:
    return BESIDE + max(text_width(name, TEXT) for name in names)


def _beside(layer: Layer, names: Sequence[str], anchor: Literal["start", "end"]) -> Group:
    side = 1 if anchor == "start" else -1
    return Group(
        f"names of {layer.stage.name}",
        [
            Label((x + side * BESIDE, y + 0.36 * TEXT), name, TEXT, anchor)
            for (x, y), name in zip(layer.centres, names, strict=True)
        ],
    )
