"""Runs that the first rules of `mlpexp explain` were not written with: other data, depths, optimizers, losses and layers.

As a script it prints the confusion table: ``uv run python tests/making/unseen_runs.py``.
"""

from pathlib import Path
from typing import Any

import numpy as np

from making.planted_runs import count, deep, normal, run

CIRCLES = {"name": "synthetic", "kind": "circles", "noise": 0.06, "data_seed": 71}
MOONS = {"name": "synthetic", "kind": "moons", "noise": 0.1, "samples": 300, "data_seed": 72}
BLOBS = {"name": "synthetic", "kind": "blobs", "noise": 0.35, "classes": 5, "data_seed": 73}
SPIRALS = {"name": "synthetic", "kind": "spirals", "noise": 0.04, "classes": 3, "samples": 600, "data_seed": 74}
XOR = {"name": "synthetic", "kind": "xor", "noise": 0.15, "samples": 300, "data_seed": 75}
POINTS = {"name": "three_class_3d"}
DIGITS = {"name": "digits", "test_fraction": 0.5}
WINE = {"csv": "wine"}
CANCER = {"csv": "cancer"}
CONV = [{"layer": "conv", "channels": 4, "kernel_size": 3, "padding": 1}, {"layer": "max_pool"}, {"layer": "conv",
        "channels": 8, "kernel_size": 3}, {"layer": "dense", "units": 16}]  # fmt: skip
CONVS = [{"layer": "conv", "channels": 6, "kernel_size": 3, "padding": 1} for _ in range(6)]
SQUARED = {"loss": "softmax_squared_error"}


def function(name: str, noise: float = 0.05) -> dict:
    return {"name": "synthetic", "kind": "function", "function": name, "noise": noise, "samples": 300, "data_seed": 76}


def with_sections(config: dict, **sections: Any) -> dict:
    """Sections that ``run`` does not know; ``training`` is merged."""
    return {**config, **sections, "training": {**config["training"], **sections.get("training", {})}}


