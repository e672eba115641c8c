"""Nothing that others wrote gives the terminal commands: every command over results with escape sequences in every text."""

import ast
import json
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import ROOT
from making.forging import BAD, COMMANDS, UNSEEN, forged
from making.terminal import on_a_terminal
from making.trained_results import Make

pytestmark = pytest.mark.usefixtures("lazy_disk", "undrawn")
RUN = """\
name: forged
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [3], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 2}
seeds: 2
"""
SWEEP = RUN.replace("seeds: 2", "sweep: {over: {learning_rate: [0.01, 0.1]}, seeds: 2}")
OVER_ONE = (
    "show", "watch --once", "compare", "compare --details", "report -o {out}/r.html", "report -o {out}/r.md", "plot",
    "mistakes --arm 0 -o {out}/mistakes", "mistakes --arm 0 --format csv", "mistakes --arm 0 --format json",
    "explain --arm 0", "explain --arm 0 --format json", "quantize --arm 0 --format markdown",
    "export --arm 0 --to {out}/m.py", "evaluate --on iris --arm 0", "show --arm 0", "show --curve --arm 0",
)  # fmt: skip
OVER_ALL = (
    "list",
    "list --format csv",
    "list --format json",
    "list --wide",
    "list --where status=x",
    "list --sort name",
)


def printed(mlpexp: Command, *words: object) -> str:
    """What a command prints, which must be a sentence if it refuses."""
    answer = mlpexp(*words)
    said = answer.out + answer.err
    assert "internal error" not in said
    assert not BAD.search(said), (words, BAD.findall(said))
    return said


@pytest.mark.slow
@pytest.mark.parametrize(("config", "whole"), [(RUN, False), (RUN, True), (SWEEP, False), (SWEEP, True)])
def test_no_command_lets_a_forged_result_command_the_terminal(
    config: str, whole: bool, trained: Make, mlpexp: Command, tmp_path: Path
) -> None:
    runs = tmp_path / "forged"
    runs.mkdir()
    result = trained(config)
    folder = forged(result.path, runs / result.path.name, whole=whole)
    for line in OVER_ONE:
        command, *options = line.format(out=tmp_path).split()
        printed(mlpexp, command, folder, *options)
    for line in OVER_ALL:
        printed(mlpexp, *line.split(), "--runs-dir", runs)
    printed(mlpexp, "compare", folder, result.path)
    printed(mlpexp, "show", f"no{COMMANDS}such".replace("\0", ""))
    printed(mlpexp, "check", folder / "config.yaml")
    printed(mlpexp, "sweep" if config == SWEEP else "train", "--resume", folder)
    failed = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    failed |= {"status": "failed", "reason": f"why {COMMANDS}", "outcome": None}
    (folder / "summary.json").write_text(json.dumps(failed), encoding="utf-8")
    for line in ("list", "show", "watch --once", "compare", "report"):
        command, *options = line.split()
        printed(mlpexp, command, *([folder] if command != "list" else ["--runs-dir", runs]), *options)


def test_what_other_programs_read_is_as_exact_as_before(mlpexp: Command, trained: Make, tmp_path: Path) -> None:
    runs = tmp_path / "odd"
    runs.mkdir()
    folder = forged(trained(RUN).path, runs / "odd\u202e\u2028\x7f", whole=False)
    (told,) = json.loads(mlpexp("list", "--format", "json", "--runs-dir", runs).out)
    assert told["folder"] == str(folder) and told["data"].endswith(COMMANDS + UNSEEN)


def test_on_a_terminal_marks_that_are_not_seen_are_escapes_too(trained: Make, tmp_path: Path) -> None:
    runs = tmp_path / "forged"
    runs.mkdir()
    folder = forged(trained(RUN).path, runs / "odd", whole=False)
    for words in (("list", "--wide", "--runs-dir", runs), ("show", folder), ("watch", folder, "--once")):
        shown = on_a_terminal(*words, folder=tmp_path)
        assert not BAD.search(shown) and not set(UNSEEN) & set(shown)
        assert "\\u202e" in shown and "\\x1b]0;x\\x07" in shown


def test_only_the_border_writes_to_the_terminal() -> None:
    """Whoever prints in another way must go through it, too."""
    for path in sorted((ROOT / "src" / "mlpexp").rglob("*.py")):
        if path.name in ("console.py", "border.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
                assert node.attr not in ("__stdout__", "__stderr__"), path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "Console", path
