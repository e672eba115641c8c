"""``summary.json`` of a sweep: what was varied, what is compared, how the trials ended."""

from collections.abc import Mapping
from typing import Any

from mlpexp.config.dump import as_data
from mlpexp.data.dataset import Dataset
from mlpexp.planning.axes import Axis, numbers, suits_log
from mlpexp.planning.factors import differences
from mlpexp.planning.plan import Plan, own_value, sweep_hash
from mlpexp.planning.values import Distribution


def opening_summary(plan: Plan, dataset: Dataset) -> dict[str, Any]:
    """What is known before the first trial."""
    sizes, facts = plan.base.sizes, plan.base.facts
    return {
        "kind": "sweep",
        "name": plan.name,
        "hash": sweep_hash(plan),
        "status": "running",
        "title": f"{dataset.name} - {plan.base.experiment.model.name}: {_varied(plan)}",
        "method": plan.sweep.method,
        "dataset": {
            "title": dataset.name, "task": facts.task, "train": sizes.train, "validation": sizes.validation,
            "test": sizes.test,
        },
        "model": {"name": plan.base.experiment.model.name},
        "axes": [_axis(plan, axis) for axis in plan.axes],
        "base": {axis.key: _base(plan, axis) for axis in plan.axes},
        "parts": plan.parts,
        "metric": plan.metric.described(),
        "margin": plan.sweep.margin,
        "match": plan.sweep.match,
        "baseline": plan.baseline,
        "seeds": list(plan.seeds),
        "also_varies": also_varies(plan),
        "num_arms": len(plan.arms),
        "num_trials": len(plan.arms) * len(plan.seeds),
    }  # fmt: skip


def closing_summary(
    opening: Mapping[str, Any], counts: Mapping[str, Any], best: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The summary of a sweep all of whose trials have ended."""
    ended = {key: counts[key] for key in ("diverged", "failed")}
    kept = {key: value for key, value in opening.items() if key != "reason"}
    status = "diverged" if best is None else "finished"
    return {**kept, "status": status, **ended, "best": best, "time": counts["time"]}


def _varied(plan: Plan) -> str:
    """``learning rate x batch size``; axes that are not crossed with a comma."""
    crossed = plan.sweep.method != "one_at_a_time" and not plan.sweep.zip
    return (" x " if crossed else ", ").join(axis.label for axis in plan.axes) or "as it is"


def _axis(plan: Plan, axis: Axis) -> dict[str, Any]:
    values = axis.values
    if isinstance(values, Distribution):
        values = sorted({arm.settings[axis.key] for arm in plan.arms})
    texts = [axis.text(value) for value in values]
    found = numbers(texts)
    return {
        "key": axis.key,
        "label": axis.label,
        "values": texts,
        "numbers": found,
        "log": bool(found) and suits_log(found or []),
    }


def also_varies(plan: Plan) -> list[str]:
    """Keys that differ among the arms though they are no axes: defaults that follow an axis, such as the initializer."""
    return [key for key in differences([as_data(arm.experiment) for arm in plan.arms]) if not _follows(plan, key)]


def _follows(plan: Plan, key: str) -> bool:
    matched = ["model.hidden_sizes"] if plan.sweep.match else []
    return any(key == known or key.startswith(f"{known}.") for known in [*(axis.key for axis in plan.axes), *matched])


def _base(plan: Plan, axis: Axis) -> str | None:
    own = own_value(plan.base.experiment, axis.parts)
    return axis.text(own[0]) if own else None
