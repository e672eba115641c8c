"""Runs that were written from the names of the causes alone, before the rules of `mlpexp explain` were changed.

``benchmarks/explain_score.py`` trains and scores them. No rule was tried on them, and none may be fitted to them.
Each broken run was seen to be broken by its cause: a twin in which only this is mended is clearly better on test data.
Each healthy run is as good as the best of several models of scikit-learn, or reaches what noise leaves.
"""

from typing import Any

from making.blind_tables import tables
from making.planted_runs import deep, normal, run
from making.unseen_runs import with_sections

__all__ = ["CEILINGS", "HEALTHY", "PLANTED", "tables"]

IRIS = {"name": "iris"}
DIGITS = {"name": "digits"}
WINE, CANCER, RINGS, PLANES = ({"csv": name} for name in ("wine", "cancer", "rings", "planes"))
FRIEDMAN, HOUSES, DIABETES = ({"csv": name} for name in ("friedman", "houses", "diabetes"))
BEND, TILTED, THRESHOLD = ({"csv": name} for name in ("bend", "tilted", "threshold"))
SMALL_CONV = [{"layer": "conv", "channels": 5, "kernel_size": 3}, {"layer": "average_pool"},
              {"layer": "dense", "units": 20}]  # fmt: skip
TWO_CONVS = [{"layer": "conv", "channels": 6, "kernel_size": 3, "padding": "same"}, {"layer": "max_pool"},
             {"layer": "conv", "channels": 10, "kernel_size": 3}]  # fmt: skip
MANY_CONVS = [{"layer": "conv", "channels": 6, "kernel_size": 3, "padding": "same"}] * 5


def plane(kind: str, noise: float = 0.1, samples: int = 500, **others: Any) -> dict:
    """Points in the plane."""
    return {"name": "synthetic", "kind": kind, "noise": noise, "samples": samples, "data_seed": 910, **others}


def curve(function: str, noise: float = 0.05, samples: int = 400) -> dict:
    """A function of one variable."""
    return plane("function", noise, samples, function=function)


def raw_target(dataset: dict) -> dict:
    """The numbers are learned as they are."""
    return {**dataset, "target": {"column": "label", "standardize": False}}


def raw(dataset: dict) -> dict:
    return {**dataset, "standardize": False}


def in_range(dataset: dict) -> dict:
    """Inputs are scaled to the range 0 to 1."""
    return {**raw(dataset), "scale": "minmax"}


def adam(dataset: dict, hidden: list[int], rate: float = 0.01, epochs: int = 100, **others: Any) -> dict:
    return run(dataset, hidden, rate, epochs, optimizer="adam", **others)


def trained(config: dict, **training: Any) -> dict:
    """With other keys of the section ``training``."""
    return with_sections(config, training=training)


def early(config: dict, patience: int, **others: Any) -> dict:
    """With a validation part and early stopping."""
    stopping = {"early_stopping": {"patience": patience, **others}}
    return trained({**config, "dataset": {**config["dataset"], "validation_fraction": 0.15}}, **stopping)


