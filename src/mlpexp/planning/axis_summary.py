"""An axis as a result tells of it: its values as they are called, and what those names stand for."""

from mlpexp.planning.arm_names import meanings, scaled_from
from mlpexp.planning.axes import Axis, numbers, suits_log
from mlpexp.planning.own_values import as_listed, own_value
from mlpexp.planning.plan import Plan
from mlpexp.planning.values import Distribution
from mlpexp.store.summary import AxisSummary


def axis_summary(plan: Plan, axis: Axis) -> AxisSummary:
    """An axis as a result tells of it."""
    values = axis.values
    if isinstance(values, Distribution):
        values = sorted({axis.text(value): value for value in (arm.settings[axis.key] for arm in plan.arms)}.values())
    texts = [axis.text(value) for value in values]
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
