"""What the system does not give, as sentences: memory, threads, files, a folder, a name that is text."""

import os
import re
from errno import EACCES, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENOSPC, ENOTDIR, EPERM
from pathlib import Path
from traceback import walk_tb

from mlpexp.errors import InputError, MlpexpError, visible
from mlpexp.free_memory import free_bytes

NO_SUCH_PATH = (EACCES, EPERM, ENAMETOOLONG, ELOOP, ENOTDIR)  # a path of the user's that cannot be looked at
REASONS = {
    ENAMETOOLONG: "a name in it is too long; most systems take 255 letters",
    ENOSPC: "the disk is full",
    EMFILE: "the system allows no more open files; `ulimit -n` shows and sets how many",
    ENFILE: "the system allows no more open files; `ulimit -n` shows and sets how many",
}
NO_MEMORY = ("not enough memory", "can't allocate memory", "cannot allocate memory", "Unable to allocate")
NO_THREADS = "can't start new thread"


def failure_of(error: Exception) -> MlpexpError | None:
    """The sentence for an error of the system; None: it is a defect."""
    text = (str(error) or "no message").splitlines()[0]
    if isinstance(error, MemoryError) or any(words in text for words in NO_MEMORY):
        free = free_bytes()
        left = "" if free is None else f"; {free / 1e9:,.1f} GB are free now"
        return MlpexpError(f"the memory that this needs is not there{left}: take fewer samples, units or jobs")
    if isinstance(error, RecursionError):
        return MlpexpError("something that was read is nested too deeply")
    if NO_THREADS in text:
        return MlpexpError("the system allows no more threads; `ulimit -u` shows and sets how many")
    if isinstance(error, UnicodeEncodeError):
        return not_text(re.findall(r"\S*$", error.object[: error.start])[0] + error.object[error.start : error.end])
    if isinstance(error, UnicodeDecodeError) and _is_of_matplotlib(error):
        return MlpexpError("your matplotlibrc is no UTF-8 text, which Matplotlib needs to draw; save it as UTF-8")
    if isinstance(error, ImportError):
        return MlpexpError(f"a library cannot be loaded: {text}")
    return _of_system(error) if isinstance(error, OSError) else None


def _is_of_matplotlib(error: Exception) -> bool:
    """Whether it was raised while Matplotlib was loaded, which then reads its file of settings."""
    return any(frame.f_globals.get("__name__") == "matplotlib" for frame, _ in walk_tb(error.__traceback__))


def not_text(name: str) -> InputError:
    """That a name cannot be written into any file."""
    shown = visible(os.fsencode(name).decode("utf-8", "backslashreplace"))
    return InputError(f"{shown}: is no UTF-8 text, which results are written in; rename it")


def unwritten(error: OSError) -> MlpexpError:
    """That standard output takes nothing."""
    return MlpexpError(f"standard output cannot be written: {_reason(error)}")


def _of_system(error: OSError) -> MlpexpError:
    try:
        Path.cwd()
    except OSError:
        return InputError("the folder in which you are is no longer there; change to another one")
    if error.filename is None:
        return MlpexpError(f"the system refuses something: {_reason(error)}")
    what = f"{os.fsdecode(error.filename)}: cannot be used: {_reason(error)}"
    return InputError(what) if error.errno in NO_SUCH_PATH else MlpexpError(what)


def _reason(error: OSError) -> str:
    return REASONS.get(error.errno or 0, error.strerror or (str(error) or "no message").splitlines()[0])
