"""Sets of images with a test part of their own."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mlpexp.config.splits import RANDOM, SplitConfig
from mlpexp.config.strict import Fraction, PositiveInt, Strict, not_together
from mlpexp.config.train_part import SPLIT, TRAIN_FRACTION, Share, one_length


class Augmentation(Strict):
    """Random changes of training images, drawn anew each epoch."""

    max_shift: Annotated[int, Field(ge=0, le=8)] = Field(0, description="Largest shift in pixels, each axis.")
    max_rotation: Annotated[float, Field(ge=0, le=180)] = Field(0.0, description="Largest rotation in degrees.")


class _Images(Strict):
    """Options of an image data set with an official test set."""

    validation_fraction: Fraction = Field(0.0, description="Share of the official training set held out to select on.")
    train_samples: PositiveInt | None = Field(
        None, description="Use only so many samples of the official training set."
    )
    test_samples: PositiveInt | None = Field(None, description="Use only so many samples of the official test set.")
    standardize: bool = Field(
        True, description="Zero mean and unit variance over all training pixels (else: range 0..1)."
    )
    augmentation: Augmentation | None = Field(None, description="Random shifts and rotations of training images.")
    split: SplitConfig = Field(RANDOM, description=SPLIT)
    train_fraction: Share | None = Field(None, description=TRAIN_FRACTION)

    @model_validator(mode="after")
    def _test_part_is_official(self) -> "_Images":
        if self.split.kind != "random":
            raise not_together(
                "split",
                f"{self.split.kind} cannot be used: these images come with a test part of their own; leave it out",
            )
        one_length(self.train_samples, self.train_fraction)
        return self


class Mnist(_Images):
    """70,000 handwritten digits of 28x28 pixels (LeCun et al. 1998)."""

    name: Literal["mnist"]


class FashionMnist(_Images):
    """70,000 pictures of clothes of 28x28 pixels, 10 classes (Xiao et al. 2017)."""

    name: Literal["fashion_mnist"]