PLANTED: dict[str, list[dict]] = {
    "symmetric_units": [
        run(WINE, [12], init="zeros", optimizer="adam", rate=0.01),
        run(BLOBS, [10, 10], init="zeros", momentum=0.9, rate=0.03),
        run(function("cosine"), [20], init={"name": "constant", "value": 0.2}, activation="tanh", optimizer="rmsprop",
            rate=0.01),
        with_sections(run(DIGITS, [24], init={"name": "constant", "value": 0.05}, activation="sigmoid", rate=0.5,
            epochs=40), **SQUARED),
    ],
    "linear_network": [
        run(CIRCLES, deep(12, 3), activation="identity", optimizer="adam", rate=0.01),
        run(SPIRALS, [], optimizer="adam", rate=0.05),
        run(function("abs"), [24], activation="identity", rate=0.02),
        run(MOONS, [24], activation="identity", momentum=0.9, rate=0.02),
    ],
    "unscaled_inputs": [
        run({**WINE, "standardize": False}, [16]), run({**CANCER, "standardize": False}, [16, 8], activation="tanh"),
        run({**WINE, "standardize": False}, [24], activation="sigmoid", optimizer="adam", rate=0.003),
        run({"csv": "diabetes_raw", "standardize": False}, [16], rate=0.01),
    ],
    "exploding_gradient": [
        run(WINE, deep(48, 5), init=normal(0.9)), run(BLOBS, deep(40, 10), init=normal(0.5)),
        run(DIGITS, [], epochs=10, layers=CONVS, init=normal(0.7), rate=0.05),
        run(function("cubic"), deep(32, 7), init=normal(0.7), rate=0.01),
    ],
    "saturation": [
        run(WINE, [24, 24], activation="tanh", init=normal(3.0)), run(BLOBS, [40], activation="hard_tanh", init=normal(4.0)),
        run(CANCER, [32, 16], activation="sigmoid", init=normal(8.0), optimizer="adam", rate=0.001),
        run(DIGITS, [48, 48], activation="tanh", init=normal(0.8), optimizer="adam", epochs=25, rate=0.001),
    ],
    "vanishing_gradient": [
        run(WINE, deep(20, 9), activation="sigmoid"),
        run(CIRCLES, deep(24, 7), activation="sigmoid", momentum=0.9, rate=0.05),
        with_sections(run(BLOBS, deep(16, 8), activation="sigmoid"), **SQUARED),
        run(function("cosine"), deep(16, 9), activation="sigmoid", rate=0.02),
        run(CANCER, deep(24, 7), activation="tanh", init=normal(0.02)),
        run(DIGITS, [], epochs=12, layers=CONVS, activation="sigmoid"),
    ],
    "learning_rate_too_large": [
        run(WINE, [20], activation="tanh", rate=40.0), run(CIRCLES, [24], activation="tanh", rate=12.0, momentum=0.9),
        run(function("step"), [24], activation="tanh", rate=4.0),
        run(BLOBS, [16, 16], activation="tanh", optimizer="adam", rate=3.0),
        run(function("cubic"), [32], rate=2.0), run(DIGITS, [], epochs=10, layers=CONV, activation="tanh", rate=5.0),
        run(SPIRALS, [32, 32], activation="tanh", optimizer="rmsprop", rate=1.0),
        run(DIGITS, [40], activation="gelu", rate=30.0, epochs=30),
    ],
    "dead_relu": [
        run(WINE, [20, 20], rate=4.0), run(CIRCLES, [24, 24], rate=5.0, momentum=0.5),
        run(DIGITS, [], epochs=10, layers=CONV, rate=3.0),
        run(BLOBS, deep(12, 4), optimizer="adam", rate=1.0),
    ],
    "learning_rate_too_small": [
        run(WINE, [20], rate=2e-4, activation="tanh"), run(CIRCLES, [24, 24], rate=1e-5, optimizer="adam"),
        run(function("abs"), [24], rate=3e-4), run(BLOBS, [16], rate=1e-4, momentum=0.9),
        run(CANCER, [16], rate=1e-5, optimizer="rmsprop"),
        run(DIGITS, [], epochs=10, layers=CONV, rate=2e-4), run(SPIRALS, [24], rate=1e-4, optimizer="adagrad"),
        with_sections(run(DIGITS, [24], rate=0.003, epochs=20), **SQUARED),
    ],
    "label_noise": [
        run({"csv": "wine_flipped"}, [16]), run({"csv": "cancer_flipped"}, [24], optimizer="adam", rate=0.005),
        run({"csv": "blobs_wrong"}, [24, 24], batch=32), run({"csv": "circles_wrong"}, [24]),
    ],
    "overfitting": [
        run({**CIRCLES, "noise": 0.3, "samples": 80}, [200], epochs=500, optimizer="adam", rate=0.01),
        run({"csv": "pure_noise"}, [48, 48], epochs=200), run({**DIGITS, "test_fraction": 0.95}, [64], epochs=300),
        run({"csv": "many_features"}, [32], epochs=300, momentum=0.9, rate=0.03),
        run({**function("cosine", 0.5), "samples": 40}, [100, 100], optimizer="adam", rate=0.01, epochs=800),
    ],
    "too_few_epochs": [
        run(WINE, [16], epochs=2), run(CIRCLES, [24], epochs=12, momentum=0.9, rate=0.02),
        run(DIGITS, [], epochs=1, layers=CONV),
        run(function("cosine"), [24], epochs=5, activation="tanh"),
        run(SPIRALS, [32, 32], optimizer="adam", rate=0.003, epochs=10),
        with_sections(run(CANCER, [16], epochs=60, rate=0.05), training={"batch_size": "full", "epochs": 8}),
    ],
    "underfitting": [
        run(SPIRALS, [3], epochs=300, optimizer="adam", rate=0.02), run(DIGITS, [3], epochs=80, momentum=0.9, rate=0.01),
        run(CIRCLES, [2], epochs=300),
        run(function("cosine"), [1], activation="tanh", epochs=300),
        run(BLOBS, [12], dropout=0.95, epochs=150),
    ],
    "edge_of_stability": [
        run(function("cosine"), [40], activation="tanh", batch="full", rate=0.3, epochs=4000),
        run(function("cubic", 0.02), [24, 24], activation="tanh", batch="full", rate=0.25, epochs=4000),
    ],
}  # fmt: skip

