"""The errors that a user can cause, each of them one clear sentence, and the place where it is wrong.

An error is data: what a program asks for (key, place, layer) is an attribute, and never read back from the sentence. This
module imports nothing of the house.
"""

from collections.abc import Sequence
from dataclasses import dataclass

CONTROL_CHARACTERS = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}
# Marks that are not seen themselves: they turn the direction of writing, or make two names look equal. Those that join
# letters, as Persian and emoji need them, stay.
UNSEEN_MARKS = {
    code: f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    for code in (
        *(0x061C, 0x180E, 0x200B, 0x200E, 0x200F),
        *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, *range(0xE0000, 0xE0080),
    )
}  # fmt: skip

MOST_TOLD = 30  # problems of a config


@dataclass(frozen=True)
class Place:
    """Where a value was written: a line of a file, or an option of the command line."""

    source: str
    """The file, or the option with its value as they were typed: ``--set seeds=3``."""
    line: int | None = None
    """Of a file, from 1."""
    column: int | None = None
    """Likewise."""
    value: str = ""
    """Of an option, its value as it was typed, without the key."""

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """What is wrong with one key."""

    place: Place
    """Where it was written."""
    key: str
    """Dotted; empty: no key, but the text itself."""
    message: str
    """What is wrong, and what was expected."""

    def __str__(self) -> str:
        return visible(": ".join(part for part in (str(self.place), self.key, self.message) if part))


def visible(text: str) -> str:
    """A text in one line that gives a terminal no commands: control characters are written as escapes."""
    return text.translate(CONTROL_CHARACTERS)


class MlpexpError(Exception):
    """A failure with a message for the user; the command line prints it and exits with ``exit_code``."""

    exit_code = 1


class InputError(MlpexpError):
    """What the user gave cannot be used: a config, an option, a data file. Nothing has been run or written.

    Args:
        message: The sentence, without the key.
        key: The dotted key of the config that it is about; None: it is about something else.
    """

    exit_code = 2

    def __init__(self, message: str, *, key: str | None = None) -> None:
        self.message, self.key = message, key
        super().__init__(f"{key}: {message}" if key else message)


class ConfigError(InputError):
    """One or more problems of a config, each with its place; of very many the first are told."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        told = [str(problem) for problem in self.problems[:MOST_TOLD]]
        rest = len(self.problems) - len(told)
        super().__init__("\n".join(told + [f"and {rest:,} more like these"] * (rest > 0)))


class ArchitectureError(InputError):
    """A layer does not fit the size of its input; ``layer`` is the position of the offender, when there is one."""

    def __init__(self, message: str, layer: int | None = None) -> None:
        self.layer = layer
        super().__init__(message)


class DataError(InputError):
    """A data set is absent, damaged, or not usable as asked."""


class RunError(MlpexpError):
    """A run folder cannot be written, read or resumed."""


class LostFolder(RunError):
    """A folder was moved or removed while it was written into: whoever goes on has to say where it is now."""


class AllFailed(RunError):
    """No trial could be trained; the same happens again, unless the machine was the cause."""


class DerivativeError(MlpexpError):
    """Two ways to compute a derivative disagree."""


class Interrupted(MlpexpError):
    """Work stopped by a signal after everything was saved; ``exit_code`` is 128 plus the signal's number."""

    def __init__(self, message: str, signal_number: int) -> None:
        self.exit_code = 128 + signal_number
        super().__init__(message)
