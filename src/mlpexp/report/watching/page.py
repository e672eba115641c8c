"""A page of a result in training that the browser loads again and again: static SVG, no script."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mlpexp.report.drawing.style import BLUE, GREY, VERMILLION
from mlpexp.report.scenes.scene import Disc, Group, Label, Point, Polygon, Scene, Stroke
from mlpexp.report.scenes.svg import scene_svg
from mlpexp.report.watching.frame import (
    NONE_YET,
    arms_table,
    band_line,
    best_line,
    by_score,
    hidden_arms,
    right_end,
    status_line,
)
from mlpexp.report.words import cell_number, counted
from mlpexp.report.writers.html_table import html_table
from mlpexp.report.writers.page import page, words
from mlpexp.results.watched import ArmProgress, Curve, Watched, ends

MADE_BY = "mlpexp watch of"
MOST_ARMS = 100
WIDTH, HEIGHT = 430.0, 190.0  # points
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 26.0, 26.0
RINGS = 12  # on the second line, about
COLOURS = ((BLUE, "#DCEBF5"), (VERMILLION, "#F9DFCE"))


def progress_page(watched: Watched, written: datetime, again_after: int | None) -> str:
    """The text of the page.

    Args:
        watched: The result.
        written: When.
        again_after: Seconds until it is loaded again; None: nobody writes it again.
    """
    name, shown = watched.result.path.name, watched.shown()
    sentences = [status_line(watched), best_line(watched), "" if shown else NONE_YET, _how_old(written, again_after)]
    body = [
        f"<header><h1>{words(watched.summary.title)}</h1></header>",
        '<main id="content">',
        *(f"<p>{words(sentence)}</p>" for sentence in sentences if sentence),
        *(_figures(watched, shown) if shown else []),
        *(_table(watched) if watched.summary.axes else []),
        "</main>",
    ]
    return page(name, "\n".join(body) + "\n", f"{MADE_BY} {name}", again_after=again_after)


def marker(name: str) -> str:
    """What the page of a result has in its head."""
    return f'content="{words(f"{MADE_BY} {name}")}"'


def _how_old(written: datetime, again_after: int | None) -> str:
    renewed = "" if again_after is None else f", and renewed every {counted(again_after, 'second').removeprefix('1 ')}"
    return f"Written at {written:%H:%M:%S} on {written:%Y-%m-%d}{renewed}."


def _figures(watched: Watched, shown: ArmProgress) -> Iterator[str]:
    yield f'<p class="caption">{words(band_line(watched, shown).replace("░", "band"))}</p>'
    for curves in by_score(watched):
        yield f'<figure class="figure">{_drawing(curves, right_end(watched, shown))}</figure>'


def _table(watched: Watched) -> Iterator[str]:
    table = arms_table(watched, MOST_ARMS).without({"done"})
    yield html_table(table, "arms")
    if more := hidden_arms(watched, len(table.rows)):
        yield f"<p>{words(more)}</p>"


def _drawing(curves: Sequence[Curve], last: int) -> str:
    """The means of one score with the range of the seeds."""
    low, high = ends(curves)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(epoch: int, value: float) -> Point:
        share = (value - low) / (high - low)
        return LEFT + (right - LEFT) * epoch / max(last, 1), bottom - (bottom - TOP) * share

    title = curves[0].column.score.label
    frame = Stroke(((LEFT, TOP), (LEFT, bottom), (right, bottom)), GREY, 0.7)
    ends_of_axes = [
        Label((LEFT - 5, TOP + 3), cell_number(high), 8, "end"),
        Label((LEFT - 5, bottom + 3), cell_number(low), 8, "end"),
        Label((LEFT, bottom + 13), "0", 8),
        Label((right, bottom + 13), f"epoch {last:,}", 8, "end"),
    ]
    bands, lines = Group("from the lowest to the highest seed"), []
    for number, (curve, (colour, band)) in enumerate(zip(curves, COLOURS, strict=False)):
        above = [place(epoch, value) for epoch, value in zip(curve.epochs, curve.high, strict=True)]
        below = [place(epoch, value) for epoch, value in zip(curve.epochs, curve.low, strict=True)]
        mean = tuple(place(epoch, value) for epoch, value in zip(curve.epochs, curve.mean, strict=True))
        if not mean:
            continue
        text = f"{'○ ' * number}{curve.column.label} {cell_number(curve.now)}"
        label = Label((LEFT + 170.0 * number, TOP - 10), text, 9, "start", colour, bold=True)
        rings = [Disc(point, 2.2, "#ffffff", colour) for point in mean[:: max(1, len(mean) // RINGS)]] if number else []
        bands.marks.append(Polygon((*above, *reversed(below)), band, band))
        lines.append(Group(text, [Stroke(mean, colour, 1.4), *rings, label]))
    return scene_svg(Scene(title, WIDTH, HEIGHT, [bands, Group("axes", [frame, *ends_of_axes]), *lines]))
