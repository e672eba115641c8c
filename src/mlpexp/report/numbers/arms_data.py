"""What the figures over all arms of a result are drawn from: its tables, as far as they are there."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

import pandas as pd

from mlpexp.config.dump import as_data
from mlpexp.errors import InputError
from mlpexp.planning.sample_designs import speaks_of
from mlpexp.report.numbers.arm_data import DrawnData
from mlpexp.report.numbers.over_seeds import outcomes
from mlpexp.report.numbers.run_caption import RunCaption, run_caption
from mlpexp.report.numbers.sweep_caption import SweepAxis, SweepCaption, sweep_caption
from mlpexp.results.result import Result
from mlpexp.store.frames import Absent

MOST_PANELS = 12  # side by side on a page


class ArmsData(DrawnData):
    """What figures over all arms are drawn from; every table has a column ``arm``."""

    def __init__(self, result: Result) -> None:
        super().__init__(result)
        self.result = result

    @property
    def arms(self) -> pd.DataFrame:
        """``arms.csv``, by arm."""
        return self.result.arms

    @cached_property
    def caption(self) -> SweepCaption:
        """What the summary and the arms say."""
        try:
            about = speaks_of(self.result.config, self.result.summary)
        except InputError:  # a damaged config, of which other commands say more
            about = ""
        return sweep_caption(self.result.summary, self.arms, about)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """``trials.csv``, as ``over_seeds.outcomes`` puts it."""
        return outcomes(self.result.trials, self.caption)

    @cached_property
    def run_caption(self) -> RunCaption:
        """What is to be said of the data and the network, whichever arm it is."""
        summary = self.result.summary
        try:
            caption = run_caption(self.result.config, summary, None, "")
        except KeyError:  # a map whose defaults stay open in its config
            caption = run_caption(as_data(self.result.plan.base.experiment), summary, None, "")
        return replace(caption, title=self.result.summary.title)

    @cached_property
    def shown_arms(self) -> dict[int, str]:
        """Labels of the arms in the order in which they are shown side by side: that of the plan, or the best first
        where there are too many for one page.
        """
        labels = dict(enumerate(self.arms["label"]))
        if len(labels) <= MOST_PANELS:
            return labels
        means = self.outcomes.groupby("arm")["value"].mean()
        ordered = means.sort_values(
            ascending=not self.caption.score.higher_is_better, kind="stable", na_position="last"
        )
        return {int(arm): labels[int(arm)] for arm in ordered.index}

    @cached_property
    def lost(self) -> set[tuple[int, int]]:
        """Arm and seed of the trials that diverged or failed."""
        rows = self.outcomes[self.outcomes["diverged"] | self.outcomes["failed"]]
        return set(zip(rows["arm"].tolist(), rows["seed"].tolist(), strict=True))

    @property
    def costs(self) -> pd.DataFrame:
        """Time of an update and of a trial, by arm."""
        return self.result.costs

    @property
    def metric_columns(self) -> list[str]:
        """The columns of ``metrics.csv``."""
        return self.result.metric_columns

    def of_axis(self, axis: SweepAxis) -> pd.DataFrame:
        """The outcomes that show the effect of an axis: all, or where one axis at a time is varied, this one's."""
        rows = self.outcomes[self.outcomes[axis.key].isin(axis.values)]
        if self.caption.method == "one_at_a_time":
            for other in self.caption.axes:
                if other.key != axis.key and not self._move_together(axis, other):
                    rows = rows[rows[other.key] == (other.base or "")]
        return rows

    def crossed(self, first: SweepAxis, second: SweepAxis) -> bool:
        """Whether the values of two axes are combined, rather than moving together or one at a time."""
        pairs = len(self.arms[[first.key, second.key]].drop_duplicates())
        return self.caption.method == "grid" and pairs > max(len(first.values), len(second.values))

    def _move_together(self, first: SweepAxis, second: SweepAxis) -> bool:
        pairs = self.arms[[first.key, second.key]].drop_duplicates()
        return bool(pairs[first.key].is_unique and pairs[second.key].is_unique)

    def curves(self, arms: Collection[int], columns: Sequence[str]) -> pd.DataFrame:
        """Metrics by epoch of the trials of some arms that did not fail, read in one pass.

        Args:
            arms: By number.
            columns: Of ``metrics.csv``.

        Returns:
            Columns arm, seed, epoch and those asked for, and whether the trial diverged.

        Raises:
            Absent: There is no such file, or nothing in it.
        """
        ended = self.outcomes["diverged"] | self.outcomes["value"].notna()
        trials = self.outcomes.loc[ended & self.outcomes["arm"].isin(list(arms)), ["arm", "seed", "diverged"]]
        pieces = self.result.metric_pieces(["arm", "seed", "epoch", *columns])
        rows = [piece.merge(trials, on=["arm", "seed"]) for piece in pieces]
        if not rows:
            raise Absent
        return pd.concat(rows).drop_duplicates(["arm", "seed", "epoch"], keep="last")