PLANTED: dict[str, list[dict]] = {
    "symmetric_units": [
        run(WINE, [10], init="zeros", momentum=0.9, rate=0.02),
        run(RINGS, [20], init={"name": "constant", "value": 0.1}, optimizer="adam", rate=0.02),
        run(FRIEDMAN, [16, 8], init={"name": "constant", "value": 0.2}, activation="tanh", rate=0.05),
        run(DIGITS, [], epochs=15, layers=SMALL_CONV, init="zeros", rate=0.05),
    ],
    "linear_network": [
        run(RINGS, [24, 24], activation="identity", rate=0.05), adam(BEND, [32], activation="identity"),
        run(plane("double_spiral", 0.05), [], rate=0.05), adam(curve("abs"), deep(10, 3), activation="identity"),
    ],
    "unscaled_inputs": [
        run(raw({"csv": "planes_mixed"}), [16]), adam(raw({"csv": "rings_far"}), [24], activation="tanh"),
        run(raw(CANCER), [12], momentum=0.9, rate=0.02), run(raw({"csv": "houses_learned"}), [16], rate=0.01),
    ],
    "unscaled_target": [
        adam(raw_target(HOUSES), [24], epochs=150), run(raw_target({"csv": "tilted_large"}), [16], rate=0.001),
        run(raw_target({"csv": "bend_tiny"}), [24], activation="tanh", epochs=80),
        adam(raw_target({"csv": "tilted_large"}), [8], rate=0.02),
    ],
    "outliers": [
        run({"csv": "rings_absurd"}, [24], epochs=200), run({"csv": "bend_absurd"}, [32], rate=0.05),
        adam({"csv": "cancer_absurd"}, [16], rate=0.003, epochs=60),
    ],
    "exploding_gradient": [
        run(CANCER, deep(40, 6), init=normal(0.9), rate=0.05), run(RINGS, deep(48, 7), init=normal(0.6)),
        run(FRIEDMAN, deep(32, 6), init=normal(0.8), rate=0.02),
        run(DIGITS, [], epochs=10, layers=MANY_CONVS, init=normal(0.9), rate=0.02),
    ],
    "saturation": [
        run(RINGS, [32], activation="tanh", init=normal(25.0)),
        adam(CANCER, [24, 24], activation="tanh", init=normal(4.0), rate=0.001),
        run(DIGITS, [40], activation="sigmoid", init=normal(3.0), epochs=40),
        run(WINE, [20, 20], activation="tanh", bias_init=12.0, momentum=0.9, rate=0.02),
    ],
    "vanishing_gradient": [
        run(CANCER, deep(18, 8), activation="sigmoid"), run(RINGS, deep(20, 7), activation="sigmoid", rate=0.3),
        run(BEND, deep(16, 8), activation="sigmoid", rate=0.1),
        run(DIGITS, deep(24, 6), activation="tanh", init=normal(0.02), epochs=40),
        run(WINE, deep(16, 7), init=normal(0.05)),
    ],
    "learning_rate_too_large": [
        run(RINGS, [20], activation="tanh", rate=25.0), run(BEND, [24], activation="tanh", rate=5.0),
        adam(RINGS, [24, 24], activation="tanh", rate=2.0),
        run(DIGITS, [32], activation="sigmoid", rate=60.0, epochs=40),
        run(FRIEDMAN, [20], rate=1.5), run(DIGITS, [], epochs=12, layers=SMALL_CONV, activation="tanh", rate=8.0),
    ],
    "learning_rate_too_small": [
        run(CANCER, [16], rate=1e-4), adam(RINGS, [24], rate=2e-5), run(BEND, [24], rate=2e-4, activation="tanh"),
        run(DIGITS, [40], rate=3e-6, optimizer="rmsprop", epochs=40), run(WINE, [16], rate=1e-4, optimizer="adagrad"),
        run(DIGITS, [], epochs=12, layers=SMALL_CONV, rate=1e-4, momentum=0.5),
    ],
    "schedule_too_fast": [
        with_sections(run(RINGS, [24]), schedule={"name": "exponential", "decay": 0.6}),
        with_sections(run(DIGITS, [32], rate=0.03, epochs=40), schedule={"name": "step", "every": 1, "factor": 0.1}),
        with_sections(run(BEND, [32], activation="tanh"), schedule={"name": "inverse_time", "decay": 30.0}),
    ],
    "clipping_too_tight": [
        trained(run(CANCER, [16]), gradient_clip=2e-4), trained(run(RINGS, [24, 24], momentum=0.9), gradient_clip=1e-4),
        trained(run(BEND, [24], rate=0.05), gradient_clip=1e-3),
    ],
    "dead_relu": [
        run(RINGS, [24], bias_init=-12.0), run(DIGITS, [32, 32], bias_init=-30.0, epochs=40),
        run(in_range(WINE), [16], init={"name": "uniform", "low": -0.6, "high": -0.01}),
        adam(in_range(BEND), [20], init={"name": "uniform", "low": -0.5, "high": -0.02}),
    ],
    "label_noise": [
        run({"csv": "wine_wrong"}, [12], optimizer="adam", rate=0.01, epochs=80),
        run({"csv": "digits_wrong"}, [40], epochs=50), run({"csv": "planes_wrong"}, [24], epochs=200),
        adam({"csv": "rings_wrong"}, [32, 32], epochs=150),
    ],
    "imbalance": [
        run({"csv": "rare_corner"}, [4], activation="tanh", rate=0.05, epochs=60),
        adam({"csv": "rare_small"}, [6], rate=0.005, epochs=60),
        run({"csv": "rare_many"}, [5], rate=0.03, epochs=40),
    ],
    "overfitting": [
        adam({"csv": "pair_wide"}, [64], epochs=100, batch=32), adam({"csv": "few_rows"}, [64, 64], epochs=300),
        adam(plane("circles", 0.35, 200), [80, 80], epochs=250),
        adam(curve("sine", 0.8, 120), [100, 100], epochs=800),
    ],
    "too_few_epochs": [
        run(RINGS, [24], epochs=4), run(DIGITS, [32], epochs=1, rate=0.05),
        adam(BEND, [32], epochs=5, rate=0.003), run(CANCER, [16], batch="full", epochs=5),
        run(DIGITS, [], epochs=1, layers=TWO_CONVS, rate=0.02), adam(FRIEDMAN, [24], epochs=3),
    ],
    "stopped_early": [
        early(run(RINGS, [16], rate=0.02, epochs=300), 1, min_delta=0.02),
        trained(run(BEND, [24], rate=0.05, epochs=300), convergence={"tolerance": 0.02, "patience": 1}),
        early(adam(plane("spirals", 0.04), [32, 32], rate=0.003, epochs=300), 1),
        trained(run(DIGITS, [32], rate=0.02, epochs=60), convergence={"tolerance": 0.2, "patience": 1}),
    ],
    "too_much_decay": [
        run(RINGS, [24], optimizer="adamw", weight_decay=40.0, rate=0.01),
        run(BEND, [32], activation="tanh", weight_decay=2.0),
        run(DIGITS, [32], epochs=40, l2_penalty=0.3, momentum=0.5, rate=0.05),
    ],
    "too_much_dropout": [
        run(RINGS, [24, 24], dropout=0.92), adam(BEND, [24], dropout=0.8),
        run(DIGITS, [24], dropout=0.93, epochs=40),
    ],
    "no_bias": [
        run(RINGS, [32], bias=False, epochs=200), adam(curve("cosine"), [24], activation="tanh", bias=False),
        run(raw(THRESHOLD), [], bias=False, rate=0.5), adam(curve("sinc"), [32, 32], bias=False),
    ],
    "small_batches": [
        run({**DIGITS, "train_samples": 500}, [32, 32], batch_norm=True, batch=2, epochs=15),
        run(plane("spirals", 0.04, 300), [24, 24], batch_norm=True, batch=2, rate=0.1, epochs=30),
        adam({**BEND, "train_samples": 200}, [24, 24], batch_norm=True, batch=2, epochs=20),
    ],
    "underfitting": [
        run(RINGS, [1], activation="tanh", epochs=300), adam(DIGITS, [2], epochs=60),
        adam(BEND, [2], activation="tanh", epochs=200), run(plane("spirals", 0.04, classes=3), [2], rate=0.2, epochs=300),
    ],
}  # fmt: skip

