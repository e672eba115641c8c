"""What the notes below the titles of a sweep's figures say: n, what is averaged or kept, and what has diverged."""

from collections.abc import Callable, Collection

import pandas as pd

from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.sweep_caption import SweepAxis

NO_BREAK = "\u00a0"
MOST_NAMED = 3  # values at which something diverged


def setting_notes(data: ArmsData, axis: SweepAxis, shown: Collection[str] = ()) -> list[str]:
    """What the settings of the other axes are in a figure of one axis.

    Args:
        data: Of the sweep.
        axis: The one whose effect is shown.
        shown: Keys of others that can be seen in the figure.
    """
    caption, hidden = data.caption, [other for other in data.caption.axes if other.key not in {axis.key, *shown}]
    over = [other.label for other in hidden if data.crossed(axis, other)]
    together = [other.label for other in data.companions(axis)]
    alone = caption.method == "one_at_a_time" and len(caption.axes) > 1
    notes = ["others as in the config"] if alone else []
    notes += [f"mean over {_listed(over)} per seed"] if over else []
    return notes + ([f"varied together with {_listed(together)}"] if together else [])


def seeds_note(points: pd.DataFrame, shown: str = "mean and 95 % interval (t)") -> str:
    """What is shown and over how many seeds."""
    counts = points.loc[points["n"] > 0, "n"]
    if counts.empty:
        return "no trial ended with a finite value"
    low, high = int(counts.min()), int(counts.max())
    if high == 1:
        return "one seed, no interval" if "interval" in shown else "one seed"
    return f"{shown} over n = {high if low == high else f'{low} to {high}'} seeds"


def lost_note(points: pd.DataFrame, key: str, named: Callable[[str], str] = str) -> str:
    """``diverged: 3 of 10 at 10``: where trials have no value; empty if all have."""
    counts = points.groupby(key, sort=False)[["diverged", "failed", "trials"]].sum()
    notes = []
    for what in ("diverged", "failed"):
        lost = counts[counts[what] > 0].sort_values(what, ascending=False, kind="stable")
        values = lost[[what, "trials"]].itertuples(name=None)
        places = [f"{count} of {trials} at {named(str(value))}" for value, count, trials in values]
        if len(places) > MOST_NAMED:
            places = [f"{lost[what].sum()} of {counts['trials'].sum()} trials, most {places[0]}"]
        if places:
            notes.append(f"{what}: {', '.join(place.replace(' ', NO_BREAK) for place in places)}")
    return "; ".join(notes)


def lost_total(points: pd.DataFrame) -> str:
    """How many trials of all arms have no value; empty if all have."""
    notes = []
    for what in ("diverged", "failed"):
        if (count := int(points[what].sum())) > 0:
            arms = int((points[what] > 0).sum())
            notes.append(f"{what}: {count:,} of {points['trials'].sum():,} trials, in {arms:,} arm{'s'[: arms != 1]}")
    return "; ".join(notes)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
