"""Warnings of this package as sentences, to be told by another process."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from mlpexp.errors import RunError

Made = TypeVar("Made")


class _Keeper(logging.Handler):
    def __init__(self, sentences: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.sentences = sentences

    def emit(self, record: logging.LogRecord) -> None:
        self.sentences.append(record.getMessage())


@contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """Collects what is warned of meanwhile, and says it nowhere else."""
    logger, sentences = logging.getLogger("mlpexp"), list[str]()
    handlers, propagate = logger.handlers, logger.propagate
    logger.handlers, logger.propagate = [_Keeper(sentences)], False
    try:
        yield sentences
    finally:
        logger.handlers, logger.propagate = handlers, propagate


def told(make: Callable[[], Made]) -> tuple[Made | None, list[str], str | None]:
    """What is made, what was warned of meanwhile, and why it could not be made, for another process."""
    with kept_warnings() as sentences:
        try:
            return make(), sentences, None
        except RunError as error:
            return None, sentences, str(error)
