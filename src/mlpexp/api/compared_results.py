"""Several results, compared by their common seeds; where their numbers do not pair, side by side."""

from collections.abc import Sequence
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

from mlpexp.api.compared import Drawn, Rows, Wanted
from mlpexp.asking import keyword
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.config.scores import Column
    from mlpexp.report.comparison_folder import Written
    from mlpexp.report.tables.paired_results import PairedResults
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.result import Result


class ComparedResults:
    """Arms of several results, compared by their common seeds.

    Args:
        results: At least two.
        wanted: What is asked.

    Raises:
        InputError: One is there twice or has not ended, or there is no such arm.
    """

    def __init__(self, results: "Sequence[Result]", wanted: Wanted) -> None:
        from mlpexp.planning.factors import differences
        from mlpexp.results.candidates import candidates_in

        self.results, self.wanted = results, wanted
        self.candidates = candidates_in(results)
        self._reference = self._number(wanted.baseline)
        self.factors = differences([candidate.config for candidate in self.candidates])

    def _number(self, baseline: int | str | None) -> int | None:
        """The number of the arm to compare with, among those of all results."""
        text, count = str(baseline), len(self.candidates)
        if baseline is None or (text.isascii() and text.isdigit() and int(text) < count):
            return None if baseline is None else int(text)
        raise InputError(f"{keyword('baseline', text)}: expected a number from 0 to {count - 1}")

    @property
    def identical(self) -> list[str]:
        """Which of them are one training."""
        from mlpexp.report.tables.shared_seeds import identical

        return identical(self.results)

    @cached_property
    def metric(self) -> "Column":
        """By which score they are compared.

        Raises:
            InputError: They have none in common, or not the one asked for.
        """
        from mlpexp.results.candidates import common_metric

        return common_metric(self.candidates, self.wanted.metric)

    @cached_property
    def paired(self) -> "PairedResults":
        """Their differences.

        Raises:
            NotPaired: Their numbers do not pair.
        """
        from mlpexp.report.tables.paired_results import MARGIN, PairedResults

        margin = self.wanted.power or self.wanted.margin or MARGIN
        return PairedResults(self.results, self.candidates, self.factors, self.metric, margin, self._reference)

    @property
    def tables(self) -> "list[TextTable]":
        """What differs, how they compare, and how many seeds are needed."""
        from mlpexp.report.tables.comparison_table import differences_table

        differ = [differences_table(self.candidates, self.factors)] if self.factors else []
        return [*differ, self.paired.table(whole=False, sentences=False), *self.powers]

    @property
    def powers(self) -> "list[TextTable]":
        """How many seeds are needed, where that is asked."""
        from mlpexp.report.tables.comparison_table import power_table

        power, labels = self.wanted.power, [candidate.label for candidate in self.candidates]
        return [] if power is None else [power_table(labels, self.paired.comparison, power, heading="what")]

    @property
    def sentences(self) -> list[str]:
        """What must be said beside them."""
        return [*self.identical, *self.paired.warnings, *self.paired.said]

    @property
    def rows(self) -> Rows:
        """All numbers, a row for each arm."""
        from mlpexp.results.comparison import paired_rows

        return paired_rows(self.paired.comparison, [candidate.label for candidate in self.candidates])

    @property
    def drawn(self) -> Drawn:
        """What the figure is of."""
        return Drawn(self.candidates, self.metric, self.metric.label, self.paired.seeds)

    @property
    def written(self) -> "Written":
        """What a folder gets."""
        from mlpexp.report.comparison_folder import Written

        paired = self.paired
        tables = [*keys(self), *paired.to_paste(), *self.powers]
        return Written(paired.table(whole=True, sentences=True), tables, [*paired.warnings, *paired.said])


def paired_or_apart(of: ComparedResults, *, or_apart: bool) -> "ComparedResults | Apart":
    """What is said of results: their differences, or where their numbers do not pair what each reached.

    Args:
        of: The results.
        or_apart: Whether they stand side by side where they do not pair.

    Raises:
        NotPaired: Their numbers do not pair.
    """
    from mlpexp.results.candidates import NotPaired

    try:
        _ = of.paired
    except NotPaired as error:
        if or_apart:
            return Apart(of, error.message)
        raise
    return of


class Apart:
    """Results whose numbers do not pair, side by side: nothing is tested.

    Args:
        of: What does not pair.
        reason: Why.
    """

    def __init__(self, of: ComparedResults, reason: str) -> None:
        from mlpexp.results.candidates import own_values
        from mlpexp.statistics.intervals import mean_interval

        self._of, self._reason, metric = of, reason, of.metric
        values = [[*filter(isfinite, own_values(candidate, metric).values())] for candidate in of.candidates]
        ends = metric.score.ends
        self._means = [mean_interval(of_one).within(*ends) if of_one else None for of_one in values]

    def table(self, *, whole: bool) -> "TextTable":
        """The mean of each by its own seeds."""
        from mlpexp.report.tables.comparison_table import apart_table

        return apart_table(self._of.candidates, self._means, self._of.metric, whole=whole)

    @property
    def tables(self) -> "list[TextTable]":
        """For the eye."""
        return [self.table(whole=False)]

    @property
    def sentences(self) -> list[str]:
        """Why nothing is tested, and what is of no use then."""
        from mlpexp.report.tables.paired_results import warnings_of

        of, wanted = self._of, self._of.wanted
        asked = {"baseline": wanted.baseline, "margin": wanted.margin, "power": wanted.power}
        idle = [keyword(option) for option, value in asked.items() if value is not None]
        return [
            *warnings_of(list(dict.fromkeys(candidate.place[0] for candidate in of.candidates)), of.factors),
            f"nothing is tested: {self._reason.removeprefix('cannot be compared: ')}",
            *([f"{', '.join(idle)}: of no use where nothing is tested"] if idle else []),
            "each interval is of one mean, over the seeds of this result",
        ]

    @property
    def rows(self) -> Rows:
        """A row for each, with the cells of the table."""
        table = self.table(whole=True)
        return [dict(zip(table.columns, row, strict=True)) for row in table.rows]

    @property
    def drawn(self) -> Drawn:
        """What the figure is of."""
        return Drawn(self._of.candidates, self._of.metric, self._of.metric.label)

    @property
    def written(self) -> "Written":
        """What a folder gets."""
        from mlpexp.report.comparison_folder import Written

        whole = self.table(whole=True)
        return Written(whole, [*keys(self._of), whole], self.sentences)


def keys(of: ComparedResults) -> "list[TextTable]":
    """The table of what differs, where anything does."""
    from mlpexp.report.tables.comparison_table import keys_table

    return [keys_table(of.candidates, of.factors)] if of.factors else []
