"""Each quantity against an independent witness; measuring changes nothing, and neighbours do not matter."""

import numpy as np
import pytest
import torch

from making.stacks import experiment, finished, trainer
from mlpexp.architectures.arithmetic import CHUNK_SAMPLES
from mlpexp.config.experiment import Experiment
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.diagnosed import has_ranks, is_diagnosed
from mlpexp.training.diagnostics import rank
from mlpexp.training.evaluation import group_size

LOSSES = {"cross_entropy": torch.nn.functional.cross_entropy}
IMAGES = {
    "dataset": {"name": "digits"},
    "model": {"name": "cnn", "layers": [
        {"layer": "conv", "channels": 3, "kernel_size": 3, "padding": "same"}, {"layer": "max_pool"},
        {"layer": "dense", "units": 7},
    ]},
}  # fmt: skip


def diagnosed(level: str = "full", **sections) -> Experiment:
    return experiment(**sections).model_copy(update={"diagnostics": level})


def one_full_step(**sections) -> Experiment:
    """A single step of plain gradient descent on the whole training set: everything can be computed by hand."""
    return diagnosed(**{"training": {"batch_size": "full", "epochs": 1, "precision": "float64"}, **sections})


def initial(chosen) -> StackedNetwork:
    seeds = [member.seeds_by_purpose.init for member in chosen.members]
    return StackedNetwork.of_members(chosen.architectures, seeds, dtype=torch.float64)


def final(chosen) -> StackedNetwork:
    return StackedNetwork(chosen.architecture, chosen.state.last, chosen.state.last_buffers)


def training_set(chosen):
    samples = chosen.samples.part(0, chosen.samples.sizes.train)
    return [each[torch.from_numpy(chosen.pair_of_member)] for each in samples]


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "hard_tanh", "maxout"])
def test_norms_of_the_step_are_those_of_autograd(activation):
    config = one_full_step(model={"hidden_sizes": [5, 4], "activation": activation}, optimizer={"l2_penalty": 0.3})
    chosen, records = finished([config])
    module = initial(chosen).member(0)
    x, y = training_set(chosen)
    weights = [parameter for name, parameter in module.named_parameters() if name.endswith("weight")]
    loss = LOSSES["cross_entropy"](module(x[0]), y[0]) + 0.15 * sum(w.square().sum() for w in weights)
    loss.backward()
    for layer in ("dense1", "dense2", "output"):
        own = getattr(module, layer).weight
        found = {quantity: values[0] for (name, quantity), values in records[-1].diagnostics.items() if name == layer}
        assert found["gradient_norm"] == pytest.approx(own.grad.norm().item(), rel=1e-9)
        assert found["weight_norm"] == pytest.approx(own.norm().item(), rel=1e-9)
        assert found["update_ratio"] == pytest.approx(0.1 * own.grad.norm().item() / own.norm().item(), rel=1e-9)


def test_a_clipped_gradient_is_recorded_at_its_full_length():
    plain = finished([one_full_step()])[1][-1].diagnostics
    clipped = finished(
        [one_full_step(training={"batch_size": "full", "epochs": 1, "precision": "float64", "gradient_clip": 1e-3})]
    )
    found = clipped[1][-1].diagnostics
    assert found["output", "gradient_norm"] == pytest.approx(plain["output", "gradient_norm"], rel=1e-12)
    assert found["output", "update_ratio"] < 0.01 * plain["output", "update_ratio"]


