"""``mlpexp show`` and ``plot``, also of what is damaged."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import MOONS, SELECTED
from making.run_files import unsealed

Write = Callable[..., Path]


@pytest.fixture
def run(mlpexp: Command, config: Write, undrawn: None) -> Path:
    """A finished run."""
    return mlpexp("train", "-c", config(SELECTED), "-q").run


def edit(run: Path, **changes: object) -> None:
    path = unsealed(run) / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


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
            "files: arms.csv, config.yaml, environment.json, evaluation, manifest.json, manifest_local.json, metrics.csv, "
            "networks.json, plan.json, stacks.json, summary.json, timing.csv, trials.csv, weights" in out
        )

    def test_an_unfinished_run_says_how_to_go_on(self, mlpexp: Command, run: Path) -> None:
        edit(run, status="failed", reason="the disk is full", outcome=None)
        assert f"failed: the disk is full; go on with: mlpexp train --resume {run}" in mlpexp("show", run).out

    @pytest.mark.parametrize("name", ["summary.json", "environment.json"])
    @pytest.mark.parametrize("content", ["", "{", "[]"])
    def test_a_damaged_run_is_one_line(self, name: str, content: str, mlpexp: Command, run: Path) -> None:
        (unsealed(run) / name).write_text(content)
        result = mlpexp("show", run)
        assert result.code == 1
        assert result.err.startswith(f"error: {run / name}: damaged: ")
        assert len(result.err.splitlines()) == 1

    def test_a_summary_of_something_else_is_one_line(self, mlpexp: Command, run: Path) -> None:
        (unsealed(run) / "summary.json").write_text('{"dataset": "x"}')
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
        (unsealed(run) / "config.yaml").write_bytes(b"\xff\xfe")
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
