"""A problem of a config and its place, in words a user can act on."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from mlpexp.config.words import meant

CONTROL = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}


@dataclass(frozen=True)
class Place:
    """Where a value was written: a line of a file, or a command-line override."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one key."""

    place: Place
    key: str
    message: str

    def __str__(self) -> str:
        return visible(": ".join(part for part in (str(self.place), self.key, self.message) if part))


def visible(text: str) -> str:
    """A text in one line that gives a terminal no commands: control characters are written as escapes."""
    return text.translate(CONTROL)


def closest(word: object, choices: Iterable[str]) -> str | None:
    """The choice that a word stands for, or that is written nearly like it; None if there is none."""
    choices = list(choices)
    close = difflib.get_close_matches(str(word).lower(), choices, n=1, cutoff=0.6)
    return meant(word, choices) or (close[0] if close else None)


def did_you_mean(word: object, choices: Iterable[str]) -> str:
    """``"; did you mean relu?"`` when a choice is close, else the list of choices when it is short."""
    choices = list(choices)
    near = closest(word, choices)
    if near:
        return f"; did you mean {near}?"
    return f"; choose from {', '.join(choices)}" if 0 < len(choices) <= 20 else ""