CLEAN: list[dict] = [
    run(WINE, [12]), adam(WINE, [8, 8], activation="tanh", epochs=60), run(RINGS, [24], momentum=0.9, rate=0.03, epochs=200),
    adam(RINGS, [32], epochs=150), adam(RINGS, [16, 16], activation="tanh", epochs=200),
    run(PLANES, [12], epochs=200), run(PLANES, [], rate=0.3, epochs=200), adam(BEND, [32], epochs=300),
    run(BEND, [32, 32], rate=0.03, momentum=0.9, epochs=300),
    run(TILTED, [], rate=0.05), adam(TILTED, [8], epochs=120), run(raw(THRESHOLD), [], rate=1.0, epochs=400),
    adam(HOUSES, [24], epochs=150), run(plane("moons", 0.08), [24], rate=0.3, epochs=300),
    adam(plane("circles", 0.06), [16], epochs=120),
    adam(plane("spirals", 0.03), [32, 32], epochs=250),
    run(plane("blobs", 0.3, classes=6), [16], epochs=150), run(plane("xor", 0.2), [10], optimizer="rmsprop", rate=0.01),
    adam(curve("square", 0.02), [24], activation="tanh", epochs=300), adam(curve("sine", 0.05), [24, 24], epochs=250),
    adam(curve("cosine", 0.05), [20], activation="sigmoid", rate=0.03, epochs=500),
    run(DIGITS, [], epochs=25, layers=TWO_CONVS, momentum=0.9, rate=0.02), adam(DIGITS, [64], rate=0.003, epochs=50),
]  # fmt: skip


def noisy(name: str) -> dict:
    return {"csv": name}


