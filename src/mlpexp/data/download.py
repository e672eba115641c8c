"""Getting the files of an image data set from the internet through torchvision."""

import contextlib
import http.client
import io
import os
import re
import socket
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from mlpexp.data.image_files import ENVIRONMENT_VARIABLE, FILE_NAMES, ImageSource, missing_files
from mlpexp.errors import DataError


def download(source: ImageSource, root: Path, progress: Callable[[str], None], timeout_seconds: float = 10.0) -> None:
    """Puts the missing files of a data set into its folder; files that are there stay as they are.

    Everything goes into a temporary folder first and each file is moved when all are complete and their MD5 sums
    right, so an interrupted download leaves nothing behind and two downloads at once do no harm.

    Raises:
        DataError: If it fails: what was looked for and where, why, and how to place the files by hand.
    """
    raw = root / source.folder / "raw"
    missing = missing_files(source, root)
    progress(f"Downloading {source.title} into {raw}.")
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".download-", dir=root) as scratch, _silence(), _timeout(timeout_seconds):
            _torchvision_download(source, Path(scratch))
            raw.mkdir(parents=True, exist_ok=True)
            for name in missing:
                os.replace(Path(scratch) / source.folder / "raw" / name, raw / name)
    except (OSError, RuntimeError, EOFError, zlib.error, http.client.HTTPException) as error:
        which = "" if len(missing) == len(FILE_NAMES) else f" (no {', no '.join(missing)})"
        raise DataError(
            f"{source.title} is not in {raw}{which}, and the download failed ({_short_reason(error)}); "
            f"place {', '.join(FILE_NAMES[:3])} and {FILE_NAMES[3]} (or the same with .gz) in that folder, "
            f"or set {ENVIRONMENT_VARIABLE} to the folder that holds {source.folder}/raw/"
        ) from None
    progress(f"Downloaded {source.title}.")


def _torchvision_download(source: ImageSource, root: Path) -> None:
    from torchvision import datasets

    match source.folder:
        case "MNIST":
            datasets.MNIST(root, download=True)
        case "FashionMNIST":
            datasets.FashionMNIST(root, download=True)
        case _:
            raise AssertionError(source.folder)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keeps torchvision's own words off stdout, and its progress bar where no terminal would show it."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        if not sys.stderr.isatty():
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        yield


@contextlib.contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Lets no connection wait longer than this; torchvision sets no limit of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _short_reason(error: Exception) -> str:
    """The last line says what the last server answered: ``<urlopen error [Errno -2] Name or service not known>``."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return re.sub(r"^<urlopen error (?:\[Errno -?\d+\] )?(.*)>$", r"\1", lines[-1])
