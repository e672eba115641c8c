"""What the names in tables and figures stand for, in sentences."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mlpexp.planning.arm_names import is_of_sizes
from mlpexp.store.summary import AxisSummary

MOST_NAMES = 8  # that are told one by one
MOST_SIZES = 4
SCALED = "hidden sizes were scaled to as many parameters as the config's network has"
AS_WRITTEN = "; names are as written, and arms.csv has the sizes that were trained"  # of older versions
WORDS_OF_LAYERS = {
    r"c\d": "c8@5: 8 filters of 5x5, padded to keep the size",
    r"pad": "pad0: without padding",
    r"p\d*(/|$)": "p: 2x2 max pooling",
    r"a\d*(/|$)": "a: 2x2 average pooling",
    r"d\d": "d32: dense, 32 units",
    r"bn$": "bn: batch normalization",
    r"drop": "drop0.5: dropout of half",
}


def name_sentences(axes: Iterable[AxisSummary], *, match: str | None, named_arms: bool) -> list[str]:
    """What names of values stand for, that hidden sizes were scaled, and what layers in a line say.

    Args:
        axes: Of a sweep.
        match: ``parameters``, where hidden sizes were scaled.
        named_arms: Whether arms have labels of the user's own.
    """
    lines, axes = [], list(axes)
    counts = Counter(name for axis in axes for name in axis.meanings)
    if named_arms and not all(axis.meanings for axis in axes):
        lines.append("arms are called by their labels; arms.csv has the values of each")
    if match == "parameters":
        as_written = any(is_of_sizes(axis.key) for axis in axes) and not any(axis.scaled for axis in axes)
        lines.append(SCALED + (AS_WRITTEN if as_written else ""))
    for axis in axes:
        lines += _sizes(axis.scaled) + _names(
            {f"{axis.label} {name}" if counts[name] > 1 else name: of for name, of in axis.meanings.items()}
        )
        if axis.key == "model.layers":
            lines += _layers([axis.meanings.get(value, value) for value in axis.values])
    return lines


def _names(meanings: Mapping[str, str]) -> list[str]:
    lines = [f"{name}: {meaning}" for name, meaning in list(meanings.items())[:MOST_NAMES]]
    rest = len(meanings) - MOST_NAMES
    return lines + ([f"and {rest:,} more names, which config.yaml has"] if rest > 0 else [])


def _sizes(scaled: Mapping[str, str]) -> list[str]:
    """Which sizes were trained where others were written."""
    told = [f"trained: {trained} for {written}" for trained, written in scaled.items()]
    return told[:MOST_SIZES] + (["arms.csv has all sizes that were trained"] if len(told) > MOST_SIZES else [])


def _layers(lines: Sequence[str]) -> list[str]:
    """What the words of layers mean that some lines have."""
    words = {word for line in lines for word in line.split()}
    told = [said for sign, said in WORDS_OF_LAYERS.items() if any(re.match(sign, word) for word in words)]
    return ["; ".join(told)] if told else []
