"""Rules across sections, each through the whole preparation, and the defaults that other sections decide."""

from pathlib import Path

import pytest

from mlpexp.config.yaml_source import override_in
from mlpexp.errors import ConfigError
from mlpexp.planning.prepare import prepare

BASE = {
    "dataset": "iris",
    "model": "mlp",
    "optimizer": "{name: sgd, learning_rate: 0.1}",
    "training": "{batch_size: 16, epochs: 5}",
}
SINE = "{name: synthetic, kind: function, function: sine}"


def written(folder: Path, **sections: str) -> Path:
    path = folder / "c.yaml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in {**BASE, **sections}.items()))
    return path


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        (
            {"loss": "mean_squared_error", "model": "{name: mlp, output_activation: softmax}", "dataset": SINE},
            "2:39: model.output_activation: softmax is for class labels, but this data set has numbers; "
            "use none, sigmoid or tanh",
        ),
        (
            {"dataset": SINE, "loss": "cross_entropy"},
            "5:7: loss: cross_entropy is for class labels, but this data set has numbers; use mean_squared_error",
        ),
        (
            {"dataset": SINE, "loss": "softmax_squared_error"},
            "5:7: loss: softmax_squared_error is for class labels, but this data set has numbers; use mean_squared_error",
        ),
        ({"model": "lenet5"}, "2:8: model.name: lenet5 needs images, but iris has 4 features; use mlp"),
        ({"model": "cnn4"}, "2:8: model.name: cnn4 needs images, but iris has 4 features; use mlp"),
        ({"model": "{name: mnist_cnn}"}, "2:15: model.name: mnist_cnn needs images, but iris has 4 features; use mlp"),
        (
            {"model": "{name: cnn, layers: [{layer: dense, units: 3}]}"},
            "2:15: model.name: cnn needs images, but iris has 4 features; use mlp",
        ),
        (
            {"dataset": "digits", "model": "lenet5"},
            "2:8: model.name: lenet5 needs images of 1x28x28 or 1x32x32, but digits has 1x8x8; use cnn",
        ),
        (
            {"model": "{name: mlp, batch_norm: true}", "training": "{batch_size: 1}"},
            "4:24: training.batch_size: batch normalization needs at least two samples in every batch, but of 105 samples "
            "in batches of 1 one is left alone",
        ),
        (
            {"model": "{name: mlp, batch_norm: true}", "training": "{batch_size: 52}"},
            "4:24: training.batch_size: batch normalization needs at least two samples in every batch, but of 105 samples "
            "in batches of 52 one is left alone",
        ),
        (
            {"training": "{batch_size: 106}"},
            "4:24: training.batch_size: 106 is larger than the training set of 105 samples; "
            "use `full` for full-batch training",
        ),
        (
            {"training": "{epochs: 5, early_stopping: {patience: 3}}"},
            "4:39: training.early_stopping: needs validation data; set dataset.validation_fraction, for example to 0.2",
        ),
        (
            {"schedule": "{name: cosine, warmup_epochs: 5.5}"},
            "5:41: schedule.warmup_epochs: 5.5 is longer than the 5 epochs of training",
        ),
        (
            {"training": "{precision: bfloat16}"},
            "4:23: training.precision: bfloat16 is for image data; small networks lose accuracy and gain no time",
        ),
        ({"seed": "9223372036854775807", "seeds": "2"}, "6:8: seeds: seed + seeds is too large"),
        (
            {"dataset": "{name: mnist, train_samples: 60001}", "model": "lenet5"},
            "1:39: dataset.train_samples: 60001 is more than the 60000 samples that MNIST has",
        ),
        (
            {"dataset": "{name: synthetic, kind: blobs, classes: 5, samples: 4}"},
            "1:62: dataset.samples: 4 is too few for the 5 classes of kind: blobs",
        ),
    ],
)
def test_a_rule_that_is_broken(sections: dict[str, str], expected: str, tmp_path: Path) -> None:
    path = written(tmp_path, **sections)
    with pytest.raises(ConfigError) as caught:
        prepare(path)
    assert str(caught.value) == f"{path}:{expected}"


