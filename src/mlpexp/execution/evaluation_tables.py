"""What trained networks say about their data: the tables of ``evaluation/``, from which figures are drawn.

Axis letters: M members, n samples of a part, K outputs.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Protocol

import numpy as np
import torch

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.arithmetic import LARGEST_VALUES, LEAST_SAMPLES
from mlpexp.architectures.layers import Activation
from mlpexp.config.datasets import Synthetic, draws_new_data
from mlpexp.config.experiment import Experiment
from mlpexp.config.som import Som
from mlpexp.data.dataset import Dataset
from mlpexp.data.synthetic import FUNCTIONS
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.recording import CURVE_POINTS, GRID_POINTS, HISTOGRAM_BINS
from mlpexp.store.plan_files import Recording
from mlpexp.store.table import csv_lines
from mlpexp.training.evaluation import chunk_size
from mlpexp.training.head import head_of
from mlpexp.training.samples import Samples
from mlpexp.training.starts import Begun, begin_with

HISTOGRAM_SAMPLES = 1000
LARGEST_BINNED = 1e300  # beyond, the width of a histogram is no number
RESERVED = frozenset(
    ("arm", "seed", "part", "index", "target", "predicted", "probability", "class_output", "truth")
)  # columns of our own


class Evaluation(Protocol):
    """Collects tables, stack by stack."""

    def add(
        self,
        network: StackedNetwork,
        samples: Samples,
        members: Sequence[Experiment],
        arms: Sequence[int],
        architectures: Sequence[Architecture],
        starts: Sequence[Begun] = (),
    ) -> None:
        """Evaluates a stack: its members, the number of each one's arm, and what each began with, as a trainer has it."""

    def tables(self) -> Iterator[tuple[str, list[str]]]:
        """Name and CSV lines, header first, of each table that has rows."""


def evaluation_of(experiment: Experiment, dataset: Dataset, recording: Recording) -> Evaluation:
    """What evaluates experiments like this one."""
    if isinstance(experiment.model, Som):
        from mlpexp.execution.map_tables import MapEvaluation

        return MapEvaluation(dataset, recording)
    return NetworkEvaluation(experiment, dataset, recording)


@dataclass(frozen=True)
class Blank:
    """A column of empty cells."""

    count: int
    """How many."""


Column = Iterable[float] | Blank


