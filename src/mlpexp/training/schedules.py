"""Learning-rate schedules: the factor on the learning rate as a function of time, in epochs, fractions included."""

from typing import assert_never

import numpy as np

from mlpexp.config.optimization import (
    ConstantSchedule,
    CosineSchedule,
    ExponentialSchedule,
    InversePowerSchedule,
    InverseTimeSchedule,
    ScheduleConfig,
    StepSchedule,
)
from mlpexp.config.own_parts import part_of, short_name
from mlpexp.config.own_steps import OwnSchedule
from mlpexp.errors import InputError


def factor(
    schedule: ScheduleConfig | OwnSchedule,
    time_epochs: np.ndarray,
    num_epochs: int,
    steps_per_epoch: int,
    num_train: int,
) -> np.ndarray:
    """Factor on the learning rate before each step.

    Args:
        schedule: The kind and its numbers.
        time_epochs: ``(T,)``, for step number s (from 0) the time ``s / steps_per_epoch``.
        num_epochs: Length of the training.
        steps_per_epoch: Steps of an epoch; a warm-up takes its first step with one step's worth of the rate, not with 0.
        num_train: Training samples, which are those of an epoch.

    References:
        Cosine: Loshchilov and Hutter (2017), "SGDR", equation 5. Inverse time: Robbins and Monro (1951).
        Warm-up: Goyal et al. (2017), "Accurate, large minibatch SGD", section 2.2.
    """
    time = np.asarray(time_epochs, dtype=np.float64)
    match schedule:
        case ConstantSchedule():
            shape = np.ones_like(time)
        case StepSchedule(every=every, factor=step):
            shape = step ** np.floor(time / every + 1e-9)
        case ExponentialSchedule(decay=decay):
            shape = decay**time
        case CosineSchedule(final_factor=final):
            shape = final + (1 - final) * 0.5 * (1 + np.cos(np.pi * np.minimum(time / num_epochs, 1.0)))
        case InverseTimeSchedule(decay=decay):
            shape = 1 / (1 + decay * time)
        case InversePowerSchedule(power=power, per=per):
            each = num_train if per == "sample" else 1
            shape = 1 / (1 + each * np.floor(time + 1e-9)) ** power
        case OwnSchedule(name=name):
            steps = num_epochs * steps_per_epoch
            numbers = np.minimum(np.rint(time * steps_per_epoch), steps - 1)  # steps after the last are asked for, too
            shape = _own(name, numbers.astype(int), steps)
        case _:
            assert_never(schedule)
    if schedule.warmup_epochs > 0:
        shape = shape * np.minimum((time + 1 / steps_per_epoch) / schedule.warmup_epochs, 1.0)
    return shape


def _own(reference: str, numbers: np.ndarray, steps: int) -> np.ndarray:
    """The factors of a schedule of one's own.

    Raises:
        InputError: One is no number, infinite or below 0.
    """
    function = part_of(reference, "schedule").function
    factors = np.array([float(function(int(step), steps)) for step in numbers])
    wrong = ~(np.isfinite(factors) & (factors >= 0))
    if wrong.any():
        step, value = numbers[wrong][0], factors[wrong][0]
        raise InputError(
            f"own schedule {short_name(reference)}: gives {value:g} at step {step} of {steps}; expected a factor from 0 on"
        )
    return factors
