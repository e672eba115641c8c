"""What is done to gradients and weights around an optimizer: L2 penalty, decoupled decay, clipping, weight averaging."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from making.stacks import experiment, trainer
from mlpexp.nn.mode import Mode
from mlpexp.training.step import Stepper

RATES = [0.1, 0.02, 0.3]


def prepared(*options: dict[str, Any], **sections: Any) -> Any:
    """A trainer of one member per set of options (of its optimizer, or ``gradient_clip``), in float64."""
    members = []
    for seed, option in enumerate(options):
        own = {key: value for key, value in option.items() if key != "gradient_clip"}
        training = {"precision": "float64", "gradient_clip": option.get("gradient_clip")}
        config = experiment(**{"optimizer": {}, **sections, "training": {**training, **sections.get("training", {})}})
        optimizer = config.optimizer.model_copy(update=own)
        members.append(config.model_copy(update={"seed": seed, "optimizer": optimizer}))
    return trainer(members)


def one_batch(chosen: Any) -> tuple[Tensor, Tensor]:
    block = next(chosen.samples.blocks(1, 16))
    return block.inputs[0], block.targets[0]


def step(chosen: Any, count: int = 1) -> None:
    """Takes steps on always the same batch."""
    stepper: Stepper = chosen.stepper
    x, y = one_batch(chosen)
    for c in chosen.coefficients.of(0, count):
        stepper(x, y, Mode(training=True), c)


def torch_model(chosen: Any, member: int) -> nn.Sequential:
    return chosen.state.network.member(member).train()


def flat_of(model: nn.Sequential) -> Tensor:
    return torch.cat([(p.T if p.ndim == 2 else p).reshape(-1) for p in model.parameters()]).detach()


def test_the_l2_penalty_is_half_lambda_times_the_squared_weights_without_biases() -> None:
    lambdas = [0.1, 0.5, 2.0]
    chosen = prepared(*({"learning_rate": 0.1, "l2_penalty": value} for value in lambdas))
    chosen.state.network.flat += 0.3  # biases that are not 0
    models, (x, y) = [torch_model(chosen, i) for i in range(3)], one_batch(chosen)
    for i, model in enumerate(models):
        weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
        penalty = lambdas[i] / 2 * sum(w.square().sum() for w in weights)
        (nn.functional.cross_entropy(model(x[i]), y[i]) + penalty).backward()
        with torch.no_grad():
            for p in model.parameters():
                p.sub_(0.1 * p.grad)
    step(chosen)
    for i, model in enumerate(models):
        torch.testing.assert_close(chosen.state.network.flat[i], flat_of(model), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("optimizer", ["adamw", "adam"])
def test_decoupled_decay_shrinks_weights_only_as_adamw_does(optimizer: str) -> None:
    decays = [0.01, 0.1, 1.0]
    options = [{"learning_rate": rate, "weight_decay": decay} for rate, decay in zip(RATES, decays, strict=True)]
    chosen = prepared(*options, optimizer={"name": optimizer})
    chosen.state.network.flat += 0.3
    models, (x, y) = [torch_model(chosen, i) for i in range(3)], one_batch(chosen)
    for i, model in enumerate(models):
        groups = [
            {
                "params": [p for name, p in model.named_parameters() if name.endswith(kind)],
                "weight_decay": decays[i] if kind == "weight" else 0.0,
            }
            for kind in ("weight", "bias")
        ]
        witness = torch.optim.AdamW(groups, lr=RATES[i])
        for _ in range(50):
            witness.zero_grad()
            nn.functional.cross_entropy(model(x[i]), y[i]).backward()
            witness.step()
    step(chosen, 50)
    for i, model in enumerate(models):
        torch.testing.assert_close(chosen.state.network.flat[i], flat_of(model), rtol=1e-9, atol=1e-11)


def test_slopes_scales_and_shifts_are_not_penalized() -> None:
    chosen = prepared(
        {"learning_rate": 0.1, "weight_decay": 1.0, "l2_penalty": 1.0},
        model={"activation": "prelu", "batch_norm": True},
    )
    flat = chosen.state.network.flat
    flat.fill_(1.0)
    chosen.stepper.update = lambda flat, gradient, slots, own: None  # only the decay is left
    step(chosen)
    shrunk = {name for name, tensor in chosen.state.network.parameters.items() if (tensor != 1).any()}
    assert shrunk == {"dense1.weight", "output.weight"}


@pytest.mark.parametrize("penalty", [0.0, 0.5])
def test_clipping_is_that_of_torch_for_each_member_alone(penalty: float) -> None:
    limits = [50.0, 0.05, 100.0]
    chosen = prepared(*({"learning_rate": 0.1, "gradient_clip": limit, "l2_penalty": penalty} for limit in limits))
    models, (x, y) = [torch_model(chosen, i) for i in range(3)], one_batch(chosen)
    norms = []
    for i, model in enumerate(models):
        weights = [p for name, p in model.named_parameters() if name.endswith("weight")]
        objective = nn.functional.cross_entropy(model(x[i]), y[i])
        (objective + penalty / 2 * sum(w.square().sum() for w in weights)).backward()
        norms.append(nn.utils.clip_grad_norm_(model.parameters(), limits[i]).item())
        with torch.no_grad():
            for p in model.parameters():
                p.sub_(0.1 * p.grad)
    assert norms[1] > 0.05
    assert norms[2] < 100
    step(chosen)
    for i, model in enumerate(models):
        torch.testing.assert_close(chosen.state.network.flat[i], flat_of(model), rtol=1e-12, atol=1e-14)


def test_a_norm_too_large_for_its_type_takes_no_step_and_leaves_the_others_alone() -> None:
    """Squares of gradients of 1e200 overflow: nothing of such a gradient is left, not even NaN."""
    chosen = prepared({"learning_rate": 0.5, "gradient_clip": 1.0}, {"learning_rate": 0.5, "gradient_clip": 1.0})
    before, gradient = chosen.state.network.flat.clone(), torch.full_like(chosen.state.network.flat, 1e200)
    gradient[0] = 1e-3
    chosen.stepper._apply(gradient, chosen.coefficients.of(0, 1)[0])
    np.testing.assert_allclose((before - chosen.state.network.flat)[0].numpy(), 0.5e-3, rtol=1e-9)
    assert torch.equal(before[1], chosen.state.network.flat[1])


def test_the_average_follows_the_weights_as_its_decay_says() -> None:
    """``a += (w - a) (1 - min(decay, (1 + t) / (10 + t)))`` after step t, with a decay per member."""
    decays = [0.5, 0.9, 0.0]
    members = [
        experiment(training={"precision": "float64", "weight_averaging": decay}).model_copy(update={"seed": seed})
        for seed, decay in enumerate(decays)
    ]
    chosen = trainer(members)
    averages = chosen.state.network.flat.clone()
    x, y = one_batch(chosen)
    for t, c in enumerate(chosen.coefficients.of(0, 60), start=1):
        chosen.stepper(x, y, Mode(training=True), c)
        for i, decay in enumerate(decays):
            averages[i] += (chosen.state.network.flat[i] - averages[i]) * (1 - min(decay, (1 + t) / (10 + t)))
    torch.testing.assert_close(chosen.state.averaged, averages, rtol=1e-12, atol=1e-14)
    assert chosen.state.evaluated_network().flat is chosen.state.averaged
    torch.testing.assert_close(chosen.state.averaged[2], chosen.state.network.flat[2], rtol=1e-15, atol=1e-15)
