"""How the members of a stack learn, and how they are measured: the seam between the training loop and what it trains.

The loop knows batches, coefficients, records, checkpoints and members that leave; a method knows what one step changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from mlpexp.config.experiment import Experiment
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.evaluation import Evaluator
from mlpexp.training.head import Head
from mlpexp.training.hyper import HyperParameters, StepCoefficients
from mlpexp.training.samples import Samples
from mlpexp.training.scores import PartScores
from mlpexp.training.state import TrainingState
from mlpexp.training.step import Stepper


class Steps(Protocol):
    """Takes steps."""

    def __call__(self, inputs: Tensor, targets: Tensor, mode: Mode, coefficients: StepCoefficients) -> Tensor:
        """Changes the network in place for a batch ``(M, B, ...)``; returns the outputs ``(M, B, K)`` before it."""


class Measures(Protocol):
    """Measures networks."""

    def scores(self, network: StackedNetwork, parts: list[str]) -> dict[str, PartScores]:
        """The scores of each member on the given parts."""


@dataclass(frozen=True)
class Method:
    """One way to train."""

    steps: Callable[[Sequence[Experiment], TrainingState, HyperParameters, Head], Steps]
    """Prepares steps for the active members; called again when members have left."""
    measures: Callable[[Head, Sequence[str], Samples, Tensor], Measures]
    """Likewise prepares the evaluation by these scores; the tensor ``(A,)`` tells whose samples each member sees."""
    start: Callable[[Sequence[Experiment], StackedNetwork, Samples, Tensor], None] = lambda *_: None
    """Changes initial parameters that depend on the data, in place; by default nothing."""


def _steps(members: Sequence[Experiment], state: TrainingState, hyper: HyperParameters, head: Head) -> Stepper:
    objective = hyper.objective(head.loss, state.network.flat)
    return Stepper(state.network, state.slots, state.averaged, hyper, objective)


def _measures(head: Head, names: Sequence[str], samples: Samples, pair_of_member: Tensor) -> Evaluator:
    return Evaluator(samples, head, names, pair_of_member)


BACKPROPAGATION = Method(_steps, _measures)
