"""What the user's own matplotlibrc says of figures: fonts, sizes, resolution, and lines of axes; colours stay ours."""

import logging
from functools import cache
from typing import Any

import matplotlib
from matplotlib.font_manager import fontManager

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
    """All that the file says; what is wrong with it was said when Matplotlib read it."""
    of_matplotlib = logging.getLogger("matplotlib")
    level = of_matplotlib.level
    of_matplotlib.setLevel(logging.CRITICAL)
    try:
        settings = matplotlib.rc_params_from_file(path, use_default_template=False)
        return {str(key): value for key, value in settings.items()}
    finally:
        of_matplotlib.setLevel(level)


def _with_installed_fonts(settings: dict[str, Any], path: str) -> dict[str, Any]:
    """Without names of fonts that are not there: Matplotlib would say so of every text."""
    known = {*fontManager.get_font_names(), *FAMILIES}
    for key in [key for key in settings if key.removeprefix("font.") in {"family", *FAMILIES}]:
        there = [name for name in settings[key] if name in known]
        if not there:
            logger.warning(
                "%s: %s: %s is not installed; figures have another font", path, key, ", ".join(settings[key])
            )
        settings = {**settings, key: there} if there else {k: v for k, v in settings.items() if k != key}
    return settings
