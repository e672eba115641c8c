"""Random valid experiments: every kind of data set, network, activation, initializer, optimizer and schedule."""

from typing import Any

from hypothesis import strategies as st

from mlpexp.config.activations import ALIASES, KNOWN
from mlpexp.config.experiment import Experiment
from mlpexp.config.image_sets import IMAGE_SETS

positive = st.floats(1e-300, 1e30) | st.sampled_from([1e-8, 1e-10, 1e22, 1e16, 0.1, 3e-5, 5e-324])
nonnegative = positive | st.just(0.0)
fraction = st.floats(0, 1, exclude_max=True)
number = st.floats(-1e30, 1e30)
small = st.integers(1, 50)
seed = st.integers(0, 2**63 - 1)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(
    [
        "off",
        "yes",
        "null",
        "1e-3",
        "1_000",
        "0x10",
        "010",
        "12:30",
        "2026-01-01",
        "~",
        "a: b",
        "# c",
        "- d",
        " e ",
        "a\nb",
        "=",
    ]
)
KINDS = ("xor", "moons", "circles", "spirals", "blobs")
FUNCTIONS = ("sine", "cosine", "step", "abs", "square", "cubic", "exp", "sinc", "sawtooth", "polynomial")


def section(name: str, /, key: str = "name", **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({key: st.just(name)}, optional=optional)


def needing(strategy: st.SearchStrategy[dict[str, Any]], **required: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda a, b: a | b, strategy, st.fixed_dictionaries(required))


tabular = {"test_fraction": fraction, "validation_fraction": fraction, "standardize": st.booleans()}
scales = st.sampled_from(["standard", "minmax", "none"])
synthetic = tabular | {"samples": small, "noise": nonnegative, "data_seed": seed | st.just("seed")}
images = {
    "validation_fraction": fraction,
    "train_samples": st.none() | small,
    "test_samples": small,
    "standardize": st.booleans(),
    "augmentation": st.none()
    | st.fixed_dictionaries({}, optional={"max_shift": st.integers(0, 8), "max_rotation": st.floats(0, 180)}),
}
datasets = st.one_of(
    *(section(name, **tabular) for name in ("iris", "digits", "three_class_3d")),
    section("iris", scale=scales),
    *(section(name, **images) for name in IMAGE_SETS),
    needing(section("synthetic", **synthetic), kind=st.sampled_from(["xor", "moons", "circles"])),
    needing(
        section("synthetic", **synthetic, classes=st.none() | st.integers(2, 20)),
        kind=st.sampled_from(["spirals", "blobs"]),
    ),
    needing(section("synthetic", **synthetic), kind=st.just("function"), function=st.sampled_from(FUNCTIONS)),
    needing(
        section(
            "csv",
            **tabular,
            features=st.none() | st.lists(words, min_size=1, max_size=3),
            categorical=st.lists(words, max_size=3),
            task=st.sampled_from([None, "classification", "regression"]),
            delimiter=st.sampled_from([",", ";", "\t", "|", " ", "#", "0"]),
            missing=st.sampled_from(["error", "drop"]),
        ),
        path=st.sampled_from(["/data/t.csv", "/a b/ü.csv"]),
        target=words,
    ),
)
activations = st.one_of(
    st.sampled_from((*KNOWN, *ALIASES)),
    section("leaky_relu", negative_slope=nonnegative),
    section("prelu", initial_slope=nonnegative),
    section("elu", alpha=positive),
    section("maxout", pieces=st.integers(2, 16)),
)
inits = st.one_of(
    st.none(),
    st.sampled_from(
        ["zeros", "lecun_normal", "torch_default", "he_normal", "he_uniform", "constant", "normal", "uniform"]
    ),
    section("constant", value=number),
    section("normal", mean=number, std=positive),
    st.tuples(number, number)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: {"name": "uniform", "low": min(pair), "high": max(pair)}),
    *(
        section(name, gain=positive | st.just("activation"))
        for name in ("xavier_normal", "xavier_uniform", "orthogonal")
    ),
)
no_matrix = inits.filter(lambda init: not isinstance(init, dict) or init["name"] != "orthogonal")


