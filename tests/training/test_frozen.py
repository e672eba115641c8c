"""Layers that begin with given weights, and layers that stay: against plain PyTorch, and bit for bit."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.config.experiment import Experiment
from mlpexp.data.split import batch_order

OPTIMIZERS = {
    "sgd": {"name": "sgd", "learning_rate": 0.1, "weight_decay": 0.1, "l2_penalty": 0.1},
    "momentum": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.1, "l2_penalty": 0.1},
    "nesterov": {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "l2_penalty": 0.1},
    "adagrad": {"name": "adagrad", "learning_rate": 0.1, "l2_penalty": 0.1},
    "rmsprop": {"name": "rmsprop", "learning_rate": 0.01, "l2_penalty": 0.1},
    "adam": {"name": "adam", "learning_rate": 0.01, "l2_penalty": 0.1},
    "adamw": {"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.1},
}
DEEP = {"hidden_sizes": [7, 5], "activation": "tanh", "batch_norm": True, "dropout": 0.2}
CNN = {
    "dataset": {"name": "digits", "test_fraction": 0.8},
    "model": {
        "name": "cnn",
        "layers": [{"layer": "conv", "channels": 4, "kernel_size": 3, "batch_norm": True}, {"layer": "max_pool"}],
    },
}


def some(seed: int, shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Tensors that no initializer draws; variances are positive."""
    generator = np.random.default_rng(seed)
    return {name: generator.uniform(0.1, 0.9, shape) for name, shape in shapes.items()}


def begun(members: list[Experiment], layers: tuple[str, ...]) -> list[dict[str, np.ndarray]]:
    """Tensors for some layers of each member."""
    network = trainer(members).state.network
    tensors = {**network.parameters, **{f"{name}.running": tensor for name, tensor in network.running.items()}}
    shapes = {name: tuple(t.shape[1:]) for name, t in tensors.items() if name.rpartition(".")[0] in layers}
    return [some(member.seed, shapes) for member in members]


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("frozen", [("dense1", "dense1_norm"), ("dense2", "dense2_norm")], ids=["first", "middle"])
def test_frozen_layers_keep_every_bit_and_all_others_move(optimizer: dict, frozen: tuple[str, ...]) -> None:
    training = {"epochs": 2, "gradient_clip": 1.0, "weight_averaging": 0.9}
    config = experiment(model=DEEP, optimizer=optimizer, training=training, start={"freeze": frozen})
    before = trainer([config]).state.network
    chosen, _ = finished([config])
    after = type(before)(chosen.architecture, chosen.state.last, chosen.state.last_buffers)
    pairs = {name: (before.parameters[name], after.parameters[name]) for name in before.parameters}
    pairs |= {f"{name}.running": (before.running[name], after.running[name]) for name in before.running}
    same = {name for name, (first, last) in pairs.items() if torch.equal(first, last)}
    assert same == {name for name in pairs if name.rpartition(".")[0] in frozen}


