"""What a function must do to be a part of one's own, tried before anything is written: values, shapes and gradients.

Axis letters: M members, B batch, U output units, T target values.
"""

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor

from mlpexp.config.outputs import output_of
from mlpexp.config.own_parts import OwnPart, part_of, parts_in
from mlpexp.config.own_steps import OwnOptimizer
from mlpexp.errors import InputError
from mlpexp.execution.own_optimizer_checks import check_optimizer
from mlpexp.nn.initializers import initial_parameters
from mlpexp.planning.prepare import Prepared
from mlpexp.training.schedules import factor

STEP = 1e-6
TOLERANCE = 1e-4  # of a derivative against differences, relative to its size or 1
KINKS = 0.05  # largest share of values that may lie at corners or jumps
SHAPE_MB = (3, 8)


def check_parts(experiments: Iterable[Prepared]) -> None:
    """Tries each part that experiments name, once.

    Raises:
        InputError: One does not do what it must.
    """
    checked = set[tuple[str, str, int]]()
    for prepared in experiments:
        experiment, facts = prepared.experiment, prepared.facts
        for kind, reference in parts_in(experiment):
            units = _units(prepared) if kind in ("loss", "score") else 0
            if (kind, reference, units) in checked:
                continue
            checked.add((kind, reference, units))
            part = part_of(reference, kind)
            if kind == "activation":
                check_activation(part)
            elif kind == "loss":
                check_loss(part, units, numbers=facts.task == "regression")
            elif kind == "score":
                check_score(part, units, numbers=facts.task == "regression")
            elif kind == "optimizer" and isinstance(experiment.optimizer, OwnOptimizer):
                check_optimizer(part, experiment.optimizer)
            elif kind == "schedule":
                _check_schedule(prepared)
            elif kind == "init":
                initial_parameters(prepared.architecture, experiment.seed)


def _units(prepared: Prepared) -> int:
    """K or T: the outputs of a sample that a loss or a score gets; of two classes there are two."""
    output = output_of(prepared.experiment, prepared.facts)
    return output.num_classes or output.num_units


def check_activation(part: OwnPart) -> None:
    """Tries an activation on a grid and on random values, of which each must be computed by itself.

    Raises:
        InputError: It does not do what it must.
    """
    generator = torch.Generator().manual_seed(0)
    grid = torch.linspace(-8, 8, 1601, dtype=torch.float64) + 1e-3  # no corner at a round number is met exactly
    x = torch.cat([grid, 3 * torch.randn(399, generator=generator, dtype=torch.float64)]).reshape(2, 20, 50)
    y = _values(part, part.function, x, x.shape)
    if not torch.allclose(y.flatten(), _call(part, part.function, x.flatten()), rtol=1e-9, atol=1e-12):
        raise _not(part, "must compute each value by itself, but what it gives depends on the shape")
    turned = torch.randperm(x.numel(), generator=generator)
    if not torch.allclose(y.flatten()[turned], _call(part, part.function, x.flatten()[turned]), rtol=1e-9, atol=1e-12):
        raise _not(part, "must compute each value by itself, but what it gives depends on the other values")
    _call(part, part.function, torch.randn(2, 3, 4, 5, 5, dtype=torch.float32))  # channels of images
    gradient = _gradient(part, part.function, x)
    _compare(part, gradient, (part.function(x + STEP) - y) / STEP, (y - part.function(x - STEP)) / STEP)


def check_loss(part: OwnPart, units: int, *, numbers: bool) -> None:
    """Tries a loss on random outputs and targets, of which each sample must be computed by itself.

    Args:
        part: The loss.
        units: U.
        numbers: Whether targets are numbers ``(M, B, T)``, else classes ``(M, B)``.

    Raises:
        InputError: It does not do what it must.
    """
    outputs, targets = _outputs_and_targets(units, numbers=numbers)

    def of(outputs_MBU: Tensor) -> Tensor:
        losses_MB: Tensor = part.function(outputs_MBU, targets)
        return losses_MB

    losses = _values(part, of, outputs, torch.Size(SHAPE_MB))
    alone = _call(part, lambda some: part.function(some, targets[1:, 2:]), outputs[1:, 2:])
    if not torch.allclose(losses[1:, 2:], alone, rtol=1e-9, atol=1e-12):
        raise _not(part, "must compute each sample by itself, but what it gives depends on the others")
    gradient = _gradient(part, of, outputs)
    above, below = torch.zeros_like(outputs), torch.zeros_like(outputs)
    for unit in range(units):
        step = torch.zeros(units, dtype=outputs.dtype)
        step[unit] = STEP
        above[..., unit] = (of(outputs + step) - losses) / STEP
        below[..., unit] = (losses - of(outputs - step)) / STEP
    _compare(part, gradient, above, below)


