"""``python -m mlpexp``, and ``mlpexp``: an end before the command line is there is a sentence, too."""

import atexit
import os
import sys
import threading
from contextlib import suppress


def main() -> None:
    """Loads the command line and runs it.

    Exit codes: those of ``mlpexp.cli.main``.
    """
    try:
        from mlpexp.cli.main import main as run
    except KeyboardInterrupt:
        _end("interrupted", 130)
    except (ImportError, OSError, MemoryError) as error:  # a limit of memory or files that leaves no room to begin
        reason = (str(error) or "the memory that this needs is not there").splitlines()[0]
        _end(f"the program cannot be loaded: {reason}", 1)
    try:
        run()
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))


def _leave(code: int) -> None:
    """Ends the process. PyTorch would take a second to be taken apart, which the system does at once."""
    is_watched = sys.getprofile() is not None or sys.gettrace() is not None  # by what writes when Python ends
    if "torch" in sys.modules and threading.active_count() == 1 and not is_watched:
        atexit._run_exitfuncs()
        with suppress(OSError, ValueError):  # a closed or full stream was told already
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
        os._exit(code)
    sys.exit(code)


def _end(sentence: str, code: int) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"error: {sentence}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
