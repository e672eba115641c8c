"""Why something of a result cannot be shown, as a reader of a page or of the terminal is told."""

import os
from pathlib import Path

from mlpexp.errors import MlpexpError

DAMAGED = "a file of the result is damaged, or this is a fault of mlpexp"


def in_page(error: Exception, result: Path) -> str:
    """For a page, which is read elsewhere: files have their names within the result, and no word is one of Python."""
    why = str(error) if isinstance(error, MlpexpError) else DAMAGED
    return why.replace(f"{result}{os.sep}", "").replace(str(result), result.resolve().name).rstrip(".")


def in_terminal(error: Exception) -> str:
    """The same with all places; what is no sentence of ours stands behind it, for whoever looks for a fault."""
    return str(error) if isinstance(error, MlpexpError) else f"{DAMAGED} ({type(error).__name__}: {error})"