def network(name: str, /, **optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Without biases there is nothing to say of how they begin."""
    return section(name, init=inits, bias=st.booleans(), **optional) | section(
        name, init=inits, bias_init=number | no_matrix, **optional
    )


layers = st.one_of(
    needing(
        section(
            "conv",
            "layer",
            stride=small,
            padding=st.just("same") | st.integers(0, 9),
            batch_norm=st.booleans(),
            activation=st.none() | activations,
        ),
        channels=small,
        kernel_size=small,
    ),
    *(section(name, "layer", kernel_size=small, stride=st.none() | small) for name in ("max_pool", "average_pool")),
    needing(section("dense", "layer", batch_norm=st.booleans(), activation=st.none() | activations), units=small),
    section("dropout", "layer", rate=fraction),
)
some_sizes = st.lists(small, max_size=3)
models = st.one_of(
    network("mlp", hidden_sizes=some_sizes, activation=activations, dropout=fraction, batch_norm=st.booleans()),
    st.lists(st.tuples(small, activations), max_size=3).map(
        lambda pairs: {"name": "mlp", "hidden_sizes": [n for n, _ in pairs], "activation": [a for _, a in pairs]}
    ),
    network("lenet5", activation=activations, pooling=st.sampled_from(["average", "max"])),
    network("cnn4", activation=activations),
    network("mnist_cnn", activation=activations, dropout=fraction),
    needing(network("cnn", activation=activations), layers=st.lists(layers, min_size=1, max_size=3)),
    section(
        "som",
        grid=st.lists(st.integers(2, 64), min_size=2, max_size=2),
        topology=st.sampled_from(["rectangular", "hexagonal"]),
        algorithm=st.sampled_from(["online", "batch"]),
        init=st.sampled_from(["random", "samples", "pca"]),
        radius=st.none() | positive,
        final_radius=positive,
        radius_decay=st.sampled_from(["exponential", "linear", "inverse_time"]),
    ),
)
rate = {"l2_penalty": nonnegative, "weight_decay": nonnegative}
optimizers = st.one_of(
    needing(section("sgd", **rate, momentum=fraction), learning_rate=positive),
    needing(section("sgd", **rate), learning_rate=positive, momentum=st.floats(0.1, 0.9), nesterov=st.booleans()),
    section("adagrad", **rate, learning_rate=positive, epsilon=positive),
    section("rmsprop", **rate, alpha=fraction, epsilon=positive),
    *(section(name, **rate, beta1=fraction, beta2=fraction, epsilon=positive) for name in ("adam", "adamw")),
)
warmup = {"warmup_epochs": nonnegative}
schedules = st.one_of(
    section("constant", **warmup),
    needing(section("step", **warmup, factor=positive), every=small),
    needing(section("exponential", **warmup), decay=positive),
    section("cosine", **warmup, final_factor=nonnegative),
    section("inverse_time", **warmup, decay=positive),
    section("inverse_power", **warmup, power=positive, per=st.sampled_from(["epoch", "sample"])),
)
trainings = st.fixed_dictionaries(
    {},
    optional={
        "batch_size": st.just("full") | small,
        "epochs": small,
        "gradient_clip": st.none() | positive,
        "early_stopping": st.none() | st.fixed_dictionaries({}, optional={"patience": small, "min_delta": nonnegative}),
        "convergence": st.none() | st.fixed_dictionaries({}, optional={"patience": small, "tolerance": nonnegative}),
        "weight_averaging": st.none() | fraction,
        "train_metrics": st.sampled_from(["exact", "running"]),
        "evaluate_every": small,
        "precision": st.sampled_from(["float32", "float64", "bfloat16"]),
        "threads": st.just("auto") | small,
        "engine": st.sampled_from(["torch", "numpy"]),
    },
)
section_of_keep = st.fixed_dictionaries(
    {},
    optional={
        "weights": st.sampled_from([None, "none", "best", "all"]),
        "history": st.integers(0, 50),
        "state": st.booleans() | st.sampled_from(["yes", "no"]),
    },
)
experiments = st.fixed_dictionaries(
    {"dataset": datasets, "model": models, "optimizer": optimizers},
    optional={
        "name": st.sampled_from(["a", "off", "1e3", "1_0", "2026-01-01", "x.y_z-1", "010", "null", "0x1"]),
        "description": words,
        "loss": st.sampled_from([None, "cross_entropy", "softmax_squared_error", "mean_squared_error"]),
        "schedule": schedules,
        "training": trainings,
        "seed": seed,
        "seeds": st.integers(1, 100_000),
        "device": st.sampled_from(["auto", "cpu", "cuda", "mps"]),
        "keep": section_of_keep,
    },
).map(Experiment.model_validate)
