"""The ``optimizer:``, ``schedule:`` and ``training:`` sections: how the weights move, for how long, and what is measured."""

from typing import Annotated, Literal

from pydantic import Field, Tag, model_validator

from mlpexp.config.own_scores import ScoreOrOwn
from mlpexp.config.strict import (
    Fraction,
    MappingOf,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    Strict,
    WordOr,
    not_together,
)


class AnyOptimizer(Strict):
    """What every optimizer has."""

    learning_rate: PositiveFloat = Field(description="Step size.")
    l2_penalty: NonNegativeFloat = Field(
        0.0, description="lambda of the penalty lambda/2 sum |W|^2; weights only, no biases."
    )
    weight_decay: NonNegativeFloat = Field(
        0.0, description="Decoupled decay: W shrinks by learning rate x this; weights only."
    )


class Sgd(AnyOptimizer):
    """Stochastic gradient descent, with momentum where asked."""

    name: Literal["sgd"]
    momentum: Fraction = Field(0.0, description="Share of the last step that is kept.")
    nesterov: bool = Field(False, description="Nesterov's variant of momentum.")

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> "Sgd":
        if self.nesterov and self.momentum == 0:
            raise not_together("nesterov", "needs a momentum above 0")
        return self


class Adagrad(AnyOptimizer):
    """Adagrad (Duchi et al. 2011)."""

    name: Literal["adagrad"]
    learning_rate: PositiveFloat = Field(0.01, description="Step size.")
    epsilon: PositiveFloat = Field(1e-10, description="Added to the root.")


class Rmsprop(AnyOptimizer):
    """RMSprop (Tieleman and Hinton 2012)."""

    name: Literal["rmsprop"]
    learning_rate: PositiveFloat = Field(0.01, description="Step size.")
    alpha: Fraction = Field(0.99, description="Decay of the mean of squared gradients.")
    epsilon: PositiveFloat = Field(1e-8, description="Added to the root.")


class Adam(AnyOptimizer):
    """Adam (Kingma and Ba 2015)."""

    name: Literal["adam"]
    learning_rate: PositiveFloat = Field(0.001, description="Step size.")
    beta1: Fraction = Field(0.9, description="Decay of the mean of gradients.")
    beta2: Fraction = Field(0.999, description="Decay of the mean of squared gradients.")
    epsilon: PositiveFloat = Field(1e-8, description="Added to the root.")


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""

    name: Literal["adamw"]  # type: ignore[assignment]
    weight_decay: NonNegativeFloat = Field(
        0.01, description="Decoupled decay: W shrinks by learning rate x this; weights only."
    )


OptimizerConfig = Annotated[Sgd | Adagrad | Rmsprop | Adam | AdamW, Field(discriminator="name")]


class AnySchedule(Strict):
    """What every schedule has."""

    warmup_epochs: NonNegativeFloat = Field(
        0.0, description="The learning rate rises linearly from 0 for so many epochs."
    )


class ConstantSchedule(AnySchedule):
    """The learning rate stays."""

    name: Literal["constant"]


class StepSchedule(AnySchedule):
    """The learning rate is multiplied by ``factor`` after every ``every`` epochs."""

    name: Literal["step"]
    every: PositiveInt = Field(description="Epochs between two steps.")
    factor: PositiveFloat = Field(0.1, description="Factor of each step.")


class ExponentialSchedule(AnySchedule):
    """``decay^epoch``."""

    name: Literal["exponential"]
    decay: PositiveFloat = Field(description="Factor per epoch.")


class CosineSchedule(AnySchedule):
    """Half a cosine from 1 to ``final_factor`` (Loshchilov and Hutter 2017)."""

    name: Literal["cosine"]
    final_factor: NonNegativeFloat = Field(0.0, description="Share of the learning rate left at the end.")


