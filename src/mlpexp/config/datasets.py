"""The ``dataset:`` section: which data, how they are split and scaled."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, Tag, model_serializer, model_validator

from mlpexp.config.image_sets import Cifar10, Emnist, FashionMnist, Kmnist, Mnist, Usps
from mlpexp.config.own_images import Images
from mlpexp.config.scaling import SCALE, Scaling, one_spelling
from mlpexp.config.splits import BY_COLUMN, OWN_TEST_PART, RANDOM, FileSplit, SplitConfig
from mlpexp.config.strict import (
    ByName,
    Fraction,
    ListOf,
    MappingOf,
    NonNegativeFloat,
    PositiveInt,
    Seed,
    Strict,
    WordOr,
    not_together,
)
from mlpexp.config.train_part import SPLIT, TRAIN_FRACTION, TRAIN_SAMPLES, Share, one_length


class _Tabular(Strict):
    """Options of every data set that comes without an official test set."""

    test_fraction: Fraction = Field(
        0.3, description="Share held out for the final test; 0: accuracy on the training set."
    )
    validation_fraction: Fraction = Field(0.0, description="Share held out to select on (early stopping, best epoch).")
    standardize: bool = Field(True, description="Zero mean and unit variance per feature, fitted on the training part.")
    scale: Scaling | None = Field(None, description=SCALE)
    split: SplitConfig = Field(RANDOM, description=SPLIT)
    train_samples: PositiveInt | None = Field(None, description=TRAIN_SAMPLES)
    train_fraction: Share | None = Field(None, description=TRAIN_FRACTION)

    _one_spelling = model_validator(mode="before")(one_spelling)

    @model_validator(mode="after")
    def _keys_suit_the_split(self) -> "_Tabular":
        kind = self.split.kind
        if self.columns_of_split and not isinstance(self, Csv):
            raise not_together("split", f"{kind} is for tables (name: csv); use random or k_fold")
        if kind in OWN_TEST_PART and "test_fraction" in self.model_fields_set:
            raise not_together(
                "test_fraction", f"means nothing with split: {kind}, because {OWN_TEST_PART[kind]}; leave it out"
            )
        one_length(self.train_samples, self.train_fraction)
        return self

    @property
    def columns_of_split(self) -> bool:
        """Whether the split goes by a column or file that only a table has."""
        return isinstance(self.split, (*BY_COLUMN, FileSplit))


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


SyntheticKind = Literal["xor", "moons", "circles", "spirals", "double_spiral", "blobs", "function"]
EACH_SEED = "seed"  # of `data_seed`: each seed of the experiment is that of its data, too
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
    data_seed: Seed | Literal["seed"] = Field(
        0,
        description="Seed of the data themselves, which every seed of the experiment sees; `seed`: each seed has new data.",
    )

    @model_validator(mode="after")
    def _options_belong_to_kind(self) -> "Synthetic":
        if self.kind == "function" and self.function is None:
            raise not_together("function", "needed with kind: function, for example sine")
        if self.kind != "function" and self.function is not None:
            raise not_together("function", f"means nothing for kind: {self.kind}; only for kind: function")
        if self.kind not in ("blobs", "spirals") and self.classes is not None:
            raise not_together("classes", f"means nothing for kind: {self.kind}; only for blobs and spirals")
        if self.data_seed == EACH_SEED and self.split.kind == "k_fold":
            raise not_together(
                "data_seed",
                "seed gives each seed data of its own, which no other tests on a fold of; leave out split: k_fold",
            )
        return self

    @property
    def num_classes(self) -> int:
        """Number of classes (0 for a function)."""
        return {"function": 0, "blobs": self.classes or 3, "spirals": self.classes or 2}.get(self.kind, 2)


def draws_new_data(config: "DatasetConfig") -> bool:
    """Whether each seed has new data of one source: then the spread over seeds is that over data sets, too."""
    return isinstance(config, Synthetic) and config.data_seed == EACH_SEED


MissingRule = Literal["error", "drop", "mean", "median", "most_frequent", "category"]
DateForm = Literal["ordinal", "parts"]


class Target(Strict):
    """The column to predict of a table; ``target: price`` is short for ``target: {column: price}``."""

    column: str = Field(description="The column to predict.")
    standardize: bool | None = Field(
        None,
        description="Of numbers: zero mean and unit variance by the training part, to be learned; default: true.",
    )
    transform: Literal["none", "log"] | None = Field(
        None,
        description="Of numbers: learn their logarithm, for positive numbers of very different size; default: none.",
    )

    @model_serializer(mode="wrap")
    def _plain_word(self, handler: SerializerFunctionWrapHandler) -> Any:
        return self.column if self.standardize is None and self.transform is None else handler(self)

    @property
    def of_numbers(self) -> "Target":
        """The same with the defaults of numbers."""
        standardize = True if self.standardize is None else self.standardize
        return Target(column=self.column, standardize=standardize, transform=self.transform or "none")

    @property
    def as_read(self) -> "Target":
        """The same without what is not looked at when the table is read."""
        return Target(column=self.column, transform="log" if self.transform == "log" else None)

    @property
    def learned(self) -> str:
        """What a network learns of numbers, in words: ``standardized log price``, ``price as it is``."""
        if not self.standardize and self.transform != "log":
            return f"{self.column} as it is"
        words = ("standardized" if self.standardize else "", "log" if self.transform == "log" else "", self.column)
        return " ".join(filter(None, words))


def learned_in(dataset: Mapping[str, Any]) -> str:
    """What is learned of the numbers of a resolved ``dataset:`` section as plain data; empty where none are predicted."""
    target = dataset.get("target")
    return Target(**target).learned if isinstance(target, Mapping) and len(target) > 1 else ""


def _in_full(target: object) -> object:
    return target if isinstance(target, (dict, Target)) else {"column": target}


def _as_mark(delimiter: object) -> object:
    return "\t" if delimiter == "\\t" else delimiter


class Csv(_Tabular):
    """The user's own table."""

    name: Literal["csv"]
    path: str = Field(description="The file; a relative path starts at the config's folder.", min_length=1)
    target: Annotated[Target, BeforeValidator(_in_full)] = Field(
        description="The column to predict, and how its numbers are learned."
    )
    features: ListOf[str] | None = Field(
        None, description="The columns to predict from; default: all others.", min_length=1
    )
    exclude: ListOf[str] = Field((), description="Columns that are not used.")
    categorical: ListOf[str] = Field(
        (), description="Columns of numbers that are categories: one input for each level, as those of words are."
    )
    numeric: ListOf[str] = Field((), description="Columns that must be numbers; what else they hold is an error.")
    dates: MappingOf[DateForm] = Field(
        default_factory=ByName,
        description="What dates become, by column: `ordinal` (days since 1970) or `parts` (year, month, day, ...).",
    )
    task: Literal["classification", "regression"] | None = Field(None, description="Default: by the target's values.")
    encoding: str | None = Field(None, description="Of the letters, for example cp1252; default: found out.")
    delimiter: Annotated[Annotated[str, Field(min_length=1, max_length=1)] | None, BeforeValidator(_as_mark)] = Field(
        None, description="Column separator; a blank stands for any number of blanks; default: found out."
    )
    header: bool | None = Field(
        None,
        description="Whether the first line has the names; default: it has, and is refused if it looks like a sample.",
    )
    names: ListOf[str] = Field((), description="Names of all columns, if the file has none or others.")
    decimal: Literal[".", ","] | None = Field(None, description="Mark of decimal fractions; default: found out.")
    thousands: Literal[",", ".", " ", "'"] | None = Field(
        None, description="Mark between groups of three digits; default: found out."
    )
    missing: Annotated[
        Annotated[MissingRule, Tag("word")] | Annotated[MappingOf[MissingRule], Tag("mapping")], WordOr
    ] = Field(
        "error",
        description="Missing cells, of all columns or by column: refuse them, drop their rows, fill in what the training "
        "part has on average or most often, or make them a category.",
    )
    missing_values: ListOf[str | int | float] = Field(
        (), description="Cells that stand for a missing value, besides empty ones, NA, NaN, null and ?."
    )
    missing_indicator: bool | ListOf[str] = Field(
        False,
        description="Whether one more input says where a value was missing, of all columns or those that are listed.",
    )
    shape: Annotated[ListOf[PositiveInt], Field(min_length=3, max_length=3)] | None = Field(
        None, description="Channels, height and width, of a table whose columns are the pixels of a picture."
    )
    max_levels: PositiveInt | None = Field(
        None, description="Levels that a category may have; default: a tenth of the rows, at least 20, at most 50."
    )

    @model_validator(mode="after")
    def _marks_differ(self) -> "Csv":
        if self.thousands is not None and self.thousands == self.decimal:
            raise not_together("thousands", f"is the mark of decimal fractions, too: {self.decimal!r}")
        return self


DatasetConfig = Annotated[
    Iris | Digits | ThreeClass3D | Synthetic | Mnist | FashionMnist | Kmnist | Emnist | Cifar10 | Usps | Images | Csv,
    Field(discriminator="name"),
]


def scaling_of(config: DatasetConfig) -> Scaling:
    """What is done to the inputs."""
    return config.scale or ("standard" if config.standardize else "none")
