"""A network as a drawing in a file: SVG, PNG, PDF or TikZ."""

from collections.abc import Sequence
from pathlib import Path

from mlpexp.architectures.architecture import Architecture
from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError
from mlpexp.report.network_drawing.pictures import MOST_PLANES
from mlpexp.report.network_drawing.planes import planes
from mlpexp.report.network_drawing.stages import Stage, stages_of
from mlpexp.report.network_drawing.units import MOST_UNITS, units
from mlpexp.report.scenes.scene import Scene
from mlpexp.store.beside import make_folders, refuse_results
from mlpexp.store.files import write_bytes

SUFFIXES = (".svg", ".png", ".pdf", ".tex")
MOST_COLUMNS = 8  # of units and weights; a deeper perceptron is drawn as bars


def check_drawing(file: Path) -> None:
    """Refuses a file that is no place for a drawing, before anything is counted.

    Raises:
        InputError: Its ending is not known, it is there, or it is in a result.
    """
    if file.suffix not in SUFFIXES:
        near = did_you_mean(file.suffix, SUFFIXES)
        raise InputError(f"--draw: {file}: {file.suffix or 'no ending'} is not known{near}")
    if file.exists():
        raise InputError(f"--draw: {file} exists, and nothing is written over; name another file")
    refuse_results("--draw", file)


def draws_units(architecture: Architecture) -> bool:
    """Whether units and weights are drawn, and not planes and bars."""
    stages = stages_of(architecture)
    return architecture.name == "mlp" and len(architecture.input_shape) == 1 and len(stages) <= MOST_COLUMNS


def scene_of(architecture: Architecture, title: str, names: tuple[Sequence[str], Sequence[str]] = ((), ())) -> Scene:
    """The drawing of a network.

    Args:
        architecture: The network.
        title: What is written above it.
        names: Of inputs and outputs, where they are known and units are drawn.
    """
    stages = stages_of(architecture)
    return units(title, stages, names) if draws_units(architecture) else planes(title, stages)


def left_out(architecture: Architecture) -> str:
    """What of a network is not drawn, in a sentence; empty: nothing."""
    stages = stages_of(architecture)
    if draws_units(architecture):
        return _of_layers("units", MOST_UNITS, [stage for stage in stages if stage.shape[0] > MOST_UNITS])
    images = [stage for stage in stages if len(stage.shape) == 3 and stage.shape[0] > MOST_PLANES]
    return _of_layers("planes", MOST_PLANES, images)


def _of_layers(what: str, most: int, stages: Sequence[Stage]) -> str:
    if not stages:
        return ""
    names = ", ".join(stage.name for stage in stages[:3]) + (", ..." if len(stages) > 3 else "")
    return f"more than {most} {what} are not all drawn ({names}); their number is written"


def write_drawing(scene: Scene, file: Path) -> None:
    """Writes a drawing.

    Raises:
        RunError: It cannot be written.
    """
    make_folders(file.parent)
    write_bytes(file, _content(scene, file.suffix))


def _content(scene: Scene, suffix: str) -> bytes:
    if suffix == ".svg":
        from mlpexp.report.scenes.svg import scene_svg

        return scene_svg(scene).encode()
    if suffix == ".tex":
        from mlpexp.report.scenes.tikz import tikz

        return tikz(scene).encode()
    from mlpexp.report.scenes.painted import painted

    return painted(scene, suffix.removeprefix("."))
