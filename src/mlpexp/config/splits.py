"""The ``dataset.split`` section: by which rule samples become training, validation and test part."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from mlpexp.config.strict import ListOf, Strict


class RandomSplit(Strict):
    """Drawn at random with each seed, classes in proportion."""

    kind: Literal["random"]


class KFoldSplit(Strict):
    """Each seed tests on another fold: seed s is fold ``s mod folds`` of repetition ``s div folds``."""

    kind: Literal["k_fold"]
    folds: Annotated[int, Field(ge=2)] = Field(5, description="Number of folds; one is the test part of a seed.")
    repeated: bool = Field(
        True, description="Whether each repetition draws folds anew; false: the same folds with other weights."
    )


class GroupSplit(Strict):
    """Rows with the same value of a column stay in one part, drawn with each seed."""

    kind: Literal["group"]
    column: str = Field(description="The column of the table that the split goes by.", min_length=1)


class TimeSplit(Strict):
    """The latest rows are the test part, those before them the validation part; the same for every seed."""

    kind: Literal["time"]
    column: str = Field(description="The column of the table that the split goes by.", min_length=1)


def _as_words(value: Any) -> Any:
    """One value for a list of one, and whole numbers as they are written."""
    values = value if isinstance(value, list) else [value]
    whole = [str(item) if isinstance(item, int) and not isinstance(item, bool) else item for item in values]
    return None if value is None else whole


Values = Annotated[ListOf[str] | None, BeforeValidator(_as_words)]


class ColumnSplit(Strict):
    """The values of a column say which part a row is in."""

    kind: Literal["column"]
    column: str = Field(description="The column of the table that the split goes by.", min_length=1)
    train: Values = Field(None, description="Values that mean the training part; default: train, training.")
    validation: Values = Field(
        None, description="Values that mean the validation part; default: validation, val, valid, dev."
    )
    test: Values = Field(None, description="Values that mean the test part; default: test.")


class FileSplit(Strict):
    """A second file with the same columns is the test part."""

    kind: Literal["file"]
    path: str = Field(
        description="The second file, the test part; a relative path starts at the config's folder.", min_length=1
    )


def _by_word(value: Any) -> Any:
    """``k_fold`` for ``{kind: k_fold}``."""
    return {"kind": value} if isinstance(value, str) else value


SplitConfig = Annotated[
    Annotated[RandomSplit | KFoldSplit | GroupSplit | TimeSplit | ColumnSplit | FileSplit, Field(discriminator="kind")],
    BeforeValidator(_by_word),
]
BY_COLUMN = (GroupSplit, TimeSplit, ColumnSplit)  # of a table alone
# Why `test_fraction` means nothing for a kind of split.
OWN_TEST_PART = {
    "k_fold": "each seed tests on one fold, and `folds` is their number",
    "column": "the column says which rows are the test part",
    "file": "the second file is the test part",
}  # fmt: skip
RANDOM = RandomSplit(kind="random")
