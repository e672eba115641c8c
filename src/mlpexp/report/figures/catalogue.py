"""All figures: the one table of what is drawn of a result, from its files alone."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mlpexp.config.scores import OWN_SCORE, SCORES, Score, score_named
from mlpexp.report.drawing.formats import check_formats
from mlpexp.report.drawing.save_figures import save_figures
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.figures.arm.boundary import draw_boundary
from mlpexp.report.figures.arm.confusion import draw_confusion
from mlpexp.report.figures.arm.curves import draw_curves, draw_learning_rate
from mlpexp.report.figures.arm.first_gradient import draw_first_gradient
from mlpexp.report.figures.arm.fitted_curve import draw_curve
from mlpexp.report.figures.arm.hidden_space import draw_hidden_space
from mlpexp.report.figures.arm.histograms import draw_activations, draw_weights
from mlpexp.report.figures.arm.images import draw_filters, draw_misclassified
from mlpexp.report.figures.arm.layer_curves import draw_curvature, draw_gains, draw_gradients, draw_units
from mlpexp.report.figures.arm.maps import draw_code_book, draw_hits, draw_u_matrix
from mlpexp.report.figures.arm.predicted_true import draw_predicted_true
from mlpexp.report.figures.sweep.effects import draw_effect
from mlpexp.report.figures.sweep.first_gradients import draw_first_gradients
from mlpexp.report.figures.sweep.forest import draw_arms
from mlpexp.report.figures.sweep.heat_map import draw_heat_map
from mlpexp.report.figures.sweep.layer_profiles import draw_gradient_profiles, draw_unit_profiles
from mlpexp.report.figures.sweep.parallel import draw_parallel
from mlpexp.report.figures.sweep.side_by_side import (
    draw_boundaries,
    draw_confusion_matrices,
    draw_fitted_curves,
    draw_u_matrices,
)
from mlpexp.report.figures.sweep.sweep_curves import draw_panels, draw_sweep_curves
from mlpexp.report.figures.sweep.trade_offs import draw_parameters, draw_time
from mlpexp.report.numbers.arm_data import ArmData
from mlpexp.report.numbers.arms_data import ArmsData
from mlpexp.report.numbers.sweep_caption import SweepAxis
from mlpexp.report.reasons import in_terminal
from mlpexp.results.result import Result
from mlpexp.store.frames import Absent
from mlpexp.store.manifest import add_to_manifest

logger = logging.getLogger(__name__)
Draw = Callable[[], Drawing | None]


def draw_figures(
    result: Result,
    formats: Sequence[str] = ("png",),
    arm: int | None = None,
    save: Callable[[Path, Path, Mapping[str, Draw], Sequence[str]], list[Path]] = save_figures,
) -> list[Path]:
    """Draws every figure that the files of a result permit, each with a CSV file of the numbers it shows.

    Where there are axes, those over all arms are drawn into ``plots/``, and those of one arm, if it is named, into
    ``plots/arm-N/``; else those of the only arm into ``plots/``. A figure whose files are absent is left out; one whose
    files are damaged too, with a warning in the log.

    Args:
        result: Finished or not.
        formats: Of ``png``, ``svg``, ``pdf`` and ``tex``.
        arm: Number of the arm to draw.
        save: Draws and writes figures, as ``save_figures`` does.

    Returns:
        The figures written, without the CSV files beside them.

    Raises:
        InputError: A format or an arm is not known.
        RunError: A file cannot be written, or ``summary.json`` is damaged.
    """
    suffixes = check_formats(formats)
    compares = bool(result.summary.axes)
    folder = result.folder.plots / f"arm-{arm}" if compares and arm is not None else result.folder.plots
    written = save(result.path, folder, figures_of(result, arm), suffixes)
    add_to_manifest(result.path, [*written, *{path.with_suffix(".csv") for path in written}])
    return written


def figures_of(result: Result, arm: int | None = None) -> dict[str, Draw]:
    """What draws each figure, by name: those over all arms where there are axes, or those of one arm, if it is named."""
    if result.summary.axes and arm is None:
        return _of_arms(ArmsData(result))
    data = ArmData(result.arm(arm or 0))
    own = [name for name in result.summary.scores if name not in SCORES]
    figures = [*FIGURES, *(OfArm(f"{OWN_SCORE}{name}", partial(_curves, score_named(name))) for name in own)]
    return {figure.name: partial(figure.draw, data) for figure in figures if isinstance(figure, OfArm)}


def _of_arms(data: ArmsData) -> dict[str, Draw]:
    """The figures over all arms, by name; none without axes and metric."""
    try:
        caption = data.caption
    except Absent:
        return {}
    except Exception as error:  # whatever is wrong with it, the numbers can still be read elsewhere
        logger.warning("%s: no figures: %s", data.result.path, in_terminal(error))
        return {}
    figures: dict[str, Draw] = {}
    for figure in FIGURES:
        match figure:
            case OfAxis():
                figures |= {f"{figure.name}_{a.file_name}": partial(figure.draw, data, a) for a in caption.axes}
            case OfArms():
                figures[figure.name.format(metric=caption.score.name)] = partial(figure.draw, data)
            case OfArm():
                pass
    return figures


@dataclass(frozen=True)
class OfArm:
    """A figure of one arm."""

    name: str
    """Of its files."""
    draw: Callable[[ArmData], Drawing | None]
    """None: there is nothing to draw."""


@dataclass(frozen=True)
class OfAxis:
    """A figure of each axis."""

    name: str
    """Of its files, with the axis behind it."""
    draw: Callable[[ArmsData, SweepAxis], Drawing | None]
    """None: there is nothing to draw."""


@dataclass(frozen=True)
class OfArms:
    """A figure over all arms; ``{metric}`` in its name is what they are compared by."""

    name: str
    """Of its files."""
    draw: Callable[[ArmsData], Drawing | None]
    """None: there is nothing to draw."""


def _curves(score: Score, arm: ArmData) -> Drawing | None:
    drawing = draw_curves(arm.metrics, arm.caption, score)
    if drawing is None and score == SCORES["loss"] and arm.metrics.filter(regex="_loss$").size:
        logger.warning("%s: no figure loss: no loss is finite, from epoch 0 on", arm.result.path)
    return drawing


FIGURES: tuple[OfArm | OfAxis | OfArms, ...] = (
    *(OfArm(name, partial(_curves, score)) for name, score in SCORES.items()),
    OfArm("learning_rate", lambda arm: draw_learning_rate(arm.metrics, arm.caption)),
    OfArm("first_gradient", lambda arm: draw_first_gradient(arm.diagnostics, arm.caption)),
    OfArm("gradients", lambda arm: draw_gradients(arm.diagnostics, arm.caption)),
    OfArm("units", lambda arm: draw_units(arm.diagnostics, arm.caption)),
    OfArm("backward_gain", lambda arm: draw_gains(arm.diagnostics, arm.caption)),
    OfArm("curvature", lambda arm: draw_curvature(arm.diagnostics, arm.metrics, arm.caption)),
    OfArm("confusion_matrix", lambda arm: draw_confusion(arm.predicted_classes, arm.caption)),
    OfArm("predicted_true", lambda arm: draw_predicted_true(arm.predicted_numbers, arm.caption)),
    OfArm("decision_boundary", lambda arm: draw_boundary(arm.table("boundary"), arm.samples, arm.caption)),
    OfArm(
        "hidden_space",
        lambda arm: draw_hidden_space(
            arm.table("hidden_space"), arm.table_if_there("boundary"), arm.samples, arm.caption
        ),
    ),
    OfArm("fitted_curve", lambda arm: draw_curve(arm.table("curve"), arm.samples, arm.caption)),
    OfArm("weights", lambda arm: draw_weights(arm.table("histograms"), arm.caption)),
    OfArm("activations", lambda arm: draw_activations(arm.table("histograms"), arm.caption)),
    OfArm(
        "misclassified",
        lambda arm: draw_misclassified(arm.table("misclassified"), arm.samples, arm.caption, arm.arm.picture_files),
    ),
    OfArm("first_layer", lambda arm: draw_filters(*arm.first_layer, arm.caption)),
    OfArm("u_matrix", lambda arm: draw_u_matrix(arm.table("u_matrix"), arm.caption)),
    OfArm("hits", lambda arm: draw_hits(arm.table("hits"), arm.table("units"), arm.caption)),
    OfArm("components", lambda arm: draw_code_book(arm.table("units"), arm.caption)),
    OfAxis("effect", draw_effect),
    OfAxis("curves", draw_sweep_curves),
    OfArms("panels", draw_panels),
    OfArms("heat_map", draw_heat_map),
    OfArms("parallel", draw_parallel),
    OfArms("arms", draw_arms),
    OfArms("first_gradients", lambda d: draw_first_gradients(d.diagnostics, d.shown_arms, d.run_caption)),
    OfArms("gradients", draw_gradient_profiles),
    OfArms("units", draw_unit_profiles),
    OfArms(
        "confusion_matrices",
        lambda d: draw_confusion_matrices(d.predicted_classes, d.shown_arms, d.lost, d.run_caption),
    ),
    OfArms(
        "decision_boundaries",
        lambda d: draw_boundaries(d.table("boundary"), d.samples, d.shown_arms, d.lost, d.run_caption),
    ),
    OfArms(
        "fitted_curves", lambda d: draw_fitted_curves(d.table("curve"), d.samples, d.shown_arms, d.lost, d.run_caption)
    ),
    OfArms("u_matrices", lambda d: draw_u_matrices(d.table("u_matrix"), d.shown_arms, d.run_caption)),
    OfArms("{metric}_time", draw_time),
    OfArms("{metric}_parameters", draw_parameters),
)
