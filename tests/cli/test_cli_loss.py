"""``mlpexp loss``: every loss against its formula in plain Python and torch's differentiation; files; what is refused."""

import csv
import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from making.command_line import Answer, Command

COURSE = "0.65 0.23 0.30; 0.10 0.51 0.17; 0.24 0.30 0.72"  # true classes 0, 1, 2

Row = Sequence[float]


def softmax(z: Row) -> list[float]:
    total = math.fsum(math.exp(each) for each in z)
    return [math.exp(each) / total for each in z]


def logistic(z: Row) -> list[float]:
    return [1 / (1 + math.exp(-each)) for each in z]


def tanh(z: Row) -> list[float]:
    return [1 - 2 / (math.exp(2 * each) + 1) for each in z]


def linear(z: Row) -> list[float]:
    return list(z)


def onehot(z: Row, label: int, other: float = 0) -> list[float]:
    return [1 if unit == label else other for unit in range(len(z))]


def squares(a: Row, t: Row) -> float:
    return math.fsum((x - y) ** 2 for x, y in zip(a, t, strict=True))


def minus_logarithms(a: Row, t: Row) -> float:
    return -math.fsum(math.log(x) if y else math.log(1 - x) for x, y in zip(a, t, strict=True))


# Of each loss and output activation: outputs of logits, and the loss of outputs and label, of three classes.
OF_CLASSES: dict[tuple[str, str], tuple[Callable[[Row], list[float]], Callable[[Row, int], float]]] = {
    ("cross_entropy", "softmax"): (softmax, lambda a, c: -math.log(a[c])),
    ("binary_cross_entropy", "sigmoid"): (logistic, lambda a, c: minus_logarithms(a, onehot(a, c))),
    ("softmax_squared_error", "softmax"): (softmax, lambda a, c: squares(a, onehot(a, c)) / 2),
    ("half_sum_squared_error", "none"): (linear, lambda a, c: squares(a, onehot(a, c)) / 2),
    ("half_sum_squared_error", "softmax"): (softmax, lambda a, c: squares(a, onehot(a, c)) / 2),
    ("sum_squared_error", "sigmoid"): (logistic, lambda a, c: squares(a, onehot(a, c))),
    ("mean_squared_error", "tanh"): (tanh, lambda a, c: squares(a, onehot(a, c, -1)) / 3),
    ("mean_squared_error", "softmax"): (softmax, lambda a, c: squares(a, onehot(a, c)) / 3),
}


def records(answer: Answer) -> list[dict[str, str]]:
    assert answer.code == 0, answer.err
    return list(csv.DictReader(io.StringIO(answer.out)))


def numbers(record: dict[str, str], name: str) -> list[float]:
    return [float(value) for key, value in record.items() if key.startswith(f"{name}_")]


def difference(loss: Callable[[Row], float], z: Row, unit: int, step: float = 1e-5) -> float:
    """The central difference by one logit."""
    up, down = ([x + sign * step * (i == unit) for i, x in enumerate(z)] for sign in (1, -1))
    return (loss(up) - loss(down)) / (2 * step)


@pytest.mark.parametrize(("loss", "activation"), OF_CLASSES)
def test_losses_of_classes_are_their_formulas(loss: str, activation: str, mlpexp: Command) -> None:
    outputs, of_outputs = OF_CLASSES[loss, activation]
    rows, labels = np.random.default_rng(5).normal(size=(4, 3)).round(3).tolist(), [2, 0, 1, 2]
    text = "; ".join(" ".join(map(str, row)) for row in rows)
    words = ["loss", "--logits", text, "--labels", "2 0 1 2", "--loss", loss, "--output-activation", activation]
    answer = mlpexp(*words, "--format", "csv")
    for record, z, label in zip(records(answer), rows, labels, strict=True):
        assert numbers(record, "logit") == z
        assert int(record["label"]) == label
        assert numbers(record, "output") == pytest.approx(outputs(z), rel=1e-12)
        assert float(record["loss"]) == pytest.approx(of_outputs(outputs(z), label), rel=1e-12)

        def of_logits(z: Row, label: int = label) -> float:
            return of_outputs(outputs(z), label)

        slopes = [difference(of_logits, z, unit) for unit in range(3)]
        assert numbers(record, "gradient") == pytest.approx(slopes, rel=1e-6, abs=1e-8)
    total = math.fsum(of_outputs(outputs(z), label) for z, label in zip(rows, labels, strict=True))
    assert answer.err == f"sum of the losses {total:.4f}, mean {total / 4:.4f}\n"
    shown = mlpexp(*words).out
    assert f" = {total:.4f}\n" in shown
    assert f" / 4 = {total / 4:.4f}\n" in shown


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_one_unit_of_two_classes(activation: str, mlpexp: Command) -> None:
    words = ["--logits", "-1.5;0.25", "--labels", "1,0", "--loss", "sum_squared_error", "--format", "csv"]
    answer = records(mlpexp("loss", *words, "--output-activation", activation))
    for record, z, label in zip(answer, (-1.5, 0.25), (1, 0), strict=True):
        (output,) = (logistic if activation == "sigmoid" else tanh)([z])
        target = label if activation == "sigmoid" else 2 * label - 1
        assert float(record["loss"]) == pytest.approx((output - target) ** 2, rel=1e-12)


