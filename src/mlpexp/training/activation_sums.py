"""What activations give on the training set, summed up while the evaluation passes by.

Axis letters: A active members, G members of a group, B samples, U units.
"""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.architecture import Architecture
from mlpexp.architectures.layers import Activation
from mlpexp.config.activations import KNOWN, KnownActivation


def activation_layers(architecture: Architecture) -> dict[str, KnownActivation]:
    """What is known of the function of each activation, by layer."""
    layers = architecture.layers
    return {layer.name: KNOWN[layer.spec.function.name] for layer in layers if isinstance(layer.spec, Activation)}


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
        limits = function.saturation
        if limits is not None:
            sums.append((y - limits.centre).abs_().le_(limits.reach).sum(of_unit, dtype=wide))
        norm = torch.linalg.vector_norm(y.flatten(1), dim=1, keepdim=True, dtype=wide)
        self.chunks[-1].setdefault(layer, []).append(torch.cat([*sums, norm.square_()], 1))
        if self._first:
            self.counts[layer] += y[0].numel() // y.shape[2]

    def totals(self) -> dict[str, Tensor]:
        """By layer, ``(A, U + 1)`` or ``(A, 2 U + 1)``."""
        totals: dict[str, Tensor] = {}
        for chunk in self.chunks:
            for layer, groups in chunk.items():
                total = torch.cat(groups) if len(groups) > 1 else groups[0]
                totals[layer] = totals[layer] + total if layer in totals else total
        return totals

    def quantities(self, totals: Mapping[str, np.ndarray]) -> dict[tuple[str, str], np.ndarray]:
        """Mean and standard deviation of the values, their saturated fraction, and the dead fraction of the units, ``(A,)``."""
        quantities = {}
        for layer, total in totals.items():
            function, count = self.functions[layer], self.counts[layer]
            width = (total.shape[1] - 1) // (1 if function.saturation is None else 2)
            sums, live, square = total[:, :width], total[:, width:-1], total[:, -1] / (count * width)
            with np.errstate(over="ignore", invalid="ignore"):
                mean = sums.sum(1) / (count * width)
                quantities[layer, "activation_mean"] = mean
                quantities[layer, "activation_std"] = np.sqrt(np.maximum(square - mean**2, 0))
            defined = np.where(np.isnan(mean), np.nan, 1.0)  # of a network that is not finite nothing can be counted
            if function.saturation is not None:
                quantities[layer, "saturated_fraction"] = (1 - live.sum(1) / (count * width)) * defined
            if function.dead is not None:
                with_gradient = live if function.dead == "saturated" else sums
                quantities[layer, "dead_fraction"] = (with_gradient == 0).mean(1) * defined
        return quantities
