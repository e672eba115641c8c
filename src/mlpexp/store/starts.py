"""``start/``: the weights that a training begins with, taken from another result; they stay though that may go.

There is a folder for each result that they are of, and in it a file for each of its arms that some arm begins with:
``start/<result>/arm-0.safetensors``, its record beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mlpexp.config.strict import Strict
from mlpexp.errors import InputError, RunError
from mlpexp.store.json_files import read_record, record_text
from mlpexp.store.weights import read_whole

FOLDER = "start"  # in a result
KEY = "start.result"


class StartRecord(Strict):
    """What is in a file of weights to begin with."""

    file: str
    sha256: str
    result: str
    """The name of the folder that they are of."""
    arm: int
    """Of it."""
    label: str
    """Of the arm."""
    data: str
    """Fingerprint of the data that it was trained on."""
    seeds: tuple[int, ...]
    """Of each row."""
    epochs: tuple[int, ...]
    """Likewise, whose weights they are."""
    config: dict[str, Any] | None = None
    """What its networks are, as ``networks.json`` says; None: an older result, which does not."""
    features: tuple[str, ...] = ()
    """What its inputs are called; empty: pictures, or not known."""
    classes: tuple[str, ...] = ()
    """What its classes are called; empty: numbers are predicted, or not known."""


@dataclass(frozen=True, eq=False)
class StartWeights:
    """Weights to begin with."""

    record: StartRecord
    """Whose they are."""
    tensors: Mapping[str, np.ndarray]
    """By ``layer.parameter``, a row for each seed; ``layer.running`` is what batch normalization remembers."""

    @property
    def shapes(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """By layer, the shape of each tensor."""
        shapes: dict[str, dict[str, tuple[int, ...]]] = {}
        for name, tensor in self.tensors.items():
            layer, _, parameter = name.rpartition(".")
            shapes.setdefault(layer, {})[parameter] = tensor.shape[1:]
        return shapes

    def of_seed(self, seed: int) -> dict[str, np.ndarray]:
        """The tensors of a seed, by name."""
        row = self.record.seeds.index(seed)
        return {name: tensor[row] for name, tensor in self.tensors.items()}


def stem(arm: int, seed: int | None) -> str:
    """What the files of an arm are called; those of one seed alone have its number.

    Args:
        arm: Of the result.
        seed: Whose weights are taken; None: those of all seeds.
    """
    return f"arm-{arm}" if seed is None else f"arm-{arm}-seed-{seed}"


def record_beside(record: StartRecord) -> tuple[str, str]:
    """The name of the record of a file, and its text."""
    return f"{Path(record.file).stem}.json", record_text(record)


def is_start(path: Path) -> bool:
    """Whether a folder holds weights to begin with."""
    return any(path.glob("arm-*.json"))


def kept_start(path: Path, arm: int | None, seed: int | None) -> StartWeights:
    """Weights that a result has kept of another.

    Args:
        path: The folder in ``start/``.
        arm: Of the other; None: the only one.
        seed: As ``stem``.

    Raises:
        InputError: It holds no such weights.
        RunError: They are damaged.
    """
    stems = sorted(file.stem for file in path.glob("arm-*.json"))
    wanted = stems[0] if arm is None and len(stems) == 1 else stem(arm or 0, seed)
    if wanted not in stems or (arm is None and len(stems) > 1):
        raise InputError(f"{path}: holds {', '.join(stems)}; set start.arm and start.seed to one of these", key=KEY)
    record = read_record(path / f"{wanted}.json", StartRecord)
    tensors = read_whole(path / record.file, record.sha256)
    if {len(tensor) for tensor in tensors.values()} != {len(record.seeds)}:
        raise RunError(f"{path / wanted}.json: damaged: seeds: there are {len(record.seeds)}, not as in {record.file}")
    return StartWeights(record, tensors)
