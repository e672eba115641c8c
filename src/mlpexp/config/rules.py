"""Rules across sections: what each part allows but their combination does not. Pure functions of config and data set facts."""

from collections.abc import Iterator, Mapping, Sequence

from mlpexp.config.datasets import Csv
from mlpexp.config.engine_rules import engine_violations
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.layers import ConvLayer, DenseLayer
from mlpexp.config.map_rules import Finding, map_violations
from mlpexp.config.networks import Cnn, Cnn4, Lenet5, Mlp, MnistCnn, default_init
from mlpexp.config.output_rules import output_violations
from mlpexp.config.own_images import Images
from mlpexp.config.own_parts import not_known
from mlpexp.config.own_scores import of_one_name
from mlpexp.config.scores import is_declared, measured_by, score_named, suitable_for, suits, unsuitable
from mlpexp.config.som import Som
from mlpexp.config.start import Start
from mlpexp.config.target_rules import target_violations
from mlpexp.config.words import did_you_mean
from mlpexp.config.yaml_source import Path_

MOST_CLASSES = 12  # in a message


def resolve(experiment: Experiment, facts: DatasetFacts) -> Experiment:
    """Fills the defaults that depend on other keys: loss, initializers, how numbers are learned; of a map its radius."""
    changes: dict[str, object] = {}
    stopping = experiment.training.early_stopping
    if stopping and stopping.score == measured_by(experiment.model.name, facts.task)[0]:  # what is watched anyway
        early = stopping.model_copy(update={"score": None})
        training = experiment.training.model_copy(update={"early_stopping": early})
        experiment = experiment.model_copy(update={"training": training})
    if experiment.start == Start():  # of no result, and nothing stays: as if it were not there
        experiment = experiment.model_copy(update={"start": None})
    dataset = experiment.dataset
    if isinstance(dataset, Images) and not list(_parts_are_drawn(experiment, facts)):
        own_test, own_validation = facts.num_official_test > 0, facts.num_official_validation > 0
        dataset = dataset.with_fractions(own_test=own_test, own_validation=own_validation)
        experiment = experiment.model_copy(update={"dataset": dataset})
    if isinstance(experiment.model, Som):
        radius = experiment.model.radius or experiment.model.default_radius
        return experiment.model_copy(update={"model": experiment.model.model_copy(update={"radius": radius})})
    if isinstance(dataset, Csv) and facts.task == "regression":
        changes["dataset"] = dataset.model_copy(update={"target": dataset.target.of_numbers})
    if experiment.loss is None:
        changes["loss"] = "cross_entropy" if facts.task == "classification" else "mean_squared_error"
    if experiment.model.init is None:
        activation = experiment.model.activation
        first = (activation[0] if activation else None) if isinstance(activation, tuple) else activation
        init = default_init(first.name if first else "identity")
        changes["model"] = experiment.model.model_copy(update={"init": init})
    elif experiment.model.init.name == "torch_default" and experiment.model.bias and experiment.model.bias_init is None:
        changes["model"] = experiment.model.model_copy(update={"bias_init": experiment.model.init})
    return experiment.model_copy(update=changes)


def unknown_classes(experiment: Experiment, class_names: Sequence[str]) -> list[Finding]:
    """Classes that have a weight, but that the data do not have.

    Args:
        experiment: The config.
        class_names: Of the data.
    """
    weights = experiment.training.class_weights
    if not isinstance(weights, Mapping) or not class_names:
        return []
    some = ", ".join(class_names[:MOST_CLASSES]) + (", ..." if len(class_names) > MOST_CLASSES else "")
    return [
        (
            ("training", "class_weights", name),
            f"there is no such class{did_you_mean(name, class_names) or f'; the classes are {some}'}",
        )
        for name in weights
        if name not in class_names
    ]


def violations(experiment: Experiment, facts: DatasetFacts, num_train: int, num_validation: int) -> list[Finding]:
    """All rules that a (resolved) experiment with so many training and validation samples breaks: path and message."""
    return [
        *map_violations(experiment),
        *engine_violations(experiment),
        *output_violations(experiment, facts),
        *target_violations(experiment, facts),
        *_parts_are_drawn(experiment, facts),
        *_model_fits_data(experiment, facts),
        *_batch_fits_samples(experiment, num_train),
        *_batch_norm_has_batches(experiment, num_train),
        *_training_is_consistent(experiment, facts, num_validation),
        *_seeds_are_folds(experiment),
        *_scores_fit(experiment, facts),
    ]


