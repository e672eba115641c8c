"""A run made by the functions that the command line calls, without the command line."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

from mlpexp.data.dataset import Dataset
from mlpexp.data.load import load
from mlpexp.execution.run import Update, check_config, check_data, train
from mlpexp.planning.prepare import Prepared, prepare
from mlpexp.store.run_folder import RunFolder

TINY = """\
dataset: three_class_3d
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 10, epochs: 3}
"""


@dataclass(frozen=True)
class Run:
    """A run and what it was made of."""

    prepared: Prepared
    folder: RunFolder
    dataset: Dataset

    def updates(self) -> Iterator[Update]:
        """Trains; the caller decides how far."""
        return train(self.prepared, self.folder, self.dataset)

    def finish(self) -> "Run":
        for _ in self.updates():
            pass
        return self

    def resumed(self) -> "Run":
        """As ``--resume`` opens it."""
        folder = RunFolder.open(self.folder.path)
        prepared = prepare(folder.config)
        check_config(folder, prepared.experiment)
        dataset = load(prepared.experiment.dataset)
        check_data(folder, dataset)
        return Run(prepared, folder, dataset)

    @property
    def summary(self) -> dict[str, Any]:
        return json.loads(self.folder.summary.read_text())

    @property
    def metrics(self) -> list[dict[str, float]]:
        return self.table(self.folder.metrics)

    def table_of_resumptions(self) -> list[dict[str, Any]]:
        return json.loads(self.folder.environment.read_text())["resumed"]

    def evaluation(self, name: str) -> list[dict[str, Any]]:
        return self.table(self.folder.evaluation / f"{name}.csv")

    def weights(self, name: str) -> dict[str, np.ndarray]:
        return load_file(self.folder.checkpoints / f"{name}.safetensors")

    @staticmethod
    def table(path: Path) -> list[dict[str, Any]]:
        with path.open(newline="") as stream:
            return [{key: _number(cell) for key, cell in row.items()} for row in csv.DictReader(stream)]

    def bytes(self) -> dict[str, bytes]:
        """Everything that must be equal in equal runs."""
        path = self.folder.path
        files = [self.folder.metrics, *path.glob("checkpoints/*"), *path.glob("evaluation/*")]
        return {str(file.relative_to(path)): file.read_bytes() for file in files}


def _number(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell


Make = Callable[..., Run]
