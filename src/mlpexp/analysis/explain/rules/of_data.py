"""Causes that lie in the data, or in how the network sees them."""

from mlpexp.analysis.explain.examination import Examination
from mlpexp.analysis.explain.references import RARE, Errors
from mlpexp.analysis.explain.rules.numbers import Numbers, scored
from mlpexp.analysis.input_scale import InputScale

SQUEEZED = 6.0  # spread with the most extreme values over that without them
LARGE_TARGET, SMALL_TARGET, FAR_TARGET = 10.0, 0.1, 10.0  # standard deviation; mean over that
HUGE_TARGET, TINY_TARGET = 1000.0, 1e-3  # a harm whatever came of it
WRONG, FEW_WRONG = 0.12, 0.08  # share of errors on held-out samples
EVEN, NEARLY_EVEN = 0.85, 0.65  # errors of the most confident predictions over all errors
EVEN_IN_A_CLASS = 0.75
ENOUGH = 100  # training samples: with fewer, what references get wrong is chance
MEMORIZED = 0.1  # training score above that on held-out samples
OVERLOOKED = 0.1  # balanced accuracy below that of a reference


def outliers(trial: Examination) -> Numbers | None:
    """A few extreme values squeeze all others together."""
    if not (trial.failed and trial.data.squeeze > SQUEEZED):
        return None
    return scored(trial, column=trial.data.squeezed, squeeze=trial.data.squeeze, largest_z=trial.data.largest_z)


def unscaled_target(trial: Examination) -> Numbers | None:
    """The numbers to learn are far from 0 and 1."""
    scale, offset = trial.data.target_scale, trial.data.target_offset
    unusual = not SMALL_TARGET <= scale <= LARGE_TARGET or offset > FAR_TARGET
    if not (trial.failed and unusual) and TINY_TARGET <= scale <= HUGE_TARGET:
        return None
    return scored(trial, scale=scale, offset=offset)


def unscaled_inputs(trial: Examination) -> Numbers | None:
    """Features are large, or of very different size."""
    data = trial.data
    if not (trial.failed and InputScale(data.largest_scale, data.scale_ratio).is_unscaled):
        return None
    numbers = {"scale": data.largest_scale, "ratio": data.scale_ratio}
    return {**numbers, "eigenvalue": trial.initial.largest_eigenvalue, "limit": trial.stability_limit}


def label_noise(trial: Examination) -> Numbers | None:
    """Labels are wrong: references err where they are most sure, too, and not only where classes meet."""
    references = trial.references
    if references.best < references.constant + trial.tolerance or trial.data.samples < ENOUGH:
        return None  # nothing is known of the labels
    errors, memorized = references.errors, trial.failed and trial.gap >= MEMORIZED
    found = errors.share >= FEW_WRONG and errors.evenness >= NEARLY_EVEN and memorized
    found = found or (errors.share >= WRONG and errors.evenness >= EVEN)
    which = ""
    if not found and memorized:
        in_classes = [each for each in references.errors_by_class.values() if _even(each)]
        found, errors = bool(in_classes), max(in_classes, key=lambda each: each.share, default=errors)
        which = " that it takes for one class"
    if not found:
        return None
    return scored(trial, errors=errors.share, confident=errors.confident, which=which)


def _even(errors: Errors) -> bool:
    return errors.share >= WRONG and errors.evenness >= EVEN_IN_A_CLASS


def imbalance(trial: Examination) -> Numbers | None:
    """A rare class is overlooked that a reference finds."""
    if trial.data.rarest >= RARE / trial.data.classes or trial.own is None or trial.diverged:
        return None
    if not trial.own.balanced < trial.references.balanced - OVERLOOKED:
        return None
    numbers = {"majority": trial.data.majority, "rarest": trial.data.rarest}
    return scored(trial, balanced=trial.own.balanced, best_balanced=trial.references.balanced, **numbers)
