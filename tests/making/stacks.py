"""Trainers of stacks."""

from collections.abc import Callable, Sequence
from time import perf_counter

import torch

from mlpexp.architectures.build import architecture_of
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.data.catalogue import facts_of, load
from mlpexp.execution.machine import computing
from mlpexp.execution.members import trainer_of
from mlpexp.training.starts import Begun
from mlpexp.training.trainer import Trainer


def experiment(**sections) -> Experiment:
    """An experiment on iris unless told otherwise."""
    data = {
        "dataset": {"name": "iris"},
        "model": {"name": "mlp", "hidden_sizes": [6]},
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "training": {"batch_size": 16, "epochs": 4},
        "device": "cpu",
    }
    for name, section in sections.items():
        merged = isinstance(section, dict) and section.get("name") in (None, data.get(name, {}).get("name"))
        data[name] = {**data.get(name, {}), **section} if merged else section
    config = Experiment.model_validate(data)
    return resolve(config, facts_of(config.dataset))


def trainer(
    members: list[Experiment], clock: Callable[[], float] = perf_counter, starts: Sequence[Begun] = ()
) -> Trainer:
    """A trainer of the given members, which may begin with given tensors."""
    dataset = load(members[0].dataset)
    architectures = [architecture_of(member, dataset.facts) for member in members]
    return trainer_of(members, architectures, dataset, clock, starts)


def finished(members: list[Experiment], starts: Sequence[Begun] = ()):
    """The trainer after its run, and its records."""
    chosen = trainer(members, starts=starts)
    with computing(members[0], torch.get_num_threads()):
        return chosen, [record for record in chosen.run() if record]


def rows_of(records, member: int) -> list:
    """What is recorded of one member: epoch, step, learning rate, scores (as text: NaN equals NaN), status."""
    return [
        (record.epoch, record.step, row.learning_rate, repr(row.scores), row.status)
        for record in records
        for row in record.rows
        if row.member == member
    ]
