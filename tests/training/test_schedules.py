"""Learning-rate schedules against ``torch.optim.lr_scheduler`` at whole epochs, and closed forms in between."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sklearn.neural_network._stochastic_optimizers import SGDOptimizer

from making.stacks import experiment, finished
from mlpexp.config.optimization import ScheduleConfig
from mlpexp.training.schedules import factor

CONFIG: TypeAdapter[Any] = TypeAdapter(ScheduleConfig)
EPOCHS, STEPS, SAMPLES = 12, 7, 105
WITNESSES: list[tuple[dict[str, Any], Callable[[Any], Any]]] = [
    ({"name": "constant"}, lambda o: torch.optim.lr_scheduler.ConstantLR(o, 1.0)),
    ({"name": "step", "every": 3, "factor": 0.5}, lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5)),
    ({"name": "exponential", "decay": 0.9}, lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9)),
    ({"name": "cosine"}, lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, EPOCHS)),
    (
        {"name": "cosine", "final_factor": 0.2},
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, EPOCHS, eta_min=0.2),
    ),
    (
        {"name": "inverse_time", "decay": 0.5},
        lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda epoch: 1 / (1 + 0.5 * epoch)),
    ),
    (
        {"name": "inverse_power", "power": 0.3},
        lambda o: torch.optim.lr_scheduler.LambdaLR(o, lambda epoch: (1 + epoch) ** -0.3),
    ),
]
NAMES = [config["name"] for config, _ in WITNESSES]


def factors(config: dict[str, Any], time: Any, epochs: int = EPOCHS, steps: int = STEPS) -> np.ndarray:
    return factor(CONFIG.validate_python(config), np.asarray(time, dtype=np.float64), epochs, steps, SAMPLES)


@pytest.mark.parametrize(("config", "witness"), WITNESSES, ids=NAMES)
def test_at_whole_epochs_the_factor_is_that_of_torch(config: dict[str, Any], witness: Callable[[Any], Any]) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler, expected = witness(optimizer), []
    for _ in range(EPOCHS):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(factors(config, range(EPOCHS)), expected, rtol=1e-12, atol=1e-14)


def test_fractions_of_an_epoch() -> None:
    assert factors({"name": "exponential", "decay": 0.25}, [0.5]) == pytest.approx(0.5)
    assert factors({"name": "cosine"}, [EPOCHS / 2, EPOCHS / 3]) == pytest.approx([0.5, 0.75])
    assert factors({"name": "inverse_time", "decay": 2.0}, [1.5]) == pytest.approx(0.25)
    assert factors({"name": "step", "every": 2}, [1.99, 2.0, 3.99, 4.0]) == pytest.approx([1, 0.1, 0.1, 0.01])


@pytest.mark.parametrize("power", [0.5, 1.2])
def test_samples_are_counted_as_in_scikit_learn(power: float) -> None:
    theirs = SGDOptimizer([np.zeros(1)], learning_rate_init=1.0, lr_schedule="invscaling", power_t=power)
    config = {"name": "inverse_power", "power": power, "per": "sample"}
    for epoch in range(EPOCHS):
        within = factors(config, epoch + np.arange(STEPS) / STEPS)
        np.testing.assert_allclose(within, theirs.learning_rate, rtol=1e-14)  # it changes when an epoch ends
        theirs.iteration_ends((epoch + 1) * SAMPLES)


def test_a_training_counts_its_own_samples() -> None:
    schedule = {"name": "inverse_power", "per": "sample"}
    members = [experiment(dataset={"test_fraction": share}, schedule=schedule) for share in (0.3, 0.6)]
    for member, samples in zip(members, (105, 60), strict=True):
        _, records = finished([member])
        rates = [record.rows[0].learning_rate for record in records[1:]]
        assert rates == pytest.approx([0.1 / (1 + epoch * samples) ** 0.5 for epoch in range(4)], rel=1e-12)


@given(st.integers(1, 7), st.integers(1, 60), st.integers(0, 3000))
def test_a_step_schedule_changes_exactly_between_epochs(every: int, steps: int, number: int) -> None:
    """Step number / steps per epoch is inexact; the factor must change at the first step of an epoch all the same."""
    expected = 0.5 ** (number // (steps * every))
    assert factors({"name": "step", "every": every, "factor": 0.5}, number / steps, steps=steps) == expected


def test_cosine_ends_at_its_final_factor_and_stays() -> None:
    assert factors({"name": "cosine", "final_factor": 0.2}, [EPOCHS, EPOCHS + 5]) == pytest.approx([0.2, 0.2])


@pytest.mark.parametrize(("config", "_"), WITNESSES, ids=NAMES)
def test_a_warm_up_multiplies_by_a_straight_line(config: dict[str, Any], _: Any) -> None:
    time = np.arange(EPOCHS * STEPS) / STEPS
    warm, plain = factors({**config, "warmup_epochs": 2.0}, time), factors(config, time)
    line = np.minimum(np.arange(1, EPOCHS * STEPS + 1) / (2 * STEPS), 1.0)
    np.testing.assert_allclose(warm, plain * line, rtol=1e-12)
    assert warm[0] == pytest.approx(1 / (2 * STEPS) * plain[0])  # not 0: the first step is a step
    assert warm[2 * STEPS - 1] == pytest.approx(plain[2 * STEPS - 1])  # all of it after two epochs


def test_a_warm_up_may_last_a_part_of_an_epoch() -> None:
    time = np.arange(STEPS) / STEPS
    warm = factors({"name": "constant", "warmup_epochs": 0.5}, time)
    np.testing.assert_allclose(warm, np.minimum(np.arange(1, STEPS + 1) / 3.5, 1))


def test_the_recorded_rate_is_that_of_the_last_step() -> None:
    config = experiment(
        optimizer={"learning_rate": 0.4}, schedule={"name": "exponential", "decay": 0.5}, training={"epochs": 3}
    )
    chosen, records = finished([config])
    steps = chosen.steps_per_epoch
    assert records[0].rows[0].learning_rate == 0.4
    for record in records[1:]:
        assert record.step == record.epoch * steps
        assert record.rows[0].learning_rate == pytest.approx(0.4 * 0.5 ** ((record.step - 1) / steps), rel=1e-12)


@pytest.mark.parametrize(("config", "_"), WITNESSES, ids=NAMES)
@given(first=st.integers(0, 500), count=st.integers(1, 70))
def test_the_factor_of_a_step_has_the_same_bits_whichever_steps_are_computed_with_it(
    config: dict[str, Any], _: Any, first: int, count: int
) -> None:
    """A resumed run, and a stack that a member has left, start to compute at another step."""
    config = {**config, "warmup_epochs": 1.5}
    whole = factors(config, np.arange(600) / STEPS, epochs=90)
    assert np.array_equal(
        factors(config, np.arange(first, first + count) / STEPS, epochs=90), whole[first : first + count]
    )
