"""There is always one complete checkpoint, and a damaged one is noticed."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from making.stopping import FULL, before_replacing
from mlpexp.errors import RunError
from mlpexp.store.checkpoint import delete_checkpoint, load_checkpoint, save_checkpoint

PLAIN = {"epoch": 3, "statuses": ["running", "diverged"], "active": [0]}


def tensors(seed: int = 0) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {
        "flat": random.normal(size=(2, 5)).astype(np.float32),
        "best_loss": np.array([np.inf, 0.5]),
        "best_epoch": np.array([0, 7], dtype=np.int64),
        "none": np.zeros((2, 0), dtype=np.float32),
    }


def assert_holds(folder: Path, seed: int, name: str = "stack-0") -> None:
    loaded, _ = load_checkpoint(folder, name)
    for key, array in tensors(seed).items():
        assert loaded[key].dtype == array.dtype
        np.testing.assert_array_equal(loaded[key], array)


def test_what_is_loaded_is_what_was_saved(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "stack-0", tensors(), PLAIN)
    assert_holds(tmp_path, 0)
    _, plain = load_checkpoint(tmp_path, "stack-0")
    assert {key: plain[key] for key in PLAIN} == PLAIN


def test_a_transposed_array_is_saved_as_it_looks(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    save_checkpoint(tmp_path, "last", {"a": array}, {})
    np.testing.assert_array_equal(load_checkpoint(tmp_path, "last")[0]["a"], array)


def test_the_sum_is_that_of_the_file_so_that_sha256sum_can_check_it(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    description = json.loads((tmp_path / "last.json").read_text())
    content = (tmp_path / description["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == description["sha256"]


def test_the_first_save_is_under_the_plain_name(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["last.json", "last.safetensors"]
    assert set(load_file(tmp_path / "last.safetensors")) == set(tensors())


def test_saving_again_and_again_leaves_one_tensor_file(tmp_path: Path) -> None:
    for seed in range(5):
        save_checkpoint(tmp_path, "stack-0", tensors(seed), PLAIN)
        assert_holds(tmp_path, seed)
        assert len(list(tmp_path.iterdir())) == 2


def test_saving_the_same_again_changes_no_byte_and_no_name(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_new_checkpoint_never_touches_the_tensor_file_of_the_old_before_it_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path, "stack-0", tensors(0), PLAIN)

    before_replacing(monkeypatch, "stack-0.json", FULL)
    with pytest.raises(RunError):
        save_checkpoint(tmp_path, "stack-0", tensors(1), PLAIN)
    assert_holds(tmp_path, 0)


def test_the_same_tensors_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    save_checkpoint(tmp_path / "a", "last", tensors(), PLAIN)
    save_checkpoint(tmp_path / "b", "last", dict(reversed(tensors().items())), PLAIN)
    assert (tmp_path / "a" / "last.safetensors").read_bytes() == (tmp_path / "b" / "last.safetensors").read_bytes()


def test_every_flipped_byte_of_the_tensor_file_is_noticed(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    path = tmp_path / "last.safetensors"
    content = path.read_bytes()
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 1 << (position % 8)
        path.write_bytes(damaged)
        with pytest.raises(RunError, match="damaged"):
            load_checkpoint(tmp_path, "last")
    path.write_bytes(content)
    load_checkpoint(tmp_path, "last")


def test_every_flipped_byte_of_the_description_is_noticed_or_means_the_same(tmp_path: Path) -> None:
    """White space may change; a name, a number or the sum may not."""
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    path = tmp_path / "last.json"
    content = path.read_bytes()
    _, plain = load_checkpoint(tmp_path, "last")
    unnoticed = []
    for position in range(len(content)):
        for bit in (0, 4, 7):
            damaged = bytearray(content)
            damaged[position] ^= 1 << bit
            path.write_bytes(damaged)
            try:
                if load_checkpoint(tmp_path, "last")[1] != plain:
                    unnoticed.append((position, bit))
            except RunError:
                continue
    assert unnoticed == []


def test_a_cut_tensor_file_is_noticed_at_every_length(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    path = tmp_path / "last.safetensors"
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(RunError, match="damaged"):
            load_checkpoint(tmp_path, "last")


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "null", "{}", '{"file": 3}', '{"file": "last.safetensors"}'])
def test_a_description_that_is_none_is_one_sentence(content: str, tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    (tmp_path / "last.json").write_text(content)
    with pytest.raises(RunError) as caught:
        load_checkpoint(tmp_path, "last")
    assert len(str(caught.value).splitlines()) == 1
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("file", ["last.json", "last.safetensors"])
def test_a_missing_file_is_one_sentence_that_names_it(file: str, tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", tensors(), PLAIN)
    (tmp_path / file).unlink()
    with pytest.raises(RunError, match=file):
        load_checkpoint(tmp_path, "last")


def test_a_description_cannot_name_a_file_elsewhere(tmp_path: Path) -> None:
    """A run folder may come from anyone: what it names must lie beside it."""
    for folder in ("elsewhere", "run"):
        (tmp_path / folder).mkdir()
    save_checkpoint(tmp_path / "elsewhere", "last", tensors(), PLAIN)
    save_checkpoint(tmp_path / "run", "last", tensors(), {"file": "../elsewhere/last.safetensors"})
    with pytest.raises(RunError, match="damaged"):
        load_checkpoint(tmp_path / "run", "last")
    delete_checkpoint(tmp_path / "run", "last")
    assert (tmp_path / "elsewhere" / "last.safetensors").exists()


def test_deleting_removes_both_files_and_only_those(tmp_path: Path) -> None:
    for name in ("stack-0", "stack-1", "stack-10"):
        save_checkpoint(tmp_path, name, tensors(), PLAIN)
        save_checkpoint(tmp_path, name, tensors(1), PLAIN)
    delete_checkpoint(tmp_path, "stack-1")
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} == {"stack-0", "stack-10"}
    delete_checkpoint(tmp_path, "stack-1")  # nothing left to do
