"""What networks learn of the numbers of a table, and back: losses are of what is learned, errors of the table's own unit.

Axis letters: S pairs of seeds, M members, N samples, T target values.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlpexp.data.standardize import TargetScale


@dataclass(frozen=True, eq=False)
class TargetUnits:
    """Each pair's, or each member's, map from numbers to what is learned: ``(f(y) - shift) / scale``."""

    shift: Tensor
    """``(S, 1, T)`` or ``(M, 1, T)``, float64 where the device has it."""
    scale: Tensor
    """The same shape."""
    log: bool
    """Whether f is the logarithm."""

    @classmethod
    def of(cls, scales: Sequence[TargetScale | None], device: torch.device) -> "TargetUnits | None":
        """Those of each pair; None where numbers are learned as they are, and for classes."""
        known = [scale for scale in scales if scale is not None]
        if not known:
            return None
        assert len(known) == len(scales), "one program for all"
        wide = torch.float64 if device.type != "mps" else torch.float32
        shift, scale = (np.stack([getattr(one, name) for one in known]) for name in ("shift", "scale"))
        shifts, scales_S1T = (torch.from_numpy(array).to(device, wide).unsqueeze(1) for array in (shift, scale))
        return cls(shifts, scales_S1T, known[0].log)

    def select(self, index: Tensor) -> "TargetUnits":
        """Those of members, by the pair of each; or of some members."""
        return TargetUnits(self.shift.index_select(0, index), self.scale.index_select(0, index), self.log)

    def learned(self, shown: Tensor) -> Tensor:
        """Of numbers ``(..., S, N, T)``, or of their logarithms where these are learned."""
        return (shown - self.shift) / self.scale

    def own(self, learned_MNT: Tensor) -> Tensor:
        """Outputs or targets of a network in the table's own unit, ``(M, N, T)`` with the digits of ``shift``."""
        shown = learned_MNT.to(self.shift.dtype) * self.scale + self.shift
        return shown.exp() if self.log else shown
