"""Of what an interval speaks: of new seeds on which samples, and by which design of new samples of the same source."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from mlpexp.config.datasets import EACH_SEED
from mlpexp.config.image_sets import IMAGE_SETS
from mlpexp.config.scores import PARTS, Part
from mlpexp.planning.factors import TRAIN_LENGTHS, changes_samples
from mlpexp.planning.sweep_options import SEED_AXES
from mlpexp.statistics.new_samples import (
    OTHER_SAMPLES,
    Design,
    FixedTest,
    Folds,
    NoDesign,
    Population,
    Redrawn,
    shared_factor,
)
from mlpexp.store.summary import DatasetSummary, Summary

TRAINED_ON = "samples that were trained on say nothing of new ones"
KNOWN_SAMPLES = "first weights have learned from test samples"
OF_SEEDS = "the arms are seeds"
FIXED_KINDS: Mapping[str, tuple[Part, ...]] = {
    "time": ("validation", "test"), "column": ("validation", "test"), "file": ("test",),
}  # fmt: skip


def designs_of(
    config: Mapping[str, Any], summary: Summary, settings: Sequence[Mapping[str, Any]], part: Part | None = None
) -> list[Design]:
    """The design of each arm.

    Args:
        config: Of the result, as plain data; an older one may lack keys, a damaged one sections.
        summary: Of the result.
        settings: By arm, the values of the axes as text.
        part: Of the data, on which the score is; default: the part of the metric.
    """
    asked = summary.metric.part if part is None else part
    if reason := _no_question(summary, asked):
        return [NoDesign(reason)] * len(settings)
    return [_design(config, summary.dataset, asked, _num_train(config, summary.dataset, of_arm)) for of_arm in settings]


def _no_question(summary: Summary, part: Part) -> str:
    """Why no arm of a result says anything of new samples; empty where they may."""
    varied = [*(axis.key for axis in summary.axes), *summary.also_varies]
    if set(varied) & set(SEED_AXES):
        return OF_SEEDS
    if any(changes_samples(key, part, same_rows=summary.dataset.same_rows) for key in varied):
        return OTHER_SAMPLES
    if part == "train":
        return TRAINED_ON
    return KNOWN_SAMPLES if summary.known_samples else ""


def _design(config: Mapping[str, Any], data: DatasetSummary, part: Part, num_train: int) -> Design:
    dataset = _section(config, "dataset")
    kind, sizes = _kind(dataset), data.ranges or {}
    most = sizes.get(part, (0, data.samples(part)))[1]
    if dataset.get("data_seed") == EACH_SEED:
        return Population()
    if config.get("split_seed") is not None or part in _fixed_parts(dataset, kind):
        return FixedTest(data.samples(part))
    if kind == "k_fold" and part == "test":
        split = dataset["split"]
        return Folds(int(split.get("folds", 5)), bool(split.get("repeated", True)))
    return Redrawn(most, max(1, num_train))


def _fixed_parts(dataset: Mapping[str, Any], kind: str) -> tuple[Part, ...]:
    """The parts that are the same for every seed."""
    if dataset.get("name") in IMAGE_SETS:
        return ("test",)
    if dataset.get("name") == "images":  # a part that is not drawn has no share in the resolved config
        given: tuple[Part, ...] = ("validation", "test")
        return () if kind == "k_fold" else tuple(part for part in given if f"{part}_fraction" not in dataset)
    fixed = FIXED_KINDS.get(kind, ())
    drawn = kind == "column" and bool(dataset.get("validation_fraction"))
    return ("test",) if drawn else fixed


def _num_train(config: Mapping[str, Any], data: DatasetSummary, settings: Mapping[str, Any]) -> int:
    """The samples that an arm learns from: the fewest of a seed."""
    of_base = (data.ranges or {}).get("train", (data.train, 0))[0]
    whole = of_base / (_section(config, "dataset").get("train_fraction") or 1)
    samples, share = (str(settings.get(key, "")) for key in TRAIN_LENGTHS)
    if samples.isdecimal():
        return int(samples)
    try:
        return round(float(share) * whole)
    except ValueError:  # as the config has it
        return of_base


def speaks_of(config: Mapping[str, Any], summary: Summary) -> str:
    """Of what the intervals over seeds speak, in few words: ``new seeds on these 150 samples``."""
    dataset, varied = _section(config, "dataset"), [axis.key for axis in summary.axes]
    if dataset.get("data_seed") == EACH_SEED and "dataset.data_seed" not in [*varied, *summary.also_varies]:
        return "new seeds, each with new samples"
    if _no_question(summary, "test") == OTHER_SAMPLES:
        return "new seeds on the samples of each arm"
    is_cut = any(dataset.get(key) for key in ("train_samples", "train_fraction"))
    if is_cut or set(varied) & set(TRAIN_LENGTHS):
        return "new seeds on these samples"
    return f"new seeds on these {sum(map(summary.dataset.samples, PARTS)):,} samples"


def _kind(dataset: Mapping[str, Any]) -> str:
    """Of the split; older configs may not say."""
    split = dataset.get("split")
    return str(split.get("kind")) if isinstance(split, Mapping) else str(split or "random")


def _section(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = config.get(name)
    return section if isinstance(section, Mapping) else {}


def designs_in_words(designs: Sequence[Design]) -> str:
    """How intervals of differences were made; where their factors differ, from the least to the largest."""
    redrawn = [design for design in designs if isinstance(design, Redrawn)]
    ends = sorted(dict.fromkeys(redrawn), key=shared_factor)
    if len(ends) > 1 and len(redrawn) == len(designs):
        largest = f"{ends[-1].num_test:,}/{ends[-1].num_train:,}"
        return f"{design_in_words(ends[0])} to {largest}, of each pair the larger"
    return " or ".join(dict.fromkeys(map(design_in_words, designs)))


def design_in_words(design: Design) -> str:
    """How an interval for new samples was made: ``corrected resampled t, n_test/n_train = 45/105``."""
    match design:
        case Redrawn(num_test, num_train):
            doubt = ", above 1 only a rule of thumb" if num_test > num_train else ""
            return f"corrected resampled t, n_test/n_train = {num_test:,}/{num_train:,}{doubt}"
        case Folds(folds):
            return f"corrected t of {folds} folds"
        case Population():
            return "Student's t, each seed has samples of its own"
        case FixedTest(num_test):
            return f"error of {num_test:,} test sample{'s' * (num_test != 1)} and of seeds"
        case NoDesign(reason):
            return f"none; {reason}"
        case _:
            assert_never(design)
