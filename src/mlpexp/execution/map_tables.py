"""What a trained map looks like: its units, their distances and what they attract; files from which figures are drawn.

Axis letters: M members, F features, U units, n samples of a part.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.grid import neighbours, positions
from mlpexp.architectures.layers import SelfOrganizingMap
from mlpexp.config.experiment import Experiment
from mlpexp.data.dataset import Dataset
from mlpexp.execution.evaluation_tables import StackData, Table
from mlpexp.nn.network import StackedNetwork
from mlpexp.som.steps import WEIGHT
from mlpexp.som.winners import winners
from mlpexp.store.plan_files import Recording
from mlpexp.training.evaluation import chunk_size
from mlpexp.training.samples import Samples
from mlpexp.training.starts import Begun

OWN_COLUMNS = ("unit", "row", "column", "across", "down")
RESERVED = frozenset(("arm", "seed", *OWN_COLUMNS))


class MapEvaluation:
    """Units, distances between them, and hits of self-organizing maps."""

    def __init__(self, dataset: Dataset, recording: Recording) -> None:
        self.dataset, self.recording = dataset, recording
        self.classification = dataset.facts.task == "classification"
        names = dataset.feature_names or [f"p{i}" for i in range(int(np.prod(dataset.facts.input_shape)))]
        features = [f"feature {name}" if name in RESERVED else name for name in names]
        kinds = ("class",) if self.classification else ()
        columns = {
            "units": (*OWN_COLUMNS, *features),
            "u_matrix": ("across", "down", "distance"),
            "hits": ("part", "unit", *kinds, "hits"),
        }
        self._tables = {
            name: Table((*recording.keys, *of_table)) for name, of_table in columns.items() if name in recording.tables
        }

    def tables(self) -> Iterator[tuple[str, list[str]]]:
        """Name and CSV lines of each table."""
        for name, table in self._tables.items():
            yield name, table.lines

    @torch.no_grad()
    def add(
        self,
        network: StackedNetwork,
        samples: Samples,
        members: Sequence[Experiment],
        arms: Sequence[int],
        architectures: Sequence[Architecture],
        starts: Sequence[Begun] = (),
    ) -> None:
        """Evaluates a stack of the given members."""
        grid = network.architecture.layers[-1].spec
        assert isinstance(grid, SelfOrganizingMap)
        data = StackData(samples, members, arms, self.recording)
        prefixes = data.prefixes
        pair_of_member = samples.index_of(members)
        books = network.parameters[WEIGHT].mT.double().cpu().numpy()
        for prefix, pair, book_UF in zip(prefixes, pair_of_member.tolist(), books, strict=True):
            if "units" in self._tables:
                self._units(prefix, book_UF, pair, grid, samples)
            if "u_matrix" in self._tables:
                self._tables["u_matrix"].add(prefix, *u_matrix(book_UF, grid).T.tolist())
        if "hits" not in self._tables:
            return
        index = torch.from_numpy(pair_of_member).to(samples.device)
        for part, (start, stop) in samples.sizes.bounds.items():
            nearest_Mn = _nearest(network, samples, index, start, stop)
            for prefix, pair, dataset, nearest_n in zip(prefixes, data.pairs, data.datasets, nearest_Mn, strict=True):
                self._hits(f"{prefix}{part},", nearest_n, dataset.targets[samples.rows[pair, start:stop]])

    def _units(self, prefix: str, book_UF: np.ndarray, pair: int, grid: SelfOrganizingMap, samples: Samples) -> None:
        """Place of each unit and its weights in the units of the data."""
        shift, scale = (tensor[pair, 0].double().cpu().numpy() for tensor in (samples.shift, samples.scale))
        shape = self.dataset.facts.input_shape
        original = (book_UF.reshape(-1, *shape) * scale + shift).reshape(len(book_UF), -1)
        units = np.arange(len(book_UF))
        rows, columns = divmod(units, grid.columns)
        places = np.asarray(positions(grid), dtype=float).T
        self._tables["units"].add(prefix, *(c.tolist() for c in (units, rows, columns, *places, *original.T)))

    def _hits(self, prefix: str, nearest_n: np.ndarray, targets_n: np.ndarray) -> None:
        """How many samples of a part each unit is nearest to, by class; a unit without samples has no row."""
        classes = targets_n if self.classification else np.zeros_like(nearest_n)
        pairs, counts = np.unique(np.stack([nearest_n, classes], 1), axis=0, return_counts=True)
        labels = [pairs[:, 1].tolist()] if self.classification else []
        self._tables["hits"].add(prefix, pairs[:, 0].tolist(), *labels, counts.tolist())


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
