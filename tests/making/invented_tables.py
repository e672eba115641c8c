"""Tables as trials leave them, their numbers made by formulas and a fixed generator."""

from collections.abc import Mapping, Sequence
from math import isinf
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlpexp.config.scores import column_of

CLASSES = ("setosa", "versicolor", "virginica")
PARTS = {"train": 20, "validation": 10, "test": 15}
GAPS = {"train": 0.0, "validation": 0.015, "test": 0.02}  # by which parts are worse than training data


def learning_curves(
    seed: int, epochs: int, scores: Sequence[str], speed: float = 1.0, best: float = 0.97
) -> pd.DataFrame:
    """Falling losses and rising scores, different for each seed; noisier if fast.

    Args:
        seed: Of the trial; equal seeds give equal noise.
        epochs: Rows but one.
        scores: Columns, such as ``test_accuracy``.
        speed: Of learning.
        best: What accuracy comes to, nearly.
    """
    random = np.random.default_rng(1000 * seed + 7)
    epoch = np.arange(epochs + 1)
    walk = random.normal(0, 0.01 + 0.02 * min(speed, 1.0), len(epoch))
    level = best + random.normal(0, 0.012)
    share = np.clip(level - (level - 0.33) * np.exp(-speed * epoch / 4) + walk, 0, 1)
    loss = 1.1 * np.exp(-speed * epoch / 3) + 0.3 * max(1 - level, 0.01) + np.abs(walk) / 2
    table = pd.DataFrame({"epoch": epoch})
    for name in scores:
        column = column_of(name)
        assert column is not None
        gap, falling = GAPS[column.part], loss if isinf(column.score.highest) else 1 - share
        table[name] = np.clip(share - gap, 0, 1) if column.score.higher_is_better else falling + gap
    return table


class InventedTables:
    """The tables of a few seeds of one arm."""

    def __init__(
        self, seeds: Sequence[int] = (0, 1, 2), epochs: int = 12, sizes: Mapping[str, int] = PARTS, random: int = 0
    ) -> None:
        self.seeds, self.epochs, self.sizes = list(seeds), epochs, dict(sizes)
        self.random = np.random.default_rng(random)

    def metrics(self, *, second: str = "accuracy", parts: Sequence[str] = ("train", "test")) -> pd.DataFrame:
        """A row per epoch and seed."""
        scores = [f"{part}_{kind}" for part in parts for kind in ("loss", second)]
        curves = [learning_curves(seed, self.epochs, scores).assign(seed=seed) for seed in self.seeds]
        table = pd.concat(curves).sort_values("epoch", kind="stable", ignore_index=True)
        counts = {"step": 7 * table["epoch"], "samples": 105 * table["epoch"], "learning_rate": 0.1}
        return table.assign(**counts)[["seed", "epoch", *counts, *scores]]

    def predictions(self, num_classes: int = 3, features: Sequence[str] = ()) -> pd.DataFrame:
        """Of a classifier: one mistake in five."""
        pieces = []
        for seed in self.seeds:
            for part, size in self.sizes.items():
                target = np.arange(size) % num_classes
                wrong = self.random.random(size) < 0.2
                rows = {"seed": seed, "part": part, "index": np.arange(size), "target": target}
                rows |= {"predicted": (target + wrong) % num_classes, "probability": self.random.uniform(0.5, 1, size)}
                rows |= {name: target + self.random.normal(0, 0.3, size) for name in features}
                pieces.append(pd.DataFrame(rows))
        return pd.concat(pieces, ignore_index=True)

    def numbers(self, feature: str = "x") -> pd.DataFrame:
        """Predictions of a function of one variable."""
        pieces = []
        for seed in self.seeds:
            for part, size in self.sizes.items():
                x = self.random.uniform(-3, 3, size)
                target = np.sin(x) + self.random.normal(0, 0.1, size)
                rows = {"seed": seed, "part": part, "index": np.arange(size), "target": target}
                pieces.append(pd.DataFrame({**rows, "predicted": np.sin(x) + 0.02 * seed, feature: x}))
        return pd.concat(pieces, ignore_index=True)

    def curve(self, feature: str = "x") -> pd.DataFrame:
        """What the seeds have learned of a sine: each lies 0.1 above the one before."""
        x = np.linspace(-3, 3, 31)
        pieces = [
            pd.DataFrame({"seed": seed, feature: x, "predicted": np.sin(x) + 0.1 * seed, "truth": np.sin(x)})
            for seed in self.seeds
        ]
        return pd.concat(pieces, ignore_index=True)

    def boundary(self, features: Sequence[str] = ("x1", "x2"), num_classes: int = 3) -> pd.DataFrame:
        """Of the first seed: regions from the lower left to the upper right."""
        first, second = np.meshgrid(np.linspace(-1, 3, 15), np.linspace(-1, 3, 12), indexing="ij")
        nearest = np.clip(np.rint((first + second) / 2), 0, num_classes - 1).astype(int).ravel()
        rows = {"seed": self.seeds[0], features[0]: first.ravel(), features[1]: second.ravel(), "predicted": nearest}
        return pd.DataFrame({**rows, "probability": 0.8})

    def hidden_space(self, num_classes: int = 3) -> pd.DataFrame:
        """Of the first seed: samples in the plane of two hidden units, and the regions there."""
        samples = self.predictions(num_classes, features=("unit_1", "unit_2"))
        grid = self.boundary(("unit_1", "unit_2"), num_classes).assign(part="grid")
        return pd.concat([samples[samples["seed"] == self.seeds[0]], grid], ignore_index=True)

    def histograms(
        self, layers: Sequence[str] = ("dense1", "output"), activations: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """Of the first seed, of layers with weights and of activations, by default of the same names."""
        edges, pieces = np.linspace(-1, 1, 51), []
        shown = layers if activations is None else activations
        for kind, names in (("weights initial", layers), ("weights final", layers), ("activations", shown)):
            for layer in names:
                count = self.random.integers(0, 20, 50)
                rows = {"seed": self.seeds[0], "kind": kind, "layer": layer, "low": edges[:-1], "high": edges[1:]}
                pieces.append(pd.DataFrame({**rows, "count": count}))
        return pd.concat(pieces, ignore_index=True)

    def misclassified(self, num_images: int = 7, side: int = 8) -> pd.DataFrame:
        """Pictures of noise, the most certain mistake first."""
        rows: dict[str, Any] = {"seed": 0, "index": np.arange(num_images), "target": 0, "predicted": 1}
        rows |= {"probability": np.linspace(0.99, 0.6, num_images), "height": side, "width": side}
        pixels = self.random.integers(0, 256, (num_images, side * side))
        rows |= {f"p{i}": pixels[:, i] for i in range(side * side)}
        return pd.DataFrame(rows)

    def diagnostics(self, layers: Sequence[str] = ("dense1", "output")) -> pd.DataFrame:
        """Gradients that are smaller in the first layers, and units of which some are dead."""
        rows = [
            (seed, epoch, layer, quantity, value * (1 + 0.1 * seed))
            for seed in self.seeds for epoch in range(self.epochs + 1) for place, layer in enumerate(layers)
            for quantity, value in (("gradient_norm", 10.0 ** (place - len(layers))), ("dead_fraction", 0.1 / (1 + place)))
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["seed", "epoch", "layer", "quantity", "value"])


@pytest.fixture
def tables() -> InventedTables:
    """Of three seeds."""
    return InventedTables()
