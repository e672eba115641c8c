"""What is in a folder of results, and which of them a user means."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mlpexp.asking import either, keyword
from mlpexp.config.shipped import example_names
from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError, MlpexpError, RunError
from mlpexp.store.as_written import EditedFile
from mlpexp.store.inside import is_result
from mlpexp.store.names import names_of, shorter_names
from mlpexp.store.plan_files import StacksRecord
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.started import oldest_first
from mlpexp.store.summary import Summary

logger = logging.getLogger(__name__)

LAST = "last"
MOST_NAMED = 5


@dataclass(frozen=True)
class Entry:
    """One result at a glance."""

    folder: ResultFolder
    """Its folder."""
    summary: Summary | None
    """None if it is damaged or was edited."""
    modified: float
    """When it was last written, seconds since 1970."""
    is_edited: bool = False
    """Whether its summary was edited after it was written."""

    @property
    def status(self) -> str:
        """As the summary says, but ``interrupted`` if it says running and no process is at work (it was killed)."""
        if self.summary is None:
            return "edited" if self.is_edited else "damaged"
        return self.folder.status(self.summary)

    @property
    def stacks(self) -> StacksRecord | None:
        """How it was trained; None if that is damaged, which is said."""
        try:
            return self.folder.read_stacks()
        except RunError as error:
            if self.folder.stacks.exists():
                logger.warning("%s", error)
            return None


def list_results(runs_dir: Path) -> list[Entry]:
    """All results of a folder, oldest first; folders that are none are passed over.

    Raises:
        InputError: There is no such folder.
    """
    if not runs_dir.is_dir():
        raise InputError(
            f"{runs_dir}: there is no such folder; {trains()} makes it, or name another with {keyword('runs-dir')}"
        )
    entries = []
    for path in _folders(runs_dir):
        folder, summary, is_edited = ResultFolder(path), None, False
        try:
            folder = ResultFolder.open(path)
            summary = folder.read_summary()
        except (MlpexpError, OSError) as error:
            is_edited = isinstance(error, EditedFile)
        entries.append(Entry(folder, summary, _modified(folder), is_edited))
    return entries


def find_result(text: str, runs_dir: Path) -> Path:
    """The folder of the result that a user names: by its path, ``last``, its hash, its name, or any unique part.

    A name comes before a folder of this name that is no result.

    Args:
        text: What was typed.
        runs_dir: The folder of all results.

    Raises:
        InputError: There is no such result, or several could be meant.
    """
    if not text:
        raise InputError(f"RESULT: is empty; name a result, such as `{LAST}`")
    path = Path(text)
    if text in example_names() and not path.exists():
        first = either(f"mlpexp train {text}", f"mlpexp.train({text!r})")
        raise InputError(f"{text}: is a config, not a result; train it first: {first}")
    if is_result(path) or "/" in text or path.is_absolute():
        return path
    folders = _folders(runs_dir) if runs_dir.is_dir() else []
    if text == LAST and folders:
        return folders[-1]
    whole = [folder for folder in folders if folder.name == text]
    parts = [] if path.is_dir() else [folder for folder in folders if text in folder.name]
    for matching in (whole, _exactly(text, folders), parts):
        if len(matching) == 1:
            return matching[0]
        if matching:
            raise InputError(
                f"{text}: could be {_named(matching)}; name one of them, or `{LAST}` for the newest of all"
            )
    if path.is_dir():
        return path
    if not folders:
        raise InputError(f"{text}: there is no such result folder, and none in {runs_dir}; {trains()} makes one")
    near = did_you_mean(text, [folder.name for folder in folders])
    raise InputError(f"{text}: there is no such result folder{near}; `mlpexp list` shows the results")


def trains() -> str:
    """What makes a result, for messages."""
    return either("`mlpexp train`", "mlpexp.train")


def holds_results(path: Path) -> bool:
    """Whether it is a folder with results in it, and no result itself."""
    return path.is_dir() and not is_result(path) and any(True for _ in _within(path))


def is_named(text: str, runs_dir: Path) -> bool:
    """Whether it is the whole name or hash of exactly one result, or what ``shortest_names`` calls one."""
    if not text or "/" in text or not runs_dir.is_dir():
        return False
    folders = _folders(runs_dir)
    whole = [folder for folder in folders if folder.name == text] or _exactly(text, folders)
    return len(whole) == 1 or text in shortest_names(runs_dir).values()


def shortest_names(runs_dir: Path) -> dict[Path, str]:
    """For each result of a folder the shortest text by which ``find_result`` finds it: its name, if no other has it.

    Else the name with the hash, or with the time; the whole name of the folder at last.
    """
    folders = list(_within(runs_dir))
    exact = Counter(word for folder in folders for word in names_of(folder.name))
    names = Counter(folder.name for folder in folders)
    every = "\n".join(names)

    def finds(text: str, folder: Path) -> bool:
        if not text or text == LAST or "/" in text or Path(text).is_dir():
            return False
        if names[text]:
            return text == folder.name
        return exact[text] == 1 or (exact[text] == 0 and every.count(text) == 1)

    return {
        folder: next((text for text in shorter_names(folder.name) if finds(text, folder)), folder.name)
        for folder in folders
    }


def _exactly(text: str, folders: Sequence[Path]) -> list[Path]:
    """Folders whose name or hash it is."""
    return [folder for folder in folders if text in names_of(folder.name)]


def _named(folders: Sequence[Path]) -> str:
    names = [folder.name for folder in folders[-MOST_NAMED:]]
    more = f" and {len(folders) - MOST_NAMED} older ones" if len(folders) > MOST_NAMED else ""
    return ", ".join(reversed(names)) + more


def _folders(runs_dir: Path) -> list[Path]:
    return oldest_first(_within(runs_dir))


def _within(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith(".") and _is_listed(path))


def _is_listed(path: Path) -> bool:
    """Whether it is a result; one that nobody may look into is listed as damaged, and not passed over."""
    try:
        return is_result(path)
    except OSError:
        return bool(names_of(path.name))


def _modified(folder: ResultFolder) -> float:
    """When a result was last written, as far as that can be seen."""
    for path in (folder.summary, folder.path):
        with suppress(OSError):
            return path.stat().st_mtime
    return 0.0
