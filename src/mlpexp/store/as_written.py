"""Reading files of a result: what it has noted the sum of is given only if it is as it was written.

An unfinished result has noted the files that it began with, in ``parts/opening.json``. A finished result has two
manifests: ``manifest.json`` has what equal experiments have equal; ``manifest_local.json`` has times, the machine, and
what was made of the result later. They show damage and careless edits, not a determined forger, who writes his own.
"""

import errno
import json
import logging
import stat
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from mlpexp.config.given_files import why_no_file
from mlpexp.config.strict import Strict
from mlpexp.errors import RunError
from mlpexp.store.file_sums import FileRecord, record_of, record_of_file

logger = logging.getLogger(__name__)

MANIFEST, LOCAL_MANIFEST = "manifest.json", "manifest_local.json"
OPENING = "parts/opening.json"  # the sums of what an unfinished result began with
DEEPEST = 4  # folders from a file up to its result
UNKNOWN = "whether other files were edited cannot be seen"
GONE = "missing: it was written, and is gone"
FOREIGN = "is passed over: its result did not write it"


class EditedFile(RunError):
    """A file was edited after its result was finished."""


class ManifestRecord(Strict):
    """Files of a result by their paths in it."""

    format: Literal[1] = 1
    files: dict[str, FileRecord]
    sha256: str = ""
    """Of the files as they stand here: tells a manifest that was changed itself."""

    def sealed(self) -> "ManifestRecord":
        """With its sum."""
        text = self.model_copy(update={"sha256": ""}).model_dump_json()
        return self.model_copy(update={"sha256": record_of(text.encode()).sha256})


def content_of(path: Path) -> bytes:
    """The content of a regular file; of a finished result only what was written.

    Raises:
        OSError: It cannot be read. A file that its result did not write counts as none.
        RunError: It was edited or is damaged.
    """
    expected = _expected(path)
    content = _read(path)
    if expected is not None and record_of(content).sha256 != expected and not _is_closing(path):
        raise _refusal(path, content)
    return content


def checked(path: Path) -> Path:
    """The same path, of a file that is as it was written; one of which no manifest speaks may be anything.

    Raises:
        RunError: It was edited or is damaged, or is missing.
    """
    try:
        expected = _expected(path)
    except OSError as error:
        raise RunError(f"{path}: {error.strerror}") from None
    if expected is None:
        return path
    try:
        found = path.stat()
        known = stat.S_ISREG(found.st_mode) and _sum(path, found.st_mtime_ns, found.st_size, found.st_ino) == expected
        if not known and not _is_closing(path):
            raise _refusal(path, _read(path))
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from None
    return path


def is_there(path: Path) -> bool:
    """Whether a file is there, and was written by its result; one that was written and is gone is said.

    Raises:
        RunError: A manifest is damaged, or something else is in its place.
    """
    try:
        expected = _expected(path)
    except FileNotFoundError:
        return False
    if expected is not None and path.exists() and not path.is_file():
        raise RunError(f"{path}: damaged: is no regular file")
    return path.is_file()


@lru_cache(maxsize=4096)
def say_once(path: Path, what: str) -> None:
    """Says something of a file, the first time."""
    logger.warning("%s: %s", path, what)


def unlike(root: Path) -> list[str]:
    """Files of a result that are gone, or not as long as its manifests say: what can be seen at once.

    Raises:
        RunError: A manifest is damaged.
    """
    known = {**(manifest_in(root / LOCAL_MANIFEST) or {}), **(manifest_in(root / MANIFEST) or {})}
    return sorted(name for name, record in known.items() if not _has_length(root / name, record.bytes))


def manifest_in(file: Path) -> Mapping[str, FileRecord] | None:
    """What a manifest says, by path; None: there is none.

    Raises:
        RunError: It is damaged.
    """
    try:
        found = file.stat()
        return _parsed(file, found.st_mtime_ns, found.st_size, found.st_ino)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RunError(f"{file}: cannot be read: {error.strerror or error}") from None


