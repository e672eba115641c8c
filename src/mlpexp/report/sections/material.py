"""What the sections of a report are made of: a result, its figures, its comparison, each found once."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlpexp.errors import InputError, MlpexpError
from mlpexp.report.document.blocks import Paragraph
from mlpexp.report.drawing.save_figures import Drawn, drawn
from mlpexp.report.figures.catalogue import figures_of
from mlpexp.report.reasons import in_page
from mlpexp.results.comparison import ArmsComparison, read_comparison
from mlpexp.results.result import ArmResult, Result
from mlpexp.store.summary import ArmSummary

if TYPE_CHECKING:
    from mlpexp.analysis.explain.verdicts import Verdict
    from mlpexp.planning.plan import Plan
    from mlpexp.results.mistaken_samples import MistakenSamples

RUNS_DIR = "--runs-dir"
Explain = Callable[[ArmResult], "Sequence[Verdict] | str"]
Wrong = Callable[[ArmResult], "MistakenSamples | str"]
Live = Callable[[Result], Mapping[str, Any] | str]


class Material:
    """A result, and what several sections say of it.

    Args:
        result: Finished or not.
        explain: Measures why the networks of an arm learned or did not, or says in a sentence why that cannot be said;
            None: it is not asked for.
        live: What a page computes with by a trained network, or in a sentence why it has none; None: it is not asked for.
        wrong: The samples that the networks of an arm get wrong, or in a sentence why they cannot be shown; None: they are
            not asked for.
    """

    def __init__(
        self, result: Result, explain: Explain | None = None, live: Live | None = None, wrong: Wrong | None = None
    ) -> None:
        self.result, self.explain, self.live, self.wrong = result, explain, live, wrong
        self._left_out: dict[str, str] = {}

    @property
    def compares(self) -> bool:
        """Whether there are arms to compare."""
        return bool(self.result.summary.axes)

    @property
    def named(self) -> Path:
        """As which commands name the result: by its name alone, for a page is read elsewhere."""
        return Path(self.result.path.resolve().name)

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
        return None if isinstance(self._planned, str) else self._planned

    @property
    def why_no_plan(self) -> str:
        """Why what was planned is not known; empty where it is."""
        return self._planned if isinstance(self._planned, str) else ""

    @cached_property
    def _planned(self) -> "Plan | str":
        try:
            return self.result.plan
        except MlpexpError as error:
            return in_page(error, self.result.path)

    @cached_property
    def figures(self) -> Mapping[str, Drawn]:
        """All figures that its files permit, by name."""
        every = drawn(self.result.path, figures_of(self.result), set(), self._left_out)
        return {figure.name: figure for figure in every}

    @property
    def figures_left_out(self) -> Mapping[str, str]:
        """Why a figure cannot be drawn, by name."""
        return self._left_out if self.figures is not None else {}

    @cached_property
    def best_arm(self) -> ArmResult | None:
        """The only arm, or that with the best mean; None of what has not ended, or where no arm has a mean."""
        outcome = self.result.summary.outcome
        best = outcome.best if outcome and self.compares else 0
        return self.result.arm(best) if self.has_ended and best is not None else None

    @cached_property
    def worst_arm(self) -> ArmResult | None:
        """Of several arms the first that has no mean since its trials diverged, else that with the worst; None: none else."""
        summary = self.result.summary
        if not (self.has_ended and self.compares and summary.outcome):
            return None
        arms = enumerate(summary.outcome.arms)
        means = {place: _mean(arm, summary.metric.column) for place, arm in arms if arm.failed < len(summary.seeds)}
        lost = [place for place, mean in means.items() if mean is None]
        sign = 1 if summary.metric.higher_is_better else -1
        ordered = sorted((sign * mean, place) for place, mean in means.items() if mean is not None)
        worst = next(iter([*lost, *(place for _, place in ordered)]), summary.outcome.best)
        return None if worst is None or worst == summary.outcome.best else self.result.arm(worst)

    def place_of(self, arm: ArmResult) -> str:
        """``The best arm by test accuracy``, or the worst, or that it diverged."""
        summary = self.result.summary
        if self.best_arm and arm.number == self.best_arm.number:
            return f"The best arm by {summary.metric.label}"
        assert summary.outcome is not None, "it has ended"
        lost = _mean(summary.outcome.arms[arm.number], summary.metric.column) is None
        return "An arm without a result" if lost else f"The worst arm by {summary.metric.label}"

    @cached_property
    def verdicts(self) -> "Sequence[tuple[ArmResult, Sequence[Verdict] | str]]":
        """What keeps the networks of an arm from learning, or in a sentence why nothing is said of it, which may be empty.

        Of several arms those of the best and of the worst one.
        """
        arms = [arm for arm in (self.best_arm, self.worst_arm) if arm]
        return [(arm, self.explain(arm)) for arm in arms] if self.explain else []

    @cached_property
    def mistakes(self) -> "MistakenSamples | str":
        """The samples that the only or the best arm gets wrong, or in a sentence why they are not shown; may be empty."""
        return self.wrong(self.best_arm) if self.wrong and self.best_arm else ""

    @cached_property
    def network(self) -> Mapping[str, Any] | str:
        """A trained network for the page, or in a sentence why there is none; may be empty."""
        return self.live(self.result) if self.live and self.has_ended else ""


def _mean(arm: ArmSummary, column: str) -> float | None:
    mean = arm.means.get(column)
    return mean.mean if mean else None
