"""The ``dataset:`` section: which data, how they are split, whether they are standardized."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from mlpexp.config.splits import BY_COLUMN, OWN_TEST_PART, RANDOM, FileSplit, SplitConfig
from mlpexp.config.strict import Fraction, ListOf, NonNegativeFloat, PositiveInt, Seed, Strict, not_together

SPLIT = "How samples become training, validation and test part."
TRAIN_SAMPLES = "Learn from only so many samples of the training part; the other parts stay."
TRAIN_FRACTION = "Learn from only this share of the training part; the other parts stay."
Share = Annotated[float, Field(gt=0, le=1)]


class _Tabular(Strict):
    """Options of every data set that comes without an official test set."""

    test_fraction: Fraction = Field(
        0.3, description="Share held out for the final test; 0: accuracy on the training set."
    )
    validation_fraction: Fraction = Field(0.0, description="Share held out to select on (early stopping, best epoch).")
    standardize: bool = Field(True, description="Zero mean and unit variance per feature, fitted on the training part.")
    split: SplitConfig = Field(RANDOM, description=SPLIT)
    train_samples: PositiveInt | None = Field(None, description=TRAIN_SAMPLES)
    train_fraction: Share | None = Field(None, description=TRAIN_FRACTION)

    @model_validator(mode="after")
    def _keys_suit_the_split(self) -> "_Tabular":
        kind = self.split.kind
        if self.columns_of_split and not isinstance(self, Csv):
            raise not_together("split", f"{kind} is for tables (name: csv); use random or k_fold")
        if kind in OWN_TEST_PART and "test_fraction" in self.model_fields_set:
            raise not_together(
                "test_fraction", f"means nothing with split: {kind}, because {OWN_TEST_PART[kind]}; leave it out"
            )
        _one_length(self.train_samples, self.train_fraction)
        return self

    @property
    def columns_of_split(self) -> bool:
        """Whether the split goes by a column or file that only a table has."""
        return isinstance(self.split, (*BY_COLUMN, FileSplit))


def _one_length(train_samples: int | None, train_fraction: float | None) -> None:
    """Refuses two lengths of one training part."""
    if train_samples is not None and train_fraction is not None:
        raise not_together("train_fraction", "not together with train_samples; one of them sets the training part")


class Iris(_Tabular):
    """150 flowers, 4 measurements, 3 species (Fisher 1936)."""

    name: Literal["iris"]


class Digits(_Tabular):
    """1,797 handwritten digits of 8x8 pixels (scikit-learn)."""

    name: Literal["digits"]


class ThreeClass3D(_Tabular):
    """30 samples, 3 features, 3 classes (after Duda, Hart and Stork): no test split unless asked for."""

    name: Literal["three_class_3d"]
    test_fraction: Fraction = Field(
        0.0, description="Share held out for the final test; 0: accuracy on the training set."
    )


SyntheticKind = Literal["xor", "moons", "circles", "spirals", "blobs", "function"]
FunctionName = Literal["sine", "cosine", "step", "abs", "square", "cubic", "exp", "sinc", "sawtooth", "polynomial"]


class Synthetic(_Tabular):
    """Points in the plane with class labels, or samples of a function of one variable."""

    name: Literal["synthetic"]
    kind: SyntheticKind = Field(description="The shape of the data.")
    samples: PositiveInt = Field(400, description="Number of samples in all.")
    noise: NonNegativeFloat = Field(0.1, description="Standard deviation of the Gaussian noise.")
    classes: Annotated[int, Field(ge=2, le=20)] | None = Field(
        None, description="Classes of blobs (3) and spirals (2)."
    )
    function: FunctionName | None = Field(None, description="The target function, for `kind: function`.")
    data_seed: Seed = Field(
        0, description="Seed of the data themselves; every seed of the experiment sees the same data."
    )

    @model_validator(mode="after")
    def _options_belong_to_kind(self) -> "Synthetic":
        if self.kind == "function" and self.function is None:
            raise not_together("function", "needed with kind: function, for example sine")
        if self.kind != "function" and self.function is not None:
            raise not_together("function", f"means nothing for kind: {self.kind}; only for kind: function")
        if self.kind not in ("blobs", "spirals") and self.classes is not None:
            raise not_together("classes", f"means nothing for kind: {self.kind}; only for blobs and spirals")
        return self

    @property
    def num_classes(self) -> int:
        """Number of classes (0 for a function)."""
        return {"function": 0, "blobs": self.classes or 3, "spirals": self.classes or 2}.get(self.kind, 2)


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
        _one_length(self.train_samples, self.train_fraction)
        return self


class Mnist(_Images):
    """70,000 handwritten digits of 28x28 pixels (LeCun et al. 1998)."""

    name: Literal["mnist"]


class FashionMnist(_Images):
    """70,000 pictures of clothes of 28x28 pixels, 10 classes (Xiao et al. 2017)."""

    name: Literal["fashion_mnist"]


class Csv(_Tabular):
    """The user's own table."""

    name: Literal["csv"]
    path: str = Field(description="The file; a relative path starts at the config's folder.", min_length=1)
    target: str = Field(description="The column to predict.")
    features: ListOf[str] | None = Field(
        None, description="The columns to predict from; default: all others.", min_length=1
    )
    categorical: ListOf[str] | None = Field(None, description="Features to encode one-hot; default: those not numeric.")
    task: Literal["classification", "regression"] | None = Field(None, description="Default: by the target's values.")
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = Field(",", description="Column separator.")
    missing: Literal["error", "drop"] = Field(
        "error", description="Rows with missing values: refuse them or drop them."
    )


DatasetConfig = Annotated[
    Iris | Digits | ThreeClass3D | Synthetic | Mnist | FashionMnist | Csv,
    Field(discriminator="name"),
]
