"""The small data sets that come with scikit-learn."""

import numpy as np

from mlpexp.config.datasets import Digits, Iris
from mlpexp.data.dataset import Dataset
from mlpexp.data.facts import facts_of


def load_iris(config: Iris) -> Dataset:
    """The iris flowers: inputs ``(150, 4)`` in cm, targets ``(150,)``.

    References:
        Fisher (1936), "The use of multiple measurements in taxonomic problems".
    """
    from sklearn import datasets

    bunch = datasets.load_iris()
    return Dataset(
        name="iris",
        inputs=np.asarray(bunch.data, dtype=np.float64),
        targets=np.asarray(bunch.target, dtype=np.int64),
        facts=facts_of(config),
        feature_names=tuple(str(name) for name in bunch.feature_names),
        class_names=tuple(str(name) for name in bunch.target_names),
        target_name="species",
    )


def load_digits(config: Digits) -> Dataset:
    """Handwritten digits: inputs ``(1797, 1, 8, 8)`` uint8, targets ``(1797,)``.

    The original pixels are 0..16; here they fill the range 0..255 of every other image data set.

    References:
        Alpaydin and Kaynak (1998), "Optical recognition of handwritten digits", UCI Machine Learning Repository.
    """
    from sklearn import datasets

    bunch = datasets.load_digits()
    return Dataset(
        name="digits",
        inputs=np.rint(bunch.images * (255 / 16)).astype(np.uint8)[:, np.newaxis],
        targets=np.asarray(bunch.target, dtype=np.int64),
        facts=facts_of(config),
        class_names=tuple(str(digit) for digit in range(10)),
        target_name="digit",
    )
