"""How words are put together in two languages."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mlpexp.report.sections.methods.setup import Said
from mlpexp.report.words import counted

MOST_NAMED = 8  # of a list that is written out
EXPONENT = re.compile(r"e(-?)\+?0*")


def listed(items: Sequence[Said]) -> Said:
    """``a, b and c`` and ``a、b、c``."""
    return Said(english_list([item.english for item in items]), "、".join(item.chinese for item in items))


def english_list(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def beside(before: str, text: str) -> str:
    """Chinese words with others behind them; a blank stands before Latin letters and digits."""
    return f"{before} {text}" if text[:1].isascii() and text[:1].isalnum() else before + text


def in_brackets(items: Sequence[Said]) -> Said:
    """`` (a, b)`` and ``（a，b）``; empty without items."""
    if not items:
        return Said("", "")
    english, chinese = ", ".join(item.english for item in items), "，".join(item.chinese for item in items)
    return Said(f" ({english})", f"（{chinese}）")


def named(names: Sequence[str]) -> Said:
    """Names of the user's, of a long list the first."""
    rest, first = len(names) - MOST_NAMED, names[:MOST_NAMED]
    if rest <= 0:
        return Said(english_list(names), "、".join(names))
    return Said(f"{', '.join(first)} and {rest} more", f"{'、'.join(first)} 等，另有 {rest} 项")


def the_same(text: str) -> Said:
    """What is called so in both languages."""
    return Said(text, text)


def name_in(table: Mapping[str, Said], name: str) -> Said:
    """What a table calls it; a name that is not in it as it is."""
    return table.get(name, the_same(name.replace("_", " ")))


def quantity(value: Any) -> str:
    """A number of a config as it is written in a text."""
    if isinstance(value, float):
        return EXPONENT.sub(r"e\1", f"{value:g}")
    return f"{value:,}" if isinstance(value, int) else str(value)


def labelled(label: Said, value: Any) -> Said:
    """``momentum 0.9``."""
    return Said(f"{label.english} {quantity(value)}", f"{label.chinese} {quantity(value)}")


def span_of(bounds: tuple[int, int]) -> Said:
    """``105``, or ``119 to 120``."""
    low, high = bounds
    return the_same(f"{low:,}") if low == high else Said(f"{low:,} to {high:,}", f"{low:,} 至 {high:,}")


def measured(size: int | float, noun: str, chinese: str) -> Said:
    """``10 epochs``, ``10 轮``."""
    english = counted(size, noun) if isinstance(size, int) else f"{size:g} {noun}s"
    return Said(english, f"{quantity(size)} {chinese}")
