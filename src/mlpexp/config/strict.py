"""The one base of all config classes: closed, strict, immutable; and the number types they share."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """A config section: unknown keys are errors, ``"16"`` is not 16, NaN and infinity are no numbers.

    Nothing in it can be changed, so that whole configs can be keys of dictionaries.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


Item = TypeVar("Item")
ListOf = Annotated[tuple[Item, ...], Field(strict=False)]  # a list in YAML; the items are checked as strictly as ever
PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
NonNegativeFloat = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
