"""What a disk that is full, or Ctrl-C, does at a certain file."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FULL = OSError(errno.ENOSPC, "No space left on device")


def before_replacing(patch: pytest.MonkeyPatch, name: str, happens: BaseException | Callable[[Path], None]) -> None:
    """Raises an error, or calls a function with the temporary file, right before a file of that name gets its content."""
    replace = os.replace

    def interrupted(source: Any, target: Any, **options: Any) -> None:
        if Path(target).name == name:
            if isinstance(happens, BaseException):
                raise happens
            happens(Path(source))
        replace(source, target, **options)

    patch.setattr(os, "replace", interrupted)
