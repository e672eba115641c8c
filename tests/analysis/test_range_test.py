"""The learning-rate range test: its losses are those of plain training, and nothing else notices it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from making.configs import CONFIGS
from making.trained_results import new
from mlpexp.analysis.find_lr.range_test import for_range_test, geometric_rates, losses_at_rates
from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.config.yaml_source import override_in
from mlpexp.data.catalogue import facts_of, load
from mlpexp.execution.members import members_of, trainer_of
from mlpexp.planning.prepare import prepare
from mlpexp.training.trainer import Trainer


def trainer(seeds: range, optimizer: dict, num_steps: int, **model: object) -> Trainer:
    sections = {
        "dataset": {"name": "iris"}, "model": {"name": "mlp", "hidden_sizes": [5], "activation": "tanh", **model},
        "optimizer": optimizer, "schedule": {"name": "cosine"}, "device": "cpu",
        "training": {"batch_size": 16, "epochs": 3, "precision": "float64", "weight_averaging": 0.9},
    }  # fmt: skip
    config = Experiment.model_validate(sections)
    config = for_range_test(resolve(config, facts_of(config.dataset)), num_steps)
    dataset = load(config.dataset)
    architecture = build_architecture(config.model, dataset.facts.input_shape, dataset.facts.num_outputs)
    return trainer_of(members_of(config, seeds), [architecture] * len(seeds), dataset)


def test_rates_grow_by_a_constant_factor_between_the_ends() -> None:
    rates = geometric_rates(1e-5, 10, 61)
    assert rates[[0, -1]] == pytest.approx([1e-5, 10])
    assert rates[1:] / rates[:-1] == pytest.approx(np.full(60, 10**0.1))


@pytest.mark.parametrize(
    ("optimizer", "own"),
    [
        ({"name": "sgd", "learning_rate": 7.0}, lambda p: torch.optim.SGD(p, 1.0)),
        ({"name": "sgd", "learning_rate": 7.0, "momentum": 0.9}, lambda p: torch.optim.SGD(p, 1.0, momentum=0.9)),
        ({"name": "adam"}, lambda p: torch.optim.Adam(p, 1.0)),
    ],
    ids=["sgd", "momentum", "adam"],
)
def test_the_losses_are_those_of_a_plain_loop(optimizer: dict, own) -> None:
    """Schedule, averaging and the config's own rate are left aside; the loss is that of all training samples."""
    rates = geometric_rates(1e-3, 1, 20)
    test = trainer(range(1), optimizer, len(rates), dropout=0.0)
    network = test.state.network.member(0).double().train()
    steps = own(network.parameters())
    inputs, targets = (each[0] for each in test.samples.part(0, test.samples.sizes.train))
    batches = (
        pair
        for epoch in (1, 2, 3)
        for block in test.samples.blocks(epoch, 16)
        for pair in zip(block.inputs[:, 0], block.targets[:, 0], strict=True)
    )
    loss = torch.nn.functional.cross_entropy
    expected = [loss(network(inputs), targets).item()]
    for rate, (x, y) in zip(rates, batches, strict=False):
        steps.param_groups[0]["lr"] = rate
        steps.zero_grad()
        loss(network(x), y).backward()
        steps.step()
        expected.append(loss(network(inputs), targets).item())
    assert losses_at_rates(test, rates)[0] == pytest.approx(expected, rel=1e-9)


def test_a_seed_has_the_same_losses_among_others() -> None:
    rates = geometric_rates(1e-4, 10, 30)
    together = losses_at_rates(trainer(range(4), {"name": "adam"}, 30, dropout=0.5), rates)
    alone = losses_at_rates(trainer(range(2, 3), {"name": "adam"}, 30, dropout=0.5), rates)
    assert np.array_equal(together[2], alone[0])


def test_a_member_that_leaves_the_finite_numbers_is_cut_out_and_the_others_stay() -> None:
    rates = geometric_rates(1e-2, 1e4, 60)
    config = prepare(CONFIGS / "synthetic/divergence.yaml", [override_in("seeds=4", "seeds")])
    members = members_of(for_range_test(config.experiment, 60), range(4))
    dataset = load(config.experiment.dataset)
    losses = losses_at_rates(trainer_of(members, [config.architecture] * 4, dataset), rates)
    ends = np.isinf(losses).argmax(axis=1)
    assert len(set(ends.tolist())) > 1  # they do not end together
    for row, end in zip(losses, ends, strict=True):
        assert np.isfinite(row[: end or None]).all()
        assert not end or np.isinf(row[end:]).all()


def test_batch_normalization_goes_by_the_samples_measured() -> None:
    """With the remembered statistics, which lag behind, the loss before the first step would be another one."""
    test = trainer(range(1), {"name": "adam"}, 20, batch_norm=True)
    network = test.state.network.member(0).double().train()
    inputs, targets = (each[0] for each in test.samples.part(0, test.samples.sizes.train))
    expected = torch.nn.functional.cross_entropy(network(inputs), targets).item()
    assert losses_at_rates(test, geometric_rates(1e-3, 1, 20))[0, 0] == pytest.approx(expected, rel=1e-9)


def test_training_afterwards_writes_the_same_bytes(tmp_path: Path) -> None:
    text, overrides = (CONFIGS / "iris/mlp.yaml").read_text(), ("training.epochs=3", "seeds=2")
    before = new(tmp_path, text, *overrides, runs="before", planned_by="train").finish()
    prepared = before.prepared
    state = torch.get_rng_state()
    members = members_of(for_range_test(prepared.experiment, 30), range(3))
    dataset = load(prepared.experiment.dataset)
    losses_at_rates(trainer_of(members, [prepared.architecture] * 3, dataset), geometric_rates(1e-4, 10, 30))
    assert torch.equal(torch.get_rng_state(), state)
    after = new(tmp_path, text, *overrides, runs="after", planned_by="train").finish()
    assert after.bytes() == before.bytes()
