"""Warnings of this package as sentences, to be told by another process."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


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
