"""A first config for data that are named: sections that suit them, each with the reason why."""

import os
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from mlpexp.asking import keyword
from mlpexp.config.datasets import DatasetConfig
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.key_facts import facts_named
from mlpexp.config.load import change
from mlpexp.config.shipped import at_home
from mlpexp.config.words import BY_NAME, did_you_mean, key_of
from mlpexp.config.yaml_source import Override, Source
from mlpexp.data.catalogue import facts_of
from mlpexp.errors import InputError
from mlpexp.planning.own_pictures import SMALLEST_SIDE, are_pictures, batch_size_for, settings_of_size
from mlpexp.planning.own_table import NETWORK, table_source, usual_network

OWN = ("csv", "images")  # data of the user's own, which have a path
KINDS = {"synthetic": {"kind": "moons"}}  # what else a data set by name needs
HELD_OUT = 0.3
LARGE = 20_000  # samples, of which few epochs and one seed take minutes
FEW_EPOCHS, PICTURE_EPOCHS = 5, 20

# What a sweep can vary, and over which values; of the batch size those around the one that suits the data.
AXES: Mapping[str, Sequence[Any]] = {
    "learning_rate": (0.001, 0.01, 0.1),
    "hidden_size": (4, 16, 64),
    "activation": ("relu", "tanh", "sigmoid"),
    "optimizer": ("sgd", "rmsprop", "adam"),
    "init": ("zeros", "he_normal", "xavier_uniform"),
    "batch_size": (),
}


@dataclass(frozen=True)
class Wish:
    """What a user says of a first config."""

    data: str = "iris"
    """A data set by name, or a table or pictures of one's own."""
    target: str | None = None
    """Of a table, the column to predict."""
    model: str | None = None
    """The network; None: what suits the data."""
    sweep: tuple[str, ...] = ()
    """What is varied, in short words; empty: nothing."""
    changes: tuple[Override, ...] = ()
    """What else is said of keys, such as ``dataset.missing=drop``."""


@dataclass(frozen=True)
class Draft:
    """The sections of a config, before they are written."""

    data: Mapping[str, Any]
    """As a config has them."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why a key has its value, by dotted key, in sentences."""

    def known(self, experiment: Experiment, facts: DatasetFacts) -> "Draft":
        """The same with what is known once the data have been read.

        Args:
            experiment: With all defaults.
            facts: Of the data.
        """
        held = "numbers" if facts.task == "regression" else f"{facts.num_outputs} classes"
        said = f"It holds {held}, so the loss is {experiment.loss}; the key `loss` would say another."
        return Draft(self.data, {**self.reasons, "dataset.target": said})


def data_names() -> tuple[str, ...]:
    """The data sets that have a name."""
    return tuple(name for name in facts_named("dataset")[0].choices if name not in OWN)


def drafted(wish: Wish, folder: Path) -> Draft:
    """A config for the data of a wish.

    Args:
        wish: What the user says.
        folder: Where the config will lie; a relative path starts there.

    Raises:
        InputError: There are no such data, column, or axis.
    """
    by_name = wish.data in data_names() and not at_home(wish.data).exists()
    draft = _by_name(wish) if by_name else _own(wish, folder)
    data = dict(draft.data)
    changed = {key_of(change.key, change.value) for change in wish.changes}
    reasons = {
        key: why for key, why in draft.reasons.items() if not any(f"{each}.".startswith(f"{key}.") for each in changed)
    }
    if data["model"]["name"] == "som":  # which has an optimizer and batches of its own
        del data["optimizer"]
        data["training"] = {"epochs": data["training"]["epochs"]}
    if wish.changes:
        data = _changed(data, wish.changes)
    if wish.sweep:
        data["sweep"] = {"over": {word: _values(word, data) for word in wish.sweep}}
    return Draft(data, reasons)


def _changed(data: Mapping[str, Any], changes: Sequence[Override]) -> dict[str, Any]:
    """The sections with what else is said of keys; the column to predict stays a word where nothing is said of it."""
    source = Source(deepcopy(dict(data)))
    change(source, changes)
    section = source.data["dataset"]
    if isinstance(section, dict) and isinstance(section.get("target"), dict) and list(section["target"]) == ["column"]:
        section["target"] = section["target"]["column"]
    return source.data


