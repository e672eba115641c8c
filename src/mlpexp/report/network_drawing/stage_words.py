"""The words of a stage: its name and its size above it, what it does and its arithmetic below."""

from collections.abc import Iterator

from mlpexp.report.drawing.style import GREY, INK
from mlpexp.report.network_drawing.stages import Stage
from mlpexp.report.scenes.scene import Group, Label, text_width

MARGIN = 8.0  # points around a drawing
TITLE, NAME, TEXT, FORMULA = 9.0, 8.0, 7.0, 6.2  # sizes of letters
LEADING = 1.3  # height of a line in units of its letters
ABOVE = NAME + LEADING * TEXT + 7  # a picture, for name and size
BELOW_TITLE = MARGIN + LEADING * TITLE + 8  # where a drawing begins


def title_group(title: str) -> Group:
    """The line above a drawing."""
    return Group("title", [Label((MARGIN, MARGIN + TITLE), title, TITLE, "start")])


def title_width(title: str) -> float:
    """How wide a drawing with this title is at least."""
    return text_width(title, TITLE) + 2 * MARGIN


def words_width(stage: Stage) -> float:
    """How wide the words of a stage are."""
    above = [text_width(stage.name, NAME), text_width(stage.size, TEXT)]
    return max(*above, *(text_width(text, size) for text, size, _ in _lines_below(stage)))


def words_above(stage: Stage, middle: float, top: float) -> list[Label]:
    """Name and size, around the middle of a column."""
    return [
        Label((middle, top + NAME), stage.name, NAME, bold=True),
        Label((middle, top + NAME + LEADING * TEXT), stage.size, TEXT),
    ]


def words_below(stage: Stage, middle: float, top: float) -> Iterator[Label]:
    """What it does, and its arithmetic."""
    y = top + 4
    for text, size, colour in _lines_below(stage):
        y += LEADING * size
        yield Label((middle, y), text, size, colour=colour)


def height_below(stage: Stage) -> float:
    """How high these are."""
    return 6 + LEADING * sum(size for _, size, _ in _lines_below(stage))


def _lines_below(stage: Stage) -> list[tuple[str, float, str]]:
    operations = [(words, TEXT, INK) for words in stage.operation]
    return [*operations, *((formula, FORMULA, GREY) for formula in stage.formulas)]
