"""How strongly each unit follows a winner, step by step: the neighbourhood function and the decay of its radius.

Axis letters: M members, T steps, S distinct radii, D distinct distances on the grid, U units.
"""

from collections.abc import Callable, Sequence
from typing import assert_never

import numpy as np
import torch
from torch import Tensor

from mlpexp.architectures.grid import fourfold_squares
from mlpexp.architectures.layers import SelfOrganizingMap
from mlpexp.config.som import RadiusDecay, Som

LEAST, GREATEST = 1e-6, 1e12  # of the radius: beyond them all values are 0 or 1, and its square would overflow
NEGLIGIBLE = 1e-30  # moves no weight; smaller float32 numbers are slow


def radii(decay: RadiusDecay, first: float, final: float, state: np.ndarray) -> np.ndarray:
    """The radius sigma at given shares of the training, 0 at the first step and 1 at the last.

    References:
        Kohonen (2001), "Self-organizing maps", section 3.2: sigma may fall linearly, exponentially or inversely to time.
    """
    match decay:
        case "exponential":
            return np.asarray(first * (final / first) ** state)
        case "linear":
            return np.asarray(first + (final - first) * state)
        case "inverse_time":
            return np.asarray(first / (1 + (first / final - 1) * state))
        case _:
            assert_never(decay)


class Neighbourhood:
    """``h(j, j*) = exp(-|j - j*|^2 / sigma^2)`` of all members for every step; sigma squared, not twice sigma squared.

    The grid has few distinct distances: values are computed for each of them, for many steps ahead and rounded once, and
    a unit finds its own by the number of its distance.

    Args:
        grid: Of all members.
        models: One per member; they differ in radii.
        num_steps: Of the whole training.
        like: A tensor of the type and on the device of the weights.
        rates: From numbers of steps ``(T,)`` to factors on the values, ``(T, M)``; without it there is none.

    Attributes:
        distance_UU: The number of the distance of two units.
    """

    VALUES = 500_000  # steps times members times distances

    def __init__(
        self,
        grid: SelfOrganizingMap,
        models: Sequence[Som],
        num_steps: int,
        like: Tensor,
        rates: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> None:
        fourfold, number = np.unique(fourfold_squares(grid), return_inverse=True)
        self.squares_D = fourfold / 4
        self.distance_UU = torch.from_numpy(number.reshape(grid.num_units, -1)).to(like.device)
        self.num_steps, self.like, self.rates = num_steps, like, rates
        shapes = [(model.radius_decay, model.radius or model.default_radius, model.final_radius) for model in models]
        self.shapes = list(dict.fromkeys(shapes))
        places = {shape: place for place, shape in enumerate(self.shapes)}
        self.shape_of_member = torch.tensor([places[shape] for shape in shapes]).to(like.device)
        self.block = max(1, min(256, self.VALUES // (len(shapes) * len(fourfold))))
        self.first = 0
        self.tables: list[Tensor] = []

    def radii_of(self, steps: np.ndarray) -> np.ndarray:
        """The radius of each distinct shape at the steps with numbers ``steps`` (from 0)."""
        state = np.minimum(steps / max(self.num_steps - 1, 1), 1.0)
        return np.stack([radii(*shape, state) for shape in self.shapes], 1)

    def of(self, step: int) -> Tensor:
        """The values of one step by the number of the distance, ``(M, D)``; times the rate, where there are rates."""
        place = step - self.first
        if not 0 <= place < len(self.tables):
            self.first, place = step, 0
            self.tables = self._values(np.arange(step, step + self.block))
        return self.tables[place]

    def _values(self, steps: np.ndarray) -> list[Tensor]:
        radii_TS1 = np.clip(self.radii_of(steps), LEAST, GREATEST)[:, :, None]
        values = np.exp(-self.squares_D / radii_TS1**2)
        values[values < NEGLIGIBLE] = 0.0
        table = torch.from_numpy(values).to(self.like.device, self.like.dtype).index_select(1, self.shape_of_member)
        if self.rates is not None:
            table.mul_(torch.from_numpy(self.rates(steps)).to(table.device, table.dtype).unsqueeze(2))
        return list(table.unbind(0))

    def around(self, winner: Tensor, values_MD: Tensor) -> Tensor:
        """The values of all units around winners ``(M,)`` or ``(M, B)``: ``(M, U)`` or ``(M, B, U)``."""
        number = self.distance_UU.index_select(0, winner.flatten())
        return values_MD.gather(1, number.view(len(values_MD), -1)).view(*winner.shape, -1)
