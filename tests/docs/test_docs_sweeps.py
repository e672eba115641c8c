"""The tables of ``docs/sweeps.md`` describe the sweep folders that are written; the examples say what the program says."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_pages import DOCS, code, section_of, tables_of, tables_under
from shell_lines import Result

from mlpexp.planning.values import RANGES
from mlpexp.report.sweep_plots import AXIS_FIGURES, FIGURES
from mlpexp.results.comparison import AGAINST
from mlpexp.statistics.sign_flip import smallest_p

PAGE, STATISTICS = DOCS / "sweeps.md", DOCS / "statistics.md"
AXES = {"optimizer.learning_rate", "model.hidden_sizes"}


@pytest.fixture
def sweep(prepared_runs: Path) -> Path:
    """A finished sweep of two axes with a baseline."""
    return prepared_runs / "swept"


def first_column(title: str, place: int = 0) -> set[str]:
    """What the first column of a table of a section has as code."""
    table = tables_under(PAGE, title)[place]
    return {name for row in table.rows for name in code(row[table.columns[0]])}


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def test_every_file_is_described(sweep: Path) -> None:
    names = {f"{path.name}/" if path.is_dir() else path.name for path in sweep.iterdir() if path.name != ".lock"}
    assert names | {"parts/", "checkpoints/"} == first_column("The sweep folder")


def test_the_columns_of_the_arms(sweep: Path) -> None:
    assert set(header(sweep / "arms.csv")) == first_column("`arms.csv`") | AXES


def test_the_columns_of_the_trials(sweep: Path) -> None:
    columns = {
        re.sub("^(final|best)_(train|validation|test)_.*", r"\1_...", name) for name in header(sweep / "trials.csv")
    }
    assert columns == first_column("`trials.csv`") | AXES


def test_the_columns_of_the_metrics(sweep: Path) -> None:
    text = section_of(PAGE, "Metrics of the epochs")
    losses = {name for name in header(sweep / "metrics.csv") if re.match("(train|validation|test)_", name)}
    assert set(header(sweep / "metrics.csv")) - losses == set(code(text)) - {"metrics.csv"}


def test_the_columns_of_the_timing(sweep: Path) -> None:
    assert set(header(sweep / "timing.csv")) == first_column("The cost of an arm")


def test_the_columns_of_the_comparison(sweep: Path) -> None:
    columns = header(sweep / "comparison.csv")
    own = {name for name in columns if not name.startswith(("best_", "baseline_"))}
    assert own | {"best_...", "baseline_..."} == first_column("`comparison.csv`")
    assert first_column("`comparison.csv`", 1) == set(AGAINST)
    assert {f"{prefix}_{name}" for prefix in ("best", "baseline") for name in AGAINST} <= set(columns)


def test_the_keys_of_the_summary(sweep: Path) -> None:
    summary = json.loads((sweep / "summary.json").read_text(encoding="utf-8"))
    assert summary.keys() == first_column("Summary of a sweep")


def test_every_figure_is_described(sweep: Path) -> None:
    wanted = {f"{name}_<axis>" for name in AXIS_FIGURES} | {name.format(metric="<metric>") for name in FIGURES}
    assert first_column("Plots") == wanted
    assert {"effect_hidden_sizes.png", "heat_map.csv"} <= {path.name for path in (sweep / "plots").iterdir()}


def test_every_range_is_described() -> None:
    written = {re.match(r"[a-z_]*", name)[0] for name in first_column("Values and ranges")}
    assert written - {""} == RANGES.keys()


def test_the_smallest_p() -> None:
    for row in tables_under(STATISTICS, "The sign-flip test")[0].rows:
        assert float(row["smallest p"]) == smallest_p(int(row["seeds"]))


def blocks_with(page: Path, start: str) -> str:
    text = page.read_text(encoding="utf-8")
    return next(block for block in re.findall("```text\n(.*?)```", text, re.DOTALL) if start in block)


RATES = ("sweep", "-c", "configs/iris/mlp.yaml", "--learning-rate", "0.001,0.01,0.1,1,10", "-q")


@pytest.mark.parametrize(
    ("page", "options", "column"),
    [(PAGE, (), "best_sentence"), (STATISTICS, ("--baseline", "learning_rate=0.1"), "baseline_sentence")],
)
def test_the_example_of_learning_rates(
    page: Path, options: tuple[str, ...], column: str, workplace: Callable[[Path], Path], call: Callable[..., Result]
) -> None:
    workplace(page)
    folder = Path(call(*RATES, *options).out.strip())
    shown = " ".join(blocks_with(page, "learning_rate=0.001 ").split())
    with (folder / "comparison.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            interval = f"{float(row['low']):.4f} .. {float(row['high']):.4f}"
            assert f"{row['label']} {row['n']} {float(row['mean']):.4f} {interval} {row[column]}" in shown
    if page == STATISTICS:
        for line in call("compare", str(folder), "--baseline", "2").out.splitlines()[-5:]:
            assert line.strip() in blocks_with(page, "learning_rate=0.001 "), line
        power = blocks_with(page, "80 % power")
        for line in call("compare", str(folder), "--power", "0.02").out.splitlines()[-5:]:
            assert line.strip() in power, line


def test_the_example_of_the_noise_floor(workplace: Callable[[Path], Path], call: Callable[..., Result]) -> None:
    workplace(STATISTICS)
    printed = call("sweep", "-c", "configs/iris/mlp.yaml", "--noise-floor", "5").out
    shown = blocks_with(STATISTICS, "what the spread")
    rows = [line.rstrip() for line in printed.splitlines() if line.rstrip().endswith(" %")]
    assert len(rows) == 5
    assert all(row in shown for row in rows)


def test_tables_are_found() -> None:
    assert len(tables_of(PAGE)) > 10
