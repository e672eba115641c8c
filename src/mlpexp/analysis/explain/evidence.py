"""What is held out tells: the run's own setting and simple references, on the same samples of the training part.

The test part is never read.
"""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import torch

from mlpexp.analysis.explain.examination import OwnSetting
from mlpexp.analysis.explain.references import MOST_SAMPLES, HeldOutSplit, References, references_on, without_split
from mlpexp.analysis.rehearsal.rehearse import (
    FEWEST_HELD_OUT,
    Rehearsed,
    TookTooLong,
    num_held_out,
    rehearse,
    samples_of_trials,
    seconds_of,
)
from mlpexp.config.scores import headline, measured_by
from mlpexp.data.dataset import Dataset
from mlpexp.errors import DataError
from mlpexp.execution.members import members_of, samples_of
from mlpexp.planning.prepare import Prepared
from mlpexp.training.lack_of_memory import is_lack_of_memory
from mlpexp.training.samples import Samples

TRIALS, FEWEST_TRIALS = 5, 3
CHEAP = 500_000  # samples x features x classes: references of five trials take a few seconds
MOST_SECONDS = 60.0
LARGEST = 1e30  # whose square is a number
MANY = 10_000_000  # values, which stay in single precision


def trials_for(prepared: Prepared, *, rehearsed: bool) -> int:
    """How many trials references and rehearsals get: fewer where they take long, and one where nothing is rehearsed."""
    facts = prepared.facts
    work = prepared.sizes.train * int(np.prod(facts.input_shape)) * max(facts.num_outputs, 1)
    if work <= CHEAP:
        return TRIALS
    return FEWEST_TRIALS if rehearsed else 1


def references_of(prepared: Prepared, dataset: Dataset, run_seeds: Sequence[int], count: int) -> References:
    """What simple models reach on the samples that the trials of a rehearsal hold out.

    Where none can be held out, because they or their groups are too few, a constant and what can be learned by heart.
    """
    splits = []
    if _enough(prepared):
        with suppress(DataError):  # of a rare class, or of groups
            splits = [_held_out_split(samples) for samples in samples_of_trials(prepared, dataset, run_seeds, count)]
    if not splits:
        here = prepared.experiment.model_copy(update={"device": "cpu"})
        samples = samples_of(members_of(here, run_seeds[:1]), dataset)
        return without_split(*_part(samples, "train"), prepared.facts.task, few=not _enough(prepared))
    return references_on(splits, prepared.facts.task)


def own_setting(
    prepared: Prepared, dataset: Dataset, run_seeds: Sequence[int], count: int, most_seconds: float = MOST_SECONDS
) -> OwnSetting | str:
    """The run's setting, rehearsed with its seeds; a phrase that says why not, where it is not.

    Args:
        prepared: The checked experiment.
        dataset: The data.
        run_seeds: Of its trials.
        count: Trials; of a run with fewer seeds, the same seeds on other held-out samples.
        most_seconds: By the estimate and by the clock.
    """
    if not _enough(prepared):
        return "too few samples can be held out"
    if (seconds := seconds_of([prepared], count)) > most_seconds:
        return f"that takes about {seconds:.0f} s"
    seeds = [run_seeds[trial % len(run_seeds)] for trial in range(count)]
    classes = prepared.facts.task == "classification"
    score = "balanced_accuracy" if classes else None
    try:
        (found,) = rehearse(
            prepared, [prepared], dataset, seeds, score, most_seconds, run_seeds=run_seeds, every_epoch=True
        )
    except TookTooLong:
        return "that took too long"
    except DataError as error:
        return error.message
    except (RuntimeError, MemoryError) as error:
        if not is_lack_of_memory(error):
            raise
        return "that needs more memory than there is"
    scores = measured_by(prepared.experiment.model.name, prepared.facts.task)
    return _summed_up(found, scores[0], headline(scores), balanced=float(found.scores_S.mean()) if classes else np.nan)


def _enough(prepared: Prepared) -> bool:
    """Whether there are enough training samples to hold some out."""
    return num_held_out(prepared) >= FEWEST_HELD_OUT


def _summed_up(found: Rehearsed, loss: str, score: str, balanced: float) -> OwnSetting:
    """Means over the trials; of curves of different length, by the shortest."""
    scores, sound = np.zeros(len(found.curves)), np.flatnonzero(~found.diverged_S).tolist()
    if not len(sound):
        return OwnSetting(scores, 0.0, np.inf, np.inf, np.inf, 0.0, balanced)

    def kept(column: str) -> np.ndarray:
        return np.array([found.curves[trial][column][found.kept_S[trial]] for trial in sound])

    scores[sound] = kept(f"test_{score}")
    train_score, train_loss, held_loss = (
        float(kept(column).mean()) for column in (f"train_{score}", f"train_{loss}", f"test_{loss}")
    )
    length = min(len(found.curves[trial]["epoch"]) for trial in sound)
    curve = np.mean([found.curves[trial][f"test_{loss}"][:length] for trial in sound], axis=0)
    lowest_epoch = float(found.curves[sound[0]]["epoch"][curve.argmin()])
    return OwnSetting(scores, train_score, train_loss, held_loss, float(curve.min()), lowest_epoch, balanced)


def _held_out_split(samples: Samples) -> HeldOutSplit:
    inputs, targets = _part(samples, "train")
    if len(inputs) > MOST_SAMPLES:
        rows = np.sort(np.random.default_rng(0).permutation(len(inputs))[:MOST_SAMPLES])
        inputs, targets = inputs[rows], targets[rows]
    units = samples.units
    if units is None or not units.log:
        return HeldOutSplit(inputs, targets, *_part(samples, "test"))

    def own_unit(learned_NT: np.ndarray) -> np.ndarray:
        return units.own(torch.from_numpy(learned_NT)[None])[0].numpy()

    return HeldOutSplit(inputs, targets, *_part(samples, "test"), own_unit)


def _part(samples: Samples, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Inputs as the network sees them, flat, and targets as it learns them."""
    inputs, targets = samples.part(*samples.sizes.bounds[name])
    flat = inputs[0].flatten(1).float().clamp(-LARGEST, LARGEST)  # what is infinite in single precision
    return np.nan_to_num(flat.numpy()).astype(np.float64 if flat.numel() < MANY else np.float32), targets[0].numpy()