class Table:
    """Lines of CSV, each trial's behind one another."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.lines = [csv_lines([columns])]

    def add(self, prefix: str, *columns: Column) -> None:
        """Adds a row per entry of the columns; numbers with the digits that give their double back."""
        texts = zip(*map(_texts, columns), strict=True)
        self.lines += [f"{prefix}{','.join(row)}\n" for row in texts]

    def add_behind(self, prefix: str, begun: Iterable[str], *columns: Column) -> None:
        """Adds a row per entry, whose first cells are text already."""
        texts = zip(begun, *map(_texts, columns), strict=True)
        self.lines += [f"{prefix}{','.join(row)}\n" for row in texts]


def _texts(column: Column) -> Iterable[str]:
    return repeat("", column.count) if isinstance(column, Blank) else map(repr, column)


class StackData:
    """The samples of a stack, one member after the other, whether or not several see the same.

    Attributes:
        prefixes: What names each member's trial in a table.
        pairs: Which samples each member sees, and in which order.
        datasets: Of which data set they are.
        first: The members of the first seed.
    """

    def __init__(
        self, samples: Samples, members: Sequence[Experiment], arms: Sequence[int], recording: Recording
    ) -> None:
        self.samples, self._index = samples, samples.index_of(members)
        self.seeds = [member.seed for member in members]
        trials = zip(arms, self.seeds, strict=True)
        self.prefixes = [f"{arm},{seed}," if recording.arm_column else f"{seed}," for arm, seed in trials]
        self.init_seeds = [member.seeds_by_purpose.init for member in members]
        self.pairs: list[int] = self._index.tolist()
        self.datasets = [samples.datasets[pair] for pair in self.pairs]
        self.first = [i for i, seed in enumerate(self.seeds) if seed == recording.first_seed]

    def inputs(self, start: int, stop: int, members: Sequence[int] | None = None) -> torch.Tensor:
        """Inputs ``(M, n, ...)`` at positions start to stop, of some members or all."""
        return self._of_members(self.samples.part(start, stop)[0], members)

    def standardized(self, points: np.ndarray, members: Sequence[int] | None = None) -> torch.Tensor:
        """Points ``(n, F)`` in original units as inputs ``(M, n, F)``."""
        samples = self.samples
        raw = torch.from_numpy(points).to(samples.device, samples.shift.dtype)
        return self._of_members(samples.standardized(raw.expand(len(samples.pairs), *points.shape)), members)

    def own(self, outputs: torch.Tensor) -> torch.Tensor:
        """What all members predict, ``(M, n, T)``, in the unit of the table."""
        units = self.samples.units
        return outputs if units is None else units.select(torch.from_numpy(self._index).to(outputs.device)).own(outputs)

    def _of_members(self, of_pairs: torch.Tensor, members: Sequence[int] | None) -> torch.Tensor:
        index = self._index if members is None else self._index[list(members)]
        return of_pairs[torch.from_numpy(index).to(of_pairs.device)]


class NetworkEvaluation:
    """Predictions, histograms, boundaries, hidden planes and curves of networks."""

    def __init__(self, experiment: Experiment, dataset: Dataset, recording: Recording) -> None:
        self.experiment, self.dataset, self.recording = experiment, dataset, recording
        self.head = head_of(experiment, dataset.facts)
        self.classification = self.head.classes > 0
        self._tables: dict[str, Table] = {}
        names = dataset.feature_names
        self.shown_features = names if len(names) <= 2 and not RESERVED.intersection(names) else ()

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
        data, tables = StackData(samples, members, arms, self.recording), self.recording.tables
        if "predictions" in tables:
            self._predictions(network, data)
        if data.first:
            first = network.select(data.first)
            if "histograms" in tables:
                self._histograms(first, data, architectures, starts)
            if "boundary" in tables and self.classification and len(self.shown_features) == 2:
                self._boundary(first, data)
            plane = first.architecture.hidden_plane
            if "hidden_space" in tables and self.classification and plane is not None:
                self._hidden_space(first, data, plane.name)
        if "curve" in tables and not self.classification and len(self.shown_features) == 1:
            self._curve(network, data)

    def tables(self) -> Iterator[tuple[str, list[str]]]:
        """Name and CSV lines of each table."""
        for name, table in self._tables.items():
            yield name, table.lines

    def _table(self, name: str, *columns: str) -> Table:
        return self._tables.setdefault(name, Table((*self.recording.keys, *columns)))

    def _predictions(self, network: StackedNetwork, data: StackData) -> None:
        """Target and prediction of every sample, or of those of the last part (the test part)."""
        kinds = self._class_columns if self.classification else ("predicted",)
        table = self._table("predictions", "part", "index", "target", *kinds, *self.shown_features)
        for part, start, stop in self._parts(data):
            predicted_M = self._predicted(network, data, start, stop)
            begun: dict[int, list[str]] = {}  # members with one split see the same samples
            members = zip(data.prefixes, data.pairs, data.datasets, predicted_M, strict=True)
            for prefix, pair, dataset, columns in members:
                rows_n = data.samples.rows[pair, start:stop]
                if pair not in begun:
                    numbers = zip(rows_n.tolist(), self._targets(dataset, rows_n), strict=True)
                    begun[pair] = [f"{part},{row},{target!r}" for row, target in numbers]
                table.add_behind(prefix, begun[pair], *columns, *self._features(dataset, rows_n))

    def _parts(self, data: StackData) -> list[tuple[str, int, int]]:
        """The parts that are predicted, with their first and last positions."""
        bounds = [(part, start, stop) for part, (start, stop) in data.samples.sizes.bounds.items()]
        return bounds if self.recording.whole else bounds[-1:]

    def _predicted(self, network: StackedNetwork, data: StackData, start: int, stop: int) -> Iterator[list[Column]]:
        """The columns of each member: predicted, of classes what the network gives for it."""
        size = chunk_size(network)
        chunks = [network(data.inputs(a, min(a + size, stop))) for a in range(start, stop, size)]
        logits_MnU = torch.cat(chunks, 1)
        if self.classification:
            return self._of_classes(logits_MnU)
        outputs_Mn = data.own(self.head.outputs(logits_MnU))[:, :, 0].cpu().double().numpy()
        return ([predicted_n.tolist()] for predicted_n in outputs_Mn)

    def _of_classes(self, logits_MnU: torch.Tensor) -> Iterator[list[Column]]:
        """The cells of ``_class_columns`` for each member."""
        best_Mn = self.head.predicted(logits_MnU)
        outputs_MnK = self.head.of_classes(logits_MnU)
        given_Mn = outputs_MnK.gather(2, best_Mn.unsqueeze(2)).squeeze(2).cpu().double().numpy()
        for best_n, given_n in zip(best_Mn.tolist(), given_Mn.tolist(), strict=True):
            shown = given_n if self.head.output.is_probability else Blank(len(given_n))
            yield [best_n, shown, given_n][: len(self._class_columns)]

    @property
    def _class_columns(self) -> tuple[str, ...]:
        """What is written of a predicted class; its output, too, where some arm has outputs that are no probabilities."""
        return ("predicted", "probability", *(("class_output",) if self.recording.class_outputs else ()))

    def _targets(self, dataset: Dataset, rows_n: np.ndarray) -> list[float]:
        targets = dataset.targets[rows_n]
        return (targets if self.classification else targets[:, 0].astype(float)).tolist()

    def _features(self, dataset: Dataset, rows_n: np.ndarray) -> list[list[float]]:
        """A column each."""
        columns = range(len(self.shown_features))
        return [dataset.inputs[rows_n, column].astype(float).tolist() for column in columns]

    def _boundary(self, first: StackedNetwork, data: StackData) -> None:
        inputs = data.datasets[data.first[0]].inputs  # of the seed that is drawn
        points = _grid_around(inputs)
        table = self._table("boundary", *self.shown_features, *self._class_columns)
        logits_MnU = first(data.standardized(points, data.first))
        places = [points[:, column].tolist() for column in range(2)]
        for member, columns in zip(data.first, self._of_classes(logits_MnU), strict=True):
            table.add(data.prefixes[member], *places, *columns)

    def _hidden_space(self, first: StackedNetwork, data: StackData, layer: str) -> None:
        """What two hidden units give for each sample, and what the output layer makes of the plane around these."""
        table = self._table("hidden_space", "part", "index", "target", "unit_1", "unit_2", *self._class_columns)
        size, units_of_member = chunk_size(first), [list[np.ndarray]() for _ in data.first]
        for part, start, stop in self._parts(data):
            chunks = [data.inputs(a, min(a + size, stop), data.first) for a in range(start, stop, size)]
            units_Mn2 = torch.cat([first.layer_outputs(inputs)[layer] for inputs in chunks], 1)
            columns_M = self._of_classes(first.output_of_hidden(units_Mn2))
            places_M2n = units_Mn2.transpose(1, 2).cpu().double().numpy()
            for place, (member, places, columns) in enumerate(zip(data.first, places_M2n, columns_M, strict=True)):
                rows_n = data.samples.rows[data.pairs[member], start:stop]
                targets = self._targets(data.datasets[member], rows_n)
                prefix = f"{data.prefixes[member]}{part},"
                table.add(prefix, rows_n.tolist(), targets, *places.tolist(), *columns)
                units_of_member[place].append(places.T)
        for place, member in enumerate(data.first):
            units = np.concatenate(units_of_member[place])
            finite = units[np.isfinite(units).all(1)]
            if not len(finite):
                continue
            points = _grid_around(finite)
            grid = torch.from_numpy(points).to(first.flat)[None]
            (columns,) = self._of_classes(first.select([place]).output_of_hidden(grid))
            blank = Blank(len(points))
            table.add(f"{data.prefixes[member]}grid,", blank, blank, *points.T.tolist(), *columns)

    def _curve(self, network: StackedNetwork, data: StackData) -> None:
        x = np.linspace(*self._shown_range(), CURVE_POINTS)
        outputs_MnT = self.head.outputs(network(data.standardized(x[:, None])))
        outputs_Mn = data.own(outputs_MnT)[:, :, 0].cpu().double().numpy()
        config = self.experiment.dataset
        truth = FUNCTIONS[config.function].values(x) if isinstance(config, Synthetic) and config.function else None
        more = {} if truth is None else {"truth": truth.astype(float).tolist()}
        table = self._table("curve", self.dataset.feature_names[0], "predicted", *more)
        for prefix, predicted_n in zip(data.prefixes, outputs_Mn, strict=True):
            table.add(prefix, x.tolist(), predicted_n.tolist(), *more.values())

    def _shown_range(self) -> tuple[float, float]:
        """The lowest and the highest x of a curve, the same for all seeds: of the data, or of their source."""
        config, inputs = self.experiment.dataset, self.dataset.inputs
        if isinstance(config, Synthetic) and config.function and draws_new_data(config):
            return FUNCTIONS[config.function].interval
        return resolved(np.nanmin(inputs), np.nanmax(inputs), CURVE_POINTS)

    def _histograms(
        self, first: StackedNetwork, data: StackData, architectures: Sequence[Architecture], starts: Sequence[Begun]
    ) -> None:
        """Weights at the start and at the end, and what activations give for training samples, of each arm's first seed."""
        table = self._table("histograms", "kind", "layer", "low", "high", "count")
        inputs = data.inputs(0, min(histogram_samples(first), data.samples.sizes.train), data.first)
        outputs = first.layer_outputs(inputs)
        layers = first.architecture.layers
        for place, member in enumerate(data.first):
            initial = StackedNetwork.initialized(
                architectures[member], [data.init_seeds[member]], dtype=first.flat.dtype
            )
            begin_with(initial, starts[member : member + 1])
            for layer in layers:
                key = f"{layer.name}.weight"
                if key in first.parameters:
                    before, after = initial.parameters[key].numpy(), first.parameters[key][place].cpu().numpy()
                    _histogram(table, data.prefixes[member], "weights initial", layer.name, before)
                    _histogram(table, data.prefixes[member], "weights final", layer.name, after)
            for layer in layers:
                if isinstance(layer.spec, Activation):
                    values = outputs[layer.name][place].float().cpu().numpy()
                    _histogram(table, data.prefixes[member], "activations", layer.name, values)


