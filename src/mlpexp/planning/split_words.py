"""What the split of a plan means for its seeds, in sentences."""

from collections.abc import Iterator
from pathlib import Path
from typing import assert_never

from mlpexp.asking import keyword
from mlpexp.config.datasets import DatasetConfig, draws_new_data
from mlpexp.config.splits import ColumnSplit, FileSplit, GroupSplit, KFoldSplit, RandomSplit, TimeSplit
from mlpexp.config.table_paths import as_told
from mlpexp.data.catalogue import shared_dataset
from mlpexp.data.parts import parts_of
from mlpexp.planning.plan import Plan

MOST_SEEDS = 100  # whose parts are looked at
FIXED = "the parts are the same for every seed: seeds differ in weights and batch order"


def split_sentences(plan: Plan) -> list[str]:
    """What is to be said of the data of each seed, of each kind of split that the arms have, and of batches that are too long.

    Nothing is said where all seeds see the same data, and of the usual split.
    """
    sections = dict.fromkeys(arm.experiment.dataset for arm in plan.arms)
    sentences = dict.fromkeys(_in_words(section, plan.seeds) for section in sections)
    short: dict[int, str] = {}
    for arm in plan.arms:
        size, num_train = arm.experiment.training.batch_size, arm.prepared.sizes.train
        if size != "full" and size > num_train:
            short[num_train] = (
                f"training.batch_size: {size} is more than {num_train} training samples; a step takes all of them"
            )
    splits = [text if text.startswith("warning: ") else f"split: {text}" for text in sentences if text]
    return [*_of_data(plan), *splits, *short.values()]


def _of_data(plan: Plan) -> Iterator[str]:
    """That seeds have data of their own, and in which arms."""
    drawn = [arm.experiment.dataset for arm in plan.arms if draws_new_data(arm.experiment.dataset)]
    if not drawn:
        return
    arms = ", the same in all arms" if len(drawn) > 1 and len(set(drawn)) == 1 else ""
    if len(drawn) < len(plan.arms):
        arms = f" in {len(drawn)} of {len(plan.arms)} arms"
    alone = f"; these are of seed {plan.seeds[0]} alone" if len(plan.seeds) == 1 else ""
    yield f"data: new data for each seed{arms}{alone}"


def _in_words(dataset: DatasetConfig, seeds: range) -> str:
    match dataset.split:
        case RandomSplit():
            return ""
        case KFoldSplit():
            return folds_in_words(dataset.split, seeds)
        case GroupSplit():
            return f"no value of {dataset.split.column} is in two parts; drawn anew with each seed{_repeated(dataset, seeds)}"
        case TimeSplit():
            return f"the latest rows by {dataset.split.column} are the test part; {FIXED}"
        case ColumnSplit():
            drawn = "; the validation part is drawn with each seed" if dataset.validation_fraction else f"; {FIXED}"
            return f"{dataset.split.column} says which part a row is in{drawn}"
        case FileSplit():
            drawn = "the validation part is drawn with each seed" if dataset.validation_fraction else FIXED
            return f"the test part is {as_told(dataset.split.path, '', Path.cwd())}; {drawn}"
        case _:
            assert_never(dataset.split)


def _repeated(dataset: DatasetConfig, seeds: range) -> str:
    """That few groups leave few ways to draw the test part."""
    some = seeds[:MOST_SEEDS]
    data = shared_dataset(dataset, None)
    different = len({parts_of(data, dataset, seed).test.tobytes() for seed in some})
    if different == len(some):
        return ""
    parts = "1 test part" if different == 1 else f"{different} different test parts"
    few = f"the groups are so few that {len(some)} seeds have only {parts}"
    return f"; {few}, and intervals hold little of the luck of the split"


def folds_in_words(kind: KFoldSplit, seeds: range) -> str:
    """How many repetitions the seeds are, and how they become whole ones."""
    folds, count = kind.folds, len(seeds)
    how = "" if kind.repeated or count <= folds else ", each with the same folds"
    if seeds[0] % folds == 0 and count % folds == 0:
        number = count // folds
        repetitions = "all" if number == 1 else f"{number} repetitions of"
        return f"{count} seeds are {repetitions} {folds} folds{how}; a sample is in the test part once in a repetition"
    whole = max(1, -(-count // folds)) * folds
    first = "" if seeds[0] % folds == 0 else f" from seed {seeds[0] // folds * folds} on"
    noun = "seed is" if count == 1 else "seeds are"
    return (
        f"warning: {count} {noun} no whole number of repetitions of {folds} folds, so not every sample is in the test part "
        f"equally often; {whole} seeds{first} ({keyword('seeds', whole)}) would be"
    )
