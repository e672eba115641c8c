"""What needs no torch does not import it. (How long it takes is measured in ``benchmarks/``.)"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from making.command_line import Command
from making.configs import CONFIGS, TINY
from making.markdown_pages import DOCS, files_of
from making.picture_folders import for_example
from mlpexp.cli.main import COMMANDS as IN_GROUPS
from mlpexp.cli.main import app
from mlpexp.cli.parser.click_names import called
from mlpexp.cli.parser.groups import ELSEWHERE, GROUPS
from mlpexp.store.json_files import record_text
from mlpexp.store.summary import DatasetSummary, MetricSummary, ModelSummary, Summary

PROGRAM = typer.main.get_command(app)
COMMANDS = list(PROGRAM.commands)
WATCHED = """
import sys
from mlpexp.cli.main import main
code = 0
try:
    main()
except SystemExit as stop:
    code = stop.code or 0
heavy = sorted({"torch", "sklearn", "matplotlib", "torchvision", "scipy.stats"} & set(sys.modules))
print("imported:", *heavy, file=sys.stderr)
sys.exit(code)
"""


def watched(*args: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line; the last line of standard error tells which heavy packages it imported."""
    return subprocess.run(
        [sys.executable, "-c", WATCHED, *map(str, args)], cwd=cwd, capture_output=True, text=True, timeout=600,
        check=False, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_whole_at_every_width(
    mlpexp: Command, command: str, option: str, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    result = mlpexp(*command.split(), option)
    assert (result.code, result.err) == (0, "")
    assert max(len(line) for line in result.out.splitlines()) <= min(columns, 80)
    assert f"Usage: mlpexp {command}".strip() in result.out
    assert "…" not in result.out
    shown = words_of(result.out)
    for text in texts_of(command):
        assert words_of(text) in shown, text


def words_of(text: str) -> str:
    return " ".join(text.split())


def texts_of(command: str) -> list[str]:
    """What the help must say, each whole."""
    if not command:
        return [*IN_GROUPS, *COMMANDS, *(each.help.partition("\n\n")[0] for each in PROGRAM.commands.values())]
    found = PROGRAM.commands[command]
    shown = [each for each in found.params if not getattr(each, "hidden", False)]
    names = [option for each in shown for option in each.opts if option.startswith("-")]
    return [found.help.partition("\n\n")[0], found.epilog, *names, *(each.help for each in shown if each.help)]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_imports_nothing_heavy(command: str, tmp_path: Path) -> None:
    done = watched(*[command] if command else [], "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "imported:\n")
    assert list(tmp_path.iterdir()) == []


def test_every_argument_and_option_has_one_group() -> None:
    there = {called(each) for command in PROGRAM.commands.values() for each in command.params}
    in_groups = [name for names in GROUPS.values() for name in names]
    assert there <= set(in_groups), f"{there - set(in_groups)}: give it a group in cli/parser/groups.py"
    assert len(in_groups) == len(set(in_groups))
    assert all(option in {called(each) for each in PROGRAM.commands[command].params} for command, option in ELSEWHERE)


def test_the_examples_of_the_help_run(mlpexp: Command, tmp_path: Path, undrawn: None) -> None:
    (tmp_path / "configs").symlink_to(CONFIGS)
    (tmp_path / "flowers.csv").write_text(files_of(DOCS / "predict.md")["flowers.csv"], encoding="utf-8")
    for command in PROGRAM.commands.values():
        for example in command.epilog.splitlines():
            assert len(example) <= 58
            result = mlpexp(*shlex.split(example)[1:])
            assert result.code == 0, result.err


def summary_of(title: str, **changes: object) -> str:
    """The summary of a run without results."""
    dataset = DatasetSummary(title=title, task="classification", train=1, validation=0, test=0)
    metric = MetricSummary(
        name="train_accuracy",
        when="final",
        column="final_train_accuracy",
        label="training accuracy",
        higher_is_better=True,
    )
    summary = Summary(
        planned_by="train", name="a", hash="0", title=f"{title} - mlp", dataset=dataset,
        model=ModelSummary(name="mlp", parameters=1), parts=("train",), scores=("loss", "accuracy"), metric=metric,
        selected_on=None, seeds=(0,), num_arms=1, num_trials=1, **changes,
    )  # fmt: skip
    return record_text(summary)


@pytest.mark.parametrize(
    "args", [["--version"], ["params", "lenet5", "mlp", "4-16-3"], ["list", "--runs-dir", "runs"], ["show", "runs/a"]]
)
def test_light_commands_import_nothing_heavy(args: list[str], tmp_path: Path) -> None:
    run = tmp_path / "runs" / "a"
    run.mkdir(parents=True)
    (run / "config.yaml").write_text(TINY)
    (run / "environment.json").write_text("{}")
    (run / "summary.json").write_text(summary_of("iris", status="running"))
    done = watched(*args, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "imported:\n")


def test_an_output_without_special_characters_gets_question_marks(tmp_path: Path) -> None:
    run = tmp_path / "runs" / "a"
    run.mkdir(parents=True)
    (run / "config.yaml").write_text("description: R² ± µ\n", encoding="utf-8")
    (run / "environment.json").write_text("{}")
    (run / "summary.json").write_text(summary_of("µ", status="failed", reason="R²"), encoding="utf-8")
    for args in (["show", run], ["list"]):
        done = watched(*args, cwd=tmp_path, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, "imported:\n")
        assert "?" in done.stdout
    assert "±" in watched("show", run, cwd=tmp_path, PYTHONIOENCODING="utf-8").stdout


def test_check_of_every_shipped_config_imports_nothing_heavy(tmp_path: Path) -> None:
    for_example(tmp_path)
    paths = sorted(CONFIGS.rglob("*.yaml"))
    done = watched("check", *paths, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "imported:\n")
    assert len([line for line in done.stdout.splitlines() if ": valid; " in line]) == len(paths) > 5


@pytest.mark.slow
def test_a_run_loads_torch_alone_and_its_result_is_read_without(tmp_path: Path) -> None:
    done = watched("train", "iris/mlp", "--epochs", 2, cwd=tmp_path)
    assert heavy_of(done) in ({"torch"}, {"torch", "matplotlib"})  # a single core draws in the same process
    assert heavy_of(watched("show", "last", cwd=tmp_path)) == set()
    assert heavy_of(watched("plot", "last", cwd=tmp_path)) == {"matplotlib"}
    watched("sweep", "iris/mlp", "--learning-rate", "0.1,0.2", "--epochs", 2, "--seeds", 2, cwd=tmp_path)
    assert heavy_of(watched("compare", "last", cwd=tmp_path)) == set()


def heavy_of(done: subprocess.CompletedProcess[str]) -> set[str]:
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split()[1:])


def test_a_bad_config_is_refused_before_torch_is_imported(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(TINY.replace("sgd", "sdg"))
    done = watched("train", "--config", "c.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: c.yaml:3:19: optimizer.name: 'sdg' is not known; did you mean sgd?",
        "imported:",
    ]
