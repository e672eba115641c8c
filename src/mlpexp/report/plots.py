"""All figures of a run folder, drawn from its files alone."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from mlpexp.report.boundary import draw_boundary
from mlpexp.report.confusion import draw_confusion
from mlpexp.report.curvature import draw_curvature
from mlpexp.report.curves import (
    draw_accuracy,
    draw_learning_rate,
    draw_loss,
    draw_quantization_error,
    draw_r2,
    draw_topographic_error,
)
from mlpexp.report.fitted_curve import draw_curve
from mlpexp.report.formats import check_formats
from mlpexp.report.histograms import draw_activations, draw_weights
from mlpexp.report.images import draw_filters, draw_misclassified
from mlpexp.report.layer_curves import draw_gains, draw_gradients, draw_units
from mlpexp.report.maps import draw_code_book, draw_hits, draw_u_matrix
from mlpexp.report.predicted_true import draw_predicted_true
from mlpexp.report.run_files import RunFiles
from mlpexp.report.save_figures import save_figures
from mlpexp.report.style import Drawing


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
    return save_figures(run_folder, {name: partial(draw, files) for name, draw in FIGURES.items()}, wanted)


Draw = Callable[[RunFiles], Drawing | None]

FIGURES: dict[str, Draw] = {
    "loss": lambda run: draw_loss(run.metrics, run.facts),
    "accuracy": lambda run: draw_accuracy(run.metrics, run.facts),
    "r2": lambda run: draw_r2(run.metrics, run.facts),
    "quantization_error": lambda run: draw_quantization_error(run.metrics, run.facts),
    "topographic_error": lambda run: draw_topographic_error(run.metrics, run.facts),
    "learning_rate": lambda run: draw_learning_rate(run.metrics, run.facts),
    "gradients": lambda run: draw_gradients(run.diagnostics, run.facts),
    "units": lambda run: draw_units(run.diagnostics, run.facts),
    "backward_gain": lambda run: draw_gains(run.diagnostics, run.facts),
    "curvature": lambda run: draw_curvature(run.diagnostics, run.metrics, run.facts),
    "confusion_matrix": lambda run: draw_confusion(run.predicted_classes, run.facts),
    "predicted_true": lambda run: draw_predicted_true(run.predicted_numbers, run.facts),
    "decision_boundary": lambda run: draw_boundary(run.boundary, run.samples, run.facts),
    "fitted_curve": lambda run: draw_curve(run.curve, run.samples, run.facts),
    "weights": lambda run: draw_weights(run.histograms, run.facts),
    "activations": lambda run: draw_activations(run.histograms, run.facts),
    "misclassified": lambda run: draw_misclassified(run.misclassified, run.samples, run.facts),
    "first_layer": lambda run: draw_filters(*run.first_layer, run.facts),
    "u_matrix": lambda run: draw_u_matrix(run.map_file("u_matrix"), run.facts),
    "hits": lambda run: draw_hits(run.map_file("hits"), run.map_file("units"), run.facts),
    "components": lambda run: draw_code_book(run.map_file("units"), run.facts),
}
