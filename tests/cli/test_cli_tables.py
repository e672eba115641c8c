"""Every table of every command in terminals of 60, 80 and 120 columns, held against the same table in a pipe.

In a pipe nothing is cut, so what a terminal shows must be made of the words and names that the pipe shows.
"""

import os
import re
import shutil
import struct
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from select import select
from time import time

import pytest
import typer
from rich.cells import cell_len

from making.processes import ForkingServer, Process
from making.results_builder import ACTIVATION, BATCH, HIDDEN, IRIS, LR, build_run, build_sweep
from making.trained_results import new
from mlpexp.cli.main import app

WIDTHS = (60, 80, 120)
LONG = "a-run-whose-name-says-all-about-it-and-fills-nearly-a-line-of-60"
AXES = {ACTIVATION: ["leaky_relu", "sigmoid"], LR: ["0.000123456", "100000"], BATCH: ["1", "16"], HIDDEN: ["16", "64"]}
WORDS = {HIDDEN: "hidden_size"}
VARIED = [w for key, values in AXES.items() for w in ("--over", f"{WORDS.get(key, key)}={','.join(values)}")]
QUICK = """\
name: tiny
dataset: three_class_3d
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 10, epochs: 2}
"""
POINTS = "width,height,kind\n" + "".join(
    f"{position / 7},{position % 5},{'odd' if position % 3 else 'even'}\n" for position in range(40)
)
OWN = """\
name: own
dataset: {name: csv, path: points.csv, target: kind}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 10, epochs: 2}
seeds: 2
"""
SMALL = ["tiny.yaml", "--set", "model.hidden_sizes=[2]"]

# Each command with all its tables. MEASURED prints times, which differ from one call to the next.
MEASURED = ("train", "sweep", "gradcheck", "list")
COMMANDS: dict[str, list[list[str]]] = {
    "train": [["tiny.yaml", "--seeds", "3", "--name", LONG]],
    "sweep": [
        ["tiny.yaml", *VARIED, "--seeds", "2", "--power", "0.01"],
        ["tiny.yaml", *VARIED, "--seeds", "2", "--dry-run"],
        ["tiny.yaml", "--noise-floor", "2"],
    ],
    "compare": [["iris-mlp-sweep", "--power", "0.01"], [LONG, "short"], [LONG, "iris-mlp-sweep"]],
    "params": [["lenet5", "mlp", "784-256-128-10"], ["lenet5", "cnn4", "mnist_cnn", "mlp", "784-256-128-64-32-10"]],
    "find-lr": [["tiny.yaml", "--seeds", "3", "--steps", "30"]],
    "activations": [["--no-time"]],
    "gradcheck": [SMALL, [*SMALL, "--symbolic", "b2_1"]],
    "examples": [[], ["iris"]],
    "keys": [["training"], [], ["optimizer", "--config", "tiny.yaml"]],
    "list": [[], ["--sort", "learning_rate"]],
    "show": [[LONG], ["iris-mlp-sweep"]],
    "predict": [["last", "points.csv", "--format", "table"]],
    "mistakes": [["last"]],
    "evaluate": [["last", "--on", "points.csv"]],
    "quantize": [["last"]],
}
WITHOUT_TABLES = {"explain", "check", "plot", "loss", "export", "report", "watch", "schema", "doctor", "init"}
OF_NETWORKS = ("predict", "mistakes", "evaluate", "quantize")  # they need weights; all but the first write a folder
CASES = [(name, arguments) for name, calls in COMMANDS.items() for arguments in calls]
IDS = [" ".join([name, *words])[:60] for name, words in CASES]
EVERYWHERE = [  # at 80 columns the first call of each command, and slowly every call at every width
    pytest.param(name, arguments, widths, marks=[pytest.mark.slow] * slow, id=f"{label} at {widths}")
    for (name, arguments), label in zip(CASES, IDS, strict=True)
    for widths, slow in (((80,), arguments is not COMMANDS[name][0]), ((60, 120), True))
]

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
RULE = re.compile(r" +─+")
NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?")
INTERVAL = re.compile(r"\S+ \.\. \S+")
NOTE = re.compile(r"^not shown: (.*?);\s+--wide\s+shows\s+all$", re.MULTILINE | re.DOTALL)
RESULT = re.compile(r"trained/\S+")  # named by the time
WRAPPED_NAMES = {"sigmoid"}  # a first column of sentences
UNBROKEN = ("dE/d", "name: ", "`mlpexp ")  # a formula, a line of a file, a command, which is copied whole


