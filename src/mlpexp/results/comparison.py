"""The arms of a sweep compared, from its ``summary.json``, ``arms.csv`` and ``trials.csv`` alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpexp.config.problems import Place
from mlpexp.config.scores import kinds_of
from mlpexp.errors import InputError
from mlpexp.planning.axes import ALIASES
from mlpexp.planning.metric import choose_metric
from mlpexp.planning.options import SEED_AXES, settings_in
from mlpexp.planning.values import value_text
from mlpexp.statistics.arm_comparison import ArmComparison
from mlpexp.statistics.best_arm import best_arm
from mlpexp.statistics.comparison import Comparison, compare
from mlpexp.statistics.optimism import Optimism, optimism
from mlpexp.statistics.variance_components import VarianceComponents, variance_components
from mlpexp.store.files import write_text
from mlpexp.store.sweep_folder import SweepFolder
from mlpexp.store.table import Cell, as_csv, read_rows

OWN = ("arm", "label", "n", "missing", "mean", "std", "median", "low", "high")
AGAINST = ("difference", "difference_low", "difference_high", "p", "p_adjusted", "verdict", "seeds_needed", "sentence")


@dataclass(frozen=True)
class SweepComparison:
    """All that can be said of the arms of a sweep.

    Attributes:
        summary: ``summary.json``, its metric replaced if another was asked for.
        labels: Of the arms.
        values: The metric, ``(arms, seeds)``, NaN where a trial diverged or failed.
        to_best: Every arm against the best, a choice made after looking.
        to_baseline: Every arm against one named before; None without one.
        flattery: How much the best arm's mean owes to having been chosen; None if all diverged.
        selected: The arm with the best validation metric where there is one and the metric is on test data.
        noise: What the spread is due to, for a sweep that crosses kinds of seeds.
    """

    summary: dict[str, Any]
    labels: list[str]
    values: np.ndarray
    to_best: Comparison
    to_baseline: Comparison | None
    flattery: Optimism | None
    selected: int | None
    noise: VarianceComponents | None

    @property
    def best(self) -> dict[str, Any] | None:
        """The best arm in numbers, for ``summary.json``; None if everything diverged."""
        number = self.to_best.reference
        if number is None:
            return None
        own = self.to_best.arms[number].own
        return {"arm": number, "label": self.labels[number], **vars(own)}

    @property
    def shown(self) -> Comparison:
        """The comparison that answers the question asked: with the baseline if one was named."""
        return self.to_baseline or self.to_best


def read_comparison(
    folder: SweepFolder, metric: str | None = None, margin: float | None = None, baseline: int | None = None
) -> SweepComparison:
    """Compares the arms of a sweep that has ended.

    Args:
        folder: Of the sweep.
        metric: Another than the sweep's own, such as ``test_loss``.
        margin: Another than the sweep's own.
        baseline: Another than the sweep's own.

    Raises:
        InputError: The sweep has not ended, or has no such metric.
        RunError: A file is damaged.
    """
    summary = folder.read_summary()
    if not folder.trials.is_file():
        raise InputError(f"{folder.path}: this sweep has not ended; go on with: mlpexp sweep --resume {folder.path}")
    rows = read_rows(folder.trials)
    if metric is not None:
        kinds = kinds_of(summary["model"]["name"], summary["dataset"]["task"])
        described = choose_metric(metric, summary["parts"], kinds).described()
        summary = {**summary, "metric": described}
    chosen = summary["metric"]
    labels = [row["label"] for row in read_rows(folder.arms)]
    values = _values(rows, chosen["column"], len(labels), summary["seeds"])
    higher, width = bool(chosen["higher_is_better"]), summary["margin"] if margin is None else margin
    reference = summary["baseline"] if baseline is None else baseline
    return SweepComparison(
        summary, labels, values,
        compare(values, higher, margin=width),
        None if reference is None else compare(values, higher, margin=width, reference=reference),
        optimism(values, higher),
        _selected(rows, summary, len(labels)),
        _noise(summary, values),
    )  # fmt: skip


def arm_named(folder: SweepFolder, text: str) -> int:
    """The arm of a sweep by the values of its axes: ``learning_rate=0.1,batch_size=8``.

    Raises:
        InputError: It names no arm, or several.
    """
    place = Place(f"--baseline {text}")
    wanted = {ALIASES.get(key, key): value_text(value) for key, value in settings_in(text, place).items()}
    rows = read_rows(folder.arms)
    found = [int(row["arm"]) for row in rows if all(row.get(key) == value for key, value in wanted.items())]
    if len(found) != 1:
        raise InputError(
            f"{place}: is {len(found)} arms of {len(rows)}; name one by the values of its axes, or by its number"
        )
    return found[0]


def write_comparison(folder: SweepFolder) -> SweepComparison:
    """Writes ``comparison.csv``, a row per arm, and returns what is in it."""
    found = read_comparison(folder)
    columns = [*OWN, *(f"best_{name}" for name in AGAINST)]
    columns += [f"baseline_{name}" for name in AGAINST] if found.to_baseline else []
    write_text(folder.comparison, as_csv(columns, comparison_rows(found)))
    return found


def comparison_rows(found: SweepComparison) -> list[dict[str, Cell]]:
    """The rows of ``comparison.csv``."""
    rows: list[dict[str, Cell]] = []
    for arm, label in enumerate(found.labels):
        one = found.to_best.arms[arm]
        own = one.own
        numbers: tuple[Cell, ...] = (
            arm, label, own.n, one.num_missing, own.mean, own.std, one.median, own.low, own.high,
        )  # fmt: skip
        row = dict(zip(OWN, numbers, strict=True)) | _against("best", one)
        rows.append(row | _against("baseline", found.to_baseline.arms[arm]) if found.to_baseline else row)
    return rows


def _against(prefix: str, one: ArmComparison) -> dict[str, Cell]:
    difference = one.difference
    interval: tuple[Cell, ...] = (difference.mean, difference.low, difference.high) if difference else ("", "", "")
    needed: Cell = "" if one.seeds_needed is None else one.seeds_needed
    cells: tuple[Cell, ...] = (*interval, one.p, one.p_adjusted, one.verdict, needed, one.sentence)
    return {f"{prefix}_{name}": cell for name, cell in zip(AGAINST, cells, strict=True)}


def _values(rows: Sequence[Mapping[str, str]], column: str, num_arms: int, seeds: Sequence[int]) -> np.ndarray:
    place = {seed: i for i, seed in enumerate(seeds)}
    values = np.full((num_arms, len(seeds)), np.nan)
    for row in rows:
        values[int(row["arm"]), place[int(row["seed"])]] = float(row[column])
    return values


def _selected(rows: Sequence[Mapping[str, str]], summary: Mapping[str, Any], num_arms: int) -> int | None:
    metric = summary["metric"]
    part, _, kind = metric["name"].partition("_")
    if part != "test" or "validation" not in summary["parts"]:
        return None
    values = _values(rows, f"{metric['when']}_validation_{kind}", num_arms, summary["seeds"])
    return best_arm(values, bool(metric["higher_is_better"]))


def _noise(summary: Mapping[str, Any], values: np.ndarray) -> VarianceComponents | None:
    """Components of the spread, if the axes are kinds of seeds and every trial ended well."""
    keys = [axis["key"] for axis in summary["axes"]]
    shape = [len(axis["values"]) for axis in summary["axes"]]
    crossed = len(keys) > 1 and set(keys) <= set(SEED_AXES) and summary["method"] == "grid" and min(shape) > 1
    if not crossed or values.size != np.prod(shape) or not np.isfinite(values).all():
        return None
    names = {"split_seed": "split", "init_seed": "initial weights", "order_seed": "batch order and dropout"}
    return variance_components(values.reshape(shape), [names[key] for key in keys])
