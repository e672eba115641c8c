"""What is measured of a model on a part of the data: every score in one table, and the columns that they name.

A score that is added gets a row here and one in ``training/scores.py``, which computes it; everything else asks. Those of
one's own (``own_scores.py``) are in no table: each is known in a process that trains with it, or reads a result that has it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isinf
from typing import TYPE_CHECKING, Literal

from mlpexp.config.own_parts import short_name
from mlpexp.errors import InputError

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
PART_LABELS: Mapping[str, str] = {"train": "training", "validation": "validation", "test": "test"}

When = Literal["final", "best"]
FromPredictions = Literal["none", "loss", "right", "absolute error", "root of squared error", "explained"]
MeasuredOf = Literal["networks", "own", "classification", "regression", "maps"]
MEASURED_IN_WORDS: Mapping[str, str] = {
    "networks": "networks", "own": "networks", "classification": "class labels", "regression": "numbers as targets",
    "maps": "self-organizing maps",
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    """A quantity of a part of the data; without defaults, so that nothing is forgotten."""

    name: str
    """As in ``test_accuracy``."""
    label: str
    """In words, in tables and sentences."""
    axis: str
    """In words with its unit, at the axis of a figure."""
    unit: str
    """Behind a number that is multiplied by ``scale``, with the space before it; may be empty."""
    scale: float
    """What a value is multiplied by to be shown: 100 for per cent."""
    higher_is_better: bool
    """False for losses and errors."""
    lowest: float
    """No value is below."""
    highest: float
    """No value is above."""
    log_axis: bool
    """Whether an axis may be logarithmic: for values of very different size, of which none is 0."""
    share_of_samples: bool
    """Whether it is a share of the samples, so that the number of samples alone says how sure it is (Wilson)."""
    from_predictions: FromPredictions
    """What predictions say of it for each sample: whose mean it is, at least for small changes (``none``: nothing)."""
    measured_of: MeasuredOf
    """All networks, all by a function of one's own, those with class labels, those with numbers as targets, or maps."""
    gathered: Literal["always", "confusion", "log_odds", "residuals", "values"]
    """What is collected over batches: ``always`` what every training is measured by, else what this score asks for."""
    definition: str
    """What is computed, in one sentence."""

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest value there is: an interval, which knows no limits, ends there."""
        return self.lowest, self.highest

    @property
    def best(self) -> float:
        """The best value there is; may be infinite."""
        return self.highest if self.higher_is_better else self.lowest

    @property
    def is_unbounded(self) -> bool:
        """Whether there is neither a lowest nor a highest value, for all that is known."""
        return isinf(self.lowest) and isinf(self.highest)

    @property
    def floor(self) -> float:
        """The lowest value as it is shown."""
        return self.scale * self.lowest

    @property
    def ceiling(self) -> float:
        """The highest value as it is shown."""
        return self.scale * self.highest

    def of_unit(self, text: str, loss: str, errors: str) -> str:
        """A label or axis of it with what it is of in parentheses: ``loss (standardized price)``, ``... error (price)``.

        Args:
            text: The label.
            loss: What a loss is of; empty: nothing needs to be said.
            errors: Likewise of errors.
        """
        unit = {"networks": loss, "regression": errors if self.gathered == "residuals" else ""}.get(self.measured_of)
        return f"{text} ({unit})" if unit else text


_TABLE = (
    Score("loss", "loss", "loss", "", 1, False, 0, inf, True, False, "loss", "networks", "always",
          "mean of what training lowers, without penalties"),
    Score("accuracy", "accuracy", "accuracy (%)", " %", 100, True, 0, 1, False, True, "right", "classification", "always",
          "share of samples whose class has the largest output"),
    Score("r2", "R²", "R²", "", 1, True, -inf, 1, False, False, "explained", "regression", "always",
          "1 - mean squared error / variance of the targets of the part"),
    Score("balanced_accuracy", "balanced accuracy", "balanced accuracy (%)", " %", 100, True, 0, 1, False, False, "none",
          "classification", "confusion", "mean over the classes of the share of their samples that is found"),
    Score("f1_macro", "F1 (macro)", "F1, mean over classes", "", 1, True, 0, 1, False, False, "none", "classification",
          "confusion", "mean over the classes of 2 TP / (2 TP + FP + FN)"),
    Score("matthews", "Matthews correlation", "Matthews correlation", "", 1, True, -1, 1, False, False, "none",
          "classification", "confusion", "correlation of predicted and true classes; 0 where one of them is constant"),
    Score("roc_auc", "area under ROC", "area under the ROC curve", "", 1, True, 0, 1, False, False, "none", "classification",
          "log_odds",
          "chance that a sample of a class has a higher output for it than one of another; mean over classes"),
    Score("mean_absolute_error", "mean absolute error", "mean absolute error", "", 1, False, 0, inf, True, False,
          "absolute error",
          "regression", "residuals", "mean distance of output and target"),
    Score("root_mean_squared_error", "root mean squared error", "root mean squared error", "", 1, False, 0, inf, True,
          False, "root of squared error", "regression", "residuals",
          "square root of the mean squared distance of output and target"),
    Score("quantization_error", "quantization error", "quantization error", "", 1, False, 0, inf, True, False, "none", "maps",
          "always", "mean distance of a sample from its nearest unit"),
    Score("topographic_error", "topographic error", "topographic error (%)", " %", 100, False, 0, 1, False, True, "none",
          "maps", "always", "share of samples whose two nearest units are not neighbours"),
)  # fmt: skip
SCORES: Mapping[str, Score] = {score.name: score for score in _TABLE}
if TYPE_CHECKING:
    ScoreName = str
else:
    ScoreName = Literal[tuple(SCORES)]

OWN_SCORE = "score_"  # begins the name of the figure of one of one's own, which may be called as another figure is
_OWN: dict[str, Score] = {}  # of this process, by name: see `declare`
_OF_RESULTS: set[str] = set()  # names of those that results have


def declare(name: str, *, higher_is_better: bool, in_result: bool = False) -> None:
    """Makes a score of one's own known in this process, so that its columns are read.

    A function may be corrected; what a result holds stays as it is.

    Args:
        name: As in ``test_top2``.
        higher_is_better: Which values are better.
        in_result: Whether it is of a result.

    Raises:
        InputError: A score of this name is known, of which other values are better.
    """
    score = Score(name, name, name, "", 1, higher_is_better, -inf, inf, False, False, "none", "own", "values",
                  "mean of what a function of one's own gives for each sample")  # fmt: skip
    known = _OWN.get(name, score)
    if known != score and name in _OF_RESULTS:
        here, before = ("higher", "lower") if higher_is_better else ("lower", "higher")
        raise InputError(
            f"own score {name}: {here} values are better, but in another result that is open here {before} ones are; "
            "give the function another name"
        )
    _OWN[name] = score
    if in_result:
        _OF_RESULTS.add(name)


def is_declared(name: str) -> bool:
    """Whether anything is known of a score: without, the function of one of one's own is needed."""
    return short_name(name) in SCORES or short_name(name) in _OWN


