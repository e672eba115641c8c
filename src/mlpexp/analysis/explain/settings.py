"""What a config asks for, as far as rules look at it."""

from dataclasses import dataclass

import numpy as np

from mlpexp.architectures.layers import Activation, BatchNorm, Dropout
from mlpexp.config.experiment import Experiment
from mlpexp.config.optimization import OptimizerConfig
from mlpexp.config.own_steps import OwnOptimizer
from mlpexp.planning.prepare import Prepared
from mlpexp.training.schedules import factor


@dataclass(frozen=True)
class Settings:
    """Of one member."""

    optimizer: str
    """Name."""
    learning_rate: float
    """The largest used."""
    batch_size: int
    """Samples of a step."""
    batch_share: float
    """The same as a share of the training set."""
    epochs: int
    """As configured."""
    hidden_activations: tuple[str, ...]
    """Name of each hidden layer's function."""
    momentum: float = 0.0
    """Of sgd."""
    nesterov: bool = False
    """Whether that is Nesterov's."""
    relative_step: float = float("nan")
    """For optimizers with step sizes of their own: learning rate over the root mean square of the weights."""
    mean_rate: float = 1.0
    """Mean learning rate of the epochs as a share of the largest."""
    clip: float | None = None
    """Largest norm of a gradient; None: none is shortened."""
    reach: float = float("inf")
    """With clipping by sgd, the longest way that training can go, as a multiple of the norm of the initial weights."""
    decay: float = 0.0
    """``l2_penalty`` or ``weight_decay``, the larger one."""
    decay_key: str = "l2_penalty"
    """Which of them."""
    dropout: float = 0.0
    """The largest of a layer."""
    bias: bool = True
    """Whether layers have biases."""
    batch_norm: bool = False
    """Whether there is batch normalization."""


def settings_of(prepared: Prepared, member: Experiment, norm: float) -> Settings:
    """Of one member.

    Args:
        prepared: What it is of, with the sizes of its parts.
        member: Its experiment.
        norm: Of all weights before the first step.
    """
    sizes, optimizer, training = prepared.sizes, member.optimizer, member.training
    layers = [layer.spec for layer in prepared.architecture.layers]
    batch, decays = training.batch_of(sizes.train), _decays(optimizer)
    momentum, (largest, mean) = float(getattr(optimizer, "momentum", 0.0)), _rates(prepared)
    rate, mean_rate = optimizer.learning_rate * largest, mean / largest if largest > 0 else 1.0
    reach, norm = float("inf"), max(norm, 1e-30)
    if training.gradient_clip is not None and optimizer.name == "sgd":
        steps = training.epochs * -(-sizes.train // batch)
        reach = mean_rate * rate * training.gradient_clip * steps / (1 - momentum) / norm
    return Settings(
        optimizer=optimizer.name,
        learning_rate=rate,
        batch_size=batch,
        batch_share=batch / sizes.train,
        epochs=training.epochs,
        hidden_activations=tuple(layer.function.name for layer in layers if isinstance(layer, Activation)),
        momentum=momentum,
        nesterov=bool(getattr(optimizer, "nesterov", False)),
        relative_step=rate * prepared.architecture.num_parameters**0.5 / norm,
        mean_rate=mean_rate,
        clip=training.gradient_clip,
        reach=reach,
        decay=max(decays.values()),
        decay_key=max(decays, key=lambda key: decays[key]),
        dropout=max((layer.rate for layer in layers if isinstance(layer, Dropout)), default=0.0),
        bias=bool(getattr(member.model, "bias", True)),
        batch_norm=any(isinstance(layer, BatchNorm) for layer in layers),
    )


def _rates(prepared: Prepared) -> tuple[float, float]:
    """The largest factor of the schedule and its mean, in the middle of each epoch and, for the largest, at the start."""
    experiment, num_train = prepared.experiment, prepared.sizes.train
    epochs = experiment.training.epochs
    steps_per_epoch = -(-num_train // experiment.training.batch_of(num_train))
    times_E = np.concatenate([[0.0], np.arange(epochs) + 0.5])
    factors = factor(experiment.schedule, times_E, epochs, steps_per_epoch, num_train)
    return float(factors.max()), float(factors[1:].mean())


def _decays(optimizer: OptimizerConfig | OwnOptimizer) -> dict[str, float]:
    return {key: float(getattr(optimizer, key, 0.0)) for key in ("l2_penalty", "weight_decay")}
