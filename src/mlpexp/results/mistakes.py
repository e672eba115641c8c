"""The samples of the test part that the networks of an arm get wrong: most of them, and with most confidence.

Over the seeds in whose test part a sample lies; of numbers it is the size of the error that counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlpexp.config.scores import PART_LABELS
from mlpexp.results.false_labels import speak_for_false_labels
from mlpexp.results.judged import judged_part
from mlpexp.results.result import ArmResult

if TYPE_CHECKING:
    import pandas as pd

MOST_PAIRS = 3  # of classes that are named
WORST_SHARE = 0.05  # of the samples, whose share of the squared error is told


@dataclass(frozen=True)
class Mistakes:
    """The mistakes of some seeds of an arm."""

    arm: ArmResult
    """Of a result."""
    seeds: tuple[int, ...]
    """Whose networks they are."""
    predictions: "pd.DataFrame"
    """Each prediction of the part that is judged: seed, index, target, predicted, and of classes is_wrong, confidence."""
    ranked: "pd.DataFrame"
    """A row for each sample, the worst first: of classes those that a seed gets wrong, else all; see ``mistakes_of``."""
    is_probability: bool
    """Whether the confidence in a class is a probability."""
    part: str
    """``test``, or another part where there is no test part."""
    each_has_own: bool = False
    """Whether each seed has samples of its own, so that mistakes are those of one seed."""

    @property
    def classification(self) -> bool:
        """Whether classes are predicted."""
        return "confidence" in self.ranked.columns

    @property
    def num_samples(self) -> int:
        """Of the part, over all seeds."""
        return int(self.predictions["index"].nunique())

    def class_name(self, number: int) -> str:
        """The name of a class, or its number."""
        dataset = self.arm.result.summary.dataset
        names = dataset.class_names if dataset else ()
        return names[number] if number < len(names) else str(number)

    @property
    def target_name(self) -> str:
        """What is predicted."""
        dataset = self.arm.result.summary.dataset
        return (dataset.target_name if dataset else "") or "target"


def mistakes_of(arm: ArmResult, seeds: Sequence[int], predictions: "pd.DataFrame") -> Mistakes:
    """Ranks the mistakes.

    Of classes a row has index, seeds (in whose test part it lies), wrong (how many get it wrong), share, target, predicted
    (the wrong class that most of them predict) and confidence (mean over those). The order is by (wrong + 1) / (seeds + 2),
    Laplace's rule of succession: the share to expect of more seeds, which one seed says little of; then by confidence, then
    by seeds. Of numbers it has index, seeds, target, predicted (mean), error (mean of the absolute ones), signed (mean of
    predicted minus true) and times (the error over the RMSE), and the order is by error.

    Args:
        arm: Whose they are.
        seeds: Of its trials.
        predictions: What ``judged_predictions`` gives.
    """
    part = judged_part(predictions)
    assert part is not None, "a part has samples"
    if "probability" not in predictions.columns:
        return Mistakes(arm, tuple(seeds), predictions, _of_numbers(predictions), False, part)
    is_probability = bool(predictions["probability"].notna().all())
    confidence = predictions["probability" if is_probability else "class_output"]
    is_wrong = predictions["target"] != predictions["predicted"]
    judged = predictions.assign(is_wrong=is_wrong, confidence=confidence)
    return Mistakes(arm, tuple(seeds), judged, _of_classes(judged), is_probability, part)


def _of_classes(judged: "pd.DataFrame") -> "pd.DataFrame":
    by_sample = judged.groupby("index")
    samples = by_sample.agg(seeds=("seed", "size"), wrong=("is_wrong", "sum"), target=("target", "first"))
    wrong = judged[judged["is_wrong"]].groupby(["index", "predicted"])["confidence"].agg(["size", "mean"]).reset_index()
    ordered = wrong.sort_values(["size", "mean", "predicted"], ascending=[False, False, True], kind="stable")
    classes = ordered.drop_duplicates("index").set_index("index").rename(columns={"mean": "confidence"})
    table = classes[["predicted", "confidence"]].join(samples)
    table = table.assign(share=table["wrong"] / table["seeds"], expected=(table["wrong"] + 1) / (table["seeds"] + 2))
    ranks = ["expected", "confidence", "seeds", "index"]
    table = table.reset_index().sort_values(ranks, ascending=[False, False, False, True], ignore_index=True)
    whole = ["index", "seeds", "wrong", "target", "predicted"]
    return table.astype(dict.fromkeys(whole, np.int64))[
        ["index", "seeds", "wrong", "share", "target", "predicted", "confidence"]
    ]


def _of_numbers(predictions: "pd.DataFrame") -> "pd.DataFrame":
    signed = predictions["predicted"] - predictions["target"]
    by_sample = predictions.assign(signed=signed, error=signed.abs()).groupby("index")
    table = by_sample.agg(
        seeds=("seed", "size"),
        target=("target", "first"),
        predicted=("predicted", "mean"),
        error=("error", "mean"),
        signed=("signed", "mean"),
    ).reset_index()
    table = table.assign(times=table["error"] / (rmse(predictions) or np.nan))
    return table.sort_values(["error", "index"], ascending=[False, True], ignore_index=True)


def rmse(predictions: "pd.DataFrame") -> float:
    """Root of the mean squared error of each seed, the mean over the seeds: as the score is."""
    squares = (predictions["predicted"] - predictions["target"]) ** 2
    return float(np.sqrt(squares.groupby(predictions["seed"]).mean()).mean())


def sentences(mistakes: Mistakes) -> list[str]:
    """What the mistakes have in common, and of which seed they are if only one was looked at."""
    alone = f"only seed {mistakes.seeds[0]} is looked at: each seed has samples of its own"
    only = [alone] if mistakes.each_has_own and len(mistakes.arm.result.summary.seeds) > 1 else []
    return only + list(_said_of_classes(mistakes) if mistakes.classification else _said_of_numbers(mistakes))


def _said_of_classes(mistakes: Mistakes) -> list[str]:
    samples, seeds, part = mistakes.num_samples, len(mistakes.seeds), PART_LABELS[mistakes.part]
    number = len(mistakes.ranked)
    if not number:
        none = f"{part} part: none of the {samples:,} samples is wrong{' in any seed' if seeds > 1 else ''}"
        return [none, *_union(mistakes)]
    by = f" in at least one of {seeds} seeds" if seeds > 1 else ""
    said = [f"{part} part: {number:,} of {samples:,} samples {_is(number)} wrong{by}"]
    return [*said, *_union(mistakes), *_by_all(mistakes), _pairs(mistakes)]


def _union(mistakes: Mistakes) -> list[str]:
    """What the number of samples counts, where seeds have other samples in the part; else nothing."""
    predictions, samples, part = mistakes.predictions, mistakes.num_samples, mistakes.part
    by_seed = predictions.groupby("seed")["index"].nunique()
    if (by_seed == samples).all():
        return []
    sizes = " to ".join(f"{size:,}" for size in sorted({int(by_seed.min()), int(by_seed.max())}))
    return [f"these {samples:,} samples were in the {part} part of at least one seed; one seed has {sizes} of them"]


def _by_all(mistakes: Mistakes) -> list[str]:
    """Of the samples that no seed gets right; a sample that only one seed was tested on says little."""
    ranked, seeds = mistakes.ranked, len(mistakes.seeds)
    several = ranked[ranked["seeds"] > 1]
    if several.empty:
        return []
    is_by_all = bool((ranked["seeds"] == seeds).all())

    def by(number: int) -> str:
        return _all(seeds) if is_by_all else f"every seed that is tested on {_it(number)}, two seeds or more"

    always = several.loc[several["share"] == 1, "index"]
    number, once = len(always), len(ranked) - len(several)
    more = " more" if number else ""
    by_one = [f"{once:,}{more} {_is(once)} wrong in the only seed that is tested on {_it(once)}"] if once else []
    if not number:
        return [f"no sample is wrong in {by(1)}", *by_one]
    return [f"{number:,} of them {_is(number)} wrong in {by(number)}", *by_one, *_how_sure(mistakes, always)]


def _how_sure(mistakes: Mistakes, always: "pd.Series[int]") -> list[str]:
    """How sure networks are of those that are always wrong, and whether that speaks for false labels."""
    judged = mistakes.predictions
    is_wrong, is_always = judged["is_wrong"], judged["index"].isin(always)
    groups = {"there": is_always, "other mistakes": is_wrong & ~is_always, "right answers": ~is_wrong}
    means = {name: float(judged.loc[rows, "confidence"].mean()) for name, rows in groups.items() if rows.any()}
    word = "probability" if mistakes.is_probability else "output"
    said = f"mean {word} of the class that was said: {', '.join(f'{name} {mean:.2f}' for name, mean in means.items())}"
    if mistakes.is_probability and speak_for_false_labels(judged, len(always)):
        return [
            said,
            "some of these labels seem false: networks are wrong where they are sure more often than by chance",
        ]
    they = "it is hard, or has" if len(always) == 1 else "they are hard, or have"
    return [said, f"{they} a false label: that cannot be told apart here"]


def _pairs(mistakes: Mistakes) -> str:
    wrong = mistakes.predictions[mistakes.predictions["is_wrong"]]
    pairs = wrong.groupby(["target", "predicted"]).size().sort_values(ascending=False, kind="stable")
    named = [
        f"{_in_a_line(mistakes, true)} as {_in_a_line(mistakes, predicted)} ({count:,})"
        for true, predicted, count in pairs.head(MOST_PAIRS).reset_index(name="count").itertuples(index=False)
    ]
    return f"most often of {len(wrong):,} wrong predictions: {', '.join(named)}"


def _said_of_numbers(mistakes: Mistakes) -> list[str]:
    samples, seeds, part = mistakes.num_samples, len(mistakes.seeds), PART_LABELS[mistakes.part]
    over = f", mean over {seeds} seeds" if seeds > 1 else ""
    error = rmse(mistakes.predictions)
    said = [f"{part} part of {samples:,} samples: RMSE of {mistakes.target_name} {error:.4g}{over}", *_union(mistakes)]
    predictions = mistakes.predictions
    number = max(1, round(WORST_SHARE * samples))
    squares = (predictions["predicted"] - predictions["target"]) ** 2
    total = squares.sum()
    if samples > number and 0 < total < np.inf:
        is_worst = predictions["index"].isin(mistakes.ranked["index"].head(number))
        which = (
            f"{number:,} samples with the largest errors make" if number > 1 else "sample with the largest error makes"
        )
        said.append(f"the {which} {100 * squares[is_worst].sum() / total:.0f} % of the squared error")
    return said


def _in_a_line(mistakes: Mistakes, number: float) -> str:
    """The name of a class, without breaks."""
    return " ".join(mistakes.class_name(int(number)).split())


def _all(seeds: int) -> str:
    return "both seeds" if seeds == 2 else f"all {seeds} seeds"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _it(number: int) -> str:
    return "it" if number == 1 else "them"
