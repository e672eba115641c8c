"""Pictures: misclassified images, and the filters of the first layer."""

import numpy as np
import pandas as pd

from mlpexp.config.scores import PART_LABELS
from mlpexp.report.drawing.marks import colour_bar
from mlpexp.report.drawing.style import Drawing, in_style, new_figure
from mlpexp.report.numbers.over_seeds import judged_part
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.report.words import shortened

MOST_IMAGES = 25
MOST_FILTERS = 32
SHORT_CAPTION = 15  # characters that fit below an image in one line
ROW, TALL_ROW = 1.17, 1.32  # inches of an image with a caption of one line, and of two


@in_style()
def draw_misclassified(
    misclassified: pd.DataFrame, predictions: pd.DataFrame | None, caption: RunCaption
) -> Drawing | None:
    """The most confident mistakes, each image once with the seed that was most confident; None if there are none.

    Args:
        misclassified: A row per image: seed, index, target, predicted, probability, height, width, pixels p0, p1, ...
        predictions: All predictions, to say how many mistakes there are in all; may be None.
        caption: Of the run.
    """
    rows = misclassified.drop_duplicates("index").head(MOST_IMAGES)
    if rows.empty:
        return None
    columns = min(5, len(rows))
    num_rows = -(-len(rows) // columns)
    captions = [_caption(row, caption) for _, row in rows.iterrows()]
    is_tall = any("\n" in text for text in captions)
    figure_height = 0.72 + (TALL_ROW if is_tall else ROW) * num_rows
    figure = new_figure(caption.title, _mistakes_note(rows, predictions), height=figure_height)
    pixels = rows.filter(regex=r"^p\d+$").to_numpy(dtype=float)
    for position, (_, row) in enumerate(rows.iterrows()):
        axes = figure.add_subplot(num_rows, 5, position + 1)
        height, width = int(row["height"]), int(row["width"])
        channels = int(row.get("channels", 1))
        picture = pixels[position, : channels * height * width].reshape(channels, height, width)
        if channels == 1:
            axes.imshow(picture[0], cmap=caption.grey_map, vmin=0, vmax=255, interpolation="nearest")
        else:
            axes.imshow(picture.transpose(1, 2, 0) / 255, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.set_anchor("N" if is_tall else "C")  # at the top of its room: what is left is below, for two lines
        axes.grid(visible=False)
        axes.spines[:].set(visible=True, linewidth=0.5)
        axes.set_xlabel(captions[position], fontsize=7.5, labelpad=2, linespacing=1.1)
    return Drawing(figure, _mistakes_table(rows, caption))


def _caption(row: pd.Series, caption: RunCaption) -> str:
    true, predicted = (caption.class_name(int(row[key])) for key in ("target", "predicted"))
    is_probability = np.isfinite(row["probability"])
    sureness = f"({100 * row['probability']:.0f} %)" if is_probability else f"({row['class_output']:.2g})"
    one_line = f"{true} → {predicted} {sureness}"
    if len(one_line) <= SHORT_CAPTION:
        return one_line
    return f"{shortened(true, 16)}\n→ {shortened(predicted, 10)} {sureness}"


def _mistakes_note(rows: pd.DataFrame, predictions: pd.DataFrame | None) -> str:
    of_output = "probability" if rows["probability"].notna().all() else "output"
    note = f"true → predicted ({of_output}): the {len(rows)} most confident mistakes"
    part = judged_part(predictions) if predictions is not None else None
    if predictions is None or part is None:
        return note
    judged = predictions[predictions["part"] == part]
    wrong = int((judged["target"] != judged["predicted"]).sum())
    seeds = judged["seed"].nunique()
    total = f"of {wrong:,} in {len(judged):,} predictions on the {PART_LABELS[part]} part"
    return f"{note}\n{total}" + (f" by {seeds} seeds; each image once" if seeds > 1 else "")


def _mistakes_table(rows: pd.DataFrame, caption: RunCaption) -> pd.DataFrame:
    columns = ("seed", "index", "target", "predicted", "probability", "class_output")
    table = rows[[column for column in columns if column in rows]].reset_index(drop=True)
    for column in ("target", "predicted"):
        table[column] = [caption.class_name(int(number)) for number in table[column]]
    return table


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
    figure = new_figure(caption.title, note, height=0.6 + (4.6 / columns + 0.05) * num_rows)
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
