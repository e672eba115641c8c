"""A page of a result in training that the browser loads again and again: static SVG, no script."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from html import escape

from mlpexp.errors import visible
from mlpexp.report.drawing.style import BLUE, GREY, VERMILLION
from mlpexp.report.scenes.scene import Disc, Group, Label, Point, Polygon, Scene, Stroke
from mlpexp.report.scenes.svg import scene_svg
from mlpexp.report.watching.frame import best_line, by_score, shown_arms, status_line
from mlpexp.report.words import cell_number
from mlpexp.results.watched import Curve, Watched, ends

MADE_BY = "mlpexp watch"
STYLE = """
body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:1.5rem auto;padding:0 1rem;color:#222;background:#fff}
svg{max-width:100%;height:auto}table{border-collapse:collapse}td,th{padding:.15rem .7rem;text-align:right}
td:nth-child(2),th:nth-child(2){text-align:left}tr{border-bottom:1px solid #ddd}
"""
WIDTH, HEIGHT = 430.0, 190.0  # points
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 26.0, 26.0
RINGS = 12  # on the second line, about
COLOURS = ((BLUE, "#DCEBF5"), (VERMILLION, "#F9DFCE"))


def page(watched: Watched, seconds: int) -> str:
    """The text of the page.

    Args:
        watched: The result.
        seconds: After which it is loaded again while it trains.
    """
    name = escape(visible(watched.result.path.name))
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    again = [f'<meta http-equiv="refresh" content="{seconds}">'] if watched.goes_on else []
    best = watched.best()
    drawings = [] if best is None else [_drawing(curves, best.epochs) for curves in by_score(watched)]
    return (
        "\n".join(
            [
                "<!doctype html>",
                f'<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="{MADE_BY} {name}">',
                f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'\">",
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                *again,
                f"<title>{name}</title><style>{STYLE}</style></head>",
                f"<body><main><h1>{escape(visible(watched.summary.title))}</h1>",
                f"<p>{escape(status_line(watched))}</p>",
                f"<p>{escape(visible(best_line(watched)) or 'no epoch is recorded yet')}</p>",
                *drawings,
                *(_table(watched) if watched.summary.axes else []),
                "</main></body></html>",
            ]
        )
        + "\n"
    )


def marker(name: str) -> str:
    """What the page of a result has in its head."""
    return f'content="{MADE_BY} {escape(visible(name))}"'


def _table(watched: Watched) -> Iterator[str]:
    label = escape(visible(watched.metric.label))
    yield f"<table><thead><tr><th>arm</th><th>settings</th><th>epoch</th><th>seeds</th><th>{label}</th></tr></thead><tbody>"
    for arm in shown_arms(watched):
        cells = (
            str(arm.number),
            escape(visible(arm.label)),
            f"{arm.epoch}/{arm.epochs}",
            f"{arm.ended}/{len(watched.seeds)}",
            cell_number(arm.score),
        )
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    yield "</tbody></table>"


def _drawing(curves: Sequence[Curve], last: int) -> str:
    """The means of one score with the range of the seeds."""
    low, high = ends(curves)
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(epoch: int, value: float) -> Point:
        share = (value - low) / (high - low)
        return LEFT + (right - LEFT) * epoch / max(last, 1), bottom - (bottom - TOP) * share

    title = curves[0].column.score.label
    frame = Stroke(((LEFT, TOP), (LEFT, bottom), (right, bottom)), GREY, 0.7)
    words = [
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
        text = f"{'○ ' * number}{curve.column.label} {cell_number(curve.mean[-1])}"
        label = Label((LEFT + 170.0 * number, TOP - 10), text, 9, "start", colour, bold=True)
        rings = [Disc(point, 2.2, "#ffffff", colour) for point in mean[:: max(1, len(mean) // RINGS)]] if number else []
        bands.marks.append(Polygon((*above, *reversed(below)), band, band))
        lines.append(Group(text, [Stroke(mean, colour, 1.4), *rings, label]))
    return scene_svg(Scene(title, WIDTH, HEIGHT, [bands, Group("axes", [frame, *words]), *lines]))
