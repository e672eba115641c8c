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
    return _with_installed_fonts(settings, path)


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
        logger.warning("left out of the style of figures: %s", sentence)
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
