"""What is made of a result is written beside it, never into it: a new folder that appears whole or not at all."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlpexp.asking import keyword
from mlpexp.errors import InputError
from mlpexp.store.files import current_umask, sync_folder, write_errors
from mlpexp.store.folders import building_in
from mlpexp.store.inside import is_result

logger = logging.getLogger(__name__)


def folder_beside(result: Path, what: str, output: Path | None) -> Path:
    """Where something is written: ``<result>-<what>``, or what was named.

    Args:
        result: The folder of the result.
        what: ``mistakes``, ``on-wine``.
        output: That was named with ``--output``; None: none was.

    Raises:
        InputError: It exists, or is in a result.
    """
    named = result if result.name not in ("", "..") else result.resolve()
    folder = output.expanduser() if output else named.with_name(f"{named.name}-{what}")
    if folder.exists():
        another = "another folder" if output else f"a new folder with {keyword('output')}, or remove this one"
        raise InputError(f"{keyword('output')}: {folder} exists, and nothing is written over; name {another}")
    refuse_results(keyword("output"), folder)
    return folder


def refuse_results(option: str, path: Path) -> None:
    """Refuses to write into a result.

    Raises:
        InputError: It is one, or is in one.
    """
    whole = path.resolve()
    for folder in (whole, *whole.parents):
        if is_result(folder):
            raise InputError(f"{option}: {folder} is a result, which is left as it is; name another folder")


def make_folders(folder: Path) -> None:
    """Makes a folder that was named, with those above it, and says so: a typing mistake makes one, too.

    Raises:
        RunError: It cannot be made.
    """
    if folder.exists():
        return
    with write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    logger.warning("a new folder was made: %s", folder)


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A folder to write into under a temporary name, which gets its own name when all went well.

    Args:
        folder: That is not there yet, from ``folder_beside``; the folders above it are made.

    Raises:
        InputError: It has appeared meanwhile.
        RunError: It cannot be written.
    """
    make_folders(folder.parent)
    with building_in(folder.parent) as building:
        yield building
        with write_errors(folder):
            building.chmod(0o777 & ~current_umask())
            if folder.exists():
                raise InputError(f"{keyword('output')}: {folder} has appeared meanwhile; name another folder")
            os.rename(building, folder)
            sync_folder(folder.parent)
