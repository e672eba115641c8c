"""The parts of a data set as its section asks for them: one function of data, section and seed."""

from typing import assert_never

import numpy as np

from mlpexp.config.datasets import DatasetConfig
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.image_sets import NamedImages
from mlpexp.config.own_images import USUAL_TEST_FRACTION, Images
from mlpexp.config.splits import ColumnSplit, FileSplit, GroupSplit, KFoldSplit, RandomSplit, TimeSplit
from mlpexp.data.catalogue import shared_dataset
from mlpexp.data.dataset import Dataset
from mlpexp.data.split import PartSizes, Split, ascending, class_name, least_to_train, part_sizes, share, split
from mlpexp.data.split_kinds import (
    TEST,
    TRAIN,
    VALIDATION,
    carved,
    fold_rows,
    fold_size,
    nested_order,
    parts_by_group,
    parts_by_time,
)
from mlpexp.errors import DataError
from mlpexp.randomness import stream

VALIDATION_DRAW, CUT_DRAW, HELD_OUT_DRAW = 1, 2, 3  # of the streams of a split seed; the split itself has none


def parts_of(dataset: Dataset, config: DatasetConfig, seed: int) -> Split:
    """Draws the parts, a pure function of the seed.

    Args:
        dataset: What to split.
        config: The ``dataset:`` section.
        seed: Of the split.

    Raises:
        DataError: If there are too few samples, in all or of a class.
    """
    parts = _whole_parts(dataset, config, seed)
    size = _train_size(config, len(parts.train), dataset.facts)
    if size == len(parts.train):
        return parts
    order = nested_order(_classes(dataset)[parts.train], stream(seed, "split", CUT_DRAW))
    return Split(ascending([parts.train[order[:size]]]), parts.validation, parts.test)


def held_out(
    dataset: Dataset, config: DatasetConfig, rows: np.ndarray, size: int, seed: int, draw: int = 0
) -> np.ndarray:
    """Which rows of a training part are held out of it to judge on, ``(n,)`` bool: whole groups, the latest, or at random.

    Args:
        dataset: That they are of.
        config: The ``dataset:`` section, whose kind of split is kept.
        rows: Of the training part, ``(n,)`` ascending.
        size: How many; groups and equal times stay together, so that it may be some more or fewer.
        seed: Of the split.
        draw: Which of several draws of the same seed.

    Raises:
        DataError: There are too few rows or groups.
    """
    classes, wanted = _classes(dataset)[rows], PartSizes(len(rows) - size, 0, size)
    if size < 1 or wanted.train < least_to_train(dataset.facts):
        raise DataError(f"{len(rows)} training samples are too few to hold out some of them", key="dataset")
    generator = stream(seed, "split", HELD_OUT_DRAW, draw)
    match config.split:
        case TimeSplit():
            return parts_by_time(_labels(dataset)[rows], wanted) == TEST
        case GroupSplit():
            groups = np.unique(_labels(dataset)[rows], return_inverse=True)[1]
            part_n = parts_by_group(groups, classes, wanted, generator)
            if part_n is None:
                raise DataError("no draw of the groups leaves every class to train on", key="dataset.split.column")
            return part_n == TEST
        case _:
            return carved(classes, size, generator)


def sizes_of(config: DatasetConfig, facts: DatasetFacts, seed: int) -> PartSizes:
    """The sizes of the parts; only where groups, times or a column decide are the data looked at.

    Args:
        config: The ``dataset:`` section.
        facts: Of the data set.
        seed: Of the split.

    Raises:
        DataError: If there are too few samples, in all or of a class.
    """
    match config.split:
        case RandomSplit() | FileSplit():
            sizes = part_sizes(facts, validation_fraction(config), test_fraction(config))
        case KFoldSplit():
            sizes = _fold_sizes(config, config.split, facts, seed)
        case GroupSplit() | TimeSplit() | ColumnSplit():
            parts = _whole_parts(shared_dataset(config, None), config, seed)
            sizes = PartSizes(len(parts.train), len(parts.validation), len(parts.test))
        case _:
            assert_never(config.split)
    return PartSizes(_train_size(config, sizes.train, facts), sizes.validation, sizes.test)


