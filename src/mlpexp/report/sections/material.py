"""What the sections of a report are made of: a result, its figures, its comparison, each found once."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mlpexp.errors import InputError, MlpexpError
from mlpexp.report.document.blocks import Paragraph
from mlpexp.report.drawing.save_figures import Drawn, drawn
from mlpexp.report.figures.catalogue import figures_of
from mlpexp.results.comparison import ArmsComparison, read_comparison
from mlpexp.results.result import Result

if TYPE_CHECKING:
    from mlpexp.analysis.explain.verdicts import Verdict
    from mlpexp.planning.plan import Plan

RUNS_DIR = "--runs-dir"
Explain = Callable[[Result], "Sequence[Verdict] | str"]
Live = Callable[[Result], Mapping[str, Any] | str]


class Material:
    """A result, and what several sections say of it.

    Args:
        result: Finished or not.
        explain: Measures why the networks of a run learned or did not, or says in a sentence why that cannot be said;
            None: it is not asked for.
        live: What a page computes with by a trained network, or in a sentence why it has none; None: it is not asked for.
    """

    def __init__(self, result: Result, explain: Explain | None = None, live: Live | None = None) -> None:
        self.result, self.explain, self.live = result, explain, live

    @property
    def compares(self) -> bool:
        """Whether there are arms to compare."""
        return bool(self.result.summary.axes)

    @property
    def has_ended(self) -> bool:
        """Whether there are results to speak of."""
        return self.result.summary.complete and self.result.summary.outcome is not None

    @property
    def of_diverged(self) -> Sequence[Paragraph]:
        """That all seeds diverged, beside what their networks do; else nothing, for diverged seeds are left out."""
        outcome, num_trials = self.result.summary.outcome, self.result.summary.num_trials
        if outcome is None or not outcome.diverged or outcome.diverged + outcome.failed < num_trials:
            return ()
        said = "All seeds diverged. What is shown is of their last finite weights, and no result."
        return (Paragraph((said,)),)

    @property
    def command(self) -> str:
        """The word that made it: ``train`` or ``sweep``."""
        return self.result.summary.planned_by

    @property
    def runs_dir(self) -> Sequence[str]:
        """The option of the command that made it which names the folder of all results, as it was typed; may be empty."""
        words = [str(word) for word in self.result.environment.get("command", [])]
        joined = [word for word in words if word.startswith(f"{RUNS_DIR}=")]
        return joined or next((pair for pair in pairwise(words) if pair[0] == RUNS_DIR), ())

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The resolved config; empty where it is damaged."""
        try:
            return self.result.config
        except InputError:
            return {}

    @cached_property
    def comparison(self) -> ArmsComparison | None:
        """All that can be said of the arms; None of a run, and of what has not ended."""
        return read_comparison(self.result) if self.compares and self.has_ended else None

    @cached_property
    def plan(self) -> "Plan | None":
        """What was planned; None where a table is not there any more, or the config is damaged."""
        try:
            return self.result.plan
        except MlpexpError:
            return None

    @cached_property
    def figures(self) -> Mapping[str, Drawn]:
        """All figures that its files permit, by name."""
        return {figure.name: figure for figure in drawn(self.result.path, figures_of(self.result), set())}

    @cached_property
    def verdicts(self) -> "Sequence[Verdict] | str":
        """What keeps the networks of a run from learning, or in a sentence why nothing is said of it; may be empty."""
        return self.explain(self.result) if self.explain and self.has_ended and not self.compares else ""

    @cached_property
    def network(self) -> Mapping[str, Any] | str:
        """A trained network for the page, or in a sentence why there is none; may be empty."""
        return self.live(self.result) if self.live and self.has_ended else ""
