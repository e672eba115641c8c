"""An arm of a result by what it is called: its number, its label, or the values of its axes."""

from collections.abc import Sequence

from mlpexp.asking import keyword
from mlpexp.config.words import key_of
from mlpexp.config.yaml_source import scalar
from mlpexp.errors import InputError, Place
from mlpexp.planning.arm_names import HIDDEN_SIZES, is_of_sizes
from mlpexp.planning.axes import keys_by_word
from mlpexp.planning.sweep_options import settings_in
from mlpexp.planning.values import full_value, value_text
from mlpexp.results.result import Result

MOST_NAMED = 8  # arms in a message
AS_TRAINED = "; hidden sizes were scaled, and are named as they were trained"
AS_WRITTEN = "; hidden sizes were scaled, and are named as they were written"  # by older versions


def arm_named(result: Result, text: str, option: str = "baseline") -> int:
    """The number of an arm.

    Args:
        result: With or without axes.
        text: Its number, its label, its settings (``learning_rate=0.1,batch_size=8``), or a value that no other arm has.
            Values are named as tables and figures have them, so hidden sizes that were scaled as they were trained;
            in results of older versions as they were written.
        option: What names it, without dashes, for messages.

    Raises:
        InputError: It names no arm, or several.
    """
    labels, written = [arm.label for arm in result.planned_arms], keyword(option, text)
    if labels.count(text) == 1:
        return labels.index(text)
    if text.isascii() and text.isdigit() and int(text) < len(labels):
        return int(text)
    if not result.summary.axes and "=" not in text:
        raise InputError(f"{written}: expected a number from 0 to {len(labels) - 1}")
    matching = _by_settings(result, text, Place(written)) if "=" in text else _by_value(result, text)
    if len(matching) == 1:
        return matching[0]
    what = f"is {len(matching)} of the {len(labels):,} arms" if matching else f"is none of the {len(labels):,} arms"
    raise InputError(f"{written}: {what}{_names(result, matching)}; choose: {all_arms(result, matching)}")


def _names(result: Result, matching: Sequence[int]) -> str:
    """How sizes are named where an arm was not found, and they were scaled."""
    axes = result.summary.axes
    if not result.summary.match or matching or not any(is_of_sizes(axis.key) for axis in axes):
        return ""
    return AS_TRAINED if any(axis.scaled for axis in axes) else AS_WRITTEN


def all_arms(result: Result, numbers: Sequence[int] = ()) -> str:
    """Some arms, or all, by number and label."""
    arms = [f"{number} ({result.planned_arms[number].label})" for number in numbers or range(result.summary.num_arms)]
    more = f"; and {len(arms) - MOST_NAMED:,} more" if len(arms) > MOST_NAMED else ""
    return "; ".join(arms[:MOST_NAMED]) + more


def _by_settings(result: Result, text: str, place: Place) -> list[int]:
    """The arms that have all values of ``learning_rate=0.1,batch_size=8``."""
    axes = [axis.key for axis in result.summary.axes]
    words = {axis: axis for axis in axes} | keys_by_word(axes)
    given = {words.get(key, key_of(key)): value for key, value in settings_in(text, place).items()}
    settings = {key: value_text(full_value(key, value)) for key, value in given.items()}
    rows = result.arms.to_dict("records")
    return [number for number, row in enumerate(rows) if all(_has(row, key, value) for key, value in settings.items())]


def _has(row: dict[object, object], key: str, value: str) -> bool:
    """Whether an arm has a value; of sizes that differ along another axis its own."""
    trained = key == HIDDEN_SIZES and row["hidden_sizes"] == value.strip("[]").replace(",", "")
    return row.get(key) == value or (trained and row.get(key) is not None)


def _by_value(result: Result, text: str) -> list[int]:
    """The arms that have a value, whichever axis it is of."""
    keys = [axis.key for axis in result.summary.axes]
    rows = result.arms[keys].to_dict("records")
    values = {key: value_text(full_value(key, scalar(text))) for key in keys}
    return [number for number, row in enumerate(rows) if any(row[key] == values[key] for key in keys)]
