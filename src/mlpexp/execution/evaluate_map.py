"""What a trained map looks like: its units, their distances and what they attract; files from which figures are drawn.

Axis letters: M members, F features, U units, n samples of a part.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from mlpexp.architectures.grid import neighbours, positions
from mlpexp.architectures.layers import SelfOrganizingMap
from mlpexp.config.experiment import Experiment
from mlpexp.data.dataset import Dataset
from mlpexp.nn.network import StackedNetwork
from mlpexp.som.steps import WEIGHT
from mlpexp.som.winners import winners
from mlpexp.store.files import write_text
from mlpexp.store.table import Cell, as_csv
from mlpexp.training.evaluation import chunk_size
from mlpexp.training.samples import Samples

OWN_COLUMNS = ("seed", "unit", "row", "column", "across", "down")


class MapEvaluation:
    """Collects, stack by stack, the rows of each file."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.classification = dataset.facts.task == "classification"
        names = dataset.feature_names or [f"p{i}" for i in range(int(np.prod(dataset.facts.input_shape)))]
        self.features = [f"feature {name}" if name in OWN_COLUMNS else name for name in names]
        self.tables: dict[str, list[dict[str, Cell]]] = {"units": [], "u_matrix": [], "hits": []}

    @torch.no_grad()
    def add(self, network: StackedNetwork, samples: Samples, members: Sequence[Experiment]) -> None:
        """Evaluates a stack of the given members."""
        grid = network.architecture.layers[-1].spec
        assert isinstance(grid, SelfOrganizingMap)
        pair_of_member = samples.index_of(members)
        books = network.parameters[WEIGHT].mT.double().cpu().numpy()
        seeds = [member.seed for member in members]
        for seed, pair, book_UF in zip(seeds, pair_of_member.tolist(), books, strict=True):
            self._units(seed, book_UF, pair, grid, samples)
            self.tables["u_matrix"] += [
                {"seed": seed, "across": float(x), "down": float(y), "distance": float(distance)}
                for x, y, distance in u_matrix(book_UF, grid)
            ]
        index = torch.from_numpy(pair_of_member).to(samples.device)
        for part, (start, stop) in samples.sizes.bounds.items():
            nearest_Mn = _nearest(network, samples, index, start, stop)
            for seed, pair, nearest_n in zip(seeds, pair_of_member.tolist(), nearest_Mn, strict=True):
                self._hits(seed, part, nearest_n, samples.rows[pair, start:stop])

    def write(self, folder: Path) -> None:
        """Writes one CSV file per table."""
        for name, rows in self.tables.items():
            write_text(folder / f"{name}.csv", as_csv(list(rows[0]), rows))

    def _units(self, seed: int, book_UF: np.ndarray, pair: int, grid: SelfOrganizingMap, samples: Samples) -> None:
        """Place of each unit and its weights in the units of the data."""
        shift, scale = (each[pair, 0].double().cpu().numpy() for each in (samples.shift, samples.scale))
        shape = self.dataset.facts.input_shape
        original = (book_UF.reshape(-1, *shape) * scale + shift).reshape(len(book_UF), -1)
        for unit, (place, weights) in enumerate(zip(positions(grid), original.tolist(), strict=True)):
            row, column = divmod(unit, grid.columns)
            numbers = (seed, unit, row, column, float(place[0]), float(place[1]))
            self.tables["units"].append(
                dict(zip(OWN_COLUMNS, numbers, strict=True)) | dict(zip(self.features, weights, strict=True))
            )

    def _hits(self, seed: int, part: str, nearest_n: np.ndarray, rows_n: np.ndarray) -> None:
        """How many samples of a part each unit is nearest to, by class; a unit without samples has no row."""
        classes = self.dataset.targets[rows_n] if self.classification else np.zeros_like(nearest_n)
        found, counts = np.unique(np.stack([nearest_n, classes], 1), axis=0, return_counts=True)
        for (unit, label), count in zip(found.tolist(), counts.tolist(), strict=True):
            entry: dict[str, Cell] = {"seed": seed, "part": part, "unit": unit}
            self.tables["hits"].append(
                entry | ({"class": label, "hits": count} if self.classification else {"hits": count})
            )


def _nearest(network: StackedNetwork, samples: Samples, index: torch.Tensor, start: int, stop: int) -> np.ndarray:
    """The nearest unit of each sample of a part, ``(M, n)``."""
    size, pieces = chunk_size(network), []
    for a in range(start, stop, size):
        inputs = samples.part(a, min(a + size, stop))[0].index_select(0, index)
        pieces.append(winners(network(inputs)).cpu().numpy())
    return np.concatenate(pieces, 1)


def u_matrix(book_UF: np.ndarray, grid: SelfOrganizingMap) -> np.ndarray:
    """How far apart neighbouring units are in the space of the inputs: rows of place (x, y) and distance.

    There is a cell between each two neighbours with their distance, and one at each unit with the mean over its
    neighbours. The two diagonals between four units of a rectangular grid share a cell, their mean.

    References:
        Ultsch and Siemon (1990), "Kohonen's self organizing feature maps for exploratory data analysis".
    """
    places, pairs = positions(grid), np.argwhere(np.triu(neighbours(grid)))
    first, second = pairs.T
    distances = np.linalg.norm(book_UF[first] - book_UF[second], axis=1)
    between = (places[first] + places[second]) / 2
    _, cell = np.unique(np.round(4 * between, 6), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    means = np.bincount(cell, distances) / np.bincount(cell)
    ends = np.concatenate([first, second])
    at_units = np.bincount(ends, np.tile(distances, 2), len(places)) / np.bincount(ends, minlength=len(places))
    middle = np.stack([np.bincount(cell, between[:, axis]) / np.bincount(cell) for axis in (0, 1)], 1)
    return np.concatenate([np.column_stack([places, at_units]), np.column_stack([middle, means])])
