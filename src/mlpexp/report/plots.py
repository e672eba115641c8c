"""All figures of a run folder, drawn from its files alone."""

import logging
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from mlpexp.report.boundary import draw_boundary
from mlpexp.report.confusion import draw_confusion
from mlpexp.report.curves import draw_accuracy, draw_learning_rate, draw_loss, draw_r2
from mlpexp.report.fitted_curve import draw_curve
from mlpexp.report.formats import check_formats
from mlpexp.report.histograms import draw_activations, draw_weights
from mlpexp.report.images import draw_filters, draw_misclassified
from mlpexp.report.predicted_true import draw_predicted_true
from mlpexp.report.run_files import Absent, RunFiles
from mlpexp.report.style import Drawing, in_style
from mlpexp.store.files import write_bytes

logger = logging.getLogger(__name__)

# No dates and no versions: the same numbers give the same bytes.
METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def draw_plots(run_folder: Path, formats: Sequence[str] = ("png",)) -> list[Path]:
    """Draws every figure that the files of a run permit into ``plots/``, each with a CSV file of the numbers it shows.

    A figure whose files are absent is left out; one whose files are damaged too, with a warning in the log.

    Args:
        run_folder: The folder of the run, finished or not.
        formats: Of ``png``, ``svg`` and ``pdf``.

    Returns:
        The figures written, without the CSV files beside them.

    Raises:
        InputError: A format is not known.
        RunError: A file cannot be written.
    """
    wanted = check_formats(formats)
    files = RunFiles(run_folder)
    written = []
    for name, draw in FIGURES.items():
        try:
            drawing = draw(files)
            contents = {} if drawing is None else _rendered(drawing, wanted)
        except Absent:
            continue
        except Exception as error:  # whatever is wrong with one file, the other figures are still wanted
            logger.warning("%s: figure %s left out: %s: %s", run_folder, name, type(error).__name__, error)
            continue
        for suffix, content in contents.items():
            path = run_folder / "plots" / f"{name}.{suffix}"
            write_bytes(path, content)
            written += [path] if suffix != "csv" else []
    return written


Draw = Callable[[RunFiles], Drawing | None]

FIGURES: dict[str, Draw] = {
    "loss": lambda run: draw_loss(run.metrics, run.facts),
    "accuracy": lambda run: draw_accuracy(run.metrics, run.facts),
    "r2": lambda run: draw_r2(run.metrics, run.facts),
    "learning_rate": lambda run: draw_learning_rate(run.metrics, run.facts),
    "confusion_matrix": lambda run: draw_confusion(run.predicted_classes, run.facts),
    "predicted_true": lambda run: draw_predicted_true(run.predicted_numbers, run.facts),
    "decision_boundary": lambda run: draw_boundary(run.boundary, run.samples, run.facts),
    "fitted_curve": lambda run: draw_curve(run.curve, run.samples, run.facts),
    "weights": lambda run: draw_weights(run.histograms, run.facts),
    "activations": lambda run: draw_activations(run.histograms, run.facts),
    "misclassified": lambda run: draw_misclassified(run.misclassified, run.samples, run.facts),
    "first_layer": lambda run: draw_filters(*run.first_layer, run.facts),
}


def _rendered(drawing: Drawing, formats: Sequence[str]) -> dict[str, bytes]:
    """The bytes of each file of a figure, by suffix."""
    contents = {}
    for name in formats:
        stream = BytesIO()
        with in_style():
            drawing.figure.savefig(stream, format=name, metadata=METADATA[name])
        contents[name] = stream.getvalue()
    table = drawing.numbers.to_csv(index=False, float_format="%.9g", na_rep="nan", lineterminator="\n")
    contents["csv"] = table.encode()
    return contents
