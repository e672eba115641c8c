"""Makes small run folders by code, as a run would leave them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlpexp.store.checkpoint import save_checkpoint

CLASSES = ("setosa", "versicolor", "virginica")
PARTS = {"train": 20, "validation": 10, "test": 15}
CONFIG = """\
dataset: {{name: {dataset}, test_fraction: 0.3}}
model: {{name: mlp, hidden_sizes: [16], activation: {{name: relu}}}}
loss: {loss}
optimizer: {{name: sgd, learning_rate: 1e-1}}
schedule: {{name: constant}}
training: {{batch_size: 16, epochs: {epochs}, train_metrics: exact}}
"""


class RunBuilder:
    """Writes the files of one run; numbers are made by formulas and a fixed generator."""

    def __init__(self, folder: Path, *, seeds: Sequence[int] = (0, 1, 2), epochs: int = 12) -> None:
        self.folder, self.seeds, self.epochs = folder, list(seeds), epochs
        self.random = np.random.default_rng(0)
        (folder / "evaluation").mkdir(parents=True)

    def config(self, dataset: str = "iris", loss: str = "cross_entropy") -> None:
        self.write("config.yaml", CONFIG.format(dataset=dataset, loss=loss, epochs=self.epochs))

    def summary(self, *, diverged: Sequence[int] = (), selected: bool = False, **dataset: Any) -> None:
        members = [
            {"seed": seed, "status": "diverged" if seed in diverged else "finished", "ended_epoch": 3, "best_epoch": 2}
            for seed in self.seeds
        ]
        content = {
            "status": "finished",
            "dataset": {"task": "classification", "target_name": "species", "class_names": CLASSES, **dataset},
            "selected_on": "validation" if selected else None,
            "members": members,
        }
        self.write("summary.json", json.dumps(content))

    def metrics(self, *, second: str = "accuracy", parts: Sequence[str] = ("train", "test")) -> pd.DataFrame:
        """Falling losses and rising scores, different for each seed and part."""
        table = pd.DataFrame([(seed, epoch) for epoch in range(self.epochs + 1) for seed in self.seeds])
        table.columns = ["seed", "epoch"]
        table["step"], table["samples"], table["learning_rate"] = 7 * table["epoch"], 105 * table["epoch"], 0.1
        for part in parts:
            noise = self.random.uniform(0.0, 0.1, len(table))
            table[f"{part}_loss"] = 1.1 * np.exp(-table["epoch"] / 4) + noise
            table[f"{part}_{second}"] = 1 - 0.66 * np.exp(-table["epoch"] / 3) - noise / 2
        self.table("metrics.csv", table)
        return table

    def predictions(self, num_classes: int = 3, features: Sequence[str] = ()) -> pd.DataFrame:
        """One mistake in five."""
        pieces = []
        for seed in self.seeds:
            for part, size in PARTS.items():
                target = np.arange(size) % num_classes
                wrong = self.random.random(size) < 0.2
                rows = {"seed": seed, "part": part, "index": np.arange(size), "target": target}
                rows |= {"predicted": (target + wrong) % num_classes, "probability": self.random.uniform(0.5, 1, size)}
                rows |= {name: target + self.random.normal(0, 0.3, size) for name in features}
                pieces.append(pd.DataFrame(rows))
        return self.table("evaluation/predictions.csv", pd.concat(pieces))

    def numbers(self, feature: str = "x") -> pd.DataFrame:
        """Predictions of a function of one variable."""
        pieces = []
        for seed in self.seeds:
            for part, size in PARTS.items():
                x = self.random.uniform(-3, 3, size)
                target = np.sin(x) + self.random.normal(0, 0.1, size)
                rows = {"seed": seed, "part": part, "index": np.arange(size), "target": target}
                pieces.append(pd.DataFrame({**rows, "predicted": np.sin(x) + 0.02 * seed, feature: x}))
        return self.table("evaluation/predictions.csv", pd.concat(pieces))

    def curve(self, feature: str = "x") -> pd.DataFrame:
        x = np.linspace(-3, 3, 31)
        pieces = [
            pd.DataFrame({"seed": seed, feature: x, "predicted": np.sin(x) + 0.1 * seed, "truth": np.sin(x)})
            for seed in self.seeds
        ]
        return self.table("evaluation/curve.csv", pd.concat(pieces))

    def boundary(self, features: tuple[str, str] = ("x1", "x2"), num_classes: int = 3) -> pd.DataFrame:
        first, second = np.meshgrid(np.linspace(-1, 3, 15), np.linspace(-1, 3, 12), indexing="ij")
        nearest = np.clip(np.rint((first + second) / 2), 0, num_classes - 1).astype(int).ravel()
        rows = {"seed": self.seeds[0], features[0]: first.ravel(), features[1]: second.ravel(), "predicted": nearest}
        return self.table("evaluation/boundary.csv", pd.DataFrame({**rows, "probability": 0.8}))

    def histograms(self, layers: Sequence[str] = ("dense1", "output")) -> pd.DataFrame:
        edges, pieces = np.linspace(-1, 1, 51), []
        for kind in ("weights initial", "weights final", "activations"):
            for layer in layers:
                count = self.random.integers(0, 20, 50)
                rows = {"seed": self.seeds[0], "kind": kind, "layer": layer, "low": edges[:-1], "high": edges[1:]}
                pieces.append(pd.DataFrame({**rows, "count": count}))
        return self.table("evaluation/histograms.csv", pd.concat(pieces))

    def misclassified(self, num_images: int = 7, side: int = 8) -> pd.DataFrame:
        rows: dict[str, Any] = {"seed": 0, "index": np.arange(num_images), "target": 0, "predicted": 1}
        rows |= {"probability": np.linspace(0.99, 0.6, num_images), "height": side, "width": side}
        pixels = self.random.integers(0, 256, (num_images, side * side))
        rows |= {f"p{i}": pixels[:, i] for i in range(side * side)}
        return self.table("evaluation/misclassified.csv", pd.DataFrame(rows))

    def checkpoint(self, tensors: Mapping[str, np.ndarray]) -> None:
        save_checkpoint(self.folder / "checkpoints", "last", tensors, {"seeds": self.seeds})

    def table(self, name: str, table: pd.DataFrame) -> pd.DataFrame:
        self.write(name, table.to_csv(index=False))
        return table.reset_index(drop=True)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")
