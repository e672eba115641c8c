"""An arm and a seed of a result by what Python gives: a label, values of axes, a number where it is said to be one."""

from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any

from mlpexp.config.part_content import name_of
from mlpexp.errors import InputError
from mlpexp.results.arm_choice import Say, chosen_arm
from mlpexp.results.arm_named import all_arms, arm_named

if TYPE_CHECKING:
    from mlpexp.results.result import ArmResult, Result

Named = str | Mapping[str, Any] | None
"""``"learning_rate=0.1"``, ``{"learning_rate": 0.1}``, ``{"arm": 3}``, a row of ``Result.arms``; None: not said."""
NUMBER = "arm"  # the key of a mapping that names an arm by its number, as frames do


def arm_of(result: "Result", named: Named, say: Say = lambda sentence: None) -> "ArmResult":
    """The arm that is named, else the only one, else the best on validation data.

    Args:
        result: Of which.
        named: See ``Named``.
        say: Is told which one is chosen, where there are several.

    Raises:
        InputError: It names no arm, or several, or nothing says which one is best.
    """
    number = chosen_arm(result, None, say) if named is None else number_of(result, named)
    return result.arm(number)


def number_of(result: "Result", named: str | Mapping[str, Any]) -> int:
    """The number of the arm that is named.

    Raises:
        InputError: It names no arm, or several.
    """
    if hasattr(named, "to_dict"):  # a row of a frame
        named = named.to_dict()
    if isinstance(named, Mapping):
        return _of_mapping(result, named)
    if not isinstance(named, str):
        what = 'is a number or a value; name an arm as {"arm": NUMBER} or {"KEY": VALUE}, or by its label'
        raise InputError(f"arm={named!r}: {what}: {all_arms(result)}")
    return arm_named(result, named, "arm")


def _of_mapping(result: "Result", named: Mapping[str, Any]) -> int:
    number = named.get(NUMBER)
    if number is not None:
        is_whole = isinstance(number, Integral) and not isinstance(number, bool)
        if not is_whole or not 0 <= number < result.summary.num_arms:
            last = result.summary.num_arms - 1
            raise InputError(f'arm={{"arm": {number!r}}}: expected a number from 0 to {last}')
        return int(number)
    if not named:
        raise InputError(f"arm={{}}: names no arm; choose: {all_arms(result)}")
    return arm_named(result, ",".join(f"{key}={_text(value)}" for key, value in named.items()), "arm")


def _text(value: Any) -> str:
    """A value as the command line has it; of a function its name."""
    if callable(value):
        return name_of(value)
    if hasattr(value, "tolist"):  # of NumPy
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_text, value))}]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def seed_given(seed: object) -> int | None:
    """A seed by its value, as whole numbers of Python and NumPy are; None stays.

    Raises:
        InputError: It is something else.
    """
    if seed is None:
        return None
    if isinstance(seed, bool) or not isinstance(seed, Integral):
        raise InputError(f"seed={seed!r}: expected one of .seeds, a whole number")
    return int(seed)
