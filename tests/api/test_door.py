"""The functions of Python are the commands of the same name: the same folder, the same sentences, no trace elsewhere."""

import json
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import torch

import mlpexp

QUICK = {"epochs": 3, "seeds": 2, "quiet": True}
OTHERWISE = {
    "environment.json", "timing.csv", "summary.json", "stacks.json", "manifest.json", "manifest_local.json", ".lock",
    "accuracy_time.csv",
}  # fmt: skip
"""Files with times, places or the command line."""


@pytest.fixture
def command(request: pytest.FixtureRequest) -> Callable[..., object]:
    """The command line, whose fixture has the name of the package."""
    return request.getfixturevalue("mlpexp")


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().replace(folder.name.encode(), b"")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in OTHERWISE and path.suffix != ".png"
    }


def test_importing_loads_nothing_that_is_slow() -> None:
    heavy = ("torch", "pandas", "numpy", "pydantic", "matplotlib", "yaml", "sklearn", "typer", "rich")
    code = f"import sys, mlpexp; mlpexp.InputError; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=100)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_every_public_name_is_there_and_says_what_it_does() -> None:
    for name in set(mlpexp.__all__) - {"__version__"}:
        assert getattr(mlpexp, name).__doc__
    assert set(mlpexp.__all__) <= set(dir(mlpexp))
    with pytest.raises(AttributeError, match="has no attribute 'trian'"):
        mlpexp.trian  # noqa: B018


@pytest.mark.slow
def test_train_writes_what_the_command_writes(command: Callable[..., object], tmp_path: Path) -> None:
    run = mlpexp.train("iris/mlp", **QUICK, runs_dir=tmp_path / "python")
    command("train", "iris/mlp", "--epochs", "3", "--seeds", "2", "--runs-dir", str(tmp_path / "command"))
    (other,) = (tmp_path / "command").iterdir()
    assert files_of(run.path) == files_of(other)
    assert sorted(path.name for path in (run.path / "plots").iterdir()) == sorted(
        path.name for path in (other / "plots").iterdir()
    )


@pytest.mark.slow
def test_sweep_writes_what_the_command_writes(command: Callable[..., object], tmp_path: Path) -> None:
    over = {"learning_rate": [0.01, np.float64(0.1)], "activation": ("relu", "tanh")}
    sweep = mlpexp.sweep("iris/mlp", over=over, **QUICK, runs_dir=tmp_path / "python")
    command(
        "sweep", "iris/mlp", "--learning-rate", "0.01,0.1", "--activation", "relu,tanh", "--epochs", "3", "--seeds", "2",
        "--runs-dir", str(tmp_path / "command"),
    )  # fmt: skip
    (other,) = (tmp_path / "command").iterdir()
    assert files_of(sweep.path) == files_of(other)


