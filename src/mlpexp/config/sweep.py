"""The ``sweep:`` section: which keys are varied, over which values, with how many seeds, and what is compared."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mlpexp.config.strict import ListOf, PositiveFloat, PositiveInt, Strict

LABEL = "label"  # of an arm that is listed: the user's own name for it
Method = Literal["grid", "one_at_a_time", "random", "sobol"]


def _by_label(value: object) -> object:
    """``two 3x3`` is short for ``{label: two 3x3}``."""
    return {LABEL: value} if isinstance(value, str) else value


class Sweep(Strict):
    """One comparison: arms (settings of the axes), each trained with the same seeds."""

    over: dict[str, Any] = Field(
        default_factory=dict,
        description="The axes: a key and its values, a list, names with values, or a range such as `log(1e-4, 1, 9)`.",
    )
    method: Method = Field(
        "grid",
        description="`grid`: all combinations; `one_at_a_time`: each axis alone, the others as in the config; "
        "`random` and `sobol`: sampled.",
    )
    zip: ListOf[ListOf[str]] = Field((), description="Groups of axes that move together instead of being crossed.")
    exclude: ListOf[dict[str, Any]] = Field((), description="Combinations to leave out: values of some axes.")
    arms: ListOf[dict[str, Any]] = Field(
        (),
        description="Instead of `over`: the arms one by one, each by its values of the axes, and a `label` if it shall have a "
        "name; what an arm does not name is as in the config.",
    )
    trials: PositiveInt | None = Field(
        None, description="For `random` and `sobol`: number of trials in all, arms times seeds."
    )
    seeds: PositiveInt | None = Field(
        None, description="Seeds per arm; default: the config's `seeds` if above 1, else 10.", le=100_000
    )
    match: Literal["parameters"] | None = Field(
        None,
        description="`parameters`: hidden sizes are scaled so that every arm has as many parameters as the config's network.",
    )
    metric: str | None = Field(
        None, description="What is compared, such as `test_accuracy`; default: accuracy or R² on the test part."
    )
    baseline: Annotated[dict[str, Any] | None, BeforeValidator(_by_label)] = Field(
        None, description="The arm that the others are compared with, by its values or its label; default: the best."
    )
    margin: PositiveFloat = Field(0.01, description="A difference that matters, in the unit of the metric.")