def check_score(part: OwnPart, units: int, *, numbers: bool) -> None:
    """Tries a score on random outputs and targets, of which each sample must be measured by itself.

    Args:
        part: The score.
        units: K or T.
        numbers: Whether targets are numbers ``(M, B, T)``, else classes ``(M, B)``.

    Raises:
        InputError: It does not do what it must.
    """
    outputs, targets = _outputs_and_targets(units, numbers=numbers)
    given = outputs.clone(), targets.clone()
    values = _call(part, lambda some: part.function(some, targets), outputs)
    if not (torch.equal(outputs, given[0]) and torch.equal(targets, given[1])):
        raise _not(part, "changes the tensor that it is given; write x * 2 instead of x.mul_(2)")
    _of_shape(part, values, torch.Size(SHAPE_MB))
    if values.is_complex() or not values.isfinite().all():
        raise _not(part, "gives values that are infinite or no numbers")
    if not torch.equal(values, _call(part, lambda some: part.function(some, targets), outputs)):
        raise _not(part, "gives other values for the same outputs and targets")
    alone = _call(part, lambda some: part.function(some, targets[1:, 2:]), outputs[1:, 2:])
    if not torch.allclose(values[1:, 2:].double(), alone.double(), rtol=1e-9, atol=1e-12):
        raise _not(part, "must measure each sample by itself, but what it gives depends on the others")


def _outputs_and_targets(units: int, *, numbers: bool) -> tuple[Tensor, Tensor]:
    """Random outputs ``(M, B, U)``, and numbers ``(M, B, U)`` or classes ``(M, B)``."""
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn(*SHAPE_MB, units, generator=generator, dtype=torch.float64)
    shape = (*SHAPE_MB, units) if numbers else SHAPE_MB
    drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
    return outputs, drawn if numbers else torch.randint(0, units, shape, generator=generator)


def _values(part: OwnPart, function: Callable[[Tensor], Tensor], x: Tensor, shape: torch.Size) -> Tensor:
    """What a function gives, of the right kind and shape, its input being as it was."""
    before = x.clone()
    y = _call(part, function, x)
    if not torch.equal(x, before):
        raise _not(part, "changes the tensor that it is given; write x * 2 instead of x.mul_(2)")
    _of_shape(part, y, shape)
    if y.dtype != x.dtype:
        raise _not(part, f"gives {y.dtype} for {x.dtype} and must keep it")
    if not y.isfinite().all():
        wrong = " at x = " + f"{x[~y.isfinite()][0]:.4g}" if y.shape == x.shape else ""
        raise _not(part, f"gives values that are infinite or no numbers{wrong}")
    return y


def _of_shape(part: OwnPart, y: object, shape: torch.Size) -> None:
    if not isinstance(y, Tensor):
        raise _not(part, f"gives a {type(y).__name__} and must give a tensor")
    if y.shape != shape:
        raise _not(part, f"gives the shape {tuple(y.shape)} and must give {tuple(shape)}")


def _check_schedule(prepared: Prepared) -> None:
    """Tries a schedule at up to 1001 steps, of which the first and the last are two."""
    training, num_train = prepared.experiment.training, prepared.sizes.train
    per_epoch = -(-num_train // training.batch_of(num_train))
    last = training.epochs * per_epoch - 1
    steps = np.unique(np.linspace(0, last, 1001).round())
    factor(prepared.experiment.schedule, steps / per_epoch, training.epochs, per_epoch, num_train)


def _call(part: OwnPart, function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """What a function gives.

    Raises:
        InputError: It fails, whatever by.
    """
    try:
        return function(x)
    except Exception as error:
        raise _not(
            part, f"fails: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        ) from error


def _gradient(part: OwnPart, function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    inputs = x.clone().requires_grad_()
    y = _call(part, function, inputs)
    if not y.requires_grad:
        raise _not(part, "has no gradient: what it computes with must be tensors of torch, not detached")
    try:
        (gradient,) = torch.autograd.grad(y.sum(), inputs)
    except RuntimeError as error:
        raise _not(part, f"has no gradient: {str(error).splitlines()[0]}") from error
    if not gradient.isfinite().all():
        raise _not(
            part, f"has a gradient that is infinite or no number at {inputs[~gradient.isfinite()][0].item():.4g}"
        )
    return gradient


def _compare(part: OwnPart, gradient: Tensor, above: Tensor, below: Tensor) -> None:
    """Sees that a gradient is that of the values.

    Args:
        part: Whose.
        gradient: By autograd.
        above: How fast the values rise from each point to the next.
        below: How fast they rise to it. Where both differ is a corner or a jump, which has no gradient to compare with.
    """
    differences = (above + below) / 2
    size = TOLERANCE * differences.abs().clamp(min=1)
    wrong, smooth = (gradient - differences).abs() > size, (above - below).abs() <= size
    wrong &= smooth if wrong.double().mean() <= KINKS else wrong
    if wrong.any():
        place = tuple(wrong.nonzero()[0])
        raise _not(
            part,
            f"has a gradient by autograd of {gradient[place]:.4g} where its values rise by {differences[place]:.4g} per unit",
        )


def _not(part: OwnPart, what: str) -> InputError:
    return InputError(f"own {part.kind} {part.name}: {what}")
