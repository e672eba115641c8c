"""Splits and learning curves from the command line: what is said, what is refused, what is written."""

import csv
import json
from pathlib import Path

import pytest
import yaml

from making.command_line import Command
from making.configs import CONFIGS

IRIS = CONFIGS / "iris" / "mlp.yaml"
pytestmark = pytest.mark.usefixtures("undrawn")


def said(mlpexp: Command, *keys: str, seeds: int = 10) -> list[str]:
    answer = mlpexp("check", IRIS, *(word for key in keys for word in ("--set", key)), "--seeds", seeds)
    assert answer.code == 0, answer.err
    return [
        line for line in answer.out.splitlines()[1:] if not line.startswith("dataset.test_fraction: 0.3 is left out")
    ]


def refused(mlpexp: Command, *keys: str) -> str:
    answer = mlpexp("check", IRIS, *(word for key in keys for word in ("--set", key)))
    assert (answer.code, answer.out) == (2, "")
    (line,) = answer.err.splitlines()
    return line


def test_what_seeds_are_of_folds_is_said(mlpexp: Command) -> None:
    assert said(mlpexp) == []
    assert said(mlpexp, "dataset.split=k_fold") == [
        "split: 10 seeds are 2 repetitions of 5 folds; a sample is in the test part once in a repetition"
    ]
    (incomplete,) = said(mlpexp, "dataset.split=k_fold", seeds=7)
    assert "7 seeds are no whole number of repetitions of 5 folds" in incomplete and "--seeds 10" in incomplete
    (late,) = said(mlpexp, "dataset.split=k_fold", "seed=3")
    assert "10 seeds from seed 0 on (--seeds 10)" in late


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (["dataset.split={kind: k_fold, folds: 51}"], "51 folds are more than the 50 samples of class setosa"),
        (["dataset.split={kind: k_fold, folds: 1}"], "dataset.split.folds: should be at least 2, not 1"),
        (["dataset.split=kfold"], "dataset.split.kind: 'kfold' is not known; did you mean k_fold?"),
        (["dataset.split={kind: group, column: a}"], "dataset.split: group is for tables (name: csv); use random or k_fold"),
        (["dataset.split=k_fold", "split_seed=1"], "split_seed: with split: k_fold the seed says which fold"),
        (["dataset.split=k_fold", "dataset.test_fraction=0.2"], "dataset.test_fraction: means nothing with split: k_fold"),
        (["dataset.train_samples=106"], "dataset.train_samples: 106 is more than the 105 samples of the training part"),
        (["dataset.train_samples=2"], "2 training samples are fewer than the 3 classes"),
        (["dataset.train_samples=9", "dataset.train_fraction=0.5"], "dataset.train_fraction: not together with train_samples"),
        (["dataset={name: mnist, split: k_fold}"], "dataset.split: k_fold cannot be used: these images come with a test part"),
    ],
)  # fmt: skip
def test_what_cannot_be_split_is_refused_by_place(mlpexp: Command, keys: list[str], sentence: str) -> None:
    assert sentence in refused(mlpexp, *keys)


