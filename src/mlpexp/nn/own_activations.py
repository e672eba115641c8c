"""Activations of one's own: the function is the value, and autograd gives the derivative, of all members at once."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from mlpexp.config.own_parts import part_of, short_name

Function = Callable[[Tensor], Tensor]


def own_function(reference: str) -> Function:
    """The function that a config names.

    Raises:
        InputError: It is not known in this process.
    """
    return part_of(reference, "activation").function


def derivative_of(function: Function) -> Callable[[Tensor, Tensor], Tensor]:
    """``dy * f'(x)`` from dy and x: the function is computed once more, and autograd goes back through it."""

    def backward(dy: Tensor, x: Tensor) -> Tensor:
        with torch.enable_grad():
            inputs = x.detach().requires_grad_()
            (dx,) = torch.autograd.grad(function(inputs), inputs, dy)
        return dx

    return backward


class OwnActivation(nn.Module):
    """The same as a module."""

    def __init__(self, reference: str) -> None:
        super().__init__()
        self.reference, self.function = reference, own_function(reference)

    def forward(self, x: Tensor) -> Tensor:
        """Applies the function to each value."""
        return self.function(x)

    def extra_repr(self) -> str:
        """The name of the function."""
        return short_name(self.reference)
