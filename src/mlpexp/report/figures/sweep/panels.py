"""Panels of arms side by side: which arms have one, how a page is divided, and how each panel is named."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mlpexp.report.drawing.look import WIDTH
from mlpexp.report.drawing.style import GREY, new_figure
from mlpexp.report.numbers.arms_data import MOST_PANELS
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import distinct_labels, kept_together, note, two_lines

WIDE = 7.0  # inches: for three columns
TALLEST = 9.7  # inches: the text of an A4 page
GAP = 0.14  # inches between panels
HEADING = 0.65  # inches for the title of the figure and a note of two lines
NAME_SIZE, SCORE_SIZE = 8.0, 6.5  # points


@dataclass(frozen=True)
class ShownArms:
    """The arms that have a panel."""

    labels: dict[int, str]
    """By number, in the order of the panels."""
    rows: pd.DataFrame
    """What they have in a table, without seeds that diverged."""
    note: str
    """How many arms and seeds are not shown; empty if none."""

    def of_arm(self, arm: int) -> pd.DataFrame:
        """The rows of an arm, without the column ``arm``."""
        return self.rows[self.rows["arm"] == arm].drop(columns="arm")


def shown_arms(
    rows: pd.DataFrame, arms: Mapping[int, str], diverged: Collection[tuple[int, int]] = ()
) -> ShownArms | None:
    """The first ``MOST_PANELS`` arms with rows of seeds that did not diverge; None if there are none.

    Args:
        rows: A table with the columns ``arm`` and ``seed``.
        arms: Labels by number, in the order in which they are shown.
        diverged: Pairs of arm and seed.
    """
    pairs = set(rows[["arm", "seed"]].drop_duplicates().itertuples(index=False, name=None))
    lost = pairs.intersection(diverged)
    sound_arms = {arm for arm, _ in pairs - lost}
    shown = [arm for arm in arms if arm in sound_arms][:MOST_PANELS]
    if not shown:
        return None
    num_lost = sum(arm in arms and (arm in shown or arm not in sound_arms) for arm, _ in lost)
    best = "the best " if len(arms) > MOST_PANELS else ""  # for so they are ordered then
    some = f"{best}{len(shown)} of {len(arms)} arms" if len(shown) < len(arms) else ""
    left_out = kept_together(f"{num_lost} diverged left out") if num_lost else ""
    kept = rows[rows["arm"].isin(shown)]
    if lost:
        kept = kept[~pd.MultiIndex.from_frame(kept[["arm", "seed"]]).isin(list(lost))]
    return ShownArms({arm: arms[arm] for arm in shown}, kept, note(some, left_out))


def labelled(numbers: pd.DataFrame, arm: int, label: str) -> pd.DataFrame:
    """The numbers of a panel with the columns ``arm`` and ``label`` first."""
    return pd.concat([pd.DataFrame({"arm": arm, "label": label}, index=numbers.index), numbers], axis=1)


@dataclass(frozen=True)
class Page:
    """A page of panels of equal size."""

    names: dict[int, str]
    """Of the panels by arm, in one or two lines, all different."""
    columns: int
    """Panels in a row."""
    width: float
    """Of the figure in inches."""
    height: float
    """Of the figure in inches."""
    panel_width: float
    """In inches, without the labels around it."""

    def figure(self, caption: RunCaption, words: str) -> tuple[Figure, list[Axes]]:
        """An empty figure with the axes of all panels, named."""
        figure = new_figure(caption.title, words, width=self.width, height=self.height, shape="fixed")
        num_rows = -(-len(self.names) // self.columns)
        return figure, [figure.add_subplot(num_rows, self.columns, 1 + i) for i in range(len(self.names))]

    def label_outer(self, panels: list[Axes], across: str, down: str) -> None:
        """Names and ticks at the left and lower edge of the page alone: all panels have the same axes."""
        for position, axes in enumerate(panels):
            left, bottom = position % self.columns == 0, position + self.columns >= len(panels)
            axes.tick_params(labelleft=left, labelbottom=bottom)
            axes.set(xlabel=across if bottom else "", ylabel=down if left else "")

    def legend(self, figure: Figure, entries: Sequence[Artist]) -> None:
        """One legend for all panels, at the lower edge, in as many columns as have room."""
        longest = max(len(str(entry.get_label())) for entry in entries)
        columns = max(1, min(len(entries), int(15.5 * self.width / (longest + 5))))
        figure.legend(
            handles=list(entries),
            loc="outside lower left",
            ncols=columns,
            fontsize=7.5,
            handlelength=1.8,
            columnspacing=1.2,
            handletextpad=0.5,
        )


def page_of(
    labels: Mapping[int, str],
    *,
    scores: bool,
    aspect: float = 1.0,
    wide: bool = False,
    beside: float = 0.6,
    below: float = 0.0,
    legend: float = 0.0,
) -> Page:
    """Divides a page into panels: at most three in a row.

    Args:
        labels: Of the panels by arm.
        scores: Whether there is a line below each name.
        aspect: Height of a panel divided by its width.
        wide: Whether few panels, too, need a wide page.
        beside: Inches for what stands on the left and right of all panels.
        below: Inches for the names and ticks below the lowest panel of each column.
        legend: Inches for the legend.
    """
    count = len(labels)
    columns = 2 if count in (2, 4) else min(count, 3)
    width = WIDE if wide or columns == 3 else WIDTH
    panel_width = (width - beside) / columns - GAP
    length = max(8, round(panel_width * 14.5))
    names = {arm: two_lines(name, length) for arm, name in distinct_labels(labels, 2 * length - 8).items()}
    above = 0.14 + 0.14 * max(name.count("\n") + 1 for name in names.values()) + 0.12 * scores
    num_rows = -(-count // columns)
    around = HEADING + below * (2 if count % columns else 1) + legend  # an unfilled last row leaves names above it, too
    height = min(around + num_rows * (panel_width * aspect + above), TALLEST)
    room = (height - around) / num_rows - above
    return Page(names, columns, width, height, min(panel_width, room / aspect))


def name_panel(axes: Axes, name: str, score: str = "") -> None:
    """The name above a panel and, in smaller grey letters, its score."""
    axes.set_title(name, loc="left", fontsize=NAME_SIZE, pad=3.5 + (SCORE_SIZE + 2.5) * bool(score), linespacing=1.15)
    if score:
        axes.annotate(
            score,
            (0, 1),
            (0, 3.5),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=SCORE_SIZE,
            color=GREY,
        )