def test_a_config_may_be_a_path_a_name_text_or_a_dictionary(tmp_path: Path) -> None:
    text = "dataset: iris\nmodel: {name: mlp, hidden_sizes: [4]}\noptimizer: {name: sgd, learning_rate: 0.1}\n"
    text += "training: {batch_size: 16, epochs: 3}\n"
    (tmp_path / "config.yaml").write_text(text)
    data = {
        "dataset": "iris", "model": {"name": "mlp", "hidden_sizes": (np.int64(4),)},
        "optimizer": {"name": "sgd", "learning_rate": np.float64(0.1)}, "training": {"batch_size": 16, "epochs": 3},
    }  # fmt: skip
    before = json.dumps(data, default=str)
    results = [
        mlpexp.train(config, quiet=True, plots=(), runs_dir=tmp_path / "runs")
        for config in (tmp_path / "config.yaml", str(tmp_path / "config.yaml"), text, data)
    ]
    results.append(mlpexp.train(results[0], quiet=True, plots=(), runs_dir=tmp_path / "runs"))
    first, *others = (result.metrics.to_csv() for result in results)
    assert all(other == first for other in others)
    assert json.dumps(data, default=str) == before


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: mlpexp.train("iris/mlp", learning_rate=-1), "train(learning_rate=-1): optimizer.learning_rate: should"),
        (lambda: mlpexp.train("iris/mlp", set={"learning_rat": 1}), "did you mean optimizer.learning_rate?"),
        (lambda: mlpexp.train("iris/mlp", set={"epochs": 3}, epochs=4), "training.epochs is there twice, with epochs="),
        (lambda: mlpexp.train("iris/mpl"), "did you mean iris/mlp?"),
        (lambda: mlpexp.train(), 'which config? for example mlpexp.train("iris/mlp")'),
        (lambda: mlpexp.train({"dataset": {1: 2}}), "the key 1 is no word"),
        (lambda: mlpexp.sweep("iris/mlp"), 'nothing to vary; give an axis such as over={"learning_rate": [0.01, 0.1]}'),
        (lambda: mlpexp.sweep("iris/mlp", over={"learning_rate": 0.1}), "expected several values"),
        (lambda: mlpexp.sweep("iris/mlp", over=["learning_rate"]), "expected a dictionary"),
        (lambda: mlpexp.params("lenet"), "did you mean lenet5?"),
        (lambda: mlpexp.params([784]), "layer sizes are those of inputs, hidden layers and outputs"),
        (lambda: mlpexp.compare(), "which results?"),
        (lambda: mlpexp.find_lr("iris/mlp", low=-1), "low=: -1 is not between"),
        (lambda: mlpexp.load("nothing"), "nothing"),
        (lambda: mlpexp.load(None), "path=None: expected a path"),
        (lambda: mlpexp.train(3), "config=3: expected a path"),
        (lambda: mlpexp.train("iris/mlp", runs_dir=3), "runs_dir=3: expected a path"),
        (lambda: mlpexp.train("iris/mlp", freeze=1), "freeze=1: expected a list of words"),
        (lambda: mlpexp.train("iris/mlp", optimizer={"learning_rate": 0.1}), "optimizer.name: missing"),
        (lambda: mlpexp.train("iris/mlp", optimizer="adm"), "'adm' is not known; did you mean adam?"),
        (
            lambda: mlpexp.train("iris/mlp", set={"learning_rate": 0.1, "optimizer.learning_rate": 0.2}),
            "optimizer.learning_rate is there twice, with 'learning_rate'",
        ),
        (lambda: mlpexp.sweep("iris/mlp", over={"learning_rate": [0.1, 1]}, jobs=-1), "jobs=-1"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_one_sentence_and_nothing_is_written(
    call: Callable[[], object], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(mlpexp.InputError) as caught:
        call()
    assert sentence in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_changed(tmp_path: Path) -> None:
    torch.manual_seed(3)
    np.random.seed(3)
    threads, shown, settings = torch.get_num_threads(), warnings.showwarning, dict.copy(mpl.rcParams)
    expected = torch.random.get_rng_state(), np.random.get_state()[1]
    mlpexp.train("iris/mlp", **QUICK, runs_dir=tmp_path)
    assert torch.get_num_threads() == threads
    assert warnings.showwarning is shown
    assert dict.copy(mpl.rcParams) == settings  # as they are: to read the backend from them would set it
    assert torch.equal(torch.random.get_rng_state(), expected[0])
    assert (np.random.get_state()[1] == expected[1]).all()


def test_two_threads_train_at_once(tmp_path: Path) -> None:
    alone = mlpexp.train("iris/mlp", **QUICK, plots=(), runs_dir=tmp_path / "alone").metrics
    results: dict[int, mlpexp.Result] = {}

    def work(number: int) -> None:
        results[number] = mlpexp.train("iris/mlp", **QUICK, plots=(), runs_dir=tmp_path / str(number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[number].metrics.to_csv() for number in range(2)] == [alone.to_csv()] * 2


def test_answers_are_shown_on_terminals_and_in_notebooks() -> None:
    for answer in (mlpexp.params("lenet5"), mlpexp.check("iris/mlp")):
        assert repr(answer)
        assert "<script" not in answer._repr_html_()
    assert mlpexp.params("lenet5").total == 61_706
    assert mlpexp.params("lenet5").table["parameters"].sum() == 61_706
    assert mlpexp.params("cnn4", input=(3, 400, 400), bias=False).total < mlpexp.params("cnn4").total


def test_results_are_compared(tmp_path: Path) -> None:
    how = {**QUICK, "plots": (), "runs_dir": tmp_path}
    slow, fast = (mlpexp.train("iris/mlp", learning_rate=rate, **how) for rate in (0.01, 0.1))
    compared = mlpexp.compare(slow, fast, metric="test_loss", baseline=0)
    table = compared.table
    assert table["mean"].tolist() == [result.trials["final_test_loss"].mean() for result in (slow, fast)]
    assert table["reference_verdict"][0] == "reference"
    assert compared.figure().axes
    assert str(fast.path.name) in repr(compared)


@pytest.mark.slow
@pytest.mark.parametrize("from_file", [True, False])
def test_worker_processes_need_no_guard(from_file: bool, tmp_path: Path) -> None:
    code = """
import mlpexp
sweep = mlpexp.sweep("iris/mlp", over={"learning_rate": [0.01, 0.1]}, epochs=3, seeds=2, jobs=2, plots=())
print(sweep.status, len(sweep.trials))
"""
    (tmp_path / "script.py").write_text(code)
    arguments = ["script.py"] if from_file else ["-"]
    result = subprocess.run(
        [sys.executable, *arguments], input=code, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=600
    )
    assert (result.returncode, result.stdout) == (0, "finished 4\n")
    assert "Traceback" not in result.stderr
    assert "Warning" not in result.stderr


@pytest.mark.slow
def test_a_learning_rate_is_found() -> None:
    found = mlpexp.find_lr("iris/mlp", seconds=5, quiet=True)
    assert found.rate is not None
    assert 0.01 <= found.rate <= 3
    assert list(found.figures) == ["find-lr", "find-lr-rates"]
    assert found.figure("find-lr-rates").axes


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_train_on_a_gpu(tmp_path: Path) -> None:
    run = mlpexp.train("iris/mlp", **QUICK, device="cuda", plots=(), runs_dir=tmp_path)
    assert run.status == "finished"
    assert run.module(seed=0)(torch.zeros(1, 4)).shape == (1, 3)
