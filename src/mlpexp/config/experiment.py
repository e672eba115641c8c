"""The whole config: one experiment."""

import re
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PlainSerializer, ValidatorFunctionWrapHandler, WrapValidator

from mlpexp.config.datasets import DatasetConfig, draws_new_data
from mlpexp.config.networks import ModelConfig
from mlpexp.config.optimization import ConstantSchedule, Training
from mlpexp.config.own_parts import name_or_own
from mlpexp.config.own_scores import ScoreOrOwn
from mlpexp.config.own_steps import OptimizerSection, ScheduleSection
from mlpexp.config.start import Start
from mlpexp.config.strict import ListOf, PositiveInt, Seed, Strict
from mlpexp.config.sweep import Sweep

LossName = Literal[
    "cross_entropy", "softmax_squared_error", "mean_squared_error", "half_sum_squared_error", "sum_squared_error",
    "binary_cross_entropy",
]  # fmt: skip
LossOrOwn = Annotated[LossName, WrapValidator(name_or_own), PlainSerializer(str, return_type=str)]
Diagnostics = Literal["off", "cheap", "full"]
NUMBERED_CARD = re.compile(r"cuda:(0|[1-9]\d?)")


def _word_or_card(value: object, known_word: ValidatorFunctionWrapHandler) -> object:
    """One of the words, or ``cuda:`` with the number of a card, of which there are too many to list."""
    numbered = isinstance(value, str) and NUMBERED_CARD.fullmatch(value)
    return value if numbered else known_word(value)


DeviceName = Annotated[
    Literal["auto", "cpu", "cuda", "mps"], WrapValidator(_word_or_card), PlainSerializer(str, return_type=str)
]

YES_OR_NO = {"yes": True, "no": False}


def _in_words(value: object) -> object:
    """``yes`` and ``no``, which YAML 1.2 has as text."""
    return YES_OR_NO.get(value, value) if isinstance(value, str) else value


class Keep(Strict):
    """What is kept of a trained network beside its numbers."""

    weights: Literal["none", "best", "all"] | None = Field(
        None,
        description="Of each trial's selected epoch (`best`), of its last one too (`all`); default: by their size.",
    )
    history: Annotated[int, Field(ge=0)] = Field(
        0, description="So many epochs whose weights are kept, too, evenly spread, the first and the last among them."
    )
    state: Annotated[bool, BeforeValidator(_in_words)] = Field(
        False, description="Whether what the optimizer remembers at the end is kept (`yes` or `no`)."
    )
    data: Annotated[bool, BeforeValidator(_in_words)] = Field(
        False, description="Whether the result holds copies of its tables, up to 20 MB each (`yes` or `no`)."
    )


class Seeds(NamedTuple):
    """The seed of each purpose."""

    split: int
    """Of the parts of the data."""
    init: int
    """Of the initial weights."""
    order: int
    """Of batch order, dropout and augmentation."""
    data: int | None
    """Of the data themselves; None where all seeds see the same."""


class Experiment(Strict):
    """Everything that decides the numbers of a run."""

    name: str | None = Field(
        None, description="A short name for folders and titles.", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
    )
    description: str | None = Field(None, description="What is asked; shown with the run.", max_length=2000)
    dataset: DatasetConfig = Field(description="The data.")
    model: ModelConfig = Field(description="The network.")
    loss: LossOrOwn | None = Field(
        None, description="Default: cross_entropy for classes, mean_squared_error for numbers."
    )
    start: Start | None = Field(
        None, description="Weights of another result to begin with, and layers that stay; default: all drawn."
    )
    optimizer: OptimizerSection = Field(description="The optimizer.")
    schedule: ScheduleSection = Field(ConstantSchedule(name="constant"), description="How the learning rate changes.")
    training: Training = Field(default_factory=Training, description="Batches, length, measurement.")
    scores: ListOf[ScoreOrOwn] = Field(
        (), description="What else is measured of each part of the data, besides the loss and accuracy or R²."
    )
    seed: Seed = Field(0, description="Decides split, initial weights, batch order and dropout.")
    seeds: PositiveInt = Field(1, description="Number of repetitions, with seeds seed, seed + 1, ...", le=100_000)
    split_seed: Seed | None = Field(
        None,
        description="Decides the split; default: the repetition's own seed. Set, it is the same in all repetitions.",
    )
    init_seed: Seed | None = Field(None, description="Likewise for the initial weights.")
    order_seed: Seed | None = Field(None, description="Likewise for batch order, dropout and augmentation.")
    diagnostics: Diagnostics = Field(
        "off", description="What to record of each layer and epoch; full: backward signal and curvature, too."
    )
    device: DeviceName = Field(
        "auto", description="Where to compute; auto: cuda where it is faster, else cpu; cuda:1: that card."
    )
    keep: Keep = Field(Keep(), description="Which weights the result keeps; decides no number.")
    sweep: Sweep | None = Field(None, description="What `mlpexp sweep` varies; nothing to `mlpexp train`.")

    @property
    def all_seeds(self) -> range:
        """The seeds of all repetitions."""
        return range(self.seed, self.seed + self.seeds)

    @property
    def on_cuda(self) -> bool:
        """Whether it names an NVIDIA card, with a number or without."""
        return self.device.startswith("cuda")

    @property
    def selected_by(self) -> str | None:
        """The score on validation data that the best epoch has the best of; None: what training lowers."""
        stopping = self.training.early_stopping
        return stopping.score if stopping else None

    @property
    def more_scores(self) -> tuple[str, ...]:
        """The scores that are asked for, besides those that every training is measured by."""
        return tuple(dict.fromkeys([*self.scores, *([self.selected_by] if self.selected_by else [])]))

    @property
    def seeds_by_purpose(self) -> Seeds:
        """The seeds that a member of a stack is trained with: ``seed``, but for the purposes that have their own."""
        by_purpose = (self.split_seed, self.init_seed, self.order_seed)
        split, init, order = (self.seed if seed is None else seed for seed in by_purpose)
        return Seeds(split, init, order, self.seed if draws_new_data(self.dataset) else None)
