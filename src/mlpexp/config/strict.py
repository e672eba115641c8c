"""The one base of all config classes: closed, strict, immutable; and the number types they share."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

TOGETHER = "not_together"  # the type of the errors that sections raise themselves


class Strict(BaseModel):
    """A config section: unknown keys are errors, ``"16"`` is not 16, NaN and infinity are no numbers.

    Nothing in it can be changed, so that whole configs can be keys of dictionaries.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


Item = TypeVar("Item")
ListOf = Annotated[tuple[Item, ...], Field(strict=False)]  # a list in YAML; the items are checked as strictly as ever


def _pairs(value: object) -> object:
    """A mapping as pairs, which nothing can change; its keys are text."""
    return tuple((str(key), item) for key, item in value.items()) if isinstance(value, dict) else value


MappingOf = Annotated[  # a mapping in YAML; the items are checked as strictly as ever
    tuple[tuple[str, Item], ...], Field(strict=False), BeforeValidator(_pairs), PlainSerializer(dict)
]
PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
NonNegativeFloat = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]


def not_together(key: str, message: str) -> PydanticCustomError:
    """What a section raises whose keys are right each by itself, but not together.

    Args:
        key: The one to change.
        message: The sentence about it.
    """
    return PydanticCustomError(TOGETHER, "{key}: {message}", {"key": key, "message": message})