def test_numbers_are_compared_with_the_outputs(mlpexp: Command) -> None:
    words = ["--logits", "2 -1; 0.5 0.5", "--targets", "1.5,0;-1,2", "--format", "csv"]
    first, second = records(mlpexp("loss", *words))
    assert [float(first["loss"]), float(second["loss"])] == pytest.approx([1.25 / 2, (2.25 + 2.25) / 2], rel=1e-12)
    assert numbers(second, "gradient") == pytest.approx([1.5, -1.5])
    one = records(mlpexp("loss", "--logits", "2;3", "--targets", "1 1", "--format", "csv"))  # a line of targets
    assert [float(record["loss"]) for record in one] == [1, 4]


def test_the_course_gives_2_5469_and_from_rounded_probabilities_2_5560(mlpexp: Command) -> None:
    answer = mlpexp("loss", "--logits", COURSE, "--labels", "0,1,2")
    rows = [[float(cell) for cell in row.split()] for row in COURSE.split(";")]
    true = [softmax(row)[label] for label, row in enumerate(rows)]
    assert [round(p, 2) for p in true] == [0.42, 0.42, 0.44]
    assert f"{-sum(map(math.log, true)):.4f}" == "2.5469"
    assert "sum L = 0.8594 + 0.8652 + 0.8223 = 2.5469\n" in answer.out
    assert f"-(ln 0.42 + ln 0.42 + ln 0.44) = {-math.log(0.42 * 0.42 * 0.44):.4f}\n" in answer.out
    assert "= 2.5560\n" in answer.out


def test_gradients_are_those_of_torch(mlpexp: Command) -> None:
    z = torch.tensor([[2.0, 1.0, 0.1], [0.0, 3.0, 1.0]], dtype=torch.float64, requires_grad=True)
    torch.nn.functional.cross_entropy(z, torch.tensor([0, 2]), reduction="sum").backward()
    assert z.grad is not None
    answer = records(mlpexp("loss", "--logits", "2 1 0.1\n0 3 1", "--labels", "0,2", "--format", "csv"))
    np.testing.assert_allclose([numbers(record, "gradient") for record in answer], z.grad.numpy(), rtol=1e-12)


def test_logits_far_apart_have_a_loss_without_logarithm_of_0(mlpexp: Command) -> None:
    answer = mlpexp("loss", "--logits", "1000 0", "--labels", "1")
    assert "L = -sum t ln a = 1000\n" in answer.out
    assert "nan" not in answer.out
    (record,) = records(mlpexp("loss", "--logits", "1000 0", "--labels", "1", "--format", "csv"))
    assert numbers(record, "gradient") == [1, -1]


@pytest.mark.parametrize("format_", ["table", "markdown", "latex"])
@pytest.mark.parametrize(("loss", "activation"), OF_CLASSES)
def test_each_step_is_shown_in_every_format(loss: str, activation: str, format_: str, mlpexp: Command) -> None:
    options = ["--loss", loss, "--output-activation", activation, "--format", format_]
    out = mlpexp("loss", "--logits", "1.37 0 -1; 0.21 0.4 0", "--labels", "0,1", *options).out
    outputs, of_outputs = OF_CLASSES[loss, activation]
    for value in (of_outputs(outputs([1.37, 0, -1]), 0), of_outputs(outputs([0.21, 0.4, 0]), 1)):
        assert f"{value:.4f}" in out
    assert out.count("dL/dz = " if format_ == "table" else r"\frac{\partial L}{\partial z} &= ") == 2


