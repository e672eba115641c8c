"""After which epochs diagnostics are recorded: a matter of the length of the training; imports no torch."""

from mlpexp.config.optimization import Training

MOST_EPOCHS = 30
RANKS = "weight_rank"  # the quantity that is recorded less often


def is_diagnosed(epoch: int, settings: Training) -> bool:
    """Whether diagnostics are recorded after an epoch: after all that have metrics if those are few, else after some 30.

    What they show changes slowly, and so they cost little in long runs, too.
    """
    return epoch % distance(settings) == 0 or epoch in (settings.epochs, settings.evaluate_every)


def distance(settings: Training) -> int:
    """Epochs between two diagnoses."""
    return settings.evaluate_every * -(-settings.epochs // (settings.evaluate_every * MOST_EPOCHS))


def has_ranks(epoch: int, settings: Training) -> bool:
    """Whether ranks, which take longer than the rest, belong to a diagnosis: to number 0, 1, 2, 4, 8, ... and the last."""
    number, rest = divmod(epoch, distance(settings))
    return epoch == settings.epochs or (rest == 0 and number & (number - 1) == 0)


def recorded_alike(shorter: Training, longer: Training) -> bool:
    """Whether a training records all that a longer one records in the epochs which both have."""
    epochs = range(shorter.epochs + 1)
    diagnosed = all(is_diagnosed(epoch, shorter) for epoch in epochs if is_diagnosed(epoch, longer))
    return diagnosed and all(has_ranks(e, shorter) for e in epochs if is_diagnosed(e, longer) and has_ranks(e, longer))
