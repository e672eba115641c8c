"""What arms, and the values of axes, are called: by the user's own names, and by what is trained."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from mlpexp.config.networks import Mlp
from mlpexp.config.sweep import LABEL, Sweep
from mlpexp.planning.axes import Axis, keys_by_word
from mlpexp.planning.designs import Settings

AS_CONFIGURED = "as configured"
HIDDEN_SIZES = "model.hidden_sizes"
Text = Callable[[Axis, Any], str]  # of a value


class Trained(NamedTuple):
    """What an arm says, and what of it is trained."""

    settings: Settings
    """Its values as they are written."""
    sizes: Sequence[int] | None
    """The hidden sizes that it is trained with; None: it has none."""


def sizes_of(model: object) -> Sequence[int] | None:
    """The hidden sizes of a network; None: it has none."""
    return model.hidden_sizes if isinstance(model, Mlp) else None


def as_trained(axes: Sequence[Axis], arms: Sequence[Trained]) -> list[Axis]:
    """The axes, their hidden sizes called as they are trained: ``[12, 12, 12]`` where ``[16, 16, 16]`` is scaled.

    Where one written value is trained with several sizes, as another axis changes the network, its name has both ends:
    ``[11-12, 11-12, 11-12]``. Two values that would be called the same have what was written behind their names.

    Args:
        axes: As they are written.
        arms: Those that are trained.
    """
    return [_as_trained(axis, arms) if is_of_sizes(axis.key) else axis for axis in axes]


def is_of_sizes(key: str) -> bool:
    """Whether the values of an axis have hidden sizes."""
    return key == "model" or f"{key}.".startswith(f"{HIDDEN_SIZES}.")


def _as_trained(axis: Axis, arms: Sequence[Trained]) -> Axis:
    sizes: dict[str, list[Sequence[int]]] = {}
    values: dict[str, Any] = {}
    for arm in arms:
        if axis.key in arm.settings and arm.sizes is not None:
            text = axis.written_text(arm.settings[axis.key])
            values[text] = arm.settings[axis.key]
            sizes.setdefault(text, []).append(arm.sizes)
    trained = {text: axis.written_text(with_sizes(axis, values[text], _ends(sizes[text]))) for text in sizes}
    counts = Counter(trained.values())
    scaled = {text: shown if counts[shown] == 1 else f"{shown} from {text}" for text, shown in trained.items()}
    return replace(axis, scaled=scaled)


def _ends(sizes: Sequence[Sequence[int]]) -> list[Any]:
    """The size of each layer, or ``11-12`` where it is not the same in all networks."""
    ends = [(min(of_layer), max(of_layer)) for of_layer in zip(*sizes, strict=True)]
    return [low if low == high else f"{low}-{high}" for low, high in ends]


def with_sizes(axis: Axis, value: Any, sizes: Sequence[Any]) -> Any:
    """A value of an axis with other hidden sizes."""
    if isinstance(value, dict):
        return {**value, "hidden_sizes": list(sizes)}
    place = axis.key.removeprefix(HIDDEN_SIZES).strip(".")
    return sizes[int(place)] if place.isdecimal() else list(sizes)


def trained_text(sizes: Sequence[int] | None, *, and_written: bool) -> Text:
    """The text of a value in the label of one arm: with its own sizes, and if asked with those that were written."""

    def text(axis: Axis, value: Any) -> str:
        shown = axis.text(value)
        written = axis.written_text(value)
        if sizes is None or written not in axis.scaled or written in axis.names:
            return shown
        own = axis.written_text(with_sizes(axis, value, sizes))
        return f"{own} from {written}" if and_written else own

    return text


def axis_names(axes: Sequence[Axis]) -> dict[str, str]:
    """What axes are called in labels, by key: by the last word, or by the whole key where that would be ambiguous."""
    words = {key: word for word, key in keys_by_word([axis.key for axis in axes]).items()}
    return {
        axis.key: "hidden_size" if axis.single_layer and axis.key in words else words.get(axis.key, axis.key)
        for axis in axes
    }


def label_of(axes: Sequence[Axis], settings: Settings, usual: Settings | None, text: Text) -> str:
    """``learning_rate=0.1, batch_size=16``; of the config itself all values, of others what differs from it.

    A value of the only axis that has a name is called by it alone.
    """
    names, parts = axis_names(axes), []
    if len(axes) == 1 and usual is None and axes[0].names and settings:
        return text(axes[0], settings[axes[0].key])
    for axis in axes:
        differs = usual is None or settings is usual or settings.get(axis.key) != usual.get(axis.key)
        if axis.key in settings and differs:
            parts.append(f"{names[axis.key]}={text(axis, settings[axis.key])}")
    return (f"{AS_CONFIGURED}: " if settings is usual else "") + ", ".join(parts) if parts else AS_CONFIGURED


def labels_of(sweep: Sweep) -> list[str | None]:
    """The user's own name of each arm that is listed; None: it has none."""
    return [arm.get(LABEL) for arm in sweep.arms]


def named_by_labels(axes: Sequence[Axis], sweep: Sweep, arms: Sequence[Settings]) -> list[Axis]:
    """The axes; the values of an only one have the names of the arms."""
    labels = labels_of(sweep)
    if len(axes) != 1 or not labels or not all(labels):
        return list(axes)
    axis = axes[0]
    values = [settings[axis.key] for settings in arms if axis.key in settings]
    texts = list(map(axis.written_text, values))
    if len(set(texts)) < len(labels):
        return [axis]
    return [replace(axis, values=values, names=dict(zip(texts, map(str, labels), strict=True)))]


def meanings(axis: Axis) -> dict[str, str]:
    """By the user's own names of values what is trained."""
    return {name: axis.scaled.get(text, text) for text, name in axis.names.items()}


def scaled_from(axis: Axis) -> dict[str, str]:
    """By hidden sizes as they are trained what was written, where that is not the same."""
    return {trained: text for text, trained in axis.scaled.items() if trained != text}
