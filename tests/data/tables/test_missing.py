"""Missing cells: refused, dropped and counted, or filled in by the training part alone, against scikit-learn."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from mlpexp.config.experiment import Experiment
from mlpexp.data.catalogue import load
from mlpexp.data.filling import filling
from mlpexp.data.parts import parts_of
from mlpexp.data.standardize import standardizer_of
from mlpexp.errors import DataError
from mlpexp.execution.members import members_of, samples_of


def holed(rows: int = 60) -> str:
    """Two numbers and a category, each with holes; the same text at each call."""
    random, lines = np.random.default_rng(3), []
    for i in range(rows):
        age = "" if i % 7 == 2 else f"{random.normal(40, 9):.3f}"
        size = "?" if i % 11 == 5 else f"{random.normal(3, 1):.3f}"
        deck = "" if i % 5 == 1 else "ABBC"[i % 4]
        lines.append(f"{age},{size},{deck},{'xz'[i % 2]}")
    return "age,size,deck,y\n" + "\n".join(lines) + "\n"


def test_dropped_rows_are_counted_with_the_columns_that_cost_them(read: Any) -> None:
    table = read("a,b,y\n1,,u\n2,2,v\n,3,u\n4,NA,v\n5,6,u\n6,7,v\n8,9,u\n", missing="drop")
    assert table.dataset.inputs.tolist() == [[2, 2], [5, 6], [6, 7], [8, 9]]
    assert "table: 3 of 7 rows dropped, 2 for `b`, 1 for `a`" in list(table.understanding.sentences())


@pytest.mark.parametrize("cell", ["None", "-", ".", "missing", "unknown", "#N/A", "n/a", "NaT"])
def test_usual_marks_are_missing_among_numbers(cell: str, read: Any) -> None:
    table = read("a,y\n" + "".join(f"{cell if i == 3 else i},{'xz'[i % 2]}\n" for i in range(12)), missing="drop")
    assert len(table.dataset.inputs) == 11


@pytest.mark.parametrize("cell", ["None", "-", "unknown"])
def test_among_words_they_may_be_a_level(cell: str, read: Any) -> None:
    table = read("a,y\n" + "".join(f"{cell if i % 3 else 'some'},{'xz'[i % 2]}\n" for i in range(12)))
    assert set(table.dataset.feature_names) == {f"a={cell}", "a=some"}


def test_other_marks_by_name(read: Any) -> None:
    text = "a,b,y\n" + "".join(
        f"{-999 if i == 2 else i},{'nothing' if i == 3 else i},{'xz'[i % 2]}\n" for i in range(12)
    )
    assert len(read(text, missing="drop", missing_values=[-999, "nothing"]).dataset.inputs) == 10


@pytest.mark.parametrize("rule", ["mean", "median", "most_frequent"])
def test_numbers_are_filled_in_as_by_scikit_learn(rule: str, read: Any) -> None:
    text = holed()
    data = read(text, features=["age", "size"], missing=rule).dataset
    assert np.isnan(data.inputs).any(), "what is filled in is learned later"
    train = np.arange(0, 40)
    standardizer = standardizer_of(data, train, "standard")
    imputer = SimpleImputer(strategy=rule).fit(data.inputs[train])
    scaler = StandardScaler().fit(imputer.transform(data.inputs[train]))
    expected = scaler.transform(imputer.transform(data.inputs))
    np.testing.assert_allclose(standardizer.apply(data.inputs, np.float64), expected, rtol=1e-12, atol=1e-12)


def test_a_level_is_filled_in_whole(read: Any) -> None:
    data = read(holed(), features=["deck"], missing="most_frequent").dataset
    train = np.arange(20, 60)
    values = filling(data, train)
    counts = np.nansum(data.inputs[train], axis=0)
    assert values is not None and values.tolist() == np.eye(3)[counts.argmax()].tolist()


def test_each_column_has_its_own_rule_and_an_indicator_on_request(read: Any) -> None:
    rules = {"age": "median", "size": "drop", "deck": "category"}
    data = read(holed(), missing=rules, missing_indicator=["age"]).dataset
    assert data.feature_names == ("age", "age is missing", "size", "deck=A", "deck=B", "deck=C", "deck=missing")
    missing = np.isnan(data.inputs[:, 0])
    assert missing.any() and data.inputs[:, 1].tolist() == missing.astype(float).tolist()
    assert data.inputs[:, 3:].sum(axis=1).tolist() == [1.0] * len(data.inputs)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"missing": {"deck": "mean", "age": "mean", "size": "mean"}},
            "deck: missing value; the rule mean is for numbers, and this is a category",
        ),
        (
            {"missing": {"deck": "category", "age": "category", "size": "mean"}},
            "age: missing value; the rule category is for categories",
        ),
        ({"missing": {"deck": "category", "size": "mean"}}, "t.csv:4:age: missing value"),
        ({"missing": {"nobody": "mean"}}, "nobody: missing: there is no such column"),
    ],
)
def test_a_rule_that_does_not_fit_is_refused(keys: dict[str, Any], said: str, read: Any) -> None:
    with pytest.raises(DataError) as caught:
        read(holed(), **keys)
    assert said in str(caught.value)


def test_a_rule_of_numbers_leaves_complete_categories_alone(read: Any) -> None:
    table = read("a,b,y\n1,u,k\n,v,l\n3,u,k\n4,v,l\n", missing="mean")
    assert table.dataset.feature_names == ("a", "b=u", "b=v")
    assert "table: a: 1 missing cell is filled in (mean of the training part)" in list(table.understanding.sentences())


def test_what_missing_cells_become_is_said(read: Any) -> None:
    table = read("a,b,y\n1,u,k\n,,l\n3,u,k\n4,v,l\n", missing={"a": "mean", "b": "category"}, missing_indicator=["a"])
    sentences = list(table.understanding.sentences())
    assert "table: b: 1 missing cell is a level, 'missing'" in sentences
    indicator = "one more input says where a value is missing"
    assert f"table: a: 1 missing cell is filled in (mean of the training part); {indicator}" in sentences


def test_a_target_is_never_filled_in(read: Any) -> None:
    with pytest.raises(
        DataError, match=r"t\.csv:3:y: missing value; a target cannot be filled in; fill it in, or drop"
    ):
        read("a,y\n1,2.5\n2,\n3,4.5\n", missing="mean")


LACKING = "a,b,g,y\n" + "".join(
    f"{'' if i == 3 else i},{'' if i == 5 else 'uvw'[i % 3]},{i % 4},{'' if i == 8 else 'kl'[i % 2]}\n"
    for i in range(24)
)
RULE = re.compile(r"--set (\"[^\"]+\"|\S+)")


@pytest.mark.parametrize("missing", ["error", "mean", "median", "category", {"a": "mean"}, {"y": "most_frequent"}])
def test_all_columns_that_lack_cells_are_told_at_once_with_settings_that_work(missing: Any, read: Any) -> None:
    with pytest.raises(DataError) as caught:
        read(LACKING, missing=missing)
    said = str(caught.value)
    assert "cells are missing in `a` (1), `b` (1), `y` (1)" in said
    assert "(3 of 24)" in said
    settings = [yaml.safe_load(text.strip('",').partition("=")[2]) for text in RULE.findall(said)]
    assert settings[0] == "drop" and sorted(settings[1]) == ["a", "b", "y"]
    rows = [read(LACKING, missing=setting).understanding.used for setting in settings]
    assert rows == [21, 23]


def test_a_rule_that_fits_is_kept_in_the_setting_that_works(read: Any) -> None:
    with pytest.raises(DataError, match=r'"dataset\.missing=\{a: mean, b: most_frequent, y: drop\}"'):
        read(LACKING, missing={"a": "mean"})


def test_rows_that_all_lack_a_cell_are_not_advised_to_be_dropped(read: Any) -> None:
    with pytest.raises(DataError) as caught:
        read("a,b,y\n,1,k\n2,,l\n,3,k\n4,,l\n")
    assert "drop" not in str(caught.value)
    assert str(caught.value).endswith("such as --set dataset.missing=median")


def test_a_column_without_a_value_in_the_training_part_is_said(read: Any) -> None:
    data = read(
        "a,b,y\n" + "".join(f"{i},{'' if i < 8 else i},{'xz'[i % 2]}\n" for i in range(12)), missing="mean"
    ).dataset
    with pytest.raises(DataError, match="b has no value in the training part"):
        filling(data, np.arange(8))


def filled_experiment(path: Path, **more: Any) -> Experiment:
    path.write_text(holed())
    rules = {"age": "mean", "size": "median", "deck": "most_frequent"}
    return Experiment.model_validate(
        {
            "dataset": {"name": "csv", "path": str(path), "target": "y", "missing": rules},
            "model": {"name": "mlp", "hidden_sizes": [4], "init": {"name": "he_normal"}},
            "loss": "cross_entropy",
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            **more,
        }
    )


def test_what_is_filled_in_reaches_the_samples_of_each_seed(tmp_path: Path) -> None:
    experiment = filled_experiment(tmp_path / "t.csv")
    data = load(experiment.dataset)
    samples = samples_of(members_of(experiment, [0, 1, 2]), data)
    inputs, _ = samples.part(0, samples.rows.shape[1])
    for place, seed in enumerate([0, 1, 2]):
        rows = parts_of(data, experiment.dataset, seed)
        expected = standardizer_of(data, rows.train, "standard").apply(data.inputs[samples.rows[place]])
        np.testing.assert_allclose(inputs[place].cpu().numpy(), expected, rtol=1e-6, atol=1e-6)
        assert np.isfinite(inputs[place].cpu().numpy()).all()


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_cuda_fills_in_the_same(tmp_path: Path) -> None:
    inputs = []
    for device in ("cpu", "cuda"):
        experiment = filled_experiment(tmp_path / "t.csv", device=device)
        samples = samples_of(members_of(experiment, [0, 1]), load(experiment.dataset))
        inputs.append(samples.part(0, samples.rows.shape[1])[0].cpu().numpy())
    np.testing.assert_allclose(inputs[0], inputs[1], rtol=1e-6, atol=1e-6)