@pytest.mark.parametrize(
    "sections",
    [
        {"training": "{batch_size: 105}"},
        {"training": "{batch_size: full}", "model": "{name: mlp, batch_norm: true}"},
        {"training": "{epochs: 5, early_stopping: {}}", "dataset": "{name: iris, validation_fraction: 0.2}"},
        {"schedule": "{name: cosine, warmup_epochs: 5}"},
        {"dataset": "digits", "training": "{precision: bfloat16}"},
        {"dataset": "mnist", "model": "lenet5"},
        {"dataset": "mnist", "model": "cnn4"},
        {"seed": "9223372036854775807"},
        {"seed": "9223372036854775806", "seeds": "2"},
    ],
)
def test_the_nearest_thing_that_is_allowed(sections: dict[str, str], tmp_path: Path) -> None:
    assert prepare(written(tmp_path, **sections)).architecture.num_parameters > 0


def test_a_rule_broken_by_an_override_names_it(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(ConfigError) as caught:
        prepare(
            path,
            [
                override_in("model=lenet5", "--set model=lenet5"),
                override_in("model.output_activation=tanh", "--output-activation"),
            ],
        )
    assert str(caught.value).splitlines() == [
        (
            "--output-activation: model.output_activation: tanh does not go with loss: cross_entropy, which has softmax; "
            "leave it out, or set loss to half_sum_squared_error, sum_squared_error or mean_squared_error"
        ),
        "--set model=lenet5: model.name: lenet5 needs images, but iris has 4 features; use mlp",
    ]


@pytest.mark.parametrize(("dataset", "loss"), [("iris", "cross_entropy"), (SINE, "mean_squared_error")])
def test_the_default_loss_fits_the_task(dataset: str, loss: str, tmp_path: Path) -> None:
    assert prepare(written(tmp_path, dataset=dataset)).experiment.loss == loss
    kept = prepare(written(tmp_path, loss="softmax_squared_error")).experiment.loss
    assert kept == "softmax_squared_error"


@pytest.mark.parametrize(
    ("model", "init"),
    [
        ("mlp", "he_normal"),
        *(
            (f"{{name: mlp, activation: {name}}}", "he_normal")
            for name in ("relu", "leaky_relu", "prelu", "elu", "maxout", "silu", "swish", "gelu", "softplus")
        ),
        *(
            (f"{{name: mlp, activation: {name}}}", "xavier_uniform")
            for name in ("sigmoid", "logistic", "tanh", "hard_tanh", "hard_sigmoid", "identity", "linear")
        ),
        ("{name: mlp, activation: selu}", "lecun_normal"),
        ("{name: mlp, hidden_sizes: [2, 2], activation: [tanh, relu]}", "xavier_uniform"),
        ("{name: mlp, hidden_sizes: [], activation: []}", "xavier_uniform"),
        ("{name: mlp, init: orthogonal}", "orthogonal"),
    ],
)
def test_the_default_initializer_suits_the_activation(model: str, init: str, tmp_path: Path) -> None:
    resolved = prepare(written(tmp_path, model=model)).experiment
    assert resolved.model.init is not None
    assert resolved.model.init.name == init


def test_a_csv_path_starts_at_the_folder_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").write_text("x,y\n" + "1,a\n2,b\n" * 20)
    path = written(tmp_path, dataset="{name: csv, path: data/t.csv, target: y}")
    monkeypatch.chdir("/")
    prepared = prepare(path)
    assert prepared.experiment.dataset.name == "csv"
    assert prepared.experiment.dataset.path == str(tmp_path / "data" / "t.csv")
    assert prepared.facts.num_samples == 40


@pytest.mark.parametrize("name", ["'~nosuchuser/t.csv'", '"a\\0b"'])
def test_a_csv_path_that_is_none(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r":1:28: dataset\.path: cannot be a path: "):
        prepare(written(tmp_path, dataset=f"{{name: csv, path: {name}, target: y}}"))


@pytest.mark.parametrize("split", ["letters", "{kind: letters}"])
def test_a_collection_of_emnist_is_no_split(split: str, tmp_path: Path) -> None:
    message = r":1:32: dataset\.split: says how samples become parts; did you mean collection: letters\?"
    with pytest.raises(ConfigError, match=message):
        prepare(written(tmp_path, dataset=f"{{name: emnist, split: {split}}}"))
