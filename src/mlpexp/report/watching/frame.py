"""What `mlpexp watch` shows at a moment: status, the best arm so far, the arms of a sweep, the curves of one arm."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isfinite

from mlpexp.errors import visible
from mlpexp.report.tables.text_layout import laid_out, wrapped
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.watching.plot import AROUND, Line, Piece, plot
from mlpexp.report.words import cell_number, counted, middle_cut
from mlpexp.results.watched import ArmProgress, Curve, Watched

IN_PIPE = 80  # characters of a plot
MOST_ARMS, FEWEST_ARMS = 15, 3
AROUND_ARMS = 5  # lines: two of headings, a rule, how many more there are, and none
ROWS, MOST_ROWS, FEWEST_ROWS = 8, 12, 4  # of a plot
BAR = 10  # characters
WITHOUT_NAME, LONGEST_NAME, SHORTEST_NAME = 54, 40, 16
KEY = re.compile(r"[\w.]+(?==)")  # of a setting, in the label of an arm
NONE_YET = "no epoch is recorded yet"


def frame(watched: Watched, width: int | None, height: int | None = None) -> list[Line]:
    """The lines.

    Args:
        watched: The result.
        width: Of a line, in characters; None: a pipe, in which sentences are whole.
        height: Lines that there is room for; None: as many as there are.
    """
    sentences = [Piece(status_line(watched), "title"), Piece(best_line(watched))]
    head = [[Piece(text, piece.style)] for piece in sentences for text in wrapped(piece.text, width)]
    shown, across = watched.shown(), width or IN_PIPE
    if shown is None:
        return [*head, [], [Piece(NONE_YET)]]
    foot = [[Piece(text, "quiet")] for text in wrapped(band_line(watched, shown), width)]
    room = None if height is None else height - len(head) - len(foot) - 1
    arms = list(_arms(watched, across, room)) if watched.summary.axes else []
    drawings, rows = _that_fit(by_score(watched), None if room is None else room - len(arms))
    plots = [line for curves in drawings for line in plot(curves, across, right_end(watched, shown), rows)]
    return [*head, [], *arms, *plots, *foot]


def status_line(watched: Watched) -> str:
    """Name, status, and how far it is."""
    summary, arms = watched.summary, watched.progress()
    ended, trials = sum(arm.ended for arm in arms), len(arms) * len(watched.seeds)
    name, seeds = visible(watched.result.path.name), counted(len(watched.seeds), "seed")
    lost = "".join(f", {number:,} {how}" for how, number in _lost(arms).items() if number)
    if summary.axes:
        many = counted(len(arms), "arm")
        return f"{name}: {watched.status}, {ended:,} of {trials:,} trials ended{lost} ({many}, {seeds})"
    (arm,) = arms
    return f"{name}: {watched.status}, epoch {arm.epoch:,} of {arm.epochs:,} ({ended} of {seeds} ended{lost})"


def best_line(watched: Watched) -> str:
    """The best arm so far, or what a run has reached; empty: nothing has begun."""
    best, label = watched.best(), visible(watched.metric.label)
    if best is None:
        return f"{label}: no value yet" if watched.shown() and watched.goes_on else ""
    at = "last epoch" if watched.selected_on is None else f"best epoch by {watched.selected_on.label}"
    seeds = counted(len(watched.seeds), "seed")
    of_all = seeds if best.counted == len(watched.seeds) else f"{best.counted} of {seeds}"
    over = f"mean of {of_all}, each at its {at}" if len(watched.seeds) > 1 else f"1 seed, at its {at}"
    if not watched.summary.axes:
        return f"{label} {cell_number(best.score)} ({over})"
    so_far = "best" if watched.summary.complete else "best so far"
    return f"{so_far}: arm {best.number}, {visible(best.label)}: {label} {cell_number(best.score)} ({over})"


def band_line(watched: Watched, shown: ArmProgress) -> str:
    """Whose curves are shown."""
    whose = f"arm {shown.number}, {visible(shown.label)}: " if watched.summary.axes else ""
    lost, sound = shown.diverged + shown.failed, shown.sound
    if not sound:
        return f"{whose}{counted(lost, 'seed')}, all of which diverged or failed"
    without = f", without {counted(lost, 'seed')} that diverged or failed" if lost else ""
    band = "; ░ from the lowest to the highest" if sound > 1 else ""
    return f"{whose}{_mean_of(watched, shown)}{without}{band}"


def _mean_of(watched: Watched, shown: ArmProgress) -> str:
    """Over how many seeds the curves are, at their ends over fewer where not all seeds have come as far."""
    if shown.sound == 1:
        return "one seed"
    curve = max(watched.curves(shown.number), key=lambda each: len(each.epochs))
    whole = [place for place, count in enumerate(curve.counts) if count == shown.sound]
    fewer = curve.epochs[max(whole, default=-1) + 1 :]
    if not fewer:
        return f"mean of {shown.sound} seeds"
    last = curve.counts[-1]
    return f"mean of {shown.sound} seeds, from epoch {fewer[0]:,} of fewer, at the end of {last if last > 1 else 'one'}"


def by_score(watched: Watched) -> list[list[Curve]]:
    """The curves of the arm that is shown, those of one score together."""
    shown = watched.shown()
    curves = watched.curves(shown.number) if shown else []
    scores = dict.fromkeys(curve.column.score.name for curve in curves)
    return [[curve for curve in curves if curve.column.score.name == name] for name in scores]


def right_end(watched: Watched, shown: ArmProgress) -> int:
    """The epoch at the right of a plot: the last one planned, or of what is complete the last that there is."""
    return shown.epoch if watched.summary.complete else shown.epochs


def shown_arms(watched: Watched, most: int) -> list[ArmProgress]:
    """The best arms so far, then those without a value, as they are numbered."""
    sign = -1 if watched.metric.higher_is_better else 1
    return sorted(
        watched.progress(), key=lambda arm: (not isfinite(arm.score), sign * arm.score if isfinite(arm.score) else 0)
    )[:most]


def arms_table(watched: Watched, most: int) -> TextTable:
    """A row per arm: how far it is, and its score.

    Args:
        watched: The result.
        most: Rows.
    """
    arms, num_seeds = shown_arms(watched, most), len(watched.seeds)
    lost = [how for how, number in _lost(watched.progress()).items() if number]
    columns = ["arm", "settings", "done", "epoch", "ended", *lost, visible(watched.metric.label)]
    rows = [
        [
            str(arm.number),
            visible(arm.label),
            _bar(arm),
            f"{arm.epoch}/{arm.epochs}",
            f"{arm.ended}/{num_seeds}",
            *(f"{number}/{num_seeds}" if number else "" for how, number in _lost([arm]).items() if how in lost),
            cell_number(arm.score),
        ]
        for arm in arms
    ]
    return TextTable(columns, rows, frozenset(columns) - {"settings", "done"}, droppable=("done", "ended"))


def hidden_arms(watched: Watched, shown: int) -> str:
    """That there are more; empty: there are none."""
    hidden = len(watched.labels) - shown
    return f"... and {hidden:,} more {'arm' if hidden == 1 else 'arms'}" if hidden > 0 else ""


def _lost(arms: Sequence[ArmProgress]) -> dict[str, int]:
    return {"diverged": sum(arm.diverged for arm in arms), "failed": sum(arm.failed for arm in arms)}


def _bar(arm: ArmProgress) -> str:
    done = int(BAR * arm.share)
    return "█" * done + "·" * (BAR - done)


def _arms(watched: Watched, width: int, room: int | None) -> Iterator[Line]:
    """The table as lines, with none below; where there is little room, a plot has its part."""
    most = MOST_ARMS if room is None else room - AROUND_ARMS - AROUND - ROWS
    table = arms_table(watched, min(max(most, FEWEST_ARMS), MOST_ARMS))
    for line in laid_out(
        _with_short_names(table, min(max(width - WITHOUT_NAME, SHORTEST_NAME), LONGEST_NAME)), width
    ).lines:
        yield [Piece(line.text, "" if line.of == "body" else "quiet")]
    if more := hidden_arms(watched, len(table.rows)):
        yield [Piece(more, "quiet")]
    yield []


def _with_short_names(table: TextTable, most: int) -> TextTable:
    """The table of arms with settings of so many letters: where all have the same keys, these are the heading."""
    labels = [row[1] for row in table.rows]
    keys = {tuple(KEY.findall(label)) for label in labels}
    heading = "settings"
    if len(keys) == 1 and any(keys) and max(map(len, labels)) > most:
        (names,) = keys
        heading, labels = ", ".join(names), [KEY.sub("", label).replace("=", "") for label in labels]
    rows = [[row[0], middle_cut(label, most), *row[2:]] for row, label in zip(table.rows, labels, strict=True)]
    return replace(table, columns=["arm", heading, *table.columns[2:]], rows=rows)


def _that_fit(drawings: list[list[Curve]], room: int | None) -> tuple[list[list[Curve]], int]:
    """The plots that there is room for, of which the last matters most, and the rows of each."""
    if room is None:
        return drawings, ROWS
    while drawings and room // len(drawings) - AROUND < FEWEST_ROWS:
        drawings = drawings[1:]
    return drawings, min(room // max(len(drawings), 1) - AROUND, MOST_ROWS)
