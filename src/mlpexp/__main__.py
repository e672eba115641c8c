"""``python -m mlpexp``, and ``mlpexp``: an end before the command line is there is a sentence, too."""

import sys


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
    run()


def _end(sentence: str, code: int) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"error: {sentence}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
