"""Shell completion, asked as the shells ask, and typed into real shells; without torch, pandas and the schema."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from making.processes import PATIENCE
from mlpexp.cli.main import app
from mlpexp.cli.parser.click_names import called, kind, options_of, takes_value
from mlpexp.cli.parser.completers import COMPLETERS, KEY_OF, NAMED_NETWORKS, Query, choices_for
from mlpexp.cli.parser.completion import candidates
from mlpexp.cli.parser.shells import split_line, unquoted
from mlpexp.config.known_keys import TABLE, known_keys, written_anew

PROGRAM = typer.main.get_command(app)
HEAVY = ("torch", "pandas", "pydantic", "numpy", "matplotlib", "scipy", "sklearn", "yaml")
FOLDERS = ("20260101-120000-iris-mlp-aaaaaaaa", "20260102-120000-my run-bbbbbbbb", "20260103-120000-it's:odd-cccccccc")
SUMMARY = '{"parts": ["train", "test"], "scores": ["loss", "r2"], "num_arms": 3, "seeds": [4, 5]}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with results whose names are odd, a config and a table, which is the working folder."""
    for name in FOLDERS:
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "summary.json").write_text(SUMMARY)
    (tmp_path / "mine.yaml").write_text("dataset: iris\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "flowers.csv").write_text('length,"petal width",species\n1,2,a\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def offered(*words: str) -> list[str]:
    *before, begun = words
    return [value for value, _ in candidates(PROGRAM, before, begun)]


def test_the_table_of_keys_is_that_of_the_schema() -> None:
    assert TABLE.read_text(encoding="utf-8") == written_anew(), "python -m mlpexp.config.known_keys writes it anew"


def test_the_words_for_networks_are_those_of_the_schema() -> None:
    assert set(NAMED_NETWORKS) <= set(known_keys()["model"][1])


def test_commands_and_options_are_offered() -> None:
    assert offered("") == list(PROGRAM.commands)
    assert offered("tr") == ["train"]
    assert "--version" in offered("--")
    assert offered("train", "--se") == [
        option for option in options_of(PROGRAM.commands["train"]) if option[:4] == "--se"
    ]
    assert "--seeds" not in offered("train", "--seeds", "3", "--")
    assert "--set" in offered("train", "--set", "seed=1", "--se")
    assert offered("nothing", "") == []


def test_every_command_completes_each_of_its_options() -> None:
    for name, command in PROGRAM.commands.items():
        for option in options_of(command):
            if option.startswith("--"):
                assert option in offered(name, option)


@pytest.mark.parametrize("name", list(PROGRAM.commands))
def test_every_value_that_is_a_word_is_offered(name: str) -> None:
    command = PROGRAM.commands[name]
    free = {
        "--name",
        "--memory",
        "--address",
        "--input",
        "--sort",
        "--where",
        "--copy",
        "--logits",
        "--labels",
        "--targets",
        "--freeze",
    }  # what nobody can guess
    for parameter in command.params:
        word = called(parameter)
        if parameter.param_type_name == "option" and not takes_value(parameter):
            continue
        if kind(parameter) == "TEXT" and word not in free and word not in COMPLETERS and word not in KEY_OF:
            pytest.fail(f"{name} {word}: give it a completer in cli/parser/completers.py")
        if word in KEY_OF and kind(parameter) == "TEXT":
            choices = known_keys()[KEY_OF[word]][1]
            assert {value for value, _ in choices_for(Query(command, word, {}, ""))} == set(choices)


def test_keys_and_their_values_are_offered() -> None:
    assert "optimizer.learning_rate=" in offered("train", "--set", "opt")
    assert "learning_rate=" in offered("train", "--set", "learning")
    assert offered("train", "--set", "optimizer.learning_r") == ["optimizer.learning_rate="]
    assert {"model.activation=relu", "model.activation=tanh"} <= set(offered("train", "-s", "model.activation="))
    assert offered("train", "--set=model.activation=re") == ["--set=model.activation=relu"]
    assert offered("train", "--device", "c") == ["cpu", "cuda"]
    assert offered("sweep", "--over", "activation=relu,tan") == ["activation=relu,tanh"]
    assert offered("sweep", "--over", "activation=relu,rel") == []
    assert "training.batch_size=" not in offered("sweep", "--zip", "training.ba")
    assert offered("sweep", "--zip", "training.epochs,training.ba") == ["training.epochs,training.batch_size"]
    assert offered("sweep", "--exclude", "optimizer=sgd,model.pooling=m") == ["optimizer=sgd,model.pooling=max"]
    assert offered("sweep", "--method", "s") == ["sobol"]


def test_results_and_what_is_in_them_are_offered(folder: Path) -> None:
    assert offered("show", "") == ["last", *FOLDERS]
    assert offered("show", "my") == ["my run"]
    assert offered("show", "bbb") == ["bbbbbbbb"]
    assert offered("train", "--resume", "la") == ["last"]
    assert offered("compare", "last", "iris") == ["iris-mlp"]
    assert offered("show", "--runs-dir", "elsewhere", "") == []
    assert offered("show", "--runs-dir=runs", "la") == ["last"]
    assert offered("compare", "last", "--metric", "te") == ["test_loss", "test_r2"]
    assert offered("compare", "iris-mlp", "--metric", "best_te") == ["best_test_loss", "best_test_r2"]
    assert offered("sweep", "--metric", "final_train_a") == ["final_train_accuracy"]
    assert offered("plot", "my run", "--arm", "") == ["0", "1", "2"]
    assert offered("explain", "last", "--seed", "") == ["4", "5"]
    assert offered("explain", "last", "--format", "") == ["text", "markdown", "json"]


def test_configs_are_offered_by_name_and_as_files(folder: Path) -> None:
    assert {"iris/mlp", "mine.yaml", "below/"} <= set(offered("train", "--config", ""))
    assert "flowers.csv" not in offered("train", "--config", "")
    assert offered("check", "mi") == ["mine.yaml"]
    assert offered("check", "mine.yaml", "iris/ml") == ["iris/mlp"]
    assert offered("train", "iris/ml") == ["iris/mlp"]
    assert offered("train", "iris/mlp", "ir") == []
    assert offered("params", "len") == ["lenet5"]
    assert offered("examples", "som/ir") == ["som/iris"]


def test_a_table_and_its_columns_are_offered(folder: Path) -> None:
    assert offered("train", "--data", "fl") == ["flowers.csv"]
    assert offered("train", "--data", "flowers.csv", "--target", "") == ["length", "petal width", "species"]


def test_short_options_offer_the_values_of_their_keys() -> None:
    assert offered("train", "--activation", "leak") == ["leaky_relu"]
    assert offered("train", "--activation", "relu,leak") == []
    assert offered("sweep", "--activation", "relu,leak") == ["relu,leaky_relu"]
    assert offered("sweep", "--activation", "[relu,leak") == ["[relu,leaky_relu"]
    assert offered("sweep", "--batch-size", "1,8,") == ["1,8,full"]
    assert offered("find-lr", "--optimizer", "ada") == ["adagrad", "adam", "adamw"]


def test_words_are_taken_apart_as_a_shell_does() -> None:
    assert split_line("mlpexp show 'my run' a\\ b") == ["mlpexp", "show", "'my run'", "a\\ b"]
    assert split_line("mlpexp show ") == ["mlpexp", "show", ""]
    assert split_line('mlpexp show "my r') == ["mlpexp", "show", '"my r']
    assert unquoted("'my r") == ("my r", "'")
    assert unquoted('"a \\"b') == ('a "b', '"')
    assert unquoted("a\\ b'c'") == ("a bc", "")
    assert unquoted("it\\'s") == ("it's", "")


WATCHED = f"""
import sys
from mlpexp.cli.main import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "line", ["", "train --set opt", "train --config ", "show ", "compare last --metric ", "sweep --"]
)
def test_completion_imports_nothing_heavy(folder: Path, line: str) -> None:
    environment = {**os.environ, "_MLPEXP_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": f"mlpexp {line}"}
    environment["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], capture_output=True, text=True, check=False, env=environment, timeout=600
    )
    assert done.stderr == "[]\n"
    assert done.stdout


def test_a_defect_offers_nothing_and_says_nothing(folder: Path) -> None:
    (folder / "runs" / FOLDERS[-1] / "summary.json").write_text("{")
    environment = {**os.environ, "_MLPEXP_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": "mlpexp plot last --arm "}
    done = subprocess.run(
        [sys.executable, "-m", "mlpexp"], capture_output=True, text=True, check=False, env=environment, timeout=600
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_power_shell_is_answered(folder: Path) -> None:
    for typed, word, expected in (("mlpexp tr", "tr", "train:::"), ("mlpexp show my", "my", "'my run':::")):
        environment = {
            **os.environ, "_MLPEXP_COMPLETE": "complete_powershell", "_TYPER_COMPLETE_ARGS": typed,
            "_TYPER_COMPLETE_WORD_TO_COMPLETE": word,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "mlpexp"], capture_output=True, text=True, check=False, env=environment, timeout=600
        )
        assert done.stdout.startswith(expected)


# Runs the program when a shell asks or completion is installed; else shows its arguments.
STAND_IN = """#!/bin/sh
case "$_MLPEXP_COMPLETE$1" in
    complete_*|--install-completion|--show-completion) exec {python} -c '
