"""Sentences name what is typed in Python, never an option of the command line; data in memory by their row."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mlpexp
from making.configs import IRIS
from making.results_builder import HIDDEN, LR, build_run, build_sweep
from making.trained_results import Make
from mlpexp import Result

OPTION = re.compile(r" --[a-z]|`mlpexp (?!list|examples)")  # commands without a function stay commands
SWEEP = """
dataset: iris
model: {name: mlp, hidden_sizes: [4], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 3}
sweep: {over: {learning_rate: [0.1, 1]}}
"""
TOO_MANY = {"learning_rate": [*range(1, 200)], "batch_size": [*range(1, 149)], "epochs": [*range(1, 9)]}


@pytest.mark.parametrize(
    ("said", "call"),
    [
        ("cannot be varied: seeds= repeats every arm", lambda: mlpexp.sweep("iris/mlp", over={"seed": [1, 2]})),
        ("use sweep.seeds or seeds=", lambda: mlpexp.sweep("iris/mlp", over={"seeds": [1, 2]})),
        ('or sample with method="sobol"', lambda: mlpexp.sweep("iris/mlp", over=TOO_MANY)),
        ("give several, or use mlpexp.train", lambda: mlpexp.sweep(SWEEP, learning_rate=0.3)),
        ('is a data set by name; write mlpexp.train("iris/mlp")', lambda: mlpexp.train(data="iris")),
        ("write data='table.csv', target='COLUMN'", lambda: mlpexp.train("table.csv")),
        ("`mlpexp examples` lists them", lambda: mlpexp.train("zzzz")),
        ("train it first: mlpexp.train('iris/mlp')", lambda: mlpexp.load("iris/mlp")),
        ("mlpexp.train makes one", lambda: mlpexp.load("zzzz")),
        ("of which result? name it with init_from=", lambda: mlpexp.train("iris/mlp", from_arm=1)),
        ("means nothing without backend=", lambda: mlpexp.sweep("iris/mlp", over={LR: [0.1, 1]}, address="here:1")),
        ("plots=: 'jpg' is not known", lambda: mlpexp.train("iris/mlp", plots=["jpg"])),
        ("target=zzzz: table.csv has no such column", lambda: mlpexp.train(data="table.csv", target="zzzz")),
        ("target=: missing", lambda: mlpexp.train(data="table.csv")),
        ("input=, too, the data say", lambda: mlpexp.params(table_config(), input=(1, 8, 8))),
    ],
)
def test_a_refusal_names_keywords(
    said: str, call: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"a": range(30), "b": [0, 1, 2] * 10}).to_csv("table.csv", index=False)
    with pytest.raises(mlpexp.MlpexpError) as caught:
        call()
    assert said in str(caught.value)
    assert not OPTION.search(str(caught.value))


def test_a_text_with_options_is_told_apart_from_keywords() -> None:
    with pytest.raises(mlpexp.InputError, match="options are keywords here, such as epochs=3"):
        mlpexp.train("iris/mlp --epochs 3")


def table_config() -> dict[str, object]:
    return {"dataset": {"name": "csv", "path": "gone.csv", "target": "b"}, "model": "lenet5", "optimizer": "adam"}


def test_a_refusal_of_a_result_names_keywords(tmp_path: Path) -> None:
    axes = {LR: ["0.01", "0.1"], HIDDEN: ["4", "16"]}
    run = Result(build_run(tmp_path / "run", seeds=1).path, quiet=True)
    again = Result(build_run(tmp_path / "again", seeds=1, epochs=4).path, quiet=True)
    sweep = Result(build_sweep(tmp_path / "sweep", axes, seeds=3).path, quiet=True)
    begun = Result(build_sweep(tmp_path / "begun", axes, seeds=2, stacks=1).path, quiet=True)
    refused: list[tuple[str, Callable[[], object]]] = [
        ("confirm: ", run.confirm),
        ("seeds=1: takes a number from 2", lambda: sweep.confirm(seeds=1)),
        ("is the arm to compare with", lambda: sweep.confirm([{"arm": 0}], baseline={"arm": 0})),
        ("arm=hidden_size=5: is none of the 4 arms", lambda: sweep.confirm([{"hidden_size": 5}])),
        ("continue_to: ", lambda: sweep.continue_to(9)),
        ("epochs= is their number in all", lambda: run.continue_to(1)),
        ("shows it", run.resume),
        (".resume()", lambda: begun.comparison),
        ("train each with the same seeds, such as seeds=10", lambda: mlpexp.compare(run, again)),
        ("baseline=zzzz: is none of the 4 arms", lambda: mlpexp.compare(sweep, baseline="zzzz")),
        ("baseline=7: expected a number from 0 to 1", lambda: mlpexp.compare(run, again, baseline=7)),
        ("metric=: zzzz is not measured here", lambda: mlpexp.compare(sweep, metric="zzzz")),
        ("margin=-1: expected a number above 0", lambda: mlpexp.compare(sweep, margin=-1)),
        ("output=: ", lambda: mlpexp.compare(sweep, output=tmp_path)),
    ]
    for said, call in refused:
        with pytest.raises(mlpexp.MlpexpError) as caught:
            call()
        assert said in str(caught.value)
        assert not OPTION.search(str(caught.value).replace(str(tmp_path), ""))


def test_data_in_memory_are_named_by_their_rows(
    trained: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = trained(IRIS + "seeds: 2\n")
    inputs, classes = run.dataset.inputs, np.array(run.dataset.class_names)[run.dataset.targets]
    result, holes = Result(run.path), inputs.copy()
    holes[:, 1] = np.nan
    with pytest.raises(mlpexp.InputError, match=r"no row can be read; data in memory: row 0: .*set=\{'KEY': 'VALUE'\}"):
        result.evaluate((holes, classes))
    holes[4:] = inputs[4:]
    assert len(result.predict(holes)) == len(inputs)
    said = capsys.readouterr().err
    assert "data in memory: row 1: " in said
    assert not OPTION.search(said)
    file = tmp_path / "new.csv"
    pd.DataFrame(inputs, columns=list(run.dataset.feature_names)).to_csv(file, index=False)
    with pytest.raises(mlpexp.InputError, match=r"set=\{'delimitr': ';'\}: expected a key .*did you mean delimiter"):
        result.predict(file, set={"delimitr": ";"})


@pytest.mark.slow
def test_a_run_is_continued_and_a_sweep_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    how = {"plots": (), "quiet": True, "runs_dir": tmp_path / "python"}
    run = mlpexp.train("iris/mlp", epochs=4, seeds=2, set={"keep.state": True}, **how)
    longer, whole = run.continue_to(8, plots=(), quiet=False), mlpexp.train("iris/mlp", epochs=8, seeds=2, **how)
    assert "the new run is called iris-mlp-8-epochs; name= gives it another name" in capsys.readouterr().err
    assert longer.path.parent == run.path.parent
    columns = [name for name in whole.metrics.columns if name.startswith(("train", "test"))]
    pd.testing.assert_frame_equal(longer.metrics[columns], whole.metrics[columns])
    sweep = mlpexp.sweep("iris/mlp", over={LR: [0.001, 0.003, 0.1]}, epochs=6, seeds=3, **how)
    confirmed = sweep.confirm([{LR: 0.003}], seeds=2, name="again", plots=(), runs_dir=tmp_path / "other")
    assert (confirmed.name, confirmed.seeds, len(confirmed.arms)) == ("again", [3, 4], 2)
    assert confirmed.path.parent == tmp_path / "other"
    assert "look 2 of this question" in capsys.readouterr().err
