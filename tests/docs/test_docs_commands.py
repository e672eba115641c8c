"""Every command in the pages runs, and prints what the page says it prints."""

import re
import shutil
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

import pytest

from making.command_line import Answer
from making.markdown_pages import READMES, Block
from making.shell_lines import BEGUN, FINISHED, OTHER, SWEEP_BEGUN, SWEPT, Command, all_commands, commands_of

# With MNIST, only that the command works is tested: whole trainings take minutes.
LITTLE_MNIST = ("dataset.train_samples=500", "dataset.test_samples=100", "training.epochs=1", "training.batch_size=50")
OF_RESULTS = (
    "list", "show", "plot", "compare", "explain", "predict", "evaluate", "mistakes", "export", "quantize", "report",
    "watch",
)  # fmt: skip
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
ACCURACY_OF_TABLES = 0.05  # other processors round otherwise


def rows_below(block: Block) -> list[str]:
    """The table that stands right below a console block."""
    below = [line for line in block.after if line.strip()] if block.language == "console" else []
    return list(takewhile(lambda line: line.startswith("|"), below))


def parameters() -> list:
    """Each command, marked with what it needs; slow is what trains or draws where the page shows nothing of it."""
    found = []
    for command in all_commands():
        shows = command.output or rows_below(command.block) or command.block.page in READMES
        is_slow = (
            command.arguments[0] in ("train", "sweep", "plot") and not shows and "--dry-run" not in command.arguments
        )
        marks = [pytest.mark.mnist] * command.needs_mnist + [pytest.mark.slow] * is_slow
        found.append(pytest.param(command, id=f"{command.block.place}: {command.text}", marks=marks))
    return found


def needs_a_run(command: Command) -> bool:
    return command.arguments[0] in OF_RESULTS or bool(
        {"--resume", "--continue", "--init-from", "--confirm", "RUN", "SWEEP"} & set(command.arguments)
    )


def with_a_run(arguments: list[str]) -> list[str]:
    """The arguments with real folders for ``RUN``, ``SWEEP`` and for run folders that are not there, and arms of them."""
    begun = "--resume" in arguments
    real = {
        "RUN": f"runs/{BEGUN if begun else FINISHED}",
        "SWEEP": f"runs/{SWEEP_BEGUN if begun else SWEPT}",
        "runs/OTHER": f"runs/{OTHER}",
        "learning_rate=1": "learning_rate=1,hidden_size=4",
        "learning_rate=10": "learning_rate=1,hidden_size=2",
        "learning_rate=0.01": "learning_rate=0.1,hidden_size=2",
    }
    unreal = [word in real or (word.startswith("runs/") and not Path(word).exists()) for word in arguments]
    return [
        real.get(word, real["RUN"]) if is_unreal else word for word, is_unreal in zip(arguments, unreal, strict=True)
    ]


def with_little_mnist(arguments: list[str]) -> list[str]:
    """The arguments with little data, from where they really are."""
    if "--data-dir" in arguments:
        at = arguments.index("--data-dir")
        arguments = arguments[:at] + arguments[at + 2 :]
    return [*arguments, "--seeds", "1", *(word for change in LITTLE_MNIST for word in ("--set", change))]


def shortened(command: Command, arguments: list[str]) -> list[str]:
    """What trains and of which the page shows nothing need not train to its end, nor a sweep all seeds."""
    kept = ("--dry-run", "--resume", "--noise-floor", "--epochs", "--seeds")
    if "--confirm" in arguments:
        few = [] if "--seeds" in arguments else ["--seeds", "20"]  # a sweep of the tests would need thousands
        return [*arguments, *few, "--dry-run"]
    trains = command.arguments[0] in ("train", "sweep") and not command.needs_mnist
    if not trains or command.output or rows_below(command.block) or set(kept) & set(arguments):
        return arguments
    has_few = command.arguments[0] == "sweep" or "--init-from" in arguments  # the runs of the tests have two seeds
    seeds = ["--seeds", "2"] if has_few else []
    return [*arguments, "--set", "training.epochs=3", *seeds]


def shown(text: str, folder: Path) -> list[str]:
    """Lines without trailing space and without empty lines at the ends; paths as on the pages."""
    lines = [line.rstrip() for line in text.replace(str(folder.resolve()), "/home/me").splitlines()]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return lines


def words_of(lines: list[str]) -> list[str]:
    """Lines with # for each number; times and the run's own name differ from run to run."""
    return [re.sub(r"\s+", " ", NUMBER.sub("#", re.sub(r"runs/\d+-\d+-", "runs/", line))) for line in lines]


def numbers_of(lines: list[str]) -> list[float]:
    """The numbers in the rows of the results table."""
    rows = [line for line in lines if re.match(r"  (train|validation|test) ", line)]
    return [float(text.replace(",", "")) for row in rows for text in NUMBER.findall(row)]


@pytest.mark.parametrize("command", parameters())
def test_command(
    command: Command, workplace: Callable[[Path], Path], mlpexp: Callable[..., Answer], request: pytest.FixtureRequest
) -> None:
    folder = workplace(command.block.page)
    arguments = list(command.arguments)
    if command.needs_mnist:
        request.getfixturevalue("mnist")
        arguments = with_little_mnist(arguments)
    if needs_a_run(command):
        shutil.copytree(request.getfixturevalue("prepared_runs"), folder / "runs")
        arguments = with_a_run(arguments)
    result = mlpexp(*shortened(command, arguments))
    expected = shown("\n".join(command.output), folder)
    is_failure = any(line.startswith("error:") for line in expected)
    assert result.code == (2 if is_failure else 0), result.err
    if not expected:
        assert_table_below(command.block, result.out)
        return
    printed = shown(result.err + result.out, folder)  # what is understood is said first
    if command.arguments[0] == "train":
        assert words_of(printed) == words_of(expected)
        assert numbers_of(printed) == pytest.approx(numbers_of(expected), abs=ACCURACY_OF_TABLES)
    else:
        assert [*map(without_rounding, printed)] == [*map(without_rounding, expected)]


def without_rounding(line: str) -> str:
    """A line whose last number may be what a double rounds off: that is of the processor."""
    return re.sub(r" +(0|[\d.]+e-1[5-9])$", " rounding", line)


def assert_table_below(block: Block, printed: str) -> None:
    """A Markdown table right below a console block without output is what its only command prints."""
    expected = rows_below(block)
    if expected:
        assert len(commands_of(block)) == 1
        assert [line for line in printed.splitlines() if line.startswith("|")] == expected


def test_commands_are_found() -> None:
    names = {command.arguments[0] for command in all_commands()}
    assert {"train", "sweep", "compare", "check", "params", "list", "show", "plot"} <= names
