"""Splits that are not drawn sample by sample: folds, groups, time, and parts that a column names.

All of them are pure functions of arrays. Axis letters: N samples, G groups, K classes.
"""

from collections.abc import Iterator

import numpy as np

from mlpexp.data.split import PartSizes, allocate
from mlpexp.errors import DataError

DRAWS = 4  # of groups, of which the best counts: more would give few large groups the same parts with every seed
MOST_DRAWS = 64  # until each class is in the training part
MOST_DRAWN = 2_000_000  # groups in all draws
TRAIN, VALIDATION, TEST = 0, 1, 2


def fold_size(num_samples: int, folds: int, fold: int) -> int:
    """Samples of a fold: N // folds, and one more in the first N % folds of them."""
    return num_samples // folds + (fold < num_samples % folds)


def fold_rows(classes_N: np.ndarray, folds: int, fold: int, generator: np.random.Generator) -> np.ndarray:
    """The rows of one fold; of the same generator, all folds together have each row once.

    Sorted by class, samples are dealt to the folds in turn: so many samples of a class get a fold, which ones is drawn.
    Each fold has of each class as many samples as every other, within one.

    Args:
        classes_N: Class numbers, ``(N,)``; all 0 where there are no classes.
        folds: Number of folds.
        fold: Which one.
        generator: The same for all folds of a repetition.

    References:
        Kohavi (1995), "A study of cross-validation and bootstrap for accuracy estimation and model selection",
        section 3.1 (stratified folds); the deal is that of scikit-learn's ``StratifiedKFold``.
    """
    order = np.sort(classes_N, kind="stable")
    num_classes = int(classes_N.max()) + 1
    counts = np.stack([np.bincount(order[i::folds], minlength=num_classes) for i in range(folds)])  # (folds, K)
    rows = []
    for label in range(num_classes):
        shuffled = generator.permutation(np.flatnonzero(classes_N == label))
        first = int(counts[:fold, label].sum())
        rows.append(shuffled[first : first + int(counts[fold, label])])
    return np.concatenate(rows)