def score_named(name: str) -> Score:
    """What is known of a score.

    Args:
        name: Of the table, of one of one's own, or its reference in a config.

    Raises:
        KeyError: There is none of this name.
    """
    name = short_name(name)
    return SCORES[name] if name in SCORES else _OWN[name]


# Names of losses, with their units: what ``loss`` is of a config.
LOSS_AXES: Mapping[str, str] = {
    "cross_entropy": "cross-entropy (nats)",
    "mean_squared_error": "mean squared error",
    "softmax_squared_error": "squared error of the softmax",
    "half_sum_squared_error": "half the sum of squared errors",
    "sum_squared_error": "sum of squared errors",
    "binary_cross_entropy": "binary cross-entropy (nats)",
}

COLUMN = re.compile(rf"(?:(best|final)_)?({'|'.join(PARTS)})_(\w+)")


@dataclass(frozen=True)
class Column:
    """A score of a part of the data, at the last epoch or at the best one."""

    part: str
    """``train``, ``validation`` or ``test``."""
    score: Score
    """What is measured."""
    when: When | None = None
    """At the last epoch, or at the best by validation data; None: at every epoch."""

    @property
    def name(self) -> str:
        """``test_accuracy``: a column of ``metrics.csv``."""
        return f"{self.part}_{self.score.name}"

    @property
    def column(self) -> str:
        """``final_test_accuracy``: a column of ``trials.csv``; without ``when`` the name."""
        return self.name if self.when is None else f"{self.when}_{self.name}"

    @property
    def label(self) -> str:
        """In words: ``training accuracy``."""
        return f"{PART_LABELS[self.part]} {self.score.label}"

    @property
    def is_accuracy(self) -> bool:
        """Whether it is a share of right samples, which a large class makes high."""
        return self.score.measured_of == "classification" and self.score.share_of_samples

    @property
    def axis(self) -> str:
        """In words with its unit: ``training accuracy (%)``."""
        return f"{PART_LABELS[self.part]} {self.score.axis}"


def column_of(text: str) -> Column | None:
    """The column that a text names: ``test_accuracy``, ``final_test_loss``; None if it names none."""
    match = COLUMN.fullmatch(text)
    if match is None:
        return None
    when, part, name = match.groups()
    if name not in SCORES and name not in _OWN:
        return None
    return Column(part, score_named(name), "best" if when == "best" else "final" if when == "final" else None)


def measured_by(model: str, task: str, more: Iterable[str] = ()) -> tuple[str, ...]:
    """The names of the scores of a model: what training lowers, what it is judged by, and what is asked for besides.

    Args:
        model: Its name.
        task: Of the data set.
        more: Of the config's ``scores``.
    """
    always = [score.name for score in SCORES.values() if score.gathered == "always" and suits(score, model, task)]
    return tuple(dict.fromkeys([*always, *map(short_name, more)]))


EACH_ITS_OWN = "validation"  # in place of a column: each arm selects its epoch by a score of its own


def selected_on(scores: Sequence[str], selected_by: str | None = None) -> str:
    """The column that the best epoch has the best of: a score on validation data, by default what training lowers."""
    return f"validation_{short_name(selected_by or scores[0])}"


def suitable_for(model: str, task: str) -> list[str]:
    """The names of the scores that can be measured of a model."""
    return [score.name for score in SCORES.values() if suits(score, model, task)]


def suits(score: Score, model: str, task: str) -> bool:
    """Whether a score can be measured of a model."""
    if model == "som":
        return score.measured_of == "maps"
    return score.measured_of in ("networks", "own", task)


def unsuitable(name: str, suitable: Sequence[str]) -> str:
    """Why a score cannot be measured of a model, of which others can, in words."""
    here = next(SCORES[other].measured_of for other in suitable if SCORES[other].measured_of != "networks")
    for_whom, not_for = (MEASURED_IN_WORDS[kind] for kind in (score_named(name).measured_of, here))
    return f"{short_name(name)} is for {for_whom}, not for {not_for}; there are {', '.join(suitable)}"


def headline(scores: Iterable[str]) -> str:
    """Of the scores of a model the one that it is judged by: accuracy or R², of a map the quantization error."""
    lowered, *others = scores
    return next((name for name in others if score_named(name).higher_is_better), lowered)
