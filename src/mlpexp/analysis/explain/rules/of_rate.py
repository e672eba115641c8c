"""Causes that lie in the size of the steps."""

from math import isfinite

from mlpexp.analysis.explain.examination import Examination
from mlpexp.analysis.explain.rules.numbers import Numbers, scored

DEAD = 0.4  # of the units of a layer
UNSTEADY = 0.25
SMALL_PRODUCT, HUGE_PRODUCT = 0.02, 60.0  # learning rate times largest curvature; 2 is the limit
SMALL_RELATIVE_STEP, HUGE_RELATIVE_STEP = 1e-3, 3.0
SHORT_WAY = 0.5  # of the norm of the initial weights
SHORT_SCHEDULE = 0.25  # mean rate over the largest
SMALL_BATCH = 4
NEAR_LIMIT = 0.85


def small_batches(trial: Examination) -> Numbers | None:
    """Batch normalization by the mean and the variance of very few samples."""
    if not (trial.settings.batch_norm and trial.settings.batch_size <= SMALL_BATCH and trial.failed):
        return None
    return scored(trial, batch=float(trial.settings.batch_size))


def learning_rate_too_large(trial: Examination) -> Numbers | None:
    """Steps go past the minimum."""
    if not trial.failed:
        return None
    settings, limit = trial.settings, trial.stability_limit
    above = max(trial.initial.largest_eigenvalue, trial.final.largest_eigenvalue) > limit
    unsteady = trial.unsteadiness > UNSTEADY and trial.learned < 1 - UNSTEADY
    worse = trial.last_loss > trial.train_loss[0]
    product = settings.learning_rate / (1 + settings.momentum) * trial.initial.largest_eigenvalue
    huge = product > HUGE_PRODUCT if settings.optimizer == "sgd" else settings.relative_step > HUGE_RELATIVE_STEP
    dead = trial.final.most_dead[0] >= DEAD  # by a single large step, perhaps: the rule for dead units names the rate
    restless = (unsteady or worse) and (above or not isfinite(limit)) and not dead
    if not (trial.diverged or restless or (huge and trial.unfit)):
        return None
    how = "diverged" if trial.diverged else "unsteady" if unsteady else "worse" if worse else "huge"
    return {
        "rate": settings.learning_rate,
        "limit": limit,
        "start": trial.initial.largest_eigenvalue,
        "optimizer": settings.optimizer,
        "end": trial.final.largest_eigenvalue,
        "epochs": float(trial.epochs),
        "how": how,
        "first": float(trial.train_loss[0]),
        "last": trial.last_loss,
        "unsteadiness": trial.unsteadiness,
        "momentum": settings.momentum,
        "step": settings.relative_step,
    }


def learning_rate_too_small(trial: Examination) -> Numbers | None:
    """Training goes in the right direction, but slowly."""
    settings = trial.settings
    product = settings.learning_rate / (1 - settings.momentum) * trial.initial.largest_eigenvalue
    small = product < SMALL_PRODUCT if settings.optimizer == "sgd" else settings.relative_step < SMALL_RELATIVE_STEP
    if not (trial.behind and small) or trial.diverged or trial.still_falling <= 0:
        return None
    return {
        "rate": settings.learning_rate,
        "product": product,
        "momentum": settings.momentum,
        "step": settings.relative_step,
        "optimizer": settings.optimizer,
        "falling": trial.still_falling,
        "learned": trial.learned,
        "eigenvalue": trial.initial.largest_eigenvalue,
    }


def clipping_too_tight(trial: Examination) -> Numbers | None:
    """Shortened gradients cannot take the weights far enough."""
    if trial.settings.clip is None or trial.settings.reach > SHORT_WAY or not trial.behind:
        return None
    return scored(trial, clip=trial.settings.clip, reach=trial.settings.reach)


def schedule_too_fast(trial: Examination) -> Numbers | None:
    """The learning rate is next to nothing for most of the training."""
    if trial.settings.mean_rate >= SHORT_SCHEDULE or not trial.behind or trial.diverged:
        return None
    return scored(trial, mean_rate=trial.settings.mean_rate, epochs=float(trial.settings.epochs))


def edge_of_stability(trial: Examination) -> Numbers | None:
    """Full batches, and a curvature near the limit; no fault."""
    near = trial.final.largest_eigenvalue > NEAR_LIMIT * trial.stability_limit
    if trial.diverged or trial.settings.batch_share < 0.5 or not near or learning_rate_too_large(trial) is not None:
        return None
    return {
        "eigenvalue": trial.final.largest_eigenvalue,
        "limit": trial.stability_limit,
        "start": trial.initial.largest_eigenvalue,
        "rate": trial.settings.learning_rate,
        "momentum": trial.settings.momentum,
        "rise": float(trial.train_loss[-1] / max(trial.train_loss.min(), 1e-30)),
    }
