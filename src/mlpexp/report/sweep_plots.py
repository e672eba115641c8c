"""All figures of a sweep folder, drawn from its files alone."""

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from mlpexp.report.effects import draw_effect
from mlpexp.report.forest import draw_arms
from mlpexp.report.formats import check_formats
from mlpexp.report.heat_map import draw_heat_map
from mlpexp.report.layer_profiles import draw_gradient_profiles, draw_unit_profiles
from mlpexp.report.parallel import draw_parallel
from mlpexp.report.result_files import Absent
from mlpexp.report.save_figures import save_figures
from mlpexp.report.style import Drawing
from mlpexp.report.sweep_curves import draw_panels, draw_sweep_curves
from mlpexp.report.sweep_facts import SweepAxis
from mlpexp.report.sweep_files import SweepFiles
from mlpexp.report.trade_offs import draw_parameters, draw_time

logger = logging.getLogger(__name__)


def draw_sweep_plots(folder: Path, formats: Sequence[str] = ("png",)) -> list[Path]:
    """Draws every figure that the files of a sweep permit into ``plots/``, each with a CSV file of its numbers.

    A figure whose files are absent is left out; one whose files are damaged too, with a warning in the log.

    Args:
        folder: The folder of the sweep, finished or not.
        formats: Of ``png``, ``svg`` and ``pdf``.

    Returns:
        The figures written, without the CSV files beside them.

    Raises:
        InputError: A format is not known.
        RunError: A file cannot be written.
    """
    wanted = check_formats(formats)
    files = SweepFiles(folder)
    try:
        facts = files.facts
    except Absent:
        return []
    except Exception as error:  # without axes and metric there is nothing to draw
        logger.warning(
            "%s: no figures: summary.json or arms.csv is damaged: %s: %s", folder, type(error).__name__, error
        )
        return []
    figures: dict[str, Callable[[], Drawing | None]] = {}
    for name, draw_axis in AXIS_FIGURES.items():
        figures |= {f"{name}_{axis.file_name}": partial(draw_axis, files, axis) for axis in facts.axes}
    figures |= {name.format(metric=facts.kind): partial(draw, files) for name, draw in FIGURES.items()}
    return save_figures(folder, figures, wanted)


AXIS_FIGURES: dict[str, Callable[[SweepFiles, SweepAxis], Drawing | None]] = {
    "effect": draw_effect,
    "curves": draw_sweep_curves,
}

FIGURES: dict[str, Callable[[SweepFiles], Drawing | None]] = {
    "panels": draw_panels,
    "heat_map": draw_heat_map,
    "parallel": draw_parallel,
    "arms": draw_arms,
    "gradients": draw_gradient_profiles,
    "units": draw_unit_profiles,
    "{metric}_time": draw_time,
    "{metric}_parameters": draw_parameters,
}
