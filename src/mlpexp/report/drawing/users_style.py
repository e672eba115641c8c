"""What the user's own matplotlibrc says of figures: fonts, sizes, resolution, and lines of axes; colours stay ours."""

import logging
from functools import cache
from typing import Any

import matplotlib

from mlpexp.report.drawing.fonts import is_installed

logger = logging.getLogger(__name__)

# Figures follow keys that begin like these. Colours do not: they are chosen, and tested, together.
FOLLOWED = (
    "font.", "mathtext.", "axes.", "grid.", "xtick.", "ytick.", "legend.", "figure.figsize", "figure.dpi", "savefig.dpi",
    "savefig.transparent", "pdf.fonttype", "svg.fonttype",
)  # fmt: skip
OF_COLOURS = ("color", "cycle")
# What figures can have: Matplotlib takes any number. All others are points, or shares of them.
BOUNDS: dict[str, tuple[float, float]] = {
    "font.size": (4, 60),
    "figure.figsize": (1, 40),
    "savefig.dpi": (30, 1200),
    "figure.dpi": (30, 1200),
}
SHARES, POINTS = (0.0, 1.0), (0.0, 40.0)
FAMILIES = {"serif", "sans-serif", "cursive", "fantasy", "monospace", "sans", "sans serif"}  # kinds, not names


@cache
def users_rc() -> dict[str, Any]:
    """The settings of the user's matplotlibrc that figures follow; empty where the file is Matplotlib's own."""
    path = matplotlib.matplotlib_fname()
    if path.startswith(matplotlib.get_data_path()):
        return {}
    said = _read(path)
    settings = {
        key: value
        for key, value in said.items()
        if key.startswith(FOLLOWED) and not any(word in key for word in OF_COLOURS)
    }
    possible = {key: value for key, value in settings.items() if _is_possible(key, value)}
    for key in settings.keys() - possible.keys():
        logger.warning("style file of figures: %s: %s is not %g to %g", key, settings[key], *_bounds(key))
    return _with_installed_fonts(possible, path)


def _bounds(key: str) -> tuple[float, float]:
    return BOUNDS.get(key, SHARES if key.endswith("alpha") else POINTS)


def _is_possible(key: str, value: Any) -> bool:
    """Whether figures can have it: words, and numbers that are neither too small nor too large."""
    numbers = value if isinstance(value, list | tuple) else [value]
    low, high = _bounds(key)
    return all(low <= number <= high for number in numbers if type(number) in (int, float))


def _read(path: str) -> dict[str, Any]:
    """All that the file says; of what Matplotlib does not take it says file and line."""
    said = _Said()
    of_matplotlib = logging.getLogger("matplotlib")
    of_matplotlib.addHandler(said)
    try:
        settings = matplotlib.rc_params_from_file(path, use_default_template=False)
    finally:
        of_matplotlib.removeHandler(said)
    for sentence in said.sentences:
        logger.warning("style file of figures: %s", sentence)
    return {str(key): value for key, value in settings.items()}


class _Said(logging.Handler):
    """Keeps the first line of each message."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.sentences: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.sentences += record.getMessage().strip().splitlines()[:1]


def _with_installed_fonts(settings: dict[str, Any], path: str) -> dict[str, Any]:
    """Without names of fonts that are not there: Matplotlib would say so of every text."""
    for key in [key for key in settings if key.removeprefix("font.") in {"family", *FAMILIES}]:
        there = [name for name in settings[key] if name in FAMILIES or is_installed(name)]
        if not there:
            logger.warning(
                "%s: %s: %s is not installed; figures have another font", path, key, ", ".join(settings[key])
            )
        settings = {**settings, key: there} if there else {k: v for k, v in settings.items() if k != key}
    return settings
