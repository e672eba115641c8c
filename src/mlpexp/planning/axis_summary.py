"""An axis as a result tells of it: its values as they are called, and what those names stand for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mlpexp.planning.arm_names import meanings, scaled_from
from mlpexp.planning.axes import Axis, numbers, suits_log
from mlpexp.planning.own_values import as_listed, own_value
from mlpexp.planning.plan import Plan
from mlpexp.planning.values import Distribution
from mlpexp.store.summary import AxisSummary


def axis_summary(plan: Plan, axis: Axis) -> AxisSummary:
    """An axis as a result tells of it."""
    texts = [axis.text(value) for value in _values(plan, axis, axis.text)]
    positions = numbers(texts)
    base = plan.base.experiment
    setting = list(as_listed([axis], {}, base).values()) if plan.sweep.arms else own_value(base, axis.parts)
    used = {axis.text(arm.settings[axis.key]) for arm in plan.arms if axis.key in arm.settings}
    return AxisSummary(
        key=axis.key,
        label=axis.label,
        values=tuple(texts),
        log=bool(positions) and suits_log(positions or []),
        base=axis.text(setting[0]) if setting else None,
        meanings={name: meaning for name, meaning in meanings(axis).items() if name in used},
        scaled=scaled_from(axis),
    )


def called_before(plan: Plan, axis: Axis, before: AxisSummary) -> Axis:
    """An axis whose values are called as a result calls them that was planned before: older versions had other names."""
    if axis_summary(plan, axis).values == before.values:
        return axis
    written = [axis.written_text(value) for value in _values(plan, axis, axis.written_text)]
    if len(written) != len(before.values):
        return axis
    return replace(axis, before=dict(zip(written, before.values, strict=True)))


def _values(plan: Plan, axis: Axis, text: Callable[[Any], str]) -> list[Any]:
    """The values of an axis; of a distribution those that were drawn, of equal texts one."""
    if isinstance(axis.values, Distribution):
        return sorted({text(arm.settings[axis.key]): arm.settings[axis.key] for arm in plan.arms}.values())
    return axis.values