def _scores_fit(experiment: Experiment, facts: DatasetFacts) -> Iterator[Finding]:
    model = experiment.model.name
    places: list[tuple[Path_, str]] = [(("scores", place), name) for place, name in enumerate(experiment.scores)]
    if experiment.selected_by is not None:
        places.append((("training", "early_stopping", "score"), experiment.selected_by))
    for path, name in places:
        if not is_declared(name):
            yield path, not_known(name, "score")
        elif not suits(score_named(name), model, facts.task):
            yield path, unsuitable(name, suitable_for(model, facts.task))
    for name in of_one_name(experiment.more_scores):
        yield ("scores",), f"two functions are called {name}, and so would be their columns; give one another name"


def _model_fits_data(experiment: Experiment, facts: DatasetFacts) -> Iterator[Finding]:
    model, name = experiment.model, experiment.dataset.name
    if isinstance(model, (Lenet5, Cnn4, MnistCnn, Cnn)) and not facts.is_image:
        sizes = "x".join(map(str, facts.input_shape))
        yield ("model", "name"), f"{model.name} needs images, but {name} has {sizes} features; use mlp"
    elif isinstance(model, Lenet5) and facts.input_shape not in ((1, 28, 28), (1, 32, 32)):
        sizes = "x".join(map(str, facts.input_shape))
        yield ("model", "name"), f"lenet5 needs images of 1x28x28 or 1x32x32, but {name} has {sizes}; use cnn"


def _parts_are_drawn(experiment: Experiment, facts: DatasetFacts) -> Iterator[Finding]:
    """Of the user's own pictures: a part that they have is not drawn, too."""
    dataset = experiment.dataset
    if not isinstance(dataset, Images):
        return
    parts = {"test": facts.num_official_test, "validation": facts.num_official_validation}
    for part, number in parts.items():
        key = f"{part}_fraction"
        if number and getattr(dataset, key) is not None:
            yield (
                ("dataset", key),
                f"means nothing: the data have {number:,} pictures as their {part} part; leave it out",
            )
        if number and dataset.split.kind == "k_fold":
            yield ("dataset", "split"), f"k_fold cannot be used: the data have a {part} part of their own; leave it out"


def _batch_fits_samples(experiment: Experiment, num_train: int) -> Iterator[Finding]:
    size, dataset = experiment.training.batch_size, experiment.dataset
    is_cut = dataset.train_samples is not None or dataset.train_fraction is not None  # a learning curve begins small
    if size != "full" and size > num_train and not is_cut:
        yield (
            ("training", "batch_size"),
            (f"{size} is larger than the training set of {num_train} samples; use `full` for full-batch training"),
        )


def _batch_norm_has_batches(experiment: Experiment, num_train: int) -> Iterator[Finding]:
    size = experiment.training.batch_size
    batch = experiment.training.batch_of(num_train)
    smallest = num_train % batch or batch
    if _has_batch_norm(experiment) and smallest == 1:
        yield (
            ("training", "batch_size"),
            (
                f"batch normalization needs at least two samples in every batch, but of {num_train} samples "
                f"in batches of {size} one is left alone"
            ),
        )


def _has_batch_norm(experiment: Experiment) -> bool:
    model = experiment.model
    layers = model.layers if isinstance(model, Cnn) else ()
    inside = any(isinstance(layer, (ConvLayer, DenseLayer)) and layer.batch_norm for layer in layers)
    return inside or (isinstance(model, Mlp) and model.batch_norm)


def _seeds_are_folds(experiment: Experiment) -> Iterator[Finding]:
    if experiment.dataset.split.kind == "k_fold" and experiment.split_seed is not None:
        yield (
            ("split_seed",),
            "with split: k_fold the seed says which fold is the test part, and one split seed would be the same fold for "
            "all seeds; leave it out",
        )


def _training_is_consistent(experiment: Experiment, facts: DatasetFacts, num_validation: int) -> Iterator[Finding]:
    training, schedule = experiment.training, experiment.schedule
    if training.early_stopping and num_validation == 0:
        yield (
            ("training", "early_stopping"),
            "needs validation data; set dataset.validation_fraction, for example to 0.2",
        )
    if training.class_weights != "none" and facts.task == "regression" and not isinstance(experiment.model, Som):
        yield ("training", "class_weights"), "is for class labels, but this data set has numbers; leave it out"
    if schedule.warmup_epochs > training.epochs:
        yield (
            ("schedule", "warmup_epochs"),
            f"{schedule.warmup_epochs:g} is longer than the {training.epochs} epoch{'s' * (training.epochs != 1)} of training",
        )
    if training.precision == "bfloat16" and not (facts.is_image or isinstance(experiment.model, Som)):
        yield ("training", "precision"), "bfloat16 is for image data; small networks lose accuracy and gain no time"
    if training.precision == "tf32" and not experiment.on_cuda:
        yield (
            ("training", "precision"),
            "tf32 is arithmetic of NVIDIA cards; use float32, or set device: cuda",
        )
    if experiment.seed + experiment.seeds > 2**63:
        yield ("seeds",), "seed + seeds is too large"
