"""The user's own table, from the file to plots, for classes and for numbers."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from making.command_line import Command
from making.run_files import only_run, results_of

Write = Callable[..., Path]
CLASSES = """\
dataset: {name: csv, path: data/flowers.csv, target: kind, test_fraction: 0.25}
model: {name: mlp, hidden_sizes: [8]}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 8, epochs: 15}
"""
NUMBERS = """\
dataset: {name: csv, path: data/prices.csv, target: price, delimiter: ";", test_fraction: 0.25}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 8, epochs: 15}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    rows = [f"{i / 10},{(i * 7) % 11},{'red' if i % 2 else 'blue'},{'a' if i < 20 else 'b'}" for i in range(40)]
    (folder / "flowers.csv").write_text("length,width,colour,kind\n" + "\n".join(rows) + "\n")
    rows = [f"{i / 10};{3 * i / 10 + 1.5}" for i in range(40)]
    (folder / "prices.csv").write_text("size;price\n" + "\n".join(rows) + "\n")
    return folder


def test_classes_end_to_end(mlpexp: Command, config: Write, data: Path) -> None:
    assert mlpexp("train", "-c", config(CLASSES)).code == 0
    run = only_run(Path("runs"))
    summary = json.loads((run / "summary.json").read_text())
    assert summary["dataset"]["class_names"] == ["a", "b"]
    assert summary["dataset"]["feature_names"] == ["length", "width", "colour=blue", "colour=red"]
    assert summary["outcome"]["arms"][0]["means"]["final_train_accuracy"]["mean"] > 0.8
    assert (run / "plots" / "confusion_matrix.png").exists()
    assert "flowers" in mlpexp("list").out
    assert "flowers: 30 train, 10 test" in mlpexp("show", run).out


def test_numbers_end_to_end(mlpexp: Command, config: Write, data: Path) -> None:
    assert mlpexp("train", "-c", config(NUMBERS)).code == 0
    run = only_run(Path("runs"))
    summary = json.loads((run / "summary.json").read_text())
    assert summary["dataset"]["task"] == "regression"
    assert summary["outcome"]["arms"][0]["means"]["final_train_r2"]["mean"] > 0
    assert {"predicted_true.png", "fitted_curve.png"} <= {path.name for path in (run / "plots").iterdir()}
    with (run / "evaluation" / "curve.csv").open() as stream:
        assert next(csv.reader(stream)) == ["seed", "size", "predicted"]


@pytest.mark.usefixtures("undrawn")
def test_the_saved_config_finds_the_data_from_anywhere(
    mlpexp: Command, config: Write, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = mlpexp("train", "-c", config(CLASSES), "-q").run.resolve()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    second = mlpexp("train", "-c", first / "config.yaml", "-q").run
    assert results_of(first) == results_of(second)
    assert first.name.split("-")[-1] == second.name.split("-")[-1]


@pytest.mark.usefixtures("undrawn")
def test_a_changed_table_changes_the_numbers_and_a_moved_one_does_not(
    mlpexp: Command, config: Write, data: Path, tmp_path: Path
) -> None:
    first = mlpexp("train", "-c", config(CLASSES), "-q").run
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "flowers.csv").write_text((data / "flowers.csv").read_text())
    moved = mlpexp("train", "-c", config(CLASSES.replace("data/", "moved/")), "-q").run
    assert results_of(first) == results_of(moved)
    assert first.name[16:].removesuffix("-2") == moved.name[16:].removesuffix("-2")
    (data / "flowers.csv").write_text((data / "flowers.csv").read_text().replace("0.3,10,", "0.35,10,"))
    changed = mlpexp("train", "-c", config(CLASSES), "-q").run
    assert results_of(first)["metrics.csv"] != results_of(changed)["metrics.csv"]


@pytest.mark.usefixtures("undrawn", "data")
def test_what_is_only_said_of_the_same_table_does_not_forbid_a_comparison(mlpexp: Command, config: Write) -> None:
    training = ("train", "-c", config(CLASSES), "-q", "--seeds", 2, "--epochs", 2)
    found, told = (mlpexp(*training, *keys).run for keys in ((), ("--set", "dataset.delimiter=,")))
    answer = mlpexp("compare", found, told)
    assert answer.code == 0 and "paired" in answer.out, answer.err
    other = mlpexp(*training, "--set", "dataset.features=[length]").run
    refused = mlpexp("compare", found, other)
    assert refused.code == 2 and "dataset.features differs" in refused.err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("kind\n", "sort\n"), "flowers.csv:1:kind: target: there is no such column"),
        (("0.3,", "x,"), "flowers.csv:5:length: 'x' is not a number"),
        (("0.3,", ","), "flowers.csv:5:length: missing value"),
        (("0.3,10", "0.3"), "flowers.csv:5: 3 cells, but the header has 4 cells"),
        ((",b\n", ",a\n"), "flowers.csv:1:kind: only one class"),
    ],
)
def test_a_bad_table_is_one_line_with_its_place_and_nothing_is_written(
    change: tuple[str, str], message: str, mlpexp: Command, config: Write, data: Path
) -> None:
    path = data / "flowers.csv"
    path.write_text(path.read_text().replace(*change))
    for command in ("check", "train"):
        options = [config(CLASSES)] if command == "check" else ["-c", config(CLASSES)]
        result = mlpexp(command, *options)
        assert (result.code, result.out) == (2, "")
        (line,) = result.err.splitlines()
        assert message in line
    assert not Path("runs").exists()


