"""Names of arms and classes, cut to the room there is, so that none looks like another."""

from collections.abc import Callable, Mapping, Sequence
from textwrap import wrap

from mlpexp.report.drawing.style import shortened


def middle_cut(name: str, length: int) -> str:
    """A name without its middle, if it is too long: names of a table often differ at their ends."""
    return name if len(name) <= length else f"{name[: length // 2 - 1]}…{name[len(name) - length // 2 :]}"


def distinct_labels(labels: Mapping[int, str], length: int) -> dict[int, str]:
    """Labels of at most ``length`` characters that differ: without their ends, else their middles, else numbered.

    Args:
        labels: By number.
        length: At least 8.
    """
    cuts: tuple[Callable[[str, int], str], ...] = (shortened, middle_cut)
    for cut in cuts:
        short = {number: cut(label, length) for number, label in labels.items()}
        if len(set(short.values())) == len(short):
            return short
    return {number: shortened(f"{number}: {label}", length) for number, label in labels.items()}


def distinct_names(names: Sequence[str], length: int) -> list[str]:
    """The same for a list: see ``distinct_labels``."""
    return list(distinct_labels(dict(enumerate(names)), length).values())


def two_lines(label: str, length: int) -> str:
    """The label in one line or two of at most ``length`` characters, broken between words if that is enough."""
    lines = wrap(label, length)
    return "\n".join(lines if len(lines) <= 2 else [label[:length], label[length : 2 * length]])
