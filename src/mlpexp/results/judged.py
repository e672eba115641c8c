"""The predictions that an arm is judged by: those of its test part, kept or computed again."""

from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from mlpexp.config.scores import PARTS
from mlpexp.results.result import ArmResult
from mlpexp.store.frames import Absent, to_the_last_bit

if TYPE_CHECKING:
    import pandas as pd

    from mlpexp.results.arm_choice import Say


def judged_part(predictions: "pd.DataFrame") -> str | None:
    """The part to judge a network on: test, else validation, else training data; None without rows."""
    present = set(predictions["part"].unique())
    return next((part for part in reversed(PARTS) if part in present), None)


def judged_predictions(
    arm: ArmResult, seeds: Sequence[int], data_dir: str | None = None, say: "Say" = lambda sentence: None
) -> "pd.DataFrame":
    """The rows of ``predictions.csv`` of the part that networks are judged on, of some seeds; nothing is written.

    Args:
        arm: Of a result that has ended.
        seeds: Whose trials did not fail.
        data_dir: Where image data sets lie.
        say: Is told if they are computed again.

    Raises:
        InputError: They must be computed again, and the data are not there.
        RunError: A file is damaged, or the data have changed.
    """
    try:
        predictions = arm.evaluation("predictions")
    except Absent:
        predictions = _computed(arm, seeds, data_dir, say)
    of_seeds = predictions[predictions["seed"].isin(seeds)]
    return of_seeds[of_seeds["part"] == judged_part(of_seeds)].reset_index(drop=True)


def _computed(arm: ArmResult, seeds: Sequence[int], data_dir: str | None, say: "Say") -> "pd.DataFrame":
    import pandas as pd

    from mlpexp.results.evaluate import computed_tables

    say("predictions were not kept; they are computed from the weights")
    ((_, table),) = computed_tables(arm, sorted(seeds), ("predictions",), data_dir, say)
    return pd.read_csv(StringIO(table), **to_the_last_bit())
