"""One thing that was looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do about it."""

    what: str
    """``torch``, ``free disk``."""
    said: str
    """What was found, in a line."""
    remedy: str = ""
    """What is wrong and what to do, in a sentence; empty if nothing is."""
    is_broken: bool = False
    """Whether commands fail until it is done; else some are slower, or do without."""
