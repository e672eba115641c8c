"""Random configs that train within a moment, if they are valid: the sections as plain data, as a user writes them."""

from typing import Any

from hypothesis import strategies as st

from making.random_experiments import activations, fraction, inits, layers, needing, schedules, section

TABLE = "table.csv"
ROWS = "a,b,colour,y,kind\n" + "".join(
    f"{i},{i % 7 / 2},{'rgb'[i % 3]},{i * i / 10},{'cd'[i % 2]}\n" for i in range(40)
)
"""What ``TABLE`` holds."""

some = st.integers(1, 12)
rates = st.sampled_from([1e-4, 0.01, 0.1, 1.0, 100.0])
shares = st.sampled_from([0.0, 0.1, 0.3, 0.5])
tabular: dict[str, st.SearchStrategy[Any]] = {
    "test_fraction": shares, "validation_fraction": shares, "scale": st.sampled_from(["standard", "minmax", "none"]),
}  # fmt: skip
drawn = tabular | {"samples": st.integers(4, 60), "noise": st.sampled_from([0.0, 0.1, 3.0])}
datasets = st.one_of(
    *(section(name, **tabular) for name in ("iris", "three_class_3d")),
    section("digits", test_fraction=st.just(0.9), validation_fraction=st.sampled_from([0.0, 0.05])),
    needing(section("synthetic", **drawn), kind=st.sampled_from(["xor", "moons", "circles"])),
    needing(section("synthetic", **drawn, classes=st.integers(2, 6)), kind=st.sampled_from(["spirals", "blobs"])),
    needing(section("synthetic", **drawn), kind=st.just("function"), function=st.sampled_from(["sine", "exp", "sinc"])),
    needing(section("csv", **tabular), path=st.just(TABLE), target=st.sampled_from(["y", "kind"])),
)
networks = st.one_of(
    section(
        "mlp", hidden_sizes=st.lists(some, max_size=3), activation=activations, dropout=fraction,
        batch_norm=st.booleans(), init=inits, bias=st.booleans(),
    ),
    needing(
        section("cnn", activation=activations, init=inits), layers=st.lists(layers, min_size=1, max_size=3)
    ),
)  # fmt: skip
maps = section(
    "som", grid=st.lists(st.integers(2, 5), min_size=2, max_size=2),
    topology=st.sampled_from(["rectangular", "hexagonal"]), algorithm=st.sampled_from(["online", "batch"]),
    init=st.sampled_from(["random", "samples", "pca"]), radius=st.sampled_from([1.0, 3.0]),
    radius_decay=st.sampled_from(["exponential", "linear", "inverse_time"]),
)  # fmt: skip
penalties = {"l2_penalty": st.sampled_from([0.0, 1e-3]), "weight_decay": st.sampled_from([0.0, 0.1])}
optimizers = st.one_of(
    needing(section("sgd", **penalties, momentum=fraction, nesterov=st.booleans()), learning_rate=rates),
    *(needing(section(name, **penalties), learning_rate=rates) for name in ("adagrad", "rmsprop", "adam", "adamw")),
)
trainings = needing(
    st.fixed_dictionaries(
        {},
        optional={
            "gradient_clip": st.sampled_from([1e-3, 1.0]),
            "early_stopping": st.just({"patience": 1}),
            "weight_averaging": st.sampled_from([0.0, 0.9]),
            "train_metrics": st.sampled_from(["exact", "running"]),
            "evaluate_every": st.integers(1, 3),
            "precision": st.sampled_from(["float32", "float64", "bfloat16"]),
            "engine": st.sampled_from(["torch", "torch", "torch", "numpy"]),
            "class_weights": st.sampled_from(["none", "balanced"]),
        },
    ),
    epochs=st.integers(1, 3),
    batch_size=st.sampled_from([3, 16, 64, "full"]),
)
rest = {
    "seeds": st.integers(1, 3), "seed": st.sampled_from([0, 5, 2**62]), "schedule": schedules,
    "diagnostics": st.sampled_from(["off", "cheap", "full"]),
    "loss": st.sampled_from(["cross_entropy", "softmax_squared_error", "mean_squared_error"]),
    "keep": st.fixed_dictionaries({}, optional={"weights": st.sampled_from(["none", "best", "all"]), "history": some}),
}  # fmt: skip
of_networks = st.fixed_dictionaries(
    {"dataset": datasets, "model": networks, "optimizer": optimizers, "training": trainings}, optional=rest
)
of_maps = st.fixed_dictionaries(
    {"dataset": datasets, "model": maps, "training": st.fixed_dictionaries({"epochs": some})}
)
runs = of_networks | of_networks | of_maps
"""Configs, valid or not."""
