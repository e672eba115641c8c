"""What an optimizer of one's own must do, tried before anything is written.

Axis letters: M members, P parameters of a member.
"""

import torch
from torch import Tensor

from mlpexp.config.own_parts import OwnPart
from mlpexp.config.own_steps import OwnOptimizer
from mlpexp.errors import InputError
from mlpexp.training.own_optimizers import Rates, slots_of

STEPS = 3


def check_optimizer(part: OwnPart, config: OwnOptimizer) -> None:
    """Tries an optimizer on two members at once, and on pieces of each.

    Raises:
        InputError: It fails, changes the gradient, or does not compute each parameter by itself.
    """
    try:
        names = slots_of(config)
        parameters = torch.linspace(-2, 2, 16, dtype=torch.float64).reshape(2, 8) + 1e-3
        whole = _steps(part, config, names, parameters)
        pieces = torch.cat(
            [
                torch.cat([_steps(part, config, names, parameters[m : m + 1, p : p + 4]) for p in (0, 4)], dim=1)
                for m in (0, 1)
            ]
        )
    except InputError:
        raise
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else ""
        raise _not(part, f"fails: {type(error).__name__}: {first}") from error
    if not whole.isfinite().all():
        raise _not(part, "gives parameters that are infinite or no numbers")
    if not torch.allclose(whole, pieces, rtol=1e-9, atol=1e-12):
        raise _not(part, "must compute each parameter by itself, but what it gives depends on the other ones")


def _steps(part: OwnPart, config: OwnOptimizer, names: tuple[str, ...], parameters: Tensor) -> Tensor:
    """The parameters after some steps on ``w^2 / 2``, which the gradient ``w`` is of."""
    one = torch.ones(len(parameters), 1, dtype=parameters.dtype)
    numbers = {name: one * value for name, value in config.numbers.items()}
    state = {name: torch.zeros_like(parameters) for name in names}
    new = parameters
    for step in range(1, STEPS + 1):
        gradient = new.clone()
        given = gradient.clone()
        new = part.function(new.clone(), gradient, state, Rates(one * config.learning_rate, one * step), **numbers)
        if not isinstance(new, Tensor) or new.shape != parameters.shape:
            raise _not(part, "must give the new parameters, a tensor of the shape of the old ones")
        if not torch.equal(gradient, given):
            raise _not(part, "changes the gradient that it is given; write g * 2 instead of g.mul_(2)")
        wrong = next((name for name in state if name not in names or state[name].shape != parameters.shape), None)
        if wrong is not None:
            raise _not(part, f"state {wrong} must be there from the first step and have the shape of the parameters")
    return new


def _not(part: OwnPart, what: str) -> InputError:
    return InputError(f"own {part.kind} {part.name}: {what}")
