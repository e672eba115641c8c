"""Names of arms, short enough for a figure."""

from collections.abc import Mapping

from mlpexp.report.drawing.style import shortened
from mlpexp.report.numbers.arms_data import ArmsData

LONGEST = 30
OF_BASE = "the config itself"


def arm_names(data: ArmsData) -> dict[int, str]:
    """By arm: its values in the order of the axes; where one axis at a time is varied, what differs from the config."""
    caption, arms = data.caption, data.arms
    if not caption.axes:
        return {int(arm): shortened(str(label), LONGEST) for arm, label in zip(arms["arm"], arms["label"], strict=True)}
    name = _difference if caption.method == "one_at_a_time" else _values
    return {int(row["arm"]): shortened(name(row, data), LONGEST) for row in arms.to_dict("records")}


def names_note(data: ArmsData) -> str:
    """What the values in the names are; empty if the names say it."""
    caption = data.caption
    if caption.method == "one_at_a_time" or len(caption.axes) < 2:
        return ""
    return f"arms: {', '.join(axis.label for axis in caption.axes)}"


def _values(row: Mapping[object, object], data: ArmsData) -> str:
    return ", ".join(axis.short(str(row[axis.key])) for axis in data.caption.axes)


def _difference(row: Mapping[object, object], data: ArmsData) -> str:
    changed = [axis for axis in data.caption.axes if row[axis.key] != (axis.base or "")]
    return ", ".join(f"{axis.label} {axis.short(str(row[axis.key]))}" for axis in changed) or OF_BASE
