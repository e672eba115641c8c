"""Figures to files in two processes: this one and a copy of it, each a half of them."""

import logging
import multiprocessing
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from mlpexp.errors import RunError
from mlpexp.report.drawing.kept_warnings import told
from mlpexp.report.drawing.save_figures import Lacks, save_figures
from mlpexp.report.drawing.style import Drawing

logger = logging.getLogger(__name__)
Figures = Mapping[str, Callable[[], Drawing | None]]


def save_in_halves(result: Path, folder: Path, figures: Figures, formats: Sequence[str]) -> list[Path]:
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
    names = list(figures)
    here, there = ({name: figures[name] for name in names[start::2]} for start in (0, 1))
    if not there or sys.platform != "linux":
        return save_figures(result, folder, figures, formats)
    fork = multiprocessing.get_context("fork")
    answers, answer = fork.Pipe(duplex=False)
    copy = fork.Process(target=_save, args=(answer, result, folder, there, formats))
    copy.start()
    answer.close()
    try:
        mine = _half(result, folder, here, formats)
        other, sentences, error = answers.recv()
    except EOFError:  # the copy came to no end: this process draws its half, too
        other, sentences, error = _half(result, folder, there, formats), [], None
    finally:
        copy.terminate()
        copy.join()
    for sentence in sentences:
        logger.warning("%s", sentence)
    if error is not None:
        raise RunError(error)
    mine.lacks.with_those_of(other.lacks, names).say()
    return sorted([*mine.written, *other.written], key=lambda path: names.index(path.stem))


class _Half(NamedTuple):
    """What came of a half."""

    written: list[Path]
    lacks: Lacks


def _half(result: Path, folder: Path, figures: Figures, formats: Sequence[str]) -> _Half:
    lacks = Lacks()
    return _Half(save_figures(result, folder, figures, formats, lacks), lacks)


def _save(answer: Connection, *half: Any) -> None:
    """In the copy: draws its half, and answers with what came of it, warnings and an error."""
    answer.send(told(lambda: _half(*half)))
