"""Experiments for which `mlpexp find-lr` is asked for a learning rate: written before it was changed, and never used to.

``benchmarks/find_lr_score.py`` compares its answers with the best of a grid. The rate that a config has is never the
best one: it is there because plain gradient descent needs one.
"""

from making.blind_runs import (
    BEND,
    CANCER,
    DIABETES,
    DIGITS,
    FRIEDMAN,
    HOUSES,
    IRIS,
    PLANES,
    RINGS,
    SMALL_CONV,
    TWO_CONVS,
    WINE,
    adam,
    curve,
    plane,
    raw,
    raw_target,
    run,
)
from making.blind_tables import tables
from making.planted_runs import deep
from making.unseen_runs import with_sections

__all__ = ["CASES", "tables"]

COSINE = {"name": "cosine"}


def nesterov(config: dict) -> dict:
    return {**config, "optimizer": {**config["optimizer"], "nesterov": True}}


CASES: dict[str, dict] = {
    "sgd_rings_tanh": run(RINGS, [24], activation="tanh", epochs=80),
    "sgd_digits": run(DIGITS, [32], epochs=15),
    "sgd_iris_batch4": run(IRIS, [12], epochs=40, batch=4),
    "sgd_cancer_unscaled": run(raw(CANCER), [16], epochs=60),
    "sgd_diabetes": run(DIABETES, [16], epochs=60),
    "sgd_diabetes_raw_target": run(raw_target(DIABETES), [8], epochs=80),
    "sgd_planes_sigmoid_deep": run(PLANES, deep(12, 3), activation="sigmoid", epochs=80),
    "sgd_cosine_full_batch": run(curve("cosine"), [24], activation="tanh", epochs=600, batch="full"),
    "sgd_digits_batch_norm": run(DIGITS, [32, 32], batch_norm=True, epochs=8),
    "sgd_moons_schedule": with_sections(run(plane("moons", 0.15), [32], epochs=80), schedule=COSINE),
    "sgd_sinc": run(curve("sinc"), [32, 32], epochs=150),
    "momentum_spirals": run(plane("spirals", 0.05), [32, 32], epochs=120, momentum=0.9),
    "momentum_double_spiral": run(plane("double_spiral", 0.1), [40, 40], activation="tanh", epochs=150, momentum=0.9),
    "momentum_wine": run(WINE, [16], epochs=40, momentum=0.9),
    "momentum_houses_tanh": run(HOUSES, [24], activation="tanh", epochs=50, momentum=0.9),
    "momentum_digits_cnn": run(DIGITS, [], epochs=4, layers=TWO_CONVS, momentum=0.9, batch=32),
    "nesterov_digits_deep": nesterov(run(DIGITS, deep(24, 4), epochs=12, momentum=0.9)),
    "nesterov_blobs_sigmoid": nesterov(run(plane("blobs", 0.5, classes=5), [16], activation="sigmoid", epochs=40,
        momentum=0.9)),
    "adam_planes_unscaled": adam(raw({"csv": "planes_mixed"}), [16], epochs=60),
    "adam_digits_cnn": adam(DIGITS, [], epochs=5, layers=SMALL_CONV, batch=32),
    "adam_diabetes_raw_target": adam(raw_target(DIABETES), [16], epochs=80),
    "adam_spirals_three": adam(plane("spirals", 0.04, classes=3), [32, 32], epochs=80),
    "adam_wine_full_batch": adam(WINE, [12], activation="tanh", epochs=150, batch="full"),
    "adam_triangle_dropout": adam({"csv": "triangle"}, [32], dropout=0.2, epochs=40, batch=32),
    "adamw_cancer": run(CANCER, [16], optimizer="adamw", epochs=40),
    "adamw_friedman": run(FRIEDMAN, [32], optimizer="adamw", epochs=80, batch=32),
    "rmsprop_rings": run(RINGS, [24], optimizer="rmsprop", epochs=60),
    "rmsprop_digits_dropout": run(DIGITS, [48], optimizer="rmsprop", dropout=0.3, epochs=12, batch=32),
    "rmsprop_sine": run(curve("sine"), [24], optimizer="rmsprop", activation="tanh", epochs=100, batch=32),
    "adagrad_wine": run(WINE, [16], optimizer="adagrad", epochs=40),
    "adagrad_digits": run(DIGITS, [32], optimizer="adagrad", epochs=12),
    "adagrad_bend": run(BEND, [32], optimizer="adagrad", epochs=80),
}  # fmt: skip