import sys
sys.argv[0] = "mlpexp"
from mlpexp.cli.main import main
main()' "$@";;
esac
printf RAN
printf '[%s]' "$@"
printf 'END\\n'
"""
SHELLS = {"bash": ["bash", "-i"], "zsh": ["zsh", "-i"], "fish": ["fish", "-i"]}
INSTALLED = [
    pytest.param(
        name,
        marks=[
            pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not installed here"),
            *([pytest.mark.slow] if name != "bash" else []),
        ],
    )
    for name in SHELLS
]


class Shell:
    """A shell at a terminal of its own."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)
        termios.tcsetwinsize(self.terminal, (40, 200))
        self.shown = ""

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def until(self, text: str) -> str:
        """Reads until a text is shown."""
        end = time.monotonic() + PATIENCE
        while text not in self.shown:
            assert time.monotonic() < end, f"{text!r} is not in {self.shown[-2000:]!r}"
            if select.select([self.terminal], [], [], 1)[0]:
                try:
                    self.shown += os.read(self.terminal, 65536).decode(errors="replace")
                except OSError:
                    pytest.fail(f"the shell ended: {self.shown[-2000:]!r}")
        before, _, self.shown = self.shown.partition(text)
        return before

    def ran(self, typed: str) -> list[str]:
        """The arguments with which the program runs when this is typed."""
        self.type(typed + "\r")
        self.until("RAN[")
        return self.until("]END").split("][")

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


