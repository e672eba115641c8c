"""What the networks of an arm say together of a table, or of pictures, that they have not seen.

Axis letters: M seeds, N rows, K classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlpexp.asking import either
from mlpexp.config.datasets import Csv
from mlpexp.config.other_writing import written_as
from mlpexp.config.shipped import TABLES
from mlpexp.data.pictures.folder import pictures_below
from mlpexp.data.pictures.refusing import named
from mlpexp.data.pictures.unseen import UnseenPicture, unseen_picture
from mlpexp.data.tables.other_table import OtherTable, read_other
from mlpexp.errors import InputError
from mlpexp.results.networks import Networks

NOT_FINITE = "a network gives no finite number for it"


@dataclass(frozen=True)
class Predictions:
    """What is said of each row of a table, or of the one picture in a file."""

    path: Path
    """Of the file."""
    target_name: str
    """What is predicted."""
    class_names: tuple[str, ...]
    """Empty where numbers are predicted."""
    is_probability: bool
    """Whether outputs of classes are probabilities."""
    num_seeds: int
    """M."""
    predicted: np.ndarray
    """``(N,)``: class numbers, or values in the unit of the data; NaN where a row has none."""
    probabilities: np.ndarray
    """``(N, K)``: of each class, or its output, the mean over the seeds; of numbers ``(N, 0)``."""
    deviation: np.ndarray
    """``(N,)``: standard deviation over the seeds, of the probability of the class or of the value; 0 of one seed."""
    agreement: np.ndarray
    """``(N,)``: the share of seeds that predict the same class; of numbers 1."""
    lowest: np.ndarray
    """``(N,)``: over the seeds, of the probability of the class or of the value."""
    highest: np.ndarray
    """``(N,)``."""
    targets: np.ndarray | None
    """``(N,)``: what is true, NaN where the table does not say it; None: it has no such column."""
    notes: tuple[tuple[str, ...], ...]
    """Of each row what is odd about it."""
    lines: tuple[int, ...]
    """Of each row its line in the file; empty where nothing is odd."""
    ignored: tuple[str, ...]
    """Columns that were not looked at."""
    said: tuple[str, ...]
    """What had to be found out of the file."""

    @property
    def is_predicted(self) -> np.ndarray:
        """``(N,)`` bool: which rows could be read, and gave finite numbers."""
        return ~np.isnan(self.predicted)

    @property
    def can_be_judged(self) -> np.ndarray:
        """``(N,)`` bool: of which rows what is true is known, too."""
        return self.is_predicted & ~np.isnan(self.targets) if self.targets is not None else self.is_predicted & False


def predictions_for(networks: Networks, path: Path, content: bytes, settings: Sequence[str] = ()) -> Predictions:
    """What networks say of a table.

    Args:
        networks: Of a result that has learned from a table, or from a data set with named features.
        path: Of the table, for messages.
        content: Its bytes.
        settings: How it is written, where that differs from the table of training, as ``KEY=VALUE``.

    Raises:
        DataError: It is no table, or lacks a column.
        InputError: A setting says nothing of how a table is written.
    """
    form = networks.preparation.table
    assert form is not None, "pictures are read elsewhere"
    return predictions_of(networks, path, read_other(written_as(form, settings), path, content))


def predictions_of(networks: Networks, path: Path, table: OtherTable) -> Predictions:
    """What networks say of a table that has been read."""
    targets = table.targets
    if targets is not None and networks.classification:
        targets = np.where(targets < 0, np.nan, targets.astype(float))
    inputs = np.where(table.is_readable[:, None], table.inputs, 0.0)
    columns = _columns(networks, inputs, table.is_readable)
    return Predictions(
        path=path,
        **_learned(networks),
        **columns,
        targets=targets,
        notes=_with_infinite(table.notes, table.is_readable & np.isnan(columns["predicted"])),
        lines=table.lines,
        ignored=table.ignored,
        said=table.said,
    )


def pictures_for(networks: Networks, paths: Sequence[Path]) -> list[UnseenPicture]:
    """What networks of pictures are given of files; of a folder, all pictures in it and in the folders within it.

    Raises:
        InputError: They have learned from a table of pixels, and how a photo becomes a row of it is not known; or a file is
            a table.
    """
    config = networks.experiment.dataset
    if isinstance(config, Csv):
        raise InputError(
            f"{networks.arm.result.path}: was trained on a table of pixels, and predict reads no such table"
        )
    table = next((path for path in paths if path.suffix.lower() in TABLES and not path.is_dir()), None)
    if table is not None:
        others = either("name another result (`mlpexp list` shows them)", "load another result")
        raise InputError(f"{networks.arm.result.path} has learned from pictures; {table} is a table; {others}")
    files = [file for path in paths for file in (pictures_below(path) if path.is_dir() else []) or [path]]
    return [unseen_picture(file, config, networks.preparation.input_shape) for file in files]


def predictions_of_pictures(networks: Networks, pictures: Sequence[UnseenPicture]) -> list[Predictions]:
    """What networks say of each picture."""
    black = np.zeros(networks.preparation.input_shape, dtype=np.uint8)
    inputs = np.stack([black if picture.pixels is None else picture.pixels for picture in pictures])
    is_readable = np.array([picture.pixels is not None for picture in pictures])
    columns = _columns(networks, inputs, is_readable)
    notes = _with_infinite([picture.notes for picture in pictures], is_readable & np.isnan(columns["predicted"]))
    return [
        Predictions(
            path=Path(named(picture.path)),
            **_learned(networks),
            **{name: values[place : place + 1] for name, values in columns.items()},
            targets=None,
            notes=(notes[place],),
            lines=(),
            ignored=(),
            said=(picture.how,) if picture.how else (),
        )
        for place, picture in enumerate(pictures)
    ]


def _learned(networks: Networks) -> dict[str, Any]:
    """What is the same of all that is predicted."""
    return {
        "target_name": networks.preparation.target_name,
        "class_names": networks.preparation.class_names,
        "is_probability": networks.head.output.is_probability,
        "num_seeds": len(networks.seeds),
    }


def _columns(networks: Networks, inputs: np.ndarray, is_readable: np.ndarray) -> dict[str, Any]:
    """What is said of each sample; NaN where it could not be read, or a network gives no finite number."""
    of_seeds, predicted, probabilities = _together(networks, inputs)
    agreement = (of_seeds[1] == predicted).mean(0) if networks.classification else np.ones(len(predicted))
    is_finite = np.isfinite(of_seeds[0]).all(0) & np.isfinite(probabilities).all(1)
    spread = np.where(is_finite, of_seeds[0], 0.0)
    columns = {
        "predicted": predicted.astype(float),
        "deviation": spread.std(0, ddof=1) if len(spread) > 1 else np.zeros(len(predicted)),
        "agreement": agreement,
        "lowest": spread.min(0),
        "highest": spread.max(0),
    }
    is_known = is_readable & is_finite
    known = {name: np.where(is_known, values, np.nan) for name, values in columns.items()}
    return {**known, "probabilities": np.where(is_known[:, None], probabilities, np.nan)}


def _with_infinite(notes: Sequence[tuple[str, ...]], is_infinite: np.ndarray) -> tuple[tuple[str, ...], ...]:
    """Notes of rows, with one more where a network has given no finite number."""
    return tuple(
        (*of_row, NOT_FINITE) if is_so else of_row for of_row, is_so in zip(notes, is_infinite.tolist(), strict=True)
    )


def _together(networks: Networks, inputs: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    """What the spread is of and what each seed predicts, ``(M, N)``; the prediction of all; probabilities of all."""
    if not networks.classification:
        values_MN = networks.predictions(inputs)[:, :, 0]
        return (values_MN, values_MN), values_MN.mean(0), np.zeros((len(inputs), 0))
    probabilities_MNK = networks.probabilities(inputs)
    together_NK = probabilities_MNK.mean(0)
    predicted_N = together_NK.argmax(1)
    of_class_MN = np.take_along_axis(probabilities_MNK, predicted_N[None, :, None], 2)[:, :, 0]
    return (of_class_MN, networks.predictions(inputs)), predicted_N, together_NK


def sentences(predictions: Predictions) -> Sequence[str]:
    """What is said of a table as a whole: how it was read, and how many rows are right."""
    name, right = predictions.path.name, predictions.can_be_judged
    found = [f"{name}: {note}" for note in predictions.said]
    if predictions.ignored:
        found.append(f"{name}: not looked at: {', '.join(predictions.ignored)}")
    if predictions.targets is not None and right.any():
        differences = predictions.predicted[right] - predictions.targets[right]
        of = f"{len(differences):,} row{'s' * (len(differences) > 1)}"
        if predictions.class_names:
            hits = int((differences == 0).sum())
            found.append(f"{name}: right in {hits:,} of {of} ({100 * hits / len(differences):.1f} %)")
        else:
            error = float(np.abs(differences).mean())
            written = f"{error:,.0f}" if error >= 1e4 else f"{error:.4g}"
            target = predictions.target_name
            found.append(f"{name}: mean absolute error of {target} {written} over {of}")
    return found
