"""What all data sets share in their config: which samples are learned from, and how much of them."""

from typing import Annotated

from pydantic import Field

from mlpexp.config.strict import not_together

SPLIT = "How samples become training, validation and test part."
TRAIN_SAMPLES = "Learn from only so many samples of the training part; the other parts stay."
TRAIN_FRACTION = "Learn from only this share of the training part; the other parts stay."
Share = Annotated[float, Field(gt=0, le=1)]


def one_length(train_samples: int | None, train_fraction: float | None) -> None:
    """Refuses two lengths of one training part."""
    if train_samples is not None and train_fraction is not None:
        raise not_together("train_fraction", "not together with train_samples; one of them sets the training part")
