"""Runs with a planted cause of failure, and healthy ones: what `mlpexp explain` is measured on.

As a script it prints the confusion table: ``uv run python tests/making/planted_runs.py [--seed 1000]``.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

IRIS = {"name": "iris"}
MOONS = {"name": "synthetic", "kind": "moons", "noise": 0.15}
SPIRALS = {"name": "synthetic", "kind": "spirals", "noise": 0.05}
CIRCLES = {"name": "synthetic", "kind": "circles", "noise": 0.08}
XOR = {"name": "synthetic", "kind": "xor", "noise": 0.1}
BLOBS = {"name": "synthetic", "kind": "blobs", "noise": 0.5}
SINE = {"name": "synthetic", "kind": "function", "function": "sine", "noise": 0.1}
DIGITS = {"name": "digits"}
CONV = [{"layer": "conv", "channels": 6, "kernel_size": 3}, {"layer": "max_pool"}, {"layer": "dense", "units": 24}]


def run(dataset: dict, hidden: list[int], rate: float = 0.1, epochs: int = 150, batch: Any = 16, **others: Any) -> dict:
    """A config; ``others``: ``optimizer`` is its name, else keys of the model, of the optimizer or of the training."""
    optimizer = {"name": others.pop("optimizer", "sgd"), "learning_rate": rate}
    for key in ("momentum", "l2_penalty", "weight_decay"):
        if key in others:
            optimizer[key] = others.pop(key)
    training = {"batch_size": batch, "epochs": epochs}
    if others.get("layers"):
        model = {"name": "cnn", **others}
    else:
        model = {"name": "mlp", "hidden_sizes": hidden, **others}
    return {"dataset": dict(dataset), "model": model, "optimizer": optimizer, "training": training, "seeds": 3}


def deep(width: int, depth: int) -> list[int]:
    return [width] * depth


def normal(std: float) -> dict:
    return {"name": "normal", "std": std}


def raw(dataset: dict) -> dict:
    return {**dataset, "standardize": False}


PLANTED: dict[str, list[dict]] = {
    "symmetric_units": [
        run(IRIS, [8], init="zeros"), run(MOONS, [16], init="zeros", activation="tanh"), run(DIGITS, [32], init="zeros"),
        run(SPIRALS, [8, 8], init={"name": "constant", "value": 0.3}, activation="tanh"),
        run(XOR, [4], init={"name": "constant", "value": 0.5}, activation="sigmoid", rate=1.0),
    ],
    "linear_network": [
        run(XOR, [8], activation="identity"), run(MOONS, [16, 16], activation="identity"), run(CIRCLES, []),
        run(SPIRALS, [32], activation="identity", rate=0.05), run(SINE, [16], activation="identity", rate=0.01),
    ],
    "unscaled_inputs": [
        run({"csv": "iris_micrometres"}, [16]), run({"csv": "iris_one_large"}, [16], activation="tanh"),
        run({"csv": "blobs_far"}, [8]), run({"csv": "iris_micrometres"}, [16], activation="sigmoid"),
    ],
    "exploding_gradient": [
        run(IRIS, deep(32, 6), init=normal(1.0)), run(MOONS, deep(32, 8), init=normal(0.6)),
        run(DIGITS, deep(32, 6), init=normal(0.8)), run(SPIRALS, deep(64, 6), init=normal(0.5)),
    ],
    "saturation": [
        run(IRIS, [16, 16], activation="tanh", init=normal(5.0)),
        run(MOONS, [32, 32], activation="sigmoid", init=normal(12.0)),
        run(DIGITS, [32], activation="tanh", init=normal(1.0)),
        run(SPIRALS, [32, 32], activation="hard_tanh", init=normal(3.0)),
    ],
    "vanishing_gradient": [
        run(IRIS, deep(16, 8), activation="sigmoid"), run(MOONS, deep(16, 10), activation="sigmoid"),
        run(DIGITS, deep(32, 6), activation="sigmoid", epochs=40),
        run(IRIS, deep(16, 6), activation="tanh", init=normal(0.01)),
        run(SPIRALS, deep(16, 8), activation="sigmoid", rate=0.5), run(MOONS, deep(16, 6), init=normal(0.02)),
    ],
    "learning_rate_too_large": [
        run(IRIS, [16], activation="tanh", rate=30.0), run(MOONS, [16], activation="sigmoid", rate=300.0),
        run(SINE, [32], activation="tanh", rate=3.0), run(DIGITS, [32], activation="tanh", rate=10.0, epochs=40),
        run(SINE, [32], rate=1.0), run(IRIS, [16], activation="tanh", rate=3.0, optimizer="adam"),
        run(SPIRALS, [32, 32], activation="tanh", rate=5.0), run(IRIS, [], rate=100.0),
    ],
    "dead_relu": [
        run(IRIS, [16], rate=5.0), run(MOONS, [16, 16], rate=3.0), run(DIGITS, [32, 32], rate=3.0, epochs=30),
        run(IRIS, [8, 8, 8], rate=2.0),
    ],
    "learning_rate_too_small": [
        run(IRIS, [16], rate=0.0003), run(MOONS, [16], rate=0.0005), run(DIGITS, [32], rate=0.0005, epochs=30),
        run(IRIS, [16], rate=1e-5, optimizer="adam"), run(SINE, [32], rate=0.0002, activation="tanh"),
        run(IRIS, [16], rate=0.001, activation="sigmoid"),
    ],
    "label_noise": [
        run({"csv": "iris_flipped"}, [16]), run({"csv": "blobs_flipped"}, [16]), run({"csv": "moons_flipped"}, [32]),
        run({"csv": "digits_flipped"}, [32], epochs=40),
    ],
    "overfitting": [
        run({**MOONS, "noise": 0.35, "samples": 60}, [128, 128], epochs=600, rate=0.1),
        run({"csv": "noise_features"}, [64], epochs=400),
        run({**BLOBS, "noise": 2.0, "samples": 90}, [128, 128], epochs=600),
        run({**CIRCLES, "noise": 0.25, "samples": 70}, [128, 128], epochs=600),
    ],
    "too_few_epochs": [
        run(IRIS, [16], epochs=3), run(DIGITS, [32], epochs=2), run(SPIRALS, [32, 32], epochs=15), run(MOONS, [16], epochs=4),
        run(SINE, [32], epochs=6, activation="tanh"),
    ],
    "underfitting": [
        run(SPIRALS, [2], epochs=400), run(DIGITS, [2], epochs=150, activation="tanh"), run(CIRCLES, [1], activation="tanh"),
        run(MOONS, [1], epochs=300),
    ],
    "too_much_decay": [run(IRIS, [16], l2_penalty=0.5)],
    "edge_of_stability": [
        run({**SINE, "noise": 0.02, "samples": 80}, [32], activation="tanh", batch="full", rate=0.3, epochs=8000),
        run({**SINE, "function": "square", "noise": 0.05}, [32], activation="tanh", batch="full", rate=0.4, epochs=3000),
        run({**SINE, "function": "abs", "noise": 0.05}, [32, 32], activation="tanh", batch="full", rate=0.2, epochs=3000),
    ],
}  # fmt: skip

HEALTHY: list[dict] = [
    *(run(IRIS, [16], activation=name) for name in ("relu", "tanh", "elu", "leaky_relu", "gelu", "silu")),
    run(IRIS, [16], activation="sigmoid", rate=0.5), run(IRIS, [16], activation="selu", rate=0.05), run(IRIS, [16, 16]),
    run(IRIS, [8, 8, 8], activation="tanh"), run(IRIS, [16], rate=0.01, optimizer="adam"),
    run(IRIS, [32], momentum=0.9, rate=0.03),
    run(IRIS, [16], rate=0.5), run(IRIS, [64], dropout=0.2), run(IRIS, [16], batch="full", rate=0.5, epochs=600),
    run(IRIS, []), run(IRIS, [4], epochs=300), run(raw(IRIS), [16], epochs=300, rate=0.03),
    run(IRIS, [16], batch=4, rate=0.05),
    run(MOONS, [16], rate=0.3, epochs=300), run(MOONS, [32, 32]), run(MOONS, [16], activation="tanh", rate=0.3, epochs=300),
    run(MOONS, [16], rate=0.01, optimizer="adam", epochs=300), run({**MOONS, "noise": 0.2}, [32], rate=0.2, epochs=200),
    run(CIRCLES, [16], rate=0.2), run(CIRCLES, [16, 16], activation="tanh", rate=0.2),
    run(CIRCLES, [32], rate=0.01, optimizer="adam"),
    run(BLOBS, [16]), run(BLOBS, []), run(BLOBS, [16], activation="sigmoid", rate=0.3),
    run(SPIRALS, [32, 32], epochs=500), run(SPIRALS, [64, 64], rate=0.01, optimizer="adam", epochs=300),
    run(SPIRALS, [32, 32], activation="tanh", rate=0.2, epochs=500), run(XOR, [8], rate=0.3),
    run(XOR, [8], activation="tanh", rate=0.3),
    run(XOR, [16], rate=0.02, optimizer="adam"), run(SINE, [32], rate=0.05, epochs=400),
    run(SINE, [32], activation="tanh", rate=0.1, epochs=600), run(SINE, [32, 32], rate=0.01, optimizer="adam", epochs=300),
    run({**SINE, "function": "square"}, [32], rate=0.05, epochs=300), run(DIGITS, [32], epochs=60),
    run(DIGITS, [64], activation="tanh", epochs=60),
    run(DIGITS, [32, 32], rate=0.003, optimizer="adam", epochs=40), run(DIGITS, [64], dropout=0.3, epochs=60),
    run(DIGITS, [], epochs=30, layers=CONV, rate=0.05), run(DIGITS, [32, 32], batch_norm=True, epochs=40),
]  # fmt: skip


def tables(folder: Path, seed: int) -> None:
    """The CSV files that configs name by ``csv``."""
    from sklearn.datasets import load_digits, load_iris, make_blobs, make_moons

    rng = np.random.default_rng(seed)

    def write(name: str, x: np.ndarray, y: np.ndarray) -> None:
        header = ",".join([*(f"x{i}" for i in range(x.shape[1])), "label"])
        rows = [",".join([*(f"{v:.6g}" for v in row), f"class {label}"]) for row, label in zip(x, y, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")

    def flipped(y: np.ndarray, share: float) -> np.ndarray:
        wrong = rng.random(len(y)) < share
        return np.where(wrong, (y + rng.integers(1, y.max() + 1, len(y))) % (y.max() + 1), y)

    x, y = load_iris(return_X_y=True)
    write("iris_micrometres", x * 1e4, y)
    write("iris_one_large", x * np.array([1, 1, 1000, 1]), y)
    write("iris_flipped", x, flipped(y, 0.2))
    x, y = make_blobs(300, centers=3, cluster_std=1.0, random_state=seed)
    write("blobs_far", x + 500, y)
    write("blobs_flipped", (x - x.mean(0)) / x.std(0), flipped(y, 0.25))
    x, y = make_moons(400, noise=0.1, random_state=seed)
    write("moons_flipped", x, flipped(y, 0.2))
    x, y = load_digits(return_X_y=True)
    write("digits_flipped", x[:900], flipped(y[:900], 0.2))
    x = rng.normal(size=(120, 40))
    write("noise_features", x, (x[:, 0] + x[:, 1] + rng.normal(size=120) > 0).astype(int))


def resolved(config: dict, folder: Path, seed: int) -> dict:
    """The config with its table, seeds and device."""
    dataset = config["dataset"]
    if "csv" in dataset:
        dataset = dict(dataset)
        name = dataset.pop("csv")
        unscaled = name in ("iris_micrometres", "iris_one_large", "blobs_far")
        table = {"name": "csv", "path": str(folder / f"{name}.csv"), "target": "label", "standardize": not unscaled}
        dataset = {**table, **dataset}
    return {**config, "dataset": dataset, "seed": seed, "device": "cpu"}


def verdicts_of(config: dict, folder: Path, seed: int):
    """Trains and explains one run; the verdicts, first one first."""
    import yaml

    from mlpexp.analysis.explain.examine import examine
    from mlpexp.analysis.explain.verdicts import judge
    from mlpexp.execution.local import in_this_process
    from mlpexp.execution.run import new_job, train
    from mlpexp.planning.plan import make_plan
    from mlpexp.planning.stacks import stacking
    from mlpexp.results.result import Result

    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(resolved(config, folder, seed)))
    plan = make_plan(path, planned_by="train")
    job = new_job(plan, stacking(plan, 1, 10**9), folder / "runs", ["mlpexp"])
    for _ in train(job, in_this_process):
        pass
    return judge(examine(Result(job.folder).arm(0)))


def everything(planted: dict[str, list[dict]] = PLANTED, healthy: list[dict] = HEALTHY) -> Iterator[tuple[str, dict]]:
    for cause, configs in planted.items():
        for config in configs:
            yield cause, config
    for config in healthy:
        yield "converged", config


def count(
    planted: dict[str, list[dict]], healthy: list[dict], make_tables: Callable[[Path, int], None], default_seed: int
) -> None:
    """Prints each run that is named otherwise, with the numbers, and then how often each cause was named first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=default_seed)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    table: dict[str, Counter] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_tables(folder, options.seed)
        for cause, config in everything(planted, healthy):
            if not cause.startswith(options.only):
                continue
            found = verdicts_of(config, folder, options.seed)
            table.setdefault(cause, Counter())[found[0].kind] += 1
            if found[0].kind != cause:
                print(cause, "->", [verdict.kind for verdict in found], config)
                numbers = {k: v if isinstance(v, str) else round(v, 4) for k, v in found[0].numbers.items()}
                print("     ", numbers, flush=True)
    for cause, counts in table.items():
        print(f"{cause:28s}", sum(counts.values()), dict(counts))


if __name__ == "__main__":
    count(PLANTED, HEALTHY, tables, 0)
