"""Which columns of a table tell the classes apart best, each by itself.

Axis letters: N samples, F features.
"""

import numpy as np


def telling_columns(inputs_NF: np.ndarray, classes_N: np.ndarray, most: int = 2) -> list[int]:
    """Positions of the columns with the largest correlation ratio; those of two values come after all others.

    That is the share of a column's variance that lies between the classes. Missing values are left out.

    Args:
        inputs_NF: ``(N, F)``, NaN where a value is missing.
        classes_N: ``(N,)`` class numbers.
        most: How many are wanted.

    References:
        Fisher (1925), "Statistical Methods for Research Workers", section 45: the correlation ratio, eta squared.
    """
    columns = range(inputs_NF.shape[1])
    two = [len(np.unique(inputs_NF[~np.isnan(inputs_NF[:, column]), column])) <= 2 for column in columns]
    ratios = [_ratio(inputs_NF[:, column], classes_N) for column in columns]
    return sorted(columns, key=lambda column: (two[column], -ratios[column]))[:most]


def _ratio(values_N: np.ndarray, classes_N: np.ndarray) -> float:
    known = ~np.isnan(values_N)
    values, classes = values_N[known], classes_N[known]
    if not len(values):
        return 0.0
    mean = values.mean()
    total = float(((values - mean) ** 2).sum())
    groups = [values[classes == number] for number in np.unique(classes)]
    between = sum(len(group) * (group.mean() - mean) ** 2 for group in groups)
    return float(between / total) if total > 0 else 0.0
