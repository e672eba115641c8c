"""Optimizers and schedules of one's own compute as the built-in ones, in sweeps with numbers of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from making.own_step_functions import lion, own_adam, own_cosine, own_momentum, own_sgd
from mlpexp.api.result import Result
from mlpexp.api.sweeping import sweep
from mlpexp.api.training import train
from mlpexp.errors import InputError


def trained(folder: Path, **words: Any) -> Result:
    words = {"seeds": 2, "epochs": 15, "batch_size": 16, "device": "cpu", **words}  # 105 steps
    return train("iris/mlp", runs_dir=folder, quiet=True, plots=(), **words)


def weights(result: Result) -> np.ndarray:
    return np.concatenate([p.detach().numpy().ravel() for p in result.module(seed=1).parameters()])


@pytest.mark.parametrize(
    ("function", "built_in", "more"),
    [
        (own_sgd, {"name": "sgd"}, {}),
        (own_momentum, {"name": "sgd", "momentum": 0.8}, {"momentum": 0.8}),
        (own_adam, {"name": "adam"}, {}),
    ],
)
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def test_after_100_steps_the_weights_are_those_of_the_built_in_optimizer(
    tmp_path: Path, function: Callable[..., Any], built_in: dict[str, Any], more: dict[str, float], device: str
) -> None:
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    own, theirs = (
        trained(tmp_path, device=device, set={"optimizer": {"learning_rate": 0.01, **section}})
        for section in ({"name": function, **more}, built_in)
    )
    assert np.abs(weights(own) - weights(theirs)).max() < 1e-6


def test_a_schedule_of_ones_own_is_the_built_in_one(tmp_path: Path) -> None:
    own, theirs = (trained(tmp_path, set={"schedule": {"name": name}}) for name in (own_cosine, "cosine"))
    assert np.array_equal(weights(own), weights(theirs))


def test_each_arm_has_its_own_hyper_parameters_and_a_stack_does_not_change_them(tmp_path: Path) -> None:
    config = {"optimizer": {"name": lion, "learning_rate": 0.003}}
    swept = sweep(
        "iris/mlp", over={"optimizer.beta1": [0.5, 0.9]}, set={**config, "epochs": 3}, seeds=2, runs_dir=tmp_path,
        quiet=True, plots=(), device="cpu",
    )  # fmt: skip
    alone = trained(tmp_path, batch_size=None, epochs=3, set={"optimizer": {**config["optimizer"], "beta1": 0.5}})
    arm = swept.metrics[swept.metrics["arm"] == swept.metrics["arm"].iloc[0]]
    assert np.allclose(arm["train_loss"], alone.metrics["train_loss"], rtol=1e-6)
    other = swept.metrics[swept.metrics["arm"] != swept.metrics["arm"].iloc[0]]
    assert not np.allclose(arm["train_loss"], other["train_loss"])


def test_an_unknown_hyper_parameter_is_refused_with_those_there_are(tmp_path: Path) -> None:
    section = {"name": lion, "learning_rate": 0.1, "beta3": 0.5}
    with pytest.raises(InputError, match="lion has no such argument; its hyper-parameters: beta1, beta2"):
        trained(tmp_path, set={"optimizer": section})
    assert not list(tmp_path.iterdir())


def test_a_sweep_over_own_and_built_in_optimizers_names_its_arms(tmp_path: Path) -> None:
    swept = sweep(
        "iris/mlp", over={"optimizer": ["adam", lion, own_sgd]}, epochs=2, seeds=2, runs_dir=tmp_path, quiet=True,
        plots=(), device="cpu",
    )  # fmt: skip
    told = swept.arms.to_string()
    assert all(name in told for name in ("adam", "lion", "own_sgd"))
    assert "own:" not in told


def depends_on_others(parameter: Tensor, gradient: Tensor, state: Any, rates: Any) -> Tensor:
    return parameter - rates.learning_rate * gradient / gradient.norm()


def changes_the_gradient(parameter: Tensor, gradient: Tensor, state: Any, rates: Any) -> Tensor:
    return parameter - gradient.mul_(rates.learning_rate)


def below_zero(step: int, steps: int) -> float:
    return 1 - 2 * step / steps


@pytest.mark.parametrize(
    ("key", "function", "sentence"),
    [
        ("optimizer", depends_on_others, "must compute each parameter by itself"),
        ("optimizer", changes_the_gradient, "changes the gradient"),
        ("schedule", below_zero, "expected a factor from 0 on"),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_written(
    tmp_path: Path, key: str, function: Callable[..., Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        trained(tmp_path, set={key: function})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "more",
    [
        {"optimizer.weight_decay": 0.01},
        {"optimizer.l2_penalty": 0.01},
        {"training.gradient_clip": 0.1},
        {"training.weight_averaging": 0.9},
        {"schedule": {"name": "cosine", "warmup_epochs": 2}},
    ],
)
def test_what_goes_with_every_optimizer_goes_with_ones_own(more: dict[str, Any], tmp_path: Path) -> None:
    own, theirs = (
        trained(tmp_path, set={"optimizer": {"name": name, "learning_rate": 0.05}, **more}) for name in (own_sgd, "sgd")
    )
    assert np.abs(weights(own) - weights(theirs)).max() < 1e-6


@pytest.mark.slow
def test_workers_get_the_functions_that_their_stacks_need(tmp_path: Path) -> None:
    over = {"optimizer": ["sgd", own_sgd], "learning_rate": [0.01, 0.1]}
    how = {"seeds": 2, "epochs": 3, "device": "cpu", "quiet": True, "plots": (), "runs_dir": tmp_path}
    alone, shared = (sweep("iris/mlp", over=over, jobs=jobs, **how) for jobs in (1, 2))
    assert alone.metrics.equals(shared.metrics)


def test_values_of_an_axis_that_have_names_may_be_functions(tmp_path: Path) -> None:
    arms = {"plain": {"name": "sgd", "learning_rate": 0.1}, "own": {"name": own_sgd, "learning_rate": 0.1}}
    swept = sweep("iris/mlp", over={"optimizer": arms}, seeds=2, epochs=2, runs_dir=tmp_path, quiet=True, plots=())
    assert swept.arm_labels == ["plain", "own"]
    final = swept.trials["final_test_loss"]
    assert np.allclose(final[:2], final[2:], rtol=1e-6)


def test_a_function_where_none_may_stand_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a function is no value here; parts of one's own are for activation, loss"):
        trained(tmp_path, set={"dataset.test_fraction": own_sgd})
