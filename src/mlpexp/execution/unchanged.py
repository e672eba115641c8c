"""What a result began with, when it is gone on with: as it was, made again, or refused."""

from collections.abc import Callable
from typing import NoReturn

from mlpexp.asking import either
from mlpexp.errors import RunError
from mlpexp.planning.arms_table import arms_table
from mlpexp.planning.columns_table import columns_table
from mlpexp.planning.pictures_table import files_table, pictures_table
from mlpexp.planning.plan import Plan
from mlpexp.planning.start_words import start_table
from mlpexp.store.as_written import OPENING
from mlpexp.store.files import write_text
from mlpexp.store.json_files import write_record
from mlpexp.store.opening import Opening
from mlpexp.store.result_folder import ResultFolder
from mlpexp.store.summary import Summary

MADE_AGAIN: dict[str, Callable[[Plan], str | None]] = {
    "arms.csv": arms_table,
    "columns.csv": columns_table,
    "pictures.csv": pictures_table,
    "picture_files.csv": files_table,
    "start.csv": start_table,
}
"""Files that follow from the plan alone."""
PUT_BACK = "was changed since the {word} began; it is written again as it was"
NOT_NOTED = f"{OPENING} is missing, which says what it began with; its files are taken as they are"


def ended_summary(folder: ResultFolder) -> Summary | None:
    """The summary of a result that has come to its end; None: it has not, or it cannot be read."""
    summary = _summary_in(folder)
    return summary if summary is not None and summary.complete and summary.outcome is not None else None


def instead(folder: ResultFolder, word: str) -> str:
    """What to do where a file is not what it was."""
    return f"put it back as it was, or train a new {word} {either('with --config', 'of')} {folder.config}"


def refuse_changed(folder: ResultFolder, began: Opening) -> None:
    """Refuses a result whose config, plan or data are not those that it began with.

    Raises:
        RunError: With what to do.
    """
    for name in began.changed(folder.path):
        if name not in MADE_AGAIN:
            _refuse(name, folder, began)


def put_back(folder: ResultFolder, began: Opening) -> list[str]:
    """Writes ``summary.json`` and ``stacks.json`` of an unfinished result again, if they are not as it has left them.

    Returns:
        What has been done, in sentences.

    Raises:
        RunError: Another process is training it, or a file cannot be written.
    """
    summary, told = _summary_in(folder), []
    with folder.locked(began.summary.word):
        known = began.summary.with_status("running")
        if summary is None or summary.complete or summary.with_status("running") != known:
            folder.write_summary(began.summary.with_status("interrupted"))
            told.append(_put_back(folder.summary.name, folder, began))
        try:
            stacks = folder.read_stacks()
            is_closing = any(stack.steps for stack in stacks.stacks)  # the process died before the summary was closed
        except RunError:
            stacks, is_closing = None, False
        if stacks != began.stacks:
            write_record(folder.stacks, began.stacks)
            told += [] if is_closing else [_put_back(folder.stacks.name, folder, began)]
    return told


def make_again(folder: ResultFolder, began: Opening, plan: Plan) -> list[str]:
    """Writes what follows from the plan again, where it is not what it was.

    Returns:
        What has been done, in sentences.

    Raises:
        RunError: Another file has changed, or one cannot be written.
    """
    told = []
    for name in began.changed(folder.path):
        text = MADE_AGAIN[name](plan) if name in MADE_AGAIN else None
        if text is None or not began.is_of(name, text):
            _refuse(name, folder, began)
        write_text(folder.path / name, text)
        told.append(_put_back(name, folder, began))
    return told


def _refuse(name: str, folder: ResultFolder, began: Opening) -> NoReturn:
    path, word = folder.path / name, began.summary.word
    what = "changed" if path.exists() else "lost"
    raise RunError(f"{path}: {what} since the {word} began; {instead(folder, word)}")


def _put_back(name: str, folder: ResultFolder, began: Opening) -> str:
    return f"{folder.path / name}: {PUT_BACK.format(word=began.summary.word)}"


def _summary_in(folder: ResultFolder) -> Summary | None:
    try:
        return folder.read_summary()
    except RunError:
        return None
