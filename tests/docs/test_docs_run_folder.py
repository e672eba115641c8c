"""The tables of ``docs/runs.md`` describe the run folders that are written."""

import csv
import json
import re
from pathlib import Path

import pytest
from markdown_pages import DOCS, code, section_of, tables_under
from safetensors import safe_open

from mlpexp.config.scores import LABELS
from mlpexp.execution.run import new_run, train
from mlpexp.planning.prepare import prepare
from mlpexp.report.plots import FIGURES

PAGE = DOCS / "runs.md"


@pytest.fixture
def run(prepared_runs: Path) -> Path:
    """A finished run of iris."""
    return prepared_runs / "finished"


def first_column(title: str) -> set[str]:
    """What the first column of the first table of a section has as code."""
    table = tables_under(PAGE, title)[0]
    return {name for row in table.rows for name in code(row[table.columns[0]])}


def header(path: Path) -> set[str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return set(next(csv.reader(stream)))


def test_every_file_is_described(run: Path) -> None:
    names = {f"{path.name}/" if path.is_dir() else path.name for path in run.iterdir() if path.name != ".lock"}
    assert names | {"plots/"} == first_column("The run folder")


def test_the_columns_of_the_metrics(run: Path) -> None:
    described = first_column("`metrics.csv`")
    assert header(run / "metrics.csv") <= described
    parts = ("train", "validation", "test")
    scores = {f"{part}_{kind}" for part in parts for kind in LABELS}
    assert described == scores | {"seed", "epoch", "step", "samples", "learning_rate"}


def test_the_columns_of_the_timing(run: Path) -> None:
    assert header(run / "timing.csv") == first_column("`timing.csv`")


def test_the_keys_of_the_environment(run: Path) -> None:
    keys = json.loads((run / "environment.json").read_text(encoding="utf-8")).keys()
    assert keys == set(code(section_of(PAGE, "`environment.json`"))) - {"environment.json"}


def test_the_keys_of_the_summary(run: Path) -> None:
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    assert summary.keys() == first_column("`summary.json`")
    rows = {code(row["key"])[0]: row["holds"] for row in tables_under(PAGE, "`summary.json`")[0].rows}
    assert set(code(rows["members"])) == summary["members"][0].keys()
    assert set(code(rows["time"])) == summary["time"].keys()
    inner = next(iter(summary["means"]["final"].values()))
    assert set(code(rows["means"])) == summary["means"].keys() | inner.keys()


QUICK = "optimizer: adam\nmodel: {name: mlp, hidden_sizes: [2]}\ntraining: {epochs: 1, batch_size: 50}\n"
MAP = "model: {name: som, grid: [2, 2]}\ntraining: {epochs: 1}\n"
POINTS = "dataset: {name: synthetic, kind: moons, samples: 80}\n"
NUMBERS = "dataset: {name: synthetic, kind: function, function: sine, samples: 80}\n"
IMAGES = "dataset: digits\n"
FEATURES_AND_PIXELS = re.compile(r"x\d?|p\d+")


def test_the_files_of_the_evaluation(tmp_path: Path) -> None:
    headers: dict[str, set[str]] = {}
    for text in (POINTS + QUICK, NUMBERS + QUICK, IMAGES + QUICK, POINTS + MAP):
        path = tmp_path / "config.yaml"
        path.write_text(text, encoding="utf-8")
        prepared = prepare(path)
        folder, data = new_run(prepared, tmp_path / "runs", ["mlpexp"])
        list(train(prepared, folder, data))
        for file in folder.evaluation.iterdir():
            headers.setdefault(file.name, set()).update(header(file))
    rows = {code(row["file"])[0]: set(code(row["columns"])) for row in tables_under(PAGE, "`evaluation/`")[0].rows}
    own = {name: {c for c in columns if not FEATURES_AND_PIXELS.fullmatch(c)} for name, columns in headers.items()}
    assert own == {name: columns - {"p0", "p1"} for name, columns in rows.items()}


def test_the_names_of_the_tensors(run: Path) -> None:
    described = first_column("Checkpoints")
    with safe_open(run / "checkpoints" / "best.safetensors", "np") as tensors:
        names = {re.sub(r"^(dense|conv)\d+\.|^output\.", "<layer>.", name) for name in tensors.keys()}
    assert {"<layer>.weight", "input.shift"} <= names <= described


def test_every_figure_is_described() -> None:
    assert first_column("Plots") == FIGURES.keys()
