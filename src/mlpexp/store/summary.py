"""``summary.json``: what a result is about, how it ended, and what each arm reached. One type for runs and sweeps."""

from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from mlpexp.config.scores import PARTS, Column, Part, Score, When, column_of
from mlpexp.config.strict import Strict

ResultStatus = Literal["running", "finished", "diverged", "interrupted", "failed"]
UNFINISHED = ("running", "interrupted", "failed")
EACH_ARMS = "what each arm learns"
LARGE_SHARE = 0.6  # of the largest class, from which an accuracy must be seen beside it
Number = float | None  # None: JSON knows neither infinity nor NaN


class LargestClass(Strict):
    """The class that most training samples have, and what naming it always would reach."""

    name: str
    shares: dict[str, float]
    """By part of the data, the share of its samples that are of this class; where seeds differ in it, the mean over them."""


class DatasetSummary(Strict):
    """The data of a result: those of the config, or of the first arm where arms differ in them."""

    title: str
    task: Literal["classification", "regression"]
    input_shape: tuple[int, ...] = ()
    target_name: str = ""
    learned: str = ""
    """What networks learn of the numbers of a table, and losses are of: ``standardized price``; else empty."""
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    largest_class: LargestClass | None = None
    train: int
    validation: int
    test: int
    ranges: dict[Part, tuple[int, int]] | None = None
    """By part, the fewest and most samples that a seed has; None: every seed has the same."""
    same_rows: bool = False
    """Whether all arms learn from one table, and none leaves out a row, whatever columns it learns from."""

    @property
    def losses_compare(self) -> bool:
        """Whether the losses of all arms are of one thing."""
        return self.learned != EACH_ARMS

    def labelled(self, score: Score, text: str) -> str:
        """A label of a score with its unit: ``loss (standardized price)``."""
        return score.of_unit(text, self.learned, self.target_name if self.learned else "")

    def samples(self, part: Part) -> int:
        """How many samples a part has, with the first seed."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[part]

    def always(self, *parts: str) -> str:
        """``always 'neg': 0.913``: what naming the largest class would reach, where it is large in a part; else empty."""
        if self.largest_class is None:
            return ""
        name, shares = self.largest_class.name, self.largest_class.shares
        large = {part: shares[part] for part in parts if shares.get(part, 0.0) > LARGE_SHARE}
        named = [f"{share:.3f}" + (f" ({part})" if len(parts) > 1 else "") for part, share in large.items()]
        return f"always {name!r}: {', '.join(named)}" if named else ""

    def in_words(self) -> str:
        """``105 train, 45 test``, or ``119 to 120 train, 30 to 31 test``."""
        return ", ".join(f"{self.samples_in_words(part)} {part}" for part in PARTS if self.samples(part))

    def samples_in_words(self, part: Part) -> str:
        """``45``, or ``30 to 31`` where seeds differ."""
        low, high = (self.ranges or {}).get(part, (self.samples(part),) * 2)
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"


class ModelSummary(Strict):
    """The network of the config; ``parameters`` is None where an old sweep does not say."""

    name: str
    parameters: int | None = None


class MetricSummary(Strict):
    """What arms are compared by: a score of a part of the data, at the last or at the best epoch."""

    name: str
    when: When
    column: str
    label: str
    higher_is_better: bool
    selected_on: str | None = None

    @property
    def part(self) -> Part:
        """``test`` of ``test_accuracy``."""
        return next(part for part in PARTS if part == self._column.part)

    @property
    def _column(self) -> Column:
        column = column_of(self.name)
        assert column is not None, self.name
        return column

    @property
    def is_accuracy(self) -> bool:
        """Whether it is a share of right samples, which a large class makes high."""
        return self._column.is_accuracy

    @property
    def score(self) -> Score:
        """Accuracy, of ``test_accuracy``."""
        return self._column.score


class AxisSummary(Strict):
    """A varied key: its values as text, and the config's own value."""

    key: str
    label: str
    values: tuple[str, ...]
    log: bool = False
    base: str | None = None
    meanings: dict[str, str] = Field(default_factory=dict)
    """By the user's own names of values what is trained."""
    scaled: dict[str, str] = Field(default_factory=dict)
    """By hidden sizes as they were trained what was written, where that is not the same."""

    @model_serializer(mode="wrap")
    def _as_ever(self, handler: SerializerFunctionWrapHandler) -> Any:
        """Without what most results have none of."""
        return {key: value for key, value in handler(self).items() if key not in ("meanings", "scaled") or value}


class Mean(Strict):
    """A score over the seeds that ended well: n, mean, standard deviation, 95 % interval."""

    n: int
    mean: Number
    std: Number = None
    low: Number = None
    high: Number = None
    new_samples_low: Number = None
    """Of the interval for new samples of the same source; None where none holds, and in older results."""
    new_samples_high: Number = None


