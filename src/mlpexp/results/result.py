"""A result: what its folder holds, read lazily. One reader for runs and sweeps, finished or not, of today or of old.

Every frame has a column ``arm``, also where the file has none because there is one arm.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlpexp.asking import going_on, keyword
from mlpexp.errors import InputError, RunError
from mlpexp.planning.again import plan_again
from mlpexp.planning.plan import Plan
from mlpexp.results.costs import COSTS, costs, timing_in
from mlpexp.results.in_training import rows_so_far, trials_so_far
from mlpexp.store.as_written import GONE, LOCAL_MANIFEST, MANIFEST, UNKNOWN, checked, is_there, say_once, unlike
from mlpexp.store.checkpoint import load_checkpoint
from mlpexp.store.frames import Absent, complete_table, to_the_last_bit
from mlpexp.store.json_files import read_json, read_record
from mlpexp.store.old_format import old_arms, old_costs, old_trials
from mlpexp.store.plan_files import PlannedArm, StacksRecord
from mlpexp.store.result_folder import ResultFolder, begun_by_older
from mlpexp.store.summary import Summary
from mlpexp.store.weights import WeightsRecord, read_weights

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

KEYS = ("arm", "seed", "epoch")


class Result:
    """The files of a result, each read once. A table that is not there raises ``Absent``."""

    piece_rows = 200_000
    """Of a table that is read in pieces."""

    def __init__(self, folder: ResultFolder, tables: Sequence[Path] = ()) -> None:
        self.folder, self.path = folder, folder.path
        self.tables = tables

    @classmethod
    def open(cls, path: Path, tables: Sequence[Path] = ()) -> "Result":
        """The result of a folder.

        Args:
            path: The folder.
            tables: Where the user's own tables that it was trained on are now.

        Raises:
            InputError: It is none.
        """
        return cls(ResultFolder.open(path), tables)

    @cached_property
    def summary(self) -> Summary:
        """``summary.json``.

        Raises:
            RunError: It is damaged.
        """
        summary = self.folder.read_summary()
        for name in (MANIFEST, LOCAL_MANIFEST) if summary.manifest else ():
            if not (self.path / name).exists():
                logger.warning("%s: %s is missing; %s", self.path, name, UNKNOWN)
        return summary

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved config as plain data.

        Raises:
            InputError: It was edited or is damaged.
        """
        return self.folder.read_config().data

    @property
    def lists_arms(self) -> bool:
        """Whether the config lists the arms one by one; not where it cannot be read."""
        try:
            return bool((self.config.get("sweep") or {}).get("arms"))
        except InputError:
            return False

    @cached_property
    def environment(self) -> dict[str, Any]:
        """``environment.json``."""
        return read_json(self.folder.environment)

    @cached_property
    def stacks(self) -> StacksRecord:
        """How the trials were stacked, and what it took."""
        return self.folder.read_stacks()

    @cached_property
    def planned_arms(self) -> Sequence[PlannedArm]:
        """Label, identity and fingerprint of the data of each arm."""
        return old_arms(self.path) if self.summary.format == 1 else self.folder.read_plan().arms

    @cached_property
    def arms(self) -> "pd.DataFrame":
        """``arms.csv``, by arm; values of axes as text. An old run has none.

        Raises:
            Absent: It is not there.
            RunError: It is damaged.
        """
        keys = {axis.key for axis in self.summary.axes}
        arms = complete_table(self.folder.arms, {"label", "hidden_sizes", *keys})
        if "arm" not in arms.columns or sorted(arms["arm"]) != list(range(self.summary.num_arms)):
            raise RunError(f"{self.folder.arms}: damaged: not a row for each arm")
        return arms.sort_values("arm", ignore_index=True)

    @cached_property
    def trials(self) -> "pd.DataFrame":
        """A row per trial: how it ended, its scores at the last and at the best epoch; while in training, of those ended."""
        if self.summary.format == 1 and self.summary.planned_by == "train":
            import pandas as pd

            rows = old_trials(self.path)
            if not rows:
                raise Absent
            return _with_arm(pd.DataFrame(rows))
        keys = [axis.key for axis in self.summary.axes]
        if not self.summary.complete and not is_there(self.folder.trials) and self.summary.format != 1:
            return _with_arm(trials_so_far(self.folder, self.arms if keys else None, keys))
        return _with_arm(complete_table(self.folder.trials, {"status", "reason", *keys}))

    def finished_trials(self) -> "pd.DataFrame":
        """``trials`` of a result that must have ended: of every arm and seed one.

        Raises:
            InputError: It has not.
            RunError: The table is damaged.
        """
        summary = self.summary
        if not summary.complete or summary.outcome is None:
            if summary.format == 1:
                raise InputError(f"{self.path}: {begun_by_older(self.folder)}")
            again = going_on(summary.planned_by, self.path)
            raise InputError(f"{self.path}: this {summary.word} has not ended; go on with: {again}")
        try:
            trials = self.trials
            scores = [name for name in trials.columns if name.startswith(("final_", "best_"))]
            trials[scores].astype(float)
            pairs = set(zip(trials["arm"].tolist(), trials["seed"].tolist(), strict=True))
        except RunError:  # which names the file
            raise
        except (Absent, KeyError, ValueError) as error:
            raise RunError(f"{self.folder.trials}: damaged or missing: {error or 'no rows'}") from None
        if pairs != {(arm, seed) for arm in range(summary.num_arms) for seed in summary.seeds}:
            raise RunError(f"{self.folder.trials}: damaged: not a row for each arm and seed")
        return trials

    @cached_property
    def plan(self) -> Plan:
        """What was planned, from the config again.

        Raises:
            InputError: The config is damaged, or a table is not there.
            RunError: It plans something else than was trained.
        """
        plan = plan_again(self.folder, self.tables)
        if len(plan.arms) != self.summary.num_arms:
            word = self.summary.word
            raise RunError(f"{self.folder.config}: changed since the {word} was made: it plans {len(plan.arms)} arms")
        return plan

    @cached_property
    def metrics(self) -> "pd.DataFrame":
        """A row per trial and evaluated epoch; of a result in training, of what its stacks have written so far."""
        return self._growing("metrics")

    @cached_property
    def diagnostics(self) -> "pd.DataFrame":
        """A row per trial, diagnosed epoch, layer and quantity."""
        return self._growing("diagnostics")

    @cached_property
    def costs(self) -> "pd.DataFrame":
        """A row per arm: time of an update with quartiles, updates of a trial and its share of the time of its stacks."""
        import pandas as pd

        old = old_costs(self.path) if self.summary.format == 1 else None
        if old is not None:
            return (
                pd.DataFrame(old).reindex(columns=["arm", *COSTS]).astype({"arm": int, **dict.fromkeys(COSTS, float)})
            )
        return costs(self.stacks, self.planned_arms, timing_in(self.path))

    def evaluation(self, name: str) -> "pd.DataFrame":
        """A table of ``evaluation/``, as far as it was written by training: ``predictions``, ``histograms``, ..."""
        path = self.folder.evaluation / f"{name}.csv"
        if not self.summary.complete and not is_there(path):
            return _with_arm(rows_so_far(self.folder, name, ended=True))
        return _with_arm(complete_table(path))

    def arm(self, number: int) -> "ArmResult":
        """One arm.

        Raises:
            InputError: There is none of this number.
        """
        if not 0 <= number < self.summary.num_arms:
            raise InputError(f"{keyword('arm', number)}: expected a number from 0 to {self.summary.num_arms - 1}")
        return ArmResult(self, number)

    def metric_pieces(self, columns: Sequence[str]) -> "Iterator[pd.DataFrame]":
        """Columns of ``metrics.csv`` in pieces, without a last line that a crash cut short.

        Raises:
            Absent: There is no such file.
        """
        import pandas as pd

        path = self.folder.metrics
        if not is_there(path):
            yield self.metrics[list(columns)]
            return
        with checked(path).open("rb") as stream:
            stream.seek(-1, 2)
            cut_short = stream.read(1) != b"\n"
        header = pd.read_csv(path, nrows=0).columns
        before: pd.DataFrame | None = None
        there = [column for column in columns if column in header]
        with pd.read_csv(path, usecols=there, chunksize=self.piece_rows, **to_the_last_bit()) as pieces:
            for piece in pieces:
                if before is not None:
                    yield before
                before = _with_arm(piece)
        if before is not None:
            present = dict.fromkeys((key for key in KEYS if key in before.columns), np.int64)
            yield before.iloc[: len(before) - cut_short].astype(present)

    @cached_property
    def metric_columns(self) -> list[str]:
        """The columns of ``metrics.csv``."""
        import pandas as pd

        if not is_there(self.folder.metrics):
            return list(self.metrics.columns)
        return [str(column) for column in pd.read_csv(checked(self.folder.metrics), nrows=0).columns]

    def _growing(self, name: str) -> "pd.DataFrame":
        """A table that stacks append to: the whole, or the parts of those that are not merged yet."""
        path = self.path / f"{name}.csv"
        return _with_arm(complete_table(path) if is_there(path) else rows_so_far(self.folder, name))


