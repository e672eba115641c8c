"""Results of a run as a table on the terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mlpexp.config.scores import LABELS
from mlpexp.statistics.intervals import wilson_interval
from mlpexp.store.run_folder import RunFolder


def print_results(folder: RunFolder, drawn: Sequence[Path]) -> None:
    """The summary table of a finished run, and the paths of what was written."""
    console = Console(highlight=False, markup=False, emoji=False)
    summary = folder.read_summary()
    print_summary(console, summary)
    pictures = f", {len(drawn)} plots in plots/" if drawn else ""
    console.print(
        f"written to {folder.path}: metrics.csv, summary.json, checkpoints/, evaluation/{pictures}", soft_wrap=True
    )


def print_summary(console: Console, summary: dict[str, Any]) -> None:
    """The table and what must be said beside it."""
    table = results_table(summary)
    if table:
        console.print(table)
    for line in notes(summary):
        console.print(line, soft_wrap=True)


def results_table(summary: dict[str, Any]) -> Table | None:
    """A row per part of the data and metric, at the best epoch where there are validation data, else at the last.

    None where all seeds diverged.
    """
    when = "best" if summary.get("selected_on") else "final"
    num_seeds = len(summary["members"])
    if not summary["means"][when]:
        return None
    lowest = "validation quantization error" if _is_map(summary) else "validation loss"
    table = Table(title=f"{summary['name']}: {f'best epoch by {lowest}' if when == 'best' else 'last epoch'}")
    table.add_column("part")
    table.add_column("samples", justify="right")
    for column in ("metric", "n", "mean" if num_seeds > 1 else "value", "std", "95 % interval"):
        table.add_column(column, justify="left" if column == "metric" else "right")
    for metric, value in summary["means"][when].items():
        part, _, kind = metric.partition("_")
        samples = summary["dataset"][part]
        table.add_row(
            part,
            f"{samples:,}",
            LABELS[kind],
            str(value["n"]),
            _number(value["mean"]),
            _number(value["std"]),
            _interval(part, kind, value, samples),
        )
    return table


def notes(summary: dict[str, Any]) -> list[str]:
    """What must be said beside the numbers."""
    members, lines = summary["members"], []
    num_seeds = len(members)
    num_sound = sum(member["status"] != "diverged" for member in members)
    if num_sound > 1:
        lines.append(
            f"intervals: Student's t over {num_sound} seeds (each its own split, initial weights and batch order)"
        )
    elif num_sound == 1 and (summary["dataset"]["task"] == "classification" or _is_map(summary)):
        lines.append("one seed: the interval is Wilson's, for the number of samples alone; --seeds 10 shows the rest")
    if not summary["dataset"]["test"] and not summary["dataset"]["validation"]:
        lines.append(
            f"no test split: {'errors' if _is_map(summary) else 'accuracies'} are on data that were trained on"
        )
    diverged = [member for member in members if member["status"] == "diverged"]
    for member in diverged:
        epoch = member["ended_epoch"]
        lines.append(
            f"seed {member['seed']} diverged at epoch {epoch} (loss not finite); its last finite weights are kept"
        )
    if diverged:
        remedy = "a learning rate up to 1" if _is_map(summary) else "a smaller learning rate or gradient_clip"
        lines.append(f"diverged seeds are not in the means; {remedy} may help")
    early = [member for member in members if member["status"] == "stopped early"]
    if early:
        epochs = ", ".join(str(member["ended_epoch"]) for member in early[:10]) + (" ..." if len(early) > 10 else "")
        lines.append(f"stopped early: {len(early)} of {num_seeds} seeds, at epoch {epochs}")
    time = summary["time"]
    stacked = num_seeds // max(time["stacks"], 1)
    per = "step" if stacked == 1 else f"step of {stacked} seeds at once"
    microseconds = f"{time['microseconds_per_step']:,.0f} us per {per}"
    lines.append(
        f"training {time['train_seconds']:.2f} s ({microseconds}), evaluation {time['evaluation_seconds']:.2f} s"
    )
    return lines


def _interval(part: str, kind: str, value: dict[str, Any], samples: int) -> str:
    if value["n"] > 1:
        if value["low"] is None:
            return "-"
        if value["std"] == 0:
            return "all equal"  # no spread among few seeds is no proof that there is none
        high = min(value["high"], 1.0) if kind in ("accuracy", "r2", "topographic_error") else value["high"]
        low = max(value["low"], 0.0) if kind != "r2" else value["low"]
        return f"{_number(low)} .. {_number(high)}"
    if (
        kind in ("accuracy", "topographic_error") and part != "train"
    ):  # samples that were trained on are no sample of anything
        low, high = wilson_interval(value["mean"] * samples, samples)
        return f"{low:.4f} .. {high:.4f}"
    return "-"


def _is_map(summary: dict[str, Any]) -> bool:
    return bool(summary["model"]["name"] == "som")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}" if abs(value) >= 0.01 or value == 0 else f"{value:.3g}"
