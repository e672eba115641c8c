"""What samples are called where the user finds them, and what they hold: rows of a file, files of pictures, numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mlpexp.config.datasets import Csv
from mlpexp.config.experiment import Experiment
from mlpexp.config.image_sets import NamedImages
from mlpexp.data.dataset import Dataset
from mlpexp.data.images import official_places
from mlpexp.data.tables.as_written import WrittenRow, rows_as_written
from mlpexp.data.tables.cells import plain
from mlpexp.results.result import ArmResult


@dataclass(frozen=True)
class NamedSamples:
    """Some samples of a data set."""

    names: tuple[dict[str, str | int], ...]
    """Of each: ``file``, ``row`` and ``line`` of a table, ``file`` of a picture, or ``official_part`` and ``official_index``.

    Empty where its number is all there is.
    """
    columns: tuple[dict[str, str], ...]
    """Of each: the cells of its row, as written, or its features; empty of pictures."""


def named_samples(
    arm: ArmResult, experiment: Experiment, dataset: Dataset, samples: Sequence[int], data_dir: str | None = None
) -> NamedSamples:
    """What some samples are called.

    Args:
        arm: That was trained on them.
        experiment: What it trained.
        dataset: What it was trained on.
        samples: Their numbers, as in ``predictions.csv``.
        data_dir: Where image data sets lie.

    Raises:
        DataError: The table or the files of pictures cannot be read.
    """
    if isinstance(experiment.dataset, Csv):
        written = rows_as_written(experiment.dataset, samples)
        rows = [written[sample] for sample in samples]
        several = len({row.file for row in rows}) > 1 or experiment.dataset.split.kind == "file"
        return NamedSamples(
            tuple(_place(row, with_file=several) for row in rows), tuple(dict(row.cells) for row in rows)
        )
    if isinstance(experiment.dataset, NamedImages):
        places = official_places(experiment.dataset, Path(data_dir) if data_dir else None)
        official = [places[sample] for sample in samples]
        return NamedSamples(
            tuple({"official_part": part, "official_index": place} for part, place in official),
            tuple({} for _ in samples),
        )
    if dataset.facts.is_image:
        files = arm.picture_files
        return NamedSamples(
            tuple({"file": files[sample]} if sample in files else {} for sample in samples), tuple({} for _ in samples)
        )
    return NamedSamples(tuple({} for _ in samples), tuple(_features(dataset, sample) for sample in samples))


def _place(row: WrittenRow, *, with_file: bool) -> dict[str, str | int]:
    file: dict[str, str | int] = {"file": row.file} if with_file else {}
    return {**file, "row": row.number, "line": row.line}


def _features(dataset: Dataset, sample: int) -> dict[str, str]:
    values = np.asarray(dataset.inputs[sample], dtype=float).tolist()
    return {name: plain(value) for name, value in zip(dataset.feature_names, values, strict=True)}
