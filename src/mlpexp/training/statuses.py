"""How each member stands after an evaluated epoch: still in training, or why it takes no further steps.

Axis letters: A active members.
"""

import numpy as np

from mlpexp.config.optimization import Training
from mlpexp.training.hyper import HyperParameters
from mlpexp.training.records import Status
from mlpexp.training.state import TrainingState


def statuses_after(
    state: TrainingState, hyper: HyperParameters, settings: Training, healthy: np.ndarray
) -> list[Status]:
    """The statuses of the active members.

    Args:
        state: After the epoch, with what it has improved.
        hyper: Of the active members: how long they wait.
        settings: The ``training:`` section.
        healthy: Which of them are finite, ``(A,)``.
    """
    if state.epoch == settings.epochs:
        otherwise = np.full(len(healthy), "finished")
    else:
        waited = state.epoch - state.improved_epoch[state.active]
        otherwise = np.where(waited >= hyper.patience, "stopped early", "running")
        if settings.convergence is not None:
            waited = state.epoch - state.fell_epoch[state.active]
            converged = (waited >= hyper.convergence_patience) & (otherwise == "running")
            otherwise = np.where(converged, "converged", otherwise)
    statuses: list[Status] = np.where(healthy, otherwise, "diverged").tolist()
    return statuses
