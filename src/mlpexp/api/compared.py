"""A comparison: what is asked of it, and what it says, for the terminal, for Python and for a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mlpexp.asking import keyword
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.api.compared_arms import ComparedArms
    from mlpexp.api.compared_results import ComparedResults
    from mlpexp.config.scores import Column
    from mlpexp.report.comparison_folder import Written
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.candidates import Candidate
    from mlpexp.results.result import Result

Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Wanted:
    """What is asked of a comparison."""

    metric: str | None = None
    """What is compared, such as ``test_loss``; None: the score that the results have in common."""
    baseline: int | str | None = None
    """The arm to compare with: its number, of one sweep also its values; None: the best."""
    margin: float | None = None
    """A difference that matters; None: the sweep's, else 0.01."""
    power: float | None = None
    """A difference for which the number of seeds is said that shows it; None: none is."""

    def check(self) -> None:
        """Refuses sizes that are none.

        Raises:
            InputError: One is not above 0.
        """
        for word, value in (("margin", self.margin), ("power", self.power)):
            if value is not None and not 0 < value < inf:
                raise InputError(f"{keyword(word, f'{value:g}')}: expected a number above 0")


@dataclass(frozen=True)
class Drawn:
    """What the figure of a comparison is of."""

    candidates: "Sequence[Candidate]"
    """What is compared."""
    metric: "Column"
    """By which score."""
    label: str
    """Of the score, with its unit."""
    seeds: Sequence[int] | None = None
    """Which are common; None: of each candidate all."""


class Compared(Protocol):
    """What both kinds of comparison say."""

    @property
    def tables(self) -> "list[TextTable]":
        """For the eye."""

    @property
    def sentences(self) -> list[str]:
        """What follows from them."""

    @property
    def rows(self) -> Rows:
        """All numbers, a row for each arm."""

    @property
    def drawn(self) -> Drawn:
        """What the figure is of."""

    @property
    def written(self) -> "Written":
        """What a folder gets."""


def compared(results: "Sequence[Result]", wanted: Wanted) -> "ComparedArms | ComparedResults":
    """Compares runs and sweeps; of one sweep its arms.

    Args:
        results: At least one.
        wanted: What is asked.

    Raises:
        InputError: There is nothing to compare, or no such arm or metric.
    """
    from mlpexp.api.compared_arms import ComparedArms
    from mlpexp.api.compared_results import ComparedResults

    wanted.check()
    if not results:
        raise InputError("compare: which results? name two or more, or a sweep")
    return ComparedArms(results[0], wanted) if len(results) == 1 else ComparedResults(results, wanted)


def write(comparison: Compared, folder: Path, formats: Sequence[str]) -> None:
    """Writes tables, sentences and a figure into a new folder.

    Args:
        comparison: What is written.
        folder: From ``folder_for``.
        formats: Of the figure.

    Raises:
        RunError: It cannot be written.
    """
    from mlpexp.report.comparison_folder import write_comparison

    drawn = comparison.drawn
    write_comparison(comparison.written, drawn.candidates, drawn.metric, drawn.label, folder, formats, drawn.seeds)


def folder_for(results: "Sequence[Result]", output: Path | None) -> Path | None:
    """The folder that was named for a comparison; None: none was.

    Raises:
        InputError: It exists, or is in a result.
    """
    from mlpexp.store.beside import folder_beside

    return folder_beside(results[0].path, "comparison", output) if output is not None and results else None