HEALTHY: list[dict] = [
    run(WINE, [16]), run(WINE, [16], optimizer="adam", rate=0.01, epochs=60), run(WINE, []),
    run(CANCER, [16, 8], activation="tanh"),
    run(CANCER, [24], momentum=0.9, rate=0.01, epochs=60), run(CANCER, [32], dropout=0.3), run(POINTS, [8], epochs=300),
    run(POINTS, [12], activation="sigmoid", rate=0.5, batch="full", epochs=1500), run(POINTS, [16], optimizer="rmsprop"),
    run(POINTS, [6, 6], activation="tanh", batch=1, rate=0.05), run(BLOBS, [12]), run(BLOBS, [24, 24], batch_norm=True),
    run(BLOBS, [16], optimizer="adagrad"), with_sections(run(BLOBS, [16], rate=0.5), **SQUARED),
    run(CIRCLES, [20], rate=0.3), run(CIRCLES, [16, 16, 16], optimizer="adam", rate=0.005),
    run(CIRCLES, [24], activation="elu", momentum=0.9, rate=0.05),
    run(MOONS, [24, 24], activation="silu", rate=0.2, epochs=300),
    with_sections(run(MOONS, [32], rate=0.5, epochs=200), schedule="cosine"),
    run(SPIRALS, [48, 48], optimizer="adam", rate=0.01, epochs=200),
    run(XOR, [12], rate=0.2), run(XOR, [8, 8], activation="sigmoid", optimizer="adam", rate=0.02),
    run(function("cosine"), [40], activation="tanh", rate=0.1, epochs=800),
    run(function("step"), [40], optimizer="adam", rate=0.01, epochs=300),
    run(function("abs"), [24], rate=0.05, epochs=300),
    run(function("cubic"), [32, 32], optimizer="adam", rate=0.01, epochs=300),
    run(DIGITS, [48], momentum=0.9, rate=0.02, epochs=40), run(DIGITS, [64, 32], dropout=0.2, epochs=60),
    run(DIGITS, [], epochs=30, layers=CONV, momentum=0.9, rate=0.02),
    run(DIGITS, [], epochs=25, layers=CONV, optimizer="adam", rate=0.005),
    with_sections(run(DIGITS, [40], rate=0.5, epochs=60), **SQUARED), run(DIGITS, [], epochs=40, rate=0.05),
    with_sections(run(WINE, [24], rate=0.3), schedule={"name": "exponential", "decay": 0.97},
        training={"gradient_clip": 1.0}),
    with_sections(run({**CANCER, "validation_fraction": 0.2}, [16], epochs=300),
        training={"early_stopping": {"patience": 15}}),
]  # fmt: skip


def tables(folder: Path, seed: int) -> None:
    """The CSV files that configs name by ``csv``."""
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine, make_blobs, make_circles

    rng = np.random.default_rng(seed)

    def write(name: str, x: np.ndarray, y: np.ndarray, word: str = "class ") -> None:
        header = ",".join([*(f"x{i}" for i in range(x.shape[1])), "label"])
        rows = [",".join([*(f"{v:.6g}" for v in row), f"{word}{label}"]) for row, label in zip(x, y, strict=True)]
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n")

    def wrong(y: np.ndarray, share: float) -> np.ndarray:
        classes = int(y.max()) + 1
        return np.where(rng.random(len(y)) < share, (y + rng.integers(1, classes, len(y))) % classes, y)

    x, y = load_wine(return_X_y=True)
    write("wine", x, y)
    write("wine_flipped", x, wrong(y, 0.2))
    x, y = load_breast_cancer(return_X_y=True)
    write("cancer", x, y)
    write("cancer_flipped", x, wrong(y, 0.15))
    x, y = load_diabetes(return_X_y=True, scaled=False)
    write("diabetes_raw", x, (y - y.mean()) / y.std(), "")
    x, y = make_blobs(500, centers=4, cluster_std=0.8, random_state=seed)
    write("blobs_wrong", x, wrong(y, 0.2))
    x, y = make_circles(400, noise=0.05, factor=0.5, random_state=seed)
    write("circles_wrong", x, wrong(y, 0.15))
    write("pure_noise", rng.normal(size=(150, 12)), rng.integers(0, 3, 150))
    x = rng.normal(size=(100, 80))
    write("many_features", x, (x[:, :3].sum(1) > 0).astype(int))


if __name__ == "__main__":
    count(PLANTED, HEALTHY, tables, 7000)
