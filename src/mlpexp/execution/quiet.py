"""Libraries say nothing to users: not their warnings, which name lines of source, nor their logs.

What matters of them is said in our own sentences, by whoever calls them. ``MLPEXP_DEBUG=1`` lets them speak.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

OURS = "mlpexp"


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keeps libraries quiet, in the processes that are started meanwhile, too."""
    if os.environ.get("MLPEXP_DEBUG") == "1":
        yield
        return
    before, surroundings, last = warnings.showwarning, dict(os.environ), logging.lastResort
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    quieten()
    try:
        yield
    finally:
        warnings.showwarning = before
        if last is not None:
            last.removeFilter(_is_ours)
        if "PYTHONWARNINGS" not in surroundings:
            os.environ.pop("PYTHONWARNINGS", None)


def quieten() -> None:
    """The same in a worker process, for as long as it lives."""
    if os.environ.get("MLPEXP_DEBUG") == "1":
        return
    warnings.showwarning = _say_nothing
    if logging.lastResort is not None:  # the handler of records that no other handler takes
        logging.lastResort.addFilter(_is_ours)


def _say_nothing(*_: Any, **__: Any) -> None:
    """In place of what writes a warning on standard error."""


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == OURS
