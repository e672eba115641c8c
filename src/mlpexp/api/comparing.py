"""``mlpexp.compare``: runs and sweeps side by side, paired by seed, as ``mlpexp compare`` compares them."""

from collections.abc import Mapping, Sequence
from math import inf
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.api.answer import Answer
from mlpexp.api.result import Result
from mlpexp.asking import in_python
from mlpexp.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mlpexp.config.scores import Column
    from mlpexp.report.tables.text_table import TextTable
    from mlpexp.results.candidates import Candidate


class Comparison(Answer):
    """Several arms, compared by their common seeds.

    Args:
        tables: For the eye.
        rows: All numbers, a row for each arm.
        sentences: What follows from them.
        candidates: What is compared.
        metric: By which score.
        label: Of it, with its unit.
        seeds: Which are common; None: of each all.
    """

    def __init__(
        self,
        tables: "Sequence[TextTable]",
        rows: Sequence[Mapping[str, Any]],
        sentences: Sequence[str],
        candidates: "Sequence[Candidate]",
        metric: "Column",
        label: str,
        seeds: Sequence[int] | None = None,
    ) -> None:
        super().__init__(tables, sentences)
        self._rows, self._drawn = rows, (candidates, metric, label, seeds)

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each arm: n, mean, interval, and what it is against the reference: difference, p, verdict; a copy."""
        import pandas as pd

        return pd.DataFrame(self._rows).replace("", None).infer_objects()

    def figure(self) -> "Figure":
        """Means with intervals, and the score of each seed."""
        from mlpexp.api.pictures import laid_out
        from mlpexp.report.comparison_folder import draw_comparison
        from mlpexp.report.drawing.look import drawn_for

        with drawn_for(None):
            return laid_out(draw_comparison(*self._drawn))


@in_python()
def compare(
    *results: Result | str | PathLike[str],
    metric: str | None = None,
    baseline: int | str | None = None,
    margin: float | None = None,
    runs_dir: str | PathLike[str] = "runs",
) -> Comparison:
    """Compares runs and sweeps; of one sweep its arms.

    Args:
        results: As ``train`` and ``sweep`` return them, or as they are named everywhere.
        metric: What is compared, such as ``test_loss``; None: the score that the results have in common.
        baseline: The arm to compare with: of several results its number among all arms; None: the best.
        margin: A difference that matters; None: the sweep's, else 0.01.
        runs_dir: Where results are looked for by name.

    Raises:
        InputError: There is nothing to compare, or the numbers do not pair.
    """
    from mlpexp.results.result import Result as Files
    from mlpexp.store.listing import find_result

    if margin is not None and not 0 < margin < inf:
        raise InputError(f"compare(margin={margin:g}): expected a number above 0")
    files = [
        each.files if isinstance(each, Result) else Files.open(find_result(str(each), Path(runs_dir)))
        for each in results
    ]
    if not files:
        raise InputError("compare: which results? name two or more, or a sweep")
    return _arms(files[0], metric, baseline, margin) if len(files) == 1 else _several(files, metric, baseline, margin)


def _arms(result: Any, metric: str | None, baseline: int | str | None, margin: float | None) -> Comparison:
    from dataclasses import replace

    from mlpexp.config.scores import column_of
    from mlpexp.report.tables.comparison_files import to_show
    from mlpexp.report.tables.conclusions import conclusions
    from mlpexp.results.arm_named import arm_named
    from mlpexp.results.candidates import candidates_in
    from mlpexp.results.comparison import comparison_rows, read_comparison

    if not result.summary.axes:
        raise InputError(f"compare: {result.path} is one run; name two or more, or a sweep")
    reference = None if baseline is None else arm_named(result, str(baseline))
    comparison = read_comparison(result, metric, margin, reference)
    said, shown = conclusions(comparison), comparison.summary.metric
    column = column_of(shown.name)
    assert column is not None, shown.name
    sentences = [*said.warnings, *said.footnotes]
    tables = [to_show(result, comparison)]
    column = replace(column, when=shown.when)
    rows = comparison_rows(comparison)
    return Comparison(tables, rows, sentences, candidates_in([result]), column, shown.label)


def _several(
    results: Sequence[Any], metric: str | None, baseline: int | str | None, margin: float | None
) -> Comparison:
    from mlpexp.planning.factors import differences
    from mlpexp.report.tables.comparison_table import differences_table
    from mlpexp.report.tables.paired_results import MARGIN, PairedResults
    from mlpexp.report.tables.shared_seeds import identical
    from mlpexp.results.candidates import candidates_in, common_metric
    from mlpexp.results.comparison import paired_rows

    candidates = candidates_in(results)
    if baseline is not None and not (isinstance(baseline, int) and 0 <= baseline < len(candidates)):
        raise InputError(f"compare(baseline={baseline!r}): expected a number from 0 to {len(candidates) - 1}")
    factors = differences([candidate.config for candidate in candidates])
    column = common_metric(candidates, metric)
    paired = PairedResults(results, candidates, factors, column, margin or MARGIN, baseline)
    differ = [differences_table(candidates, factors)] if factors else []
    rows = paired_rows(paired.comparison, [candidate.label for candidate in candidates])
    sentences = [*identical(results), *paired.warnings, *paired.said]
    tables = [*differ, paired.table(whole=False, sentences=False)]
    return Comparison(tables, rows, sentences, candidates, column, column.label, paired.seeds)