@dataclass(frozen=True)
class Table:
    """A table as a pipe shows it: its columns by heading."""

    columns: list[tuple[str, list[str]]]

    @property
    def names(self) -> list[str]:
        heading, cells = self.columns[0]
        return [] if heading in WRAPPED_NAMES else [cell for cell in cells if cell]


def tables_in(out: str) -> list[Table]:
    """Tables are found by the rule below their headings; columns are separated by blanks in all lines."""
    lines = out.splitlines()
    tables = []
    for i, line in enumerate(lines):
        if not RULE.fullmatch(line):
            continue
        rows = [lines[i - 1]]
        for row, after in zip(lines[i + 1 :], [*lines[i + 2 :], ""], strict=True):
            if (row and not row.startswith("  ")) or RULE.fullmatch(after):
                break
            rows.append(row)
        rows = [row.ljust(len(line)) for row in rows if row]
        ink = [any(row[k] != " " for row in rows if k < len(row)) for k in range(len(line))]
        spans = [match.span() for match in re.finditer(r"1(?:0{0,2}1)*", "".join("01"[there] for there in ink))]
        cells = [[row[start:end].strip() for row in rows] for start, end in spans]
        tables.append(Table([(heading, others) for heading, *others in cells]))
    return tables


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with results that have long names and labels, long numbers, and with a config."""
    folder = tmp_path_factory.mktemp("tables")
    (folder / "tiny.yaml").write_text(QUICK)
    runs = folder / "runs"
    build_run(runs, f"name={LONG}", "optimizer.learning_rate=9.99999856e15", config=IRIS, seeds=3, epochs=3)
    build_run(runs, "name=short", "model.activation=leaky_relu", config=IRIS, seeds=3, epochs=3)
    build_sweep(runs, AXES, config=IRIS, seeds=3, epochs=3)
    for summary in runs.glob("*/summary.json"):
        os.utime(summary, (time() - 300_000, time() - 300_000))  # an age that is the same in every call: 3 d
    (folder / "points.csv").write_text(POINTS)
    new(folder, OWN, runs="kept").finish()
    return folder


@pytest.fixture(scope="session")
def shown(forking_server: ForkingServer, place: Path) -> Callable[..., str]:
    """A function that runs a command, in a terminal of so many columns or in a pipe, and gives what it prints."""

    def run(width: int | None, *arguments: str) -> str:
        where = (
            []
            if arguments[0] in ("params", "find-lr", "activations", "gradcheck", "examples", "keys")
            else ["--runs-dir", "runs"]
        )
        if arguments[0] in ("train", "sweep") and "--dry-run" not in arguments:
            where = ["--runs-dir", "trained"]
        if arguments[0] in OF_NETWORKS:
            where = ["--runs-dir", "kept", *(["-o", "made"] if arguments[0] != "predict" else [])]
            shutil.rmtree(place / "made", ignore_errors=True)
        if width is None:
            process = forking_server.start(*arguments, *where, cwd=place)
            result = process.wait()
            assert result.code == 0, result.err
            assert result.err == "" or arguments[0] in OF_NETWORKS
            return result.out
        master, slave = os.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
        process = forking_server.start(*arguments, *where, cwd=place, out=os.ttyname(slave))
        text = b"".join(_read(master, process)).decode().replace("\r\n", "\n")
        os.close(master)
        os.close(slave)
        assert process.code == 0
        return ESCAPE.sub("", text)

    return run


def _read(master: int, process: Process) -> Iterator[bytes]:
    """What a process writes into a terminal, until it has ended and all is read."""
    while True:
        ended = process.ended()
        while select([master], [], [], 0 if ended else 0.02)[0]:
            yield os.read(master, 65536)
        if ended:
            return


def words_of(text: str, *, measured: bool) -> set[str]:
    """The words, with # in place of each number if numbers differ from call to call."""
    return set((NUMBER.sub("#", RESULT.sub("RESULT", text)) if measured else text).split())


