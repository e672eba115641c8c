"""Output activations and losses against plain PyTorch, the NumPy twin and each other."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from making.heads import CASES, head_for
from making.stacks import experiment, finished, rows_of, trainer
from mlpexp.config.activations import PlainActivation
from mlpexp.numpy_twin.backprop import NumpyLayer, backward, forward
from mlpexp.numpy_twin.outputs import head_of
from mlpexp.training.losses import LOSSES

ACTIVATED = {
    "none": lambda z: z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda z: torch.softmax(z, -1),
}
FACTORS = {"half_sum_squared_error": 0.5, "softmax_squared_error": 0.5, "sum_squared_error": 1.0}
TRAINED = [
    ("half_sum_squared_error", "sigmoid"), ("mean_squared_error", "tanh"), ("sum_squared_error", "none"),
    ("binary_cross_entropy", "sigmoid"), ("mean_squared_error", "softmax"),
]  # fmt: skip
DATA = [{"name": "iris"}, {"name": "synthetic", "kind": "xor", "samples": 60, "noise": 0.4}]


def one_sample_case(loss, activation, classes, members=3, batch=5, seed=0):
    head = head_for(loss, activation, classes, targets=1)
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(members, batch, head.output.num_units, dtype=torch.float64, generator=generator)
    if classes:
        return head, logits, torch.randint(0, classes, (members, batch), generator=generator)
    return head, logits, torch.rand(logits.shape, dtype=torch.float64, generator=generator)


def by_torch(loss, activation, logits, targets, classes):
    """The loss of each sample by the functions of ``torch.nn``."""
    if loss == "cross_entropy":
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view(targets.shape)
    if classes:
        codes = F.one_hot(targets, classes).double()
        codes = codes[:, :, 1:] if logits.shape[2] == 1 else codes
        targets = 2 * codes - 1 if activation == "tanh" else codes
    if loss == "binary_cross_entropy":
        return F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(2)
    squares = F.mse_loss(ACTIVATED[activation](logits), targets, reduction="none")
    return squares.mean(2) if loss == "mean_squared_error" else FACTORS[loss] * squares.sum(2)


@pytest.mark.parametrize(("loss", "activation", "classes"), CASES)
def test_value_and_gradient_are_those_of_torch(loss, activation, classes):
    head, logits, targets = one_sample_case(loss, activation, classes)
    variable = logits.clone().requires_grad_()
    expected = by_torch(loss, activation, variable, targets, classes)
    (slope,) = torch.autograd.grad(expected.sum(), variable)
    torch.testing.assert_close(head.loss.value(logits, targets), expected.detach(), rtol=1e-12, atol=1e-13)
    torch.testing.assert_close(head.loss.gradient(logits.clone(), targets), slope, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("loss", "activation", "classes"), CASES)
def test_the_numpy_twin_goes_through_the_activation_to_the_same(loss, activation, classes):
    head, logits, targets = one_sample_case(loss, activation, classes, members=1)
    twin, units = head_of(head.output), head.output.num_units
    layers = [NumpyLayer(np.eye(units), None, PlainActivation(name="identity"))]
    twin.activate(layers)
    trace, given = forward(layers, logits[0].numpy()), targets[0].numpy()
    np.testing.assert_allclose(twin.loss.value(trace.outputs, given), head.loss.value(logits, targets)[0], rtol=1e-12)
    (slope,) = backward(layers, trace, twin.loss.gradient(trace.outputs, given))
    np.testing.assert_allclose(slope.delta, head.loss.gradient(logits, targets)[0], rtol=1e-10, atol=1e-13)
    if classes:
        assert twin.predicted(trace.z[-1]).tolist() == head.predicted(logits)[0].tolist()


@pytest.mark.parametrize("batch", [1, 3, 7])
@pytest.mark.parametrize(("loss", "activation", "classes"), CASES)
def test_a_head_has_the_same_bits_alone_and_in_a_stack(loss, activation, classes, batch):
    head, logits, targets = one_sample_case(loss, activation, classes, batch=batch)
    logits, own = logits.float(), slice(1, 2)
    targets = targets if classes else targets.float()
    alone = logits[own].clone(), targets[own].clone()
    assert torch.equal(head.loss.value(logits, targets)[own], head.loss.value(*alone))
    assert torch.equal(head.loss.gradient(logits.clone(), targets)[own], head.loss.gradient(alone[0].clone(), alone[1]))
    assert torch.equal(head.outputs(logits)[own], head.outputs(alone[0]))


@pytest.mark.parametrize(("loss", "activation", "classes"), [case for case in CASES if case[2]])
def test_the_prediction_is_the_class_whose_code_is_nearest(loss, activation, classes):
    head, logits, _ = one_sample_case(loss, activation, classes, batch=50)
    outputs = ACTIVATED[activation](logits)
    if logits.shape[2] == 1:
        low = -1.0 if activation == "tanh" else 0.0
        expected = ((outputs - 1).abs() < (outputs - low).abs())[:, :, 0].long()
    else:
        expected = torch.cdist(outputs, torch.eye(classes, dtype=torch.float64).expand(3, -1, -1)).argmin(2)
    assert torch.equal(head.predicted(logits), expected)
    assert torch.equal(head.evidence(logits).argmax(2), expected)


@pytest.mark.parametrize(("loss", "activation", "classes"), [case for case in CASES if case[2]])
def test_the_prediction_has_the_largest_output_and_more_of_it_the_surer_it_is(loss, activation, classes):
    head, logits, _ = one_sample_case(loss, activation, classes, batch=50)
    outputs = head.of_classes(logits)
    assert outputs.shape[2] == classes
    assert torch.equal(outputs.argmax(2), head.predicted(logits))
    if logits.shape[2] == 1:
        surest = logits.abs()[:, :, 0].argmax(1)
        assert torch.equal(outputs.amax(2).argmax(1), surest)


def test_squared_error_of_the_softmax_has_two_names_and_one_loss():
    named, usual = head_for("half_sum_squared_error", "softmax", 3), head_for("softmax_squared_error", None, 3)
    assert named.loss is usual.loss is LOSSES["softmax_squared_error"]


@pytest.mark.parametrize("classes", [2, 3])
def test_huge_logits_give_finite_losses_and_gradients_that_go_on(classes):
    head = head_for("binary_cross_entropy", None, classes)
    logits = torch.full((1, 2, head.output.num_units), 1e4)
    targets = torch.tensor([[0, 1]])
    gradient = head.loss.gradient(logits, targets)
    assert torch.isfinite(head.loss.value(logits, targets)).all()
    assert gradient[0, 0, 0] == (1 if classes == 2 else 0), "wrong: the full gradient; right: none"


def test_probabilities_of_one_unit_are_of_both_classes():
    head = head_for("binary_cross_entropy", None, 2)
    p = head.of_classes(torch.tensor([[[0.3], [-40.0]]], dtype=torch.float64))
    assert p.shape == (1, 2, 2)
    np.testing.assert_allclose(p[0, 0].numpy(), [1 / (1 + np.exp(0.3)), 1 / (1 + np.exp(-0.3))], rtol=1e-15)
    assert p[0, 1, 1] == pytest.approx(np.exp(-40), rel=1e-12)


def made(loss, activation, dataset, engine="torch", **more):
    training = {"batch_size": 8, "epochs": 3, "precision": "float64", "engine": engine, **more}
    model = {"name": "mlp", "hidden_sizes": [5], "output_activation": activation}
    return experiment(dataset=dataset, model=model, loss=loss, training=training)


@pytest.mark.parametrize("dataset", DATA, ids=["three classes", "two classes"])
@pytest.mark.parametrize(("loss", "activation"), TRAINED)
def test_both_engines_train_the_same(loss, activation, dataset):
    weights = "balanced" if activation == "tanh" else "none"
    ours, theirs = (
        finished([made(loss, activation, dataset, e, class_weights=weights)])[0] for e in ("torch", "numpy")
    )
    assert ours.architecture.output_shape == ((1,) if dataset is DATA[1] and activation in ("sigmoid", "tanh") else
                                              (2,) if dataset is DATA[1] else (3,))  # fmt: skip
    torch.testing.assert_close(ours.state.last, theirs.state.last, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(("loss", "activation"), TRAINED)
def test_training_in_a_stack_is_training_alone(loss, activation):
    members = [made(loss, activation, DATA[1]).model_copy(update={"seed": seed}) for seed in range(3)]
    _, together = finished(members)
    _, alone = finished(members[1:2])
    assert rows_of(together, 1) == rows_of(alone, 0)


@pytest.mark.parametrize(("loss", "activation"), TRAINED)
def test_a_member_is_a_plain_module_that_gives_outputs_or_the_logits_that_its_loss_takes(loss, activation):
    chosen = trainer([made(loss, activation, DATA[0])])
    network, (x, _) = chosen.state.network, chosen.samples.part(0, 9)
    given = {"cross_entropy": "none", "binary_cross_entropy": "none", "softmax_squared_error": "none"}.get(
        loss, activation
    )
    torch.testing.assert_close(network.member(0)(x[0]), ACTIVATED[given](network(x)[0, :9]))


def test_explained_variance_does_not_depend_on_the_factor_of_the_loss():
    sine = {"name": "synthetic", "kind": "function", "function": "sine", "samples": 50}
    shares = {}
    for loss, factor in (("mean_squared_error", 1), ("sum_squared_error", 1), ("half_sum_squared_error", 0.5)):
        first = finished([made(loss, "tanh", sine)])[1][0]
        shares[loss] = first.scores["train_r2"][0]
        mean = finished([made("mean_squared_error", "tanh", sine)])[1][0].scores["train_loss"][0]
        assert first.scores["train_loss"][0] == pytest.approx(factor * mean, rel=1e-12)
    assert len({round(float(share), 12) for share in shares.values()}) == 1


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize(("loss", "activation"), TRAINED)
def test_a_card_trains_the_same(loss, activation):
    on_cpu = made(loss, activation, DATA[1], epochs=60)
    on_card = on_cpu.model_copy(update={"device": "cuda"})
    ours, theirs = (finished([one])[0].state.last.cpu() for one in (on_cpu, on_card))
    torch.testing.assert_close(theirs, ours, rtol=1e-6, atol=1e-8)
