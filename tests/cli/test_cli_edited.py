"""Finished results of which a file was edited, cut or lost: no reader gives a number from it, each says it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Answer
from making.configs import TINY
from making.trained_results import Make, Trained, new

Call = Callable[..., Answer]
SWEEP = TINY + "sweep: {over: {learning_rate: [0.01, 0.1]}, seeds: 3}\n"
MANIFESTS = ("manifest.json", "manifest_local.json")
EDITED = "edited after it was written"


def change_a_digit(path: Path, pattern: str) -> None:
    """The first number that a pattern finds in a file becomes another one."""
    text = path.read_text()
    found = re.search(pattern, text)
    assert found is not None, pattern
    start = found.start(1)
    path.write_text(f"{text[:start]}{(int(text[start]) + 1) % 10}{text[start + 1 :]}")


def test_a_forged_mean_is_not_shown(trained: Make, mlpexp: Call) -> None:
    sweep = trained(SWEEP)
    change_a_digit(sweep.folder.summary, r'"mean": 0\.(\d)')
    for command in ("show", "compare", "plot", "report"):
        answer = mlpexp(command, sweep.path)
        assert answer.code == 1, command
        assert f"{sweep.folder.summary}: {EDITED}" in answer.err
        assert "0." not in answer.out
    listed = mlpexp("list", "--runs-dir", sweep.path.parent)
    assert listed.code == 0
    assert "edited" in listed.out


def test_forged_trials_are_not_compared(trained: Make, mlpexp: Call) -> None:
    sweep = trained(SWEEP)
    change_a_digit(sweep.folder.trials, r",0\.(\d)")
    for command in ("show", "compare", "report"):
        answer = mlpexp(command, sweep.path)
        said = answer.out + answer.err
        assert EDITED in said or EDITED in (page.read_text() if (page := report_of(sweep)).exists() else ""), command


def report_of(sweep: Trained) -> Path:
    return sweep.path.with_name(f"{sweep.path.name}-report.html")


def test_a_figure_of_an_edited_table_is_left_out_and_said(
    trained: Make, mlpexp: Call, caplog: pytest.LogCaptureFixture
) -> None:
    run = trained(TINY)
    change_a_digit(run.folder.metrics, r",0\.(\d)")
    answer = mlpexp("plot", run.path)
    assert answer.code == 0
    assert "figure loss left out" in caplog.text
    assert EDITED in caplog.text
    assert not (run.folder.plots / "loss.png").exists()


def test_every_file_that_training_wrote_is_in_a_manifest(trained: Make) -> None:
    text = SWEEP + "keep: {weights: all, history: 2, state: true}\ndiagnostics: full\n"
    for result in (trained(TINY), trained(text)):
        names = {path.relative_to(result.path).as_posix() for path in result.path.rglob("*") if path.is_file()}
        known = [json.loads((result.path / name).read_text())["files"] for name in MANIFESTS]
        assert names - {".lock", *MANIFESTS} == known[0].keys() | known[1].keys()


def test_what_is_mine_in_a_result_is_in_no_manifest(tmp_path: Path) -> None:
    begun = new(tmp_path, TINY)
    (begun.path / "notes.md").write_text("mine")
    begun.finish()
    assert "notes.md" not in (begun.path / "manifest.json").read_text()


def test_lost_tables_are_said_by_whoever_shows_the_result(trained: Make, mlpexp: Call) -> None:
    run = trained(TINY)
    run.folder.metrics.unlink()
    (run.folder.evaluation / "predictions.csv").write_bytes(b"")
    err = mlpexp("show", run.path).err
    assert "missing, or not as long as it was written: evaluation/predictions.csv, metrics.csv" in err


def test_a_lost_manifest_is_said(trained: Make, mlpexp: Call, caplog: pytest.LogCaptureFixture) -> None:
    run = trained(TINY)
    whole = mlpexp("show", run.path)
    assert whole.err == ""
    (run.path / "manifest.json").unlink()
    answer = mlpexp("show", run.path)
    assert answer.code == 0
    assert "manifest.json is missing; whether other files were edited cannot be seen" in caplog.text


def test_lost_parts_of_a_result_are_named(trained: Make, mlpexp: Call) -> None:
    for name in ("summary.json", "config.yaml"):
        run = trained(TINY)
        (run.path / name).unlink()
        answer = mlpexp("show", run.path)
        assert answer.code == (1 if name == "summary.json" else 0)
        assert f"{run.path / name}" in answer.err
        assert "damaged" in mlpexp("list", "--runs-dir", run.path.parent).out or name == "config.yaml"


def test_equal_results_are_identical(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    first, second = trained(TINY), trained(TINY, runs="others")
    assert (first.path / "manifest.json").read_bytes() == (second.path / "manifest.json").read_bytes()
    text = " ".join(mlpexp("compare", first.path, second.path).out.split())
    files = json.loads((first.path / "manifest.json").read_text())["files"]
    assert f"identical results: {first.path.name} and {second.path.name}: all {len(files)} files" in text
    (second.path / "evaluation" / "predictions.csv").unlink()
    assert "identical results" not in mlpexp("compare", first.path, second.path).out
