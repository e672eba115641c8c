"""``mlpexp list``, ``show`` and ``plot``, also of what is damaged."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import MOONS, SELECTED, TINY, Command

Write = Callable[..., Path]


@pytest.fixture
def run(mlpexp: Command, config: Write, undrawn: None) -> Path:
    """A finished run."""
    return mlpexp("train", "-c", config(SELECTED), "-q").run


def edit(run: Path, **changes: object) -> None:
    path = run / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def line_of(out: str, run: Path) -> str:
    (line,) = [line for line in out.splitlines() if run.name in line]
    return line


class TestList:
    def test_a_run_has_data_model_seeds_status_metric_time_and_age(
        self, mlpexp: Command, run: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        modified = (run / "summary.json").stat().st_mtime
        monkeypatch.setattr("mlpexp.cli.runs.time", lambda: modified + 7)
        out = mlpexp("list").out
        assert out.split()[:8] == ["run", "data", "model", "seeds", "status", "metric", "training", "age"]
        cells = line_of(out, run).split()
        assert cells[1:5] == ["iris", "mlp", "3", "finished"]
        mean = json.loads((run / "summary.json").read_text())["outcome"]["arms"][0]["means"]["best_test_accuracy"][
            "mean"
        ]
        assert cells[5:8] == ["test", "accuracy", f"{mean:.4f}"]
        assert cells[-2:] == ["7", "s"]

    def test_runs_come_oldest_first(self, mlpexp: Command, config: Write, run: Path, undrawn: None) -> None:
        later = mlpexp("train", "-c", config(TINY), "--name", "zzz", "-q").run
        out = mlpexp("list").out
        assert out.index(run.name) < out.index(later.name)

    @pytest.mark.parametrize(
        ("seconds", "text"), [(30, "30 s"), (-5, "0 s"), (90, "2 min"), (7300, "2 h"), (86400 * 3, "3 d")]
    )
    def test_ages_are_in_the_largest_unit(
        self, seconds: int, text: str, mlpexp: Command, run: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        modified = (run / "summary.json").stat().st_mtime
        monkeypatch.setattr("mlpexp.cli.runs.time", lambda: modified + seconds)
        assert line_of(mlpexp("list").out, run).rstrip().endswith(f" {text}")

    def test_an_unfinished_run_is_shown_as_what_it_is(self, mlpexp: Command, run: Path) -> None:
        edit(run, status="interrupted", outcome=None)
        assert line_of(mlpexp("list").out, run).split()[1:6] == ["iris", "mlp", "3", "interrupted", "-"]

    @pytest.mark.parametrize(
        "content", ["", "{", "[]", "null", '{"dataset": "x", "time": 3, "means": []}', '{"status": "finished"}']
    )
    def test_a_damaged_run_is_listed_as_damaged_beside_the_others(
        self, content: str, mlpexp: Command, run: Path
    ) -> None:
        damaged = run.parent / "20200101-000000-x"
        damaged.mkdir()
        (damaged / "config.yaml").write_text("")
        (damaged / "summary.json").write_text(content)
        out = mlpexp("list").out
        assert "damaged" in line_of(out, damaged)
        assert "finished" in line_of(out, run)

    def test_what_is_no_run_is_not_listed(self, mlpexp: Command, run: Path) -> None:
        (run.parent / "notes.txt").write_text("")
        (run.parent / "other").mkdir()
        (run.parent / ".new-x").mkdir()
        out = mlpexp("list").out
        assert [name for name in ("notes", "other", ".new") if name in out] == []

    def test_an_empty_folder_and_none(self, mlpexp: Command, tmp_path: Path) -> None:
        result = mlpexp("list")
        assert result.code == 2
        assert result.err.startswith("error: runs: there is no such folder; `mlpexp train` makes it")
        (tmp_path / "runs").mkdir()
        assert mlpexp("list").out == "no runs in runs\n"

    def test_a_metric_that_json_has_no_number_for_is_passed_over(self, mlpexp: Command, run: Path) -> None:
        summary = json.loads((run / "summary.json").read_text())
        means = summary["outcome"]["arms"][0]["means"]
        means["best_test_accuracy"].update(mean=None, std=None, low=None, high=None)
        edit(run, outcome=summary["outcome"])
        assert "validation accuracy" in line_of(mlpexp("list").out, run)
        assert mlpexp("show", run).code == 0

    def test_a_reader_that_goes_away_sees_no_traceback(self, run: Path, tmp_path: Path) -> None:
        for i in range(3):
            copy = run.parent / f"20200101-000000-{'x' * 100}-{i:04d}"
            copy.mkdir()
            for name in ("config.yaml", "summary.json"):
                (copy / name).write_bytes((run / name).read_bytes())
        for arguments in (["list"], ["check", *[run / "config.yaml"] * 50]):
            with subprocess.Popen(
                [sys.executable, "-m", "mlpexp", *map(str, arguments)], cwd=tmp_path, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True,
            ) as process:  # fmt: skip
                assert process.stdout is not None
                assert process.stderr is not None
                if arguments[0] == "check":
                    process.stdout.readline()
                process.stdout.close()
                assert process.stderr.read() == ""


class TestShow:
    def test_a_finished_run_at_a_glance(self, mlpexp: Command, run: Path) -> None:
        out = mlpexp("show", run).out
        hash_ = json.loads((run / "summary.json").read_text())["hash"]
        assert f"selected ({hash_}): finished" in out
        assert "data   iris: 90 train, 30 validation, 30 test" in out
        assert "model  mlp, 67 parameters" in out
        assert " on cpu with torch " in out
        assert (run / "config.yaml").read_text().strip() in out
        assert "best epoch by validation loss" in out
        assert (
            "files: arms.csv, config.yaml, environment.json, evaluation, metrics.csv, plan.json, stacks.json, "
            "summary.json, timing.csv, trials.csv, weights" in out
        )

    def test_an_unfinished_run_says_how_to_go_on(self, mlpexp: Command, run: Path) -> None:
        edit(run, status="failed", reason="the disk is full", outcome=None)
        assert f"failed: the disk is full; go on with: mlpexp train --resume {run}" in mlpexp("show", run).out

    @pytest.mark.parametrize("name", ["summary.json", "environment.json"])
    @pytest.mark.parametrize("content", ["", "{", "[]"])
    def test_a_damaged_run_is_one_line(self, name: str, content: str, mlpexp: Command, run: Path) -> None:
        (run / name).write_text(content)
        result = mlpexp("show", run)
        assert result.code == 1
        assert result.err.startswith(f"error: {run / name}: damaged: ")
        assert len(result.err.splitlines()) == 1

    def test_a_summary_of_something_else_is_one_line(self, mlpexp: Command, run: Path) -> None:
        (run / "summary.json").write_text('{"dataset": "x"}')
        result = mlpexp("show", run)
        assert (result.code, result.err) == (
            1,
            f"error: {run}/summary.json: damaged: not the summary of a run or sweep: 'members'\n",
        )

    @pytest.mark.parametrize("command", ["show", "plot"])
    def test_what_is_no_run_is_one_line(self, command: str, mlpexp: Command, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        for name, message in (("nothing", "there is no such result folder"), ("empty", "not a result folder")):
            result = mlpexp(command, name)
            assert (result.code, result.out) == (2, "")
            assert result.err.startswith(f"error: {name}: {message}")
            assert len(result.err.splitlines()) == 1

    def test_a_config_that_is_not_text_is_shown_as_far_as_it_is(self, mlpexp: Command, run: Path) -> None:
        (run / "config.yaml").write_bytes(b"\xff\xfe")
        result = mlpexp("show", run)
        assert (result.code, result.err) == (0, "")


class TestPlot:
    def test_plots_are_drawn_again_from_the_files_alone(self, mlpexp: Command, config: Write, tmp_path: Path) -> None:
        run = mlpexp("train", "-c", config(MOONS), "-q").run
        before = {path.name: path.read_bytes() for path in (run / "plots").iterdir()}
        for path in (run / "plots").iterdir():
            path.unlink()
        config("").unlink()
        result = mlpexp("plot", run)
        assert {Path(line).name for line in result.out.splitlines()} == {n for n in before if n.endswith(".png")}
        assert {path.name: path.read_bytes() for path in (run / "plots").iterdir()} == before

    def test_an_unknown_format_is_one_line_and_draws_nothing(self, mlpexp: Command, tmp_path: Path) -> None:
        result = mlpexp("plot", "nothing", "--plot-format", "jpeg")
        assert (result.code, len(result.err.splitlines())) == (2, 1)
        assert "--plot-format: 'jpeg' is not known" in result.err