def _by_name(wish: Wish) -> Draft:
    if wish.target is not None:
        raise InputError(f"{keyword('target', wish.target)}: is for tables; {wish.data} has its own, so leave it out")
    section: dict[str, Any] = {"name": wish.data, **KINDS.get(wish.data, {})}
    adapter: TypeAdapter[DatasetConfig] = TypeAdapter(DatasetConfig)
    facts = facts_of(adapter.validate_python(section))
    if facts.num_official_test == 0:
        section |= {"test_fraction": HELD_OUT}
    settings = _settings(facts)
    if wish.model is not None:
        settings["model"] = usual_network(wish.model, settings["model"])
    return Draft({"name": wish.data, "dataset": section, **settings}, _reasons(facts.input_shape, settings))


def _own(wish: Wish, folder: Path) -> Draft:
    path = at_home(wish.data)
    if not path.exists():
        near = did_you_mean(wish.data, data_names())
        raise InputError(f"{keyword('data', wish.data)}: there is no such table, folder of pictures, or data set{near}")
    said = {change.key.removeprefix("dataset."): change.value for change in wish.changes}
    source = table_source(wish.data, wish.target, said, wish.model)
    is_relative = not path.is_absolute()
    written = Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix() if is_relative else path.as_posix()
    data = dict(source.data)
    data["dataset"] = {**data["dataset"], "path": written}
    data["dataset"] |= {} if are_pictures(path) else {"test_fraction": HELD_OUT}
    shape = (1, SMALLEST_SIDE, SMALLEST_SIDE) if are_pictures(path) else (1,)
    return Draft(data, _reasons(shape, data))


def _settings(facts: DatasetFacts) -> dict[str, Any]:
    """The other sections for a data set that has a name."""
    if not facts.is_image:
        batch_size = batch_size_for(facts.num_samples)
        return {**NETWORK, "training": {**NETWORK["training"], "batch_size": batch_size}}
    settings = settings_of_size(facts.input_shape[1], facts.input_shape[2], facts.num_free)
    if facts.num_samples > LARGE:
        settings |= {"training": {**settings["training"], "epochs": FEW_EPOCHS}, "seeds": 1}
    return settings


def _reasons(shape: Sequence[int], settings: Mapping[str, Any]) -> dict[str, str]:
    """Why the sections are as they are."""
    training, model = settings["training"], settings["model"]
    networks = {
        "cnn": f"Convolutions and poolings until about {SMALLEST_SIDE} pixels are left on a side, then a dense layer.",
        "mlp": "A small perceptron: a first result to compare others with.",
        "som": "A map learns without labels, and brings its optimizer and its batches along.",
    }
    few = training["batch_size"] < 32
    epochs = training["epochs"]
    return {
        "model": networks.get(model["name"], ""),
        "optimizer": "Adam needs less tuning than sgd; `mlpexp find-lr` proposes a rate for these data.",
        "training.batch_size": "Few samples: so an epoch has several steps." if few else "",
        "training.epochs": (
            "Few, since there are many samples." if epochs == FEW_EPOCHS else
            "Pictures need time; look at the curves." if epochs == PICTURE_EPOCHS and len(shape) == 3 else ""
        ),
        "seeds": (
            "One, to see something soon; 3 or more say how sure the numbers are." if settings["seeds"] == 1 else
            "The numbers come with an interval; 1 is enough to try something out."
        ),
    }  # fmt: skip


def _values(word: str, data: Mapping[str, Any]) -> list[Any]:
    """The values of an axis.

    Raises:
        InputError: There is no such axis.
    """
    if word not in AXES:
        raise InputError(f"{keyword('sweep', word)}: is not known{did_you_mean(word, AXES)}")
    key, network = BY_NAME[word].key, data["model"]["name"]
    forms = [facts for facts in facts_named(key) if not facts.of or network in facts.of]
    if (key.startswith("model.") and not forms) or (network == "som" and not key.startswith("model.")):
        raise InputError(f"{keyword('sweep', word)}: means nothing for {network}; choose another axis or network")
    if word != "batch_size":
        choices = forms[0].choices if key.startswith("model.") else ()
        return [value for value in AXES[word] if not choices or value in choices] or list(choices)
    size = data["training"]["batch_size"]
    return sorted({max(1, size // 8), max(1, size // 2), size})
