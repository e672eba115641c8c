"""A table that does not fit into memory is refused by its size, before it is read and while it is unpacked."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from mlpexp.data.room import check_room, unpacked
from mlpexp.data.tables.text_file import read_bytes
from mlpexp.errors import DataError
from mlpexp.free_memory import free_bytes

TABLE = b"a,b\n" + b"1,2\n" * 1000


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_no_more_is_unpacked_than_fits(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(TABLE)
    for most in (None, len(TABLE), 10**9):
        assert unpacked(Path("t.gz"), packed, most) == TABLE
    with pytest.raises(DataError, match=r"^t\.gz: unpacks to more than 4\.0 kB, the most for which there is memory"):
        unpacked(Path("t.gz"), packed, len(TABLE) - 1)


def test_several_packed_pieces_are_one_table() -> None:
    assert unpacked(Path("t.gz"), gzip.compress(TABLE) + gzip.compress(b"3,4\n"), 10_000) == TABLE + b"3,4\n"


def test_what_is_not_packed_stays_as_it_is() -> None:
    assert unpacked(Path("t.csv"), TABLE, 1) == TABLE


@pytest.mark.skipif(free_bytes() is None, reason="nobody knows how much memory is free")
def test_the_size_is_asked_before_a_table_is_read(tmp_path: Path) -> None:
    """The file has no blocks on the disk, and would fill the memory with zeros."""
    path = tmp_path / "t.csv"
    free = free_bytes()
    assert free is not None
    with path.open("wb") as stream:
        stream.truncate(2 * free)
    said = r"t\.csv: has [\d.,]+ GB, which need 3 times the memory, and [\d.,]+ GB are free; take a part of it$"
    with pytest.raises(DataError, match=said):
        read_bytes(path)
    check_room(path, free // 10)