def check_folds(config: DatasetConfig, facts: DatasetFacts) -> None:
    """Sees that every class has a sample for each fold.

    Raises:
        DataError: There are more folds than samples, or than samples of a class.
    """
    if not isinstance(config.split, KFoldSplit):
        return
    if facts.task == "classification":
        _check_folds(config.split.folds, shared_dataset(config, None))
    elif config.split.folds > facts.num_samples:
        raise _too_many(config.split.folds, f"{facts.num_samples} samples")


def _check_folds(folds: int, dataset: Dataset) -> None:
    """``check_folds`` of data that have been loaded."""
    counts = np.bincount(_classes(dataset))
    if folds > counts.min():
        least = int(counts.argmin())
        of_class = f" of class {class_name(dataset, least)}" if dataset.facts.task == "classification" else ""
        raise _too_many(folds, f"{counts[least]} samples{of_class}")


def _too_many(folds: int, what: str) -> DataError:
    return DataError(f"{folds} folds are more than the {what}", key="dataset.split.folds")


def test_fraction(config: DatasetConfig) -> float:
    """Share of the samples to test on; 0 for data sets with an official test set."""
    if isinstance(config, Images):
        return USUAL_TEST_FRACTION if config.test_fraction is None else config.test_fraction
    return 0.0 if isinstance(config, NamedImages) else config.test_fraction


def validation_fraction(config: DatasetConfig) -> float:
    """Share of the samples to select on."""
    return config.validation_fraction or 0.0


def sizes_differ(config: DatasetConfig, facts: DatasetFacts) -> bool:
    """Whether the sizes of the parts depend on the seed."""
    kind = config.split
    return isinstance(kind, GroupSplit) or (isinstance(kind, KFoldSplit) and facts.num_samples % kind.folds > 0)


def _whole_parts(dataset: Dataset, config: DatasetConfig, seed: int) -> Split:
    """The parts before the training part is cut."""
    match config.split:
        case RandomSplit() | FileSplit():
            return split(dataset, validation_fraction(config), test_fraction(config), seed)
        case KFoldSplit():
            part_N = _by_fold(dataset, config, config.split, seed)
        case GroupSplit():
            part_N = _by_group(dataset, config, seed)
        case TimeSplit():
            part_N = parts_by_time(
                _labels(dataset), part_sizes(dataset.facts, validation_fraction(config), test_fraction(config))
            )
        case ColumnSplit():
            part_N = _by_column(dataset, config, seed)
        case _:
            assert_never(config.split)
    _check_classes(dataset, part_N)
    train, validation, test = (ascending([np.flatnonzero(part_N == part)]) for part in (TRAIN, VALIDATION, TEST))
    return Split(train, validation, test)


def _fold_sizes(config: DatasetConfig, kind: KFoldSplit, facts: DatasetFacts, seed: int) -> PartSizes:
    test = fold_size(facts.num_samples, kind.folds, seed % kind.folds)
    validation = share(validation_fraction(config), facts.num_samples)
    train, needed = facts.num_samples - test - validation, least_to_train(facts)
    if train < needed:
        raise DataError(
            f"too few samples for this split: a fold is the test part, {validation} samples the validation part "
            f"(validation_fraction {validation_fraction(config):g}), so {max(train, 0)} are left to train on, and at least "
            f"{needed} are needed",
            key="dataset",
        )
    return PartSizes(train, validation, test)


