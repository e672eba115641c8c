"""Raw inputs on which an export is compared: those of the test part, or drawn ones where the data are not there.

Axis letters: N samples, F inputs.
"""

from dataclasses import dataclass
from datetime import datetime
from math import nan

import numpy as np

from mlpexp.config.column_forms import CategoryColumn, ColumnForm, DateColumn
from mlpexp.data.catalogue import dataset_of_seed
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.data.split import Split
from mlpexp.data.tables.dates import PARTS, ordinal, readings
from mlpexp.errors import InputError, RunError
from mlpexp.results.networks import Networks
from mlpexp.results.weights_again import dataset_of
from mlpexp.store.networks import Preparation

MOST = 256
MISSING_SHARE = 0.1  # of drawn cells, in columns in which they are filled in


@dataclass(frozen=True, eq=False)
class HeldSamples:
    """What an export is compared on."""

    raw: np.ndarray
    """``(N, F)`` float64, or ``(N, C, H, W)`` uint8."""
    words: str
    """What they are: ``samples of the test part``."""
    rows: np.ndarray | None = None
    """``(N,)`` their places in the data, from 0; None of drawn ones."""
    targets: np.ndarray | None = None
    """What is true of them: class numbers, or ``(N, T)`` values."""


def held_samples(networks: Networks, data_dir: str | None = None) -> HeldSamples:
    """At most 256 samples that the network of one seed has not learned from.

    Args:
        networks: Of that seed.
        data_dir: Where image data sets lie.
    """
    try:
        return _of_test_part(networks, data_dir)
    except (InputError, RunError):  # they are not there, or others by now
        return HeldSamples(drawn(networks.preparation), "samples drawn within the ranges of training")


def training_samples(networks: Networks, most: int, data_dir: str | None = None) -> np.ndarray:
    """Raw inputs of the training part of one seed, evenly spaced over it.

    Args:
        networks: Of that seed.
        most: So many, or all.
        data_dir: Where image data sets lie.

    Raises:
        InputError: They are not there.
        RunError: They are others by now.
    """
    dataset, parts = _data(networks, data_dir)
    count = min(most, len(parts.train))
    return dataset.inputs[parts.train[np.arange(count) * len(parts.train) // count]]


def _data(networks: Networks, data_dir: str | None) -> tuple[Dataset, Split]:
    """The data of one seed, and their parts."""
    config = networks.experiment.dataset
    purposes = networks.experiment.model_copy(update={"seed": networks.seeds[0], "seeds": 1}).seeds_by_purpose
    dataset = dataset_of_seed(config, dataset_of(networks.arm, data_dir), purposes.data)
    return dataset, parts_of(dataset, config, purposes.split)


def _of_test_part(networks: Networks, data_dir: str | None) -> HeldSamples:
    dataset, parts = _data(networks, data_dir)
    known = {"test": parts.test, "validation": parts.validation, "training": parts.train}
    name = next(name for name, rows in known.items() if len(rows))
    rows = known[name][:MOST]
    words = f"sample{'s' * (len(rows) != 1)} of the {name} part"
    return HeldSamples(dataset.inputs[rows], words, rows, dataset.targets[rows])


def drawn(preparation: Preparation, num_samples: int = MOST) -> np.ndarray:
    """Random raw inputs as a table, or a picture, might have them; always the same."""
    draw = np.random.default_rng(0)
    if preparation.is_image:
        return draw.integers(0, 256, (num_samples, *preparation.input_shape), dtype=np.uint8)
    assert preparation.table is not None
    return np.concatenate([_cells(column, num_samples, draw) for column in preparation.table.columns], 1)


def _cells(column: ColumnForm, num_samples: int, draw: np.random.Generator) -> np.ndarray:
    """The inputs of a column, ``(N, k)``."""
    missing = draw.random(num_samples) < MISSING_SHARE if column.fill else np.zeros(num_samples, dtype=bool)
    match column:
        case CategoryColumn():
            count = len(column.inputs)
            values = np.eye(count)[draw.integers(count, size=num_samples)]
        case DateColumn():
            dates = np.array([_date_inputs(column, moment) for moment in readings(column.written)[0]])
            values = dates[draw.integers(len(dates), size=num_samples)]
        case _:
            values = draw.uniform(column.lowest, column.highest, (num_samples, 1))
    values[missing] = nan
    return np.concatenate([values, missing[:, None]], 1) if column.has_indicator else values


def _date_inputs(column: DateColumn, moment: datetime) -> list[float]:
    return [float(PARTS[part](moment)) for part in column.parts] or ordinal([moment]).tolist()
