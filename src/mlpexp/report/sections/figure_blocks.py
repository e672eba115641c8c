"""The figures of a section, each with a caption that says how it is read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mlpexp.config.scores import OWN_SCORE, SCORES, Score, column_of
from mlpexp.report.document.blocks import Block, FigureBlock, Paragraph
from mlpexp.report.drawing.save_figures import Drawn
from mlpexp.report.sections.material import Material
from mlpexp.report.sections.sentences import capital, words_of
from mlpexp.report.words import listed


@dataclass(frozen=True)
class Reading:
    """How the figures of some names are read."""

    names: str
    """What their names are, as a pattern."""
    caption: str
    """What they show, and how they are read; ``{metric}`` is what arms are compared by, ``{lighter}`` its better values,
    ``{curves}`` what the panels show."""
    is_picture: bool = False
    """Whether they show pictures, whose light and dark mean something."""


def _of_score(score: Score) -> Reading:
    better = "Higher" if score.higher_is_better else "Lower"
    return Reading(score.name, f"{capital(score.label)} over the epochs. {better} is better.")


MOST_NAMED = 4  # figures that are lost for one reason
CURVES = (
    *map(_of_score, SCORES.values()),
    Reading(f"{OWN_SCORE}.+", "A score that is a function of Python, over the epochs."),
    Reading("learning_rate", "The learning rate over the epochs."),
    Reading("curves_.+", "{curves} over the epochs, a line for each value of this axis."),
    Reading("panels", "{metric} over the epochs, a panel for each value of one axis and a line for each of another."),
)
EFFECTS = (
    Reading(
        "effect_.+", "{metric} over the values of this axis. Bars, where there are any, are intervals of the mean."
    ),
    Reading(
        "heat_map", "{metric} for each pair of values. Lighter cells have {lighter} values, which are better.", True
    ),
    Reading("parallel", "Each arm as a line through its values. The lines end at the metric: {metric}."),
    Reading("arms", "{metric} of each arm, the best first, with the interval of each mean where there is one."),
    Reading(".+_time", "{metric} of each arm over its training time."),
    Reading(".+_parameters", "{metric} of each arm over its number of parameters."),
)
RIGHT = "Right predictions stand on the diagonal"
PREDICTIONS = (
    Reading("confusion_matrix", f"Which classes are taken for which. {RIGHT}.", True),
    Reading("confusion_matrices", f"Which classes are taken for which, a matrix for each arm. {RIGHT}.", True),
    Reading("predicted_true", "What is predicted over what is true. Right predictions lie on the line."),
    Reading("misclassified", "Pictures that are taken for another class, the most certain mistakes first.", True),
)
WALLS = "Bright walls divide clusters, which are the dark valleys between them."
FIT = (
    Reading("decision_boundary", "The class that is predicted at each point, and the samples."),
    Reading("decision_boundaries", "The class that is predicted at each point, and the samples, an arm each."),
    Reading(
        "hidden_space",
        "The samples as the last hidden layer places them, and the lines that the output layer draws there.",
    ),
    Reading("fitted_curve", "What is predicted over the input, and the samples."),
    Reading("fitted_curves", "What is predicted over the input, and the samples, an arm each."),
    Reading("first_layer", "The weights of the first layer as pictures.", True),
    Reading("u_matrix", f"Distances between neighbouring units of the map. {WALLS}", True),
    Reading("u_matrices", f"Distances between neighbouring units of each map. {WALLS}", True),
    Reading("hits", "How many samples each unit of the map wins."),
    Reading("components", "The weights of the units, a panel for each feature.", True),
)
DIAGNOSTICS = (
    Reading(
        "first_gradients?",
        "The size of the gradients before the first step, layer by layer: whether they vanish or explode on their way.",
    ),
    Reading("gradients", "The size of the gradients, layer by layer. Very small ones do not train their layer."),
    Reading("units", "The share of units that are dead or saturated, layer by layer."),
    Reading("backward_gain", "How much each layer amplifies the backward signal."),
    Reading("curvature", "The largest curvature of the loss, and the limit that the learning rate sets."),
    Reading("weights", "How the weights of each layer are distributed, before and after training."),
    Reading("activations", "How the outputs of each layer are distributed."),
)


def reading_of(name: str) -> Reading:
    """How the figure of a name is read."""
    readings = (*CURVES, *EFFECTS, *PREDICTIONS, *FIT, *DIAGNOSTICS)
    return next(reading for reading in readings if re.fullmatch(reading.names, name))


def figures(material: Material, readings: tuple[Reading, ...]) -> list[Block]:
    """The figures that there are of those named, in their order; then why others cannot be drawn."""
    there = [block for reading in readings for block in _read(material, reading)]
    return [*there, *_not_drawn(material, readings)]


def _not_drawn(material: Material, readings: tuple[Reading, ...]) -> Iterator[Block]:
    lost: dict[str, list[str]] = {}
    for name, why in material.figures_left_out.items():
        if any(re.fullmatch(reading.names, name) for reading in readings):
            lost.setdefault(why, []).append(name)
    for why, names in lost.items():
        which = f"Figures {listed(names)}" if len(names) > 1 else f"Figure {names[0]}"
        yield Paragraph((f"{which if len(names) <= MOST_NAMED else 'Figures'} cannot be drawn: {why}.",))


def _read(material: Material, reading: Reading) -> Iterator[FigureBlock]:
    for name, drawn in material.figures.items():
        if re.fullmatch(reading.names, name):
            yield figure_block(material, drawn, reading, _elsewhere(material, name))


def figure_block(material: Material, drawn: Drawn, reading: Reading, elsewhere: str) -> FigureBlock:
    """A figure with its caption.

    Args:
        material: Of which it is.
        drawn: The figure.
        reading: How it is read.
        elsewhere: Sentences, with code in backquotes: where it is, and its numbers.
    """
    caption, words = _caption(material, drawn, reading), _alternative(drawn)
    return FigureBlock(drawn.name, caption, words, drawn.drawing, reading.is_picture, words_of(elsewhere))


def _elsewhere(material: Material, name: str) -> str:
    """The files of a figure where training has drawn it, else the command that does."""
    result = material.result.path.resolve()
    files = f"`{result.name}/plots/{name}.png`, its numbers"
    if (result / "plots" / f"{name}.png").is_file():
        return f"It lies in {files} in `{name}.csv`."
    return f"`mlpexp plot {result.name}` draws it into {files} into `{name}.csv`."


def _caption(material: Material, drawn: Drawn, reading: Reading) -> str:
    metric = material.result.summary.metric
    lighter = "higher" if metric.higher_is_better else "lower"
    return capital(reading.caption.format(metric=metric.label, lighter=lighter, curves=_curves(drawn)))


def _curves(drawn: Drawn) -> str:
    """What the panels of a figure show over the epochs, as its numbers name it."""
    numbers = drawn.drawing.numbers
    names = dict.fromkeys(map(str, numbers["metric"])) if "metric" in numbers else ()
    return " and ".join(column.label for column in map(column_of, names) if column is not None)


def _alternative(drawn: Drawn) -> str:
    """What the figure says in words: its title and its note; the numbers stand in its table."""
    return ". ".join(text.replace("\n", " ").strip() for text in drawn.words if text.strip())