@pytest.fixture(params=INSTALLED)
def shell(request: pytest.FixtureRequest, folder: Path) -> Iterator[Shell]:
    """A shell into which ``mlpexp --install-completion`` has installed completion, started anew."""
    binaries, home = folder / ".bin", folder / ".home"
    binaries.mkdir()
    home.mkdir()
    (binaries / "mlpexp").write_text(STAND_IN.format(python=sys.executable))
    (binaries / "mlpexp").chmod(0o755)
    (home / ".zshrc").write_text("ZDOTDIR=$HOME\nPS1='ready> '\n")
    (home / ".bashrc").write_text("PS1='ready> '\nbind 'set bell-style none'\n")
    (home / ".config" / "fish").mkdir(parents=True)
    (home / ".config" / "fish" / "config.fish").write_text(
        "function fish_prompt; echo -n 'ready> '; end\nset fish_greeting\n"
    )
    environment = {
        "HOME": str(home), "PATH": f"{binaries}:{os.environ['PATH']}", "TERM": "xterm", "LANG": "C.UTF-8",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""), "ZDOTDIR": str(home), "SHELL": f"/bin/{request.param}",
    }  # fmt: skip
    first = Shell(SHELLS[request.param], environment)
    first.type("mlpexp --install-completion\r")
    first.until("completion installed in")
    first.close()
    second = Shell(SHELLS[request.param], environment)
    second.until("ready> ")
    yield second
    second.close()


@pytest.mark.slow
def test_a_shell_completes(shell: Shell) -> None:
    assert shell.ran("mlpexp tra\t") == ["train"]
    assert shell.ran("mlpexp sweep --dry\t") == ["sweep", "--dry-run"]
    assert shell.ran("mlpexp train --set optimizer.learning_r\t0.5") == [
        "train",
        "--set",
        "optimizer.learning_rate=0.5",
    ]
    assert shell.ran("mlpexp train --set model.activation=soft\t -q") == [
        "train",
        "--set",
        "model.activation=softplus",
        "-q",
    ]
    assert shell.ran("mlpexp sweep --over activation=relu,leak\t") == ["sweep", "--over", "activation=relu,leaky_relu"]
    assert shell.ran("mlpexp train --config iris/ml\t") == ["train", "--config", "iris/mlp"]
    assert shell.ran("mlpexp train --config min\t") == ["train", "--config", "mine.yaml"]
    assert shell.ran("mlpexp show 20260102\t") == ["show", FOLDERS[1]]
    assert shell.ran('mlpexp show "20260102\t') == ["show", FOLDERS[1]]
    assert shell.ran("mlpexp show 20260103\t") == ["show", FOLDERS[2]]
    assert shell.ran("mlpexp compare la\tiris\t --metric test_l\t") == [
        "compare",
        "last",
        "iris-mlp",
        "--metric",
        "test_loss",
    ]
    assert [word.rstrip("/") for word in shell.ran("mlpexp find-lr --output bel\t")] == ["find-lr", "--output", "below"]
    assert shell.ran("mlpexp train --set sweep.match=\t") == ["train", "--set", "sweep.match=parameters"]
    assert shell.ran("mlpexp sweep iris/ml\t --activation relu,leak\t") == [
        "sweep",
        "iris/mlp",
        "--activation",
        "relu,leaky_relu",
    ]
    assert shell.ran("mlpexp train --data flo\t --target pet\t") == [
        "train",
        "--data",
        "flowers.csv",
        "--target",
        "petal width",
    ]
    assert shell.ran("mlpexp train --device=cu\t") == ["train", "--device=cuda"]
    assert shell.ran("mlpexp show 20260103-120000-it\\'s:o\t") == ["show", FOLDERS[2]]
    assert shell.ran("mlpexp show 'my\t") == ["show", "my run"]
