"""Figures to files in two processes: this one and a copy of it, each of which takes the next that is left."""

import logging
import multiprocessing
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlpexp.errors import RunError
from mlpexp.report.drawing.kept_warnings import told
from mlpexp.report.drawing.save_figures import Lacks, save_figures
from mlpexp.report.drawing.style import Drawing

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

logger = logging.getLogger(__name__)
Figures = Mapping[str, Callable[[], Drawing | None]]


def save_in_two(result: Path, folder: Path, figures: Figures, formats: Sequence[str]) -> list[Path]:
    """Draws and writes figures as ``save_figures`` does, two at a time.

    Only for a process without other threads, on Linux: a copy of a process has one thread, and what others had locked
    would stay locked. Elsewhere one is drawn after the other.

    Args:
        result: Of which they are, for warnings.
        folder: Where they go.
        figures: By name, what draws it.
        formats: Known ones.

    Returns:
        The figures written, in their order.

    Raises:
        RunError: A file cannot be written.
    """
    if len(figures) < 2 or sys.platform != "linux":
        return save_figures(result, folder, figures, formats)
    fork = multiprocessing.get_context("fork")
    left = fork.Value("i", len(figures))
    answers, answer = fork.Pipe(duplex=False)
    copy = fork.Process(target=_answer, args=(answer, result, folder, figures, formats, left))
    copy.start()
    answer.close()
    try:
        mine = _share(result, folder, figures, formats, left)
        other, sentences, error = answers.recv()
    except EOFError:  # the copy came to no end: this process draws what it had taken, too
        lost = {name: draw for name, draw in figures.items() if name not in mine.names}
        other, sentences, error = _share(result, folder, lost, formats, fork.Value("i", len(lost))), [], None
    finally:
        copy.terminate()
        copy.join()
    for sentence in sentences:
        logger.warning("%s", sentence)
    if error is not None:
        raise RunError(error)
    names = list(figures)
    mine.lacks.with_those_of(other.lacks, names).say()
    return sorted([*mine.written, *other.written], key=lambda path: names.index(path.stem))


class _Share(NamedTuple):
    """What one process has drawn."""

    names: list[str]
    written: list[Path]
    lacks: Lacks


def _share(result: Path, folder: Path, figures: Figures, formats: Sequence[str], left: "Synchronized[int]") -> _Share:
    """Draws as long as figures are left. The last is the first: those of many panels, which take longest, are there."""
    share, names = _Share([], [], Lacks()), list(figures)
    while (number := _taken(left)) >= 0:
        share.names.append(names[number])
        one = {names[number]: figures[names[number]]}
        share.written.extend(save_figures(result, folder, one, formats, share.lacks))
    return share


def _taken(left: "Synchronized[int]") -> int:
    """The number of the figure to draw next, which no other process draws; below 0: none is left."""
    with left.get_lock():
        left.value -= 1
        return left.value


def _answer(answer: Connection, *asked: Any) -> None:
    """In the copy: draws its share, and answers with what came of it, warnings and an error."""
    answer.send(told(lambda: _share(*asked)))
