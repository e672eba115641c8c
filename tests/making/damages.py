"""What becomes of a file by accident, careless editing or malice."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

CELLS = (b"abc", b"nan", b"inf", b"-1", b"", b"1e999", b"9" * 21, b"0.5", b'"', b"\xff", b"\x00", b"\x1b[31m")
VALUES: tuple[Any, ...] = (
    None, [], {}, "x", -1, 1e300, 10**30, "", True, [1, "a"], {"a": 1}, "\x1b[31m", 0, float("nan"), "../../x", 10**9,
)  # fmt: skip
DIGITS = b"0123456789"


def _bit(content: bytes, random: Random) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]


def _digit(content: bytes, random: Random) -> bytes:
    places = [place for place, byte in enumerate(content) if byte in DIGITS]
    if not places:
        return content
    place = random.choice(places)
    other = random.choice([digit for digit in DIGITS if digit != content[place]])
    return content[:place] + bytes([other]) + content[place + 1 :]


def _sixteen_bytes(content: bytes, random: Random) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + random.randbytes(len(content[place : place + 16])) + content[place + 16 :]


def _line(content: bytes, random: Random, times: int) -> bytes:
    lines = content.splitlines(keepends=True)
    place = random.randrange(len(lines))
    return b"".join([*lines[:place], *times * [lines[place]], *lines[place + 1 :]])


def _cell(content: bytes, random: Random) -> bytes:
    lines = content.split(b"\n")
    if not content or b"," not in lines[0]:
        return content
    place = random.randrange(max(1, len(lines) - 1))
    cells = lines[place].split(b",")
    cells[random.randrange(len(cells))] = random.choice(CELLS)
    return b"\n".join([*lines[:place], b",".join(cells), *lines[place + 1 :]])


def _value(content: bytes, random: Random) -> bytes:
    """Of a JSON file: a value anywhere in it, or a key that is gone."""
    try:
        data = json.loads(content)
    except ValueError:
        return content
    places = list(_places(data))
    if not places:
        return content
    holder, key = random.choice(places)
    if isinstance(holder, dict) and random.random() < 0.25:
        del holder[key]
    else:
        holder[key] = random.choice(VALUES)
    return json.dumps(data, indent=2).encode()


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    for key in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield data, key
        yield from _places(data[key])


CHANGES: dict[str, Callable[[bytes, Random], bytes]] = {
    "a bit": _bit,
    "a digit": _digit,
    "sixteen bytes": _sixteen_bytes,
    "cut": lambda content, random: content[: random.randrange(len(content))],
    "emptied": lambda content, random: b"",
    "garbage behind it": lambda content, random: content + random.randbytes(random.choice([1, 20, 500])),
    "a line gone": lambda content, random: _line(content, random, 0),
    "a line twice": lambda content, random: _line(content, random, 2),
    "a cell": _cell,
    "a value": _value,
}
"""From the bytes of a file to other ones; the same where that is not possible."""

KINDS = (*CHANGES, "removed", "a folder instead", "a link to nothing")


def damaged(path: Path, kind: str, random: Random) -> bool:
    """Damages a file; False if it cannot be damaged so."""
    if kind in CHANGES:
        before = path.read_bytes()
        after = CHANGES[kind](before, random) if before else before
        path.write_bytes(after)
        return after != before
    path.unlink()
    if kind == "a folder instead":
        path.mkdir()
    elif kind == "a link to nothing":
        path.symlink_to(os.devnull)
    return True