def parts_by_group(
    groups_N: np.ndarray, classes_N: np.ndarray, wanted: PartSizes, generator: np.random.Generator
) -> np.ndarray | None:
    """The part of each row, ``(N,)``, no group in two parts; None if no draw has every class in the training part.

    Groups are shuffled, and fill the test part and then the validation part as long as they fit. Of several such draws
    the one counts whose parts have most nearly the wanted number of samples of each class.

    Args:
        groups_N: Number of each row's group, ``(N,)`` from 0.
        classes_N: Class numbers, ``(N,)``; all 0 where there are no classes.
        wanted: The sizes to come near to; a part of at least 1 gets at least one group.
        generator: Of the seed.

    Raises:
        DataError: There are fewer groups than parts.
    """
    num_groups, num_classes = int(groups_N.max()) + 1, int(classes_N.max()) + 1
    parts = [TEST] * (wanted.test > 0) + [VALIDATION] * (wanted.validation > 0)
    if num_groups < len(parts) + 1:
        raise DataError(
            f"{num_groups} groups cannot be {len(parts) + 1} parts; choose another column", key="dataset.split.column"
        )
    counts_GK = np.bincount(groups_N * num_classes + classes_N, minlength=num_groups * num_classes)
    counts_GK = counts_GK.reshape(num_groups, num_classes)
    sizes_G = counts_GK.sum(1)
    only_K = (counts_GK > 0).sum(0) == 1  # classes of a single group, which is needed to learn them
    free = np.flatnonzero(~(counts_GK[:, only_K] > 0).any(1))
    goals = {TEST: wanted.test, VALIDATION: wanted.validation}
    best, least, num_fit = None, np.inf, 0
    for _ in range(max(1, min(MOST_DRAWS, MOST_DRAWN // num_groups))):
        part_G = _drawn_parts(generator.permutation(free), sizes_G, [(part, goals[part]) for part in parts])
        if part_G is None or not (counts_GK[part_G == TRAIN].sum(0) > 0).all():
            continue
        distance = sum(
            np.abs(counts_GK[part_G == part].sum(0) - sizes_of_classes(goals[part], counts_GK.sum(0))).sum()
            for part in parts
        )
        if distance < least:
            best, least = part_G, float(distance)
        num_fit += 1
        if num_fit == DRAWS:
            break
    return None if best is None else best[groups_N]


def sizes_of_classes(size: int, counts_K: np.ndarray) -> np.ndarray:
    """How many samples of each class a part of that size has, in proportion: ``(K,)``."""
    return size * counts_K / counts_K.sum()


def _drawn_parts(order: np.ndarray, sizes_G: np.ndarray, goals: list[tuple[int, int]]) -> np.ndarray | None:
    """The part of each group, ``(G,)``; None if there are too few groups in the order to give each part one."""
    part_G = np.full(len(sizes_G), TRAIN)
    needed = 1 if len(order) == len(sizes_G) else 0  # for training, where no group is kept for it
    for done, (part, goal) in enumerate(goals):
        most = len(order) - needed - (len(goals) - done - 1)
        taken = list(_filling(sizes_G[order], goal))[: max(most, 0)]
        if not taken:
            return None
        part_G[order[taken]] = part
        order = np.delete(order, taken)
    return part_G


def _filling(sizes: np.ndarray, goal: int) -> Iterator[int]:
    """Places of sizes whose sum is near the goal: each that still fits, in their order, and one more if that is nearer."""
    rest, place, last, left = goal, 0, -1, []
    while place < len(sizes) and rest > 0:
        fitting = int(np.searchsorted(np.cumsum(sizes[place:]), rest, side="right"))
        yield from range(place, place + fitting)
        last = max(last, place + fitting - 1) if fitting else last
        rest -= int(sizes[place : place + fitting].sum())
        place += fitting
        if place < len(sizes):  # too large for the rest: the next that fits goes on
            left.append(place)
            smaller = np.flatnonzero(sizes[place + 1 :] <= rest)
            left += range(place + 1, place + 1 + int(smaller[0])) if len(smaller) else range(place + 1, len(sizes))
            place = place + 1 + int(smaller[0]) if len(smaller) else len(sizes)
    if rest > 0 and left:
        nearest = min(left, key=lambda at: int(sizes[at]))
        if sizes[nearest] - rest < rest or last < 0:
            yield nearest


def parts_by_time(ranks_N: np.ndarray, wanted: PartSizes) -> np.ndarray:
    """The part of each row, ``(N,)``: the latest are the test part, those before them the validation part.

    Rows of equal time stay together: each bound lies between two times, as near to the wanted size as there is one.

    Args:
        ranks_N: Rank of each row's time, ``(N,)`` from 0 without gaps, equal for equal times.
        wanted: The sizes to come near to.

    Raises:
        DataError: There are fewer times than parts.
    """
    part_N = np.full(len(ranks_N), TRAIN)
    past = int(ranks_N.max()) + 1  # ranks that are still free: 0 to past - 1
    earlier = np.concatenate([[0], np.cumsum(np.bincount(ranks_N))])  # rows before each rank
    parts = [(part, goal) for part, goal in ((TEST, wanted.test), (VALIDATION, wanted.validation)) if goal]
    if past < len(parts) + 1:
        raise DataError(f"{past} different times cannot be {len(parts) + 1} parts", key="dataset.split.column")
    for done, (part, goal) in enumerate(parts):
        first_possible = len(parts) - done  # each part that is still to come needs a time of its own
        bounds = np.arange(first_possible, past)
        start = int(bounds[np.argmin(np.abs(earlier[past] - earlier[bounds] - goal))])
        part_N[(ranks_N >= start) & (ranks_N < past)] = part
        past = start
    return part_N


def carved(classes: np.ndarray, size: int, generator: np.random.Generator) -> np.ndarray:
    """Which of some samples are taken out of the training part, ``(n,)`` bool: classes in proportion, one of each stays.

    Args:
        classes: Their class numbers, ``(n,)``.
        size: How many; at most n less the number of classes.
        generator: Of the seed.
    """
    labels, counts = np.unique(classes, return_counts=True)
    is_taken = np.zeros(len(classes), dtype=bool)
    for label, number in zip(labels, allocate(size, counts, counts - 1), strict=True):
        is_taken[generator.permutation(np.flatnonzero(classes == label))[:number]] = True
    return is_taken


def nested_order(classes: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """An order of samples whose every beginning has the classes in proportion: ``(n,)`` places.

    The first sample of each class comes first; then that class follows which has had the smallest share of its samples.
    So a smaller beginning is contained in a larger one.

    Args:
        classes: Class numbers, ``(n,)``; all 0 where there are no classes.
        generator: Of the seed.

    References:
        Balinski and Young (1982), "Fair Representation", appendix A, section 4 (methods that are house monotone; Webster).
    """
    keys = np.empty(len(classes))
    for label in np.unique(classes):
        rows = generator.permutation(np.flatnonzero(classes == label))
        keys[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
        keys[rows[0]] = -1.0
    return np.lexsort((classes, keys))
