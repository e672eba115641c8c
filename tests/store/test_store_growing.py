"""Tables that grow while a stack trains, and are cut back to what a checkpoint knows."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpexp.errors import RunError
from mlpexp.store.growing import GrowingTable

COLUMNS = ("seed", "epoch", "loss")
HEADER = b"seed,epoch,loss\n"
LINES = [f"{seed},{epoch},{1 / (1 + epoch + seed)!r}\n".encode() for epoch in range(4) for seed in range(2)]
WHOLE = HEADER + b"".join(LINES)


def grown(path: Path, lines: list[bytes], known: dict[str, Any] | None = None) -> dict[str, Any]:
    """Adds lines, and says what a checkpoint would know."""
    table = GrowingTable(path, COLUMNS, known)
    for line in lines:
        table.append(line)
    state = table.state()
    table.close()
    return state


def test_a_table_grown_in_pieces_equals_one_written_at_once(tmp_path: Path) -> None:
    known = grown(tmp_path / "t.csv", LINES[:3])
    grown(tmp_path / "t.csv", LINES[3:], known)
    assert (tmp_path / "t.csv").read_bytes() == WHOLE


def test_a_new_table_begins_again(tmp_path: Path) -> None:
    grown(tmp_path / "t.csv", LINES)
    grown(tmp_path / "t.csv", LINES[:1])
    assert (tmp_path / "t.csv").read_bytes() == HEADER + LINES[0]


def test_a_folder_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"t\.csv: cannot be written: No such file"):
        grown(tmp_path / "parts" / "t.csv", LINES)
    assert list(tmp_path.iterdir()) == []


@given(known=st.integers(0, len(LINES)), more=st.integers(0, 60))
def test_what_a_checkpoint_does_not_know_is_cut_off(
    known: int, more: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("growing") / "t.csv"
    state = grown(path, LINES[:known])
    path.write_bytes(path.read_bytes() + b"".join(LINES[known:])[:more])  # rows after the checkpoint, the last one cut
    table = GrowingTable(path, COLUMNS, state)
    assert path.read_bytes() == HEADER + b"".join(LINES[:known])
    assert table.state() == state
    for line in LINES[known:]:
        table.append(line)
    table.close()
    assert path.read_bytes() == WHOLE


def test_a_table_that_was_cut_below_what_is_known_is_refused_and_left_alone(tmp_path: Path) -> None:
    path, state = tmp_path / "t.csv", grown(tmp_path / "t.csv", LINES)
    for length in range(len(WHOLE)):
        path.write_bytes(WHOLE[:length])
        with pytest.raises(RunError, match=r"t\.csv: damaged: not what its checkpoint knows$"):
            GrowingTable(path, COLUMNS, state)
        assert path.read_bytes() == WHOLE[:length]


def test_every_flipped_byte_of_what_is_known_is_noticed(tmp_path: Path) -> None:
    path, state = tmp_path / "t.csv", grown(tmp_path / "t.csv", LINES)
    for position in range(len(WHOLE)):
        damaged = bytearray(WHOLE)
        damaged[position] ^= 1 << (position % 8)
        path.write_bytes(damaged)
        with pytest.raises(RunError, match="damaged"):
            GrowingTable(path, COLUMNS, state)
        assert path.read_bytes() == damaged


def test_a_table_of_other_columns_is_refused(tmp_path: Path) -> None:
    state = grown(tmp_path / "t.csv", LINES)
    with pytest.raises(RunError, match="damaged"):
        GrowingTable(tmp_path / "t.csv", ("seed", "epoch", "accuracy"), state)


def test_a_table_that_is_not_there_is_refused_if_something_is_known_of_it(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"t\.csv: cannot be written: No such file"):
        GrowingTable(tmp_path / "t.csv", COLUMNS, {"bytes": 16, "sha256": "0" * 64})


def test_flush_hands_rows_to_other_readers_and_permanent_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync, path = os.fsync, tmp_path / "t.csv"
    table = GrowingTable(path, COLUMNS)
    assert path.read_bytes() == HEADER  # whoever looks finds a table
    monkeypatch.setattr(os, "fsync", lambda descriptor: (synced.append(descriptor), fsync(descriptor)))
    table.append(LINES[0])
    table.flush()
    assert path.read_bytes() == HEADER + LINES[0]
    assert not synced
    table.append(LINES[1])
    table.flush(permanent=True)
    assert path.read_bytes() == HEADER + LINES[0] + LINES[1]
    assert len(synced) == 1
    table.close()


def fill_the_disk(path: Path) -> None:
    """Turns the open file into ``/dev/full``, where every write fails."""
    full = os.open("/dev/full", os.O_WRONLY)
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if descriptor != full and os.path.realpath(f"/proc/self/fd/{descriptor}") == str(path):
            os.dup2(full, descriptor)
    os.close(full)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("call", ["flush", "close"])
def test_a_full_disk_is_one_sentence(call: str, tmp_path: Path) -> None:
    table = GrowingTable(tmp_path / "t.csv", COLUMNS)
    fill_the_disk(tmp_path / "t.csv")
    table.append(LINES[0])
    with pytest.raises(RunError, match=r"t\.csv: cannot be written: the disk is full"):
        getattr(table, call)()
    if call == "flush":
        with pytest.raises(RunError):
            table.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_disk_that_is_full_from_the_beginning_is_one_sentence() -> None:
    with pytest.raises(RunError, match=r"^/dev/full: cannot be written: the disk is full"):
        GrowingTable(Path("/dev/full"), COLUMNS)


@pytest.mark.parametrize("known", [False, True])
def test_a_failing_open_is_one_sentence(known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = grown(tmp_path / "t.csv", LINES)

    def refuse(*args: object, **options: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RunError, match="may not be written"):
        GrowingTable(tmp_path / "t.csv", COLUMNS, state if known else None)
