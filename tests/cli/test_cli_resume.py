"""``--resume`` of what can be gone on with, and of what cannot."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import TINY
from making.pace import abandon, every_step
from making.run_files import only_run, results_of
from making.stopping import FULL, before_replacing
from making.trained_results import new

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def broken(tmp_path: Path, mlpexp: Command) -> Path:
    """A run whose process ended in the middle, after some checkpoints."""
    assert abandon(new(tmp_path, TINY), 5, every_step(1))
    return only_run(Path("runs"))


def files_of(run: Path) -> dict[str, bytes]:
    return {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*") if path.is_file()}


def test_a_broken_run_is_finished_with_the_bytes_of_an_unbroken_one(
    mlpexp: Command, config: Write, broken: Path
) -> None:
    assert json.loads((broken / "summary.json").read_text())["status"] == "running"
    assert mlpexp("train", "--resume", broken, "-q").run == broken
    whole = mlpexp("train", "-c", config(TINY), "-q").run
    assert results_of(broken) == results_of(whole)
    assert set(files_of(broken)) == set(files_of(whole))


def test_a_finished_run_is_refused_and_left_as_it_is(mlpexp: Command, config: Write) -> None:
    run = mlpexp("train", "-c", config(TINY), "-q").run
    before = files_of(run)
    result = mlpexp("train", "--resume", run)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: {run}: this run is complete; `mlpexp show {run}` shows it\n"
    assert files_of(run) == before


def test_what_is_no_run_is_refused(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, message in (
        ("nothing", "there is no such result folder"),
        ("empty", "not a result folder: it has no config"),
    ):
        result = mlpexp("train", "--resume", name)
        assert (result.code, len(result.err.splitlines())) == (2, 1)
        assert result.err.startswith(f"error: {name}: {message}")
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize(
    "options", [["--config", "c.yaml"], ["--set", "seed=1"], ["--seeds", "0"], ["--name", ""], ["--device", "cpu"]]
)
def test_options_that_would_change_the_run_are_refused(options: list[str], mlpexp: Command, broken: Path) -> None:
    before = files_of(broken)
    result = mlpexp("train", "--resume", broken, *options)
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert line.endswith(f"it cannot be combined with {options[0]}")
    assert files_of(broken) == before


def flip_last(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


REFUSED: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "no plan": ("plan.json", Path.unlink, "plan.json: lost since the run began"),
    "no environment": ("environment.json", Path.unlink, "environment.json: cannot be read"),
    "a config with other numbers": (
        "config.yaml", lambda p: p.write_text(p.read_text().replace("epochs: 3", "epochs: 5")), "changed since the run began",
    ),
    "a config that is none": ("config.yaml", lambda p: p.write_text("- a\n"), "changed since the run began"),
}  # fmt: skip
TRAINED_AGAIN: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "a flipped byte in the weights": ("checkpoint*.safetensors", flip_last, "the checkpoint is damaged"),
    "cut weights": ("checkpoint*.safetensors", lambda p: p.write_bytes(p.read_bytes()[:50]), "is damaged"),
    "weights missing": ("checkpoint*.safetensors", Path.unlink, "the checkpoint cannot be read"),
    "no JSON": ("checkpoint.json", lambda p: p.write_text("{"), "the checkpoint is damaged (not JSON)"),
    "another epoch": (
        "checkpoint.json", lambda p: p.write_text(p.read_text().replace('"step": ', '"step": 1')), "is damaged",
    ),
    "a metrics table that is none": ("metrics.csv", lambda p: p.write_bytes(b"\xff\n\xfe\n"), "metrics.csv: damaged"),
    "a metrics table that is missing": ("metrics.csv", Path.unlink, "metrics.csv"),
    "a metrics table that is shorter": ("metrics.csv", lambda p: p.write_text(p.read_text()[:90]), "metrics.csv: damaged"),
    "an edited cell": (
        "metrics.csv", lambda p: p.write_text(p.read_text().replace("0,1,3,", "0,1,9,")), "metrics.csv: damaged",
    ),
    "an edited time": ("timing.csv", lambda p: p.write_text(p.read_text().replace("0,0,0,", "0,0,1,")), "timing.csv: damaged"),
}  # fmt: skip


@pytest.mark.parametrize("damage", REFUSED)
def test_a_damaged_run_is_one_line_and_nothing_of_it_is_lost(damage: str, mlpexp: Command, broken: Path) -> None:
    name, change, message = REFUSED[damage]
    path = broken / name
    kept = path.read_bytes()
    change(path)
    before = files_of(broken)
    result = mlpexp("train", "--resume", broken)
    assert result.code in (1, 2)
    assert len(result.err.splitlines()) == 1, result.err
    assert message in result.err
    assert "internal error" not in result.err
    after = files_of(broken)
    for name in before:
        if name not in ("summary.json", ".lock"):
            assert after[name] == before[name], name
    path.write_bytes(kept)  # what was damaged comes back, from a backup say
    assert mlpexp("train", "--resume", broken, "-q").code == 0


@pytest.mark.parametrize("damage", TRAINED_AGAIN)
def test_what_a_checkpoint_counts_on_is_damaged_and_the_stack_is_trained_again(
    damage: str, mlpexp: Command, config: Write, broken: Path
) -> None:
    pattern, change, message = TRAINED_AGAIN[damage]
    (path,) = (broken / "parts" / "stack-0").glob(pattern)
    change(path)
    result = mlpexp("train", "--resume", broken, "-q")
    assert result.code == 0
    (line,) = result.err.splitlines()
    assert line.startswith("warning: ")
    assert message in line
    assert line.endswith("; its trial is trained again from the beginning")
    whole = mlpexp("train", "-c", config(TINY), "-q").run
    assert results_of(broken) == results_of(whole)


def test_rows_that_no_checkpoint_knows_are_cut_off(mlpexp: Command, config: Write, broken: Path) -> None:
    path = broken / "parts" / "stack-0" / "metrics.csv"
    path.write_text(path.read_text() + "0,1\n")
    result = mlpexp("train", "--resume", broken, "-q")
    assert (result.code, result.err) == (0, "")
    assert results_of(broken) == results_of(mlpexp("train", "-c", config(TINY), "-q").run)


def test_a_run_with_spaces_in_its_path_is_resumed_by_the_command_that_is_printed(
    mlpexp: Command, config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--runs-dir", "my runs", "--data-dir", "my data"]
    with monkeypatch.context() as patch:
        before_replacing(patch, "done.json", FULL)
        result = mlpexp("train", "-c", config(TINY), *options)
    assert result.code == 1
    command = shlex.split(result.err.rpartition("resume with: ")[2])
    assert command[-2:] == ["--data-dir", "my data"]
    assert mlpexp(*command[1:], "-q").run.parent == Path("my runs")


def test_unfinished_runs_say_how_to_go_on_in_show(mlpexp: Command, broken: Path) -> None:
    out = mlpexp("show", broken).out
    assert f"interrupted; go on with: mlpexp train --resume {broken}" in out
