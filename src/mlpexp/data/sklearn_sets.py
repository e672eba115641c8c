"""The small data sets that come with scikit-learn."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from mlpexp.config.facts import DatasetFacts
from mlpexp.data.dataset import Dataset

IRIS = DatasetFacts("classification", (4,), 3, 150)
DIGITS = DatasetFacts("classification", (1, 8, 8), 10, 1797)


def load_iris() -> Dataset:
    """The iris flowers: inputs ``(150, 4)`` in cm, targets ``(150,)``.

    References:
        Fisher (1936), "The use of multiple measurements in taxonomic problems".
    """
    file = _file("iris.csv")
    if file is None:
        from sklearn import datasets

        inputs, targets = datasets.load_iris(return_X_y=True)
    else:
        table = np.loadtxt(file, delimiter=",", skiprows=1)
        inputs, targets = table[:, :-1], table[:, -1]
    return Dataset(
        name="iris",
        inputs=np.ascontiguousarray(inputs, dtype=np.float64),
        targets=targets.astype(np.int64),
        facts=IRIS,
        feature_names=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
        class_names=("setosa", "versicolor", "virginica"),
        target_name="species",
    )


def load_digits() -> Dataset:
    """Handwritten digits: inputs ``(1797, 1, 8, 8)`` uint8, targets ``(1797,)``.

    The original pixels are 0..16; here they fill the range 0..255 of every other image data set.

    References:
        Alpaydin and Kaynak (1998), "Optical recognition of handwritten digits", UCI Machine Learning Repository.
    """
    file = _file("digits.csv.gz")
    if file is None:
        from sklearn import datasets

        pixels, targets = datasets.load_digits(return_X_y=True)
    else:
        table = np.loadtxt(file, delimiter=",")
        pixels, targets = table[:, :-1], table[:, -1]
    return Dataset(
        name="digits",
        inputs=np.rint(pixels * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8),
        targets=targets.astype(np.int64),
        facts=DIGITS,
        class_names=tuple(str(digit) for digit in range(10)),
        target_name="digit",
    )


def _file(name: str) -> Path | None:
    """A data file of scikit-learn, whose own loaders take a second to import; None if it is not where it was."""
    spec = find_spec("sklearn")
    folders = (spec.submodule_search_locations or []) if spec else []
    path = Path(folders[0], "datasets", "data", name) if folders else None
    return path if path and path.is_file() else None
