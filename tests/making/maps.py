"""Trainers of maps."""

import numpy as np

from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.config.som import with_map_defaults
from mlpexp.data.catalogue import facts_of, load
from mlpexp.execution.members import trainer_of
from mlpexp.training.trainer import Trainer


def experiment(**sections) -> Experiment:
    """A map of 4 x 5 units on iris unless told otherwise."""
    data = {
        "dataset": {"name": "iris"},
        "model": {"name": "som", "grid": [4, 5]},
        "training": {"epochs": 3},
        "device": "cpu",
    }
    for name, section in sections.items():
        given = data.get(name, {})
        merged = isinstance(section, dict) and section.get("name", given.get("name")) == given.get("name")
        data[name] = {**given, **section} if merged else section
    config = Experiment.model_validate(with_map_defaults(data))
    return resolve(config, facts_of(config.dataset))


def seeds_of(config: Experiment, count: int, first: int = 0) -> list[Experiment]:
    return [config.model_copy(update={"seed": seed}) for seed in range(first, first + count)]


def trainer(members: list[Experiment]) -> Trainer:
    dataset = load(members[0].dataset)
    facts = dataset.facts
    architecture = build_architecture(members[0].model, facts.input_shape, facts.num_outputs)
    return trainer_of(members, [architecture] * len(members), dataset)


def finished(members: list[Experiment]):
    """The trainer after its run, and its records."""
    chosen = trainer(members)
    return chosen, [record for record in chosen.run() if record]


def code_book(chosen: Trainer, member: int = 0) -> np.ndarray:
    """The weights ``(units, features)`` of a member as they are now, or at its end."""
    state, features = chosen.state, chosen.samples.inputs[0].numel()
    flat = state.network.flat if len(state.active) else state.last
    return flat[member].view(features, -1).T.double().numpy().copy()


def train_inputs(chosen: Trainer, member: int = 0, part: str = "train") -> np.ndarray:
    """The samples ``(n, F)`` of a part that a member sees."""
    inputs = chosen.samples.part(*chosen.samples.sizes.bounds[part])[0]
    return inputs[chosen.pair_of_member[member]].flatten(1).double().numpy()
