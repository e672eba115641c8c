"""What lies in a result is its own: nothing is written or removed through a symbolic link, nor where it is no more.

A result that is itself reached by a link is no matter: what counts is what lies between it and a file of it.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from mlpexp.asking import either
from mlpexp.errors import LostFolder, RunError

OLD_CONFIG = "sweep.yaml"  # what sweeps of the first format call their config
OF_RESULTS = ("summary.json", "plan.json", "config.yaml", OLD_CONFIG)
UNFINISHED = ".mlpexp-new-"  # how folders are called that are not whole yet
FOLDERS = ("parts", "weights", "evaluation", "plots", "start", "data")
IS_LINK = "is a symbolic link; nothing is written or removed through it: put what it stands for in its place"
IS_FILE = "is a file where a folder belongs; move it away"
LOST = "was moved or removed meanwhile; nothing more was written; if it was moved, {resuming} goes on there"
IS_ODD = "is no regular file; move it away"


def is_result(path: Path) -> bool:
    """Whether a folder is a result: one of its files may be lost, and is missed by whoever needs it."""
    return sum((path / name).is_file() for name in OF_RESULTS) > 1


def refuse_links(path: Path) -> None:
    """Refuses a path that a symbolic link inside a result leads elsewhere.

    Args:
        path: What is about to be written or removed, in a result or not.

    Raises:
        RunError: It is such a link, or lies behind one.
    """
    links = []
    for place in (path, *path.parents):
        if place.name.startswith(UNFINISHED) or is_result(place):
            break
        if place.is_symlink():
            links.append(place)
    else:
        return
    if links:
        raise RunError(f"{links[-1]}: {IS_LINK}")


def refuse_foreign(root: Path) -> None:
    """Refuses a result that is to be trained and holds something that no result holds: links, pipes, files as folders.

    Raises:
        RunError: Naming the first of them.
    """
    for path, mode in _entries(root):
        if stat.S_ISLNK(mode):
            raise RunError(f"{path}: {IS_LINK}")
        is_folder = path.parent == root and path.name in FOLDERS
        if is_folder and not stat.S_ISDIR(mode):
            raise RunError(f"{path}: {IS_FILE}")
        if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
            raise RunError(f"{path}: {IS_ODD}")


def make_inside(root: Path, folder: Path) -> None:
    """Makes a folder in a result, and those between; the result itself is never made anew.

    Args:
        root: Of the result.
        folder: In it.

    Raises:
        RunError: A file or a link is in its place, or it cannot be written.
    """
    refuse_links(folder)
    for place in (*reversed([parent for parent in folder.parents if root in parent.parents]), folder):
        try:
            place.mkdir(exist_ok=True)
        except FileExistsError:
            raise RunError(f"{place}: {IS_FILE}") from None
        except OSError as error:
            raise RunError(f"{place}: cannot be made: {error.strerror or error}") from None


def _entries(folder: Path) -> Iterator[tuple[Path, int]]:
    """All that is in a folder, and what kind of thing it is; links are not followed."""
    try:
        for path in sorted(folder.iterdir()):
            mode = path.lstat().st_mode
            yield path, mode
            if stat.S_ISDIR(mode):
                yield from _entries(path)
    except OSError as error:
        raise RunError(f"{error.filename or folder}: cannot be read: {error.strerror or error}") from None


class Place:
    """Where a folder is while it is written into.

    Raises:
        LostFolder: It is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._descriptor: int | None = None
        try:
            if hasattr(os, "O_DIRECTORY"):  # held open: no other folder gets its number
                self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            self._found = folder.stat()
        except OSError:
            raise LostFolder(f"{folder}: {LOST.format(resuming=either('--resume', '.resume()'))}") from None

    def check(self) -> None:
        """Sees that the folder is still there.

        Raises:
            LostFolder: It has been moved or removed.
        """
        if not self.is_there:
            raise LostFolder(f"{self.folder}: {LOST.format(resuming=either('--resume', '.resume()'))}")

    @property
    def is_there(self) -> bool:
        """Whether it is where it was, and no other one is in its place."""
        try:
            return os.path.samestat(self._found, self.folder.stat())
        except OSError:
            return False

    def close(self) -> None:
        """Lets it go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