def _expected(path: Path) -> str | None:
    """The sum that a file must have; None: nothing says it. One that is gone is said.

    Raises:
        FileNotFoundError: There are manifests, and none knows it, so that it counts as none; that is said.
    """
    for folder in islice(path.parents, DEEPEST):
        own, local = manifest_in(folder / MANIFEST), manifest_in(folder / LOCAL_MANIFEST)
        if own is not None or local is not None:
            name = path.relative_to(folder).as_posix()
            record = (own or {}).get(name) or (local or {}).get(name)
            expected = None if record is None else record.sha256
            is_there, speaks = path.exists(), own is not None and local is not None
            if expected is not None and not is_there and not _is_closing(path):
                say_once(path, GONE)
            if expected is None and is_there and speaks and not _is_closing(path):
                say_once(path, FOREIGN)
                raise FileNotFoundError(errno.ENOENT, FOREIGN, str(path))
            return expected
        if (folder / OPENING).is_file():
            found = (folder / OPENING).stat()
            begun = _begun(folder / OPENING, found.st_mtime_ns, found.st_size, found.st_ino)
            return begun.get(path.relative_to(folder).as_posix())
        if (folder / "summary.json").exists():
            break
    return None


@lru_cache(maxsize=64)
def _begun(file: Path, modified: int, size: int, number: int) -> Mapping[str, str]:
    """The sums of the files that an unfinished result began with; whoever goes on with it says whether they are damaged."""
    try:
        files = json.loads(_read(file))["files"]
        return files if isinstance(files, dict) else {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def _is_closing(path: Path) -> bool:
    """Whether the process that wrote the manifests died before the summary, so that they do not hold yet."""
    for folder in islice(path.parents, DEEPEST):
        if (folder / "summary.json").exists():
            try:
                summary = json.loads(_read(folder / "summary.json"))
                return bool(summary["status"] in ("running", "interrupted", "failed")) and (folder / "parts").is_dir()
            except (OSError, ValueError, TypeError, KeyError, RecursionError):
                return False
    return False


def _has_length(path: Path, length: int) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == length


def _refusal(path: Path, content: bytes) -> RunError:
    """What to say of a file whose sum is another one."""
    text = content.decode("utf-8", errors="replace")
    is_text = path.suffix in (".json", ".csv", ".yaml", ".md", ".tex")
    broken = not content or (is_text and ("\ufffd" in text or "\0" in text))
    if path.suffix == ".json" and not broken:
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            broken = True
    elif not text.endswith("\n"):
        broken = True
    why = f"its SHA-256 sum is not the one that was noted{_way_out(path)}"
    if broken or not is_text:
        return RunError(f"{path}: damaged: {why}")
    return EditedFile(f"{path}: edited after it was written: {why}")


def _way_out(path: Path) -> str:
    """Files that are computed again where they are not there."""
    return "; once it is removed, it can be made again" if {"evaluation", "weights"} & set(path.parts[-3:-1]) else ""


def _read(path: Path) -> bytes:
    """The content of a regular file: a pipe or a device might never end."""
    why = why_no_file(path)
    if why:
        raise OSError(errno.EINVAL, why, str(path))
    return path.read_bytes()


@lru_cache(maxsize=4096)
def _sum(path: Path, modified: int, size: int, number: int) -> str:
    """The sum of a file, made once as long as it stays the same."""
    return record_of_file(path).sha256


@lru_cache(maxsize=4096)
def _parsed(file: Path, modified: int, size: int, number: int) -> Mapping[str, FileRecord]:
    try:
        record = ManifestRecord.model_validate_json(_read(file))
    except ValidationError:
        raise RunError(f"{file}: damaged: no manifest; {UNKNOWN}") from None
    if record != record.sealed():
        raise EditedFile(f"{file}: edited after it was written; {UNKNOWN}")
    return record.files
