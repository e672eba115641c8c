"""How inputs are scaled: ``scale`` says it in a word, ``standardize`` of the two that there were before."""

from typing import Any, Literal

from mlpexp.config.strict import not_together

Scaling = Literal["standard", "minmax", "none"]
SCALE = "What is done to inputs, by the training part: standard (standardize: true), minmax (range 0..1), none (false)."
STANDARDIZED: dict[object, bool] = {"standard": True, "none": False}  # what `standardize` says of a `scale`


def one_spelling(section: Any) -> Any:
    """A ``dataset:`` section in which ``scale`` stands for ``minmax`` alone; ``standardize`` says the rest, as ever.

    Raises:
        PydanticCustomError: The two say different things, or one of them what belongs to the other.
    """
    if not isinstance(section, dict):
        return section
    scale, standardize = section.get("scale"), section.get("standardize")
    if isinstance(scale, bool):
        raise not_together(
            "scale", f"should be standard, minmax or none; did you mean standardize: {str(scale).lower()}?"
        )
    if standardize in ("standard", "minmax", "none"):
        raise not_together("standardize", f"should be true or false; did you mean scale: {standardize}?")
    if scale not in ("standard", "minmax", "none") or not isinstance(section.get("standardize", True), bool):
        return section
    if isinstance(standardize, bool) and standardize != STANDARDIZED.get(scale, False):
        raise not_together(
            "scale", f"{scale} contradicts standardize: {str(standardize).lower()}; leave out one of them"
        )
    if scale == "minmax":
        return {**section, "standardize": False}
    return {**section, "scale": None, "standardize": STANDARDIZED[scale]}
