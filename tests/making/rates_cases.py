"""Experiments that `mlpexp find-lr` was developed on: tables, layers, optimizers and schedules of many kinds.

As a script it compares the suggested rate with a grid: ``uv run python tests/making/rates_cases.py [CASE ...]``.
"""

from pathlib import Path
from typing import Any

import numpy as np

CONV = [{"layer": "conv", "channels": 6, "kernel_size": 3}, {"layer": "max_pool"}, {"layer": "dense", "units": 24}]
NORMED = [{"layer": "dense", "units": 32, "activation": "none"}, {"layer": "batch_norm"}]
SPIRALS = {"name": "synthetic", "kind": "spirals", "noise": 0.03, "samples": 600}
MOONS = {"name": "synthetic", "kind": "moons", "noise": 0.15}
BLOBS = {"name": "synthetic", "kind": "blobs", "noise": 0.5, "classes": 4}
CIRCLES = {"name": "synthetic", "kind": "circles", "noise": 0.08}
XOR = {"name": "synthetic", "kind": "xor", "noise": 0.1}
SINE = {"name": "synthetic", "kind": "function", "function": "sine", "noise": 0.1}
RAW = {"target": {"column": "target", "standardize": False}}
SELECTED = {"early_stopping": {"patience": 10}}
MNIST = {"name": "mnist", "train_samples": 2000, "test_samples": 1000}


def case(dataset: dict | str, hidden: list[int], optimizer: str, epochs: int, batch: Any = 16, **others: Any) -> dict:
    """A config; ``others``: sections of the config are merged, other keys are the model's."""
    table = dataset if isinstance(dataset, dict) else {"csv": dataset}
    words = optimizer.split()
    settings: dict[str, Any] = {"name": words[0], "learning_rate": 0.01}
    if len(words) > 1:
        settings["momentum"] = float(words[1])
    training = {"batch_size": batch, "epochs": epochs, **others.pop("training", {})}
    sections = {key: others.pop(key) for key in ("schedule", "loss") if key in others}
    settings |= others.pop("settings", {})
    layers = {"name": "cnn"} if "layers" in others else {"name": "mlp", "hidden_sizes": hidden}
    model = {**layers, "activation": "relu", **others}
    return {"dataset": table, "model": model, "optimizer": settings, "training": training, **sections}


CASES: dict[str, dict] = {
    "fruit unscaled, adam": case({"csv": "fruit", "standardize": False}, [16], "adam", 60),
    "spirals, momentum": case(SPIRALS, [32, 32], "sgd 0.9", 100, activation="tanh"),
    "waves, sgd": case("waves", [32], "sgd", 60, activation="tanh"),
    "iris, sgd": case({"name": "iris"}, [16], "sgd", 50),
    "iris, adam": case({"name": "iris"}, [16], "adam", 50),
    "wine unscaled, sgd": case({"csv": "wine", "standardize": False}, [16], "sgd", 80),
    "wine, rmsprop": case("wine", [16, 16], "rmsprop", 40, activation="tanh"),
    "cancer, adagrad": case("cancer", [16], "adagrad", 30),
    "cancer, linear": case("cancer", [], "sgd", 30),
    "diabetes, adam": case("diabetes", [24], "adam", 60, 32),
    "diabetes targets unscaled, sgd": case({"csv": "diabetes", **RAW}, [24], "sgd", 60, 32),
    "diabetes targets unscaled, adam": case({"csv": "diabetes", **RAW}, [24], "adam", 60, 32),
    "tiny targets, sgd": case({"csv": "tiny", **RAW}, [24], "sgd", 60, activation="tanh"),
    "moons, sgd": case(MOONS, [16, 16], "sgd", 100),
    "moons, adam": case(MOONS, [16, 16], "adam", 60),
    "circles, sigmoid": case(CIRCLES, [16], "sgd", 150, activation="sigmoid"),
    "xor, momentum": case(XOR, [8], "sgd 0.9", 80, activation="tanh"),
    "blobs, full batch": case(BLOBS, [12], "sgd", 200, "full"),
    "sine, sgd": case(SINE, [32], "sgd", 100, activation="tanh"),
    "sine, adam": case(SINE, [32, 32], "adam", 60),
    "spirals, adam and cosine": case(SPIRALS, [32, 32], "adam", 60, schedule={"name": "cosine"}, activation="tanh"),
    "spirals, deep": case(SPIRALS, [24] * 4, "adam", 80),
    "moons, steps": case(MOONS, [16], "sgd", 60, schedule={"name": "step", "every": 20, "factor": 0.1}),
    "digits, sgd": case({"name": "digits"}, [32], "sgd", 20, 32),
    "digits, adamw": case({"name": "digits"}, [64], "adamw", 15, 32),
    "digits, batch norm": case({"name": "digits"}, [32, 32], "sgd 0.9", 15, 32, batch_norm=True),
    "digits, dropout": case({"name": "digits"}, [64, 64], "adam", 20, 32, dropout=0.3),
    "digits, conv": case({"name": "digits"}, [], "sgd 0.9", 8, 32, layers=CONV),
    "MNIST, adam": case(MNIST, [64], "adam", 8, 32),
    "noisy, early stopping": case({"csv": "noisy", "validation_fraction": 0.2}, [32], "adam", 100, training=SELECTED),
    "noisy, sgd": case("noisy", [32], "sgd", 60),
    "rare, adam": case("rare", [16], "adam", 40, training={"class_weights": "balanced"}),
    "nearly linear numbers, sgd": case("numbers", [8], "sgd", 40),
}  # fmt: skip


