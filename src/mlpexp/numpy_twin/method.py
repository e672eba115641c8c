"""Training with the NumPy network: the members of a stack one after the other, on the same batches as in the engine.

Axis letters: M members, B batch, P parameters of a member, K outputs.
"""

from collections.abc import Sequence

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from mlpexp.config.experiment import Experiment
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork
from mlpexp.numpy_twin.backprop import Trace, descend, differentiate, forward, layers_of
from mlpexp.numpy_twin.outputs import head_of
from mlpexp.training.evaluation import always
from mlpexp.training.head import Head
from mlpexp.training.hyper import HyperParameters, StepCoefficients
from mlpexp.training.method import Method
from mlpexp.training.samples import Samples
from mlpexp.training.scores import Collected, PartScores
from mlpexp.training.state import TrainingState

CHUNK_SAMPLES = 4096


class NumpySteps:
    """Steps of gradient descent; the layers are views into the parameters of the stack, which they change in place."""

    def __init__(self, members: Sequence[Experiment], state: TrainingState, hyper: HyperParameters, head: Head) -> None:
        limit_threads()
        network, twin = state.network, head_of(head.output)
        self.loss, self.penalties = twin.loss, hyper.arrays["l2_penalty"].tolist()
        self.members = [layers_of(network.architecture, flat) for flat in network.flat.numpy()]
        for layers in self.members:
            twin.activate(layers)
        weights_MK = hyper.class_weights
        self.class_weights = None if weights_MK is None else weights_MK.astype(network.flat.numpy().dtype)

    @np.errstate(over="ignore", invalid="ignore")  # what diverges is found, and said, by the loop
    def __call__(self, inputs: Tensor, targets: Tensor, mode: Mode, coefficients: StepCoefficients) -> Tensor:
        """A step on a batch ``(M, B, ...)``; returns the logits ``(M, B, K)`` before it."""
        (minus_rate,) = coefficients.own
        x, y, rates = inputs.flatten(2).numpy(), targets.numpy(), (-minus_rate).flatten().tolist()
        outputs = []
        for m, layers in enumerate(self.members):
            weights = None if self.class_weights is None else self.class_weights[m][y[m]]
            trace, gradients = differentiate(layers, x[m], y[m], self.loss, self.penalties[m], weights)
            descend(layers, gradients, rates[m])
            outputs.append(trace.z[-1])
        return torch.from_numpy(np.stack(outputs))


class NumpyMeasures:
    """The scores, computed from outputs of the NumPy network."""

    def __init__(self, head: Head, names: Sequence[str], samples: Samples, pair_of_member: Tensor) -> None:
        self.head, self.twin = head, head_of(head.output)
        self.samples, self.pair_of_member = samples, pair_of_member.tolist()
        self.names, self.units = names, None if samples.units is None else samples.units.select(pair_of_member)
        self.classification = "accuracy" in self.names

    @np.errstate(over="ignore", invalid="ignore")
    def scores(self, network: StackedNetwork, parts: list[str]) -> dict[str, PartScores]:
        """Scores of each member on the given parts."""
        members = [layers_of(network.architecture, flat) for flat in network.flat.numpy()]
        for layers in members:
            self.twin.activate(layers)
        scores = {}
        for part, (first, past) in self.samples.sizes.bounds.items():
            if part not in parts:
                continue
            sums, collected = (
                np.zeros((2, len(members))),
                Collected(self.names, self.head, log=self.units is not None and self.units.log),
            )
            for start in range(first, past, CHUNK_SAMPLES):
                inputs, targets = self.samples.part(start, min(start + CHUNK_SAMPLES, past))
                x, y = inputs.flatten(2).numpy(), targets.numpy()
                outputs = []
                for m, (layers, pair) in enumerate(zip(members, self.pair_of_member, strict=True)):
                    trace = forward(layers, x[pair])
                    outputs.append(trace.z[-1])
                    sums[:, m] += self._sums(trace, y[pair])
                if collected:
                    collected.add(torch.from_numpy(np.stack(outputs)), targets[self.pair_of_member], self.units)
            loss, correct = sums / (past - first)
            variance = self.samples.target_variances[part][self.pair_of_member] if "r2" in self.names else None
            right = correct if self.classification else None
            scores[part] = always(self.head, loss, right, variance) | collected.scores(variance)
        return scores

    def _sums(self, trace: Trace, targets: np.ndarray) -> tuple[float, float]:
        loss = self.twin.loss.value(trace.outputs, targets).sum(dtype=np.float64)
        correct = (self.twin.predicted(trace.z[-1]) == targets).sum() if self.classification else 0.0
        return float(loss), float(correct)


def limit_threads() -> None:
    """Gives NumPy's matrix products as many threads as torch has, that is those of the config.

    By default they take all cores, which small products do not repay, and wait for each other spinning: with another
    process on the machine a step of 784-256-128-10 took 44 ms instead of 2.7.
    """
    threadpool_limits(torch.get_num_threads(), user_api="blas")


NUMPY = Method(NumpySteps, NumpyMeasures)
