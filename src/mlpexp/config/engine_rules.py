"""Rules for ``training.engine: numpy``, which knows multilayer perceptrons and plain gradient descent and nothing else."""

from collections.abc import Iterator

from mlpexp.config.experiment import Experiment
from mlpexp.config.networks import Mlp
from mlpexp.config.optimization import Sgd
from mlpexp.config.own_parts import parts_in, short_name
from mlpexp.config.yaml_source import Path_

USE_TORCH = "or use training.engine: torch"


def engine_violations(experiment: Experiment) -> Iterator[tuple[Path_, str]]:
    """The rules that a resolved experiment with the NumPy engine breaks; none of the other engine."""
    if experiment.training.engine == "torch":
        return
    yield from _model(experiment)
    yield from _optimizer(experiment)
    yield from _training(experiment)
    if experiment.device not in ("auto", "cpu"):
        yield ("device",), f"the numpy engine computes on the CPU, not on {experiment.device}; use cpu, {USE_TORCH}"
    if experiment.start is not None and experiment.start.freeze:
        yield ("start", "freeze"), f"the numpy engine trains all layers; leave it out, {USE_TORCH}"
    if experiment.diagnostics != "off":
        yield ("diagnostics",), f"the numpy engine records none; set it to off, {USE_TORCH}"


def _model(experiment: Experiment) -> Iterator[tuple[Path_, str]]:
    model = experiment.model
    if not isinstance(model, Mlp):
        yield ("model", "name"), f"the numpy engine trains only mlp, not {model.name}; use training.engine: torch"
        return
    if model.dropout > 0:
        yield ("model", "dropout"), f"the numpy engine drops no units; set it to 0, {USE_TORCH}"
    if model.batch_norm:
        yield ("model", "batch_norm"), f"the numpy engine does not normalize; set it to false, {USE_TORCH}"


def _optimizer(experiment: Experiment) -> Iterator[tuple[Path_, str]]:
    optimizer = experiment.optimizer
    if not isinstance(optimizer, Sgd):
        yield ("optimizer", "name"), f"the numpy engine knows only sgd, not {optimizer.name}; use sgd, {USE_TORCH}"
    for key in ("momentum", "weight_decay"):
        if isinstance(optimizer, Sgd) and getattr(optimizer, key):
            yield ("optimizer", key), f"the numpy engine has none; set it to 0, {USE_TORCH}"


def _training(experiment: Experiment) -> Iterator[tuple[Path_, str]]:
    training = experiment.training
    for key in ("gradient_clip", "weight_averaging"):
        if getattr(training, key) is not None:
            yield ("training", key), f"the numpy engine has none; leave it out, {USE_TORCH}"
    if training.train_metrics == "running":
        yield ("training", "train_metrics"), f"the numpy engine measures after each epoch; use exact, {USE_TORCH}"
    for kind, reference in parts_in(experiment):
        if kind == "score":
            continue
        place: Path_ = ("model", kind) if kind in ("activation", "init") else (kind,)
        yield place, f"the numpy engine has no own {kind} {short_name(reference)}; {USE_TORCH}"
    if training.precision == "bfloat16":
        yield ("training", "precision"), f"NumPy has no bfloat16; use float32 or float64, {USE_TORCH}"
