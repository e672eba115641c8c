"""The user's own pictures."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from mlpexp.config.image_sets import Augmentation
from mlpexp.config.scaling import SCALE, Scaling, one_spelling
from mlpexp.config.splits import RANDOM, SplitConfig
from mlpexp.config.strict import Fraction, ListOf, PositiveInt, Strict, not_together
from mlpexp.config.train_part import SPLIT, TRAIN_FRACTION, TRAIN_SAMPLES, Share, one_length

USUAL_TEST_FRACTION = 0.3
Side = Annotated[int, Field(ge=1, le=4096)]


class Images(Strict):
    """Pictures of the user's own: a folder with a folder for each class, IDX files, or an ``.npz`` file."""

    name: Literal["images"]
    path: str = Field(
        description="The folder or `.npz` file; a relative path starts at the config's folder.", min_length=1
    )
    images: str | None = Field(
        None, description="Of IDX files with other names: the file of pictures in the folder.", min_length=1
    )
    labels: str | None = Field(None, description="Likewise, the file of labels.", min_length=1)
    size: Annotated[ListOf[Side], Field(min_length=2, max_length=2)] | None = Field(
        None, description="Height and width that pictures get; default: their own, the same for all."
    )
    fit: Literal["crop", "stretch"] = Field(
        "crop", description="How another shape becomes `size`: the middle part is cut out, or the sides are stretched."
    )
    color: Literal["grey", "rgb"] | None = Field(None, description="Channels; default: those of the files.")
    test_fraction: Fraction | None = Field(
        None, description="Share held out for the final test; default: 0.3, or the test part that the data have."
    )
    validation_fraction: Fraction | None = Field(
        None, description="Share held out to select on; default: 0, or the validation part that the data have."
    )
    standardize: bool = Field(
        True, description="Zero mean and unit variance per channel over the training part (else: range 0..1)."
    )
    scale: Scaling | None = Field(None, description=SCALE)
    split: SplitConfig = Field(RANDOM, description=SPLIT)
    train_samples: PositiveInt | None = Field(None, description=TRAIN_SAMPLES)
    train_fraction: Share | None = Field(None, description=TRAIN_FRACTION)
    augmentation: Augmentation | None = Field(None, description="Random shifts and rotations of training pictures.")

    _one_spelling = model_validator(mode="before")(one_spelling)

    @model_validator(mode="before")
    @classmethod
    def _size_has_two_sides(cls, section: Any) -> Any:
        side = section.get("size") if isinstance(section, dict) else None
        if isinstance(side, int) and not isinstance(side, bool):
            raise not_together("size", f"should be height and width; write [{side}, {side}]")
        return section

    @model_validator(mode="after")
    def _keys_suit_each_other(self) -> "Images":
        kind = self.split.kind
        if kind not in ("random", "k_fold"):
            raise not_together("split", f"{kind} is for tables (name: csv); use random or k_fold")
        if kind == "k_fold" and self.test_fraction is not None:
            raise not_together(
                "test_fraction", "means nothing with split: k_fold, because folds are tested; leave it out"
            )
        if (self.images is None) != (self.labels is None):
            lacking, given = ("images", "labels") if self.images is None else ("labels", "images")
            raise not_together(lacking, f"needed with {given}: pictures and labels are two files")
        one_length(self.train_samples, self.train_fraction)
        return self

    @property
    def sides(self) -> tuple[int, int] | None:
        """Height and width that are asked for."""
        return None if self.size is None else (self.size[0], self.size[1])

    @property
    def columns_of_split(self) -> bool:
        """Whether the split goes by a column or file that only a table has."""
        return False

    def with_fractions(self, *, own_test: bool, own_validation: bool) -> "Images":
        """With the usual shares of the parts that the data lack and that are drawn."""
        drawn = {} if own_test or self.split.kind == "k_fold" else {"test_fraction": USUAL_TEST_FRACTION}
        drawn |= {} if own_validation else {"validation_fraction": 0.0}
        return self.model_copy(update={key: value for key, value in drawn.items() if getattr(self, key) is None})
