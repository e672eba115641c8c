"""The trained networks of an arm: from raw inputs, as a table or a picture has them, to what they predict.

Axis letters: M seeds, N samples, F features, C channels, K classes, T target values.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.build import architecture_of
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.own_parts import parts_named
from mlpexp.data.standardize import TargetScale
from mlpexp.errors import InputError, RunError
from mlpexp.execution.machine import choose_device
from mlpexp.execution.members import INPUT_DTYPES
from mlpexp.execution.networks_record import network_config, network_experiment, preparation_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.results.arm_choice import refuse_map, usable_seeds
from mlpexp.results.result import ArmResult
from mlpexp.results.weights_again import Kind, Say, dataset_of, experiment_of, on_this_machine, weights_of
from mlpexp.store.as_written import is_there
from mlpexp.store.json_files import read_record
from mlpexp.store.networks import NetworksRecord, Preparation
from mlpexp.training.evaluation import chunk_size
from mlpexp.training.head import Head, head_of
from mlpexp.training.samples import standardized
from mlpexp.training.target_units import TargetUnits


@dataclass(frozen=True, eq=False)
class Networks:
    """The networks of some seeds of an arm, and what turns raw inputs into theirs."""

    arm: ArmResult
    """Of a result."""
    seeds: tuple[int, ...]
    """Whose networks they are, in this order."""
    epochs: tuple[int, ...]
    """Of each seed, the epoch whose weights these are."""
    experiment: Experiment
    """What was trained, but for the seed; on the device that computes here."""
    network: StackedNetwork
    """All of them."""
    preparation: Preparation
    """What is done to samples, in numbers and names."""
    head: Head
    """What is made of logits."""

    @property
    def classification(self) -> bool:
        """Whether classes are predicted."""
        return self.preparation.task == "classification"

    def inputs(self, raw: np.ndarray) -> Tensor:
        """What the networks see, ``(M, N, *shape)``.

        Args:
            raw: ``(N, F)`` float64 in the unit of the table, NaN where a value is missing; or ``(N, C, H, W)`` uint8.
        """
        return self._inputs(torch.from_numpy(raw).to(self.device))

    @torch.no_grad()
    def outputs(self, raw: np.ndarray) -> np.ndarray:
        """What the output layers give, ``(M, N, U)`` float64: of classes, or numbers as they are learned."""
        return self._each(raw, self.head.outputs)

    @torch.no_grad()
    def probabilities(self, raw: np.ndarray) -> np.ndarray:
        """Of each class, ``(M, N, K)`` float64; where outputs are no probabilities, the outputs themselves."""
        return self._each(raw, self.head.of_classes)

    @torch.no_grad()
    def predictions(self, raw: np.ndarray) -> np.ndarray:
        """Class numbers ``(M, N)`` int64, or values in the unit of the data, ``(M, N, T)`` float64."""
        predictions = self._each(raw, self.predicted)
        return predictions.astype(np.int64) if self.classification else predictions

    def predicted(self, logits: Tensor) -> Tensor:
        """Of logits ``(M, N, U)`` class numbers ``(M, N)``, or values in the unit of the data, ``(M, N, T)``."""
        if self.classification:
            return self.head.predicted(logits)
        units, outputs = self._target_units(), self.head.outputs(logits)
        return units.own(outputs) if units else outputs

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        return self.network.flat.device

    def _each(self, raw: np.ndarray, of_logits: Callable[[Tensor], Tensor]) -> np.ndarray:
        """Something of all logits, some samples at a time."""
        size = chunk_size(self.network)
        starts = range(0, len(raw), size) if len(raw) else (0,)
        chunks = [of_logits(self.network(self.inputs(raw[start : start + size]))) for start in starts]
        return torch.cat(chunks, 1).cpu().double().numpy()

    def _inputs(self, raw: Tensor) -> Tensor:
        scalings = [self.preparation.scaling_of(seed) for seed in self.seeds]
        dtype = INPUT_DTYPES[self.experiment.training.precision]
        narrow = torch.float32 if dtype == torch.bfloat16 else dtype
        is_image = self.preparation.is_image
        exact = narrow if is_image or self.device.type == "mps" else torch.float64
        shape = (len(self.seeds), 1, -1, 1, 1) if is_image else (len(self.seeds), 1, -1)
        shift, scale = (
            torch.tensor(numbers, dtype=torch.float64).to(self.device, exact).reshape(shape)
            for numbers in ([s.shift for s in scalings], [s.scale for s in scalings])
        )
        fills = [s.fill for s in scalings if s.fill is not None]
        fill = torch.tensor(fills, dtype=torch.float64).to(self.device, exact).reshape(shape) if fills else None
        every = raw.expand(len(self.seeds), *raw.shape)
        return standardized(every, fill, shift, scale).to(dtype)

    def _target_units(self) -> TargetUnits | None:
        scalings = [self.preparation.scaling_of(seed) for seed in self.seeds]
        scales = [
            TargetScale(np.array(s.target_shift), np.array(s.target_scale), self.preparation.target_log)
            for s in scalings
            if s.target_shift is not None
        ]
        return TargetUnits.of(scales, self.device)


def networks_of(
    arm: ArmResult,
    seeds: Sequence[int] | None = None,
    kind: Kind = "best",
    data_dir: str | None = None,
    say: Say = lambda sentence: None,
) -> Networks:
    """The networks of an arm.

    Args:
        arm: Of a result that has ended.
        seeds: Of its trials; None: all that did not fail.
        kind: At the selected epoch (``best``), or at the last.
        data_dir: Where image data sets lie.
        say: Is told if something has to be made again, or is computed elsewhere.

    Raises:
        InputError: There is no such seed, or the model is no network, or data that are needed are not there.
        RunError: A file is damaged, or the data have changed.
    """
    seeds = usable_seeds(arm, seeds)
    experiment, preparation = _known(arm, seeds, data_dir)
    refuse_map(arm, experiment)
    experiment = on_this_machine(arm, experiment, say)
    kept = weights_of(arm, seeds, kind, data_dir, say)
    facts = DatasetFacts(preparation.task, preparation.input_shape, preparation.num_outputs, num_samples=0)
    network = kept.network(architecture_of(experiment, facts), choose_device(experiment))
    head = replace(head_of(experiment, facts), own_scores=_own_scores(arm))
    return Networks(arm, tuple(seeds), tuple(kept.epochs), experiment, network, preparation, head)


def _own_scores(arm: ArmResult) -> tuple[str, ...]:
    """The scores of one's own that the config asks for, by reference: what describes a network does not say them."""
    try:
        return tuple(reference for kind, reference in parts_named(arm.result.config) if kind == "score")
    except InputError:  # the config is damaged, and the networks are known without it
        return ()


def _known(arm: ArmResult, seeds: Sequence[int], data_dir: str | None) -> tuple[Experiment, Preparation]:
    """What was trained, and what is done to its samples: as the result says, else by its data.

    Raises:
        InputError: The data are needed and not there.
        RunError: They have changed, or the file is damaged.
    """
    path = arm.result.folder.networks
    record = read_record(path, NetworksRecord) if is_there(path) else None
    if record is not None and record.digest and record.sealed(arm.result.planned_arms) != record:
        raise RunError(
            f"{path}: damaged, or of another result; put the right one in its place, or remove it where the data are there"
        )
    if record is not None and record.preparation_of(arm.number).has(seeds):
        return network_experiment(record.config_of(arm.number)), record.preparation_of(arm.number)
    planned = experiment_of(arm)
    return network_experiment(network_config(planned)), preparation_of(planned, dataset_of(arm, data_dir), seeds)
