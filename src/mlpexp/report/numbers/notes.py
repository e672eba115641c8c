"""What a sweep's figures say in words: names of arms, n, what is averaged or kept, and what has diverged."""

from collections.abc import Mapping, Sequence

import pandas as pd

from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.sweep_caption import SweepCaption
from mlpexp.report.words import counted, distinct_labels, kept_together, listed, note, span

MOST_PLACES, MOST_GONE = 3, 6  # at which something diverged, and where nothing is left: as many are named
LONGEST_NAME = 30
OF_BASE = "the config itself"


def arm_names(data: ArmsData) -> dict[int, str]:
    """By arm: its own name, or its values in the order of the axes; one axis at a time, what differs from the config."""
    caption, arms = data.caption, data.arms
    name = _difference if caption.method == "one_at_a_time" else _values
    names = {
        int(row["arm"]): str(row["label"]) if caption.named_arms or not caption.axes else name(row, data)
        for row in arms.to_dict("records")
    }
    return distinct_labels(names, LONGEST_NAME)


def names_note(data: ArmsData) -> str:
    """What the values in the names are; empty if the names say it."""
    caption = data.caption
    if caption.named_arms or caption.method == "one_at_a_time" or len(caption.axes) < 2:
        return ""
    return f"arms: {', '.join(axis.label for axis in caption.axes)}"


def _values(row: Mapping[object, object], data: ArmsData) -> str:
    """In the order of the axes; an empty cell: the config of the arm has no such key."""
    cells = [(axis, str(row[axis.key])) for axis in data.caption.axes]
    return ", ".join(axis.short(value) if value else f"no {axis.label}" for axis, value in cells)


def _difference(row: Mapping[object, object], data: ArmsData) -> str:
    changed = [axis for axis in data.caption.axes if row[axis.key] != (axis.base or "")]
    return ", ".join(f"{axis.label} {axis.short(str(row[axis.key]))}" for axis in changed) or OF_BASE


def seeds_note(points: pd.DataFrame, shown: str = "mean and 95 % interval (t)") -> str:
    """What is shown and over how many seeds."""
    counts = points.loc[points["n"] > 0, "n"]
    if counts.empty:
        return "no trial ended with a finite value"
    if counts.max() == 1:
        return "one seed, no interval" if "interval" in shown else "one seed"
    over = f"{shown} over n = {span(int(counts.min()), int(counts.max()))} seeds"
    equal = points["low"] >= points["high"] if "interval" in shown else pd.Series(dtype=bool)
    return note(over, "no spread: all seeds equal, no proof for others" if equal.any() else "")


def scope_note(points: pd.DataFrame, caption: SweepCaption) -> str:
    """Of what the intervals speak; empty where there are none."""
    return caption.interval_note if points["n"].max() > 1 else ""


def lost_note(points: pd.DataFrame, names: Sequence[str]) -> str:
    """``diverged: 3 of 10 at 10``: where trials have no value; of many places, those where none has one. Empty if all have.

    Args:
        points: Rows with the columns diverged, failed and trials.
        names: Of the place of each row.
    """
    counts = points[["diverged", "failed", "trials"]].astype(int).groupby(list(names), sort=False).sum()
    losses, is_short = [], False
    for what in ("diverged", "failed"):
        lost = counts[counts[what] > 0].sort_values(what, ascending=False, kind="stable")
        places = [f"{count} of {trials} at {name}" for name, count, trials in lost[[what, "trials"]].itertuples()]
        if len(places) > MOST_PLACES:
            is_short, places = True, [f"{lost[what].sum()} of {counts['trials'].sum()} trials, at {len(places)} places"]
        if places:
            losses.append(f"{what}: {', '.join(map(kept_together, places))}")
    gone = [
        kept_together(str(name)) for name in counts.index[counts["diverged"] + counts["failed"] >= counts["trials"]]
    ]
    more = [f"{len(gone) - MOST_GONE} more"] if len(gone) > MOST_GONE else []
    return note(*losses, f"nothing left at {listed([*gone[:MOST_GONE], *more])}" if gone and is_short else "")


def lost_total(points: pd.DataFrame) -> str:
    """How many trials of all arms have no value; empty if all have."""
    losses = []
    for what in ("diverged", "failed"):
        if (count := int(points[what].sum())) > 0:
            arms = counted(int((points[what] > 0).sum()), "arm")
            losses.append(f"{what}: {count:,} of {points['trials'].sum():,} trials, in {arms}")
    return note(*losses)
