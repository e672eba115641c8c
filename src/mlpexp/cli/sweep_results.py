"""Results of a sweep on the terminal."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer

from mlpexp.cli.tables import columns_available, print_as, print_table
from mlpexp.planning.factors import changes_samples
from mlpexp.planning.options import SEED_AXES
from mlpexp.report.comparison_table import Row, comparison_table, number, ordered, table_to_paste
from mlpexp.report.tables import TextTable
from mlpexp.store.files import write_text
from mlpexp.store.sweep_folder import SweepFolder
from mlpexp.store.table import cell_text, read_rows

if TYPE_CHECKING:
    from mlpexp.results.comparison import SweepComparison
    from mlpexp.statistics.comparison import Comparison
    from mlpexp.statistics.variance_components import VarianceComponents

MOST_ROWS = 30
WIDE = 150  # characters that the whole table needs
NARROW = ("arm", "n", "95 % interval", "verdict")  # and the metric


def print_sweep(
    folder: SweepFolder, found: "SweepComparison", drawn: Sequence[Path], *, power: float | None = None
) -> None:
    """The table of arms, what follows from it in words, and where it is written."""
    print_comparison(folder, found, power=power)
    pictures = f", {len(drawn)} plots in plots/" if drawn else ""
    typer.echo(f"written to {folder.path}: trials.csv, metrics.csv, comparison.csv, .md and .tex{pictures}")


def print_comparison(
    folder: SweepFolder, found: "SweepComparison", *, power: float | None = None, format_: str = "table"
) -> None:
    """The table and the sentences; the table alone in a format that is to be pasted."""
    if found.noise:
        print_as(_noise_table(found.noise, str(found.summary["metric"]["label"])), format_)
    else:
        against = "baseline" if found.to_baseline else "best"
        pasted = format_ in ("markdown", "latex")
        table = (
            _to_paste(found) if pasted else _table(folder, found, against, MOST_ROWS if format_ == "table" else None)
        )
        narrow = format_ == "table" and columns_available() < WIDE
        print_as(table.only(NARROW, found.summary["metric"]["label"]) if narrow else table, format_)
    if format_ != "table":
        return
    for line in conclusions(found):
        typer.echo(line)
    if power is not None:
        print_power(found.labels, found.shown, power)


def write_texts(folder: SweepFolder, found: "SweepComparison") -> None:
    """Writes ``comparison.md`` and ``comparison.tex`` beside ``comparison.csv``."""
    table = _to_paste(found)
    write_text(folder.path / "comparison.md", table.markdown())
    write_text(folder.path / "comparison.tex", "% needs \\usepackage{booktabs}\n" + table.latex())


def _to_paste(found: "SweepComparison") -> TextTable:
    from mlpexp.results.comparison import comparison_rows

    rows = [{key: cell_text(cell) for key, cell in row.items()} for row in comparison_rows(found)]
    against, shown = "baseline" if found.to_baseline else "best", found.shown
    reference = "nothing" if shown.reference is None else f"the {against} arm ({found.labels[shown.reference]})"
    return table_to_paste(rows, found.summary, against, reference, shown.family)


def rebuild(path: Path) -> None:
    """Writes again what the tables of a finished sweep follow from: ``arms.csv`` and ``comparison.*``."""
    from mlpexp.execution.tables import arms_table
    from mlpexp.planning.plan import make_plan
    from mlpexp.results.comparison import write_comparison

    folder = SweepFolder.open(path)
    if not folder.arms.is_file():
        write_text(folder.arms, arms_table(make_plan(folder.config)))
    if folder.trials.is_file() and folder.read_summary()["status"] in ("finished", "diverged"):
        write_texts(folder, write_comparison(folder))


def _table(folder: SweepFolder, found: "SweepComparison", against: str, most: int | None) -> TextTable:
    from mlpexp.results.comparison import comparison_rows

    rows: Sequence[Row] = [{key: cell_text(cell) for key, cell in row.items()} for row in comparison_rows(found)]
    if most is not None and len(rows) > most:
        rows = ordered(rows, higher_is_better=bool(found.summary["metric"]["higher_is_better"]))[:most]
    return comparison_table(rows, found.summary, read_rows(folder.arms), read_rows(folder.timing), against)


def conclusions(found: "SweepComparison") -> list[str]:
    """What can be said, in sentences."""
    summary, metric = found.summary, found.summary["metric"]
    num_arms, num_seeds = found.values.shape
    lines = []
    if found.noise:
        lines.append(f"{num_arms:,} trials; rest: interactions of the three, and what is left")
        return lines + losses(summary)
    if num_arms > MOST_ROWS:
        lines.append(f"the best {MOST_ROWS} of {num_arms:,} arms; comparison.csv has them all")
    lines += _paired(summary, num_seeds)
    lines += _counted(found)
    lines += _flattery(found)
    if not summary["dataset"]["test"] and metric["name"].startswith("train"):
        lines.append("no test split: the metric is on data that were trained on")
    lines += losses(summary)
    if summary["also_varies"]:
        keys = ", ".join(summary["also_varies"])
        lines.append(
            f"confounded: {keys} differs among the arms too (a default that follows an axis); set it to one value"
        )
    if any(axis["key"] == "training.batch_size" for axis in summary["axes"]):
        lines.append("batch sizes at equal epochs differ in the number of updates too: arms.csv has epochs and updates")
    return lines


def _counted(found: "SweepComparison") -> list[str]:
    """How many arms got which verdict, and the family of the correction."""
    shown = found.shown
    if shown.reference is None:
        return ["every trial diverged or failed: there is nothing to compare"]
    if shown.family == 0:
        return []
    verdicts = [one.verdict for one in shown.arms if one.verdict != "reference"]
    words = {"better": "better", "worse": "worse", "no difference": "no difference", "undecided": "undecided"}
    words["diverged"] = "without any result"
    counts = ", ".join(f"{verdicts.count(verdict)} {word}" for verdict, word in words.items() if verdict in verdicts)
    which = "the best arm" if shown.chosen_after else "the baseline"
    why = "all pairs, since the best was chosen after looking" if shown.chosen_after else "one per other arm"
    if shown.family == 1:
        correction = "p: sign-flip test"
    else:
        correction = f"p: joint sign-flip test, corrected for {shown.family:,} comparisons ({why})"
    lines = [
        f"compared with {which} ({found.labels[shown.reference]}): {counts}",
        correction,
    ]
    if "undecided" in verdicts or "no difference" in verdicts:
        lines.append(_margin(found))
    if shown.chosen_after and shown.family > 1 and "undecided" in verdicts:
        lines.append(
            "naming the arm to compare with before the sweep (--baseline) asks fewer questions and needs fewer seeds"
        )
    return lines


def _margin(found: "SweepComparison") -> str:
    """Which difference was taken to matter, and whether the data can resolve it."""
    metric, data, margin = found.summary["metric"], found.summary["dataset"], found.shown.margin
    sentence = f"a difference that matters: {margin:g} (sweep.margin in the config; compare --margin asks for another)"
    samples = data[metric["name"].partition("_")[0]]
    if metric["name"].endswith("accuracy") and margin < 1 / samples:
        sentence += f"; mind that one of {samples:,} samples is already {1 / samples:.3f}"
    return sentence


def _flattery(found: "SweepComparison") -> list[str]:
    """What the best arm's mean is worth."""
    best, metric = found.flattery, found.summary["metric"]
    if best is None or not found.shown.chosen_after or found.shown.family == 0:
        return []
    lines = []
    if not math.isnan(best.optimism) and best.optimism > 5e-5:
        lines.append(
            f"the best of {len(found.labels):,} arms, {found.labels[best.arm]}, has {metric['label']} {number(best.mean)}; "
            f"having been chosen flatters it by about {number(max(best.optimism, 0.0))} "
            f"(leave-one-seed-out: {number(best.corrected)})"
        )
    if found.selected is not None:
        values = found.values[found.selected]
        mean = float(np.nanmean(values))
        lines.append(
            f"chosen on validation data: {found.labels[found.selected]}; its {metric['label']}, {number(mean)}, took no part"
        )
    elif metric["name"].startswith("test"):
        lines.append(
            "arms are compared on test data: choose one on validation data (dataset.validation_fraction) before you report it"
        )
    return lines


