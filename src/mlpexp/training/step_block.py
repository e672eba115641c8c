"""What the steps of a block read: everything that differs from step to step, as tensors.

Axis letters: T steps of a block, M members, B batch, n coefficients.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from mlpexp.nn.mode import Mode
from mlpexp.training.hyper import StepCoefficients, by_step


@dataclass(frozen=True)
class StepBlock:
    """All that the steps of a block read, on the device."""

    inputs: Tensor
    """``(T, M, B, ...)``."""
    targets: Tensor
    """``(T, M, B, ...)``."""
    dropout: Mapping[str, Tensor]
    """The factors of each dropout layer, ``(T, M, B, ...)``."""
    coefficients: Tensor
    """What depends on the number of the step: learning rates, bias corrections, ..., ``(T, n, M, 1)``."""

    def __len__(self) -> int:
        return len(self.inputs)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Mode, StepCoefficients]]:
        """What each step is given."""
        factors = {name: factor.unbind(0) for name, factor in self.dropout.items()}
        steps = zip(self.inputs.unbind(0), self.targets.unbind(0), by_step(self.coefficients), strict=True)
        for i, (x, y, coefficients) in enumerate(steps):
            dropout = {name: of_steps[i] for name, of_steps in factors.items()}
            yield x, y, Mode(training=True, dropout=dropout), coefficients

    @property
    def tensors(self) -> list[Tensor]:
        """All of them."""
        return [self.inputs, self.targets, self.coefficients, *self.dropout.values()]

    @property
    def shape(self) -> tuple[int, int]:
        """T and B: blocks of one stack that agree in them have tensors of the same shapes."""
        return len(self.inputs), self.inputs.shape[2]

    def copy(self) -> "StepBlock":
        """The same in memory of its own."""
        dropout = {name: factor.clone() for name, factor in self.dropout.items()}
        return StepBlock(self.inputs.clone(), self.targets.clone(), dropout, self.coefficients.clone())

    @property
    def all_targets(self) -> Tensor:
        """The targets of all steps, ``(M, T * B, ...)``."""
        return torch.cat(self.targets.unbind(0), 1)
