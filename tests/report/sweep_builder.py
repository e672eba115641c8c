"""Makes sweep folders by code, as a sweep would leave them; the numbers follow from the settings by formulas."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

LABELS = {"model.hidden_sizes": "hidden units", "training.epochs": "epochs", "model.name": "network"}
BASE = {
    "optimizer.learning_rate": "0.1", "training.batch_size": "16", "model.hidden_sizes": "16", "training.epochs": "40",
    "model.activation": "relu",
}  # fmt: skip
LR, BATCH, HIDDEN, EPOCHS, ACTIVATION = BASE
ACTIVATIONS = {"relu": 1.0, "tanh": 0.9, "sigmoid": 0.15, "leaky_relu": 1.05, "elu": 0.95, "softplus": 0.5}
FOUR = {
    BATCH: ["1", "4", "16", "30"], HIDDEN: ["1", "2", "4", "16", "64"],
    LR: ["0.001", "0.01", "0.1", "1", "10"], EPOCHS: ["10", "20", "40", "80"],
}  # fmt: skip


def grid(axes: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def one_at_a_time(axes: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    base = {key: BASE[key] for key in axes}
    return [base, *({**base, key: value} for key in axes for value in axes[key] if value != base[key])]


def numbers_of(values: Sequence[str]) -> list[float] | None:
    try:
        return [float(value) for value in values]
    except ValueError:
        return None


class SweepBuilder:
    """Writes the files of one sweep."""

    def __init__(self, folder: Path, axes: Mapping[str, Sequence[str]], **options: Any) -> None:
        self.folder, self.axes = folder, {key: list(values) for key, values in axes.items()}
        self.method: str = options.pop("method", "grid")
        self.seeds = list(range(options.pop("seeds", 5)))
        self.epochs: int = options.pop("epochs", 40)
        self.metric: str = options.pop("metric", "test_accuracy")
        self.second: str = options.pop("second", "accuracy")
        self.parts: tuple[str, ...] = options.pop("parts", ("train", "test"))
        default = one_at_a_time if self.method == "one_at_a_time" else grid
        self.settings: list[dict[str, str]] = options.pop("arms", None) or default(self.axes)
        self.lost: Callable[[dict[str, str], int], str] = options.pop("lost", lambda settings, seed: "")
        assert not options
        folder.mkdir(parents=True)
        self.random = np.random.default_rng(0)

    def write(self) -> "SweepBuilder":
        self.summary()
        arms = [self.arm(i, settings) for i, settings in enumerate(self.settings)]
        self.table("arms.csv", pd.DataFrame(arms))
        trials, pieces = [], []
        for arm in arms:
            for seed in self.seeds:
                curves = self.curves(arm, seed)
                trials.append(self.trial(arm, seed, curves))
                pieces.append(curves)
        self.table("trials.csv", pd.DataFrame(trials))
        self.table("metrics.csv", pd.concat(pieces))
        per_step = [40 + 0.002 * arm["parameters"] + 10 * self.random.random() for arm in arms]
        steps = np.array([arm["steps"] for arm in arms])
        timing = {"arm": range(len(arms)), "microseconds_per_step": per_step, "train_seconds": steps * per_step / 1e6}
        self.table("timing.csv", pd.DataFrame(timing))
        return self

    def summary(self, **changes: Any) -> None:
        part, kind = self.metric.rsplit("_", 1)
        axes = []
        for key, values in self.axes.items():
            found = numbers_of(values)
            log = found is not None and len(found) > 2 and min(found) > 0 and max(found) >= 10 * min(found)
            label = LABELS.get(key, key.rsplit(".", 1)[-1].replace("_", " "))
            axes.append({"key": key, "label": label, "values": values, "numbers": found, "log": log})
        content = {
            "kind": "sweep", "name": "iris-mlp", "hash": "0" * 8, "status": "finished", "method": self.method,
            "title": "iris - mlp [16] relu, sgd 0.1, batch 16",
            "dataset": {"train": 105, "validation": 0, "test": 45 if "test" in self.parts else 0, "task": "classification"},
            "axes": axes,
            "base": {key: BASE.get(key) if BASE.get(key) in values else None for key, values in self.axes.items()},
            "metric": {
                "name": self.metric, "when": "final", "column": f"final_{self.metric}", "selected_on": None,
                "label": f"{part} {kind}", "higher_is_better": kind != "loss",
            },
            "seeds": self.seeds, "num_arms": len(self.settings), "num_trials": len(self.settings) * len(self.seeds),
        }  # fmt: skip
        (self.folder / "summary.json").write_text(json.dumps({**content, **changes}))

    def arm(self, number: int, settings: dict[str, str]) -> dict[str, Any]:
        hidden = sum(map(int, str(settings.get(HIDDEN, "16")).strip("[]").split(",")))
        epochs = int(settings.get(EPOCHS, self.epochs))
        steps = epochs * -(-105 // int(settings.get(BATCH, 16)))
        label = ", ".join(f"{key.rsplit('.', 1)[-1]}={value}" for key, value in settings.items())
        return {
            "arm": number, "label": label, **settings, "parameters": 5 * hidden + 3 * (hidden + 1), "steps": steps,
            "epochs": epochs,
        }  # fmt: skip

    def curves(self, arm: dict[str, Any], seed: int) -> pd.DataFrame:
        """Faster with a larger learning rate and smaller batches, better with more units, noisier if fast."""
        rate = float(arm.get(LR, 0.1)) * ACTIVATIONS.get(arm.get(ACTIVATION, "relu"), 1.0)
        speed = 3 * rate**0.6 / np.sqrt(float(arm.get(BATCH, 16)) / 16)
        best = 0.99 - 0.5 / (1 + 0.08 * arm["parameters"])
        random = np.random.default_rng(1000 * seed + 7)
        epoch = np.arange(arm["epochs"] + 1)
        walk = random.normal(0, 0.01 + 0.03 * min(rate, 1), len(epoch))
        level = best + random.normal(0, 0.012)
        score = np.clip(level - (level - 0.33) * np.exp(-speed * epoch / 4) + walk, 0, 1)
        loss = 1.1 * np.exp(-speed * epoch / 3) + 0.3 * (1 - level) + np.abs(walk) / 2
        table = pd.DataFrame(
            {"arm": arm["arm"], "seed": seed, "epoch": epoch, "step": 7 * epoch, "learning_rate": rate}
        )
        for part, gap in (("train", 0.0), ("validation", 0.015), ("test", 0.02)):
            if part in self.parts:
                table[f"{part}_loss"], table[f"{part}_{self.second}"] = loss + gap, np.clip(score - gap, 0, 1)
        if self.lost(arm, seed) == "diverged":
            table = table[:4].copy()
            table.iloc[-1, 5:] = np.nan
            table.loc[table.index[-1], "train_loss"] = np.inf
        return table[:0] if self.lost(arm, seed) == "failed" else table

    def trial(self, arm: dict[str, Any], seed: int, curves: pd.DataFrame) -> dict[str, Any]:
        status = self.lost(arm, seed) or "finished"
        last = curves.iloc[-1] if status == "finished" else None
        row = {"arm": arm["arm"], "seed": seed, **{key: arm[key] for key in self.axes}, "status": status}
        row |= {"ended_epoch": len(curves) - 1, "best_epoch": "", "reason": "" if last is not None else "loss is inf"}
        names = [f"{part}_{kind}" for part in self.parts for kind in ("loss", self.second)]
        return row | {f"final_{name}": np.nan if last is None else last[name] for name in names}

    def table(self, name: str, table: pd.DataFrame) -> None:
        table.to_csv(self.folder / name, index=False, na_rep="nan")
