"""How a forward pass is meant."""

from collections.abc import Mapping
from types import MappingProxyType

from torch import Tensor

NOTHING: Mapping[str, Tensor] = MappingProxyType({})


class Mode:
    """Training or evaluation.

    Attributes:
        training: Whether units are dropped, and batch normalization uses (and remembers) the statistics of the
            batch.
        dropout: By layer name, the factor on each value: 0 or ``1 / (1 - rate)``, of shape ``(M, B, ...)``.
    """

    __slots__ = ("dropout", "training")

    def __init__(self, *, training: bool = False, dropout: Mapping[str, Tensor] = NOTHING) -> None:
        self.training, self.dropout = training, dropout


EVALUATION = Mode()