@pytest.mark.parametrize("function", ["sigmoid", "tanh", "hard_sigmoid", "hard_tanh", "relu", "gelu"])
def test_statistics_of_activations_are_those_of_numpy(function):
    """With weights so large that some values are saturated, and some units dead."""
    model = {"hidden_sizes": [40, 9], "activation": function, "init": {"name": "normal", "std": 1.5}}
    chosen, records = finished([diagnosed("cheap", model=model).model_copy(update={"seed": s}) for s in (3, 4)])
    outputs = final(chosen).layer_outputs(training_set(chosen)[0])
    zs = {"dense1_" + function: outputs["dense1"], "dense2_" + function: outputs["dense2"]}
    for layer, z in zs.items():
        y = outputs[layer].double().numpy()
        found = {q: values for (name, q), values in records[-1].diagnostics.items() if name == layer}
        np.testing.assert_allclose(found["activation_mean"], y.mean((1, 2)), rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(found["activation_std"], y.std((1, 2)), rtol=1e-5)
        z64 = z.double().requires_grad_()
        slope = torch.autograd.grad(getattr(F64, function)(z64).sum(), z64)[0].abs().numpy()
        if function in ("sigmoid", "tanh", "hard_sigmoid", "hard_tanh"):
            np.testing.assert_allclose(
                found["saturated_fraction"], (slope < 0.1 * TOP[function]).mean((1, 2)), atol=2e-3
            )
            assert (found["saturated_fraction"] > 0.05).all()
        if function in ("relu", "hard_sigmoid", "hard_tanh"):
            np.testing.assert_allclose(found["dead_fraction"], (slope == 0).all(1).mean(1), atol=1e-12)
        else:
            assert "dead_fraction" not in found


class F64:
    """The functions as torch has them; hard_sigmoid is ours."""

    sigmoid, tanh, relu = torch.sigmoid, torch.tanh, torch.relu
    gelu, hard_tanh = torch.nn.functional.gelu, torch.nn.functional.hardtanh

    @staticmethod
    def hard_sigmoid(z):
        return torch.clamp(0.25 * z + 0.5, 0, 1)


TOP = {"sigmoid": 0.25, "tanh": 1.0, "hard_sigmoid": 0.25, "hard_tanh": 1.0}


def test_dead_units_are_counted():
    """Large negative biases: no sample reaches those units."""
    chosen = trainer([diagnosed("cheap", model={"hidden_sizes": [6]})])
    chosen.state.network.parameters["dense1.bias"][0, :2] = -100.0
    assert next(chosen.run()).diagnostics["dense1_relu", "dead_fraction"] == pytest.approx([2 / 6])


def test_images_are_counted_by_channel():
    config = diagnosed("cheap", **IMAGES)
    chosen = trainer([config])
    chosen.state.network.parameters["conv1.bias"][0, 1] = -1e3
    found = next(chosen.run()).diagnostics
    assert found["conv1_relu", "dead_fraction"] == pytest.approx([1 / 3])
    pooled = chosen.state.network.layer_outputs(training_set(chosen)[0])["pool1"].double()
    assert found["conv1_relu", "activation_mean"] == pytest.approx([pooled.mean().item()])  # what the next layer sees
    assert found["conv1", "weight_rank"] == pytest.approx([3])


def test_data_in_several_chunks_give_the_numbers_of_the_whole():
    """11,000 training samples are three chunks, and two members two groups."""
    moons = {"name": "synthetic", "kind": "moons", "samples": 15_000}
    sections = {
        "dataset": moons,
        "model": {"hidden_sizes": [70], "activation": "hard_tanh"},
        "training": {"batch_size": "full"},
    }
    config = diagnosed("cheap", **sections)
    chosen = trainer([config, config.model_copy(update={"seed": 1})])
    diagnostics = next(chosen.run()).diagnostics
    inputs = training_set(chosen)[0]
    assert inputs.shape[1] > 2 * CHUNK_SAMPLES
    assert group_size(chosen.state.network, CHUNK_SAMPLES) == 1
    values = chosen.state.network.layer_outputs(inputs)["dense1_hard_tanh"].double()
    for i, of_member in enumerate(values):
        for quantity, number in (("mean", of_member.mean()), ("std", of_member.std(correction=0))):
            found = diagnostics["dense1_hard_tanh", f"activation_{quantity}"][i]
            assert found == pytest.approx(number.item(), rel=1e-6, abs=1e-7)
        saturated = (of_member.abs() == 1).double().mean().item()
        assert diagnostics["dense1_hard_tanh", "saturated_fraction"][i] == pytest.approx(saturated, rel=1e-9)


@pytest.mark.parametrize("loss", ["cross_entropy", "softmax_squared_error"])
def test_the_largest_eigenvalue_is_that_of_the_whole_hessian(loss):
    sections = {"model": {"hidden_sizes": [3], "activation": "tanh"}, "loss": loss, "optimizer": {"l2_penalty": 0.05}}
    chosen, records = finished([one_full_step(**sections)])
    x, y = training_set(chosen)
    buffers, l2 = chosen.state.last_buffers, 0.05

    def objective(flat):
        network = StackedNetwork(chosen.architecture, flat[None], buffers)
        logits = network(x)[0]
        if loss == "cross_entropy":
            value = torch.nn.functional.cross_entropy(logits, y[0])
        else:
            value = 0.5 * (logits.softmax(1) - torch.nn.functional.one_hot(y[0], 3)).square().sum(1).mean()
        return value + l2 / 2 * sum(p.square().sum() for n, p in network.parameters.items() if n.endswith("weight"))

    hessian = torch.autograd.functional.hessian(objective, chosen.state.last[0])
    expected = torch.linalg.eigvalsh(hessian)[-1].item()
    assert records[-1].diagnostics["network", "largest_eigenvalue"][0] == pytest.approx(expected, rel=1e-3)


def test_the_backward_signal_is_that_of_autograd():
    config = one_full_step(model={"hidden_sizes": [5, 4], "activation": "sigmoid"})
    chosen, records = finished([config])
    x, y = training_set(chosen)
    values, value = [], x[0]
    for name, module in final(chosen).member(0).named_children():
        value = module(value)
        if name in ("dense1", "dense2", "output"):
            value.retain_grad()
            values.append(value)
    torch.nn.functional.cross_entropy(value, y[0]).backward()
    norms = [each.grad.norm().item() for each in values]
    found = records[-1].diagnostics
    assert [found[n, "delta_norm"][0] for n in ("dense1", "dense2", "output")] == pytest.approx(norms, rel=1e-9)
    gains = [found[name, "backward_gain"][0] for name in ("dense2", "output")]
    assert gains == pytest.approx([norms[0] / norms[1], norms[1] / norms[2]], rel=1e-9)


def test_ranks_are_those_of_numpy():
    weights = torch.randn(4, 5, 3, generator=torch.Generator().manual_seed(0))
    weights[1, :, 2] = weights[1, :, 0]
    weights[2] = 0
    expected = [int(np.linalg.matrix_rank(w)) for w in weights.numpy()]
    assert rank(weights).tolist() == expected == [3, 2, 0, 3]
    weights[3, 0, 0] = float("nan")
    assert np.isnan(rank(weights)[3].item())


@pytest.mark.parametrize("level", ["cheap", "full"])
@pytest.mark.parametrize("settings", [{}, {"train_metrics": "running"}, {"weight_averaging": 0.9}])
@pytest.mark.parametrize("model", [{}, {"dropout": 0.3, "batch_norm": True}])
def test_measuring_changes_no_training(level, settings, model):
    training = {"epochs": 5, **settings}
    plain = finished([experiment(training=training, model=model)])[1]
    watched = finished([diagnosed(level, training=training, model=model)])[1]
    assert [repr(record.scores) for record in plain] == [repr(record.scores) for record in watched]
    assert watched[-1].diagnostics
    assert not plain[-1].diagnostics


def norms_by_autograd(chosen, penalty=0.0):
    """Of each weight in the first step: the gradient of the mean loss of the first batch at the initial weights."""
    network = initial(chosen)
    flat = network.flat.detach().clone().requires_grad_()
    block = next(chosen.samples.blocks(1, chosen.batch_size))
    logits = StackedNetwork(network.architecture, flat, network.buffers)(block.inputs[0])
    loss = torch.nn.functional.cross_entropy(logits[0], block.targets[0][0])
    (gradient,) = torch.autograd.grad(loss, flat)
    gradient = gradient + penalty * torch.from_numpy(network.architecture.penalized) * flat.detach()
    return {w.layer: gradient[0, w.place].norm().item() for w in network.architecture.weights}


@pytest.mark.parametrize("clip", [None, 1e-3])
@pytest.mark.parametrize("batch_size", [1, 16, "full"])
def test_the_gradient_before_the_first_step_is_that_of_autograd(batch_size, clip):
    training = {"batch_size": batch_size, "epochs": 1, "precision": "float64", "gradient_clip": clip}
    config = diagnosed("cheap", model={"hidden_sizes": [5, 4]}, optimizer={"l2_penalty": 0.3}, training=training)
    chosen, records = finished([config])
    for layer, norm in norms_by_autograd(trainer([config]), 0.3).items():
        assert records[0].diagnostics[layer, "gradient_norm"][0] == pytest.approx(norm, rel=1e-12)
    assert chosen.state.epoch == 1


@pytest.mark.parametrize("model", [{}, {"dropout": 0.3, "batch_norm": True}])
def test_it_is_the_gradient_of_the_first_step(model):
    """With one step in an epoch, the last step of epoch 1 is the first one; its factors of dropout are the same."""
    config = diagnosed("cheap", model={"hidden_sizes": [5, 4], **model}, training={"batch_size": "full", "epochs": 1})
    first, last = (record.diagnostics for record in finished([config])[1])
    for layer in ("dense1", "dense2", "output"):
        assert first[layer, "gradient_norm"][0] == last[layer, "gradient_norm"][0] > 0


def test_an_explosion_in_the_first_step_leaves_its_gradient():
    deep = {"hidden_sizes": [16] * 10, "activation": "relu", "init": {"name": "normal", "std": 1}}
    config = diagnosed("cheap", model=deep, optimizer={"learning_rate": 1e30}, training={"evaluate_every": 4})
    chosen, records = finished([config])
    assert chosen.state.statuses == ["diverged"] and chosen.state.ended_epoch.tolist() == [1]
    norms = [value[0] for (_, quantity), value in records[0].diagnostics.items() if quantity == "gradient_norm"]
    assert len(norms) == 11 and all(np.isfinite(norms)) and min(norms) > 10


def test_a_gradient_that_is_no_number_has_exploded():
    """Differences of infinite outputs are no numbers, but do not come of a gradient that vanished."""
    deep = {"hidden_sizes": [16] * 30, "activation": "relu", "init": {"name": "normal", "std": 30}}
    records = finished([diagnosed("cheap", model=deep)])[1]
    norms = [value[0] for (_, quantity), value in records[0].diagnostics.items() if quantity == "gradient_norm"]
    assert len(norms) == 31 and norms[0] == np.inf and not np.isnan(norms).any()


def test_neighbours_do_not_matter():
    members = [diagnosed("full", training={"epochs": 3}).model_copy(update={"seed": seed}) for seed in range(7)]
    members[2] = members[2].model_copy(
        update={"optimizer": members[2].optimizer.model_copy(update={"learning_rate": 1e30})}
    )
    together = finished(members)[1]
    for place in (0, 4, 6):
        alone = finished([members[place]])[1]
        for a, b in zip(alone, together, strict=True):
            where = b.positions.tolist().index(place)
            assert {key: repr(v[0]) for key, v in a.diagnostics.items()} == {
                key: repr(v[where]) for key, v in b.diagnostics.items()
            }


def test_long_runs_are_diagnosed_about_thirty_times():
    def epochs(total, every=1):
        settings = experiment(training={"epochs": total, "evaluate_every": every}).training
        return [epoch for epoch in range(total + 1) if is_diagnosed(epoch, settings)]

    assert epochs(4) == [0, 1, 2, 3, 4]
    assert epochs(100) == [0, 1, *range(4, 101, 4)]
    assert len(epochs(997)) <= 33
    assert epochs(997)[-1] == 997
    assert all(epoch % 3 == 0 or epoch == 1000 for epoch in epochs(1000, 3))
    settings = experiment(training={"epochs": 100}).training
    assert [epoch for epoch in range(101) if has_ranks(epoch, settings)] == [0, 4, 8, 16, 32, 64, 100]


def test_weights_of_zero_have_no_update_ratio():
    """Learned from zero: the first hidden layer gets no gradient at all."""
    config = one_full_step(model={"hidden_sizes": [5], "init": "zeros", "activation": "tanh"})
    found = finished([config])[1][-1].diagnostics
    assert np.isnan(found["dense1", "update_ratio"][0])
    assert found["dense1", "gradient_norm"][0] == 0
    assert found["dense1", "weight_rank"][0] == 0
