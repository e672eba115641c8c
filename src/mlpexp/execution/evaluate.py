"""What a trained run says about its data: the files of ``evaluation/``, from which figures are drawn.

Axis letters: M members, n samples of a part, K outputs.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from mlpexp.architectures.layers import Activation
from mlpexp.config.datasets import Synthetic
from mlpexp.config.experiment import Experiment
from mlpexp.data.dataset import Dataset
from mlpexp.data.functions import FUNCTIONS
from mlpexp.nn.network import StackedNetwork
from mlpexp.store.files import write_text
from mlpexp.store.table import Cell, as_csv
from mlpexp.training.evaluation import chunk_size
from mlpexp.training.samples import Samples

GRID_POINTS = 120  # per axis of a decision boundary
CURVE_POINTS = 400
HISTOGRAM_BINS = 50
HISTOGRAM_SAMPLES = 1000
MOST_MISCLASSIFIED = 25
MOST_PREDICTIONS = 2_000_000  # rows of predictions.csv, over all seeds
RESERVED = frozenset(("seed", "part", "index", "target", "predicted", "probability", "truth"))  # columns of our own


class _MemberData:
    """The samples of a stack, one member after the other, whether or not several see the same."""

    def __init__(self, samples: Samples, members: Sequence[Experiment]) -> None:
        self.samples, self._index = samples, samples.index_of(members)
        self.seeds = [member.seed for member in members]
        self.init_seeds = [member.seeds_by_purpose.init for member in members]
        self.rows_MN = samples.rows[self._index]

    def inputs(self, start: int, stop: int) -> torch.Tensor:
        """Inputs ``(M, n, ...)`` at positions start to stop."""
        return self._of_members(self.samples.part(start, stop)[0])

    def standardized(self, points: np.ndarray) -> torch.Tensor:
        """Points ``(n, F)`` in original units as inputs ``(M, n, F)`` of all members."""
        samples = self.samples
        raw = torch.from_numpy(points).to(samples.device, samples.shift.dtype)
        return self._of_members(samples.standardized(raw.expand(len(samples.pairs), *points.shape)))

    def _of_members(self, of_pairs: torch.Tensor) -> torch.Tensor:
        return of_pairs[torch.from_numpy(self._index).to(of_pairs.device)]


class Evaluation:
    """Collects, stack by stack, the rows of each file."""

    def __init__(self, experiment: Experiment, dataset: Dataset) -> None:
        self.experiment, self.dataset = experiment, dataset
        self.classification = dataset.facts.task == "classification"
        self.tables: dict[str, list[dict[str, Cell]]] = {}
        names = dataset.feature_names
        self.shown_features = names if len(names) <= 2 and not RESERVED.intersection(names) else ()

    @torch.no_grad()
    def add(self, network: StackedNetwork, samples: Samples, members: Sequence[Experiment]) -> None:
        """Evaluates a stack of the given members."""
        data = _MemberData(samples, members)
        for start, stop in samples.sizes.bounds.values():
            self._predictions(network, data, start, stop)
        if "histograms" not in self.tables:  # of the first seed only
            self._histograms(network, data)
            if self.classification and len(self.shown_features) == 2:
                self._boundary(network, data)
        if not self.classification and len(self.shown_features) == 1:
            self._curve(network, data)

    def write(self, folder: Path) -> None:
        """Writes one CSV file per table."""
        if self.dataset.facts.is_image and self.classification:
            self._misclassified()
        for name, rows in self.tables.items():
            if rows:
                write_text(folder / f"{name}.csv", as_csv(list(rows[0]), rows))

    def _predictions(self, network: StackedNetwork, data: "_MemberData", start: int, stop: int) -> None:
        """Target and prediction of every sample; of large data sets, of the last part (the test part) only."""
        sizes = data.samples.sizes
        part = next(name for name, bounds in sizes.bounds.items() if bounds == (start, stop))
        everything = (sizes.train + sizes.validation + sizes.test) * self.experiment.seeds
        if (everything > MOST_PREDICTIONS or self.dataset.facts.is_image) and part != list(sizes.bounds)[-1]:
            return
        outputs_MnK = self._outputs(network, data, start, stop)
        rows_Mn = data.rows_MN[:, start:stop]
        table = self.tables.setdefault("predictions", [])
        for member, seed in enumerate(data.seeds):
            table.extend(self._predicted(seed, part, rows_Mn[member], outputs_MnK[member]))

    def _outputs(self, network: StackedNetwork, data: "_MemberData", start: int, stop: int) -> np.ndarray:
        size = chunk_size(network)
        chunks = [network(data.inputs(a, min(a + size, stop))) for a in range(start, stop, size)]
        outputs = torch.cat(chunks, 1)
        return (torch.softmax(outputs, 2) if self.classification else outputs).cpu().double().numpy()

    def _predicted(self, seed: int, part: str, rows_n: np.ndarray, outputs_nK: np.ndarray) -> Iterator[dict[str, Cell]]:
        names = self.shown_features
        best_n = outputs_nK.argmax(1)
        for i, row in enumerate(rows_n.tolist()):
            entry: dict[str, Cell] = {"seed": seed, "part": part, "index": row}
            if self.classification:
                entry["target"] = int(self.dataset.targets[row])
                entry["predicted"], entry["probability"] = int(best_n[i]), float(outputs_nK[i, best_n[i]])
            else:
                entry["target"], entry["predicted"] = float(self.dataset.targets[row, 0]), float(outputs_nK[i, 0])
            for column, name in enumerate(names):
                entry[name] = float(self.dataset.inputs[row, column])
            yield entry

    def _boundary(self, network: StackedNetwork, data: "_MemberData") -> None:
        low, high = self.dataset.inputs.min(0), self.dataset.inputs.max(0)
        margin = 0.12 * (high - low)
        axes = [np.linspace(a, b, GRID_POINTS) for a, b in zip(low - margin, high + margin, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2)
        outputs = torch.softmax(network(data.standardized(points)), 2)[0].cpu().double().numpy()
        first, second = self.dataset.feature_names
        self.tables["boundary"] = [
            {
                "seed": data.seeds[0],
                first: float(x),
                second: float(y),
                "predicted": int(p.argmax()),
                "probability": float(p.max()),
            }
            for (x, y), p in zip(points, outputs, strict=True)
        ]

    def _curve(self, network: StackedNetwork, data: "_MemberData") -> None:
        low, high = self.dataset.inputs.min(), self.dataset.inputs.max()
        x = np.linspace(low, high, CURVE_POINTS)
        outputs_Mn = network(data.standardized(x[:, None]))[:, :, 0].cpu().double().numpy()
        config = self.experiment.dataset
        truth = FUNCTIONS[config.function].values(x) if isinstance(config, Synthetic) and config.function else None
        table = self.tables.setdefault("curve", [])
        for seed, predicted_n in zip(data.seeds, outputs_Mn, strict=True):
            for i in range(CURVE_POINTS):
                row: dict[str, Cell] = {
                    "seed": seed,
                    self.dataset.feature_names[0]: float(x[i]),
                    "predicted": float(predicted_n[i]),
                }
                table.append(row if truth is None else {**row, "truth": float(truth[i])})

    def _histograms(self, network: StackedNetwork, data: "_MemberData") -> None:
        seed = data.seeds[0]
        initial = StackedNetwork.initialized(network.architecture, [data.init_seeds[0]], dtype=network.flat.dtype)
        table = self.tables.setdefault("histograms", [])
        for layer in network.architecture.layers:
            key = f"{layer.name}.weight"
            if key in network.parameters:
                table += _histogram(seed, "weights initial", layer.name, initial.parameters[key].numpy())
                table += _histogram(seed, "weights final", layer.name, network.parameters[key][0].cpu().numpy())
        inputs = data.inputs(0, min(HISTOGRAM_SAMPLES, data.samples.sizes.train))
        outputs = network.layer_outputs(inputs)
        for layer in network.architecture.layers:
            if isinstance(layer.spec, Activation):
                table += _histogram(seed, "activations", layer.name, outputs[layer.name][0].float().cpu().numpy())

    def _misclassified(self) -> None:
        wrong = [row for row in self.tables["predictions"] if row["target"] != row["predicted"]]
        wrong.sort(key=lambda row: (-float(row["probability"]), row["seed"], row["index"]))
        distinct = {row["index"]: row for row in reversed(wrong)}  # an image that several seeds get wrong is shown once
        height, width = self.dataset.facts.input_shape[1:]
        table: list[dict[str, Cell]] = []
        for row in [row for row in wrong if distinct[row["index"]] is row][:MOST_MISCLASSIFIED]:
            pixels = self.dataset.inputs[int(row["index"]), 0].reshape(-1).tolist()
            kept = {name: row[name] for name in ("seed", "index", "target", "predicted", "probability")}
            table.append({**kept, "height": height, "width": width, **{f"p{i}": p for i, p in enumerate(pixels)}})
        self.tables["misclassified"] = table


def _histogram(seed: int, kind: str, layer: str, values: np.ndarray) -> list[dict[str, Cell]]:
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size or not np.isfinite(np.ptp(finite)):
        return []
    counts, edges = np.histogram(finite, bins=HISTOGRAM_BINS)
    return [
        {"seed": seed, "kind": kind, "layer": layer, "low": float(low), "high": float(high), "count": int(count)}
        for count, low, high in zip(counts, edges[:-1], edges[1:], strict=True)
    ]
