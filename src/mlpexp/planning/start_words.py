"""What a plan begins with, in sentences, and as ``start.csv`` and the files in ``start/``."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, count

from mlpexp.planning.arms import Arm
from mlpexp.planning.plan import Plan
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.starts import ANEW, TAKEN, LayerStart, frozen_in_words, layer_starts, named
from mlpexp.store.starts import FOLDER, StartWeights, record_beside
from mlpexp.store.table import as_csv
from mlpexp.store.weights import as_file

COLUMNS = ("arm", "layer", "parameters", "begins", "frozen", "why")


def start_sentences(plan: Plan) -> list[str]:
    """What each layer begins with and which stay, where a config has a ``start:`` section; in which arms, if not in all."""
    arms: dict[str, list[int]] = {}
    for arm in plan.arms:
        for sentence in _of_arm(arm, len(plan.seeds)):
            arms.setdefault(sentence, []).append(arm.number)
    total = len(plan.arms)
    return [
        f"start: {sentence}" + ("" if len(of) == total else f" (in {len(of)} of {total} arms)")
        for sentence, of in arms.items()
    ]


def start_table(plan: Plan) -> str | None:
    """``start.csv``: what each layer of each arm begins with; None: no arm has a ``start:`` section."""
    if not any(arm.experiment.start for arm in plan.arms):
        return None
    rows = [
        {**vars(row), "arm": arm.number, "frozen": "yes" if row.frozen else "no"}
        for arm in plan.arms
        for row in _rows(arm.prepared)
    ]
    return as_csv(list(COLUMNS), rows)


def kept_starts(plan: Plan) -> tuple[dict[str, str | bytes], dict[str, str]]:
    """The files of ``start/``, by their paths in the result; and what its config calls each result they are of, by path."""
    files: dict[str, str | bytes] = {}
    told: dict[str, str] = {}
    for prepared in (plan.base, *(arm.prepared for arm in plan.arms)):
        start, weights = prepared.experiment.start, prepared.start
        if start is None or start.result is None or weights is None:
            continue
        folder = told.get(start.result) or _folder(weights.record.result, told.values())
        told[start.result] = folder
        name, text = record_beside(weights.record)
        if f"{folder}/{name}" not in files:
            files |= {f"{folder}/{name}": text, f"{folder}/{weights.record.file}": as_file(weights.tensors)}
    return files, told


def _folder(name: str, taken: Collection[str]) -> str:
    """Where the weights of a result lie; of another one of that name, with a number before it."""
    numbered = (f"{FOLDER}/{number}-{name}" for number in count(2))
    return next(each for each in chain([f"{FOLDER}/{name}"], numbered) if each not in taken)


def _rows(prepared: Prepared) -> list[LayerStart]:
    return layer_starts(prepared.architecture, prepared.start)


def _of_arm(arm: Arm, num_seeds: int) -> Iterator[str]:
    start, weights, rows = arm.experiment.start, arm.prepared.start, _rows(arm.prepared)
    if start is None:
        return
    if weights is not None:
        yield f"{_taken(rows)} taken from {weights.record.result}{_whose(arm, weights, num_seeds)}"
    for row in rows:
        if row.begins == ANEW:
            yield f"{row.layer} is drawn anew{' and frozen' * row.frozen}: {row.why}"
    unused = sorted(set(weights.shapes) - {row.layer for row in rows}) if weights else []
    if unused and weights:
        yield f"not used of {weights.record.result}: {named(unused)}"
    if any(row.frozen for row in rows):
        yield frozen_in_words(arm.prepared.architecture)


def _whose(arm: Arm, weights: StartWeights, num_seeds: int) -> str:
    several = f", arm {weights.record.arm} ({weights.record.label})" if weights.record.label != "as configured" else ""
    if num_seeds == 1:
        return several
    first, second = (arm.prepared.start_seed(seed) for seed in (0, 1))
    if first != second:
        return f"{several}, each seed from the same seed there"
    return f"{several}, all seeds from seed {first}; intervals hold nothing of the luck of that training"


def _taken(rows: Sequence[LayerStart]) -> str:
    layers = [row.layer for row in rows if row.begins == TAKEN]
    if len(layers) == len(rows) > 1:
        return f"all {len(layers)} layers are"
    return f"{named(layers)} {'is' if len(layers) == 1 else 'are'}"
