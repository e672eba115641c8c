"""What is measured of one trained member before anything is said about why it learned or did not."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class NetworkState:
    """A network at one moment, on its training data."""

    largest_eigenvalue: float
    """Of the Hessian of the training objective."""
    deltas: tuple[float, ...]
    """Norm of the derivative of the loss with respect to what each layer with weights gives, first to last."""
    saturated: dict[str, float]
    """Share of saturated values by activation layer; empty for functions that do not saturate."""
    dead: dict[str, float]
    """Share of dead units by activation layer; empty for functions under which none can die."""
    twins: float
    """Share of hidden units that compute the same as another of their layer, in the layer where it is largest."""

    @property
    def signal(self) -> float:
        """The backward signal at the first layer as a multiple of that at the last; NaN with a single layer."""
        first, last = self.deltas[0], self.deltas[-1]
        return first / last if len(self.deltas) > 1 and last > 0 else float("nan")

    @property
    def most_saturated(self) -> tuple[float, str]:
        """The largest share and its layer; 0 and no layer where nothing saturates."""
        return max(((share, layer) for layer, share in self.saturated.items()), default=(0.0, ""))

    @property
    def most_dead(self) -> tuple[float, str]:
        """Likewise for dead units."""
        return max(((share, layer) for layer, share in self.dead.items()), default=(0.0, ""))


@dataclass(frozen=True)
class DataState:
    """The training data as the network sees them."""

    samples: int
    """Number of training samples."""
    largest_scale: float
    """The largest root mean square of a feature."""
    scale_ratio: float
    """The largest standard deviation of a feature over the smallest."""
    chance_loss: float
    """Loss of the best constant output."""
    neighbour_score: float
    """Accuracy (or R²) of predicting each training sample from its nearest neighbours among the others."""
    contradicted: float
    """Share of training samples whose neighbours nearly all bear another label; 0 for regression."""


@dataclass(frozen=True)
class Examination:
    """One member after its training."""

    seed: int
    """Its seed."""
    diverged: bool
    """Whether its loss was no longer finite."""
    epochs: int
    """Epochs it took part in."""
    epoch_of: np.ndarray
    """Epoch of each value of the curves."""
    train_loss: np.ndarray
    """By recorded epoch."""
    held_loss: np.ndarray
    """Of the validation or else the test part; empty without either."""
    held_part: str
    """Its name."""
    held_samples: int
    """Its size."""
    train_score: float
    """Accuracy (or R²) on the training part at the end; NaN where there is none."""
    held_score: float
    """The same on the held part."""
    score_is_share: bool
    """Whether these are shares of samples, whose spread their number says."""
    score_name: str
    """``accuracy`` or ``R²``."""
    hidden_activations: tuple[str, ...]
    """Name of each hidden layer's function."""
    optimizer: str
    """Name."""
    learning_rate: float
    """The largest used."""
    momentum: float
    """Of sgd."""
    batch_share: float
    """Samples of a step as a share of the training set."""
    relative_step: float
    """For optimizers with step sizes of their own: learning rate over the root mean square of the weights."""
    moved: tuple[float, ...]
    """Of each layer with weights, how far training took it as a multiple of its initial norm."""
    initial: NetworkState
    """The network before the first step."""
    final: NetworkState
    """The network at its last finite loss."""
    data: DataState
    """The data."""
    nesterov: bool = False
    """Whether the momentum of sgd is Nesterov's."""

    @property
    def learned(self) -> float:
        """How much of the loss of a constant output is gone at the end: 1 is everything, 0 nothing; negative: worse."""
        return 1 - self.last_loss / self.data.chance_loss if self.data.chance_loss > 0 else float("nan")

    @property
    def last_loss(self) -> float:
        """Median of the training loss over the last tenth of the epochs, the last epoch at least."""
        return float(np.median(self.train_loss[-max(1, len(self.train_loss) // 10) :]))

    @property
    def unsteadiness(self) -> float:
        """Standard deviation over mean of the training loss in the last quarter; 0 where it only falls there."""
        last = self.train_loss[-max(2, len(self.train_loss) // 4) :]
        if (np.diff(last) <= 0).all():
            return 0.0
        return float(last.std() / last.mean()) if last.mean() > 0 else 0.0

    @property
    def still_falling(self) -> float:
        """How much the training loss fell in the last fifth of the epochs, as a share of the loss of a constant output.

        Compared are the medians of the last tenth and of the tenth before the last fifth.
        """
        width, losses = max(1, len(self.train_loss) // 10), self.train_loss
        before, after = np.median(losses[-3 * width : max(len(losses) - 2 * width, 1)]), np.median(losses[-width:])
        return float((before - after) / self.data.chance_loss) if self.data.chance_loss > 0 else 0.0

    @property
    def stability_limit(self) -> float:
        """The curvature above which gradient descent is not stable; infinite for other optimizers.

        ``2 (1 + momentum) / learning rate``; with Nesterov's variant, divided by ``1 + 2 momentum``.

        References:
            Cohen, Kaur, Li, Kolter and Talwalkar (2021), "Gradient descent on neural networks typically occurs at the edge of
            stability", section 2 and appendix B.
        """
        if self.optimizer != "sgd":
            return float("inf")
        reached = 1 + 2 * self.momentum if self.nesterov else 1.0
        return 2 * (1 + self.momentum) / (self.learning_rate * reached)
