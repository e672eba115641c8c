"""How the samples of a data set would be written as a table: the user's own as it is, a named one by its features."""

import numpy as np

from mlpexp.config.column_forms import CategoryColumn, NumberColumn, TableForm
from mlpexp.config.datasets import Csv, DatasetConfig
from mlpexp.data.catalogue import as_loaded
from mlpexp.data.dataset import Dataset, Fill
from mlpexp.data.tables.read import read_table


def form_of(config: DatasetConfig, dataset: Dataset) -> TableForm | None:
    """What another table of the same columns is read by; None: the samples are pictures.

    Args:
        config: The ``dataset:`` section.
        dataset: What it loads.
    """
    if dataset.facts.is_image:
        return None
    loaded = as_loaded(config)
    return read_table(loaded).form if isinstance(loaded, Csv) else _by_features(dataset)


def fills_of(form: TableForm) -> tuple[Fill, ...]:
    """What is filled in, of every column for which the config has a rule that is learned, lacks it values or not."""
    fills, first = [], 0
    for column in form.columns:
        count = len(column.inputs)
        if column.fill is not None:
            fills.append(Fill(first, count, column.fill, isinstance(column, CategoryColumn)))
        first += count + column.has_indicator
    return tuple(fills)


def class_labels(dataset: Dataset) -> tuple[str, ...]:
    """What each class is called: by its name, or by its number; empty where numbers are predicted."""
    classes = dataset.facts.num_outputs if dataset.facts.task == "classification" else 0
    return dataset.class_names or tuple(map(str, range(classes)))


def _by_features(dataset: Dataset) -> TableForm:
    columns = [_numbers(name, dataset.inputs[:, place]) for place, name in enumerate(dataset.feature_names)]
    labels = class_labels(dataset)
    target = (
        CategoryColumn(name=dataset.target_name, levels=labels)
        if labels
        else _numbers(dataset.target_name, dataset.targets)
    )
    return TableForm(columns=tuple(columns), target=target, names=(*dataset.feature_names, dataset.target_name))


def _numbers(name: str, values: np.ndarray) -> NumberColumn:
    return NumberColumn(name=name, lowest=float(values.min()), highest=float(values.max()))