def test_a_test_fraction_beside_folds_in_a_file_is_refused_at_its_place(mlpexp: Command, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(IRIS.read_text().replace("test_fraction: 0.3", "test_fraction: 0.3, split: k_fold"))
    answer = mlpexp("check", path)
    assert answer.code == 2 and answer.err.startswith(f"error: {path}:6:") and "dataset.test_fraction" in answer.err


def test_a_result_of_folds_says_its_sizes_and_can_be_trained_again(mlpexp: Command) -> None:
    keys = ("--set", "dataset.split={kind: k_fold, folds: 7}", "--epochs", 2, "--seeds", 7)
    answer = mlpexp("train", IRIS, *keys)
    assert "dataset.test_fraction: 0.3 is left out" in answer.err and "7 seeds are all 7 folds" in answer.err
    assert "128 to 129" in answer.out and "21 to 22" in answer.out
    (run,) = Path("runs").iterdir()
    config = yaml.safe_load((run / "config.yaml").read_text())["dataset"]
    assert config["split"] == {"kind": "k_fold", "folds": 7, "repeated": True} and "test_fraction" not in config
    assert json.loads((run / "summary.json").read_text())["dataset"]["ranges"]["test"] == [21, 22]
    again = mlpexp("train", "--config", run / "config.yaml", "-q").run
    assert (again / "trials.csv").read_bytes() == (run / "trials.csv").read_bytes()


def test_a_sweep_over_training_samples_is_a_learning_curve(mlpexp: Command) -> None:
    answer = mlpexp("sweep", IRIS, "--over", "dataset.train_samples=5,30,100", "--seeds", 4, "--epochs", 20)
    assert answer.code == 0, answer.err
    assert "training.batch_size: 16 is more than 5 training samples; a step takes all of them" in answer.err
    assert "a learning curve: the test part is the same in every arm" in mlpexp("show", "last", "--details").out
    (sweep,) = Path("runs").iterdir()
    rows = list(csv.DictReader((sweep / "evaluation" / "predictions.csv").read_text().splitlines()))
    tested = {
        (arm, seed): [row["index"] for row in rows if (row["arm"], row["seed"], row["part"]) == (arm, seed, "test")]
        for arm in "012"
        for seed in "0123"
    }
    for seed in "0123":
        assert tested["0", seed] == tested["1", seed] == tested["2", seed] and len(tested["0", seed]) == 45
    trained = [
        {row["index"] for row in rows if (row["arm"], row["seed"], row["part"]) == (arm, "0", "train")} for arm in "012"
    ]
    assert [len(part) for part in trained] == [5, 30, 100]
    assert trained[0] < trained[1] < trained[2]


def test_splits_can_be_compared_with_each_other(mlpexp: Command) -> None:
    answer = mlpexp("sweep", IRIS, "--over", "dataset.split=random,k_fold", "--seeds", 5, "--epochs", 2)
    assert answer.code == 0, answer.err
    assert "dataset.split differs among the arms: equal seeds do not mean equal samples" in answer.out
    assert "confounded" not in answer.out


def test_the_number_of_folds_is_an_axis(mlpexp: Command) -> None:
    keys = ("--set", "dataset.split=k_fold", "--over", "dataset.split.folds=3,4", "--seeds", 12, "--dry-run")
    answer = mlpexp("sweep", IRIS, *keys)
    assert answer.code == 0, answer.err
    assert "12 seeds are 4 repetitions of 3 folds" in answer.err and "3 repetitions of 4 folds" in answer.err


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [f"p{i % 9},2024-01-{i % 28 + 1:02d},{i % 5},{'ab'[i % 2]}" for i in range(60)]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["patient,day,x,kind", *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    ("split", "sentence"),
    [
        ("{kind: group, column: patient}", "split: no value of patient is in two parts; drawn anew with each seed"),
        (
            "{kind: time, column: day}",
            "split: the latest rows by day are the test part; the parts are the same for every",
        ),
    ],
)
def test_a_table_is_split_by_a_column(mlpexp: Command, table: Path, split: str, sentence: str) -> None:
    changes = (f"dataset.split={split}", "dataset.exclude=[day]") if "patient" in split else (f"dataset.split={split}",)
    options = [word for change in changes for word in ("--set", change)]
    answer = mlpexp("train", "--data", table, "--target", "kind", *options, "--epochs", 2)
    assert answer.code == 0 and sentence in answer.err


def test_a_relative_second_file_starts_at_the_folder_of_its_config(
    mlpexp: Command, table: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("t.csv", "second.csv"):
        (folder / name).write_text(table.read_text())
    config = folder / "c.yaml"
    config.write_text(
        "dataset: {name: csv, path: t.csv, target: kind, features: [x], split: {kind: file, path: second.csv}}\n"
        "model: {name: mlp, hidden_sizes: [3]}\noptimizer: adam\ntraining: {epochs: 2}\n"
    )
    answer = mlpexp("check", config)
    assert answer.code == 0 and "(60 train, 60 test)" in answer.out
    run = mlpexp("train", config, "-q").run
    (folder / "second.csv").write_text(table.read_text().replace(",1,", ",3,"))
    changed = mlpexp("explain", run)
    assert changed.code != 0 and "changed" in changed.err


@pytest.mark.parametrize(("cell", "is_said"), [("p3", False), ("", True)])
def test_other_columns_are_other_samples_only_where_they_cost_rows(
    cell: str, is_said: bool, mlpexp: Command, table: Path
) -> None:
    table.write_text(table.read_text().replace("p5", cell, 1))
    keys = ("--over", "dataset.features=[x],[x, patient]", "--set", "dataset.missing=drop", "--seeds", 3, "--epochs", 1)
    keys += ("--set", "dataset.exclude=[day]")
    answer = mlpexp("sweep", "--data", table, "--target", "kind", *keys)
    assert answer.code == 0, answer.err
    assert ("dataset.features differs among the arms: equal seeds do not mean" in answer.out) is is_said
    labels = [line for line in answer.err.splitlines() if line.startswith("features=")]
    assert labels == ["features=[x]:", "features=[x, patient]:"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ((), "each its own split, initial weights and batch order"),
        (
            ("dataset.exclude=[patient]", "dataset.split={kind: time, column: day}"),
            "each its own initial weights and batch order, on the same samples",
        ),
        (("dataset.split={kind: k_fold, folds: 3}",), "each its own fold, initial weights and batch order"),
        (("split_seed=1", "init_seed=2"), "each its own batch order, on the same samples"),
        (("split_seed=1", "init_seed=2", "order_seed=3"), "nothing differs from one to the other"),
    ],
)
def test_what_differs_from_seed_to_seed_is_said(
    mlpexp: Command, table: Path, changes: tuple[str, ...], sentence: str
) -> None:
    options = [word for change in ("dataset.exclude=[day, patient]", *changes) for word in ("--set", change)]
    answer = mlpexp("train", "--data", table, "--target", "kind", "--epochs", 1, "--seeds", 3, *options)
    assert f"Student's t over 3 seeds ({sentence})" in answer.out, answer.err


@pytest.mark.mnist
@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("train_samples: 200", "each its own initial weights and batch order, on the same samples"),
        ("train_fraction: 0.01", "each its own split, initial weights and batch order"),
    ],
)
def test_pictures_of_a_set_with_a_name_are_the_same_unless_a_share_is_drawn(
    mlpexp: Command, mnist_dir: Path, key: str, sentence: str
) -> None:
    few = ("--set", f"dataset={{name: mnist, test_samples: 100, {key}}}", "--hidden-size", 4, "--epochs", 1)
    answer = mlpexp("train", "mnist/mlp", "--seeds", 2, *few, "--data-dir", mnist_dir)
    assert f"Student's t over 2 seeds ({sentence})" in answer.out, answer.err


def test_few_groups_are_few_splits_and_that_is_said(mlpexp: Command, table: Path) -> None:
    options = ("--set", "dataset.exclude=[day]", "--set", "dataset.split={kind: group, column: x}")
    answer = mlpexp("check", "--data", table, "--target", "kind", *options)
    assert "the groups are so few that 10 seeds have only" in answer.out
