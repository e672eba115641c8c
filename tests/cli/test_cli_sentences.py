"""What commands say below and beside their tables: short sentences, what changes the reading first, the rest on demand."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Command
from making.configs import CONFIGS, SELECTED, TINY
from making.results_builder import BATCH, LR, BuiltResult, build_run, build_sweep
from making.sentences import END, too_long, words_in
from making.terminal import on_a_terminal

Write = Callable[..., Path]
ONE_BY_ONE = TINY + "sweep: {method: one_at_a_time, over: {batch_size: [10, 30], learning_rate: [0.1, 5]}, seeds: 7}\n"
UNSCALED = TINY + "sweep: {over: {activation: [relu, sigmoid], learning_rate: [0.1, 1.0e+9]}, seeds: 3}\n"
SPLITS = SELECTED + "sweep: {over: {dataset.test_fraction: [0.2, 0.3]}, seeds: 2}\n"
MAP = "dataset: iris\nmodel: {name: som, grid: [3, 3]}\ntraining: {epochs: 2}\n"
CNN = """\
dataset: digits
model: {name: cnn, layers: [{layer: conv, channels: 2, kernel_size: 3}]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 64, epochs: 1}
"""
THREE_CLASSES = "dataset: three_class_3d\nmodel: {name: mlp, hidden_sizes: [8], activation: sigmoid}\n"
THREE_CLASSES += "optimizer: {name: sgd, learning_rate: 0.5}\ntraining: {batch_size: 1}\n"


def said(text: str) -> list[str]:
    """Lines that are no part of a table, whose lines begin with blanks or a rule."""
    return [line for line in text.splitlines() if line.strip() and not re.match(r"\s\s|\s*[─┃│┏┡└]|\|", line)]


def check(*texts: str) -> None:
    for text in texts:
        for line in said(text):
            assert too_long(line) == []


def test_what_a_sentence_is() -> None:
    assert END.split("it is 0.5. That is all! see a.csv") == ["it is 0.5.", "That is all!", "see a.csv"]
    assert words_in("try `mlpexp plot RESULT --arm 1` - now") == 3
    assert words_in("confounded: model.init, training.batch_size differ (a=1, b=[2])") == 4
    assert too_long("one " * 21) and not too_long("one " * 20 + ". " + "two " * 20)


@pytest.mark.parametrize("text", [ONE_BY_ONE, UNSCALED, SPLITS], ids=["one by one", "unscaled", "splits"])
def test_sweeps_compared_and_shown(text: str, mlpexp: Command, config: Write, undrawn: None) -> None:
    path = config(text)
    planned = mlpexp("sweep", "-c", path, "--dry-run")
    printed = mlpexp("sweep", "-c", path, "--details")
    assert (planned.code, printed.code) == (0, 0), printed.err
    (folder,) = Path("runs").iterdir()
    others = [mlpexp("show", folder, "--details"), mlpexp("compare", folder, "--details", "--baseline", 0)]
    check(planned.out, *(answer.out + answer.err for answer in (printed, *others)))
    few, all_ = mlpexp("show", folder).out.splitlines(), others[0].out.splitlines()
    assert few[-1].startswith("more: --details") and few[:-1] == all_[: len(few) - 1]
    assert len(all_) > len(few)


@pytest.mark.parametrize(
    "text", [TINY, SELECTED, TINY + "seeds: 3\n", MAP, CNN], ids=["one", "best", "some", "map", "cnn"]
)
def test_runs_shown_compared_and_explained(text: str, mlpexp: Command, config: Write, undrawn: None) -> None:
    path = config(text)
    answers = [mlpexp("train", "-c", path), mlpexp("train", "-c", path, "-s", "optimizer.learning_rate=1e9")]
    runs = sorted(Path("runs").iterdir())
    answers += [command for run in runs for command in (mlpexp("show", run), mlpexp("explain", run))]
    answers += [mlpexp("compare", *runs), mlpexp("sweep", "-c", path, "--over", "name=a,b", "--dry-run")]
    check(*(answer.out for answer in answers))


@pytest.mark.parametrize("rates", [(1e-4, 10.0), (1e-9, 1e-8), (1e-3, 0.1)])
def test_rates_suggested(rates: tuple[float, float], mlpexp: Command, config: Write) -> None:
    for seeds in (1, 3):
        found = mlpexp(
            "find-lr", "-c", config(TINY), "--low", rates[0], "--high", rates[1], "--steps", 20, "--seeds", seeds
        )
        assert found.code == 0
        check(found.out)


def test_warnings_are_never_hidden(mlpexp: Command, config: Write, undrawn: None) -> None:
    out = mlpexp("sweep", "-c", config(UNSCALED)).out
    lines = said(out)[1:]
    assert [re.match(r"[\w ]+", line)[0].strip() for line in lines] == [
        "of 12 trials 3 diverged", "what went wrong in arm 1", "no test split", "confounded", "compared with the best arm",
        "for new seeds on these 30 samples", "undecided for new seeds",
        "N new seeds for the arms that matter", "3 seeds were trained in every arm", "more", "written to runs",
    ]  # fmt: skip
    one = mlpexp("sweep", "-c", config(UNSCALED), "--set", "sweep.seeds=1").out
    assert "one seed: differences have no interval" in one
    first, _ = sorted(Path("runs").iterdir())
    alone = [mlpexp("show", folder, "--arm", arm).out for folder, arm in ((first, 0), (first, 2))]
    runs = [mlpexp("train", "-c", config(text), "--seeds", 3, "-q").run for text in alone]
    both = mlpexp("compare", *runs).out
    assert re.search(r"^confounded: \d factors differ \(.*model.activation.*\)$", both, re.MULTILINE)


@pytest.mark.parametrize(("seeds", "said_of"), [(7, "what the sign-flip test"), (3, "Student's t\n")])
def test_what_intervals_of_differences_of_two_runs_are(
    seeds: int, said_of: str, tmp_path: Path, mlpexp: Command
) -> None:
    runs = [build_run(tmp_path, f"optimizer.learning_rate={rate}", seeds=seeds, tables=()).path for rate in (0.1, 1)]
    out = mlpexp("compare", *runs).out
    assert f"\nintervals of differences are {said_of}" in out
    assert ("need not be symmetric" in out) == (seeds == 7)


def test_the_numbers_of_seeds_are_said_once(mlpexp: Command, config: Write, undrawn: None) -> None:
    out = mlpexp("sweep", "-c", config(ONE_BY_ONE)).out
    assert out.count("undecided for new seeds: 7 are too few") == 1 == out.count("would do")
    assert out.count("as configured: batch_size=10, learning_rate=0.1\n") == 1
    assert re.search(r"^  as configured {2,}7 ", out, re.MULTILINE)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> BuiltResult:
    """As the shipped sweep of four axes has it, its numbers invented."""
    axes = {
        BATCH: ["1", "5", "10", "30"], "hidden_size": ["1", "2", "4", "8", "16", "32"],
        LR: ["0.01", "0.05", "0.1", "0.5", "1", "5", "20"],
        "training.epochs": ["10", "25", "50", "100", "200", "400", "800"],
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("four")
    section = "method: one_at_a_time"
    return build_sweep(folder, axes, config=THREE_CLASSES, seeds=4, epochs=200, section=section, tables=())


def test_four_experiments_fit_on_a_screen(four: BuiltResult) -> None:
    shown = on_a_terminal("show", four.path, columns=80).splitlines()
    title = next(i for i, line in enumerate(shown) if "training accuracy, after the last" in " ".join(shown[i : i + 2]))
    assert len(shown[title:]) <= 42
    assert max(len(line) for line in shown if not line.startswith("`mlpexp sweep --confirm /")) <= 80  # to be copied


@pytest.mark.slow
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_text_follows_the_terminal(columns: int, mlpexp: Command, config: Write, undrawn: None, tmp_path: Path) -> None:
    run = tmp_path / mlpexp("train", "-c", config(TINY), "-q").run
    *lines, command = on_a_terminal("explain", run, columns=columns).rstrip().splitlines()
    assert command.startswith(f"to try: mlpexp train {run} ")  # whole, to be copied
    widest = max(map(len, lines))
    assert min(columns, 100) - 15 < widest <= min(columns, 100)
    assert all("measured" not in line or re.search(r"measured: [A-Z]", line) for line in lines)


def test_every_shipped_sweep_is_planned_in_short_sentences(mlpexp: Command) -> None:
    for path in sorted(CONFIGS.rglob("*.yaml")):
        if "\nsweep:" in path.read_text() and "mnist" not in str(path):
            planned = mlpexp("sweep", "-c", path, "--dry-run")
            assert planned.code == 0, planned.err
            check(planned.out)
