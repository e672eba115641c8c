"""What `mlpexp watch` shows at a moment: status, the curves of a run or of the best arm, the arms of a sweep."""

from collections.abc import Iterator
from math import isfinite

from mlpexp.errors import visible
from mlpexp.report.watching.plot import Line, Piece, plot
from mlpexp.report.words import cell_number, counted, middle_cut
from mlpexp.results.watched import ArmProgress, Curve, Watched

MOST_ARMS = 15
BAR = 10  # characters
NAME = 40


def frame(watched: Watched, width: int) -> list[Line]:
    """The lines.

    Args:
        watched: The result.
        width: Of a line, in characters.
    """
    return [[Piece(status_line(watched), "title")], [], *_body(watched, width)]


def status_line(watched: Watched) -> str:
    """Name, status, and how far it is."""
    summary, arms = watched.summary, watched.progress()
    trials = sum(arm.ended for arm in arms), len(arms) * len(watched.seeds)
    name = visible(watched.result.path.name)
    seeds = counted(len(watched.seeds), "seed")
    if summary.axes:
        return f"{name}: {watched.status}, {trials[0]:,} of {trials[1]:,} trials ended ({len(arms):,} arms, {seeds})"
    (arm,) = arms
    return f"{name}: {watched.status}, epoch {arm.epoch:,} of {arm.epochs:,} ({trials[0]} of {seeds} ended)"


def best_line(watched: Watched) -> str:
    """The best arm so far; empty: none has begun."""
    best = watched.best()
    if best is None:
        return ""
    which = f"arm {best.number}, {best.label}: " if watched.summary.axes else ""
    much = f"{best.begun} of {counted(len(watched.seeds), 'seed')}"
    return f"best so far: {which}{watched.metric.label} {cell_number(best.score)} ({much}, each at its last epoch)"


def by_score(watched: Watched) -> list[list[Curve]]:
    """The curves of the run, or of the best arm so far, those of one score together."""
    best = watched.best()
    curves = watched.curves(best.number if best else 0)
    scores = dict.fromkeys(curve.column.score.name for curve in curves)
    return [[curve for curve in curves if curve.column.score.name == name] for name in scores]


def shown_arms(watched: Watched) -> list[ArmProgress]:
    """The best arms so far, then those that have not begun."""
    sign = -1 if watched.metric.higher_is_better else 1
    return sorted(watched.progress(), key=lambda arm: (not isfinite(arm.score), sign * arm.score))[:MOST_ARMS]


def _body(watched: Watched, width: int) -> Iterator[Line]:
    best = watched.best()
    if best is None:
        yield [Piece("no epoch is recorded yet")]
        return
    if watched.summary.axes:
        yield from _arms(watched, width)
        yield []
    for curves in by_score(watched):
        yield from plot(curves, width, best.epochs)
    yield []
    yield [Piece(f"░ from the lowest to the highest of {counted(best.begun, 'seed')}", "quiet")]
    yield [Piece(best_line(watched))]


def _arms(watched: Watched, width: int) -> Iterator[Line]:
    arms, label = shown_arms(watched), watched.metric.label
    name = max(min(width - 44, NAME), 12)
    yield [Piece(f"{'arm':<{name + 4}}  {'':{BAR}}  {'epoch':>11}  {'seeds':>7}  {label}", "quiet")]
    for arm in arms:
        share = arm.epoch / arm.epochs if arm.epochs else 0.0
        done = round(BAR * min(share * arm.begun / len(watched.seeds), 1.0))
        bar = "█" * done + "·" * (BAR - done)
        text = f"{arm.number:>3} {middle_cut(visible(arm.label), name):<{name}}  "
        rest = (
            f"  {f'{arm.epoch}/{arm.epochs}':>11}  {f'{arm.ended}/{len(watched.seeds)}':>7}  {cell_number(arm.score)}"
        )
        yield [Piece(text), Piece(bar, "first"), Piece(rest)]
    hidden = len(watched.labels) - len(arms)
    if hidden:
        yield [Piece(f"... and {hidden:,} more arms", "quiet")]
