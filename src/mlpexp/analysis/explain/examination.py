"""What is measured of one trained member before anything is said about why it learned or did not."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from mlpexp.analysis.explain.data_state import DataState
from mlpexp.analysis.explain.references import References
from mlpexp.analysis.explain.settings import Settings

SCORE_TOLERANCE, R2_TOLERANCE = 0.03, 0.08
WIDE_GAP, WIDE_R2_GAP = 0.1, 0.2


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
class OwnSetting:
    """The run's setting, rehearsed: trained on three quarters of the training part, judged on the rest."""

    scores_S: np.ndarray
    """On the held-out samples, by trial."""
    train_score: float
    """Mean on what was trained on."""
    train_loss: float
    """At the end; mean."""
    held_loss: float
    """On held-out samples, at the end."""
    lowest: float
    """The lowest of the mean curve."""
    lowest_epoch: float
    """Where that is."""
    balanced: float = float("nan")
    """Balanced accuracy on held-out samples; NaN for regression."""

    @property
    def score(self) -> float:
        """Mean on the held-out samples."""
        return float(np.mean(self.scores_S))


@dataclass(frozen=True, eq=False)
class Examination:
    """One member after its training."""

    seed: int
    """Its seed."""
    status: str
    """``finished``, ``stopped early``, ``converged`` or ``diverged``."""
    epochs: int
    """Epochs it took part in."""
    epoch_of: np.ndarray
    """Epoch of each value of the curve, ascending."""
    train_loss: np.ndarray
    """By recorded epoch."""
    train_score: float
    """Accuracy (or R²) on the training part at the end."""
    score_is_share: bool
    """Whether scores are shares of samples."""
    score_name: str
    """``accuracy`` or ``R²``."""
    moved: tuple[float, ...]
    """Of each layer with weights, how far training took it as a multiple of its initial norm."""
    shrunk: float
    """Norm of all weights at the end over that at the start."""
    initial: NetworkState
    """The network before the first step."""
    final: NetworkState
    """The network at its last finite loss."""
    settings: Settings
    """What was asked for."""
    data: DataState
    """The data."""
    references: References
    """What simple models reach on samples held out of the training part."""
    own: OwnSetting | None = None
    """What the run's own setting reaches on the same samples; None: it was not rehearsed."""

    @property
    def diverged(self) -> bool:
        """Whether its loss was no longer finite."""
        return self.status == "diverged"

    @property
    def tolerance(self) -> float:
        """How far below the best reference a healthy score may be: a margin, and up to as much again of standard error."""
        margin = SCORE_TOLERANCE if self.score_is_share else R2_TOLERANCE
        if self.own is None:
            return margin
        best = self.references.scores_S[self.references.best_name]
        differences = self.own.scores_S[: len(best)] - best[: len(self.own.scores_S)]
        if len(differences) < 2:
            return margin
        return margin + min(margin, float(differences.std(ddof=1) / sqrt(len(differences))))

    @property
    def unfit(self) -> bool:
        """Whether training reached less on its own samples than the best reference does on held-out ones."""
        return self.diverged or not self.train_score >= self.references.best - self.tolerance

    @property
    def failed(self) -> bool:
        """Whether the run is not healthy: it diverged, or is behind the best reference, in training or on held-out samples."""
        return self.unfit or (self.own is not None and self.own.score < self.references.best - self.tolerance)

    @property
    def behind(self) -> bool:
        """Whether it is not healthy for what it cannot fit, and not for what it has fitted too well."""
        return self.unfit or (self.failed and self.gap < self.wide_gap)

    @property
    def wide_gap(self) -> float:
        """How far a score on training samples may be above that on others."""
        return WIDE_GAP if self.score_is_share else WIDE_R2_GAP

    @property
    def gap(self) -> float:
        """Score on training samples less that on held-out ones; of the references where the run was not rehearsed."""
        if self.own is not None:
            return self.own.train_score - self.own.score
        return self.train_score - self.references.best

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

        Compared are the medians of the last tenth and of the tenth before the last fifth. Where an evaluation is missing
        there, the one before counts, and the fall is taken to be even in between.
        """
        epochs, last = self.epoch_of, self.epoch_of[-1]
        earlier = epochs <= 0.8 * last
        if last == 0 or self.data.chance_loss <= 0:
            return 0.0
        tenth = earlier & (epochs > 0.7 * last)
        before = tenth if tenth.any() else epochs == epochs[earlier][-1]
        after = epochs > 0.9 * last
        fall = float(np.median(self.train_loss[before]) - np.median(self.train_loss[after]))
        between = float(np.median(epochs[after]) - np.median(epochs[before]))
        return fall * min(1.0, 0.2 * last / between) / self.data.chance_loss

    @property
    def stability_limit(self) -> float:
        """The curvature above which gradient descent is not stable; infinite for other optimizers.

        ``2 (1 + momentum) / learning rate``; with Nesterov's variant, divided by ``1 + 2 momentum``.

        References:
            Cohen, Kaur, Li, Kolter and Talwalkar (2021), "Gradient descent on neural networks typically occurs at the edge of
            stability", section 2 and appendix B.
        """
        if self.settings.optimizer != "sgd":
            return float("inf")
        reached = 1 + 2 * self.settings.momentum if self.settings.nesterov else 1.0
        return 2 * (1 + self.settings.momentum) / (self.settings.learning_rate * reached)
