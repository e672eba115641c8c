"""The arms of one sweep, compared."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.api.compared import Drawn, Rows, Wanted
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.report.comparison_folder import Written
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.result import Result


class ComparedArms:
    """The arms of one sweep, compared.

    Args:
        result: The sweep.
        wanted: What is asked.

    Raises:
        InputError: It is one run, or has no such arm or metric.
    """

    def __init__(self, result: "Result", wanted: Wanted) -> None:
        from mlpexp.results.arm_named import arm_named
        from mlpexp.results.comparison import read_comparison

        if not result.summary.axes:
            raise InputError(f"compare: {result.path} is one run; name two or more, or a sweep")
        self.result, self.power = result, wanted.power
        margin = wanted.margin if wanted.power is None else wanted.power
        reference = None if wanted.baseline is None else arm_named(result, str(wanted.baseline))
        self.comparison = read_comparison(result, wanted.metric, margin, reference)

    @property
    def tables(self) -> "list[TextTable]":
        """That of the terminal, and how many seeds are needed."""
        from mlpexp.report.tables.comparison_files import to_show

        return [to_show(self.result, self.comparison), *self._powers(short=True)]

    @property
    def sentences(self) -> list[str]:
        """What must be said beside them."""
        from mlpexp.report.tables.conclusions import conclusions

        said = conclusions(self.comparison, self.result.path)
        return [*said.warnings, *said.footnotes]

    @property
    def rows(self) -> Rows:
        """All numbers, a row for each arm."""
        from mlpexp.results.comparison import comparison_rows

        return comparison_rows(self.comparison)

    @property
    def drawn(self) -> Drawn:
        """What the figure is of."""
        from mlpexp.config.scores import column_of
        from mlpexp.results.candidates import candidates_in

        metric = self.comparison.summary.metric
        column = column_of(metric.name)
        assert column is not None, metric.name
        return Drawn(candidates_in([self.result]), replace(column, when=metric.when), metric.label)

    @property
    def written(self) -> "Written":
        """What a folder gets."""
        from mlpexp.report.comparison_folder import Written
        from mlpexp.report.tables.comparison_files import to_export, to_paste
        from mlpexp.report.tables.conclusions import conclusions

        said = conclusions(self.comparison, Path(self.result.path.resolve().name), shows_all=True)
        tables = [*to_paste(self.comparison), *self._powers(short=False)]
        return Written(to_export(self.result, self.comparison), tables, [*said.warnings, *said.footnotes])

    def _powers(self, *, short: bool) -> "list[TextTable]":
        from mlpexp.report.tables.comparison_table import power_table, shown_label

        labels = list(map(shown_label, self.comparison.labels)) if short else self.comparison.labels
        return [] if self.power is None else [power_table(labels, self.comparison.shown, self.power)]
