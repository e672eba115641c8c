"""What a result needs to predict without the data that it was trained on: its networks, and what they are given."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mlpexp.config.datasets import Csv, DatasetConfig, scaling_of
from mlpexp.config.dump import as_data
from mlpexp.config.experiment import Experiment
from mlpexp.config.load import validated
from mlpexp.config.table_paths import told_anew
from mlpexp.config.yaml_source import Source
from mlpexp.data.catalogue import dataset_of_seed, shared_dataset
from mlpexp.data.dataset import Dataset
from mlpexp.data.parts import parts_of
from mlpexp.data.standardize import fit_targets, standardizer_of
from mlpexp.data.table_forms import class_labels, fills_of, form_of
from mlpexp.planning.plan import Plan
from mlpexp.store.networks import ArmNetworks, NetworksRecord, Preparation, Scaling

MOST_NUMBERS = 200_000  # of scalings: about 4 MB; those of later seeds are made again from the data
OF_NETWORK = ("dataset", "model", "loss", "split_seed", "device")
OF_TRAINING = ("precision", "engine")
Section = tuple[DatasetConfig, int | None]
NOT_TOLD = {"name": "sgd", "learning_rate": 1.0}  # an experiment has an optimizer; nothing is trained with this one


def networks_record(plan: Plan, data_dir: str | None = None) -> NetworksRecord:
    """The networks of a plan that has been trained, and what they are given, of each arm and seed.

    Args:
        plan: What has been trained.
        data_dir: Where image data sets lie.

    Raises:
        InputError: The data are not there.
    """
    configs: dict[str, dict[str, Any]] = {}
    sections: dict[Section, Experiment] = {}
    keys = []
    for arm in plan.arms:
        config = told_anew(network_config(arm.experiment), plan.told)
        keys.append((json.dumps(config), _section(arm.experiment)))
        configs.setdefault(keys[-1][0], config)
        sections.setdefault(keys[-1][1], arm.experiment)
    room = MOST_NUMBERS // len(sections)
    preparations = [
        preparation_of(experiment, shared_dataset(experiment.dataset, data_dir), plan.seeds, room)
        for experiment in sections.values()
    ]
    of_config = {key: place for place, key in enumerate(configs)}
    of_section = {key: place for place, key in enumerate(sections)}
    return NetworksRecord(
        configs=tuple(configs.values()),
        preparations=tuple(preparations),
        arms=tuple(ArmNetworks(config=of_config[config], preparation=of_section[section]) for config, section in keys),
    )


def network_config(experiment: Experiment) -> dict[str, Any]:
    """What of a resolved experiment says what a trained network is, as plain data."""
    data = as_data(experiment)
    training = {key: data["training"][key] for key in OF_TRAINING if key in data["training"]}
    return {**{key: data[key] for key in OF_NETWORK if key in data}, "training": training}


def network_experiment(config: Mapping[str, Any]) -> Experiment:
    """The experiment that ``network_config`` tells of, as far as it does; how it was trained is left open.

    Raises:
        ConfigError: It is damaged.
    """
    return validated(Source({**config, "optimizer": NOT_TOLD}))


def preparation_of(
    experiment: Experiment, dataset: Dataset, seeds: Sequence[int], room: int = MOST_NUMBERS
) -> Preparation:
    """What the networks of an experiment are given.

    Args:
        experiment: Whatever its seed.
        dataset: Its data.
        seeds: Whose parts of the data are looked at.
        room: Numbers that may be kept: later seeds are left out.

    Raises:
        DataError: The data cannot be split with one of the seeds.
    """
    config, facts = experiment.dataset, dataset.facts
    form = form_of(config, dataset)
    filled = replace(dataset, fills=fills_of(form)) if form else dataset
    places: dict[Scaling, int] = {}
    known: dict[tuple[int | None, bytes], int] = {}  # by the data and the training part, which many seeds may share
    of_seeds = []
    for seed in seeds:
        purposes = experiment.model_copy(update={"seed": seed, "seeds": 1}).seeds_by_purpose
        drawn = dataset_of_seed(config, filled, purposes.data)
        rows = parts_of(drawn, config, purposes.split).train
        key = (purposes.data, hashlib.blake2b(rows.tobytes()).digest())
        if key not in known:
            scaling = _scaling(config, drawn, rows)
            if len(places) * len(_numbers(scaling)) > room:
                break
            known[key] = places.setdefault(scaling, len(places))
        of_seeds.append((seed, known[key]))
    return Preparation(
        task=facts.task,
        input_shape=tuple(facts.input_shape),
        num_outputs=facts.num_outputs,
        feature_names=tuple(dataset.feature_names),
        target_name=dataset.target_name,
        class_names=class_labels(dataset),
        target_log=isinstance(config, Csv) and config.target.transform == "log",
        table=form,
        scalings=tuple(places),
        of_seeds=tuple(of_seeds),
    )


def _section(experiment: Experiment) -> Section:
    """What decides the preparation; arms that have it in common share one."""
    config = experiment.dataset
    update: Mapping[str, object] = {"augmentation": None} if hasattr(config, "augmentation") else {}
    return config.model_copy(update=dict(update)), experiment.split_seed


def _scaling(config: DatasetConfig, dataset: Dataset, rows: np.ndarray) -> Scaling:
    """By the rows of the training part."""
    inputs, targets = standardizer_of(dataset, rows, scaling_of(config)), fit_targets(config, dataset.targets[rows])
    return Scaling(
        shift=_listed(inputs.shift),
        scale=_listed(inputs.scale),
        fill=None if inputs.fill is None else _listed(inputs.fill),
        target_shift=None if targets is None else _listed(targets.shift),
        target_scale=None if targets is None else _listed(targets.scale),
    )


def _listed(array: np.ndarray) -> tuple[float, ...]:
    return tuple(array.reshape(-1).tolist())


def _numbers(scaling: Scaling) -> list[float]:
    parts = (scaling.shift, scaling.scale, scaling.fill, scaling.target_shift, scaling.target_scale)
    return [number for part in parts for number in part or ()]
