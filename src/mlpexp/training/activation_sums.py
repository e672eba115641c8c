"""What activations give on the training set, summed up while the evaluation passes by.

Axis letters: A active members, G members of a group, B samples, U units.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Activation


@dataclass(frozen=True)
class SaturationRange:
    """Where an activation is saturated: further than ``reach`` from ``centre``, counted on its values."""

    centre: float
    reach: float
    flat: bool = False  # whether the derivative is exactly 0 there


# The derivative is below a tenth of its largest value: y (1 - y) < 0.1 / 4 and 1 - y^2 < 0.1.
SATURATION: Mapping[str, SaturationRange] = {
    "sigmoid": SaturationRange(0.5, 0.225**0.5),
    "tanh": SaturationRange(0.0, 0.9**0.5),
    "hard_sigmoid": SaturationRange(0.5, 0.5 - 1e-7, flat=True),
    "hard_tanh": SaturationRange(0.0, 1.0 - 1e-7, flat=True),
}


def activation_layers(architecture: Architecture) -> dict[str, str]:
    """The function's name of each activation, by layer."""
    layers = architecture.layers
    return {layer.name: layer.spec.function.name for layer in layers if isinstance(layer.spec, Activation)}


class ActivationSums:
    """Sums over the training set of what each activation gives.

    Values are those that the next layer sees; where a max pooling follows, the pooled ones.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.functions = activation_layers(architecture)
        self.counts = dict.fromkeys(self.functions, 0)  # values per unit
        self.chunks: list[dict[str, list[Tensor]]] = []  # of samples; by layer, per group of members, (G, 2 U + 1)
        self.samples = 0

    def expect(self, first_member: int, samples: int) -> None:
        """Tells which group of members comes next, and how many of its samples are training samples: the first ones."""
        if first_member == 0:
            self.chunks.append({})
        self.samples, self._first = samples, first_member == 0

    def __call__(self, layer: str, y: Tensor) -> None:
        """Adds the outputs ``(G, B, U, ...)`` of a layer: per unit their sum and how many are not saturated; their square."""
        function = self.functions.get(layer)
        if function is None or self.samples <= 0:
            return
        y = y[:, : self.samples]
        of_unit, wide = (1, *range(3, y.ndim)), torch.float64 if y.device.type != "mps" else torch.float32
        sums = [y.sum(of_unit, dtype=wide)]
        limits = SATURATION.get(function)
        if limits is not None:
            sums.append((y - limits.centre).abs_().le_(limits.reach).sum(of_unit, dtype=wide))
        norm = torch.linalg.vector_norm(y.flatten(1), dim=1, keepdim=True, dtype=wide)
        self.chunks[-1].setdefault(layer, []).append(torch.cat([*sums, norm.square_()], 1))
        if self._first:
            self.counts[layer] += y[0].numel() // y.shape[2]

    def totals(self) -> dict[str, Tensor]:
        """By layer, ``(A, U + 1)`` or ``(A, 2 U + 1)``."""
        found: dict[str, Tensor] = {}
        for chunk in self.chunks:
            for layer, groups in chunk.items():
                total = torch.cat(groups) if len(groups) > 1 else groups[0]
                found[layer] = found[layer] + total if layer in found else total
        return found

    def quantities(self, totals: Mapping[str, np.ndarray]) -> dict[tuple[str, str], np.ndarray]:
        """Mean and standard deviation of the values, their saturated fraction, and the dead fraction of the units, ``(A,)``."""
        found = {}
        for layer, total in totals.items():
            function, count = self.functions[layer], self.counts[layer]
            limits = SATURATION.get(function)
            width = (total.shape[1] - 1) // (1 if limits is None else 2)
            sums, live, square = total[:, :width], total[:, width:-1], total[:, -1] / (count * width)
            with np.errstate(over="ignore", invalid="ignore"):
                mean = sums.sum(1) / (count * width)
                found[layer, "activation_mean"] = mean
                found[layer, "activation_std"] = np.sqrt(np.maximum(square - mean**2, 0))
            defined = np.where(np.isnan(mean), np.nan, 1.0)  # of a network that is not finite nothing can be counted
            if limits is not None:
                found[layer, "saturated_fraction"] = (1 - live.sum(1) / (count * width)) * defined
            if limits is not None and limits.flat:
                found[layer, "dead_fraction"] = (live == 0).mean(1) * defined
            elif function == "relu":
                found[layer, "dead_fraction"] = (sums == 0).mean(1) * defined
        return found
