"""The words that a beginner types, each with what it answers."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from making.command_line import Command
from making.configs import TINY

Write = Callable[..., Path]

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    path = tmp_path / "my flowers.csv"
    rows = [f"{i / 10};{(i * 7) % 11};{'a' if i < 20 else 'b'}" for i in range(40)]
    path.write_text("length;width;kind\n" + "\n".join(rows) + "\n")
    return path


def resolved(run: Path) -> dict[str, object]:
    return yaml.safe_load((run / "config.yaml").read_text())


def test_short_words_are_their_keys(mlpexp: Command, config: Write) -> None:
    config(TINY, "tiny.yaml")
    words = "--epochs 2 --learning-rate 0.5 --batch-size 5 --hidden-size 3 --activation tanh --optimizer adam".split()
    words += "--init he_normal --loss softmax_squared_error --seed 4 --seeds 2 -q".split()
    keys = [
        "training.epochs=2", "optimizer.learning_rate=0.5", "training.batch_size=5", "model.hidden_sizes=[3]",
        "model.activation=tanh", "optimizer.name=adam", "model.init=he_normal", "loss=softmax_squared_error", "seed=4",
        "seeds=2",
    ]  # fmt: skip
    sets = [argument for key in keys for argument in ("--set", key)]
    by_words, by_keys = mlpexp("train", "tiny", *words).run, mlpexp("train", "-c", "tiny.yaml", *sets, "-q").run
    assert resolved(by_words) == resolved(by_keys)
    assert (by_words / "metrics.csv").read_bytes() == (by_keys / "metrics.csv").read_bytes()


@pytest.mark.parametrize("command", ["train", "find-lr", "check", "gradcheck"])
def test_every_command_takes_an_example_and_short_words(command: str, mlpexp: Command) -> None:
    words = {
        "train": ("--seeds", 1, "--epochs", 1),
        "find-lr": ("--seeds", 2),
        "check": ("--epochs", 1),
        "gradcheck": (),
    }
    result = mlpexp(command, "iris/mlp", "--hidden-size", 2, *words[command])
    assert result.code == 0, result.err


def test_words_in_set_over_and_axes(mlpexp: Command, config: Write) -> None:
    path = config(TINY + "sweep: {over: {optimizer: [sgd, adam]}, seeds: 2}\n")
    by_config = mlpexp("sweep", path, "--set", "epochs=2", "-q").run
    by_over = mlpexp("sweep", path, "--over", "optimizer=sgd,adam", "--epochs", 2, "-q").run
    by_word = mlpexp("sweep", path, "--optimizer", "sgd, adam", "--epochs", 2, "-q").run
    tables = [(run / "trials.csv").read_bytes() for run in (by_config, by_over, by_word)]
    assert len(set(tables)) == 1
    arms = list(csv.DictReader((by_word / "arms.csv").read_text().splitlines()))
    assert [arm["label"] for arm in arms] == ["optimizer=sgd", "optimizer=adam"]


def test_in_a_sweep_one_value_changes_the_config_and_alone_is_one_arm(mlpexp: Command, config: Write) -> None:
    path = config(TINY)
    both = mlpexp("sweep", path, "--learning-rate", "0.1,1", "--batch-size", 5, "--seeds", 2, "--dry-run")
    assert both.code == 0 and "2 arms x 2 seeds" in both.out
    alone = mlpexp("sweep", path, "--learning-rate", 0.5, "--seeds", 2, "--dry-run")
    assert alone.code == 0 and "1 arm x 2 seeds" in alone.out
    swept = config(TINY + "sweep: {over: {batch_size: [5, 10]}}\n", "swept.yaml")
    refused = mlpexp("sweep", swept, "--batch-size", 5, "--dry-run")
    assert refused.code == 2 and "--batch-size 5: batch_size: is varied in this sweep" in refused.err
    single = config(TINY + "sweep: {over: {batch_size: [5, 10]}, method: one_at_a_time}\n", "single.yaml")
    assert mlpexp("sweep", single, "--batch-size", 5, "--dry-run").code == 0


def test_the_learning_rate_of_another_optimizer_is_said(mlpexp: Command, config: Write) -> None:
    path = config(TINY)
    sentence = "the learning rate stays 0.1, as in the config"
    assert sentence in mlpexp("train", path, "--optimizer", "adam").err
    assert sentence in mlpexp("sweep", path, "--optimizer", "sgd,adam", "--seeds", 2).err
    for more in (("--learning-rate", 0.01), ("--set", "optimizer.learning_rate=0.01"), ("-q",)):
        assert "stays" not in mlpexp("train", path, "--optimizer", "adam", *more).err


def test_another_optimizer_leaves_out_what_it_does_not_have_and_says_so(mlpexp: Command, config: Write) -> None:
    path = config(TINY.replace("learning_rate: 0.1", "learning_rate: 0.1, momentum: 0.9"))
    lost = "optimizer.momentum: 0.9 is left out: adam has no such key"
    result = mlpexp("train", path, "--optimizer", "adam")
    assert result.code == 0 and lost in result.err
    again = mlpexp("train", "last", "--optimizer", "sgd")  # beta1 and others are there with their defaults
    assert again.code == 0 and "left out" not in again.err
    assert "momentum" in mlpexp("train", path, "--set", "optimizer.name=adam").err
    swept = mlpexp("sweep", path, "--optimizer", "sgd,adam", "--seeds", 2)
    assert swept.code == 0 and lost in swept.err
    arms = [yaml.safe_load(mlpexp("show", "last", "--arm", arm).out)["optimizer"] for arm in (0, 1)]
    assert (arms[0]["momentum"], arms[1]["name"], "momentum" in arms[1]) == (0.9, "adam", False)


def test_a_mistyped_key_is_never_left_out(mlpexp: Command, config: Write) -> None:
    mistyped = config(TINY.replace("learning_rate: 0.1", "learning_rate: 0.1, momentun: 0.9"))
    assert "optimizer.momentun: unknown key" in mlpexp("check", mistyped, "--optimizer", "adam").err
    swept = "{over: {optimizer: [{name: sgd, learning_rate: 0.1, momentun: 0.9}, {name: adam}]}}"
    assert "optimizer.momentun: unknown key" in mlpexp("sweep", config(TINY + f"sweep: {swept}\n"), "--dry-run").err
    section = mlpexp("check", config(TINY), "--set", "optimizer={name: adam, momentum: 0.9}")
    assert section.code == 2 and "optimizer.momentum: unknown key for adam" in section.err


def test_what_was_understood_is_said_by_every_command(mlpexp: Command, config: Write) -> None:
    path = config(TINY.replace("learning_rate: 0.1", "learning_rate: 0.1, momentum: 0.9"))
    for command in (("find-lr", "--seeds", 2), ("gradcheck",), ("train", "--epochs", 1)):
        result = mlpexp(command[0], path, *command[1:], "--optimizer", "adam")
        assert result.code == 0 and "optimizer.momentum: 0.9 is left out" in result.err


def test_arms_of_swept_sections_are_named(mlpexp: Command, config: Write) -> None:
    sections = "[{name: sgd, learning_rate: 0.1}, {name: adam, learning_rate: 0.01}]"
    path = config(TINY + f"sweep: {{over: {{optimizer: {sections}}}, seeds: 3}}\n")
    assert mlpexp("sweep", path, "-q").code == 0
    section = "optimizer={name: sgd, learning_rate: 0.1}"
    assert "the reference" in mlpexp("compare", "last", "--baseline", section).out
    assert "did you mean score?" in mlpexp("list", "--sort", "acc").err


def test_arms_are_named_as_tables_print_them(mlpexp: Command, config: Write, undrawn: None) -> None:
    over = "sweep: {over: {model.dropout: [0.0, 0.5], optimizer.l2_penalty: [0.0, 0.001]}, seeds: 3}\n"
    arm, path = "dropout=0,l2_penalty=0.001", config(TINY + over)
    swept = mlpexp("sweep", path, "-q", "--baseline", arm).run
    compared = "compared with the baseline (dropout=0, l2_penalty=0.001)"
    assert compared in mlpexp("show", swept).out
    assert compared in mlpexp("compare", swept, "--baseline", arm).out
    assert "is 2 of the 4 arms" in mlpexp("compare", swept, "--baseline", "l2_penalty=0.001").err


def test_values_in_brackets_and_braces(mlpexp: Command, config: Write) -> None:
    path = config(TINY)

    def arms(*arguments: str) -> str:
        return mlpexp("sweep", path, *arguments, "--seeds", 2, "--dry-run").out

    assert "2 arms" in arms("--init", "{name: constant, value: 0.1},zeros")
    assert "1 arm x" in arms("--init", "{name: normal, std: 0.1}")
    assert "1 arm x" in arms("--learning-rate", "[0.1]")
    assert "7 arms" in arms("--epochs", "log(1,64,7)")
    two = config(TINY.replace("[4]", "[4, 4]"), "two.yaml")
    per_layer = mlpexp("sweep", two, "--over", "model.activation=[relu,tanh]", "--seeds", 2, "--dry-run").out
    assert "[relu, tanh]" in per_layer and "1 arm x" in per_layer


def test_a_table_keeps_how_the_config_splits(mlpexp: Command, config: Write, flowers: Path) -> None:
    text = TINY.replace("three_class_3d", "{name: iris, test_fraction: 0.5, standardize: false}")
    result = mlpexp("train", config(text), "--data", flowers.name, "--target", "kind")
    assert f"data: {flowers.name} in place of iris" in result.err
    (run,) = Path("runs").iterdir()
    section = resolved(run)["dataset"]
    assert (section["test_fraction"], section["standardize"]) == (0.5, False)
    flowers.with_name("second.csv").write_text(flowers.read_text().replace(";", ","))
    again = mlpexp("train", run, "--data", "second.csv", "-q").run
    section = resolved(again)["dataset"]
    assert (section["target"], section["test_fraction"]) == ("kind", 0.5)
    flowers.rename(flowers.with_name("\U0001f338.csv"))
    assert mlpexp("check", run, "--data", "\U0001f338.csv").code == 0


def test_last_is_looked_for_where_results_are(mlpexp: Command, config: Write) -> None:
    mlpexp("train", config(TINY), "--name", "here", "-q")
    mlpexp("train", config(TINY), "--name", "there", "--runs-dir", "other place", "-q")
    again = mlpexp("train", "last", "--runs-dir", "other place", "--epochs", 1, "-q").run
    assert resolved(again)["name"] == "there"
    assert mlpexp("params", "last").code == 0


ANSWERS = {
    "train iris.yaml": "iris.yaml: there is no such file in",
    "train iris/mlp --set lr=0.5": "lr: unknown key; did you mean optimizer.learning_rate? write --learning-rate 0.5",
    "train iris/mlp --set bs=8": "bs: unknown key; did you mean training.batch_size? write --batch-size 8",
    "train iris/mlp --set momentum=0.9": "did you mean optimizer.momentum? write --set optimizer.momentum=0.9",
    "train iris/mlp --set loss=mse": "loss: 'mse' is not known; did you mean mean_squared_error?",
    "train iris/mlp --loss mse": "loss: 'mse' is not known; did you mean mean_squared_error?",
    "train iris/mlp --init he": "model.init.name: 'he' is not known; did you mean he_normal?",
    "train iris/mlp --device gpu": "device: 'gpu' is not known; did you mean cuda?",
    "train iris/mlp --epochs 50,100": "--epochs 50,100: takes one value here; `mlpexp sweep` compares several",
    "train iris/mlp --hidden-size 16,16": "two hidden layers are --set 'hidden_sizes=[16,16]'",
    "train iris/mlp --seeds 1,2": "--seeds 1,2: takes one number",
    "train iris/mlp --seeds many": "--seeds many: seeds: should be a whole number, not 'many'",
    "train iris/mlp --epochs ": "--epochs: the value is empty",
    "train iris/mlp --config iris/tanh": "iris/mlp: a config is there already, --config iris/tanh",
    "train": "train: which config? for example `mlpexp train iris/mlp`",
    "train --target kind": "--target: of which table? name it with --data FILE",
    "sweep iris/mlp --over lr=0.1,1": "did you mean optimizer.learning_rate? write --learning-rate 0.1,1",
    "sweep iris/mlp --learning-rate 0.1,1 --metric acc": "did you mean test_accuracy?",
    "sweep iris/mlp --seed 1,2": "--seed 1,2: takes one number",
    "sweep iris/mlp --learning-rate 0.001 0.01 0.1": "separated by commas; write --learning-rate 0.001,0.01,0.1",
    "train iris/mlp --activation relu tanh": "write --activation relu,tanh with `mlpexp sweep`",
    "sweep iris/mlp --activation relu --activation tanh": "--activation: is there twice; several values are one list",
    "train iris/mlp --epochs 5 --set training.epochs=7": "training.epochs is there twice, with --epochs 5",
    "train iris/mlp --device gpu:0": "'gpu:0' is not known; did you mean cuda?",
    "train iris/mlp --learning-rate = 0.5": "write --learning-rate 0.5",
    "train iris/mlp --learning-rate 0,5": "a decimal number has a point: 0.5",
    "train iris/mlp --set optimizer.momentum 0.9": "write --set optimizer.momentum=0.9",
    "train iris/mlp --model cnn": "write --set model=VALUE",
    "train iris/mlp --dataset digits": "--dataset: unknown option; write --set dataset=VALUE",
    "train iris/mlp --layers 2": "for two hidden layers write --set 'hidden_sizes=[16,16]'",
    "train iris/mlp --verbose": "--verbose: unknown option; `mlpexp train --help` shows all",
    "train mlp/iris": "did you mean iris/mlp?",
    "train --data iris": "write `mlpexp train iris/mlp`",
    "train --data nothing.csv --target x": "nothing.csv: no such file in",
    "compare iris/mlp": "iris/mlp: is a config, not a result; train it first: mlpexp train iris/mlp",
    "plot last --format pdf": "did you mean --plot-format?",
    "explain last --seeds 2": "did you mean --seed?",
    "examples iris/mpl": "iris/mpl: there is no such example; did you mean iris/mlp?",
}


@pytest.mark.parametrize("line", ANSWERS)
def test_what_is_no_word_is_answered_in_one_sentence(line: str, mlpexp: Command, tmp_path: Path) -> None:
    result = mlpexp(*line.split(" "))
    assert (result.code, result.out) == (2, "")
    (sentence,) = result.err.splitlines()
    assert sentence.startswith("error: ")
    assert ANSWERS[line] in sentence
    assert list(tmp_path.iterdir()) == []


def test_quotation_marks_around_too_much(mlpexp: Command, flowers: Path) -> None:
    assert "write --epochs 5 without them" in mlpexp("train", "iris/mlp", "--epochs 5").err
    assert "write iris/mlp --epochs 5 without them" in mlpexp("train", "iris/mlp --epochs 5").err
    assert "write --data 'my flowers.csv' --target COLUMN" in mlpexp("train", "my flowers.csv").err


YAML = {
    "training: epochs: 5": "a second `:` in this line",
    " model: mlp": "a line that begins too far right",
    "training: {epochs: 5": "the `{` of line 2 is not closed",
    "training: [epochs": "the `[` of line 2 is not closed",
    'name: "C:\\Users"': "in double quotes a backslash has a meaning",
    "name: 'abc": "a quotation mark of line 2 is not closed",
    "sweep: {learning_rate: [0.1, 1]}": "it is an axis: write `over: {learning_rate: [0.1, 1]}`",
    "model: {name: mlp, hidden_sizes: 16}": "should be a list, not 16; write [16]",
}


@pytest.mark.parametrize("line", YAML)
def test_slips_in_yaml_are_said_in_plain_words(line: str, mlpexp: Command, config: Write) -> None:
    result = mlpexp("check", config(f"dataset: iris\n{line}\n"))
    assert result.code == 2
    assert YAML[line] in result.err
    assert "block" not in result.err and "token" not in result.err


def test_a_result_is_a_config_by_its_name(mlpexp: Command, config: Write) -> None:
    path = config(TINY)
    first = mlpexp("train", path, "--name", "first", "-q").run
    assert resolved(mlpexp("train", "first", "--epochs", 1, "-q").run)["name"] == "first"
    assert mlpexp("check", first.name).code == 0
    assert mlpexp("check", "fir").code == 2


def test_a_swept_optimizer_is_not_called_confounded(mlpexp: Command, config: Write) -> None:
    out = mlpexp("sweep", config(TINY), "--optimizer", "sgd,adam", "--seeds", 2, "--details").out
    assert "confounded" not in out


def test_blanks_and_brackets_in_lists(mlpexp: Command, config: Write) -> None:
    path = config(TINY)
    lines = (["0.1,1"], ["0.1,", "1"], ["0.1", ",", "1"], ["[0.1,", "1]"], ["0.1, 1"], ["[0.1,1]"])
    outs = [mlpexp("sweep", path, "--learning-rate", *line, "--dry-run").out for line in lines]
    assert len(set(outs)) == 1
    assert "2 arms" in outs[0]


def test_a_table_needs_no_config(mlpexp: Command, flowers: Path) -> None:
    result = mlpexp("train", "--data", flowers.name, "--target", "kind", "--epochs", 3)
    assert result.code == 0, result.err
    assert "table: my flowers.csv: 40 rows; 2 numbers: 2 inputs; target `kind` (2 classes)" in result.err
    assert "table: columns are separated by ';'" in result.err
    assert "network: mlp with 16 hidden units, activation relu" in result.err
    assert "training: adam, learning rate 0.01, batches of 4, 3 epochs, 10 seeds" in result.err
    (run,) = Path("runs").iterdir()
    written = resolved(run)
    assert written["name"] == "my-flowers"
    assert written["dataset"]["path"] == f"../../{flowers.name}"
    again = mlpexp("train", run, "--set", "name=again", "-q").run
    assert (again / "metrics.csv").read_bytes() == (run / "metrics.csv").read_bytes()
    assert f"go on with: mlpexp sweep {run}" in result.out
    shutil.rmtree(again)
    assert "2 arms x 10 seeds" in mlpexp("sweep", "last", "--learning-rate", "0.1,1", "--dry-run").out


def test_a_table_takes_the_place_of_the_data_of_a_config(mlpexp: Command, flowers: Path) -> None:
    run = mlpexp("train", "iris/mlp", "--data", flowers.name, "--target", "kind", "--epochs", 1, "-q").run
    assert resolved(run)["dataset"]["path"] == f"../../{flowers.name}"
    assert resolved(run)["optimizer"]["name"] == "sgd"
    swept = mlpexp(
        "sweep", "--data", flowers.name, "--target", "kind", "--learning-rate", "0.1,1", "--seeds", 2, "--dry-run"
    )
    assert "2 arms x 2 seeds" in swept.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "my flowers.csv"), "which column of my flowers.csv is to be predicted: length, width, kind?"),
        (("--data", "my flowers.csv", "--target", "knd"), "has no such column; did you mean kind?"),
        (("--data", "nothing.csv", "--target", "kind"), "nothing.csv: no such file"),
        (("--data", ".", "--target", "kind"), "--target kind: is for tables; of pictures the class is predicted"),
        (("--data", "empty.csv", "--target", "kind"), "empty.csv: empty; the first line must hold the column names"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_one_sentence(
    arguments: tuple[str, ...], message: str, mlpexp: Command, flowers: Path
) -> None:
    Path("empty.csv").touch()
    result = mlpexp("train", *arguments)
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert message in line
    assert not Path("runs").exists()


def test_numbers_out_of_reach_are_said(mlpexp: Command, tmp_path: Path) -> None:
    rows = [f"{i * 7 % 40},{1e5 * i}" for i in range(40)]
    (tmp_path / "houses.csv").write_text("area,price\n" + "\n".join(rows) + "\n")
    as_they_are = ("--set", "dataset.target.standardize=false")
    err = mlpexp("train", "--data", "houses.csv", "--target", "price", "--epochs", 1, *as_they_are).err
    assert "warning: price has mean 1.95e+06 and spreads by 1.15e+06" in err
    (tmp_path / "near.csv").write_text("area,price\n" + "\n".join(f"{i * 7 % 40},{i / 10}" for i in range(40)) + "\n")
    assert "warning" not in mlpexp("train", "--data", "near.csv", "--target", "price", "--epochs", 1, *as_they_are).err
    assert "warning" not in mlpexp("train", "--data", "houses.csv", "--target", "price", "--epochs", 1).err


def test_a_path_starts_where_it_was_written(mlpexp: Command, config: Write, flowers: Path, tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "table.csv").write_text(flowers.read_text().replace(";", ","))
    (tmp_path / "table.csv").write_text(flowers.read_text().replace(";", ",").replace("b", "c"))
    text = TINY.replace("dataset: three_class_3d", "dataset: {name: csv, path: table.csv, target: kind}")
    path = config(text, "configs/net.yaml")
    assert resolved(mlpexp("train", path, "-q").run)["dataset"]["path"] == "../../configs/table.csv"
    there = mlpexp("train", path, "--set", "dataset.path=table.csv", "-q").run
    assert resolved(there)["dataset"]["path"] == "../../table.csv"
    swept = mlpexp("sweep", path, "--over", "dataset.path=table.csv,configs/table.csv", "--seeds", 2, "-q").run
    values = json.loads((swept / "summary.json").read_text())["axes"][0]["values"]
    assert values == ["table.csv", "configs/table.csv"]
    absent = mlpexp("train", path, "--set", "dataset.path=absent.csv")
    assert absent.code == 2 and f"{tmp_path / 'absent.csv'}: no such file" in absent.err


def test_examples_are_listed_printed_and_copied(mlpexp: Command, tmp_path: Path) -> None:
    listed = mlpexp("examples", "--format", "csv").out
    rows = list(csv.DictReader(listed.splitlines()))
    assert {"iris/mlp", "mnist/lenet5", "som/iris"} <= {row["example"] for row in rows}
    assert {
        row["example"].split("/")[0]
        for row in csv.DictReader(mlpexp("examples", "som", "--format", "csv").out.splitlines())
    } == {"som"}
    text = mlpexp("examples", "iris/mlp").out
    assert text.startswith("# Question:")
    assert mlpexp("examples", "iris/mlp", "--copy", ".").code == 0
    assert Path("mlp.yaml").read_text() == text
    again = mlpexp("examples", "iris/mlp", "--copy", "mlp.yaml")
    assert again.code == 2 and "mlp.yaml is there already" in again.err
    assert mlpexp("examples", "--copy", ".").code == 2
    assert mlpexp("examples", "iris/mlp", "--copy", "absent/x.yaml").code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mlp.yaml"]


LONG = "x" * 300


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", LONG), "cannot be used: a name in it is too long"),
        (("show", LONG), "cannot be used: a name in it is too long"),
        (("check", "--data", LONG, "--target", "y"), "a name in it is too long"),
        (("check", "~nobody-of-this-name/x"), "~nobody-of-this-name/x: there is no such file"),
        (("check", "/dev/null"), "is a device or a socket, not a file"),
        (("check", "/dev/zero"), "is a device or a socket, not a file"),
        (("check", "--data", "/dev/zero", "--target", "y"), "is a device or a socket, not a file"),
        (("check", "iris/mlp", "--set", "model.hidden_sizes.²=3"), "there is nothing below this key"),
        (("check", "iris/mlp", "--epochs", "9" * 399), "training.epochs: is too large a number"),
        (("train", "", "--data", "t.csv", "--target", "y"), "the name of the config is empty"),
        (("train", "--resume", "last", "--data", ""), "it cannot be combined with --data"),
        (("check", "iris/mlp", "--set", "epochs=1\n2"), r"--set epochs=1\n2: training.epochs: should be a whole number"),
        (("check", "a\nb\x1b[31m"), r"a\nb\x1b[31m: there is no such file"),
        (("sweep", "iris/mlp", "--noise-floor", "99999999"), "takes a number from 2 to 100"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else " ".join(value)[:40],
)  # fmt: skip
def test_odd_names_and_numbers_are_one_sentence(arguments: tuple[str, ...], message: str, mlpexp: Command) -> None:
    result = mlpexp(*arguments)
    assert result.code == 2
    (line,) = result.err.splitlines()
    assert message in line
    assert line.isprintable()


def test_a_config_with_old_line_ends_is_read_as_any_other(mlpexp: Command, tmp_path: Path) -> None:
    for ends in ("\n", "\r\n", "\r"):
        (tmp_path / "c.yaml").write_bytes(TINY.replace("\n", ends).encode())
        assert mlpexp("check", "c.yaml").code == 0
        (tmp_path / "c.yaml").write_bytes(TINY.replace("epochs: 3", "epochs: x").replace("\n", ends).encode())
        assert "c.yaml:4:36: training.epochs" in mlpexp("check", "c.yaml").err


def test_a_table_without_a_header_needs_no_config_either(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("".join(f"{i * 7 % 40},{i % 9}.5,{'xz'[i % 2]}\n" for i in range(40)))
    refused = mlpexp("check", "--data", "t.csv", "--target", "column_3")
    assert refused.code == 2 and "is there a header? if not, set header: false" in refused.err
    answer = mlpexp("check", "--data", "t.csv", "--target", "column_3", "--set", "dataset.header=false")
    assert answer.code == 0 and "target `column_3` (2 classes)" in answer.out


def test_quotation_marks_that_belong_to_a_name_are_said(mlpexp: Command, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("'a','kind'\n" + "".join(f"{i * 7 % 40},{'xz'[i % 2]}\n" for i in range(40)))
    answer = mlpexp("check", "--data", "t.csv", "--target", "kind")
    assert answer.code == 2 and "the quotation marks belong to the name: --target \"'kind'\"" in answer.err
    assert mlpexp("check", "--data", "t.csv", "--target", "'kind'").code == 0


def test_a_sweep_of_a_table_says_what_it_does_not_vary(mlpexp: Command, flowers: Path) -> None:
    options = ("--learning-rate", "0.1,1", "--hidden-size", "4,8", "--seeds", 2, "--epochs", 3, "--dry-run")
    answer = mlpexp("sweep", "--data", flowers.name, "--target", "kind", *options)
    assert "training: adam, batches of 4, 3 epochs, 2 seeds" in answer.err and "network:" not in answer.err
