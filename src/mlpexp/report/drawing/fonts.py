"""Which fonts are installed, and which letters they have."""

from functools import cache

from matplotlib.font_manager import FontProperties, findfont, findSystemFonts, fontManager, get_font

BOXES = "Last Resort"  # a font that has a box for every letter


def known_fonts() -> dict[str, str]:
    """The file of each font that Matplotlib knows, by name."""
    return {font.name: font.fname for font in fontManager.ttflist if not font.name.startswith(BOXES)}


@cache
def new_fonts() -> dict[str, str]:
    """Those installed after Matplotlib made its list, which it keeps for good; from now on it knows them, too."""
    known = {font.fname for font in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):
        try:
            fontManager.addfont(path)
        except (OSError, RuntimeError):
            continue
    return {name: path for name, path in known_fonts().items() if path not in known}


def is_installed(name: str) -> bool:
    """Whether there is a font of this name."""
    return name in known_fonts() or name in new_fonts()


def letters_of(name: str) -> frozenset[int]:
    """The code points that an installed font has letters for."""
    return letters_in(str(findfont(FontProperties(family=name))))


@cache
def letters_in(path: str) -> frozenset[int]:
    """The code points that the font of a file has letters for; none where it cannot be read."""
    try:
        return frozenset(get_font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
