"""Results whose numbers pair by seed: the table of their differences, and what must be said beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mlpexp.config.scores import Column
from mlpexp.planning.sample_designs import speaks_of
from mlpexp.report.tables.comparison_table import NEW_SAMPLES, NUMBERS_NEW, candidates_table, candidates_to_paste
from mlpexp.report.tables.conclusions import confounded, in_numbers, intervals_of_differences, of_new_samples
from mlpexp.report.tables.shared_seeds import of_common_seeds
from mlpexp.report.tables.text_table import TextTable
from mlpexp.results.candidates import Candidate, by_sample, paired_values
from mlpexp.statistics.comparison import compare

if TYPE_CHECKING:
    from mlpexp.results.result import Result

MARGIN = 0.01  # a difference that matters, unless another is asked for


class PairedResults:
    """Arms of several results, compared by their common seeds.

    Args:
        results: At least two.
        candidates: Their arms.
        factors: The keys in which the arms differ, with the value of each arm.
        metric: What is compared.
        margin: The difference that matters.
        reference: The number of the arm to compare with; None: the best.

    Raises:
        NotPaired: Their numbers do not pair.
    """

    def __init__(
        self,
        results: Sequence["Result"],
        candidates: Sequence[Candidate],
        factors: Mapping[str, Sequence[str]],
        metric: Column,
        margin: float = MARGIN,
        reference: int | None = None,
    ) -> None:
        score = metric.score
        self.results, self.candidates, self.factors, self.metric = results, candidates, factors, metric
        self.seeds, self.values = paired_values(candidates, metric)
        self.comparison = compare(
            self.values, score.higher_is_better, margin=margin, reference=reference, ends=score.ends
        )
        self.new = by_sample(candidates, metric, self.seeds, self.values)
        self.against = self.new.against(self.comparison)

    def table(self, *, whole: bool, sentences: bool) -> TextTable:
        """A row per arm; without verdicts for new samples where those for new seeds are these.

        Args:
            whole: With all columns.
            sentences: Verdicts as sentences, for files.
        """
        seeds, own = len(self.seeds), self.new.own()
        table = candidates_table(
            self.candidates, self.comparison, self.against, own, self.metric, seeds, whole=whole, sentences=sentences
        )
        datasets = [result.summary.dataset for result in self.results if self.metric.is_accuracy]
        always = dict.fromkeys(dataset.always(self.metric.part) for dataset in datasets)
        table = replace(table, title="; ".join(filter(None, (table.title, *always))))
        return table.without({NEW_SAMPLES, *NUMBERS_NEW}) if self.new.seeds_are_samples else table

    def to_paste(self) -> list[TextTable]:
        """Tables for a paper."""
        table = self.table(whole=True, sentences=False)
        return [table] if self.new.seeds_are_samples else list(candidates_to_paste(table))

    @property
    def warnings(self) -> list[str]:
        """What changes how the numbers must be read."""
        return warnings_of(self.results, self.factors)

    @property
    def said(self) -> list[str]:
        """Of what the verdicts speak, and what they rest on."""
        first = self.results[0]
        return [
            f"verdicts are for {speaks_of(first.config, first.summary)}",
            *of_common_seeds(self.candidates, self.seeds, self.values, self.factors, self.metric),
            *intervals_of_differences(self.comparison),
            *in_numbers(self.comparison),
            *of_new_samples(self.new, self.against, len(self.seeds)),
        ]


def warnings_of(results: Sequence["Result"], factors: Mapping[str, Sequence[str]]) -> list[str]:
    """That arms differ in several keys, and that samples were known before training."""
    return [*confounded(factors), *dict.fromkeys(text for each in results for text in each.summary.known_samples)]