def _paired(summary: dict[str, Any], num_seeds: int) -> list[str]:
    """What equal seeds mean in this sweep."""
    if num_seeds == 1:
        return ["one seed: differences have no interval; --seeds 10 shows what is chance"]
    varied = [*(axis["key"] for axis in summary["axes"]), *summary["also_varies"]]
    seeded = [key for key in varied if key in SEED_AXES]
    shared = "" if seeded else " (split, initial weights, batch order)"
    lines = [
        f"n = {num_seeds} seeds, the same in every arm{shared}; intervals are Student's t, differences are paired by seed"
    ]
    others = [key for key in varied if changes_samples(key)]
    if others:
        lines.append(
            f"{', '.join(others)} differs among the arms: equal seeds do not mean equal samples, so that the pairs have "
            "less in common, and means are of different test sets"
        )
    return lines


def losses(summary: dict[str, Any]) -> list[str]:
    """How many trials diverged or failed, in a sentence; none if there were none."""
    counts = [f"{summary[key]} {key}" for key in ("diverged", "failed") if summary.get(key)]
    if not counts:
        return []
    return [
        f"of {summary['num_trials']} trials {' and '.join(counts)}: not in the means, counted as missing; trials.csv says why"
    ]


def _noise_table(noise: "VarianceComponents", label: str) -> TextTable:
    rows = [[one.name, number(one.std), f"{100 * one.share:.0f} %"] for one in (*noise.factors, noise.rest)]
    return TextTable(
        ("what varies", "std", "share of variance"), rows, frozenset(("std", "share of variance")),
        footer=("all", number(noise.std), "100 %"), title=f"what the spread of {label} is due to (crossed design)",
    )  # fmt: skip


def print_power(labels: Sequence[str], shown: "Comparison", difference: float) -> None:
    """How many seeds would show a difference of this size, by arm, and what the seeds there are can show."""
    from mlpexp.statistics.power import detectable_difference, seeds_needed

    rows = []
    for one in shown.arms:
        if one.difference is None or one.difference.n < 2:
            continue
        single, family = (seeds_needed(one.difference.std, difference, 0.05, family=size) for size in (1, shown.family))
        needed = ["more than 100,000" if count is None else f"{count:,}" for count in (single, family)]
        shows = number(detectable_difference(one.difference.std, one.difference.n, 0.05))
        rows.append([labels[one.arm], number(one.difference.std), *needed, f"{shows} with {one.difference.n}"])
    columns = ("arm", "std of differences", "seeds, this arm alone", "seeds, all comparisons", "difference shown now")
    title = f"seeds that show a difference of {difference:g} with 80 % power"
    print_table(TextTable(columns, rows[:MOST_ROWS], frozenset(columns[1:]), title=title))
