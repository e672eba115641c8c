"""What needs no torch does not import it. (How long it takes is measured in ``benchmarks/``.)"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import CONFIGS, TINY

from mlpexp.store.json_files import record_text
from mlpexp.store.summary import DatasetSummary, MetricSummary, ModelSummary, Summary

COMMANDS = ("train", "params", "check", "list", "show", "plot")
WATCHED = """
import sys
from mlpexp.cli.main import main
code = 0
try:
    main()
except SystemExit as stop:
    code = stop.code or 0
heavy = sorted({"torch", "sklearn", "matplotlib", "torchvision"} & set(sys.modules))
print("imported:", *heavy, file=sys.stderr)
sys.exit(code)
"""


def watched(*args: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line; the last line of standard error tells which heavy packages it imported."""
    return subprocess.run(
        [sys.executable, "-c", WATCHED, *map(str, args)], cwd=cwd, capture_output=True, text=True, timeout=600,
        check=False, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_complete_and_imports_nothing_heavy(command: str, tmp_path: Path) -> None:
    done = watched(*[command] if command else [], "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == "imported:\n"
    assert f"Usage: mlpexp {command}".strip() in done.stdout.replace("-c", "mlpexp")
    for other in COMMANDS if not command else ():
        assert f"\n  {other} " in done.stdout
    assert list(tmp_path.iterdir()) == []


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
    paths = sorted(CONFIGS.rglob("*.yaml"))
    done = watched("check", *paths, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "imported:\n")
    assert len(done.stdout.splitlines()) == len(paths) > 5


def test_a_bad_config_is_refused_before_torch_is_imported(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(TINY.replace("sgd", "sdg"))
    done = watched("train", "--config", "c.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: c.yaml:3:19: optimizer.name: 'sdg' is not known; did you mean sgd?",
        "imported:",
    ]


@pytest.mark.parametrize(("words", "expected"), [("mlpexp ", "train"), ("mlpexp train --se", "--seeds")])
def test_completion_offers_commands_and_options_and_imports_nothing_heavy(
    words: str, expected: str, tmp_path: Path
) -> None:
    script = WATCHED.replace("import sys", "import sys; sys.argv[0] = 'mlpexp'", 1)
    environment = {
        **os.environ, "_MLPEXP_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
        env=environment,
    )  # fmt: skip
    assert expected in done.stdout.split()
    assert done.stderr == "imported:\n"
