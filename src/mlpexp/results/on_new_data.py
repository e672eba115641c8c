"""The networks of an arm judged by other samples: every score, against that of their own test part, seed by seed.

Axis letters: M seeds, N samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import torch

from mlpexp.config.facts import DatasetFacts
from mlpexp.config.own_parts import is_known, short_name
from mlpexp.config.scores import Part, Score, score_named, suitable_for
from mlpexp.data.dataset import Dataset
from mlpexp.data.split import Split
from mlpexp.data.standardize import Standardizer, TargetScale
from mlpexp.errors import MlpexpError
from mlpexp.execution.members import INPUT_DTYPES, members_of, samples_of
from mlpexp.planning.stacks import places_together
from mlpexp.results.column_shifts import ColumnShift, column_shifts
from mlpexp.results.networks import Networks
from mlpexp.results.new_data import NewData
from mlpexp.results.new_samples import CLOSE, BySample, designs_of_arms
from mlpexp.results.result import ArmResult
from mlpexp.results.scores_of_samples import Predicted, scores_of_samples
from mlpexp.results.twins import Twins, training_parts, twins
from mlpexp.results.weights_again import Say, dataset_of
from mlpexp.statistics.fixed_test import paired_by_sample
from mlpexp.statistics.intervals import MeanInterval, ends_within, mean_interval, paired_difference
from mlpexp.statistics.new_samples import Design, FixedTest, NoDesign
from mlpexp.statistics.own_interval import own_interval
from mlpexp.statistics.shift import difference_of_means
from mlpexp.store.frames import Absent
from mlpexp.store.networks import Preparation, Scaling
from mlpexp.training.evaluation import Evaluator
from mlpexp.training.samples import Samples
from mlpexp.training.scores import PartScores

Ends = tuple[float, float]
"""Of an interval; NaN where none holds."""


@dataclass(frozen=True, eq=False)
class ScoreOnNew:
    """A score of the new samples, and that of the test part."""

    score: Score
    """What is measured."""
    values: np.ndarray
    """``(M,)``: of the new samples, by seed."""
    own: np.ndarray
    """``(M,)``: of the seed's own test part; NaN where it is not known."""
    mean: MeanInterval
    """Over the seeds: of new seeds on these samples."""
    new_samples: Ends
    """Interval of the mean, of new samples of their source."""
    own_mean: MeanInterval
    """Of the test part."""
    differences: np.ndarray
    """``(M,)``: new samples minus test part; 0 where the two are equal but for the rounding of single precision."""
    difference: MeanInterval
    """Their mean: of new seeds on these samples."""
    difference_new_samples: Ends
    """Of new samples of both sources."""


@dataclass(frozen=True, eq=False)
class OnNewData:
    """What networks do on new samples."""

    networks: Networks
    """Whose."""
    data: NewData
    """Which samples."""
    part: Part | None
    """Of the result: what the scores are compared with; None: it was trained on all that it has."""
    own_design: Design
    """How seeds came by that part."""
    scores: tuple[ScoreOnNew, ...]
    """All that suit the task; errors in the unit of the data first, the loss last."""
    predictions: np.ndarray
    """``(M, N)``: class numbers, or values in the unit of the data."""
    shifts: tuple[ColumnShift, ...]
    """The farthest first."""
    num_learned: int
    """Samples that the shifts are against: of the training part of the first seed; 0: it is not at hand."""
    twins: Twins | None
    """Which samples were learned from; None: that is not at hand."""
    not_at_hand: str
    """Why not."""


