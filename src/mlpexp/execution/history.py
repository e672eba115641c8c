"""The metrics of a stack, epoch by epoch, as arrays until it has ended.

Axis letters: M members, E evaluated epochs.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from mlpexp.training.records import Record

COUNTS = ("epoch", "step")


class History:
    """Rows of metrics: NaN where a member took no part any more."""

    def __init__(self, num_members: int) -> None:
        self.num_members = num_members
        self.evaluation_seconds = 0.0
        self.counts: list[tuple[int, int]] = []
        self.values: dict[str, list[np.ndarray]] = {}  # by column, per epoch (M,)
        self.diagnostics: dict[str, np.ndarray] = {}  # by epoch, layer and quantity, as in the lines of a table: (M,)

    def add(self, record: Record) -> None:
        """Appends one record."""
        self.evaluation_seconds += record.evaluation_seconds
        self.counts.append((record.epoch, record.step))
        for name, array in {"learning_rate": record.learning_rates, **record.scores}.items():
            row = np.full(self.num_members, np.nan)
            row[record.positions] = array
            self.values.setdefault(name, []).append(row)

        for (layer, quantity), array in record.diagnostics.items():
            row = np.full(self.num_members, np.nan)
            row[record.positions] = array
            self.diagnostics[f"{record.epoch},{layer},{quantity}"] = row

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the rows."""
        return (*COUNTS, *self.values)

    @cached_property
    def _table(self) -> np.ndarray:
        """All values as ``(M, E, columns)``; asked for when there will be no more records."""
        return np.stack([np.stack(rows) for rows in self.values.values()], 2).swapaxes(0, 1)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {epoch: place for place, (epoch, _) in enumerate(self.counts)}

    def rows(self, member: int, last_epoch: int) -> str:
        """A member's rows up to its last epoch, as CSV lines with nine significant digits."""
        count = sum(epoch <= last_epoch for epoch, _ in self.counts)
        form = "%d,%d" + ",%.9g" * len(self.values) + "\n"
        values = self._table[member, :count].tolist()
        return "".join(form % (*counts, *row) for counts, row in zip(self.counts[:count], values, strict=True))

    def diagnostic_rows(self, member: int) -> str:
        """A member's diagnostics as CSV lines: epoch, layer, quantity, value."""
        values = ((name, array[member]) for name, array in self.diagnostics.items())
        return "".join(f"{name},{value:.9g}\n" for name, value in values if not np.isnan(value))

    def at(self, member: int, epoch: int) -> dict[str, float]:
        """A member's scores after an epoch; empty if there was no evaluation."""
        place = self._places.get(epoch)
        if place is None:
            return {}
        row = zip(self.values, self._table[member, place].tolist(), strict=True)
        return {name: value for name, value in row if name != "learning_rate"}

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Everything as arrays and plain data, for a checkpoint."""
        arrays = {f"history.{name}": np.stack(rows) for name, rows in self.values.items()}
        arrays |= {f"diagnostics.{name}": array for name, array in self.diagnostics.items()}
        seconds = {"evaluation_seconds": self.evaluation_seconds}
        order = {"history_columns": list(self.values), "history_diagnostics": list(self.diagnostics)}
        return arrays, {"history": self.counts, **order, **seconds}

    def restore(self, arrays: Mapping[str, np.ndarray], plain: Mapping[str, Any]) -> None:
        """Takes over a saved state."""
        self.evaluation_seconds = float(plain["evaluation_seconds"])
        self.counts = [(int(epoch), int(step)) for epoch, step in plain["history"]]
        self.values = {name: list(arrays[f"history.{name}"]) for name in plain["history_columns"]}
        self.diagnostics = {name: arrays[f"diagnostics.{name}"] for name in plain["history_diagnostics"]}