PLAIN = {
    "adamw": (
        {"name": "adamw", "learning_rate": 0.01, "weight_decay": 0.1},
        lambda weights, biases: torch.optim.AdamW(
            [{"params": weights, "weight_decay": 0.1}, {"params": biases, "weight_decay": 0.0}], lr=0.01
        ),
        {**DEEP, "dropout": 0.0, "batch_norm": False},
    ),
    "momentum, batch norm": (
        {"name": "sgd", "learning_rate": 0.01, "momentum": 0.9},
        lambda weights, biases: torch.optim.SGD([*weights, *biases], lr=0.01, momentum=0.9),
        {**DEEP, "dropout": 0.0},
    ),
}


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(("optimizer", "plain_optimizer", "model"), PLAIN.values(), ids=PLAIN)
def test_a_transfer_equals_a_plain_pytorch_loop(
    optimizer: dict, plain_optimizer: Callable, model: dict, precision: str
) -> None:
    frozen = ("dense1", "dense1_norm")[: 1 + model["batch_norm"]]
    training = {"epochs": 5, "precision": precision, "gradient_clip": 0.5}
    config = experiment(model=model, optimizer=optimizer, training=training, start={"freeze": frozen})
    starts = begun([config], frozen)
    fresh = trainer([config], starts=starts)
    plain = fresh.state.network.member(0).train()
    named = dict(plain.named_children())
    for name in frozen:
        named[name].eval().requires_grad_(False)
    weights, biases = (
        [p for p in plain.parameters() if p.requires_grad and (p.ndim > 1) == is_weight] for is_weight in (True, False)
    )
    descent = plain_optimizer(weights, biases)
    inputs, targets = (tensor[0] for tensor in fresh.samples.part(0, fresh.samples.sizes.train))
    for epoch in range(1, 6):
        for index in torch.from_numpy(batch_order(0, epoch, len(inputs))).split(16):
            descent.zero_grad()
            F.cross_entropy(plain(inputs[index]), targets[index]).backward()
            torch.nn.utils.clip_grad_norm_([*weights, *biases], 0.5)
            descent.step()
    ours, _ = finished([config], starts)
    theirs = torch.cat([p.T.flatten() if p.ndim == 2 else p.flatten() for p in plain.parameters()])
    tolerance = 1e-6 if precision == "float32" else 1e-12
    torch.testing.assert_close(ours.state.last[0], theirs.detach(), rtol=tolerance, atol=tolerance)
    norms = [module for module in named.values() if hasattr(module, "running_var")]
    buffers = [tensor for norm in norms for tensor in (norm.running_mean, norm.running_var)]
    if buffers:
        torch.testing.assert_close(ours.state.last_buffers[0], torch.cat(buffers), rtol=tolerance, atol=tolerance)


def test_a_member_begins_with_the_tensors_that_it_is_given() -> None:
    config = experiment(model=DEEP)
    (given,) = begun([config], ("dense1", "dense1_norm"))
    network = trainer([config], starts=[given]).state.network
    for name, array in given.items():
        layer, _, kind = name.rpartition(".")
        tensor = network.running[layer] if kind == "running" else network.parameters[name]
        np.testing.assert_allclose(tensor[0].numpy(), array, rtol=1e-7)


def test_a_stack_of_transfers_has_the_bits_of_each_alone() -> None:
    config = experiment(model=DEEP, optimizer=OPTIMIZERS["momentum"], start={"freeze": ["dense1", "dense1_norm"]})
    members = [config.model_copy(update={"seed": seed}) for seed in (0, 1, 2)]
    starts = [*begun(members[:2], ("dense1", "dense1_norm", "dense2")), None]
    together, records = finished(members, starts)
    for place, member in enumerate(members):
        alone, its_records = finished([member], [starts[place]])
        assert torch.equal(together.state.last[place], alone.state.last[0])
        assert torch.equal(together.state.last_buffers[place], alone.state.last_buffers[0])
        assert rows_of(records, place) == rows_of(its_records, 0)


def test_diagnostics_say_that_a_frozen_layer_has_no_gradient_and_no_update() -> None:
    config = experiment(model={"hidden_sizes": [7, 5]}, start={"freeze": ["dense1"]}, diagnostics="cheap")
    _, records = finished([config])
    quantities = records[-1].diagnostics
    for quantity in ("gradient_norm", "update_ratio"):
        assert quantities["dense1", quantity][0] == 0
        assert quantities["dense2", quantity][0] > 0


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("sections", [{"model": DEEP}, CNN], ids=["mlp", "cnn"])
def test_cuda_freezes_every_bit_and_gives_nearly_the_numbers_of_the_cpu(sections: dict) -> None:
    first = "conv1" if sections is CNN else "dense1"
    weights = []
    for device in ("cpu", "cuda"):
        config = experiment(**sections, device=device, start={"freeze": [first, f"{first}_norm"]})
        members = [config.model_copy(update={"seed": seed}) for seed in (0, 1)]
        starts = begun([member.model_copy(update={"device": "cpu"}) for member in members], (first, f"{first}_norm"))
        before = trainer(members, starts=starts).state.network.parameters[f"{first}.weight"].cpu()
        chosen, _ = finished(members, starts)
        after = type(chosen.state.network)(chosen.architecture, chosen.state.last, chosen.state.last_buffers)
        assert torch.equal(after.parameters[f"{first}.weight"].cpu(), before)
        weights.append(chosen.state.last.cpu())
    torch.testing.assert_close(weights[1], weights[0], rtol=1e-2, atol=1e-3)
