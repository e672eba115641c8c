"""Output layers from the command line: what is said, what tables hold, what is refused."""

import csv
from pathlib import Path

import pytest

from making.command_line import Command

XOR = ("synthetic/xor", "--epochs", "3", "--seeds", "2")


def rows_of(runs: Path) -> list[dict[str, str]]:
    (result,) = runs.iterdir()
    with (result / "evaluation" / "predictions.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_one_sigmoid_unit_with_squared_error(mlpexp: Command, tmp_path: Path) -> None:
    answer = mlpexp("train", *XOR, "--output-activation", "sigmoid", "--loss", "half_sum_squared_error")
    assert answer.code == 0, answer.err
    said = answer.out + answer.err
    assert "output: 1 sigmoid unit, half the sum of squared errors against 0 and 1 for the two classes" in said
    rows = rows_of(tmp_path / "runs")
    assert {row["probability"] for row in rows} == {""}
    assert {row["predicted"] for row in rows} == {"0", "1"}
    assert all(0.5 <= float(row["class_output"]) <= 1 for row in rows), "the output for the class that is predicted"


def test_binary_cross_entropy_gives_probabilities(mlpexp: Command, tmp_path: Path) -> None:
    assert mlpexp("train", *XOR, "--loss", "binary_cross_entropy").code == 0
    rows = rows_of(tmp_path / "runs")
    assert "class_output" not in rows[0]
    assert all(0.5 <= float(row["probability"]) <= 1 for row in rows)


def test_arms_with_probabilities_and_without_share_their_tables(mlpexp: Command, tmp_path: Path) -> None:
    answer = mlpexp("sweep", *XOR, "--loss", "cross_entropy,mean_squared_error")
    assert answer.code == 0
    rows = rows_of(tmp_path / "runs")
    assert "output of loss=cross_entropy: 2 softmax units, cross-entropy\n" in answer.err + answer.out
    assert "output of loss=mean_squared_error: 2 linear units, mean squared error against" in answer.err + answer.out
    assert {row["arm"] for row in rows if row["probability"]} == {"0"}
    assert all(row["class_output"] for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("axis", "losses"),
    [
        (("--loss", "cross_entropy,mean_squared_error"), "cross-entropy and mean squared error of 2 outputs"),
        (
            ("--loss", "half_sum_squared_error", "--output-activation", "sigmoid,tanh"),
            "of 1 output against 0 and 1 and half the sum of squared errors of 1 output against -1 and 1",
        ),
    ],
)
def test_arms_with_different_losses_are_not_compared_by_them(
    mlpexp: Command, tmp_path: Path, axis: tuple[str, ...], losses: str
) -> None:
    for metric in ("test_loss", "train_loss"):
        refused = mlpexp("sweep", *XOR, *axis, "--metric", metric)
        assert refused.code == 2
        assert f"sweep.metric: {metric}: arms have different losses: " in refused.err
        assert losses in refused.err
    assert "in different units; compare by train_accuracy\n" in refused.err
    assert not (tmp_path / "runs").exists()
    assert mlpexp("sweep", *XOR, *axis).code == 0
    (sweep,) = (tmp_path / "runs").iterdir()
    later = mlpexp("compare", sweep, "--metric", "test_loss")
    assert (later.code, later.out) == (2, "")
    assert "--metric: test_loss: arms have different losses: " in later.err
    assert mlpexp("compare", sweep, "--metric", "test_accuracy").code == 0
    (numbers,) = sweep.rglob("curves_*.csv")
    with numbers.open(newline="") as stream:
        assert {row["metric"] for row in csv.DictReader(stream)} == {"test_accuracy"}


@pytest.mark.slow
def test_results_with_different_losses_are_not_compared_by_them(mlpexp: Command) -> None:
    losses = ("cross_entropy", "half_sum_squared_error")
    runs = [mlpexp("train", *XOR, "--quiet", "--loss", loss, "--name", loss).run for loss in losses]
    refused = mlpexp("compare", *runs, "--metric", "test_loss")
    assert refused.code == 2
    assert "--metric: test_loss: arms have different losses: cross-entropy and half the sum of squared" in refused.err
    assert mlpexp("compare", *runs).code == 0


@pytest.mark.usefixtures("undrawn")
def test_arms_whose_losses_are_the_same_quantity_are_compared_by_them(mlpexp: Command) -> None:
    same = ("cross_entropy", "binary_cross_entropy")  # of two classes: minus the logarithm of a probability
    assert mlpexp("sweep", *XOR, "--loss", ",".join(same), "--metric", "test_loss").code == 0
    assert mlpexp("sweep", *XOR, "--hidden-size", "4,8", "--metric", "test_loss").code == 0


@pytest.mark.usefixtures("undrawn")
def test_only_arms_must_go_together(mlpexp: Command) -> None:
    sigmoid = ("sweep", *XOR, "--output-activation", "sigmoid", "--loss")
    answer = mlpexp(*sigmoid, "half_sum_squared_error,binary_cross_entropy")
    assert answer.code == 0, answer.err
    assert all(f"loss={loss}" in answer.out for loss in ("half_sum_squared_error", "binary_cross_entropy"))
    refused = mlpexp(*sigmoid, "softmax_squared_error,binary_cross_entropy")
    assert refused.code == 2
    assert "sigmoid does not go with loss: softmax_squared_error" in refused.err
    assert "cross_entropy, which has softmax" not in refused.err


def test_class_labels_of_a_table_and_squared_error_are_said(mlpexp: Command, tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("a,kind\n" + "".join(f"{i},{'pq'[i % 2]}\n" for i in range(40)))
    options = ("--loss", "mean_squared_error", "--epochs", "1", "--seeds", "1")
    answer = mlpexp("train", "--data", str(table), "--target", "kind", *options)
    said = answer.out + answer.err
    assert answer.code == 0, said
    assert "mean squared error against one-hot targets" in said
    assert "kind is read as class labels; if these are quantities, set dataset.task: regression" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--output-activation", "tanh"], "tanh does not go with loss: cross_entropy, which has softmax"),
        (["--loss", "bce"], "did you mean binary_cross_entropy?"),
        (["--output-activation", "linear"], "did you mean none?"),
    ],
)
def test_what_does_not_go_together(mlpexp: Command, tmp_path: Path, options: list[str], sentence: str) -> None:
    answer = mlpexp("train", "iris/mlp", *options)
    assert answer.code == 2
    assert sentence in answer.err
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("standardize", "sentence"),
    [("true", "set dataset.target.standardize: false"), ("false", "the numbers to predict go from 0.5 to 20.5")],
)
def test_numbers_that_a_sigmoid_does_not_reach(
    mlpexp: Command, tmp_path: Path, standardize: str, sentence: str
) -> None:
    table = tmp_path / "own.csv"
    table.write_text("a,price\n" + "".join(f"{i},{i / 2 + 0.5}\n" for i in range(41)))
    answer = mlpexp(
        "train", "--data", str(table), "--target", "price", "--output-activation", "sigmoid",
        "--set", f"dataset.target.standardize={standardize}",
    )  # fmt: skip
    assert answer.code == 2
    assert sentence in answer.err