def histogram_samples(network: StackedNetwork) -> int:
    """Training samples of which activations are counted: of large layers as many as are evaluated at once."""
    is_large = network.architecture.widest * LEAST_SAMPLES > LARGEST_VALUES
    return chunk_size(network) if is_large else HISTOGRAM_SAMPLES


def _grid_around(points: np.ndarray) -> np.ndarray:
    """A regular grid ``(GRID_POINTS ** 2, 2)`` around points ``(n, 2)``, with a margin; cells may be missing."""
    low, high = np.nanmin(points, 0), np.nanmax(points, 0)
    margin = 0.12 * (high - low)
    ends = zip(low - margin, high + margin, strict=True)
    axes = [np.linspace(*resolved(a, b, GRID_POINTS), GRID_POINTS) for a, b in ends]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2)


def resolved(low: float, high: float, steps: int) -> tuple[float, float]:
    """The ends of a range, moved apart where they are equal, or so near that float64 knows no steps between them."""
    smallest = float(np.spacing(max(abs(low), abs(high))))
    if high - low > 2 * steps * smallest:
        return low, high
    half, middle = max(0.5, 2 * steps * smallest), low + (high - low) / 2
    return middle - half, middle + half


def _histogram(table: Table, prefix: str, kind: str, layer: str, values: np.ndarray) -> None:
    """Rows of bins; equal values are one bin without a width, and those that are no numbers a row without bounds."""
    start = f"{prefix}{kind},{layer},"
    finite = values[np.isfinite(values)].astype(np.float64)
    binned = finite[np.abs(finite) < LARGEST_BINNED]
    if binned.size:
        ends = float(binned.min()), float(binned.max())
        if resolved(*ends, HISTOGRAM_BINS) == ends:
            counts, edges = np.histogram(binned, HISTOGRAM_BINS, ends)
            table.add(start, *(column.tolist() for column in (edges[:-1], edges[1:], counts)))
        else:
            table.add(start, [ends[0]], [ends[1]], [binned.size])
    if binned.size < values.size:
        table.add(start, Blank(1), Blank(1), [values.size - binned.size])