class ArmResult:
    """One arm of a result: its rows of each table."""

    def __init__(self, result: Result, number: int) -> None:
        self.result, self.number = result, number

    @property
    def folder(self) -> Path:
        """Where what is computed for this arm alone is kept: ``evaluation/arm-3``."""
        return self.result.folder.evaluation / f"arm-{self.number}"

    @property
    def label(self) -> str:
        """Its settings in one line."""
        return self.result.planned_arms[self.number].label

    @cached_property
    def trials(self) -> "pd.DataFrame":
        """A row per seed."""
        return self._own(self.result.trials)

    @cached_property
    def metrics(self) -> "pd.DataFrame":
        """A row per seed and evaluated epoch."""
        return self._own(self.result.metrics)

    @cached_property
    def diagnostics(self) -> "pd.DataFrame":
        """A row per seed, diagnosed epoch, layer and quantity."""
        return self._own(self.result.diagnostics)

    def evaluation(self, name: str) -> "pd.DataFrame":
        """A table of ``evaluation/``: written while training, or computed for this arm later."""
        path = self.folder / f"{name}.csv"
        if is_there(path):
            return _with_arm(complete_table(path), self.number)
        return self._own(self.result.evaluation(name))

    @cached_property
    def picture_files(self) -> dict[int, str]:
        """Of pictures that are files of their own: which file each sample is, by its number; empty of other data."""
        try:
            table = complete_table(self.result.path / "picture_files.csv", {"file"})
        except Absent:
            return {}
        listed, data = sorted(set(table["arm"].tolist())), [arm.data for arm in self.result.planned_arms]
        same = [arm for arm in listed if data[arm] == data[self.number]]  # arms with the same pictures are listed once
        rows = table[table["arm"] == (same or [arm for arm in listed if arm <= self.number])[-1]]
        return dict(zip(rows["index"].tolist(), rows["file"].tolist(), strict=True))

    def kept_weights(self, seeds: Sequence[int], kind: str) -> tuple[dict[str, np.ndarray], list[int]]:
        """Weights of some seeds by name, each ``(seeds, *shape)``, and whose epochs they are.

        Args:
            seeds: Of its trials.
            kind: ``best`` or ``last``.

        Raises:
            Absent: They were not kept.
            RunError: They are damaged, or a trial failed.
        """
        if self.result.summary.format == 1:
            return self._old_weights(seeds, kind)
        same = self.result.folder.read_plan().trained_as(self.number)
        trials = self.trials.set_index("seed").loc[list(seeds)]
        equal = bool((trials["best_epoch"] == trials["last_epoch"]).all())
        for stored in ("last", "best") if kind == "last" and equal else (kind,):
            for record in sorted(self.result.folder.weights.glob(f"program-*.{stored}.json")):
                if is_there(record) and (same, seeds[0]) in read_record(record, WeightsRecord).trials:
                    return read_weights(record.with_suffix(".safetensors"), [(same, seed) for seed in seeds])
        for name in unlike(self.result.path):
            if name.startswith("weights/"):
                say_once(self.result.path / name, GONE)
        raise Absent

    def _old_weights(self, seeds: Sequence[int], kind: str) -> tuple[dict[str, np.ndarray], list[int]]:
        folder = self.result.path / "checkpoints"
        if not (folder / f"{kind}.json").is_file():
            raise Absent
        tensors, plain = load_checkpoint(folder, kind)
        places = [plain["seeds"].index(seed) for seed in seeds]
        return {name: array[places] for name, array in tensors.items()}, [plain["epochs"][place] for place in places]

    def _own(self, table: "pd.DataFrame") -> "pd.DataFrame":
        rows = table[table["arm"] == self.number]
        if rows.empty:
            raise Absent
        return rows.drop(columns="arm").reset_index(drop=True)


def _with_arm(table: "pd.DataFrame", number: int = 0) -> "pd.DataFrame":
    if "arm" in table.columns:
        return table
    import pandas as pd

    arms = pd.DataFrame({"arm": number}, index=table.index)  # not inserted: pandas warns of that in wide tables
    return pd.concat([arms, table], axis=1)
