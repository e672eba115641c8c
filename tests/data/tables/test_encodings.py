"""Letters in other encodings, and packed files: found where one fits, said, and refused where several do."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mlpexp.data.tables.text_file import text_of
from mlpexp.errors import DataError

CHINESE = "姓名,成绩,班级\n" + "".join(
    f"{name},{i},{'甲乙'[i % 2]}\n"
    for i, name in enumerate("王伟 李娜 张敏 刘洋 陈静 杨丽 赵强 黄磊 周杰 吴涛".split())
)
JAPANESE = "名前,点数,組\n" + "".join(
    f"{name},{i},{'赤青'[i % 2]}\n" for i, name in enumerate("さくら ひなた ゆい あおい".split())
)
RUSSIAN = "длина,вид\n1,Роза\n2,дуб\n3,Роза\n4,дуб\n"
FRENCH = "prénom,âge,y\nÉlodie,3,a\nRenée,4,b\n"
KOREAN = "이름,나이,성별\n김철수,20,남\n이영희,21,여\n박민수,30,남\n"
SIGNS = "temp °C,price €,y\n1,2,a\n3,4,b\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(CHINESE, "gb18030"), (JAPANESE, "shift_jis"), (RUSSIAN, "cp1251"), (FRENCH, "cp1252"), (SIGNS, "cp1252")],
)
def test_the_one_encoding_that_fits_is_found_and_said(text: str, encoding: str) -> None:
    found = text_of(Path("t.csv"), text.encode(encoding))
    assert found.content.decode() == text and found.notes == (f"encoding {encoding}",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_needs_no_word(encoding: str) -> None:
    assert text_of(Path("t.csv"), CHINESE.encode(encoding)) == text_of(Path("t.csv"), CHINESE.encode())


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "bmp", "tiff", "webp"])
def test_a_picture_is_no_table(kind: str) -> None:
    stream = io.BytesIO()
    colours = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    Image.fromarray(colours).save(stream, kind)
    for content in (stream.getvalue(), gzip.compress(stream.getvalue())):
        with pytest.raises(DataError, match=rf"(?i)^t\.csv: is a {kind} picture, not a table$"):
            text_of(Path("t.csv"), content, "latin-1")


@pytest.mark.parametrize(("head", "what"), [(b"%PDF-1.7\n", "a PDF file"), (b"\x93NUMPY\1\0", "an array of NumPy")])
def test_other_files_are_no_tables(head: bytes, what: str) -> None:
    with pytest.raises(DataError, match=f"is {what}, not a table"):
        text_of(Path("t.csv"), head + b"\x1b$ 1 2 3")


def test_bytes_of_any_file_are_no_mail() -> None:
    with pytest.raises(DataError, match="is no text but a binary file, not a table"):
        text_of(Path("t.csv"), b"\1\2\0\xfe" + b"\x1b$" + b"\x81\x95 and more of them" * 9)


def test_names_that_begin_as_pictures_do_are_names() -> None:
    for text in ("BMI,y\n20,1\n", "P5 120 80 255\nP6 130 90 255\n", "GIF,y\n1,2\n", "II,y\n1,2\n"):
        assert text_of(Path("t.csv"), text.encode()).content.decode() == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_letter_without_a_mark(encoding: str) -> None:
    found = text_of(Path("t.csv"), FRENCH.encode(encoding))
    assert found.content.decode() == FRENCH and found.notes == (f"encoding {encoding}",)


def test_where_several_fit_the_file_is_refused_and_read_when_told() -> None:
    with pytest.raises(DataError, match=r"t\.csv:1: not UTF-8 text .*gb18030 and euc_kr fit: set encoding:"):
        text_of(Path("t.csv"), KOREAN.encode("euc_kr"))
    assert text_of(Path("t.csv"), KOREAN.encode("euc_kr"), "euc_kr").content.decode() == KOREAN


def test_where_none_fits_the_line_is_named() -> None:
    with pytest.raises(
        DataError, match=r"t\.csv:2: not UTF-8 text \(byte 0x98\); no usual encoding fits: set encoding:"
    ):
        text_of(Path("t.csv"), b"a,b\n1,caf\x98\x81x\n")


def test_an_encoding_that_is_not_known_or_not_right_is_said() -> None:
    with pytest.raises(DataError, match=r"dataset\.encoding: latin-17 is not known"):
        text_of(Path("t.csv"), b"a", "latin-17")
    with pytest.raises(DataError, match=r"t\.csv:1: not shift_jis text"):
        text_of(Path("t.csv"), CHINESE.encode("gb18030"), "shift_jis")


def zipped(content: bytes, *names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, lambda content: zipped(content, "t.csv", "readme")]
)
def test_packed_files_are_unpacked(pack: Callable[[bytes], bytes]) -> None:
    assert text_of(Path("t.gz"), pack(b"a,y\n1,2\n")).content == b"a,y\n1,2\n"


def test_an_archive_of_two_tables_and_a_damaged_one_are_refused() -> None:
    with pytest.raises(DataError, match=r"t\.zip: holds 2 files; unpack it and name one of them"):
        text_of(Path("t.zip"), zipped(b"a,y\n", "one.csv", "two.csv"))
    with pytest.raises(DataError, match=r"t\.gz: is a damaged archive"):
        text_of(Path("t.gz"), gzip.compress(b"a,y\n1,2\n")[:-9])


def test_chinese_names_from_the_file_to_the_data_set(read: Any) -> None:
    table = read(CHINESE.encode("gb18030"), target="班级", exclude=["姓名"])
    assert table.dataset.class_names == ("乙", "甲") and table.dataset.feature_names == ("成绩",)


def test_a_last_line_of_nothing_but_a_byte_order_mark_is_no_table(read: Callable[..., Any]) -> None:
    with pytest.raises(DataError, match="not a table"):
        read("a;y\n" + "".join(f"{i};{'xz'[i % 2]}\n" for i in range(6)) + "\ufeff")
