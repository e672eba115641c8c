"""Names of classes: which can be written and printed, and in which order they are."""

import unicodedata
from collections.abc import Iterable

from mlpexp.errors import DataError

LONGEST = 255  # characters: no folder has a longer name


def check_class_name(place: str, name: str) -> None:
    """Sees that a class can be written into a file and printed.

    Args:
        place: Where the name is from, for the sentence.
        name: As it is there.

    Raises:
        DataError: With what is wrong with it.
    """
    if not name:
        raise DataError(f"{place}: a class has an empty name; give it one")
    if len(name) > LONGEST:
        raise DataError(f"{place}: the class {name[:20]}... has {len(name):,} characters; {LONGEST} are the most")
    if any(unicodedata.category(letter) == "Cs" for letter in name):
        raise DataError(f"{place}: the name of this class is not UTF-8; rename it")
    if any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in name):
        shown = name.encode("unicode_escape").decode("ascii")
        raise DataError(f"{place}: the class {shown} has a control character in its name; rename it")


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once: by number if all are whole numbers, else by letters; names of one number by letters."""
    ordered = sorted(set(names))
    if all(name.isascii() and name.isdigit() for name in ordered):
        ordered.sort(key=_as_number)
    return tuple(ordered)


def _as_number(name: str) -> tuple[int, str]:
    digits = name.lstrip("0")
    return len(digits), digits
