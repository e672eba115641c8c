"""The three-class table of the pattern recognition course: 30 samples, 3 features."""

import numpy as np

from mlpexp.config.facts import DatasetFacts
from mlpexp.data.dataset import Dataset

THREE_CLASS_3D = DatasetFacts("classification", (3,), 3, 30)

# fmt: off
SAMPLES_BY_CLASS = (
    ((1.58, 2.32, -5.80), (0.67, 1.58, -4.78), (1.04, 1.01, -3.63), (-1.49, 2.18, -3.39), (-0.41, 1.21, -4.73),
     (1.39, 3.16, 2.87), (1.20, 1.40, -1.89), (-0.92, 1.44, -3.22), (0.45, 1.33, -4.38), (-0.76, 0.84, -1.96)),
    ((0.21, 0.03, -2.21), (0.37, 0.28, -1.80), (0.18, 1.22, 0.16), (-0.24, 0.93, -1.01), (-1.18, 0.39, -0.39),
     (0.74, 0.96, -1.16), (-0.38, 1.94, -0.48), (0.02, 0.72, -0.17), (0.44, 1.31, -0.14), (0.46, 1.49, 0.68)),
    ((-1.54, 1.17, 0.64), (5.41, 3.45, -1.33), (1.55, 0.99, 2.69), (1.86, 3.19, 1.51), (1.68, 1.79, -0.87),
     (3.51, -0.22, -1.39), (1.40, -0.44, -0.92), (0.44, 0.83, 1.97), (0.25, 0.68, -0.99), (0.66, -0.45, 0.08)),
)
# fmt: on


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
