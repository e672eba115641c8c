"""The folders that are written to and read from: results, data, and what is free there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mlpexp.config.image_sets import EMNIST_COLLECTIONS
from mlpexp.data.image_files import ENVIRONMENT_VARIABLE, data_folder, missing_files
from mlpexp.data.image_sources import EMNIST, SOURCES
from mlpexp.doctor.finding import Finding
from mlpexp.execution.build_facts import without_home

LEAST_DISK = 100e6  # bytes
GB = 1e9


def folders(runs_dir: Path) -> Iterator[Finding]:
    """Of results and of data.

    Args:
        runs_dir: Where results are written.
    """
    yield _folder("results", runs_dir, "--runs-dir", is_needed=True)
    yield _folder("data", data_folder(), ENVIRONMENT_VARIABLE, is_needed=False)
    yield disk(runs_dir)


def _folder(what: str, folder: Path, option: str, *, is_needed: bool) -> Finding:
    """Whether a folder can be written to, or made."""
    shown = without_home(str(folder.absolute()))
    if _is_there(folder) and not _is_folder(folder):
        return Finding(what, shown, f"{shown} is a file; name a folder with {option}", is_broken=is_needed)
    if _can_be_filled(folder):
        return Finding(what, f"{shown} can be {'written to' if _is_folder(folder) else 'made'}")
    if _is_folder(folder) and not is_needed:
        return Finding(what, f"{shown} can be read only, so that nothing is downloaded to it")
    remedy = f"{shown} cannot be {'written to' if _is_folder(folder) else 'made'}; name another folder with {option}"
    return Finding(what, shown, remedy, is_broken=is_needed)


def _can_be_filled(folder: Path) -> bool:
    """Whether files can be written to it, or it can be made."""
    there = nearest(folder)
    return _is_folder(there) and os.access(there, os.W_OK | os.X_OK)


def _is_there(path: Path) -> bool:
    """Whether there is something, as far as one may look."""
    with suppress(OSError):
        return path.exists()
    return False


def _is_folder(path: Path) -> bool:
    with suppress(OSError):
        return path.is_dir()
    return False


def nearest(folder: Path) -> Path:
    """The folder, or the first above it that there is."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if _is_there(each))


def disk(folder: Path) -> Finding:
    """What is free where results are written."""
    free = shutil.disk_usage(nearest(folder)).free
    low = free < LEAST_DISK
    remedy = (
        f"only {free / GB:.2f} GB are free; delete old results, or name another disk with --runs-dir" if low else ""
    )
    return Finding("free disk", f"{free / GB:.1f} GB", remedy, is_broken=low)


def data_sets() -> Iterator[Finding]:
    """Those of pictures, which are files; the others come with the program."""
    root = data_folder()
    named = {config.model_fields["name"].annotation.__args__[0]: source for config, source in SOURCES.items()}  # type: ignore[union-attr]
    named |= {f"emnist {name}": EMNIST[name] for name in EMNIST_COLLECTIONS}
    found = [name for name, source in named.items() if not missing_files(source, root)]
    where = without_home(str(root.absolute()))
    yield Finding("data sets", f"in {where}: {', '.join(found) or 'none'}")
    if absent := [name for name in named if name not in found]:
        later = (
            "each is downloaded when it is first needed" if _can_be_filled(root) else "none can be downloaded to there"
        )
        yield Finding("not there yet", f"{', '.join(absent)}; {later}")
