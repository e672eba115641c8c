"""Kept weights: the same bytes however trials were stacked, read by the safetensors library, and guarded by their sum."""

import hashlib
import itertools
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file

from mlpexp.errors import RunError
from mlpexp.store.weights import KINDS, file_name, read_weights, seal, write_rows

TRIALS = [(arm, seed) for arm in range(4) for seed in range(3)]
ROWS = len(TRIALS)


def tensors(rows: int = ROWS) -> dict[str, np.ndarray]:
    """Of all widths that are kept, and of odd sizes."""
    random = np.random.default_rng(0)
    return {
        "dense1.weight": random.normal(size=(rows, 3, 5)).astype(np.float32),
        "dense1.bias": random.normal(size=(rows, 5)).astype(np.float32),
        "input.shift": random.normal(size=(rows, 3)),
        "scalar": random.normal(size=rows).astype(np.float32),
        "step": random.integers(0, 2**60, size=(rows, 1)),
        "mask": random.integers(0, 2, size=(rows, 7)).astype(bool),
        "bytes": random.integers(0, 255, size=(rows, 3)).astype(np.uint8),
    }


def of(rows: list[int]) -> dict[str, np.ndarray]:
    return {name: array[rows] for name, array in tensors().items()}


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """All rows by one writer, sealed."""
    path = tmp_path / file_name(0, "best")
    write_rows(path, ROWS, range(ROWS), tensors())
    seal(path, TRIALS, range(ROWS))
    return path


def test_the_library_reads_what_is_written(whole: Path) -> None:
    loaded = load_file(whole)
    assert set(loaded) == set(tensors())
    for name, array in tensors().items():
        assert loaded[name].dtype == array.dtype
        np.testing.assert_array_equal(loaded[name], array)


@given(order=st.permutations(range(ROWS)), cuts=st.lists(st.integers(1, ROWS - 1), max_size=5), again=st.booleans())
def test_rows_in_any_order_by_any_number_of_writers_give_the_same_bytes(
    order: list[int], cuts: list[int], again: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("weights")
    write_rows(folder / "whole", ROWS, range(ROWS), tensors())
    bounds = [0, *sorted(set(cuts)), ROWS]
    pieces = [order[start:stop] for start, stop in itertools.pairwise(bounds)]
    for piece in [*pieces, *pieces] if again else pieces:  # a stack that is trained again writes its rows again
        write_rows(folder / "cut", ROWS, piece, of(piece))
    assert (folder / "cut").read_bytes() == (folder / "whole").read_bytes()


def test_several_processes_write_into_one_file_at_a_time(tmp_path: Path, whole: Path) -> None:
    path, children = tmp_path / "shared", []
    for first in range(4):
        pid = os.fork()
        if pid == 0:
            rows = list(range(first, ROWS, 4))
            write_rows(path, ROWS, rows, of(rows))
            os._exit(0)
        children.append(pid)
    assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4
    assert path.read_bytes() == whole.read_bytes()


def test_the_order_of_tensors_does_not_matter(tmp_path: Path, whole: Path) -> None:
    write_rows(tmp_path / "reversed", ROWS, range(ROWS), dict(reversed(tensors().items())))
    assert (tmp_path / "reversed").read_bytes() == whole.read_bytes()


def test_rows_that_nobody_wrote_are_zeros_and_the_library_reads_the_rest(tmp_path: Path) -> None:
    write_rows(tmp_path / "w", ROWS, [7, 2], of([7, 2]))
    loaded = load_file(tmp_path / "w")
    for name, array in tensors().items():
        np.testing.assert_array_equal(loaded[name][[7, 2]], array[[7, 2]])
        assert not np.delete(loaded[name], [7, 2], 0).any()


def test_chosen_trials_are_read_with_their_epochs(whole: Path) -> None:
    found, epochs = read_weights(whole, [(3, 1), (0, 2)])
    rows = [TRIALS.index((3, 1)), TRIALS.index((0, 2))]
    assert epochs == rows
    for name, array in of(rows).items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_the_record_names_rows_and_sum(whole: Path) -> None:
    record = json.loads(whole.with_suffix(".json").read_text())
    assert record == {
        "file": whole.name,
        "sha256": hashlib.sha256(whole.read_bytes()).hexdigest(),
        "trials": [list(trial) for trial in TRIALS],
        "epochs": list(range(ROWS)),
    }


def test_a_flipped_byte_anywhere_is_noticed(whole: Path) -> None:
    content = whole.read_bytes()
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 1 << (position % 8)
        whole.write_bytes(damaged)
        with pytest.raises(RunError, match=r"program-0\.best\.safetensors: the weights are damaged"):
            read_weights(whole, [(0, 0)])
    whole.write_bytes(content)
    read_weights(whole, [(0, 0)])


def test_a_file_that_is_not_there_is_one_sentence(whole: Path) -> None:
    whole.unlink()
    with pytest.raises(RunError, match="the weights cannot be read: No such file"):
        read_weights(whole, [(0, 0)])
    whole.with_suffix(".json").unlink()
    with pytest.raises(RunError, match=r"program-0\.best\.json: cannot be read"):
        read_weights(whole, [(0, 0)])


def test_a_trial_that_failed_or_is_elsewhere_has_no_weights(whole: Path) -> None:
    seal(whole, TRIALS, [None if trial == (2, 1) else 5 for trial in TRIALS])
    assert read_weights(whole, [(2, 0), (2, 2)])[1] == [5, 5]
    for wanted in ([(2, 1)], [(0, 0), (2, 1)]):
        with pytest.raises(RunError, match=r"holds no weights of arm 2, seed 1$"):
            read_weights(whole, wanted)
    with pytest.raises(RunError, match=r"holds no weights of arm 4, seed 0$"):
        read_weights(whole, [(4, 0)])


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_named_by_program_and_kind(kind: str) -> None:
    assert file_name(12, kind) == f"program-12.{kind}.safetensors"


def test_numbers_lie_aligned(whole: Path) -> None:
    """So that a file can be mapped into memory."""
    content = whole.read_bytes()
    length = int.from_bytes(content[:8], "little")
    assert length % 8 == 0
    for entry in json.loads(content[8 : 8 + length]).values():
        width = {"F32": 4, "F64": 8, "I64": 8, "BOOL": 1, "U8": 1}[entry["dtype"]]
        assert entry["data_offsets"][0] % width == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "w").symlink_to("/dev/full")
    with pytest.raises(RunError, match="cannot be written"):
        write_rows(tmp_path / "w", ROWS, range(ROWS), tensors())
