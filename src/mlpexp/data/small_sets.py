"""Small data sets: two that come with scikit-learn, and one that is written out here."""

import importlib.util
from pathlib import Path

import numpy as np

from mlpexp.config.facts import DatasetFacts
from mlpexp.data.dataset import Dataset

IRIS = DatasetFacts("classification", (4,), 3, 150)
DIGITS = DatasetFacts("classification", (1, 8, 8), 10, 1797)
THREE_CLASS_3D = DatasetFacts("classification", (3,), 3, 30)

SAMPLES_BY_CLASS = (
    ((1.58, 2.32, -5.80), (0.67, 1.58, -4.78), (1.04, 1.01, -3.63), (-1.49, 2.18, -3.39), (-0.41, 1.21, -4.73),
     (1.39, 3.16, 2.87), (1.20, 1.40, -1.89), (-0.92, 1.44, -3.22), (0.45, 1.33, -4.38), (-0.76, 0.84, -1.96)),
    ((0.21, 0.03, -2.21), (0.37, 0.28, -1.80), (0.18, 1.22, 0.16), (-0.24, 0.93, -1.01), (-1.18, 0.39, -0.39),
     (0.74, 0.96, -1.16), (-0.38, 1.94, -0.48), (0.02, 0.72, -0.17), (0.44, 1.31, -0.14), (0.46, 1.49, 0.68)),
    ((-1.54, 1.17, 0.64), (5.41, 3.45, -1.33), (1.55, 0.99, 2.69), (1.86, 3.19, 1.51), (1.68, 1.79, -0.87),
     (3.51, -0.22, -1.39), (1.40, -0.44, -0.92), (0.44, 0.83, 1.97), (0.25, 0.68, -0.99), (0.66, -0.45, 0.08)),
)  # fmt: skip


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


def load_three_class_3d() -> Dataset:
    """The table, class by class: inputs ``(30, 3)``, targets ``(30,)``.

    References:
        After Duda, Hart and Stork (2001), "Pattern Classification", 2nd edition, chapter 6, computer exercises.
    """
    return Dataset(
        name="three classes in 3-D",
        inputs=np.array(SAMPLES_BY_CLASS, dtype=np.float64).reshape(30, 3),
        targets=np.repeat(np.arange(3, dtype=np.int64), 10),
        facts=THREE_CLASS_3D,
        feature_names=("x1", "x2", "x3"),
        class_names=("class 1", "class 2", "class 3"),
    )


def _file(name: str) -> Path | None:
    """A data file of scikit-learn, whose own loaders take a second to import; None if it is not where it was."""
    spec = importlib.util.find_spec("sklearn")
    folders = (spec.submodule_search_locations or []) if spec else []
    path = Path(folders[0], "datasets", "data", name) if folders else None
    return path if path and path.is_file() else None