def write_tables(folder: Path, seed: int = 0) -> None:
    """The tables that the cases name."""
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

    rng = np.random.default_rng(seed)

    def write(name: str, x: np.ndarray, y: np.ndarray) -> None:
        header = ",".join([*(f"x{i}" for i in range(x.shape[1])), "target"])
        text = [f"{value:.6g}" if value.dtype.kind == "f" else f"class {value}" for value in y]
        rows = [",".join([*(f"{v:.6g}" for v in row), word]) for row, word in zip(x, text, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")

    write("wine", *load_wine(return_X_y=True))
    write("cancer", *load_breast_cancer(return_X_y=True))
    write("diabetes", *load_diabetes(return_X_y=True))
    kind = rng.integers(0, 3, 360)
    fruit = np.column_stack([rng.normal(130 + 15 * kind, 12), rng.normal(12.5 - 0.3 * kind, 1.0), rng.random(360),
                             rng.normal(kind - 1, 0.7)])  # fmt: skip
    write("fruit", fruit, kind)
    x = rng.uniform(-2, 2, (600, 2))
    waves = np.sin(2 * x[:, 0]) * np.cos(1.5 * x[:, 1])
    write("waves", x, waves + rng.normal(0, 0.1, 600))
    write("tiny", x[:400], 0.003 * waves[:400])
    x = rng.normal(size=(400, 8))
    write("noisy", x, (x[:, 0] * x[:, 1] + x[:, 2] + rng.normal(0, 1.5, 400) > 0).astype(int))
    write("rare", x, (x[:, 0] + x[:, 3] + rng.normal(0, 0.5, 400) > 2.0).astype(int))
    write("numbers", x, x @ rng.normal(size=8) + rng.normal(0, 2.0, 400))


def resolved(config: dict, folder: Path) -> dict:
    """The config with the path of its table."""
    dataset = dict(config["dataset"])
    if "csv" in dataset:
        table = {"name": "csv", "path": str(folder / f"{dataset.pop('csv')}.csv"), "target": "target"}
        dataset = {**table, **dataset}
    return {**config, "dataset": dataset, "device": "cpu"}


def prepared_case(config: dict, folder: Path, seeds: int, seed: int):
    """The checked experiment of a case."""
    import yaml

    from mlpexp.planning.prepare import prepare

    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({**resolved(config, folder), "seed": seed, "seeds": seeds}))
    return prepare(path)


def scores_of(prepared, dataset, rates: list[float], seeds: range) -> np.ndarray:
    """Test score by rate and seed after a whole training, at the epoch whose weights are kept; 0 where it diverged."""
    from mlpexp.analysis.find_lr.trials import at_rate
    from mlpexp.config.scores import headline, measured_by
    from mlpexp.execution.machine import computing
    from mlpexp.execution.members import members_of, trainer_of
    from mlpexp.planning.stacks import together

    score = headline(measured_by(prepared.experiment.model.name, prepared.facts.task))
    members = [m for rate in rates for m in members_of(at_rate(prepared, rate).experiment, seeds)]
    found = np.zeros(len(members))
    with computing(prepared.experiment, 1):
        for places in together(prepared.architecture, list(range(len(members))), "cpu"):
            trainer = trainer_of([members[i] for i in places], [prepared.architecture] * len(places), dataset)
            for record in filter(None, trainer.run()):
                kept = trainer.state.best_epoch[record.positions] == record.epoch
                at = np.array(places)[record.positions]
                found[at[kept]] = record.scores[f"test_{score}"][kept]
                found[at[np.array(record.statuses) == "diverged"]] = 0.0
    return np.maximum(found, 0.0).reshape(len(rates), len(seeds))


def measured(config: dict, folder: Path, seed: int = 0, data_dir: Path | None = None) -> dict[str, Any]:
    """What `find-lr` suggests for a case, and how far that is from the best of a grid of three rates a decade."""
    from time import perf_counter

    from mlpexp.analysis.find_lr.noise import Noise
    from mlpexp.analysis.find_lr.range_test import geometric_rates, range_test
    from mlpexp.analysis.find_lr.rate_choice import choose_rate, cut_at_divergence
    from mlpexp.analysis.find_lr.search import decide
    from mlpexp.analysis.find_lr.trials import effort_for, judged_by, trials_at
    from mlpexp.analysis.rehearsal.rehearse import num_held_out
    from mlpexp.data.catalogue import load

    prepared = prepared_case(config, folder, 10, seed)
    dataset = load(prepared.experiment.dataset, data_dir)
    rates = geometric_rates(1e-5, 10, 100)
    choice = choose_rate(rates, cut_at_divergence(np.concatenate(list(range_test(prepared, dataset, rates)))))
    begun = perf_counter()
    effort = effort_for(prepared, 60.0, 20)
    score, chance = judged_by(prepared, dataset, prepared.experiment.all_seeds)
    noise = Noise(num_held_out(prepared), prepared.sizes.train - num_held_out(prepared))
    decision = decide(choice.start, trials_at(prepared, dataset, effort, range(seed, seed + 5), score), chance, noise)
    seconds = perf_counter() - begun
    grid, fresh = np.geomspace(1e-5, 10, 19).tolist(), range(9000, 9005)
    begun = perf_counter()
    scores_of(prepared, dataset, [choice.start], range(9000, 9001))
    once = perf_counter() - begun
    candidates = [rate for rate in (choice.suggested, decision.suggested) if rate is not None]
    scores = scores_of(prepared, dataset, [*grid, *candidates], fresh).mean(1)
    best = int(scores[: len(grid)].argmax())
    at = dict(zip(candidates, scores[len(grid) :], strict=True))
    return {
        "proposed": choice.suggested, "suggested": decision.suggested, "range": decision.as_good,
        "score": at.get(decision.suggested), "proposed_score": at.get(choice.suggested),
        "best": grid[best], "best_score": scores[best], "rates": len(decision.tried), "seeds": len(effort.seeds),
        "epochs": effort.epochs, "seconds": seconds, "trainings": seconds / once,
    }  # fmt: skip


def main() -> None:
    """Prints a row of the table for each case."""
    import argparse
    import tempfile

    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        write_tables(Path(name))
        for case_name in options.cases or CASES:
            row = measured(CASES[case_name], Path(name), options.seed, options.data_dir)
            cells = {k: f"{v:.3g}" if isinstance(v, float) else str(v) for k, v in row.items()}
            print(f"{case_name:34s}", *(f"{key} {cell};" for key, cell in cells.items()), flush=True)


if __name__ == "__main__":
    main()
