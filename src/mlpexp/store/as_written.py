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
WITHOUT = "once it is removed, files are read unchecked"
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
        text = "".join(f"{name}\0{record.bytes}\0{record.sha256}\n" for name, record in self.files.items())
        return self.model_copy(update={"sha256": record_of(text.encode()).sha256})


def content_of(path: Path) -> bytes:
    """The content of a regular file; of a finished result only what was written.

    Raises:
        OSError: It cannot be read. A file that its result did not write counts as none.
        RunError: It was edited or is damaged.
    """
    for _ in range(2):  # the result may have come to its end between the two
        expected = _expected(path)
        content = _read(path)
        if expected is None or record_of(content).sha256 == expected:
            return content
    raise _refusal(path, content)


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
        if not known:
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
    known = _known(root) or {}
    return sorted(name for name, record in known.items() if not _has_length(root / name, record.bytes))


def first_changed(root: Path) -> str | None:
    """The first file in the manifest of a result that is not there as it was written; None: all are."""
    for name in manifest_in(root / MANIFEST) or {}:
        try:
            checked(root / name)
        except RunError:
            return name
    return None


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


def _known(root: Path) -> Mapping[str, FileRecord] | None:
    """What the manifests of a folder say together: what was made again counts as it is now. None: there is none.

    Nor is there where the process that wrote them died before the summary: they do not hold yet.
    """
    own, local = manifest_in(root / MANIFEST), manifest_in(root / LOCAL_MANIFEST)
    if (own is None and local is None) or ((root / OPENING).is_file() and _is_unfinished(root)):
        return None
    return {**(own or {}), **(local or {})}


def _expected(path: Path) -> str | None:
    """The sum that a file must have; None: nothing says it. One that is gone is said.

    Raises:
        FileNotFoundError: There are manifests, and none knows it, so that it counts as none; that is said.
    """
    for folder in islice(path.parents, DEEPEST):
        known = _known(folder)
        if known is not None:
            name = path.relative_to(folder).as_posix()
            speaks, is_there = (folder / MANIFEST).exists() and (folder / LOCAL_MANIFEST).exists(), path.exists()
            if name in known and not is_there:
                say_once(path, GONE)
            if name not in known and is_there and speaks:
                say_once(path, FOREIGN)
                raise FileNotFoundError(errno.ENOENT, FOREIGN, str(path))
            return known[name].sha256 if name in known else None
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


def _is_unfinished(root: Path) -> bool:
    try:
        return bool(json.loads(_read(root / "summary.json"))["status"] in ("running", "interrupted", "failed"))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
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
    why = f"its SHA-256 sum is not the one that was noted; {_way_out(path)}"
    if broken or not is_text:
        return RunError(f"{path}: damaged: {why}")
    return EditedFile(f"{path}: edited after it was written: {why}")


def _way_out(path: Path) -> str:
    """What to do: some files are computed again where they are not there."""
    is_again = {"evaluation", "weights"} & set(path.parts[-3:-1])
    return "once it is removed, it can be made again" if is_again else "put it back from a copy, or train again"


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


@lru_cache(maxsize=20_000)
def _parsed(file: Path, modified: int, size: int, number: int) -> Mapping[str, FileRecord]:
    try:
        record = ManifestRecord.model_validate_json(_read(file))
    except ValidationError:
        raise RunError(f"{file}: damaged: no manifest; {UNKNOWN}; {WITHOUT}") from None
    if record != record.sealed():
        raise EditedFile(f"{file}: edited after it was written; {UNKNOWN}; {WITHOUT}")
    return record.files
