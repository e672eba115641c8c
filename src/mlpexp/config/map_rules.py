"""Rules for a self-organizing map: what means nothing to it, since no gradient of a loss is followed."""

from collections.abc import Iterator

from mlpexp.config.experiment import Experiment
from mlpexp.config.optimization import Sgd
from mlpexp.config.som import Som
from mlpexp.config.yaml_source import Path_

Finding = tuple[Path_, str]


def map_violations(experiment: Experiment) -> Iterator[Finding]:
    """The rules that a resolved experiment with a map breaks; none of other models."""
    model = experiment.model
    if not isinstance(model, Som):
        return
    if experiment.loss is not None:
        yield ("loss",), "means nothing for a self-organizing map, which is measured by its quantization error"
    if experiment.start is not None:
        yield ("start",), "means nothing for a self-organizing map, which has no layers to take; leave it out"
    if experiment.diagnostics != "off":
        yield (
            ("diagnostics",),
            "means nothing for a self-organizing map, which has no layers and no gradient; leave it out",
        )
    yield from _optimizer(experiment)
    yield from _training(experiment)
    if model.radius is not None and model.radius < model.final_radius:
        message = f"{model.radius:g} is below final_radius, {model.final_radius:g}; a neighbourhood shrinks"
        yield ("model", "radius"), message


def _optimizer(experiment: Experiment) -> Iterator[Finding]:
    optimizer = experiment.optimizer
    if not isinstance(optimizer, Sgd):
        message = f"{optimizer.name} means nothing for a self-organizing map; use sgd, or leave the section out"
        yield ("optimizer", "name"), message
    for key in ("momentum", "l2_penalty", "weight_decay"):
        if getattr(optimizer, key, 0.0):
            yield ("optimizer", key), "means nothing for a self-organizing map; leave it out"


def _training(experiment: Experiment) -> Iterator[Finding]:
    training, model = experiment.training, experiment.model
    assert isinstance(model, Som)
    for key in ("gradient_clip", "weight_averaging"):
        if getattr(training, key) is not None:
            yield ("training", key), "means nothing for a self-organizing map; leave it out"
    if training.class_weights != "none":
        yield (
            ("training", "class_weights"),
            "means nothing for a self-organizing map, which learns no classes; leave it out",
        )
    if training.train_metrics == "running":
        yield ("training", "train_metrics"), "running is for networks; a self-organizing map is measured exactly"
    if training.precision in ("bfloat16", "tf32"):
        yield ("training", "precision"), f"{training.precision} is too coarse for the distances of a map; use float32"
    if model.algorithm == "batch" and training.batch_size != "full":
        message = (
            f"{training.batch_size} does not suit model.algorithm: batch, which takes all samples at once; use full"
        )
        yield ("training", "batch_size"), message
