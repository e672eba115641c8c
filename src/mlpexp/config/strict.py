"""The one base of all config classes: closed, strict, immutable; and the number types they share."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field
from pydantic_core import PydanticCustomError

LARGEST = 1e30  # of any number of a config: float32 ends at 3e38, and what is computed with it must not
LARGEST_WHOLE = 1e12  # likewise, but for seeds
TOGETHER = "not_together"  # the type of the errors that sections raise themselves


class Strict(BaseModel):
    """A config section: unknown keys are errors, ``"16"`` is not 16, NaN and infinity are no numbers.

    Nothing in it can be changed, so that whole configs can be keys of dictionaries.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


Item = TypeVar("Item")
ListOf = Annotated[tuple[Item, ...], Field(strict=False)]  # a list in YAML; the items are checked as strictly as ever


class ByName(dict[str, Item]):
    """A mapping of a config: like all of it, it is never changed, and can be a key."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


def _word_or_mapping(value: object) -> str:
    return "mapping" if isinstance(value, dict) else "word"


MappingOf = Annotated[dict[str, Item], AfterValidator(ByName)]
WordOr = Discriminator(_word_or_mapping)  # of a choice with `Tag("word")` and a mapping with `Tag("mapping")`
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
