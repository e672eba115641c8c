"""The figure of what networks do on new samples: which classes are taken for which, or predicted against true values."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mlpexp.report.drawing.save_figures import save_figures
from mlpexp.report.figures.arm.confusion import draw_confusion
from mlpexp.report.figures.arm.predicted_true import draw_predicted_true
from mlpexp.report.numbers.arm_data import ArmData

if TYPE_CHECKING:
    from mlpexp.results.on_new_data import OnNewData


def draw_on_new_data(found: "OnNewData", folder: Path) -> list[Path]:
    """Draws it, with a CSV file of the numbers that it shows.

    Args:
        found: What is drawn.
        folder: Where it goes.

    Returns:
        The figures written, without the CSV files beside them.

    Raises:
        RunError: A file cannot be written.
    """
    arm, name = found.networks.arm, found.data.name
    number = len(found.data.rows)
    caption = replace(ArmData(arm).caption, samples=name, speaks_of=f"new seeds on these {number:,} samples")
    rows = predictions_frame(found)
    figures = (
        {"confusion_matrix": lambda: draw_confusion(rows, caption)}
        if found.networks.classification
        else {"predicted_true": lambda: draw_predicted_true(rows, caption)}
    )
    return save_figures(arm.result.path, folder, figures, ("png",))


def predictions_frame(found: "OnNewData") -> pd.DataFrame:
    """A row per seed and sample, as in ``evaluation/predictions.csv``: what is true, and what is predicted."""
    seeds, targets = found.networks.seeds, found.data.targets.reshape(-1)
    return pd.DataFrame({
        "seed": np.repeat(seeds, len(targets)),
        "part": "test",
        "index": np.tile(found.data.rows, len(seeds)),
        "target": np.tile(targets, len(seeds)),
        "predicted": found.predictions.reshape(-1),
    })  # fmt: skip
