"""What a user asks by: an option of the command line, or a keyword in Python. Messages name it as it is written there.

This module imports nothing of the house.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from shlex import quote

_IN_PYTHON: ContextVar[bool] = ContextVar("in_python", default=False)


@contextmanager
def in_python() -> Iterator[None]:
    """A context, or decorator, for what is asked in Python, and not by a command."""
    token = _IN_PYTHON.set(True)
    try:
        yield
    finally:
        _IN_PYTHON.reset(token)


@contextmanager
def in_commands() -> Iterator[None]:
    """A context for what is written into files, which are the same whoever asked: they name commands."""
    token = _IN_PYTHON.set(False)
    try:
        yield
    finally:
        _IN_PYTHON.reset(token)


def keyword(option: str, value: object = "") -> str:
    """``--seed 3`` of a command, ``seed=3`` in Python.

    Args:
        option: Without dashes in front: ``seed``.
        value: As it was given; empty: the option alone is named.
    """
    if _IN_PYTHON.get():
        return f"{option.replace('-', '_')}={value}"
    return f"--{option} {value}".rstrip()


def either(command: str, python: str) -> str:
    """What is written on the command line, or in Python, as it was asked there."""
    return python if _IN_PYTHON.get() else command


def setting(key: str = "KEY", value: str = "VALUE") -> str:
    """What changes a key: ``--set KEY=VALUE`` of a command, quoted for a shell; ``set={'KEY': 'VALUE'}`` in Python."""
    return either(f"--set {_quoted(f'{key}={value}')}", f"set={{{key!r}: {value!r}}}")


def _quoted(text: str) -> str:
    """A word of a command line, in double quotes if it needs some: Windows has no others."""
    if not re.search(r"[^\w.,:=+/@%-]", text):
        return text
    return quote(text) if re.search(r'["$`\\!]', text) else f'"{text}"'


def naming_data() -> str:
    """What names the data that a result was trained on, if they are not where they were."""
    return "tables=[FILE] or data= of mlpexp.load" if _IN_PYTHON.get() else "--table FILE"


def path_of_data(path: str) -> str:
    """A file of data for a message; in Python its name alone, for data in memory have a passing place."""
    return PurePath(path).name if _IN_PYTHON.get() else path


def going_on(word: str, path: object) -> str:
    """What goes on with a training: ``mlpexp train --resume runs/iris``, in Python ``mlpexp.load("runs/iris").resume()``.

    Args:
        word: The command that began it.
        path: The folder of the result.
    """
    return f"mlpexp.load({str(path)!r}).resume()" if _IN_PYTHON.get() else f"mlpexp {word} --resume {quote(str(path))}"
