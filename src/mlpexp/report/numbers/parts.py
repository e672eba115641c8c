"""Choosing rows of ``predictions.csv``: which part of the data, which seeds."""

from collections.abc import Set as AbstractSet

import pandas as pd

PREFERRED_PARTS = ("test", "validation", "train")


def chosen_part(predictions: pd.DataFrame) -> str | None:
    """The part to judge a network on: test, else validation, else training data; None without rows."""
    present = set(predictions["part"].unique())
    return next((part for part in PREFERRED_PARTS if part in present), None)


def sound_seeds(rows: pd.DataFrame, diverged: AbstractSet[int]) -> pd.DataFrame:
    """The rows of seeds that did not diverge; of all seeds, if every one did."""
    sound = rows[~rows["seed"].isin(diverged)]
    return sound if len(sound) else rows
