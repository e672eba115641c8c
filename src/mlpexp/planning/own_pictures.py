"""A config for pictures of the user's own, of which nothing is known but where they are."""

from collections.abc import Callable, Collection, Iterator, Mapping
from math import log2
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mlpexp.asking import keyword
from mlpexp.config.networks import Cnn
from mlpexp.config.own_images import Images
from mlpexp.data.catalogue import facts_of
from mlpexp.data.pictures.folder import OTHER_PICTURES, SUFFIXES
from mlpexp.data.tables.understanding import counted
from mlpexp.errors import InputError
from mlpexp.planning.pictures_table import pictures_of
from mlpexp.planning.plan import Plan

FIRST_CHANNELS, MOST_CHANNELS = 16, 64
SMALLEST_SIDE = 7  # pixels that pooling leaves
MOST_POOLINGS = 5
FEWEST_BATCHES = 6


def are_pictures(path: Path) -> bool:
    """Whether a path that was given as data is one of pictures, not of a table."""
    return path.is_dir() or path.suffix.lower() in (".npz", *SUFFIXES, *OTHER_PICTURES)


def pictures_section(written: str, target: str | None) -> dict[str, Any]:
    """The ``dataset:`` section of pictures.

    Raises:
        InputError: A column is named, which pictures do not have.
    """
    if target is not None:
        raise InputError(
            f"{keyword('target', target)}: is for tables; of pictures the class is predicted, so leave it out"
        )
    return {"name": "images", "path": written}


def settings_for(section: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """A network for pictures and how it is trained, as the sections of a config.

    Args:
        section: The ``dataset:`` section, its path absolute.
        said: Other keys of it, of which nothing is certain; those that are wrong are refused later.

    Raises:
        InputError: The pictures cannot be read.
    """
    try:
        facts = facts_of(Images.model_validate({**section, **said}))
        shape, num_samples = facts.input_shape, facts.num_samples - facts.num_official_test
    except ValidationError:
        shape, num_samples = (1, SMALLEST_SIDE, SMALLEST_SIDE), 0
    return settings_of_size(shape[1], shape[2], num_samples)


def settings_of_size(height: int, width: int, num_samples: int) -> dict[str, Any]:
    """A network for so many pictures of a size, and how it is trained, as the sections of a config."""
    return {
        "model": {"name": "cnn", "layers": _layers(height, width)},
        "optimizer": {"name": "adam", "learning_rate": 0.001},
        "training": {"batch_size": batch_size_for(num_samples), "epochs": 20},
        "seeds": 3,
    }


def _layers(height: int, width: int) -> list[dict[str, Any]]:
    """Convolutions and poolings until few pixels are left, then a dense layer."""
    number = max(0, min(MOST_POOLINGS, int(log2(max(1, min(height, width) / SMALLEST_SIDE)))))
    layers: list[dict[str, Any]] = []
    for place in range(max(1, number)):
        channels = min(FIRST_CHANNELS * 2**place, MOST_CHANNELS)
        layers.append({"layer": "conv", "channels": channels, "kernel_size": 3, "padding": "same"})
        layers += [{"layer": "max_pool", "kernel_size": 2}] * (number > 0)
    return [*layers, {"layer": "dense", "units": 64}]


def batch_size_for(num_samples: int) -> int:
    """A power of two up to 32, of which a small training part has several batches."""
    return next((size for size in (32, 16, 8, 4, 2) if num_samples >= FEWEST_BATCHES * size), 1)


def tell_of_pictures(plan: Plan, tell: Callable[[str], None], *, chosen: bool) -> None:
    """Says what was understood of pictures, and what was chosen where there was no config."""
    reports, said = pictures_of(plan), set[str]()
    for number, report in reports.items():
        if len(reports) > 1:
            tell(f"{plan.arms[number].label}:")
        for sentence in report.sentences():
            if sentence not in said:
                tell(sentence)
            said.add(sentence)
    for sentence in _choices(plan) if chosen and reports else ():
        tell(sentence)


def layers_in_words(model: Cnn) -> str:
    """``network: cnn with convolutions of 16, 32 channels, then 64 units``."""
    channels = [str(layer.channels) for layer in model.layers if layer.layer == "conv"]
    units = [str(layer.units) for layer in model.layers if layer.layer == "dense"]
    dense = f", then {' and '.join(units)} units" if units else ""
    return f"network: cnn with convolutions of {', '.join(channels)} channels{dense}"


def network_and_training(plan: Plan, varied: Collection[str]) -> Iterator[str]:
    """The layers that were chosen, and how they are trained, but for what the axes of a sweep vary.

    Args:
        plan: What is trained.
        varied: The keys of the axes.
    """
    experiment = plan.base.experiment
    model, optimizer, training = experiment.model, experiment.optimizer, experiment.training
    if isinstance(model, Cnn) and not any(key.startswith("model") for key in varied):
        yield layers_in_words(model)
    settings = {
        "optimizer.name": optimizer.name,
        "optimizer.learning_rate": f"learning rate {optimizer.learning_rate:g}",
        "training.batch_size": f"batches of {training.batch_size}",
        "training.epochs": counted(training.epochs, "epoch", "epochs"),
    }
    seeds = f"{len(plan.seeds)} seeds" if len(plan.seeds) > 1 else "one seed"
    yield f"training: {', '.join([*(text for key, text in settings.items() if key not in varied), seeds])}"


def _choices(plan: Plan) -> Iterator[str]:
    """What was chosen, but for what the axes of a sweep vary."""
    experiment = plan.base.experiment
    dataset = experiment.dataset
    yield from network_and_training(plan, {axis.key for axis in plan.axes})
    if isinstance(dataset, Images) and dataset.test_fraction and dataset.split.kind == "random":
        other = ", others for each seed" if len(plan.seeds) > 1 and experiment.split_seed is None else ""
        yield f"test part: {100 * dataset.test_fraction:g} % of the pictures, held out{other}"
