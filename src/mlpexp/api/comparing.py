"""``mlpexp.compare``: runs and sweeps side by side, paired by seed, as ``mlpexp compare`` compares them."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from mlpexp.api.answer import Answer
from mlpexp.api.plain import path_given
from mlpexp.api.result import Result
from mlpexp.asking import in_commands, in_python

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mlpexp.api.compared import Compared


class Comparison(Answer):
    """Several arms, compared by their common seeds.

    Args:
        compared: What they are, and what is said of them.
    """

    def __init__(self, compared: "Compared") -> None:
        super().__init__(compared.tables, compared.sentences)
        self._rows, self._drawn = compared.rows, compared.drawn

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

        drawn = self._drawn
        with drawn_for(None):
            return laid_out(draw_comparison(drawn.candidates, drawn.metric, drawn.label, drawn.seeds))


@in_python()
def compare(
    *results: Result | str | PathLike[str],
    metric: str | None = None,
    baseline: int | str | None = None,
    margin: float | None = None,
    power: float | None = None,
    output: str | PathLike[str] | None = None,
    plots: Sequence[str] = ("png",),
    runs_dir: str | PathLike[str] = "runs",
) -> Comparison:
    """Compares runs and sweeps; of one sweep its arms.

    Args:
        results: As ``train`` and ``sweep`` return them, or as they are named everywhere.
        metric: What is compared, such as ``test_loss``; None: the score that the results have in common.
        baseline: The arm to compare with: of several results its number among all arms; None: the best.
        margin: A difference that matters; None: the sweep's, else 0.01.
        power: A difference for which the number of seeds is said that shows it.
        output: A new folder to write tables and a figure into; None: nothing is written.
        plots: Formats of the figure in the folder.
        runs_dir: Where results are looked for by name.

    Raises:
        InputError: There is nothing to compare, the folder exists, or the numbers do not pair and no folder is named.
    """
    from mlpexp.api.compared import Wanted, compared, folder_for, write
    from mlpexp.api.compared_arms import ComparedArms
    from mlpexp.api.compared_results import paired_or_apart
    from mlpexp.api.training import checked_formats
    from mlpexp.results.result import Result as Files
    from mlpexp.store.listing import find_result

    formats = checked_formats(plots)
    files = [
        each.files if isinstance(each, Result) else Files.open(find_result(str(each), Path(runs_dir)))
        for each in results
    ]
    folder = folder_for(files, None if output is None else path_given(output, "output"))
    of = compared(files, Wanted(metric, baseline, margin, power))
    what = of if isinstance(of, ComparedArms) else paired_or_apart(of, or_apart=folder is not None)
    comparison = Comparison(what)
    if folder is not None:
        with in_commands():
            write(what, folder, formats)
    return comparison
