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
from typing import assert_never

from mlpexp.data.image_files import ENVIRONMENT_VARIABLE, missing_files
from mlpexp.data.image_sources import ImageSource
from mlpexp.errors import DataError


def download(source: ImageSource, root: Path, progress: Callable[[str], None], timeout_seconds: float = 10.0) -> None:
    """Puts the missing files of a data set into its folder; files that are there stay as they are.

    Everything goes into a temporary folder first and each file is moved when all are complete and their MD5 sums
    right, so an interrupted download leaves nothing behind and two downloads at once do no harm.

    Raises:
        DataError: If it fails: what was looked for and where, why, and how to place the files by hand.
    """
    folder = root / Path(source.places[0]).parent
    missing = missing_files(source, root)
    progress(f"Downloading {source.title} into {folder}.")
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".download-", dir=root) as scratch, _silence(), _timeout(timeout_seconds):
            _torchvision_download(source, Path(scratch))
            folder.mkdir(parents=True, exist_ok=True)
            for name in missing:
                os.replace(Path(scratch) / source.places[0].format(name), folder / name)
    except (OSError, RuntimeError, EOFError, zlib.error, http.client.HTTPException) as error:
        raise DataError(_absent(source, folder, missing, _short_reason(error))) from None
    progress(f"Downloaded {source.title}.")


def _absent(source: ImageSource, folder: Path, missing: list[str], reason: str) -> str:
    """What was looked for and where, why there is nothing, and how to place the files by hand."""
    *first, last = source.file_names
    which = "" if len(missing) == len(source.file_names) else f" (no {', no '.join(missing)})"
    place, *others = source.places
    same = {"idx": " (or the same with .gz)", "cifar": f" (or the same with .bin in {Path(others[-1]).parent})",
            "usps": ""}[source.format] if others else ""  # fmt: skip
    below = Path(place).parent.as_posix()
    named = f"{below}/" if below != "." else "them"
    return (
        f"{source.title} is not in {folder}{which}, and the download failed ({reason}); "
        f"place {', '.join(first)} and {last}{same} in that folder, "
        f"or set {ENVIRONMENT_VARIABLE} to the folder that holds {named}"
    )


def _torchvision_download(source: ImageSource, root: Path) -> None:
    from torchvision import datasets

    match source.torchvision:
        case "MNIST":
            datasets.MNIST(root, download=True)
        case "FashionMNIST":
            datasets.FashionMNIST(root, download=True)
        case "KMNIST":
            datasets.KMNIST(root, download=True)
        case "EMNIST":
            datasets.EMNIST(root, split="letters", download=True)  # one archive holds the files of all collections
        case "CIFAR10":
            datasets.CIFAR10(root, download=True)
        case "USPS":
            for train in (True, False):
                datasets.USPS(root, train=train, download=True)
        case _:
            assert_never(source.torchvision)


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
