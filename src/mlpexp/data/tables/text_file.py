"""The bytes of a table, whatever it is packed in and however its letters are encoded: as UTF-8, and what was found."""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

from mlpexp.config.given_files import why_no_file
from mlpexp.config.words import did_you_mean
from mlpexp.data.room import check_room, most_bytes, unpacked
from mlpexp.errors import DataError

BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16",
}  # fmt: skip
SAMPLE = 200_000  # letters that an encoding is judged by
PLAUSIBLE = 0.9  # share of the letters beyond ASCII that must be as one expects in the encoding
SIGNS = "°€£¥§µ²³½¼¾±×·–—’‘“”„…«»®©™ªº¿¡"
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".tab", ".data")
HANGUL = frozenset(
    "이다는을가의에고지하한기로사도은나리대자시서어정인아그해수보를일부장전라주여마구상원들스동만성과제비조게안년우세"
    "경공미소있으신유무국학생방중력김박최강윤임오송류홍남산울광천관문물면연영적계교금품단분중량명호번실거래용물값색병증별개월당점율체위진양북급내외모치"
)  # usual syllables of Korean
# Letters that are usual in an encoding's languages, and the share of them: what is read wrongly has strange ones.
USUAL: Mapping[str, tuple[frozenset[str], float]] = {
    "euc_kr": (HANGUL, 0.3), "cp1251": (frozenset("оеаинтсрвл"), 0.45),
}  # fmt: skip
# Beginnings of files that are no tables. A PPM picture is not among them: it begins as a name in a table can.
NO_TABLES: Mapping[re.Pattern[bytes], str] = {
    re.compile(head, re.DOTALL): what
    for head, what in (
        (rb"\x89PNG", "a PNG picture"), (rb"\xff\xd8\xff", "a JPEG picture"), (rb"GIF8[79]a", "a GIF picture"),
        (rb"BM.{4}\0{4}", "a BMP picture"), (rb"RIFF.{4}WEBP", "a WebP picture"),
        (rb"II\*\0|MM\0\*", "a TIFF picture"), (rb"\0\0\0.ftyp", "a HEIC picture or a film"), (rb"%PDF-", "a PDF file"),
        (rb"\x93NUMPY", "an array of NumPy"), (rb"SQLite format 3\0", "a database"), (rb"\x89HDF", "an HDF5 file"),
    )
}  # fmt: skip
TURKISH = "ðþýÐÞÝ"  # how cp1252 shows letters of cp1254
ESCAPE = b"\x1b$"  # begins letters of two bytes in some encodings of mail
INVISIBLE = "".join(map(chr, (0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF)))  # letters without a width
AROUND = INVISIBLE + "".join(filter(str.isspace, map(chr, range(0x3001))))
LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class FileText:
    """What a file says."""

    content: bytes
    """All of it, in UTF-8 without a byte order mark."""
    notes: tuple[str, ...] = ()
    """What had to be found out, in words."""
    is_sheet: bool = False
    """Whether it was written here: the file holds numbers and dates, not the text of them."""


def data_error(path: Path, what: str, line: int | None = None, column: str | None = None) -> DataError:
    """``path:line:column: what``, with as many of the places as there are."""
    places = [str(part) for part in (path, line, column) if part is not None]
    return DataError(f"{':'.join(places)}: {what}")


def without_blanks(cell: str) -> str:
    """A cell without the blanks and letters of no width around it."""
    return cell.strip() if cell.isascii() else cell.strip(AROUND)