class ArmSummary(Strict):
    """What an arm reached."""

    label: str
    """Its settings in one line."""
    diverged: int
    """How many of its trials diverged."""
    failed: int
    """How many of its trials failed."""
    means: dict[str, Mean]
    """By column of ``trials.csv``. All scores where there is one arm, else the metric alone."""


class Outcome(Strict):
    """How a result ended: each arm, and the number of the best one (None: no trial has a value)."""

    arms: tuple[ArmSummary, ...]
    best: int | None

    @property
    def diverged(self) -> int:
        """Trials that diverged."""
        return sum(arm.diverged for arm in self.arms)

    @property
    def failed(self) -> int:
        """Trials that failed."""
        return sum(arm.failed for arm in self.arms)


class Look(Strict):
    """A result that has looked at a question."""

    name: str
    """Of its folder."""
    hash: str
    """Of what decides its numbers."""
    seeds: tuple[int, int]
    """The first and the last."""
    num_arms: int


class ConfirmedArm(Strict):
    """What the confirmed look had said of an arm."""

    data: str
    """The fingerprint of its data."""
    n: int
    """Pairs with the reference; of the reference its own seeds."""
    difference: Number = None
    """To the reference of the confirmation."""
    low: Number = None
    high: Number = None
    verdict: Literal["reference", "better", "worse", "no difference", "undecided", "diverged"]
    said: str
    """The verdict in few words: ``better by 0.021``."""


class Confirms(Strict):
    """What a sweep with fresh seeds confirms."""

    looks: tuple[Look, ...]
    """All known looks before it: the original sweep, then confirmations of it and results with the same arms."""
    confirmed: int
    """Which of them is confirmed, from 0."""
    chosen_after: bool
    """Whether its best arm was its reference, chosen after looking."""
    arms: tuple[ConfirmedArm, ...]
    """What that had said, by arm of this sweep."""


class Summary(Strict):
    """All of ``summary.json``."""

    format: Literal[1, 2] = 2  # 1: read from an old folder
    planned_by: Literal["train", "sweep"]
    """The command that planned it: ``train`` one arm, ``sweep`` the settings of its axes."""
    name: str
    hash: str
    """Of what decides the numbers."""
    title: str
    status: ResultStatus
    reason: str | None = None
    """Why it failed."""
    dataset: DatasetSummary
    model: ModelSummary
    parts: tuple[Part, ...]
    """The parts of the data that every arm has."""
    scores: tuple[str, ...]
    """What is measured: what training lowers, what the model is judged by, and what the config asks for besides."""
    own_scores: dict[str, bool] = Field(default_factory=dict)
    """By name of those that are functions of Python, whether higher values are better."""
    metric: MetricSummary
    selected_on: str | None
    """What the best epoch has the best of; None: no validation data, the best epoch is the last."""
    seeds: tuple[int, ...]
    num_arms: int
    num_trials: int
    axes: tuple[AxisSummary, ...] = ()
    method: str = "grid"
    match: str | None = None
    baseline: int | None = None
    margin: float = Field(0.01, gt=0)
    speaks_of: str = ""
    """Of what intervals over seeds speak; empty in older results."""
    also_varies: tuple[str, ...] = ()
    losses: tuple[str, ...] | None = None
    """What the losses of arms are, in words, each once; None in older results."""
    known_samples: tuple[str, ...] = ()
    """Which samples to be judged by the weights to begin with have learned from, in words."""
    confirms: Confirms | None = None
    """Of a sweep that confirms another one."""
    named_arms: bool = False
    """Whether arms have labels of the user's own."""
    outcome: Outcome | None = None
    """None until it has come to its end."""
    manifest: bool = False
    """Whether the sums of all files were written with it."""

    @model_serializer(mode="wrap")
    def _as_ever(self, handler: SerializerFunctionWrapHandler) -> Any:
        """Without what most results have none of."""
        return {key: value for key, value in handler(self).items() if key != "own_scores" or value}

    @property
    def different_losses(self) -> tuple[str, ...]:
        """The losses that arms have, in words; of an older result the names that its axis has."""
        named = [axis.values for axis in self.axes if axis.key == "loss"]
        return self.losses if self.losses is not None else named[0] if named else ()

    @property
    def losses_compare(self) -> bool:
        """Whether the losses of all arms are of one thing, and in one unit."""
        return self.dataset.losses_compare and len(self.different_losses) < 2

    @property
    def complete(self) -> bool:
        """Whether it has come to its end."""
        return self.status not in UNFINISHED

    @property
    def word(self) -> Literal["run", "sweep"]:
        """What a user calls it."""
        return "run" if self.planned_by == "train" else "sweep"

    @property
    def when(self) -> When:
        """The epoch that counts: the best by validation data, else the last."""
        return "best" if self.selected_on else "final"

    def with_status(self, status: ResultStatus, reason: str | None = None) -> "Summary":
        """The same in another status; a reason that an earlier failure had is forgotten."""
        return self.model_copy(update={"status": status, "reason": reason})
