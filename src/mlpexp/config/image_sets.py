"""Sets of images with a test part of their own."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mlpexp.config.scaling import SCALE, Scaling, one_spelling
from mlpexp.config.splits import RANDOM, SplitConfig
from mlpexp.config.strict import Fraction, PositiveInt, Strict, not_together
from mlpexp.config.train_part import SPLIT, TRAIN_FRACTION, Share, one_length


class Augmentation(Strict):
    """Random changes of training images, drawn anew each epoch."""

    max_shift: Annotated[int, Field(ge=0, le=8)] = Field(0, description="Largest shift in pixels, each axis.")
    max_rotation: Annotated[float, Field(ge=0, le=180)] = Field(0.0, description="Largest rotation in degrees.")


class NamedImages(Strict):
    """Options of an image data set that has a name and an official test set."""

    validation_fraction: Fraction = Field(0.0, description="Share of the official training set held out to select on.")
    train_samples: PositiveInt | None = Field(
        None, description="Use only so many samples of the official training set."
    )
    test_samples: PositiveInt | None = Field(None, description="Use only so many samples of the official test set.")
    standardize: bool = Field(
        True, description="Zero mean and unit variance over all training pixels (else: range 0..1)."
    )
    scale: Scaling | None = Field(None, description=SCALE)
    augmentation: Augmentation | None = Field(None, description="Random shifts and rotations of training images.")
    split: SplitConfig = Field(RANDOM, description=SPLIT)
    train_fraction: Share | None = Field(None, description=TRAIN_FRACTION)

    _one_spelling = model_validator(mode="before")(one_spelling)

    @model_validator(mode="after")
    def _test_part_is_official(self) -> "NamedImages":
        if self.split.kind != "random":
            raise not_together(
                "split",
                f"{self.split.kind} cannot be used: these images come with a test part of their own; leave it out",
            )
        one_length(self.train_samples, self.train_fraction)
        return self


class Mnist(NamedImages):
    """70,000 handwritten digits of 28x28 pixels (LeCun et al. 1998)."""

    name: Literal["mnist"]


class FashionMnist(NamedImages):
    """70,000 pictures of clothes of 28x28 pixels, 10 classes (Xiao et al. 2017)."""

    name: Literal["fashion_mnist"]


class Kmnist(NamedImages):
    """70,000 handwritten Japanese characters of 28x28 pixels, 10 classes (Clanuwat et al. 2018)."""

    name: Literal["kmnist"]


EMNIST_COLLECTIONS = ("balanced", "letters", "digits", "byclass", "bymerge", "mnist")


class Emnist(NamedImages):
    """Handwritten letters and digits of 28x28 pixels, of which there are six collections (Cohen et al. 2017)."""

    name: Literal["emnist"]
    collection: Literal["balanced", "letters", "digits", "byclass", "bymerge", "mnist"] = Field(
        "balanced", description="Which pictures and classes; torchvision calls it split."
    )

    @model_validator(mode="before")
    @classmethod
    def _collection_is_no_split(cls, section: object) -> object:
        split = section.get("split") if isinstance(section, dict) else None
        kind = split.get("kind") if isinstance(split, dict) else split
        if kind in EMNIST_COLLECTIONS:
            raise not_together("split", f"says how samples become parts; did you mean collection: {kind}?")
        return section


class Cifar10(NamedImages):
    """60,000 colour pictures of 32x32 pixels, 10 classes of animals and vehicles (Krizhevsky 2009)."""

    name: Literal["cifar10"]


class Usps(NamedImages):
    """9,298 handwritten digits of 16x16 pixels from envelopes (Hull 1994)."""

    name: Literal["usps"]


IMAGE_SETS: tuple[str, ...] = ("mnist", "fashion_mnist", "kmnist", "emnist", "cifar10", "usps")
"""The names of all of them: they come with a test part."""
