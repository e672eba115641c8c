"""Figures of a result as objects: drawn from its files as the command draws them, and shown in a notebook."""

from typing import TYPE_CHECKING

from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mlpexp.report.drawing.style import Drawing
    from mlpexp.results.result import Result

DOTS = 110  # of an inch on a screen: the text block of a page is then as wide as half a notebook


def figure_names(result: "Result", arm: int | None = None) -> list[str]:
    """The names of the figures that the files of a result permit; each is drawn to find out.

    Args:
        result: Of which.
        arm: Of a sweep, the number of the arm whose figures are meant; None: those over all arms.
    """
    from mlpexp.report.drawing.save_figures import drawn
    from mlpexp.report.figures.catalogue import figures_of

    return [figure.name for figure in drawn(result.path, figures_of(result, arm), set())]


def figure_of(result: "Result", name: str, arm: int | None = None) -> "Figure":
    """A figure, laid out, in our look; neither ``pyplot`` nor its settings are touched.

    Args:
        result: Of which.
        name: One of ``figure_names``.
        arm: Of a sweep, the number of the arm; None: a figure over all arms.

    Raises:
        InputError: There is no such figure, or the files of the result do not permit it.
        RunError: A file is damaged.
    """
    from mlpexp.report.drawing.look import drawn_for
    from mlpexp.report.figures.catalogue import figures_of
    from mlpexp.store.frames import Absent

    known = figures_of(result, arm)
    if name not in known:
        raise InputError(
            f"figure({name!r}): is not known{did_you_mean(name, list(known))}{_elsewhere(result, name, arm)}"
        )
    with drawn_for(None):
        try:
            drawing = known[name]()
        except Absent:
            drawing = None
        if drawing is None:
            there = ", ".join(figure_names(result, arm))
            raise InputError(f"figure({name!r}): its numbers are not in this result; there are: {there}")
        return laid_out(drawing)


def laid_out(drawing: "Drawing") -> "Figure":
    """A figure ready to be shown on a screen."""
    from mlpexp.report.drawing.save_figures import prepare

    prepare(drawing.figure, set())
    drawing.figure.set_dpi(DOTS)
    return drawing.figure


def _elsewhere(result: "Result", name: str, arm: int | None) -> str:
    """That a figure is one of an arm, if no arm is named."""
    from mlpexp.report.figures.catalogue import figures_of

    is_of_arm = arm is None and bool(result.summary.axes) and name in figures_of(result, 0)
    return "; it is a figure of one arm: name it with arm=" if is_of_arm else ""
