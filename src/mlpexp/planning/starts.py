"""What each layer of a network begins with: weights of another result, or drawn ones; and which layers stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from mlpexp.architectures.architecture import Architecture, Layer
from mlpexp.config.start import Start
from mlpexp.config.words import did_you_mean
from mlpexp.errors import InputError
from mlpexp.store.starts import StartWeights

MOST_NAMED = 6  # layers in a sentence
DRAWN, ANEW, TAKEN = "drawn", "drawn anew", "taken"


@dataclass(frozen=True)
class LayerStart:
    """What becomes of a layer with parameters."""

    layer: str
    """Its name."""
    parameters: int
    """Their number."""
    begins: str
    """``taken``, ``drawn anew`` though a result is named, or ``drawn``."""
    frozen: bool
    """Whether training leaves it."""
    why: str = ""
    """Why it is drawn anew."""


def layer_starts(architecture: Architecture, weights: StartWeights | None) -> list[LayerStart]:
    """What each layer with parameters begins with.

    Args:
        architecture: The network; it says what is frozen.
        weights: Those to begin with; None: no result is named.
    """
    shapes = {} if weights is None else weights.shapes
    rows = []
    for layer in filter(_has_parameters, architecture.layers):
        why = "" if weights is None else _unlike(layer, shapes.get(layer.name))
        begins = DRAWN if weights is None else ANEW if why else TAKEN
        rows.append(LayerStart(layer.name, layer.num_parameters, begins, layer.frozen, why))
    return rows


def taken_layers(architecture: Architecture, weights: StartWeights) -> set[str]:
    """The names of layers that are taken."""
    return {row.layer for row in layer_starts(architecture, weights) if row.begins == TAKEN}


def checked_start(start: Start, architecture: Architecture, weights: StartWeights | None) -> Start:
    """A ``start:`` section with its defaults: arm and sum as they are, frozen layers in the order of the network.

    Args:
        start: The section.
        architecture: Of the experiment.
        weights: What it names.

    Raises:
        InputError: It names no such layer, no layer agrees, or nothing is left to train.
    """
    names = [layer.name for layer in architecture.layers if _has_parameters(layer)]
    for name in start.freeze:
        if name not in names:
            what = f"{name!r} is no layer with parameters{did_you_mean(name, names)}"
            raise InputError(what, key="start.freeze")
    if set(names) <= set(start.freeze):
        raise InputError(f"all {len(names)} layers are frozen, and nothing is left to train", key="start.freeze")
    ordered = tuple(name for name in names if name in start.freeze)
    if weights is None:
        unused = next((key for key in ("arm", "seed", "sha256") if getattr(start, key) is not None), None)
        if unused:
            raise InputError("of which result? name it with start.result", key=f"start.{unused}")
        return start.model_copy(update={"freeze": ordered})
    if not taken_layers(architecture, weights):
        first = layer_starts(architecture, weights)[0]
        raise InputError(
            f"no layer of {weights.record.result} has the name and shape of one here ({first.layer}: {first.why})",
            key="start.result",
        )
    return start.model_copy(update={"arm": weights.record.arm, "sha256": weights.record.sha256, "freeze": ordered})


def refuse_seeds(weights: StartWeights, seeds: Sequence[int]) -> None:
    """Sees that there are weights of every seed.

    Args:
        weights: Those to begin with.
        seeds: Of them.

    Raises:
        InputError: Some have none.
    """
    there = weights.record.seeds
    lacking = sorted(set(seeds).difference(there))
    if lacking:
        raise InputError(
            f"{weights.record.result} has no weights of seed {lacking[0]}, only of {_spans(there)}; "
            f"train these seeds, or begin all with start.seed: {there[0]}",
            key="start.seed",
        )


def frozen_in_words(architecture: Architecture) -> str:
    """Which layers are frozen, and how many parameters that leaves to train."""
    layers = architecture.frozen
    verb = "is" if len(layers) == 1 else "are"
    return (
        f"{named(layers)} {verb} frozen; "
        f"{architecture.num_trained:,} of {architecture.num_parameters:,} parameters train"
    )


def named(layers: Sequence[str]) -> str:
    """``conv1, conv2 and dense1``."""
    shown = list(layers[:MOST_NAMED])
    if len(layers) > MOST_NAMED:
        return f"{', '.join(shown)} and {len(layers) - MOST_NAMED} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _has_parameters(layer: Layer) -> bool:
    return bool(layer.parameters)


def _unlike(layer: Layer, there: dict[str, tuple[int, ...]] | None) -> str:
    """Why a layer is not the one that is there; empty: it is."""
    if there is None:
        return "there is no such layer there"
    for parameter in layer.parameters:
        if parameter.name not in there:
            return f"no {parameter.name} there"
        if there[parameter.name] != parameter.shape:
            return f"{parameter.name} {there[parameter.name]} there, {parameter.shape} here"
    more = set(there) - {parameter.name for parameter in layer.parameters} - {"running"}
    return f"a {min(more)} there, none here" if more else ""


def _spans(seeds: Sequence[int]) -> str:
    """``0 to 4``, or the numbers."""
    if len(seeds) > 1 and list(seeds) == list(range(seeds[0], seeds[-1] + 1)):
        return f"{seeds[0]} to {seeds[-1]}"
    return ", ".join(map(str, seeds))
