"""Pictures: misclassified images, and the filters of the first layer."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from mlpexp.config.scores import PART_LABELS
from mlpexp.report.drawing.marks import colour_bar
from mlpexp.report.drawing.picture_sheet import MOST_PICTURES, picture_sheet
from mlpexp.report.drawing.style import Drawing, in_style, new_figure
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import shortened
from mlpexp.results.judged import judged_part

MOST_FILTERS = 32
SHORT_CAPTION = 15  # characters that fit below an image in one line
LONGEST_FILE = 18  # of the name of a file


@in_style()
def draw_misclassified(
    misclassified: pd.DataFrame, predictions: pd.DataFrame | None, caption: RunCaption, files: Mapping[int, str]
) -> Drawing | None:
    """The most confident mistakes, each image once with the seed that was most confident; None if there are none.

    Args:
        misclassified: A row per image: seed, index, target, predicted, probability, height, width, pixels p0, p1, ...
        predictions: All predictions, to say how many mistakes there are in all; may be None.
        caption: Of the run.
        files: Of pictures that are files of their own: which file each is, by its index.
    """
    rows = misclassified.drop_duplicates("index").head(MOST_PICTURES)
    if rows.empty:
        return None
    named = file_names(rows["index"], files)
    captions = [_caption(row, caption) + named[place] for place, (_, row) in enumerate(rows.iterrows())]
    pixels = rows.filter(regex=r"^p\d+$").to_numpy(dtype=float)
    pictures = [_picture(row, pixels[place]) for place, (_, row) in enumerate(rows.iterrows())]
    note = _mistakes_note(rows, predictions)
    figure = picture_sheet(caption.title, note, pictures, captions, caption.grey_map)
    return Drawing(figure, _mistakes_table(rows, caption, files))


def file_names(samples: Iterable[int], files: Mapping[int, str]) -> list[str]:
    """A further line below each picture: its file, where the names of all are short; else nothing."""
    names = [PurePosixPath(files.get(int(sample), "")).name for sample in samples]
    short = all(0 < len(name) <= LONGEST_FILE for name in names)
    return [f"\n{name}" if short else "" for name in names]


def _picture(row: pd.Series, pixels: np.ndarray) -> np.ndarray:
    """``(C, H, W)``."""
    height, width, channels = int(row["height"]), int(row["width"]), int(row.get("channels", 1))
    return pixels[: channels * height * width].reshape(channels, height, width)


def _caption(row: pd.Series, caption: RunCaption) -> str:
    is_probability = np.isfinite(row["probability"])
    sureness = f"({100 * row['probability']:.0f} %)" if is_probability else f"({row['class_output']:.2g})"
    return caption_of_mistake(row, caption, sureness)


def caption_of_mistake(row: pd.Series, caption: RunCaption, behind: str) -> str:
    """True class, predicted class, and something behind them, in as many lines as that takes."""
    true, predicted = (caption.class_name(int(row[key])) for key in ("target", "predicted"))
    one_line = f"{true} → {predicted} {behind}"
    if len(one_line) <= SHORT_CAPTION:
        return one_line
    return f"{shortened(true, 16)}\n→ {shortened(predicted, 10)} {behind}"


def _mistakes_note(rows: pd.DataFrame, predictions: pd.DataFrame | None) -> str:
    of_output = "probability" if rows["probability"].notna().all() else "output"
    which = f"the {len(rows)} most confident mistakes" if len(rows) > 1 else "the most confident mistake"
    note = f"true → predicted ({of_output}): {which}"
    part = judged_part(predictions) if predictions is not None else None
    if predictions is None or part is None:
        return note
    judged = predictions[predictions["part"] == part]
    wrong = int((judged["target"] != judged["predicted"]).sum())
    seeds = judged["seed"].nunique()
    total = f"of {wrong:,} in {len(judged):,} predictions on the {PART_LABELS[part]} part"
    return f"{note}\n{total}" + (f" by {seeds} seeds; each image once" if seeds > 1 else "")


def _mistakes_table(rows: pd.DataFrame, caption: RunCaption, files: Mapping[int, str]) -> pd.DataFrame:
    columns = ("seed", "index", "target", "predicted", "probability", "class_output")
    table = rows[[column for column in columns if column in rows]].reset_index(drop=True)
    for column in ("target", "predicted"):
        table[column] = [caption.class_name(int(number)) for number in table[column]]
    return table.assign(file=[files.get(int(number), "") for number in table["index"]]) if files else table


@in_style()
def draw_filters(weights: np.ndarray, seed: int, caption: RunCaption) -> Drawing | None:
    """First-layer weights as images: white positive, black negative, mid-grey zero; None if they are not images.

    Args:
        weights: Of one seed: ``(out, in, k, k)`` of a convolution, or ``(C * H * W, units)`` of a dense layer.
        seed: Which seed.
        caption: Of the run, for the shape of the images.
    """
    filters = _as_images(weights, caption.input_shape)
    if filters is None or not np.isfinite(filters).all():
        return None
    shown = filters[:MOST_FILTERS]
    limit = float(np.abs(shown).max()) or 1.0
    columns = min(8, len(shown))
    num_rows = -(-len(shown) // columns)
    some = f"the first {len(shown)} of {len(filters)}" if len(shown) < len(filters) else f"all {len(filters)}"
    note = f"weights of the first layer after training, seed {seed}: {some} units"
    if weights.ndim == 4 and weights.shape[1] > 1:
        note += f", mean over {weights.shape[1]} channels"
    columns = max(columns, 4)
    figure = new_figure(caption.title, note, height=0.6 + (4.6 / columns + 0.05) * num_rows, shape="fixed")
    grid = figure.subplots(num_rows, columns, squeeze=False)
    for position, axes in enumerate(grid.flat):
        axes.set_axis_off()
        if position < len(shown):
            image = axes.imshow(shown[position], cmap="gray", vmin=-limit, vmax=limit, interpolation="nearest")
    bar = colour_bar(figure, image, grid, "weight", fraction=0.03, aspect=20 if num_rows > 1 else 8)
    bar.outline.set_visible(True)
    return Drawing(figure, _filters_table(shown))


def _as_images(weights: np.ndarray, input_shape: tuple[int, ...]) -> np.ndarray | None:
    """Filters ``(out, height, width)``, averaged over input channels."""
    if weights.ndim == 4:
        return np.asarray(weights.mean(1), dtype=float) if weights.shape[-1] > 1 else None
    if weights.ndim == 2 and len(input_shape) == 3 and weights.shape[0] == np.prod(input_shape):
        return np.asarray(weights.T.reshape(-1, *input_shape).mean(1), dtype=float)
    return None


def _filters_table(shown: np.ndarray) -> pd.DataFrame:
    unit, row, column = (index.ravel() for index in np.indices(shown.shape))
    return pd.DataFrame({"unit": unit, "row": row, "column": column, "weight": shown.ravel()})
