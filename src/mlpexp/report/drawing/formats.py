"""The file formats of figures."""

from collections.abc import Sequence

from mlpexp.asking import either
from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError

FIGURE_FORMATS = ("png", "svg", "pdf", "tex")
PGFPLOTS = "tex"  # a picture for LaTeX; PDF of what pgfplots cannot draw


def check_formats(wanted: Sequence[str] | None) -> list[str]:
    """The formats asked for, without repetitions; PNG when none is.

    Raises:
        InputError: One is not known.
    """
    for name in wanted or ():
        if name not in FIGURE_FORMATS:
            raise InputError(
                f"{either('--plot-format', 'plots=')}: {name!r} is not known{did_you_mean(name, FIGURE_FORMATS)}"
            )
    return list(dict.fromkeys(wanted or ("png",)))
