"""Why the networks of an arm learned or did not, as an object that a notebook and a terminal can show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlpexp.asking import in_python
from mlpexp.report.tables.comparison_table import shown_label
from mlpexp.report.tables.explanation import AdviceOfEach, as_json, as_markdown, as_text, in_words

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.analysis.explain.verdicts import Verdict
    from mlpexp.results.arm_choice import Say
    from mlpexp.results.result import ArmResult

WIDTH = 100  # characters of a line


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Verdicts, the first of them the most important."""

    arm: "ArmResult"
    """Of which result."""
    verdicts: "Sequence[Verdict]"
    """Causes first."""
    advice: AdviceOfEach
    """The remedies of each verdict, tried or not."""

    @property
    def name(self) -> str:
        """What is explained."""
        summary = self.arm.result.summary
        return f"{summary.name}, {shown_label(self.arm.label)}" if summary.axes else summary.name

    @property
    def table(self) -> "pd.DataFrame":
        """A row for each verdict: its kind and title, how many seeds show it, what was measured, what helps."""
        import pandas as pd

        from mlpexp.analysis.explain.explanations import explained

        rows = [
            {
                "verdict": verdict.kind, "title": explained(verdict).title, "seeds": len(verdict.seeds),
                "of": verdict.num_seeds, "measured": explained(verdict).finding, "meaning": explained(verdict).meaning,
                "try": "; ".join(map(in_words, remedies)),
            }
            for verdict, remedies in zip(self.verdicts, self.advice, strict=True)
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def text(self, width: int = WIDTH) -> str:
        """As ``mlpexp explain`` prints it."""
        run = None if self.arm.result.summary.axes else self.arm.result.path
        return as_text(self.name, self.verdicts, self.advice, run, width)

    def markdown(self) -> str:
        """With headings."""
        return as_markdown(self.name, self.verdicts, self.advice)

    def json(self) -> str:
        """All verdicts with their numbers."""
        return as_json(self.verdicts, self.advice)

    @in_python()
    def __repr__(self) -> str:
        return self.text().rstrip("\n")

    @in_python()
    def _repr_markdown_(self) -> str:
        return self.markdown()


def explain(
    arm: "ArmResult", seed: int | None = None, *, quick: bool = False, data_dir: str | None = None, say: "Say"
) -> Explanation:
    """Examines the networks of an arm, judges them, and tries what may help.

    Args:
        arm: Of a result that has ended.
        seed: Of which network; None: of all.
        quick: Whether no remedies are tried.
        data_dir: Where image data sets lie.
        say: Is told what takes time.

    Raises:
        InputError: There is no such seed, the model is a map, or data that are needed are not there.
        RunError: A file is damaged.
    """
    from mlpexp.analysis.explain.advice import untried
    from mlpexp.analysis.explain.examine import examine
    from mlpexp.analysis.explain.trying import tried
    from mlpexp.analysis.explain.verdicts import judge

    verdicts = judge(examine(arm, None if seed is None else [seed], data_dir, say, rehearsed=not quick))
    prepared = arm.result.plan.arms[arm.number].prepared
    advice = untried(verdicts, prepared) if quick else tried(arm, verdicts, data_dir, say)
    return Explanation(arm, verdicts, advice)
