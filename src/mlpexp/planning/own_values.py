"""The values that an experiment has at the axes of a sweep, whether an arm names them or not."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mlpexp.config.datasets import scaling_of
from mlpexp.config.experiment import Experiment
from mlpexp.config.yaml_source import value_at
from mlpexp.planning.axes import Axis
from mlpexp.planning.designs import Settings


def own_value(experiment: Experiment, parts: Sequence[str]) -> list[Any]:
    """The value of a key in the resolved config, as data, in a list; an empty list if it has none."""
    if parts == ["dataset", "scale"]:
        return [scaling_of(experiment.dataset)]
    return [
        next(iter(value.values()))  # `relu` is what `{name: relu}` is short for
        if isinstance(value, dict) and set(value) in ({"name"}, {"kind"})
        else value
        for value in value_at(experiment.model_dump(mode="json"), parts)
    ]


def as_listed(axes: Sequence[Axis], written: Settings, experiment: Experiment) -> Settings:
    """What a listed arm is at each axis: what it names, and of the others what it is trained with.

    A whole section that it does not name is called by its name alone, ``sgd``.

    Args:
        axes: Of all arms.
        written: What the arm names.
        experiment: Of the arm, its hidden sizes as they are written.
    """
    settings = {}
    for axis in axes:
        if axis.key in written:
            settings[axis.key] = written[axis.key]
        elif own := own_value(experiment, axis.parts):
            settings[axis.key] = _short(own[0])
    return settings


def _short(value: Any) -> Any:
    """A section by its name or kind."""
    return value.get("name", value.get("kind", value)) if isinstance(value, dict) else value


def with_values_of(axes: Sequence[Axis], arms: Sequence[Settings]) -> list[Axis]:
    """The axes with every value that some arm has, in the order of the arms.

    Args:
        axes: With those that arms name.
        arms: From ``as_listed``.
    """
    return [replace(axis, values=_different(axis, arms)) for axis in axes]


def _different(axis: Axis, arms: Sequence[Settings]) -> list[Any]:
    values = [settings[axis.key] for settings in arms if axis.key in settings]
    return list({axis.written_text(value): value for value in reversed(values)}.values())[::-1]