def on_new_data(
    networks: Networks, data: NewData, data_dir: str | None = None, say: Say = lambda sentence: None
) -> OnNewData:
    """Judges networks by new samples.

    Args:
        networks: Of some seeds of an arm.
        data: The samples.
        data_dir: Where image data sets lie.
        say: Is told what takes time.
    """
    arm, preparation = networks.arm, networks.preparation
    names = sorted(_measurable(networks), key=_place)
    dataset, why = _dataset_at_hand(arm, data_dir)
    part = next((part for part in reversed(arm.result.summary.parts) if part != "train"), None)
    values = scores_of_new(networks, data, names)
    predictions = networks.predictions(data.inputs)
    predictions = predictions if networks.classification else predictions[:, :, 0]
    own = {name: np.full(len(networks.seeds), nan) for name in names}
    design: Design = NoDesign("there is no test part")
    if part is not None:
        own = _own_scores(networks, names, part, dataset)
        design = designs_of_arms(arm.result, arm.result.summary, part)[arm.number]
        if len(networks.seeds) == 1 and not isinstance(design, NoDesign):  # of this one network on its part
            design = FixedTest(arm.result.summary.dataset.samples(part))
    parts = [] if dataset is None else training_parts(networks.experiment, dataset, networks.seeds)
    learned = (parts[0][0].inputs[parts[0][1]], parts[0][0].targets[parts[0][1]]) if parts else None
    return OnNewData(
        networks=networks,
        data=data,
        part=part,
        own_design=design,
        scores=tuple(
            _compared(networks, data, name, values[name], own[name], predictions, part, design) for name in names
        ),
        predictions=predictions,
        shifts=tuple(column_shifts(preparation, (data.inputs, data.targets), learned)),
        num_learned=len(learned[1]) if learned else 0,
        twins=twins((data.inputs, data.targets), parts) if parts else None,
        not_at_hand=why,
    )


def _measurable(networks: Networks) -> list[str]:
    """The names of all scores, and of those of one's own whose functions are known here."""
    own = [short_name(reference) for reference in networks.head.own_scores if is_known(reference, "score")]
    return [*suitable_for(networks.experiment.model.name, networks.preparation.task), *own]


def _place(name: str) -> int:
    """Errors in the unit of the data come first, and the loss last: few can say how large a loss should be."""
    score = score_named(name)
    return 0 if score.gathered == "residuals" else 2 if score.measured_of == "networks" else 1


def _dataset_at_hand(arm: ArmResult, data_dir: str | None) -> tuple[Dataset | None, str]:
    """What an arm was trained on; None, and why, if that is not there or has changed."""
    try:
        return dataset_of(arm, data_dir), ""
    except MlpexpError as error:
        return None, str(error)


def scores_of_new(networks: Networks, data: NewData, names: Sequence[str]) -> PartScores:
    """Scores of new samples, each ``(M,)``, as training measures those of its parts."""
    preparation, none = networks.preparation, np.zeros(0, dtype=np.int64)
    facts = DatasetFacts(preparation.task, preparation.input_shape, preparation.num_outputs, len(data.inputs))
    dataset = Dataset(data.name, data.inputs, data.targets, facts)
    of_seeds = [preparation.scaling_of(seed) for seed in networks.seeds]
    scalings = list(dict.fromkeys(of_seeds))
    samples = Samples(
        [dataset] * len(scalings),
        [((0, None), place) for place in range(len(scalings))],
        [Split(none, none, np.arange(len(data.inputs)))] * len(scalings),
        [_standardizer(scaling, preparation) for scaling in scalings],
        [_target_scale(scaling, preparation) for scaling in scalings],
        dtype=INPUT_DTYPES[networks.experiment.training.precision],
        device=networks.device,
    )
    places = torch.tensor([scalings.index(scaling) for scaling in of_seeds], device=networks.device)
    scores = Evaluator(samples, networks.head, names, places).scores(networks.network, ["test"])["test"]
    if "matthews" in scores and len(np.unique(data.targets)) == 1:
        scores["matthews"] = np.full(len(networks.seeds), nan)  # no correlation with what is constant
    return scores


def _standardizer(scaling: Scaling, preparation: Preparation) -> Standardizer:
    shape = (-1, 1, 1) if preparation.is_image else (-1,)
    shift, scale = (np.array(numbers, dtype=np.float64).reshape(shape) for numbers in (scaling.shift, scaling.scale))
    return Standardizer(shift, scale, None if scaling.fill is None else np.array(scaling.fill, dtype=np.float64))


def _target_scale(scaling: Scaling, preparation: Preparation) -> TargetScale | None:
    if scaling.target_shift is None or scaling.target_scale is None:
        return None
    return TargetScale(np.array(scaling.target_shift), np.array(scaling.target_scale), preparation.target_log)