class InverseTimeSchedule(AnySchedule):
    """``1 / (1 + decay * epoch)`` (Robbins and Monro 1951)."""

    name: Literal["inverse_time"]
    decay: PositiveFloat = Field(1.0, description="How fast it falls, per epoch.")


class InversePowerSchedule(AnySchedule):
    """``1 / (1 + n)^power``, n epochs or samples being done; it changes when an epoch ends."""

    name: Literal["inverse_power"]
    power: PositiveFloat = Field(0.5, description="How fast it falls.")
    per: Literal["epoch", "sample"] = Field(
        "epoch", description="What is counted; sample: as scikit-learn's invscaling."
    )


ScheduleConfig = Annotated[
    ConstantSchedule | StepSchedule | ExponentialSchedule | CosineSchedule | InverseTimeSchedule | InversePowerSchedule,
    Field(discriminator="name"),
]


class EarlyStopping(Strict):
    """Stop when the validation loss, or another score, gets no better; the best weights are kept."""

    patience: PositiveInt = Field(10, description="Epochs without enough progress before stopping.")
    min_delta: NonNegativeFloat = Field(
        0.0, description="How much better the loss or score must be to count as progress."
    )
    score: ScoreOrOwn | None = Field(
        None,
        description="What is watched on the validation part; the best epoch has the best of it. Default: the loss.",
    )


class Convergence(Strict):
    """Stop when the training loss falls no more; the last weights are kept."""

    tolerance: NonNegativeFloat = Field(
        1e-4, description="How far below the lowest loss before it a loss must be to count as progress."
    )
    patience: PositiveInt = Field(10, description="Epochs without progress before stopping.")


class Training(Strict):
    """Batches, length, precision and measurement."""

    batch_size: PositiveInt | Literal["full"] = Field(
        32, description="Samples per step; 1: single-sample updates; `full`: all."
    )
    epochs: PositiveInt = Field(100, description="Passes over the training set.")
    gradient_clip: PositiveFloat | None = Field(
        None, description="Largest norm of the gradient; longer ones are shortened."
    )
    early_stopping: EarlyStopping | None = Field(
        None, description="Stop when the validation loss no longer falls, or another score gets no better."
    )
    convergence: Convergence | None = Field(
        None, description="Stop when the training loss falls no more; the last weights are kept."
    )
    weight_averaging: Fraction | None = Field(
        None,
        description="Decay per step of an exponential moving average of the weights, which is evaluated and saved.",
    )
    class_weights: Annotated[
        Annotated[Literal["none", "balanced"], Tag("word")] | Annotated[MappingOf[PositiveFloat], Tag("mapping")],
        WordOr,
    ] = Field(
        "none",
        description="How much samples of each class count in the gradient: balanced, or by name of the class; the loss "
        "that is reported stays unweighted.",
    )
    train_metrics: Literal["exact", "running"] = Field(
        "exact", description="Training loss on the whole set after each epoch, or averaged over its batches (cheaper)."
    )
    evaluate_every: PositiveInt = Field(
        1, description="Epochs between two rows of metrics; the last epoch always has one."
    )
    precision: Literal["float32", "float64", "bfloat16", "tf32"] = Field(
        "float32",
        description="Arithmetic; bfloat16: mixed, weights stay float32; tf32: products of NVIDIA cards with 10 binary "
        "digits.",
    )
    threads: Annotated[int, Field(gt=0, le=1024)] | Literal["auto"] = Field(
        "auto", description="CPU threads; `auto` chooses by the size of the work."
    )
    cuda_graph: Literal["auto", "off"] = Field(
        "auto", description="On CUDA, auto: steps are recorded as a CUDA graph and launched together; off: one by one."
    )
    engine: Literal["torch", "numpy"] = Field(
        "torch",
        description="What computes the steps; numpy: a second, independent implementation of plain SGD on an mlp.",
    )

    def batch_of(self, num_train: int) -> int:
        """Samples per step, of a training set of that size."""
        return num_train if self.batch_size == "full" else min(self.batch_size, num_train)
