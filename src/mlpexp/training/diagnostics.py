"""What happens inside a network while it learns: quantities of each layer, for all members of a stack at once.

A quantity is a number per member, layer and logged epoch. Those of the weights belong to the last step of the epoch, in
epoch 0 to the first step, which is yet to come; those of the activations to the whole training set after it. Nothing here
changes a weight or draws from a stream of training.

Axis letters: A active members, G members of a group, L layers with weights, P parameters of a member, B samples, U units.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture, Segment
from mlpexp.config.experiment import Experiment
from mlpexp.nn.mode import EVALUATION, Mode
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.activation_sums import ActivationSums
from mlpexp.training.curvature import largest_eigenvalues
from mlpexp.training.diagnosed import has_ranks
from mlpexp.training.evaluation import Evaluator
from mlpexp.training.hyper import StepCoefficients
from mlpexp.training.losses import Loss
from mlpexp.training.method import Measures, Steps
from mlpexp.training.scores import PartScores
from mlpexp.training.state import TrainingState
from mlpexp.training.step import Stepper

Quantities = dict[tuple[str, str], np.ndarray]  # by layer and quantity, (A,); NaN where there is none

PROBE_SAMPLES = 1024  # of the training set, for the backward signal and the curvature
NETWORK = "network"  # in place of a layer


class Diagnostics:
    """Measures a stack.

    Args:
        architecture: What each member is.
        members: The active members, in the order of the stack.
        full: Whether to measure the backward signal and the curvature, too.
        loss: What is trained on.
    """

    def __init__(self, architecture: Architecture, members: Sequence[Experiment], loss: Loss, *, full: bool) -> None:
        self.architecture, self.members, self.loss, self.full = architecture, members, loss, full
        self.weights = architecture.weights
        self.penalties = np.array([member.optimizer.l2_penalty for member in members])

    @torch.no_grad()
    def watched_step(
        self, stepper: Steps, state: TrainingState, inputs: Tensor, targets: Tensor, mode: Mode, c: StepCoefficients
    ) -> Tensor:
        """Takes a step and remembers, in ``state``, norms of gradient, weights (before) and update of each layer."""
        assert isinstance(stepper, Stepper)
        flat = state.network.flat
        before, stepper.watched = flat.clone(), True
        outputs = stepper(inputs, targets, mode, c)
        assert stepper.gradient is not None
        state.observed = self._norms(torch.stack([stepper.gradient, before, flat - before], 1))
        stepper.watched, stepper.gradient = False, None
        return outputs

    def first_gradient(
        self, stepper: Steps, inputs: Tensor, targets: Tensor, mode: Mode
    ) -> dict[tuple[str, str], Tensor]:
        """Norm of the gradient of each layer in the first step, before it is taken: so an explosion is seen that it makes.

        Infinite where it is not finite: ``inf - inf`` is no number, but comes of a gradient that has exploded.
        """
        assert isinstance(stepper, Stepper)
        norms_AL = self._norms(stepper.gradient_before(inputs, targets, mode)[:, None])[:, 0]
        norms_AL = torch.where(norms_AL.isfinite(), norms_AL, torch.inf)
        return {(weight.layer, "gradient_norm"): norms_AL[:, i] for i, weight in enumerate(self.weights)}

    def _norms(self, parameters_ANP: Tensor) -> Tensor:
        """``(A, N, L)``: of the weights, without biases."""
        pieces = [parameters_ANP[:, :, weight.place] for weight in self.weights]
        return torch.stack([torch.linalg.vector_norm(piece, dim=2) for piece in pieces], 2)

    @torch.no_grad()
    def measured(
        self,
        state: TrainingState,
        evaluator: Measures,
        parts: Sequence[str],
        more: Mapping[tuple[str, str], Tensor] | None = None,
    ) -> tuple[dict[str, PartScores], Quantities]:
        """Scores of the parts, as the evaluation alone would give them, and all quantities, in the order of layers.

        Args:
            state: After an epoch, or before the first one.
            evaluator: Of its members.
            parts: Whose scores are wanted.
            more: Quantities ``(A,)`` that have been measured, by layer and name.
        """
        assert isinstance(evaluator, Evaluator)
        sums = ActivationSums(self.architecture)
        network = state.evaluated_network()
        scores = evaluator.scores(network, list(parts), sums) if parts else {}
        if "train" not in parts:  # apart, since the bounds of chunks decide how sums are rounded
            evaluator.scores(network, ["train"], sums)
        totals = sums.totals()
        first = self._norms(state.network.flat[:, None]) if state.observed is None else state.observed
        pieces = {("norms", ""): first.flatten(1), **{("sums", layer): total for layer, total in totals.items()}}
        pieces |= more or {}
        if has_ranks(state.epoch, self.members[0].training):
            pieces |= {(weight.layer, "weight_rank"): self._ranks(state.network, weight) for weight in self.weights}
        if self.full:
            pieces |= self._probed(state.network, *evaluator.training_samples(PROBE_SAMPLES))
        arrays = _transferred(pieces)
        norms = arrays.pop(("norms", "")).reshape(first.shape)
        values = {layer: arrays.pop(("sums", layer)) for layer in totals}
        others = {key: array[:, 0] for key, array in arrays.items()}
        quantities = {**self._of_steps(norms), **sums.quantities(values), **others}
        names = [*(layer.name for layer in self.architecture.layers), NETWORK]
        return scores, {key: quantities[key] for key in sorted(quantities, key=lambda key: names.index(key[0]))}

    def _of_steps(self, norms_ANL: np.ndarray) -> Quantities:
        if norms_ANL.shape[1] == 1:  # before the first step
            return {(weight.layer, "weight_norm"): norms_ANL[:, 0, i] for i, weight in enumerate(self.weights)}
        quantities, (gradients, weights, updates) = {}, norms_ANL.swapaxes(0, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(weights > 0, updates / weights, np.nan)
        for i, layer in enumerate(weight.layer for weight in self.weights):
            quantities[layer, "gradient_norm"], quantities[layer, "weight_norm"] = gradients[:, i], weights[:, i]
            quantities[layer, "update_ratio"] = ratios[:, i]
        return quantities

    def _ranks(self, network: StackedNetwork, weight: Segment) -> Tensor:
        """A convolution is a matrix with a row per output channel."""
        return rank(network.parameters[weight.name].flatten(2))

    def _probed(self, network: StackedNetwork, inputs: Tensor, targets: Tensor) -> dict[tuple[str, str], Tensor]:
        signal = backward_signal(network, inputs, targets, self.loss)
        steepest = largest_eigenvalues(network, inputs, targets, self.loss, self.penalties)
        return {**signal, (NETWORK, "largest_eigenvalue"): steepest}


def backward_signal(
    network: StackedNetwork, inputs: Tensor, targets: Tensor, loss: Loss
) -> dict[tuple[str, str], Tensor]:
    """Norm of the derivative of the mean loss with respect to what each layer gives, and its gain from layer to layer.

    ``delta_l = f'(z_l) * (W_{l+1}' delta_{l+1})``: the gain of layer ``l + 1`` is ``|delta_l| / |delta_{l+1}|``, each ``(M,)``.

    References:
        Bengio, Simard and Frasconi (1994), "Learning long-term dependencies with gradient descent is difficult", section III.
    """
    norms: dict[str, Tensor] = {}

    def remember(layer: str, dy: Tensor) -> None:
        norms[layer] = torch.linalg.vector_norm(dy.flatten(1), dim=1)

    def output_gradient(outputs: Tensor) -> Tensor:
        return loss.gradient(outputs, targets) / inputs.shape[1]

    network.forward_backward(inputs, EVALUATION, output_gradient, remember)
    layers = [weight.layer for weight in network.architecture.weights]
    signal = {(layer, "delta_norm"): norms[layer] for layer in layers}
    for earlier, later in pairwise(layers):
        signal[later, "backward_gain"] = norms[earlier] / norms[later]
    return signal


def rank(weights: Tensor) -> Tensor:
    """Of matrices ``(M, rows, columns)``: singular values above the rounding of the largest; NaN if not finite, ``(M,)``.

    References:
        Golub and Van Loan (2013), "Matrix computations", section 5.4.1 (numerical rank).
    """
    finite = torch.isfinite(weights).all(dim=(1, 2))
    values = torch.linalg.svdvals(torch.where(finite[:, None, None], weights, 0.0))
    smallest = values[:, :1] * max(weights.shape[1:]) * torch.finfo(weights.dtype).eps
    return torch.where(finite, (values > smallest).sum(1).double(), float("nan"))


def _transferred(pieces: dict[tuple[str, str], Tensor]) -> dict[tuple[str, str], np.ndarray]:
    """Tensors ``(A,)`` and ``(A, n)`` as arrays ``(A, n)``, in one transfer from the device."""
    wide = torch.float64 if next(iter(pieces.values())).device.type != "mps" else torch.float32
    columns = [piece.to(wide).reshape(len(piece), -1) for piece in pieces.values()]
    bounds = np.cumsum([column.shape[1] for column in columns])[:-1]
    return dict(zip(pieces, np.split(torch.cat(columns, 1).cpu().numpy(), bounds, axis=1), strict=True))
