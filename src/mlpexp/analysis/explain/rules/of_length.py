"""Causes that lie in how long, and against how much resistance, a network is trained."""

from mlpexp.analysis.explain.examination import Examination
from mlpexp.analysis.explain.rules.numbers import Numbers, scored
from mlpexp.analysis.explain.rules.of_data import ENOUGH
from mlpexp.analysis.explain.rules.of_network import SETTLED
from mlpexp.analysis.explain.rules.of_rate import learning_rate_too_small

MUCH_DROPOUT = 0.5
SHRUNK = 0.7  # norm of the weights at the end over that at the start
EARLY = 0.6  # of the configured epochs
SCORE_GAP = 0.05
LOSS_RATIO = 1.3
ABOVE_REFERENCE = 0.15  # training score


def too_much_decay(trial: Examination) -> Numbers | None:
    """A penalty keeps the weights small."""
    if not (trial.settings.decay > 0 and trial.shrunk < SHRUNK and trial.behind) or trial.diverged:
        return None
    return scored(trial, decay=trial.settings.decay, key=trial.settings.decay_key, shrunk=trial.shrunk)


def too_much_dropout(trial: Examination) -> Numbers | None:
    """So many units are dropped that the others cannot learn."""
    if trial.settings.dropout < MUCH_DROPOUT or not trial.behind or trial.diverged:
        return None
    return scored(trial, dropout=trial.settings.dropout)


def stopped_early(trial: Examination) -> Numbers | None:
    """Training was stopped long before its last epoch."""
    if (
        trial.status not in ("stopped early", "converged")
        or trial.epochs > EARLY * trial.settings.epochs
        or not trial.failed
    ):
        return None
    return scored(trial, epochs=float(trial.epochs), configured=float(trial.settings.epochs), status=trial.status)


def overfitting(trial: Examination) -> Numbers | None:
    """What is fitted on training samples does not hold for others."""
    own = trial.own
    if trial.diverged or trial.unfit:
        return None
    if own is None:  # then only what no simple model can predict on other samples
        memorized = trial.gap >= ABOVE_REFERENCE and trial.data.samples >= ENOUGH
        return scored(trial) if memorized else None
    rise = own.held_loss / own.lowest if own.lowest > 0 else 1.0
    rises = trial.gap >= SCORE_GAP and rise >= LOSS_RATIO and own.held_loss >= LOSS_RATIO * own.train_loss
    if not (rises or (trial.failed and trial.gap >= trial.wide_gap)):
        return None
    numbers = {"held_loss": own.held_loss, "lowest": own.lowest, "epoch": own.lowest_epoch}
    return scored(trial, train_loss=own.train_loss, **numbers)


def too_few_epochs(trial: Examination) -> Numbers | None:
    """Training ended while the loss was still falling."""
    if trial.diverged or not trial.behind or trial.still_falling < SETTLED:
        return None
    if learning_rate_too_small(trial) is not None:
        return None
    return scored(trial, falling=trial.still_falling, epochs=float(trial.epochs))