def read_bytes(path: Path) -> bytes:
    """A file as it is.

    Raises:
        DataError: There is no such file, it cannot be read, or it does not fit into memory.
    """
    try:
        if not path.exists():
            raise _no_such_file(path)
        if what := why_no_file(path):
            raise data_error(path, what)
        check_room(path, path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise data_error(path, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL character in its name
        raise data_error(path, f"cannot be read: {error}") from None


def text_of(path: Path, content: bytes, encoding: str | None = None) -> FileText:
    """What the bytes of a file say.

    Args:
        path: For messages.
        content: Of the file.
        encoding: Of its letters; None: found out.

    Raises:
        DataError: It is no text, or several encodings fit.
    """
    content, notes = _unpacked(path, content)
    for head, what in NO_TABLES.items():
        if head.match(content):
            raise data_error(path, f"is {what}, not a table")
    if encoding is not None:
        return FileText(_utf8(path, content, encoding), notes)
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)
    if marked is None and _has_empty_bytes(content):
        marked = "utf-16-le" if content[1::2].count(0) > content[0::2].count(0) else "utf-16-be"
        notes = (*notes, f"encoding {marked}")
    if marked is not None:
        return FileText(_utf8(path, content, marked), notes)
    has_escape = ESCAPE[:1] in content and ESCAPE in content  # a single byte is looked for much faster
    if content.isascii() and not has_escape:
        return FileText(content, notes)
    if has_escape and b"\0" in content:  # letters of such an encoding have no byte 0
        raise data_error(path, "is no text but a binary file, not a table")
    if has_escape:
        raise data_error(
            path, "no plain text, but letters in an encoding such as iso2022_jp: set encoding: to the right one"
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        fitting = [name for name in ENCODINGS if _fits(content, name)]
        if len(fitting) != 1:
            raise _unknown_letters(path, content, error, fitting) from None
        return FileText(_utf8(path, content, fitting[0]), (*notes, f"encoding {fitting[0]}"))
    return FileText(content, notes)


def _no_such_file(path: Path) -> DataError:
    patterns = ("*.csv", "*.tsv", "*.txt", "*.xlsx", "*.csv.gz", "*.parquet")
    neighbours = [file.name for pattern in patterns for file in path.parent.glob(pattern)]
    looked = "" if path.is_absolute() else f" in {Path.cwd()}"
    near = did_you_mean(path.name, neighbours) if neighbours else ""
    folders = "" if near or path.suffix else "; a table is a file, and pictures are a folder with one for each class"
    return data_error(path, f"no such file{looked}{near or folders}")


def _unpacked(path: Path, content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of the table in an archive."""
    try:
        if content.startswith(b"PK\x03\x04"):
            return _from_zip(path, content)
        return unpacked(path, content, most_bytes()), ()
    except (OSError, EOFError, zipfile.BadZipFile, lzma.LZMAError, zlib.error) as error:
        raise data_error(path, f"is a damaged archive: {error}") from None
    except RuntimeError as error:  # a password
        raise data_error(path, f"cannot be unpacked: {error}") from None


def _from_zip(path: Path, content: bytes) -> tuple[bytes, tuple[str, ...]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
        tables = [name for name in names if name.lower().endswith(TABLE_SUFFIXES)] or names
        if len(tables) != 1:
            raise data_error(path, f"holds {len(tables)} files; unpack it and name one of them")
        check_room(path, archive.getinfo(tables[0]).file_size, "unpacks to")
        return archive.read(tables[0]), (f"file in the archive: {tables[0]}",)


def _utf8(path: Path, content: bytes, encoding: str) -> bytes:
    try:
        return content.decode(encoding).removeprefix("\ufeff").encode()
    except LookupError:
        raise data_error(
            path, f"dataset.encoding: {encoding} is not known; usual ones are {', '.join(ENCODINGS)}"
        ) from None
    except UnicodeDecodeError as error:
        line = len(LINE_END.findall(content[: error.start])) + 1
        what = f"not {encoding} text (byte 0x{content[error.start]:02x}); set encoding: to what it was saved with"
        raise data_error(path, what, line) from None
    except UnicodeError as error:
        raise data_error(path, f"not {encoding} text ({error}); set encoding: to what it was saved with") from None


def _has_empty_bytes(content: bytes) -> bool:
    """Whether nearly half of the bytes are 0, as in ASCII letters of two bytes."""
    sample = content[:SAMPLE]
    return len(sample) >= 4 and sample.count(0) > 0.3 * len(sample)


def _fits(content: bytes, encoding: str) -> bool:
    """Whether the letters beyond ASCII are as one expects in text of this encoding."""
    try:
        text = content.decode(encoding)
    except UnicodeError:
        return False
    places = [match.start() for match in re.finditer(r"[^\x00-\x7f]", text[:SAMPLE])]
    places = places or [match.start() for match in re.finditer(r"[^\x00-\x7f]", text)][:SAMPLE]
    expected = sum(ENCODINGS[encoding](text, place) for place in places)
    usual, share = USUAL.get(encoding, (frozenset(), 0.0))
    if sum(text[place].lower() in usual for place in places) < share * len(places):
        return False
    if encoding == "cp1252" and any(text[place] in TURKISH for place in places):
        return False
    return bool(places) and expected >= PLAUSIBLE * len(places)


def _is_western(text: str, place: int) -> bool:
    """A letter within a word of ASCII letters, or a usual sign."""
    letter = text[place]
    if letter in SIGNS or letter == "\u00a0":
        return not _is_letter(text, place - 1) or not _is_letter(text, place + 1)
    beside = [text[other] for other in (place - 2, place - 1, place + 1, place + 2) if _is_letter(text, other)]
    return category(letter) in ("Ll", "Lu") and (not beside or any(map(str.isascii, beside)))


def _is_letter(text: str, place: int) -> bool:
    return 0 <= place < len(text) and text[place].isalpha()


def _beside_ascii(text: str, place: int) -> bool:
    """Whether an ASCII letter stands beside a letter, as in no word of another script."""
    return any(_is_letter(text, other) and text[other].isascii() for other in (place - 1, place + 1))


def _is_chinese(text: str, place: int) -> bool:
    letter = text[place]
    if _beside_ascii(text, place):
        return False
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return "\u4e00" <= letter <= "\u9fff" or "\u3000" <= letter <= "\u303f" or "\uff00" <= letter <= "\uffef"


def _is_japanese(text: str, place: int) -> bool:
    """Of the kinds of letters that Japanese has; half-width ones are single bytes, which other encodings are full of."""
    letter = text[place]
    if _beside_ascii(text, place) or "\uff61" <= letter <= "\uff9f":
        return False
    return "\u3040" <= letter <= "\u30ff" or "\u4e00" <= letter <= "\u9fff" or "\u3000" <= letter <= "\u303f"


def _is_korean(text: str, place: int) -> bool:
    return "\uac00" <= text[place] <= "\ud7a3" and not _beside_ascii(text, place)


def _is_cyrillic(text: str, place: int) -> bool:
    """One of several letters beside each other, capitals only at the beginning of a word or throughout it."""
    beside = [text[other] for other in (place - 1, place + 1) if 0 <= other < len(text)]
    several = any("\u0400" <= letter <= "\u04ff" for letter in beside)
    small = text[place].islower() or not (place > 0 and text[place - 1].islower())
    return "\u0400" <= text[place] <= "\u04ff" and several and small and not _beside_ascii(text, place)


# Encodings that are found out, and what their letters look like.
ENCODINGS: Mapping[str, Callable[[str, int], bool]] = {
    "cp1252": _is_western,
    "gb18030": _is_chinese,
    "shift_jis": _is_japanese,
    "euc_kr": _is_korean,
    "cp1251": _is_cyrillic,
}


def _unknown_letters(path: Path, content: bytes, error: UnicodeDecodeError, fitting: list[str]) -> DataError:
    byte, line = content[error.start], len(LINE_END.findall(content[: error.start])) + 1
    which = f"{' and '.join(fitting)} fit" if fitting else "no usual encoding fits"
    return data_error(path, f"not UTF-8 text (byte 0x{byte:02x}); {which}: set encoding: to the right one", line)
