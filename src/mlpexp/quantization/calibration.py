"""Which numbers flow through a network: the range of each step's values over some training samples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mlpexp.quantization.lowering import Function, Pool, Product, Step, Vector
from mlpexp.quantization.scheme import Levels

GRID_POINTS = 4097  # of a range, to see where an activation is flat
INPUT = "input"
TINY = 1e-30  # of a width that is divided by


@dataclass(frozen=True)
class Range:
    """The least and the largest of some numbers."""

    low: float
    """The least."""
    high: float
    """The largest."""

    def joined(self, other: "Range") -> "Range":
        """Of both."""
        return Range(min(self.low, other.low), max(self.high, other.high))


def ranges_of(steps: Sequence[Step], batches: Iterable[Tensor]) -> dict[str, Range]:
    """From the least to the largest value after each step, and of the inputs, over all samples.

    Args:
        steps: Of a network.
        batches: Inputs ``(B, *shape)``; one or more.
    """
    ranges: dict[str, Range] = {}
    for batch in batches:
        x = batch.double()
        for name, step in ((INPUT, None), *((step.name, step) for step in steps)):
            x = x if step is None else step.value(x)
            seen = Range(float(x.min()), float(x.max()))
            ranges[name] = ranges[name].joined(seen) if name in ranges else seen
    return ranges


def levels_of(steps: Sequence[Step], ranges: dict[str, Range]) -> dict[str, Levels]:
    """The levels after each product and each activation, and of the inputs; other steps keep those before them.

    What an activation makes equal needs no levels: those before it end where it is flat, so that before ``relu`` all 256
    are above 0.
    """
    levels = {INPUT: Levels.of(ranges[INPUT].low, ranges[INPUT].high)}
    for place, step in enumerate(steps):
        if isinstance(step, (Product, Function)):
            seen = ranges[step.name]
            following = _function_after(steps, place) if isinstance(step, Product) else None
            if following is not None:
                after = ranges[following.name]
                seen = steep_part(following, seen, Levels.of(after.low, after.high).scale / 2)
            levels[step.name] = Levels.of(seen.low, seen.high)
    return levels


def steep_part(function: Function, range_: Range, most: float) -> Range:
    """A range without its flat ends: there the function changes by no more than so much, and a quarter as fast as on all."""
    grid = _grid(range_)
    values = function.value(grid)
    width = max(range_.high - range_.low, TINY)
    slope = float(values.max() - values.min()) / width / 4
    low, high = (_flat_until(*ends, most, slope) for ends in ((grid, values), (grid.flip(0), values.flip(0))))
    return Range(low, max(high, low))


def _grid(range_: Range) -> Tensor:
    """Points from low to high, 0 among them if it is in between."""
    points = torch.linspace(range_.low, range_.high, GRID_POINTS, dtype=torch.float64)
    return points if range_.low >= 0 or range_.high <= 0 else torch.cat([points, points.new_zeros(1)]).sort().values


def _flat_until(grid: Tensor, values: Tensor, most: float, slope: float) -> float:
    """The last point until which a function is flat, from the first one on; the first, if it is so everywhere."""
    way = (grid - grid[0]).abs()
    is_flat = (values - values[0]).abs() <= (way * slope).clamp_max(most)
    return float(grid[max(int((~is_flat).int().argmax()) - 1, 0)])


def _function_after(steps: Sequence[Step], place: int) -> Function | None:
    """The activation of a product, where only what picks or moves values is between them; prelu is flat nowhere."""
    for step in steps[place + 1 :]:
        if isinstance(step, Function):
            return step if step.slopes is None else None
        if not isinstance(step, Vector) and not (isinstance(step, Pool) and step.largest):
            return None
    return None
