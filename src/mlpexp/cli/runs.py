"""``mlpexp list``, ``mlpexp show`` and ``mlpexp plot``."""

from pathlib import Path
from shlex import quote
from time import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlpexp.cli.options import PlotFormat, RunsDir
from mlpexp.errors import InputError

if TYPE_CHECKING:
    from mlpexp.store.listing import Entry
    from mlpexp.store.run_folder import RunFolder

RunPath = Annotated[Path, typer.Argument(help="A run or sweep folder.", show_default=False)]


def list_(runs_dir: RunsDir = Path("runs")) -> None:
    """List runs and sweeps: data, model, status, best metric, training time, age."""
    from mlpexp.cli.tables import print_table
    from mlpexp.report.tables import TextTable
    from mlpexp.store.listing import list_runs

    entries = list_runs(runs_dir)
    rows = []
    for entry in entries:
        summary = entry.summary
        seconds = summary.get("time", {}).get("train_seconds")
        rows.append((
            entry.path.name, summary.get("dataset", {}).get("title", "?"), summary.get("model", {}).get("name", "?"),
            _repetitions(entry), entry.status, _best_arm(summary) if entry.sweep else _headline(summary),
            "-" if seconds is None else f"{seconds:.1f} s", _age(time() - entry.modified),
        ))  # fmt: skip
    columns = ("run", "data", "model", "seeds", "status", "metric", "training", "age")
    if rows:
        print_table(TextTable(columns, rows, frozenset(("seeds", "training", "age"))))
    else:
        typer.echo(f"no runs in {runs_dir}")


def show(
    run: RunPath,
    arm: Annotated[
        int | None,
        typer.Option(
            "--arm", help="Of a sweep: print the config of this arm, to be trained alone.", show_default=False
        ),
    ] = None,
) -> None:
    """Show one run or sweep at a glance: status, config, results."""
    from mlpexp.store.sweep_folder import is_sweep

    if is_sweep(run):
        _show_sweep(run, arm)
        return
    if arm is not None:
        raise InputError(f"--arm: {run} is a run, not a sweep")
    from rich.console import Console

    from mlpexp.cli.results import print_summary
    from mlpexp.store.listing import known_status
    from mlpexp.store.run_folder import RunFolder

    folder = RunFolder.open(run)
    summary = folder.read_summary()
    console = Console(highlight=False, markup=False, emoji=False)
    _print_head(console, folder, summary)
    if summary.get("means"):
        print_summary(console, summary)
    else:
        reason = f": {summary['reason']}" if "reason" in summary else ""
        again = f"go on with: mlpexp train --resume {quote(str(run))}"
        console.print(f"{known_status(run, summary)}{reason}; {again}", soft_wrap=True)
    console.print(
        f"files: {', '.join(sorted(p.name for p in run.iterdir() if not p.name.startswith('.')))}", soft_wrap=True
    )


def _show_sweep(path: Path, arm: int | None) -> None:
    from mlpexp.store.listing import known_status
    from mlpexp.store.sweep_folder import SweepFolder

    folder = SweepFolder.open(path)
    summary = folder.read_summary()
    if arm is not None:
        from mlpexp.planning.plan import arm_config

        typer.echo(arm_config(folder.config, arm), nl=False)
        return
    typer.echo(f"{summary['title']} ({summary['hash']}): {known_status(path, summary)}")
    arms, seeds = summary["num_arms"], len(summary["seeds"])
    typer.echo(f"{arms:,} arms x {seeds} seeds = {summary['num_trials']:,} trials, {summary['method']}")
    for axis in summary["axes"]:
        typer.echo(
            f"{axis['label']} ({axis['key']}): {', '.join(axis['values'][:20])}" + " ..." * (len(axis["values"]) > 20)
        )
    if folder.trials.is_file() and summary["status"] in ("finished", "diverged"):
        from mlpexp.cli.sweep_results import print_comparison
        from mlpexp.results.comparison import read_comparison

        print_comparison(folder, read_comparison(folder))
    else:
        reason = f"{summary['reason']}; " if "reason" in summary else ""
        typer.echo(f"{reason}go on with: mlpexp sweep --resume {quote(str(path))}")


def plot(run: RunPath, plot_format: PlotFormat = None) -> None:
    """Draw the plots of a run or sweep again, from its files; of a sweep its tables of arms and comparison, too."""
    from mlpexp.report.formats import check_formats
    from mlpexp.store.sweep_folder import is_sweep

    formats = check_formats(plot_format)
    if is_sweep(run):
        from mlpexp.cli.sweep_results import rebuild
        from mlpexp.report.sweep_plots import draw_sweep_plots

        rebuild(run)
        drawn = draw_sweep_plots(run, formats)
    else:
        from mlpexp.report.plots import draw_plots
        from mlpexp.store.run_folder import RunFolder

        drawn = draw_plots(RunFolder.open(run).path, formats)
    for path in drawn:
        typer.echo(path)


def _repetitions(entry: "Entry") -> str:
    if entry.sweep:
        return f"{entry.summary['num_arms']} x {len(entry.summary['seeds'])}" if entry.summary else "-"
    return str(len(entry.summary.get("members", [])) or "-")


def _best_arm(summary: dict[str, Any]) -> str:
    """The best arm of a sweep, with its interval."""
    best = summary.get("best")
    if not best or best["mean"] is None:
        return "-"
    spread = f" ± {(best['high'] - best['low']) / 2:.4f}" if best["low"] is not None else ""
    return f"best {summary['metric']['label']} {best['mean']:.4f}{spread}"


def _print_head(console: Any, folder: "RunFolder", summary: dict[str, Any]) -> None:
    from mlpexp.store.folders import read_json
    from mlpexp.store.listing import known_status

    environment = read_json(folder.environment)
    data, model = summary["dataset"], summary["model"]
    parts = ", ".join(f"{data[part]:,} {part}" for part in ("train", "validation", "test") if data[part])
    torch_version = environment.get("packages", {}).get("torch", "?")
    console.print(f"{summary['name']} ({summary['hash']}): {known_status(folder.path, summary)}", style="bold")
    console.print(f"data   {data['title']}: {parts}")
    console.print(f"model  {model['name']}, {model['parameters']:,} parameters")
    console.print(
        f"made   {environment.get('started', '?')} on {environment.get('device', '?')} with torch {torch_version}",
        soft_wrap=True,
    )
    console.print(folder.config.read_text(encoding="utf-8", errors="replace"), soft_wrap=True)


def _headline(summary: dict[str, Any]) -> str:
    """The metric that a run is judged by, with its interval."""
    from mlpexp.config.scores import LABELS

    when = "best" if summary.get("selected_on") else "final"
    means = summary.get("means", {}).get(when, {})
    for part in ("test", "validation", "train"):
        for kind in ("accuracy", "r2", "quantization_error"):
            value = means.get(f"{part}_{kind}")
            if value and value["mean"] is not None:
                spread = (
                    f" ± {(value['high'] - value['low']) / 2:.4f}"
                    if value["n"] > 1 and value["low"] is not None
                    else ""
                )
                return f"{part} {LABELS[kind]} {value['mean']:.4f}{spread}"
    return "-"


def _age(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
