"""The errors that a user can cause, each of them one clear sentence. This module imports nothing."""


class MlpexpError(Exception):
    """A failure with a message for the user; the command line prints it and exits with ``exit_code``."""

    exit_code = 1


class InputError(MlpexpError):
    """What the user gave cannot be used: a config, an option, a data file. Nothing has been run or written."""

    exit_code = 2


class ConfigError(InputError):
    """One or more problems of a config, each with its place; see ``mlpexp.config.problems.Problem``."""

    def __init__(self, problems: tuple[object, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class ArchitectureError(InputError):
    """A layer does not fit the size of its input; ``layer`` is the position of the offender, when there is one."""

    def __init__(self, message: str, layer: int | None = None) -> None:
        self.layer = layer
        super().__init__(message)


class DataError(InputError):
    """A data set is absent, damaged, or not usable as asked."""


class RunError(MlpexpError):
    """A run folder cannot be written, read or resumed."""


class DerivativeError(MlpexpError):
    """Two ways to compute a derivative disagree."""


class Interrupted(MlpexpError):
    """Work stopped by a signal after everything was saved; ``exit_code`` is 128 plus the signal's number."""

    def __init__(self, message: str, signal_number: int) -> None:
        self.exit_code = 128 + signal_number
        super().__init__(message)
