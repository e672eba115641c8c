"""How the columns of a table are written and what the network gets of them: what another table is read by.

It is known of a table that has been read, and kept with what was trained on it. No key of a config is here.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from mlpexp.config.strict import Strict


class _Filled(Strict):
    """A column that may lack values."""

    name: str
    """Of the column."""
    fill: Literal["mean", "median", "most_frequent"] | None = None
    """What is put in place of a missing value, learned on the training part of each seed; None: nothing can be."""
    has_indicator: bool = False
    """Whether one more input says where a value is missing."""


class NumberColumn(_Filled):
    """Numbers, each an input."""

    kind: Literal["number"] = "number"
    decimal: str = "."
    """The mark before the fraction."""
    thousands: str = ""
    """The mark between groups of three digits; empty: there is none."""
    before: str = ""
    """A currency or sign in front."""
    after: str = ""
    """Per cent, a currency or a unit behind."""
    around: tuple[str, str] = ("", "")
    """Words before and behind that are left out."""
    lowest: float
    """The least of all rows."""
    highest: float
    """The greatest."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Their names, without that of the indicator."""
        return (self.name,)


class CategoryColumn(_Filled):
    """A category: one input for each level."""

    kind: Literal["category"] = "category"
    levels: tuple[str, ...]
    """In the order of the inputs, without that of missing cells."""
    level_of_missing: str = ""
    """What the level of missing cells is called, the last one; empty: there is none."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Their names, without that of the indicator."""
        levels = [*self.levels, *filter(None, [self.level_of_missing])]
        return tuple(f"{self.name}={level}" for level in levels)


class DateColumn(_Filled):
    """Dates: days since the beginning of 1970, or their parts."""

    kind: Literal["date"] = "date"
    parts: tuple[str, ...] = ()
    """``year``, ``month``, ..., each an input; empty: one input, the days."""
    written: tuple[str, ...]
    """Cells that leave no doubt how a date of this column is written."""
    lowest: tuple[float, ...] = ()
    """The least of all rows, of each input; of days those since the beginning of 1970. Empty: not known."""
    highest: tuple[float, ...] = ()
    """The greatest."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Their names, without that of the indicator."""
        return tuple(f"{self.name}.{part}" for part in self.parts) or (self.name,)


ColumnForm = Annotated[NumberColumn | CategoryColumn | DateColumn, Field(discriminator="kind")]


class TableForm(Strict):
    """How a table is written."""

    columns: tuple[ColumnForm, ...]
    """Those that become inputs, in the order of the inputs."""
    target: Annotated[NumberColumn | CategoryColumn, Field(discriminator="kind")]
    """What is predicted: numbers, or classes as levels."""
    names: tuple[str, ...]
    """Of all columns of the file, in its order."""
    renamed: bool = False
    """Whether the config gives them, in place of what the file says."""
    header: bool | None = None
    """As the config says."""
    delimiter: str | None = None
    """As the config says."""
    encoding: str | None = None
    """As the config says."""
    missing_values: tuple[str, ...] = ()
    """Cells that stand for a missing value, besides the usual ones."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of all inputs."""
        return tuple(name for column in self.columns for name in inputs_of(column))


def inputs_of(column: ColumnForm) -> Sequence[str]:
    """The names of the inputs that a column becomes."""
    return [*column.inputs, *[f"{column.name} is missing"] * column.has_indicator]
