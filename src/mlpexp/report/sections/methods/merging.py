"""One sentence of several settings: what all say alike, numbers in which they differ, and what only some of them say."""

import re
from collections.abc import Sequence

from mlpexp.report.sections.methods.names_of_axes import name_of_axis
from mlpexp.report.sections.methods.phrases import beside
from mlpexp.report.sections.methods.setup import Said, Setup
from mlpexp.store.summary import AxisSummary

NUMBER = re.compile(r"(?<![A-Za-z0-9_.-])\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?(?:×\d+)*(?![A-Za-z0-9_-])")
MOST_NUMBERS = 4  # that are written out; of more the least and the largest
MOST_APART = 3  # sentences
MOST_VALUES = 6  # of an axis by which settings are named


def merged(said: Sequence[Said | None], setups: Sequence[Setup] = ()) -> list[Said]:
    """What settings say of a fact, as few sentences as possible.

    Args:
        said: Of each setting; None where it has nothing to say.
        setups: The settings, so that some of them can be named; without them they are counted.
    """
    forms: dict[str, list[int]] = {}
    for place, each in enumerate(said):
        if each is not None:
            forms.setdefault(NUMBER.sub("#", each.english), []).append(place)
    groups = [apart for places in forms.values() for apart in _apart(places, said)]
    sentences = []
    for places in groups:
        told = _as_one([each for place in places if (each := said[place])])
        sentences.append(told if len(places) == len(said) else _in_some(told, places, len(said), setups))
    return sentences


def _apart(places: Sequence[int], said: Sequence[Said | None]) -> list[list[int]]:
    """Few sentences that differ in several numbers stay apart, so that it is clear which numbers go together."""
    different: dict[str, list[int]] = {}
    for place in places:
        if each := said[place]:
            different.setdefault(each.english, []).append(place)
    columns = zip(*map(NUMBER.findall, different), strict=True)
    num_differing = sum(len(set(column)) > 1 for column in columns)
    return list(different.values()) if num_differing > 1 and len(different) <= MOST_APART else [list(places)]


def _as_one(group: Sequence[Said]) -> Said:
    """Sentences that differ in numbers at most as one."""
    different = list(dict.fromkeys(group))
    english = _joined([each.english for each in different], ", ", " or ", " to ")
    return Said(english, _joined([each.chinese for each in different], "、", " 或 ", " 至 "))


def _joined(texts: Sequence[str], between: str, last: str, to: str) -> str:
    columns = zip(*(NUMBER.findall(text) for text in texts), strict=True)
    numbers = iter([_alternatives(list(dict.fromkeys(column)), between, last, to) for column in columns])
    return NUMBER.sub(lambda _: next(numbers), texts[0])


def _alternatives(numbers: Sequence[str], between: str, last: str, to: str) -> str:
    """``2, 4 or 8``, or of many the least and the largest."""
    ordered = sorted(numbers, key=lambda number: float(number.replace(",", "").split("×")[0]))
    if len(ordered) > MOST_NUMBERS:
        return f"{ordered[0]}{to}{ordered[-1]}"
    return _in_line(ordered, between, last)


def _in_line(texts: Sequence[str], between: str, last: str) -> str:
    """``2, 4 or 8``."""
    return last.join(filter(None, [between.join(texts[:-1]), texts[-1]]))


def _in_some(said: Said, places: Sequence[int], total: int, setups: Sequence[Setup]) -> Said:
    """A sentence of some settings says of which: by the values of one axis, else how many they are."""
    which = _named(places, setups)
    if which is None:
        count = len(places)
        which = Said(f"In {count:,} of {total:,} settings", f"在 {count:,} 种设置（共 {total:,} 种）中")
    return Said(f"{which.english}, {said.english[:1].lower()}{said.english[1:]}", f"{which.chinese}，{said.chinese}")


def _named(places: Sequence[int], setups: Sequence[Setup]) -> Said | None:
    """The values of an axis that these settings have, and no others; None: there is no such axis, or they are many."""
    others = [setup for place, setup in enumerate(setups) if place not in set(places)]
    axes = setups[0].summary.axes if setups else ()
    names = [name for axis in axes if (name := _by_axis(axis, places, setups, others))]
    return min(names, key=lambda name: len(name.english), default=None)


def _by_axis(axis: AxisSummary, places: Sequence[int], setups: Sequence[Setup], others: Sequence[Setup]) -> Said | None:
    here = list(dict.fromkeys(setups[place].values.get(axis.key, "") for place in places))
    there = {setup.values.get(axis.key, "") for setup in others}
    if "" in here or len(here) > MOST_VALUES or not there.isdisjoint(here):
        return None
    values, values_zh = _in_line(here, ", ", " or "), _in_line(here, "、", " 或 ")
    return Said(f"With {axis.label} {values}", f"{beside('当', name_of_axis(axis.key))}为 {values_zh} 时")
