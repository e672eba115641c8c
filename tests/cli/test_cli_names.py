"""Names of arms and values through the commands: in tables and files, as ``--arm`` and ``--baseline``, again and confirmed."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from making.command_line import Command
from making.configs import IRIS

pytestmark = pytest.mark.usefixtures("undrawn")
Write = Callable[..., Path]
LABELS = "sweep: {arms: [{label: as it is}, {label: '50 % wider & $x_1$', hidden_sizes: [24]}], baseline: as it is, seeds: 3}\n"


def last() -> Path:
    return max(Path("runs").glob("*/summary.json"), key=lambda path: path.stat().st_mtime_ns).parent


def test_labels_go_through_all_commands(mlpexp: Command, config: Write) -> None:
    answer = mlpexp("sweep", config(IRIS + LABELS))
    assert answer.code == 0, answer.err
    assert "50 % wider & $x_1$: 24" in answer.out
    first = last()
    arms = pd.read_csv(first / "arms.csv", dtype=str)
    assert arms["label"].tolist() == arms["model.hidden_sizes"].tolist() == ["as it is", "50 % wider & $x_1$"]
    assert arms["hidden_sizes"][1] == "24"
    assert r"50 \% wider \& \$x\_1\$" in (first / "comparison.tex").read_text()
    for command in (("compare", first, "--baseline"), ("mistakes", first, "--arm"), ("show", first, "--arm")):
        assert mlpexp(*command, "50 % wider & $x_1$").code == 0
    assert "6 trials, arms as listed" in mlpexp("show", first).out
    wrong = mlpexp("compare", first, "--baseline", "wider")
    assert (wrong.code, "choose: 0 (as it is); 1 (50 % wider & $x_1$)" in wrong.err) == (2, True)
    report = mlpexp("report", first, "--output", "report.html")
    assert report.code == 0, report.err
    assert "50 % wider &amp; $x_1$" in Path("report.html").read_text()
    again = mlpexp("sweep", first / "config.yaml", "--runs-dir", "again")
    assert again.code == 0
    assert (next(Path("again").iterdir()) / "trials.csv").read_bytes() == (first / "trials.csv").read_bytes()
    confirmed = mlpexp("sweep", "--confirm", first, "--arm", "50 % wider & $x_1$", "--seeds", 2)
    assert confirmed.code == 0, confirmed.err
    assert pd.read_csv(last() / "arms.csv")["label"].tolist() == ["as it is", "50 % wider & $x_1$"]


def test_values_with_names_on_the_command_line(mlpexp: Command, config: Write) -> None:
    over = "activation={rectifier: relu, squashing: tanh}"
    answer = mlpexp("sweep", config(IRIS), "--over", over, "--baseline", "squashing", "--seeds", 2)
    assert answer.code == 0, answer.err
    summary = json.loads((last() / "summary.json").read_text())
    assert summary["baseline"] == 1
    assert summary["axes"][0]["meanings"] == {"rectifier": "relu", "squashing": "tanh"}
    assert "squashing: tanh" in answer.out


def test_a_line_of_layers_is_refused_with_the_place_of_its_word(mlpexp: Command) -> None:
    answer = mlpexp("sweep", "digits/cnn", "--over", "model.layers=c8@3 p,c8@3 q")
    assert answer.code == 2
    assert "model.layers: word 2, 'q': expected a layer" in answer.err
    assert not Path("runs").exists()


def test_check_says_how_large_the_arms_are(mlpexp: Command) -> None:
    answer = mlpexp("check", "digits/structures")
    assert "sweep of 7 arms (6,186 to 36,426 parameters) x 20 seeds" in answer.out


def test_arms_of_long_names_are_confirmed(mlpexp: Command, config: Write) -> None:
    """The label of an arm with several names may be longer than a name of a value."""
    name = "rectified linear units, as in the lecture on page 40"
    axes = (
        "--over",
        f"activation={{'{name}': relu, squashing: tanh}}",
        "--over",
        "learning_rate={slow: 0.01, fast: 0.1}",
    )
    first = mlpexp("sweep", config(IRIS), *axes, "--seeds", 2)
    assert first.code == 0, first.err
    chosen = f"activation={name}, learning_rate=slow"
    confirmed = mlpexp("sweep", "--confirm", last(), "--arm", chosen, "--seeds", 2)
    assert confirmed.code == 0, confirmed.err
    assert chosen in pd.read_csv(last() / "arms.csv")["label"].tolist()


def test_a_line_of_layers_on_the_command_line_is_refused_there(mlpexp: Command, config: Write) -> None:
    path = config("dataset: digits\nmodel: {name: cnn, layers: c4@3 p d8}\noptimizer: adam\n")
    even = mlpexp("check", path, "--set", "model.layers=c8@4")
    assert (even.code, "--set model.layers=c8@4: model.layers: layer conv1" in even.err) == (2, True)
    assert "as in `c8@4 pad1`" in even.err
    cut = mlpexp("check", path, "--set", "model.layers=d8 elu:")
    assert (cut.code, "word 2, 'elu:'" in cut.err) == (2, True)


def test_what_is_varied_is_refused_where_it_is_written(mlpexp: Command, config: Write) -> None:
    over = mlpexp("sweep", config(IRIS), "--over", "dropout=0.1,0.2")
    assert (over.code, "write --over model.dropout=0.1,0.2" in over.err) == (2, True)
    listed = mlpexp("sweep", config(IRIS + "sweep:\n  arms:\n    - {label: x}\n    - {lable: y}\n"))
    assert (listed.code, "did you mean label?" in listed.err) == (2, True)
    assert f":{len(IRIS.splitlines()) + 4}:8: sweep.arms.lable" in listed.err