@pytest.mark.usefixtures("undrawn")
def test_square_brackets_in_a_name_are_shown_as_they_are(
    mlpexp: Command, config: Write, data: Path, tmp_path: Path
) -> None:
    (data / "flowers.csv").rename(data / "a[red]b :cat:.csv")
    text = CLASSES.replace("data/flowers.csv", '"data/a[red]b :cat:.csv"')
    result = mlpexp("train", "-c", config(text), "--runs-dir", "r[bold]uns")
    run = only_run(Path("r[bold]uns"))
    assert str(run) in result.out
    assert "a[red]b :cat:: 30 train" in mlpexp("show", run).out
    assert "a[red]b" in mlpexp("list", "--runs-dir", "r[bold]uns").out


@pytest.mark.parametrize(
    ("mark", "typed"), [(",", ","), ("|", "|"), ("\t", "\t"), ("\t", "\\t"), (" ", " "), (";", "';'")]
)
def test_a_mark_is_typed_as_it_is(mark: str, typed: str, mlpexp: Command, tmp_path: Path) -> None:
    rows = [f"{i / 10}{mark}{'ab'[i % 2]}\n" for i in range(20)]
    (tmp_path / "t.csv").write_text(f"x{mark}y\n" + "".join(rows))
    answer = mlpexp("check", "--data", "t.csv", "--target", "y", "--set", f"dataset.delimiter={typed}")
    assert answer.code == 0 and "1 number: 1 input; target `y` (2 classes)" in answer.out, answer.err


def test_kept_weights_hold_what_was_filled_in(mlpexp: Command, tmp_path: Path) -> None:
    rows = [f"{'' if i % 5 == 1 else i % 9},{i % 4}.5,{'xz'[i % 2]}" for i in range(40)]
    (tmp_path / "t.csv").write_text("a,b,kind\n" + "\n".join(rows) + "\n")
    options = ("--epochs", 2, "--seeds", 3, "--set", "dataset.missing=mean", "-q")
    run = mlpexp("train", "--data", "t.csv", "--target", "kind", *options).run
    tensors = load_file(next((run / "weights").glob("*best*.safetensors")))
    fill, shift = tensors["input.fill"], tensors["input.shift"]
    assert fill.shape == (3, 2) and len(set(fill[:, 0].tolist())) > 1, "learned by each seed"
    assert fill[:, 0] == pytest.approx(shift[:, 0]), "the mean with means in place of missing values"


def test_names_that_would_be_formulas_are_words_in_every_csv_file(mlpexp: Command, config: Write, data: Path) -> None:
    names = ["=1+1", "-2+3+cmd|' /C calc'!A0"]
    rows = [f'{i / 10},{-i % 11},"{names[i % 2]}"' for i in range(40)]
    (data / "flowers.csv").write_text('"=a",@b,kind\n' + "\n".join(rows) + "\n", encoding="utf-8")
    assert mlpexp("train", "-c", config(CLASSES), "--epochs", 3).code == 0
    run = only_run(Path("runs"))
    printed = mlpexp("predict", run, data / "flowers.csv").out
    assert mlpexp("mistakes", run, "-o", "wrong").code == 0
    files = [*run.rglob("*.csv"), *Path("wrong").glob("*.csv")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in files} | {"printed": printed}
    seen: set[str] = set()
    for name, text in texts.items():
        for cell in (cell for row in csv.reader(text.splitlines()) for cell in row):
            assert not cell.startswith(("=", "@", "-2+")), (name, cell)
            seen.add(cell)
    assert {f"'{name}" for name in names} < seen and "'=a" in seen
    told = json.loads(mlpexp("predict", run, data / "flowers.csv", "--format", "json").out)
    assert {row["true"] for row in told["rows"]} == set(names)
    assert "=a" in mlpexp("mistakes", run).out and "'=a" not in mlpexp("mistakes", run).out
    page = Path("page.html")
    assert mlpexp("report", run, "-o", page).code == 0
    assert "=a" in page.read_text(encoding="utf-8") and ">'=a" not in page.read_text(encoding="utf-8")


def test_names_in_a_markdown_table_are_words(mlpexp: Command, config: Write, data: Path) -> None:
    names = ["<b>x</b>|y", "*z*"]
    rows = [f'{i / 10},{-i % 11},"{names[i % 2]}"' for i in range(40)]
    (data / "flowers.csv").write_text("_a_,b,kind\n" + "\n".join(rows) + "\n", encoding="utf-8")
    run = mlpexp("train", "-c", config(CLASSES), "--epochs", 3, "-q").run
    for command in ("predict", run, data / "flowers.csv"), ("mistakes", run):
        out = mlpexp(*command, "--format", "markdown").out
        assert "<b>" not in out.replace("\\<b>", "") and not re.search(r"(?<!\\)\*z", out)
        assert all(len(re.findall(r"(?<!\\)\|", line)) == out.splitlines()[1].count("|") for line in out.splitlines())


@pytest.mark.parametrize(("options", "said"), [((1, 1), "1 epoch, one seed"), ((2, 2), "2 epochs, 2 seeds")])
def test_one_epoch_is_said_as_one(options: tuple[int, int], said: str, mlpexp: Command, tmp_path: Path) -> None:
    lines = [f"{row % 7},{row % 5},{'kl'[row % 2]}" for row in range(24)]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,y", *lines]) + "\n")
    epochs, seeds = options
    answer = mlpexp("train", "--data", "t.csv", "--target", "y", "--epochs", epochs, "--seeds", seeds)
    assert said in answer.err, answer.err