NOISY: list[tuple[dict, float]] = [
    (run(noisy("pair"), [8], rate=0.05, epochs=80), 0.749),
    (run(noisy("pair"), [], rate=0.1, epochs=60), 0.749),
    (run(noisy("pair_wide"), [6], activation="tanh", rate=0.02, epochs=40, l2_penalty=1e-3), 0.816),
    (run(noisy("pair_wide"), [], rate=0.03, epochs=60), 0.816),
    (adam(noisy("triangle"), [8], rate=0.005, epochs=60), 0.804),
    (run(noisy("quarters"), [12], activation="tanh", rate=0.1, epochs=80), 0.751),
    (run(noisy("shares"), [8], rate=0.05, epochs=60, momentum=0.5), 0.795),
    (run(noisy("survey"), [8], activation="tanh", rate=0.05, epochs=40), 0.744),
    (run(noisy("survey"), [], rate=0.02, epochs=60), 0.744),
    (early(adam(noisy("weak_survey"), [12], rate=0.003, epochs=200), 15), 0.646),
    (adam(noisy("wave"), [16], rate=0.01, epochs=100), 0.802),
    (run(noisy("corners"), [16], rate=0.1, epochs=150), 0.762),
    (adam(noisy("shell"), [12], activation="silu", rate=0.005, epochs=120), 0.840),
    (run(noisy("yes_no"), [6], rate=0.03, epochs=40), 0.769),
    (run(noisy("grades"), [10], activation="tanh", rate=0.05, epochs=80), 0.727),
    (run(plane("blobs", 1.5, 900), [8], rate=0.05, epochs=80), 0.797),
    (adam(plane("xor", 0.9, 1200), [12], rate=0.005, epochs=100), 0.769),
    (run(noisy("slope"), [], rate=0.01, epochs=60), 0.500),
    (run(noisy("slope"), [5], activation="tanh", rate=0.01, epochs=50), 0.500),
    (run(noisy("weak_slope"), [4], activation="tanh", rate=0.02, epochs=60), 0.329),
    (run(noisy("many_slopes"), [], rate=0.005, epochs=40), 0.420),
    (run(noisy("many_slopes"), [6], activation="tanh", rate=0.01, epochs=30, l2_penalty=1e-3), 0.420),
    (adam(noisy("widening"), [12], rate=0.003, epochs=80), 0.502),
    (adam(noisy("product"), [16], rate=0.01, epochs=120), 0.552),
    (run(noisy("counts"), [5], activation="tanh", rate=0.02, epochs=40), 0.442),
    (adam(noisy("saddle"), [16], rate=0.005, epochs=80), 0.488),
    (adam(curve("sine", 0.7, 900), [12], activation="tanh", epochs=120), 0.505),
    (adam(curve("square", 0.3, 900), [12], activation="tanh", epochs=120), 0.497),
]  # fmt: skip
CEILINGS: list[float] = [ceiling for _, ceiling in NOISY]
"""Of each noisy run: the best possible accuracy or R² on new rows."""

USUAL: list[dict] = [
    run(CANCER, [16], rate=0.05, epochs=60), adam(CANCER, [30, 15], rate=0.001, epochs=60),
    adam(WINE, [16], dropout=0.2, epochs=80), run(WINE, [10], batch="full", rate=0.5, epochs=300),
    run(IRIS, [10], rate=0.05, epochs=150), adam(IRIS, [8, 8], activation="tanh", rate=0.01, epochs=60),
    run(IRIS, [12], optimizer="rmsprop", rate=0.005, epochs=100), run(DIABETES, [], rate=0.005, epochs=60),
    early(adam(DIABETES, [8], activation="tanh", rate=0.003, epochs=200), 15),
    run(DIGITS, [40], rate=0.1, epochs=50, batch=32),
    with_sections(run(DIGITS, [48], rate=0.2, epochs=40), schedule={"name": "cosine"}), run(DIGITS, [], rate=0.02, epochs=40),
    run(DIGITS, [48, 32], batch_norm=True, rate=0.05, epochs=40, batch=32),
    adam(DIGITS, [], epochs=20, layers=SMALL_CONV, rate=0.005),
    early(adam(DIGITS, [64], rate=0.002, epochs=150, dropout=0.2), 10),
    run({"csv": "seventy_thirty"}, [8], rate=0.05, epochs=60), adam({"csv": "seventy_thirty"}, [], rate=0.02, epochs=80),
    run(CANCER, [20], l2_penalty=1e-3, rate=0.05, epochs=80), run(CANCER, [16], optimizer="adamw", rate=0.003, epochs=60),
    with_sections(run(CANCER, [16, 8], rate=0.1), schedule={"name": "step", "every": 30, "factor": 0.3}),
    adam(FRIEDMAN, [32], epochs=200), adam(raw_target(TILTED), [], rate=0.05, epochs=200),
    run(PLANES, [12], bias=False, epochs=150), trained(run(WINE, [16], rate=0.2), gradient_clip=1.0),
    run(IRIS, [], rate=0.1, epochs=200),
    run(raw(IRIS), [12], rate=0.03, epochs=250), adam(HOUSES, [16, 16], batch=64, epochs=150),
]  # fmt: skip

HEALTHY: dict[str, list[dict]] = {"clean": CLEAN, "noisy": [config for config, _ in NOISY], "usual": USUAL}