def _own_scores(networks: Networks, names: Sequence[str], part: Part, dataset: Dataset | None) -> PartScores:
    """Scores of the result's own part, each ``(M,)``: what training has written; others are measured now, if they can be."""
    trials = networks.arm.trials.set_index("seed").loc[list(networks.seeds)]
    columns = {name: f"best_{part}_{name}" for name in names}
    own = {name: trials[column].to_numpy(float) for name, column in columns.items() if column in trials.columns}
    lacking = [name for name in names if name not in own or np.isnan(own[name]).any()]
    if lacking and dataset is not None:
        measured = measured_again(networks, part, dataset)
        own |= {name: measured[name] for name in lacking}
    return {name: own.get(name, np.full(len(networks.seeds), nan)) for name in names}


def measured_again(networks: Networks, part: Part, dataset: Dataset) -> PartScores:
    """All scores of a part of the data that were trained on, each ``(M,)``."""
    experiment, seeds = networks.experiment, networks.seeds
    names = _measurable(networks)
    prepared = networks.arm.result.plan.arms[networks.arm.number].prepared
    scores = {name: np.full(len(seeds), nan) for name in names}
    for places in places_together(prepared, seeds, experiment.device):
        members = members_of(experiment, [seeds[place] for place in places])
        samples = samples_of(members, dataset)
        index = torch.from_numpy(samples.index_of(members)).to(networks.device)
        evaluator = Evaluator(samples, networks.head, names, index)
        for name, values in evaluator.scores(networks.network.select(places), [part])[part].items():
            scores[name][places] = values
    return scores


def _compared(
    networks: Networks,
    data: NewData,
    name: str,
    values: np.ndarray,
    own: np.ndarray,
    predictions: np.ndarray,
    part: Part | None,
    own_design: Design,
) -> ScoreOnNew:
    """A score with its intervals."""
    score, arm = score_named(name), networks.arm
    mean, own_mean = (_mean_of(numbers).within(*score.ends) for numbers in (values, own))
    is_equal = np.isclose(values, own, rtol=CLOSE, atol=0)
    differences = np.where(is_equal, 0.0, values - own)
    difference = paired_difference(np.where(is_equal, own, values), own)
    new_samples = ends_within(*_new_samples(networks, data, score, values, predictions), *score.ends)
    own_ends: Ends = (nan, nan)
    if part is not None:
        try:
            by_sample = BySample([own_design], own[None], [(arm.result, arm.number)], networks.seeds, part, score)
            (own_ends,) = by_sample.own()
        except Absent:
            pass
    _, low, high = difference_of_means((mean.mean, *new_samples), (own_mean.mean, *own_ends))
    widest = score.highest - score.lowest  # no difference is larger
    ends = ends_within(low, high, -widest, widest)
    return ScoreOnNew(
        score, values, own, mean, new_samples, own_mean, differences, difference.within(-widest, widest), ends
    )


def _mean_of(values: np.ndarray) -> MeanInterval:
    finite = values[np.isfinite(values)]
    return mean_interval(finite) if finite.size else MeanInterval(0, nan, nan, nan, nan)


def _new_samples(networks: Networks, data: NewData, score: Score, values: np.ndarray, predictions: np.ndarray) -> Ends:
    """The interval of the mean for new samples; NaN where predictions do not give one."""
    mean = _mean_of(values)
    if score.share_of_samples:
        return own_interval(mean.n, mean.mean, mean.std, FixedTest(len(data.inputs)), is_share=True)
    if score.from_predictions == "none" or not np.isfinite(values).all():
        return nan, nan
    is_classes, targets = networks.classification, data.targets if networks.classification else data.targets[:, 0]
    probable = None
    if is_classes and networks.head.output.is_probability:
        probable = networks.probabilities(data.inputs).max(2)
    predicted = Predicted(
        np.broadcast_to(targets, predictions.shape).astype(float),
        predictions.astype(float),
        probable,
        networks.preparation.num_outputs if is_classes else 0,
    )
    of_samples = scores_of_samples(score.from_predictions, predicted, values)
    if of_samples is None:
        return nan, nan
    if len(of_samples) == 1:  # of this one network, as Wilson's interval is
        alone = mean_interval(of_samples[0])
        return alone.low, alone.high
    number = paired_by_sample(of_samples)
    return (nan, nan) if number is None else number.interval()
