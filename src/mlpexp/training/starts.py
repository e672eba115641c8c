"""Networks that begin with weights of others.

Axis letters: M members.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from mlpexp.nn.network import StackedNetwork

Begun = Mapping[str, np.ndarray] | None  # by ``layer.parameter`` or ``layer.running``; None: all is drawn


def begin_with(network: StackedNetwork, starts: Sequence[Begun]) -> None:
    """Sets the tensors that are given, in place.

    Args:
        network: With drawn weights.
        starts: Of each member, or empty.
    """
    running = {f"{layer}.running": tensor for layer, tensor in network.running.items()}
    tensors = {**network.parameters, **running}
    for member, start in enumerate(starts):
        for name, array in (start or {}).items():
            tensors[name][member] = torch.from_numpy(np.array(array)).to(network.flat.device, network.flat.dtype)
