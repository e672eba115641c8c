"""The backward pass by hand, with autograd as the witness, for every kind of layer."""

import pytest
import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.activations import KNOWN
from mlpexp.config.networks import Cnn, Lenet5, Mlp, MnistCnn
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork
from mlpexp.training.losses import LOSSES

ACTIVATIONS = [
    *KNOWN,
    {"name": "maxout", "pieces": 3},
    {"name": "elu", "alpha": 0.5},
    {"name": "leaky_relu", "negative_slope": 0.3},
]
CNN = [
    {"layer": "conv", "channels": 4, "kernel_size": 3, "padding": "same", "batch_norm": True},
    {"layer": "max_pool"},
    {"layer": "conv", "channels": 6, "kernel_size": 3, "stride": 2, "activation": "maxout"},
    {"layer": "average_pool"},
    {"layer": "dense", "units": 7, "activation": "prelu", "batch_norm": True},
    {"layer": "dropout", "rate": 0.5},
]


def gradients(model, shape, members, mode=None, loss="cross_entropy"):
    """The gradient of the mean loss by hand and by autograd, float64, at random weights."""
    generator = torch.Generator().manual_seed(3)
    architecture = build_architecture(model, shape, 3)
    network = StackedNetwork.initialized(architecture, range(members), dtype=torch.float64)
    network.flat.add_(0.1 * torch.randn(network.flat.shape, dtype=torch.float64, generator=generator))
    inputs = torch.randn(members, 5, *shape, dtype=torch.float64, generator=generator)
    targets = torch.randint(0, 3, (members, 5), generator=generator)
    if loss == "mean_squared_error":
        targets = torch.randn(members, 5, 3, dtype=torch.float64, generator=generator)
    mode = mode or Mode(training=True)
    chosen = LOSSES[loss]
    with torch.no_grad():
        _, by_hand = network.forward_backward(inputs, mode, lambda y: chosen.gradient(y, targets) / 5)
    for parameter in network.parameters.values():
        parameter.requires_grad_()
    total = chosen.value(network(inputs, mode), targets).sum() / 5
    by_autograd = torch.autograd.grad(total, list(network.parameters.values()))
    return by_hand, torch.cat([gradient.flatten(1) for gradient in by_autograd], 1)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_gradient_of_each_activation_equals_autograd(activation):
    model = Mlp.model_validate({"name": "mlp", "hidden_sizes": [6, 5], "activation": activation})
    by_hand, by_autograd = gradients(model, (4,), 3)
    torch.testing.assert_close(by_hand, by_autograd, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("bias", [True, False])
def test_gradient_of_each_loss_equals_autograd(loss, bias):
    model = Mlp.model_validate({"name": "mlp", "hidden_sizes": [6], "activation": "tanh", "bias": bias})
    by_hand, by_autograd = gradients(model, (4,), 2, loss=loss)
    torch.testing.assert_close(by_hand, by_autograd, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (Mlp(name="mlp", hidden_sizes=[6, 5], batch_norm=True), (4,)),
        (Mlp(name="mlp", hidden_sizes=[]), (1, 4, 4)),
        (Lenet5(name="lenet5"), (1, 28, 28)),
        (Lenet5.model_validate({"name": "lenet5", "pooling": "max", "activation": "tanh"}), (1, 32, 32)),
        (MnistCnn(name="mnist_cnn", dropout=0.0), (1, 28, 28)),
        (
            MnistCnn.model_validate({"name": "mnist_cnn", "dropout": 0.0, "activation": "gelu", "bias": False}),
            (2, 20, 20),
        ),
    ],
    ids=["batch norm", "linear", "lenet5", "lenet5 max pool", "mnist_cnn", "mnist_cnn gelu"],
)
def test_gradient_of_each_network_equals_autograd(model, shape, members):
    by_hand, by_autograd = gradients(model, shape, members)
    torch.testing.assert_close(by_hand, by_autograd, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("members", [1, 3])
def test_gradient_of_a_network_with_all_layers_equals_autograd(members):
    model = Cnn.model_validate({"name": "cnn", "layers": CNN, "activation": "sigmoid"})
    factor = torch.tensor([0.0, 2.0, 2.0, 0.0, 2.0, 0.0, 2.0], dtype=torch.float64).expand(members, 5, 7)
    mode = Mode(training=True, dropout={"dropout1": factor})
    by_hand, by_autograd = gradients(model, (2, 12, 12), members, mode)
    torch.testing.assert_close(by_hand, by_autograd, rtol=1e-9, atol=1e-11)


def test_max_pooling_gives_the_gradient_to_the_maximum_alone():
    model = Cnn.model_validate({"name": "cnn", "activation": "identity", "layers": [{"layer": "max_pool"}]})
    architecture = build_architecture(model, (1, 4, 4), 2)
    network = StackedNetwork.initialized(architecture, [0], dtype=torch.float64)
    image = torch.arange(16.0, dtype=torch.float64).view(1, 1, 1, 4, 4).requires_grad_()
    network(image).sum().backward()
    touched = image.grad[0, 0, 0] != 0
    assert touched.nonzero().tolist() == [[1, 1], [1, 3], [3, 1], [3, 3]]
