"""The ``model:`` section of a self-organizing map, and the defaults that other sections take with it."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from mlpexp.config.strict import ListOf, PositiveFloat, PositiveInt, Strict, not_together

MOST_UNITS = 4096  # the table of offsets between units has as many values squared

Topology = Literal["rectangular", "hexagonal"]
RadiusDecay = Literal["exponential", "linear", "inverse_time"]
MapInit = Literal["random", "samples", "pca"]


class Som(Strict):
    """Self-organizing map (Kohonen 1982)."""

    name: Literal["som"]
    grid: ListOf[PositiveInt] = Field((10, 10), description="Rows and columns of units.")
    topology: Topology = Field("rectangular", description="Where units lie; neighbours: eight or six.")
    algorithm: Literal["online", "batch"] = Field(
        "online", description="Kohonen's rule, batch by batch, or weighted means of all samples once per epoch."
    )
    init: MapInit = Field("random", description="Initial code book: in the range of the data, samples, or their plane.")
    radius: PositiveFloat | None = Field(
        None, description="sigma of h = exp(-d^2 / sigma^2) at the start; default: half the longer side of the grid."
    )
    final_radius: PositiveFloat = Field(1.0, description="sigma in the last step.")
    radius_decay: RadiusDecay = Field("exponential", description="How sigma gets from the one to the other.")

    @model_validator(mode="after")
    def _a_grid_of_units(self) -> "Som":
        if len(self.grid) != 2:
            raise not_together("grid", f"expected two numbers, rows and columns, not {len(self.grid)}")
        if not 2 <= self.num_units <= MOST_UNITS:
            raise not_together(
                "grid", f"{self.num_units:,} unit{'' if self.num_units == 1 else 's'}; expected 2 to {MOST_UNITS:,}"
            )
        return self

    @property
    def num_units(self) -> int:
        """Rows times columns."""
        return self.grid[0] * self.grid[1]

    @property
    def default_radius(self) -> float:
        """Half the longer side, but not less than where it is to end."""
        return max(max(self.grid) / 2, self.final_radius)


ONLINE: dict[str, dict[str, Any]] = {
    "optimizer": {"name": "sgd", "learning_rate": 0.5},
    "schedule": {"name": "cosine", "final_factor": 0.02, "warmup_epochs": 0.0},
    "training": {"batch_size": 1},
}
BATCH: dict[str, dict[str, Any]] = {
    "optimizer": {"name": "sgd", "learning_rate": 1.0},
    "training": {"batch_size": "full"},
}


def map_defaults(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a map needs of other sections and the config leaves open: by section, keys and values; empty for networks."""
    model = data.get("model")
    if not isinstance(model, Mapping) or model.get("name") != "som":
        return {}
    defaults = BATCH if model.get("algorithm") == "batch" else ONLINE
    by_section: dict[str, dict[str, Any]] = {}
    for section, values in defaults.items():
        given = data.get(section)
        if given is None:
            by_section[section] = dict(values)
        elif isinstance(given, Mapping) and section != "schedule":
            sgd = section != "optimizer" or given.get("name", "sgd") == "sgd"
            by_section[section] = {key: value for key, value in values.items() if sgd and given.get(key) is None}
    return {section: values for section, values in by_section.items() if values}


def with_map_defaults(data: Mapping[str, Any]) -> dict[str, Any]:
    """A config as plain data with what ``map_defaults`` finds."""
    filled = {section: {**(data.get(section) or {}), **values} for section, values in map_defaults(data).items()}
    return {**data, **filled}
