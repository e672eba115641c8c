"""The ``keep:`` section: which weights a result keeps beside its tables; it decides no number."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mlpexp.config.strict import Strict

YES_OR_NO = {"yes": True, "no": False}


def _in_words(value: object) -> object:
    """``yes`` and ``no``, which YAML 1.2 has as text."""
    return YES_OR_NO.get(value, value) if isinstance(value, str) else value


class Keep(Strict):
    """What is kept of a trained network beside its numbers."""

    weights: Literal["none", "best", "all"] | None = Field(
        None,
        description="Of each trial's selected epoch (`best`), of its last one too (`all`); default: by their size.",
    )
    history: Annotated[int, Field(ge=0)] = Field(
        0, description="So many epochs whose weights are kept, too, evenly spread, the first and the last among them."
    )
    state: Annotated[bool, BeforeValidator(_in_words)] = Field(
        False, description="Whether what the optimizer remembers at the end is kept (`yes` or `no`)."
    )
