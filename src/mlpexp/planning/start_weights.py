"""The weights of a result, to begin another training with."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mlpexp.config.start import Start
from mlpexp.errors import InputError, RunError
from mlpexp.store.as_written import is_there
from mlpexp.store.inside import is_result
from mlpexp.store.json_files import read_record
from mlpexp.store.networks import NetworksRecord
from mlpexp.store.plan_files import PlanRecord
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.starts import KEY, StartRecord, StartWeights, is_start, kept_start, stem
from mlpexp.store.weights import WeightsRecord, as_file, file_name, read_weights

NO_PARAMETERS = ("input", "target")  # of the samples, in a file of weights
RUNNING = "batch_norm.running"
MOST_NAMED = 8  # arms or seeds in a message


def weights_at(start: Start) -> StartWeights:
    """The weights that a ``start:`` section names.

    Raises:
        InputError: There is no such result, arm or seed, or it kept no weights, or others than the section says.
        RunError: They are damaged.
    """
    path = Path(str(start.result))
    if not path.is_dir():
        raise InputError(
            f"{path}: there is no such result; it is a folder, or a name that `mlpexp list` shows", key=KEY
        )
    if is_start(path):
        weights = kept_start(path, start.arm, start.seed)
    elif is_result(path):
        weights = _of_result(ResultFolder.open(path), start.arm, start.seed)
    else:
        raise InputError(f"{path}: not a result: it has no config.yaml and no summary.json", key=KEY)
    if start.sha256 not in (None, weights.record.sha256):
        raise InputError(
            f"the weights of {path} have the sum {weights.record.sha256[:12]}..., not this one; leave it out to take them",
            key="start.sha256",
        )
    return weights


def _of_result(folder: ResultFolder, arm: int | None, seed: int | None) -> StartWeights:
    if folder.is_old or not folder.read_summary().complete:
        why = "was written by an older version" if folder.is_old else "is not complete"
        raise InputError(f"{folder.path}: {why}, so its weights cannot be taken", key=KEY)
    plan = folder.read_plan()
    number = _arm(folder.path, plan, arm)
    trained = plan.trained_as(number)
    program = next(s.program for s in folder.read_stacks().stacks if any(a == trained for a, _ in s.trials))
    path = folder.weights / file_name(program, "best")
    if not is_there(path):
        raise InputError(f"{folder.path}: its weights were not kept; keep.weights: best keeps them", key=KEY)
    kept = read_record(path.with_suffix(".json"), WeightsRecord)
    rows = zip(kept.trials, kept.epochs, strict=True)
    seeds = _seeds([s for (a, s), epoch in rows if a == trained and epoch is not None], seed, folder.path)
    tensors, epochs = read_weights(path, [(trained, each) for each in seeds])
    named = _by_layer(tensors)
    networks = read_record(folder.networks, NetworksRecord) if is_there(folder.networks) else None
    preparation = None if networks is None else networks.preparation_of(number)
    name = stem(number, seed)
    record = StartRecord(
        file=f"{name}.safetensors",
        sha256=hashlib.sha256(as_file(named)).hexdigest(),
        result=folder.path.resolve().name,
        arm=number,
        label=plan.arms[number].label,
        data=plan.arms[number].data,
        seeds=tuple(seeds),
        epochs=tuple(epochs),
        config=None if networks is None else networks.config_of(number),
        features=preparation.feature_names if preparation else (),
        classes=preparation.class_names if preparation else (),
    )
    return StartWeights(record, named)


def _arm(path: Path, plan: PlanRecord, arm: int | None) -> int:
    labels = [f"{number} ({planned.label})" for number, planned in enumerate(plan.arms)]
    more = f", and {len(labels) - MOST_NAMED} more" if len(labels) > MOST_NAMED else ""
    if arm is None and len(labels) > 1:
        raise InputError(
            f"which of the {len(labels)} arms of {path.name}? choose {', '.join(labels[:MOST_NAMED])}{more}",
            key="start.arm",
        )
    if arm is not None and arm >= len(labels):
        raise InputError(
            f"{arm}: {path.name} has no such arm; choose {', '.join(labels[:MOST_NAMED])}{more}", key="start.arm"
        )
    return arm or 0


def _seeds(there: Sequence[int], seed: int | None, path: Path) -> list[int]:
    if not there:
        raise InputError(f"{path}: all trials of this arm failed; trials.csv says why", key=KEY)
    if seed is not None and seed not in there:
        some = ", ".join(map(str, there[:MOST_NAMED])) + (", ..." if len(there) > MOST_NAMED else "")
        raise InputError(f"{seed}: {path.name} has no weights of this seed; choose from {some}", key="start.seed")
    return list(there) if seed is None else [seed]


def _by_layer(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tensors of layers; what batch normalization remembers is given to its layers."""
    named = {
        name: array
        for name, array in tensors.items()
        if name != RUNNING and name.partition(".")[0] not in NO_PARAMETERS
    }
    if RUNNING not in tensors:
        return named
    running, place = tensors[RUNNING], 0
    layers = sorted((name.removesuffix(".scale") for name in named if name.endswith(".scale")), key=_depth)
    for layer in layers:
        count = named[f"{layer}.scale"].shape[1]
        named[f"{layer}.running"] = running[:, place : place + 2 * count].reshape(len(running), 2, count)
        place += 2 * count
    if place != running.shape[1]:
        raise RunError(f"{RUNNING}: {running.shape[1]} numbers, but the layers remember {place}")
    return named


def _depth(layer: str) -> tuple[str, int]:
    """Sorts layers that normalize as a network has them: no convolution follows a dense layer; see ``architectures.build``."""
    kind, number = re.match(r"([a-z]+)(\d+)", layer).groups()  # type: ignore[union-attr]
    return kind, int(number)
