"""Measures an arm of a finished result once more: each trial before its first step and at its end."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from mlpexp.analysis.explain.data_state import DataState, data_state_of
from mlpexp.analysis.explain.evidence import own_setting, references_of, trials_for
from mlpexp.analysis.explain.examination import Examination, NetworkState, OwnSetting
from mlpexp.analysis.explain.references import References
from mlpexp.analysis.explain.settings import settings_of
from mlpexp.architectures.arithmetic import cost
from mlpexp.asking import either
from mlpexp.config.experiment import Experiment
from mlpexp.config.own_parts import is_own
from mlpexp.config.scores import SCORES, headline, measured_by
from mlpexp.data.dataset import Dataset
from mlpexp.errors import InputError, RunError
from mlpexp.execution.machine import choose_device, computing
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.execution.tasks import starts_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.planning.prepare import Prepared
from mlpexp.planning.stacks import places_together
from mlpexp.results.result import ArmResult
from mlpexp.results.weights_again import Say, dataset_of, experiment_here, weights_of
from mlpexp.store.frames import Absent
from mlpexp.training.diagnostics import PROBE_SAMPLES, Diagnostics, Quantities
from mlpexp.training.evaluation import Evaluator
from mlpexp.training.method import BACKPROPAGATION
from mlpexp.training.trainer import Trainer

TWIN_TOLERANCE = 1e-5  # of the largest weight of a layer


def examine(
    arm: ArmResult,
    seeds: Sequence[int] | None = None,
    data_dir: str | None = None,
    say: Say = lambda sentence: None,
    *,
    rehearsed: bool = True,
) -> list[Examination]:
    """One examination per seed.

    Args:
        arm: Of a finished result.
        seeds: Of its trials; default: all that did not fail.
        data_dir: Where image data sets lie.
        say: Is told if trials have to be trained again because their weights were not kept.
        rehearsed: Whether the run's setting is trained on a part of the training part, too, to be judged on the rest.

    Raises:
        InputError: The result is not complete, or not of a network that is trained by gradients.
        RunError: A file is damaged, or the data have changed since.
    """
    result = arm.result
    trials = result.finished_trials()
    prepared = result.plan.arms[arm.number].prepared
    if prepared.experiment.model.name == "som":
        raise InputError(
            f"{result.path}: a self-organizing map has no gradients to explain; {either('`mlpexp plot`', '.plot()')} draws it"
        )
    rows = trials[(trials["arm"] == arm.number) & (trials["status"] != "failed")].to_dict("records")
    own = {int(row["seed"]): {str(name): cell for name, cell in row.items()} for row in rows}
    chosen = list(own) if seeds is None else list(seeds)
    absent = [seed for seed in chosen if seed not in own]
    if absent or not chosen:
        words = ", ".join(map(str, list(own)[:20])) or "none"
        raise InputError(
            f"{result.path}: no trial of seed {absent[0] if absent else '?'} to explain; there are: {words}"
        )
    dataset = dataset_of(arm, data_dir)
    scores = measured_by(prepared.experiment.model.name, prepared.facts.task)
    columns = ("epoch", *(f"train_{score}" for score in scores))
    kept, curves = weights_of(arm, chosen, "last", data_dir, say), _curves(arm, columns)
    prepared = replace(prepared, experiment=experiment_here(arm, say))
    experiment, found = prepared.experiment, []
    count = trials_for(prepared, rehearsed=rehearsed)
    references = references_of(prepared, dataset, chosen, count)
    rehearsal = own_setting(prepared, dataset, chosen, count) if rehearsed else None
    if isinstance(rehearsal, str):
        say(f"the setting of the run is not judged on held-out samples: {rehearsal}")
        rehearsal = None
    device = choose_device(experiment)
    with computing(experiment, max(stack.threads for stack in result.stacks.stacks)):
        for places in places_together(prepared, chosen, experiment.device):
            stack = _Stack(prepared, dataset, [chosen[i] for i in places], references, rehearsal)
            final = kept.network(prepared.architecture, device).select(places)
            found += stack.examined(final, own, curves)
    return found


def work_of(arm: ArmResult, num_seeds: int) -> int:
    """Multiplications of one pass over the samples that the curvature is measured on, which takes most of the time.

    Raises:
        InputError: The data are not there, or the config is damaged.
    """
    prepared = arm.result.plan.arms[arm.number].prepared
    return cost(prepared.architecture, "").macs * min(prepared.sizes.train, PROBE_SAMPLES) * num_seeds


class _Stack:
    """Seeds that were trained together."""

    def __init__(
        self,
        prepared: Prepared,
        dataset: Dataset,
        seeds: Sequence[int],
        references: References,
        own: OwnSetting | None,
    ) -> None:
        self.prepared, self.dataset = prepared.with_seed(seeds[0]), dataset
        self.references, self.own = references, own
        built_in = tuple(
            score for score in prepared.experiment.scores if not is_own(score)
        )  # the others are not looked at
        experiment = prepared.experiment.model_copy(update={"diagnostics": "full", "scores": built_in})
        self.members = members_of(_by_torch(experiment), seeds)
        architectures = [prepared.architecture] * len(self.members)
        self.trainer: Trainer = trainer_of(
            self.members, architectures, dataset, starts=starts_of((prepared, seed) for seed in seeds)
        )
        self.evaluator = BACKPROPAGATION.measures(
            self.trainer.head, self.trainer.names, self.trainer.samples, self.trainer.active_pairs
        )
        self.initial = self.trainer.state.network

    def examined(
        self, final: StackedNetwork, trials: dict[int, dict[str, Any]], curves_of: dict[int, dict[str, np.ndarray]]
    ) -> list[Examination]:
        """One examination per member."""
        before, after = self._states(self.initial), self._states(final)
        moved = self._moved(final)
        scores = measured_by(self.prepared.experiment.model.name, self.prepared.facts.task)
        first, second = scores[0], headline(scores)
        found = []
        for place, member in enumerate(self.members):
            curves, trial = _of_seed(curves_of, member.seed), trials[member.seed]
            finite = np.isfinite(curves[f"train_{first}"])
            if not finite.any():
                raise InputError(
                    f"the loss of seed {member.seed} was not finite before the first step: the initial weights "
                    "(`model.init`) or the inputs (`dataset.standardize`) are too large"
                )
            end, start = (float(torch.linalg.vector_norm(n.flat[place].cpu().double())) for n in (final, self.initial))
            found.append(
                Examination(
                    seed=member.seed,
                    status=str(trial["status"]),
                    epochs=int(trial["ended_epoch"]),
                    epoch_of=curves["epoch"][finite],
                    train_loss=curves[f"train_{first}"][finite],
                    train_score=float(curves[f"train_{second}"][finite][-1]),
                    score_is_share=SCORES[second].share_of_samples,
                    score_name=SCORES[second].label,
                    moved=tuple(moved[place]),
                    shrunk=end / max(start, 1e-30),
                    initial=before[place],
                    final=after[place],
                    settings=settings_of(self.prepared, member, start),
                    data=self._data(place),
                    references=self.references,
                    own=self.own,
                )
            )
        return found

    def _states(self, network: StackedNetwork) -> list[NetworkState]:
        state = self.trainer.state
        state.network, state.averaged, state.observed = network, None, None
        diagnostics = Diagnostics(network.architecture, self.members, self.trainer.objective, full=True)
        assert isinstance(self.evaluator, Evaluator)
        _, quantities = diagnostics.measured(state, self.evaluator, ["train"])
        twins = twin_fraction(network)
        return [_state(quantities, place, float(twins[place])) for place in range(network.num_members)]

    def _moved(self, final: StackedNetwork) -> np.ndarray:
        """``(M, L)``."""
        columns = []
        for weight in self.prepared.architecture.weights:
            start, end = (network.flat[:, weight.place].cpu().double() for network in (self.initial, final))
            norm = torch.linalg.vector_norm(start, dim=1).clamp(min=1e-30)
            columns.append((torch.linalg.vector_norm(end - start, dim=1) / norm).cpu().numpy())
        return np.stack(columns, 1)

    def _data(self, place: int) -> DataState:
        inputs, targets = self._training_data(place)
        if bool((targets == targets[:1]).all()):
            raise InputError(
                f"all training targets of seed {self.members[place].seed} are equal: nothing to learn or explain"
            )
        flat = inputs.flatten(1).cpu().double().numpy()
        return data_state_of(flat, targets.cpu().numpy(), self.dataset, self.trainer.head.output)

    def _training_data(self, place: int) -> tuple[Tensor, Tensor]:
        samples, pair = self.trainer.samples, int(self.trainer.pair_of_member[place])
        inputs, targets = samples.part(0, samples.sizes.train)
        return inputs[pair], targets[pair]


def _curves(arm: ArmResult, columns: Sequence[str]) -> dict[int, dict[str, np.ndarray]]:
    """Columns of ``metrics.csv`` by seed.

    Raises:
        RunError: One is missing, or not of numbers.
    """
    path = arm.result.folder.metrics
    try:
        pieces = [piece[piece["arm"] == arm.number] for piece in arm.result.metric_pieces(["arm", "seed", *columns])]
        rows = pd.concat(pieces)
        seeds = rows["seed"].unique().tolist()
        return {seed: {n: rows.loc[rows["seed"] == seed, n].to_numpy(float) for n in columns} for seed in seeds}
    except (KeyError, ValueError, Absent):
        raise RunError(f"{path}: damaged: a column is missing, or a cell is not a number") from None


def _of_seed(curves: dict[int, dict[str, np.ndarray]], seed: int) -> dict[str, np.ndarray]:
    if seed not in curves:
        raise RunError(f"metrics.csv: damaged: no row of seed {seed}")
    return curves[seed]


def _by_torch(experiment: Experiment) -> Experiment:
    """The same experiment in the stacked engine: what is measured does not depend on who trained."""
    return experiment.model_copy(update={"training": experiment.training.model_copy(update={"engine": "torch"})})


def _state(quantities: Quantities, place: int, twins: float) -> NetworkState:
    by_quantity: dict[str, dict[str, float]] = {}
    for (layer, quantity), values in quantities.items():
        by_quantity.setdefault(quantity, {})[layer] = float(values[place])
    return NetworkState(
        largest_eigenvalue=by_quantity["largest_eigenvalue"]["network"],
        deltas=tuple(by_quantity["delta_norm"].values()),
        saturated=by_quantity.get("saturated_fraction", {}),
        dead=by_quantity.get("dead_fraction", {}),
        twins=twins,
    )


def twin_fraction(network: StackedNetwork) -> np.ndarray:
    """Share of hidden units whose weights, incoming ones and bias, equal another's; of the layer with the most, ``(M,)``."""
    shares = [np.zeros(network.num_members)]
    for segment in network.architecture.weights[:-1]:
        weight = network.parameters[segment.name].detach()
        by_unit = weight.mT if weight.ndim == 3 else weight.flatten(2)  # (M, U, inputs)
        bias = network.parameters.get(f"{segment.layer}.bias")
        rows = by_unit if bias is None else torch.cat([by_unit, bias.detach()[:, :, None]], 2)
        if rows.shape[1] < 2:
            continue
        distance = torch.cdist(rows.cpu().double(), rows.cpu().double(), p=float("inf"))
        distance.diagonal(dim1=1, dim2=2).fill_(float("inf"))
        scale = rows.abs().amax((1, 2)).cpu().double()
        shares.append((distance.amin(2) <= TWIN_TOLERANCE * scale[:, None]).cpu().double().mean(1).cpu().numpy())
    return np.max(shares, axis=0)