def hidden_in(out: str) -> list[str]:
    """What the lines below the tables say is not shown."""
    return [" ".join(note.split()) for note in NOTE.findall(out)]


def test_every_command_with_tables_is_looked_at() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    wide = {name for name, command in commands.items() if any("--wide" in one.opts for one in command.params)}
    assert wide == set(COMMANDS)
    assert WITHOUT_TABLES == set(commands) - wide


def test_tables_are_found() -> None:
    rows = [
        "  name   a number   of",
        " ──────────────────────",
        "  x           1.0   y",
        "  two           2",
        "",
        "  all           3",
    ]
    (table,) = tables_in("\n".join(["title", "", *rows, "", "end"]))
    assert table.columns == [
        ("name", ["x", "two", "all"]), ("a number", ["1.0", "2", "3"]), ("of", ["y", "", ""]),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "widths"), EVERYWHERE)
def test_in_a_terminal_nothing_is_broken_or_cut_and_what_is_hidden_is_said(
    name: str, arguments: list[str], widths: tuple[int, ...], shown: Callable[..., str]
) -> None:
    measured = name in MEASURED
    whole = shown(None, name, *arguments)
    tables = tables_in(whole)
    assert tables
    assert "--wide shows all" not in whole
    for width in widths:
        out = shown(width, name, *arguments)
        notes = hidden_in(out)
        text = NOTE.sub("", out)
        words = words_of(text, measured=measured)
        assert words <= {*words_of(whole, measured=measured), *" ".join(re.findall(" (─+)", text)).split()}, width
        assert "…" not in out
        wide = [line for line in out.splitlines() if cell_len(line) > width and " " in line.strip()]
        assert [line for line in wide if not line.startswith(UNBROKEN)] == [], width
        masked = (lambda line: NUMBER.sub("#", line)) if measured else str
        intervals = {masked(each) for each in INTERVAL.findall(whole)}
        assert {masked(each) for each in INTERVAL.findall(text)} <= intervals, width
        lines = [masked(line.strip()) for line in out.splitlines()]
        for table in tables:
            for row in map(masked, table.names):
                whole_there = any(line == row or line.startswith(f"{row}   ") for line in lines)
                assert whole_there or (" " in row and cell_len(row) > width - 4), (width, row)
            for heading, cells in table.columns:
                if not any(heading in note or note.endswith(" more") for note in notes):
                    assert words_of(" ".join([heading, *cells]), measured=measured) <= words, (width, heading)
        headings = [heading for table in tables for heading, _ in table.columns]
        for note in notes:
            assert any(note.startswith(heading) for heading in headings), note


@pytest.mark.slow
@pytest.mark.parametrize(("name", "arguments"), CASES, ids=IDS)
def test_wide_shows_in_a_terminal_what_a_pipe_shows(name: str, arguments: list[str], shown: Callable[..., str]) -> None:
    wide, whole = (shown(width, name, *arguments, *more) for width, more in ((60, ["--wide"]), (None, [])))
    assert not hidden_in(wide)
    found, expected = (
        [NUMBER.sub("#", line).replace(" ", "").replace("─", "") for line in out.splitlines() if line.startswith("  ")]
        for out in (wide, whole)
    )
    assert [line for line in expected if line not in found] == []


def test_long_names_and_numbers_are_there_at_all(shown: Callable[..., str]) -> None:
    for width in WIDTHS:
        out = shown(width, "list")
        assert LONG in out
        assert "9.99999856e+15" in out
