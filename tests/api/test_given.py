"""What Python gives: configs in every form, changes of them, data in memory; and where a mistake is said to be."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import mlpexp
from mlpexp.store.manifest import LOCAL

NETWORK = {
    "dataset": "iris",
    "model": {"name": "mlp", "hidden_sizes": [4]},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "training": {"epochs": 2, "batch_size": 16},
}
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)
FRAME = pd.DataFrame(X, columns=["a", "b", "c"]).assign(kind=np.where(Y, "yes", "no"))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def train(config: Any = None, **more: Any) -> mlpexp.Result:
    quick = {} if config is not None else {"epochs": 2, "seeds": 1}
    return mlpexp.train(config, **{**quick, "plots": (), "quiet": True, **more})


def refused(config: Any = None, **more: Any) -> str:
    with pytest.raises(mlpexp.InputError) as caught:
        train(config, **more)
    assert not Path("runs").exists()
    assert "mlpexp-" not in str(caught.value)
    return str(caught.value)


def files_of(result: mlpexp.Result) -> dict[str, bytes]:
    """The files of a result that equal experiments have alike."""
    other = (*LOCAL, "manifest_local.json")
    paths = [path for path in result.path.rglob("*") if path.is_file() and path.name not in other]
    return {path.relative_to(result.path).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.slow
def test_a_config_is_the_same_in_every_form() -> None:
    text = "dataset: iris\nmodel: {name: mlp, hidden_sizes: [4]}\noptimizer: {name: adam, learning_rate: 0.01}\n"
    text += "training: {epochs: 2, batch_size: 16}\n"
    Path("config.yaml").write_text(text)
    arrays = {**NETWORK, "model": {"name": "mlp", "hidden_sizes": np.array([4])}}
    arrays["training"] = {"epochs": np.int64(2), "batch_size": torch.tensor(16)}
    kept = str(arrays)
    results = [train(config, name="one") for config in (NETWORK, arrays, text, "config.yaml", Path("config.yaml"))]
    results.append(train(results[0]))
    results.append(train(str(results[0].path)))
    assert str(arrays) == kept
    first = files_of(results[0])
    assert "trials.csv" in first
    for result in results[1:]:
        assert files_of(result) == first


@pytest.mark.parametrize(
    ("config", "more", "sentence"),
    [
        ({**NETWORK, "model": {"name": "mlp", "hidden_sizes": (4, -1)}}, {},
         'config["model"]["hidden_sizes"][1]: model.hidden_sizes[1]: should be above 0, not -1'),
        ("iris/mlp", {"set": {"learning_rate": -1}},
         'train(set={"learning_rate": -1}): optimizer.learning_rate: should be above 0, not -1'),
        ("iris/mlp", {"learning_rate": np.float32(-1)}, "optimizer.learning_rate: should be above 0, not -1"),
        ("iris/mlp", {"epochs": True}, "train(epochs=True): training.epochs: should be a whole number, not true"),
        ("iris/mlp", {"epochs": float("nan")}, "train(epochs=nan): training.epochs: should be a whole number, not nan"),
        ("iris/mlp", {"epochs": 10**30}, "training.epochs: is too large a number"),
        ("dataset: iris\nmodel: {name: mlp, hidden_sizes: [0]}\n" + "optimizer: adam\ntraining: {epochs: 1, batch_size: 4}", {},
         "config:2:35: model.hidden_sizes[0]: should be above 0, not 0"),
        ("iris/mlp", {"learning_rate": 1, "set": {"optimizer.learning_rate": 2}},
         "optimizer.learning_rate is there twice, with learning_rate="),
        ("iris/mlp", {"set": {"model": object}}, "is no value of a config; expected a number, word or list"),
        ("iris/mlp", {"set": {"model": {1: 2}}}, "the key 1 is no word"),
        ("iris/mlp", {"set": [1]}, 'train(set=...): expected a dictionary, for example {"learning_rate": 0.1}'),
        (None, {}, "train: which config?"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place_in_python(config: Any, more: dict[str, Any], sentence: str) -> None:
    assert sentence in refused(config, **more)


def test_a_list_in_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "deeper than a config can be" in refused("iris/mlp", set={"hidden_sizes": endless})


@pytest.mark.parametrize(
    "data", [(X, Y), (X.tolist(), Y.tolist()), (torch.tensor(X), torch.tensor(Y)[:, None]), (X, pd.Series(Y))]
)
def test_pairs_of_any_kind_are_the_same_table(data: Any) -> None:
    assert files_of(train(data=data)) == files_of(train(data=(X.copy(), Y)))


def test_the_numbers_are_exactly_those_that_were_given() -> None:
    hard = np.array([[0.1, 1 / 3, 1e-300, 5e-324, 1e22, 123456789012345.67]]).T * np.ones((6, 2))
    stored = pd.read_csv(train(data=(np.tile(hard, (5, 1)), np.arange(30) % 2)).path / "data/data.csv", dtype=str)
    assert [float(text) for text in stored["x0"][:6]] == hard[:, 0].tolist()
    single = train(data=(X.astype(np.float32), Y)).path / "data/data.csv"
    assert [float(cell) for cell in pd.read_csv(single, dtype=str)["x1"]] == X.astype(np.float32)[:, 1].tolist()


def test_types_of_a_frame_decide_what_its_columns_are() -> None:
    frame = FRAME.assign(zip=["01", "2", "3.5"] * 20, level=pd.Categorical([1, 2, 3, 4] * 15), flag=Y == 1)
    kinds = train(data=frame, target="kind").columns.set_index("column")["kind"]
    assert kinds[["zip", "level", "flag"]].tolist() == ["category"] * 3
    assert kinds[["a", "b", "c"]].tolist() == ["number"] * 3
    words = train(data=(X, np.array(["1", "2", "3"])[np.arange(60) % 3]))
    assert words.summary.dataset.task == "classification"


def test_predictions_are_numbered_by_the_rows_of_the_data() -> None:
    predictions = train(data=(X, Y)).predictions
    assert (predictions["target"].to_numpy() == Y[predictions["index"]]).all()


def test_pictures_of_arrays() -> None:
    result = train(data=(RNG.random((40, 8, 8)), np.arange(40) % 2), epochs=1)
    assert result.config["model"]["name"] == "cnn"
    assert len(result.predict(RNG.integers(256, size=(2, 1, 8, 8)))) == 2


def test_data_take_the_place_of_those_of_a_config() -> None:
    result = train("iris/mlp", data=(X, Y), epochs=2, seeds=1)
    assert result.config["dataset"]["path"] == "data.csv"
    assert result.name == "data"


@pytest.mark.parametrize(
    ("data", "target", "sentence"),
    [
        ((X[:5], Y), None, "train(data=(X, y)): X has 5 rows, but y has 60"),
        ((X[:0], Y[:0]), None, "train(data=(X, y)): X is empty, of shape (0, 3)"),
        ((X, Y, Y), None, "train(data=(X, y)): expected two values, but the tuple has 3"),
        ((X[:, 0], Y), None, "X has 1 axes; a table has 2, pictures have 3 or 4"),
        ((X, X), None, "y has 2 axes; expected one value for each row of X"),
        ((X, np.where(Y, np.nan, 1)), None, f"y has no value in row {int(np.flatnonzero(Y)[0])}; leave such rows out"),
        (([[1, 2], [3]], [0, 1]), None, "X is no array; its rows differ in length"),
        ((np.array([[1, [2]]] * 4, dtype=object), [0, 1] * 2), None, "column x1 holds a list; expected one number or word"),
        ((X * 1j, Y), None, "column x0 holds complex numbers, which no network here takes"),
        ((FRAME[["a"]], pd.Series(Y, name="a")), None, "X has a column a, as y is called; rename one of them"),
        ((X, Y), "kind", "train(target=...): (X, y) has its target already; leave it out"),
        (FRAME, None, "train(target=...): missing; which column is to be predicted: a, b, c, kind?"),
        (FRAME, "sort", "target=sort: data in memory has no such column"),
        (FRAME.replace({"a": {FRAME["a"][7]: np.nan}}), "kind", "data in memory: row 7:a: missing value"),
        (FRAME.replace({"a": {FRAME["a"][7]: np.inf}}), "kind", "data in memory: row 7:a: 'inf' is not a finite number"),
        (FRAME.iloc[:0], "kind", "train(data=...): there are no rows or no columns"),
        (FRAME.set_axis(["a", "a", "c", "kind"], axis=1), "kind", "train(data=...): two columns are called a"),
        ([1, 2], None, "train(data=...): expected a file, a data frame or (X, y), but this is a list"),
        ("nowhere.csv", "kind", "nowhere.csv"),
        ((np.ma.masked_array(X, X > 0.5), Y), None, "missing value"),
        ((X, Y.astype(np.int64) + 2**60), None, "column target: whole numbers up to"),
        (FRAME.assign(c=["1.0", "1"] * (len(FRAME) // 2)), "kind", "column c: '1.0' and '1' differ in the way"),
        (FRAME.assign(c=[" a", "a"] * (len(FRAME) // 2)), "kind", "column c: ' a' and 'a' differ in blanks"),
        (FRAME.assign(c=["a\rb", "a"] * (len(FRAME) // 2)), "kind", "has a carriage return"),
        (FRAME.rename(columns={"c": " c"}), "kind", "a column is called ' c'"),
        ((None, Y), None, "X is a NoneType; expected an array, a list or a tensor"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_used_are_refused_in_a_sentence(data: Any, target: str | None, sentence: str) -> None:
    assert sentence in refused(data=data, target=target)


def test_nothing_tells_of_a_passing_file(capfd: pytest.CaptureFixture[str]) -> None:
    for config in (None, "iris/mlp"):
        result = train(config, data=FRAME, target="kind", epochs=1, seeds=1, quiet=False)
        for name, content in files_of(result).items():
            assert b"mlpexp-" not in content, name
    said = "".join(capfd.readouterr())
    assert "table: data in memory: 60 rows" in said
    assert "data: data in memory in place of iris" in said
    assert "mlpexp-" not in said.replace("mlpexp-data", "")


def test_data_that_are_not_kept_are_asked_for() -> None:
    path = train(data=(X, Y), set={"keep.data": False}).path
    assert not (path / "data").exists()
    with pytest.raises(mlpexp.InputError, match=re.escape("data= of mlpexp.load")):
        mlpexp.load(path).mistakes()
    mlpexp.load(path, data=(X, Y), quiet=True).mistakes()
    with pytest.raises(mlpexp.RunError, match="the data have changed since the run began"):
        mlpexp.load(path, data=(X + 1, Y)).mistakes()


@pytest.mark.slow
def test_large_data_are_not_kept_and_that_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    wide = RNG.random((4000, 280))
    result = train(data=(wide, np.arange(4000) % 2), set={"batch_size": 2000}, epochs=1, quiet=False)
    assert "the data have 22 MB, and the result keeps up to 20 MB" in capfd.readouterr().err
    assert not (result.path / "data").exists()


def test_what_is_kept_goes_on_elsewhere(tmp_path: Path) -> None:
    result = train(data=FRAME, target="kind")
    moved = result.path.rename(tmp_path / "moved")
    again, before = files_of(train(str(moved))), files_of(mlpexp.load(moved))
    assert {again[name] == before[name] for name in ("metrics.csv", "trials.csv", "data/data.csv")} == {True}
    assert len(mlpexp.load(moved).predict(FRAME)) == 60
