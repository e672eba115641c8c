"""Reading the files of a sweep folder, as far as they are there; the large one in pieces."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlpexp.report.result_files import Absent, complete_table
from mlpexp.report.sweep_facts import SweepAxis, SweepFacts, sweep_facts
from mlpexp.report.sweep_means import outcomes

CHUNK_ROWS = 200_000


class SweepFiles:
    """The files that figures of a sweep are drawn from; a file that is not there raises ``Absent``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def summary(self) -> dict[str, Any]:
        """``summary.json``."""
        try:
            return dict(json.loads((self.folder / "summary.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise Absent from None

    @cached_property
    def arms(self) -> pd.DataFrame:
        """``arms.csv``, by arm."""
        return complete_table(self.folder / "arms.csv", {"label", *self._keys}).sort_values("arm", ignore_index=True)

    @cached_property
    def facts(self) -> SweepFacts:
        """What the summary and the arms say."""
        return sweep_facts(self.summary, self.arms)

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """``trials.csv``, as ``sweep_means.outcomes`` puts it."""
        return outcomes(complete_table(self.folder / "trials.csv", set(self._keys)), self.facts)

    @cached_property
    def timing(self) -> pd.DataFrame:
        """``timing.csv``."""
        return complete_table(self.folder / "timing.csv")

    @cached_property
    def diagnostics(self) -> pd.DataFrame:
        """``diagnostics.csv``."""
        return complete_table(self.folder / "diagnostics.csv")

    @property
    def _keys(self) -> list[str]:
        return [str(axis["key"]) for axis in self.summary["axes"]]

    def of_axis(self, axis: SweepAxis) -> pd.DataFrame:
        """The outcomes that show the effect of an axis: all, or where one axis at a time is varied, this one's."""
        rows = self.outcomes[self.outcomes[axis.key].isin(axis.values)]
        if self.facts.method == "one_at_a_time":
            for other in self.facts.axes:
                if other.key != axis.key and not self._move_together(axis, other):
                    rows = rows[rows[other.key] == (other.base or "")]
        return rows

    def crossed(self, first: SweepAxis, second: SweepAxis) -> bool:
        """Whether the values of two axes are combined, rather than moving together or one at a time."""
        pairs = len(self.arms[[first.key, second.key]].drop_duplicates())
        return self.facts.method == "grid" and pairs > max(len(first.values), len(second.values))

    def companions(self, axis: SweepAxis) -> list[SweepAxis]:
        """Other axes that move together with this one: their effects cannot be told apart."""
        others = [other for other in self.facts.axes if other.key != axis.key]
        return [] if self.facts.sampled else [other for other in others if self._move_together(axis, other)]

    def _move_together(self, first: SweepAxis, second: SweepAxis) -> bool:
        pairs = self.arms[[first.key, second.key]].drop_duplicates()
        return bool(pairs[first.key].is_unique and pairs[second.key].is_unique)

    @cached_property
    def metric_columns(self) -> list[str]:
        """The columns of ``metrics.csv``."""
        path = self.folder / "metrics.csv"
        if not path.is_file():
            raise Absent
        return [str(column) for column in pd.read_csv(path, nrows=0).columns]

    def curves(self, group_of_arm: Mapping[int, int], columns: Sequence[str]) -> pd.DataFrame:
        """Metrics by epoch: for each group of arms and each seed, the mean over those trials that did not diverge.

        Args:
            group_of_arm: Arms that are not in it are left out.
            columns: Of ``metrics.csv``.

        Returns:
            Columns group, seed, epoch and those asked for; NaN at epochs that some of the trials did not reach.

        Raises:
            Absent: There is no such file, or no such row.
        """
        sound = self.outcomes.loc[self.outcomes["value"].notna(), ["arm", "seed"]]
        sound = sound[sound["arm"].isin(list(group_of_arm))]
        expected = sound.assign(group=sound["arm"].map(group_of_arm)).groupby(["group", "seed"]).size()
        trials = pd.MultiIndex.from_frame(sound)
        sums: list[pd.DataFrame] = []
        for chunk in self._metric_rows(["arm", "seed", "epoch", *columns]):
            rows = chunk[pd.MultiIndex.from_frame(chunk[["arm", "seed"]]).isin(trials)]
            keys = [rows["arm"].map(group_of_arm).rename("group"), rows["seed"], rows["epoch"]]
            grouped = rows.groupby(keys)[list(columns)]
            sums.append(pd.concat({"sum": grouped.sum(), "count": grouped.count()}, axis=1))
        if not any(map(len, sums)):
            raise Absent
        total = pd.concat(sums).groupby(level=[0, 1, 2]).sum()
        group, seed, _ = (total.index.get_level_values(level) for level in range(3))
        needed = expected.reindex(pd.MultiIndex.from_arrays([group, seed])).to_numpy()[:, None]
        return (total["sum"] / total["count"]).where(total["count"].to_numpy() >= needed).reset_index()

    def _metric_rows(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """``metrics.csv`` in pieces, without a last line that a crash cut short."""
        path = self.folder / "metrics.csv"
        if not path.is_file():
            raise Absent
        with path.open("rb") as stream:
            stream.seek(-1, 2)
            cut_short = stream.read(1) != b"\n"
        before: pd.DataFrame | None = None
        with pd.read_csv(path, usecols=list(columns), chunksize=CHUNK_ROWS) as chunks:
            for chunk in chunks:
                if before is not None:
                    yield before
                before = chunk
        if before is not None:
            yield before.iloc[: len(before) - cut_short].astype(dict.fromkeys(("arm", "seed", "epoch"), np.int64))
