"""A remedy, and what it is chosen by: the numbers of a verdict and the config."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mlpexp.analysis.explain.rules.numbers import Numbers
from mlpexp.config.dump import as_data
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.values import value_text


@dataclass(frozen=True)
class Remedy:
    """One thing to try."""

    text: str
    """A phrase without the changes; may be empty."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """New values by key, as ``--set`` takes them; empty: it is nothing that a config says."""

    @property
    def phrase(self) -> str:
        """The text with all changes: ``a smaller learning rate: `optimizer.learning_rate: 0.01```."""
        changes = ", ".join(f"`{key}: {value_text(value)}`" for key, value in self.changes.items())
        return ": ".join(filter(None, (self.text, changes)))


@dataclass(frozen=True)
class Setting:
    """What a row goes by."""

    numbers: Numbers
    """Of the verdict."""
    prepared: Prepared
    """The experiment."""
    seeds: tuple[int, ...] = ()
    """Those that show it."""

    @cached_property
    def config(self) -> dict[str, Any]:
        """With all defaults, as plain data."""
        return as_data(self.prepared.experiment)

    def own(self, key: str, usual: Any = None) -> Any:
        """The value of a key; ``usual`` where the config has none."""
        node: Any = self.config
        for part in key.split("."):
            if not isinstance(node, dict) or part not in node:
                return usual
            node = node[part]
        return node

    def number(self, name: str, usual: float) -> float:
        """A number of the verdict; ``usual`` where it has none."""
        value = self.numbers.get(name, usual)
        return usual if isinstance(value, str) else value

    @property
    def rate(self) -> float:
        """The learning rate."""
        return float(self.own("optimizer.learning_rate"))

    @property
    def activation(self) -> str:
        """Of the hidden layers, or of the first."""
        value = self.own("model.activation")
        first = value[0] if isinstance(value, list) and value else value
        return str(first["name"]) if isinstance(first, dict) else "relu"


Row = Callable[[Setting], Remedy | None]
