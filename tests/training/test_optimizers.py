"""Our optimizers against those of ``torch.optim``, with hyper-parameters that differ from member to member."""

import pytest
import torch

from mlpexp.config.experiment import Experiment
from mlpexp.training.hyper import CoefficientCache, HyperParameters
from mlpexp.training.optimizers import OPTIMIZERS

CASES = {
    "sgd": ([{"learning_rate": 0.1}, {"learning_rate": 0.01}], lambda p, o: torch.optim.SGD(p, o["learning_rate"])),
    "momentum": (
        [{"learning_rate": 0.01, "momentum": 0.9}, {"learning_rate": 0.05, "momentum": 0.0}],
        lambda p, o: torch.optim.SGD(p, o["learning_rate"], momentum=o["momentum"]),
    ),
    "nesterov": (
        [
            {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True},
            {"learning_rate": 0.02, "momentum": 0.5, "nesterov": True},
        ],
        lambda p, o: torch.optim.SGD(p, o["learning_rate"], momentum=o["momentum"], nesterov=True),
    ),
    "adagrad": (
        [{"learning_rate": 0.1}, {"learning_rate": 0.01, "epsilon": 1e-3}],
        lambda p, o: torch.optim.Adagrad(p, o["learning_rate"], eps=o.get("epsilon", 1e-10)),
    ),
    "rmsprop": (
        [{"learning_rate": 0.01}, {"learning_rate": 0.001, "alpha": 0.9}],
        lambda p, o: torch.optim.RMSprop(p, o["learning_rate"], alpha=o.get("alpha", 0.99)),
    ),
    "adam": (
        [{"learning_rate": 0.01}, {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.99, "epsilon": 1e-4}],
        lambda p, o: torch.optim.Adam(
            p, o["learning_rate"], betas=(o.get("beta1", 0.9), o.get("beta2", 0.999)), eps=o.get("epsilon", 1e-8)
        ),
    ),
}


def experiment(kind, options):
    name = "sgd" if kind in ("momentum", "nesterov") else kind
    return Experiment.model_validate(
        {"dataset": {"name": "iris"}, "model": {"name": "mlp"}, "optimizer": {"name": name, **options}}
    )


@pytest.mark.parametrize("kind", CASES)
def test_fifty_steps_equal_torch(kind):
    member_options, witness = CASES[kind]
    hyper = HyperParameters.of([experiment(kind, options) for options in member_options], num_train=1)
    optimizer = hyper.optimizer
    assert optimizer is OPTIMIZERS[kind]
    generator = torch.Generator().manual_seed(1)
    start = torch.randn(2, 7, dtype=torch.float64, generator=generator)
    target = torch.randn(2, 7, dtype=torch.float64, generator=generator)
    ours = start.clone()
    slots = {name: torch.zeros_like(ours) for name in optimizer.slots}
    for c in CoefficientCache(hyper, steps_per_epoch=10, like=ours).of(0, 50):
        optimizer.update(ours, 2 * (ours - target) * (1 + ours.square()), slots, c.own)
    for member, options in enumerate(member_options):
        theirs = start[member].clone().requires_grad_()
        torch_optimizer = witness([theirs], options)
        for _ in range(50):
            theirs.grad = (2 * (theirs - target[member]) * (1 + theirs.square())).detach()
            torch_optimizer.step()
        torch.testing.assert_close(ours[member], theirs.detach(), rtol=1e-11, atol=1e-13)