def _by_fold(dataset: Dataset, config: DatasetConfig, kind: KFoldSplit, seed: int) -> np.ndarray:
    _check_folds(kind.folds, dataset)
    sizes = _fold_sizes(config, kind, dataset.facts, seed)
    repetition, fold = divmod(seed, kind.folds)
    repetition = repetition if kind.repeated else 0
    part_N = np.full(dataset.facts.num_samples, TRAIN)
    part_N[fold_rows(_classes(dataset), kind.folds, fold, stream(repetition, "split", 0, kind.folds))] = TEST
    _carve(dataset, part_N, sizes.validation, repetition * kind.folds + fold)
    return part_N


def _by_group(dataset: Dataset, config: DatasetConfig, seed: int) -> np.ndarray:
    wanted = part_sizes(dataset.facts, validation_fraction(config), test_fraction(config))
    part_N = parts_by_group(_labels(dataset), _classes(dataset), wanted, stream(seed, "split"))
    if part_N is None:
        raise DataError(
            "no draw of the groups has every class in the training part: most classes are of few groups; hold out "
            "fewer rows (dataset.test_fraction, dataset.validation_fraction) or choose another column",
            key="dataset.split.column",
        )
    return part_N


def _by_column(dataset: Dataset, config: DatasetConfig, seed: int) -> np.ndarray:
    """As the column says; where it names no validation part, ``validation_fraction`` carves one out of the training part."""
    part_N = _labels(dataset).copy()
    if config.validation_fraction and (part_N == VALIDATION).any():
        raise DataError(
            "means nothing where the column names a validation part; leave it out", key="dataset.validation_fraction"
        )
    _check_classes(dataset, part_N)
    size, num_train = share(validation_fraction(config), int((part_N != TEST).sum())), int((part_N == TRAIN).sum())
    if num_train - size < least_to_train(dataset.facts):
        raise DataError(
            f"too few samples: the column names {num_train} to train on, and {size} of them are held out to select on",
            key="dataset.validation_fraction",
        )
    _carve(dataset, part_N, size, seed)
    return part_N


def _carve(dataset: Dataset, part_N: np.ndarray, size: int, seed: int) -> None:
    """Makes so many training samples the validation part, in place."""
    if size:
        rows = np.flatnonzero(part_N == TRAIN)
        part_N[rows[carved(_classes(dataset)[rows], size, stream(seed, "split", VALIDATION_DRAW))]] = VALIDATION


def _check_classes(dataset: Dataset, part_N: np.ndarray) -> None:
    """Sees that there is something to learn from: samples, and of every class.

    Raises:
        DataError: With the first class that is lacking.
    """
    is_train = part_N == TRAIN
    if not is_train.any():
        raise DataError("no row is left to train on", key="dataset.split")
    if dataset.facts.task == "classification":
        counts = np.bincount(dataset.targets[is_train], minlength=dataset.facts.num_outputs)
        if not counts.all():
            name = class_name(dataset, int(counts.argmin()))
            raise DataError(
                f"class {name} has no sample in the training part, so that it cannot be learned", key="dataset.split"
            )


def _train_size(config: DatasetConfig, available: int, facts: DatasetFacts) -> int:
    """Samples of the training part that are used."""
    if config.train_fraction is not None:
        size, key = share(config.train_fraction, available), "train_fraction"
    elif config.train_samples is not None and not isinstance(config, NamedImages):
        size, key = config.train_samples, "train_samples"
    else:
        return available
    if size > available:
        raise DataError(f"{size} is more than the {available} samples of the training part", key=f"dataset.{key}")
    if size < least_to_train(facts):
        raise DataError(
            f"{size} training samples are fewer than the {facts.num_outputs} classes; one of each is needed",
            key=f"dataset.{key}",
        )
    return size


def _classes(dataset: Dataset) -> np.ndarray:
    """Class numbers ``(N,)``; all 0 where there are no classes."""
    if dataset.facts.task == "classification":
        return dataset.targets
    return np.zeros(dataset.facts.num_samples, dtype=np.int64)


def _labels(dataset: Dataset) -> np.ndarray:
    assert dataset.split_labels is not None, "the reader of tables gives them"
    return dataset.split_labels
