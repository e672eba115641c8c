"""Names of arms, short enough for a figure."""

from collections.abc import Mapping

from mlpexp.report.drawing.style import shortened
from mlpexp.report.numbers.arms_data import ArmsData

LONGEST = 30
OF_BASE = "the config itself"


def arm_names(files: ArmsData) -> dict[int, str]:
    """By arm: its values in the order of the axes; where one axis at a time is varied, what differs from the config."""
    facts, arms = files.facts, files.arms
    if not facts.axes:
        return {int(arm): shortened(str(label), LONGEST) for arm, label in zip(arms["arm"], arms["label"], strict=True)}
    name = _difference if facts.method == "one_at_a_time" else _values
    return {int(row["arm"]): shortened(name(row, files), LONGEST) for row in arms.to_dict("records")}


def names_note(files: ArmsData) -> str:
    """What the values in the names are; empty if the names say it."""
    facts = files.facts
    if facts.method == "one_at_a_time" or len(facts.axes) < 2:
        return ""
    return f"arms: {', '.join(axis.label for axis in facts.axes)}"


def _values(row: Mapping[object, object], files: ArmsData) -> str:
    return ", ".join(axis.short(str(row[axis.key])) for axis in files.facts.axes)


def _difference(row: Mapping[object, object], files: ArmsData) -> str:
    changed = [axis for axis in files.facts.axes if row[axis.key] != (axis.base or "")]
    return ", ".join(f"{axis.label} {axis.short(str(row[axis.key]))}" for axis in changed) or OF_BASE