def test_of_many_rows_ten_are_shown_and_all_are_in_the_table(mlpexp: Command) -> None:
    answer = mlpexp("loss", "--logits", ";".join(["1 0"] * 12), "--labels", ",".join(["0"] * 12))
    assert "Row 10\n" in answer.out
    assert "Row 11\n" not in answer.out
    assert answer.out.count("0.3133\n") == 10 + 12 + 1  # log(1 + exp(-1)), also the mean


def test_a_file_is_read_and_what_csv_gives_is_such_a_file(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("cat;dog;label\n2;1;dog\n0;3;0\n")
    answer = mlpexp("loss", "a.csv", "--format", "csv")
    assert "a.csv: logits: cat, dog; labels: label" in answer.err
    typed = mlpexp("loss", "--logits", "2 1; 0 3", "--labels", "1,0", "--format", "csv")
    assert answer.out == typed.out
    (tmp_path / "again.csv").write_text(answer.out)
    again = mlpexp("loss", "again.csv", "--format", "csv")
    assert again.out == answer.out
    assert "not looked at: row, output_0, output_1, loss, gradient_0, gradient_1" in again.err


def test_labels_may_stand_beside_a_file(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("cat,dog\n2,1\n0,3\n")
    answer = mlpexp("loss", "a.csv", "--labels", "1,0", "--format", "csv")
    assert answer.out == mlpexp("loss", "--logits", "2 1; 0 3", "--labels", "1,0", "--format", "csv").out


@pytest.mark.parametrize(
    "text",
    [
        "logit_0,logit_1,label\n2,1,1\n0,3,0\n",
        "logit_1,logit_0,label\n1,2,1\n3,0,0\n",  # by the numbers, not the places
        "1,0,label\n1,2,1\n3,0,0\n",
        "logit_cat,logit_dog,label\n2,1,dog\n0,3,cat\n",
        "3,8,label\n2,1,8\n0,3,3\n",
    ],
)
def test_a_label_is_the_column_that_it_names(text: str, mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    answer = mlpexp("loss", "a.csv", "--format", "csv")
    assert answer.out == mlpexp("loss", "--logits", "2 1; 0 3", "--labels", "1,0", "--format", "csv").out


def test_targets_belong_to_the_logits_of_their_names(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("logit_x,logit_y,target_y,target_x\n1,2,4,3\n")
    answer = mlpexp("loss", "a.csv", "--format", "csv")
    assert answer.out == mlpexp("loss", "--logits", "1 2", "--targets", "3 4", "--format", "csv").out


@pytest.mark.parametrize("typed", ["[[2, 1], [0, 3]]", "[2, 1],[0, 3]", "[[2. 1.]\n [0. 3.]]", " [ [2,1] ; [0,3] ] "])
def test_lists_in_brackets_are_rows(typed: str, mlpexp: Command) -> None:
    as_list = mlpexp("loss", "--logits", typed, "--labels", "[1, 0]", "--format", "csv")
    assert as_list.out == mlpexp("loss", "--logits", "2 1; 0 3", "--labels", "1,0", "--format", "csv").out
    one = mlpexp("loss", "--logits", "[2, 1,\n 0.1]", "--labels", "0")
    assert one.out == mlpexp("loss", "--logits", "2 1 0.1", "--labels", "0").out


def test_why_the_largest_logit_is_subtracted_is_said_once_and_of_softmax_alone(mlpexp: Command) -> None:
    why = "The largest z is subtracted before exp, so that no power is too large; a stays the same.\n"
    assert mlpexp("loss", "--logits", "2 1; 0 3", "--labels", "1,0").out.count(why) == 1
    assert why not in mlpexp("loss", "--logits", "2; 0", "--labels", "1,0", "--loss", "binary_cross_entropy").out


FILES = {
    "numbers.csv": "2,1,0\n0,3,1\n",
    "bare.csv": "a,b\n2,1\n",
    "word.csv": "a,b,label\n2,1,0\n0,x,1\n",
    "class.csv": "a,b,label\n2,1,0\n0,3,c\n",
    "high.csv": "a,b,label\n2,1,2\n",
    "both.csv": "a,b,label,target\n2,1,0,1\n",
    "none.csv": "label\n0\n",
    "gap.csv": "a,b,label\n2,,0\n1,1,1\n",
    "comma.csv": "a;b;label\n2,5;1,5;0\n",
    "names.csv": "1,2,label\n2,1,0\n",
}

REFUSED = {
    "": "loss: of which logits? give a file, or --logits",
    "--logits 1": "--logits: what is true of them? give --labels",
    "--logits 1,2": "--logits: what is true of them?",
    "--logits ; --labels 0": "--logits: no number",
    "--logits 1,x --labels 0": "--logits: 'x' is not a number",
    "--logits [[1,2] --labels 0": "--logits: '[[1' is not a number; rows in brackets are such as [[2, 1], [0, 3]]",
    "--logits [[1,2],3] --labels 0": "--logits: '[[1' is not a number",
    "--logits [1,2][[3,4] --labels 0,1": "--logits: ",
    "--logits 1,inf --labels 0": "--logits: inf is not finite",
    "--logits 1,2;3 --labels 0,1": "--logits: row 2 has 1 number, but row 1 has 2",
    "--logits 1,2 --labels 0,1": "--labels: 2 for 1 row of logits",
    "--logits 1,2 --labels 2": "--labels: row 1: there is no class 2; classes are 0 to 1",
    "--logits 1,2 --labels -1": "--labels: '-1' is not a class",
    "--logits 1,2 --labels 0 --targets 1": "--labels: --targets is given, too",
    "--logits 1 --labels 0": "--logits: a row has one logit, but softmax outputs need one for each class",
    "--logits 1,2 --labels 0 --loss binary_cross_entropy": "two classes have one sigmoid unit",
    "--logits 1,2 --labels 0 --loss crossentropy": "--loss: 'crossentropy' is not a loss; did you mean",
    "--logits 1,2 --labels 0 --output-activation tanh": "--output-activation: tanh does not go with loss: cross_entropy",
    "--logits 1,2 --labels 0 --output-activation relu": "--output-activation: 'relu' is not known",
    "--logits 1,2 --targets 0,1 --loss cross_entropy": "--loss: cross_entropy is for class labels",
    "--logits 1,2 --targets 0,1 --output-activation softmax": "--output-activation: softmax is for class labels",
    "--logits 1,2 --targets 0": "--targets: 1 in a row, but 2 logits",
    "--logits 1e200,2 --targets 0,1": "row 1: its loss is too large",
    "--logits 1,2 --labels 0 --format yaml": "--format: 'yaml' is not known",
    "absent.csv": "absent.csv: ",
    "numbers.csv": "numbers.csv:1: the first line has only numbers",
    "bare.csv": "bare.csv: no column label, and none called target; add one, or give --labels",
    "word.csv": "word.csv:3:b: 'x' is not a number",
    "class.csv": "class.csv:3:label: 'c' is not a class",
    "high.csv": "high.csv: row 1: there is no class 2",
    "both.csv": "columns label and target: which of them is true?",
    "none.csv": "no column of logits",
    "gap.csv": "gap.csv:2:b: the cell is empty",
    "comma.csv": "comma.csv:2:a: '2,5' is not a number such as 0.5; with a decimal point",
    "names.csv": "names.csv:2:label: '0' is not a class; a label is the name of a column of logits",
    "--logits=-1e308,7e307;-1e308,7e307 --labels 0,0": "the sum of the losses is too large for a number",
    "bare.csv --logits 1,2": "--logits: bare.csv has logits, too",
    "high.csv --labels 0": "--labels: high.csv has a column label",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_meant_is_refused_in_one_sentence(words: str, mlpexp: Command, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    answer = mlpexp("loss", *words.split())
    assert (answer.code, answer.out) == (2, "")
    assert len(answer.err.splitlines()) == 1
    assert REFUSED[words] in answer.err
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
