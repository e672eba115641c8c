"""Kept weights: one file per program and kind, its rows in the order of the plan, however the trials were stacked.

A file is laid out before the first stack ends; each worker writes the rows of its own trials into it, so that nothing is
gathered. When all is trained, a record beside it names the rows and holds the sum of its bytes.

References:
    The safetensors format: 8 bytes with the length of a JSON header, the header, the tensors one after the other.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from mlpexp.config.strict import Strict
from mlpexp.errors import RunError
from mlpexp.store.files import sync_folder, write_errors
from mlpexp.store.inside import refuse_links
from mlpexp.store.json_files import read_record, write_record

DTYPES = {"float32": "F32", "float64": "F64", "int64": "I64", "uint8": "U8", "bool": "BOOL"}
KINDS = ("best", "last")


class WeightsRecord(Strict):
    """What is in a file of weights."""

    file: str
    sha256: str
    trials: tuple[tuple[int, int], ...]
    """Arm and seed of each row."""
    epochs: tuple[int | None, ...]
    """Whose weights they are; None: that trial failed, and its row is empty."""


def file_name(program: int, kind: str) -> str:
    """``program-0.best.safetensors``."""
    return f"program-{program}.{kind}.safetensors"


def write_rows(path: Path, num_rows: int, rows: Sequence[int], tensors: Mapping[str, np.ndarray]) -> None:
    """Writes some rows of a file that is laid out first if it is not there.

    Args:
        path: The file.
        num_rows: Of every tensor in it.
        rows: Where each row of ``tensors`` belongs.
        tensors: By name, each ``(len(rows), *shape)``.

    Raises:
        RunError: They cannot be written.
    """
    header, places = _layout(num_rows, tensors)
    size = len(header) + sum(num_rows * _row_bytes(array) for array in tensors.values())
    refuse_links(path)
    with write_errors(path):
        path.parent.mkdir(exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(descriptor, "r+b") as stream:
            stream.write(header)  # the same bytes, whichever worker comes first
            if os.fstat(descriptor).st_size != size:  # new, or damaged
                stream.truncate(size)
            for name, array in tensors.items():
                width = _row_bytes(array)
                for first, past in _runs(rows):
                    stream.seek(places[name] + rows[first] * width)
                    stream.write(np.ascontiguousarray(array[first:past]).tobytes())
            stream.flush()
            os.fsync(descriptor)
        sync_folder(path.parent)


def as_file(tensors: Mapping[str, np.ndarray]) -> bytes:
    """A whole file, as ``write_rows`` lays it out.

    Args:
        tensors: By name, each with a row for every trial.
    """
    header, places = _layout(len(next(iter(tensors.values()))), tensors)
    names = sorted(places, key=places.__getitem__)
    return header + b"".join(np.ascontiguousarray(tensors[name]).tobytes() for name in names)


def read_whole(path: Path, sha256: str) -> dict[str, np.ndarray]:
    """All tensors of a file.

    Args:
        path: The file.
        sha256: Its sum.

    Raises:
        RunError: It is missing or damaged.
    """
    from safetensors.numpy import load_file

    _verify(path, sha256)
    return load_file(path)


def sum_of(tensors: Mapping[str, np.ndarray]) -> str:
    """The SHA-256 sum of some rows: of the bytes of all tensors, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(np.ascontiguousarray(tensors[name]).tobytes())
    return digest.hexdigest()


def sum_in_file(path: Path, rows: Sequence[int]) -> str:
    """``sum_of`` the rows that a file holds; empty if it cannot be read as one."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return sum_of({name: _rows(file.get_slice(name), rows) for name in file.keys()})  # noqa: SIM118
    except (OSError, SafetensorError, IndexError):
        return ""


def seal(path: Path, trials: Sequence[tuple[int, int]], epochs: Sequence[int | None]) -> None:
    """Writes the record of a file all of whose rows are there.

    Raises:
        RunError: It cannot be read or written.
    """
    with write_errors(path), path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    record = WeightsRecord(file=path.name, sha256=digest, trials=tuple(trials), epochs=tuple(epochs))
    write_record(path.with_suffix(".json"), record)


def read_weights(path: Path, wanted: Sequence[tuple[int, int]]) -> tuple[dict[str, np.ndarray], list[int]]:
    """The rows of some trials, and whose epochs they are.

    Args:
        path: The file.
        wanted: Arms and seeds.

    Raises:
        RunError: A file is missing or damaged, or holds no such trial.
    """
    from safetensors import safe_open

    record = read_record(path.with_suffix(".json"), WeightsRecord)
    place = {trial: row for row, trial in enumerate(record.trials)}
    missing = [trial for trial in wanted if trial not in place or record.epochs[place[trial]] is None]
    if missing:
        raise RunError(f"{path}: holds no weights of arm {missing[0][0]}, seed {missing[0][1]}")
    rows = [place[trial] for trial in wanted]
    _verify(path, record.sha256)
    with safe_open(path, framework="numpy") as file:
        tensors = {name: _rows(file.get_slice(name), rows) for name in file.keys()}  # noqa: SIM118
    return tensors, [int(record.epochs[row] or 0) for row in rows]


def check_file(path: Path) -> None:
    """Sees that a file of weights is the one that was sealed.

    Raises:
        RunError: It, or its record, is missing or damaged.
    """
    _verify(path, read_record(path.with_suffix(".json"), WeightsRecord).sha256)


def _rows(tensor: Any, rows: Sequence[int]) -> np.ndarray:
    return np.concatenate([tensor[rows[first] : rows[past - 1] + 1] for first, past in _runs(rows)])


def _verify(path: Path, expected: str) -> None:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise RunError(f"{path}: the weights cannot be read: {error.strerror or error}") from None
    if digest != expected:
        raise RunError(f"{path}: the weights are damaged (their SHA-256 sum differs from the one beside them)")


def _layout(num_rows: int, tensors: Mapping[str, np.ndarray]) -> tuple[bytes, dict[str, int]]:
    """The header, and where each tensor begins in the file. Wide numbers come first, so that all are aligned."""
    described, start, places = {}, 0, {}
    for name in sorted(tensors, key=lambda name: (-tensors[name].itemsize, name)):
        array = tensors[name]
        end = start + num_rows * _row_bytes(array)
        shape = [num_rows, *array.shape[1:]]
        described[name] = {"dtype": DTYPES[array.dtype.name], "shape": shape, "data_offsets": [start, end]}
        places[name], start = start, end
    text = json.dumps(described, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    header = len(text).to_bytes(8, "little") + text
    return header, {name: len(header) + place for name, place in places.items()}


def _row_bytes(array: np.ndarray) -> int:
    return prod(array.shape[1:]) * array.itemsize


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and past-the-last index of each stretch of rows that lie one behind the other."""
    first = 0
    for i in range(1, len(rows) + 1):
        if i == len(rows) or rows[i] != rows[i - 1] + 1:
            yield first, i
            first = i
