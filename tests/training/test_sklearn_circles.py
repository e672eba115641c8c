"""The circles network of scikit-learn's training-curves example: the same weights before, the same losses after.

https://scikit-learn.org/stable/auto_examples/neural_networks/plot_mlp_training_curves.html
"""

import warnings

import numpy as np
import pytest
import torch
from sklearn.datasets import make_circles
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MinMaxScaler

from making.stacks import experiment, trainer
from mlpexp.nn.mode import Mode

# With "invscaling" and momentum, scikit-learn has the learning rate inside of its velocity, and we outside as PyTorch:
# these two of the seven settings of the example are other methods where the rate changes.
SETTINGS = {
    "constant learning rate": ({"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.2}, {}),
    "with momentum": (
        {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": False, "learning_rate_init": 0.2},
        {"momentum": 0.9},
    ),
    "with Nesterov's momentum": (
        {"solver": "sgd", "momentum": 0.9, "nesterovs_momentum": True, "learning_rate_init": 0.2},
        {"momentum": 0.9, "nesterov": True},
    ),
    "inverse scaling": (
        {"solver": "sgd", "learning_rate": "invscaling", "momentum": 0.0, "learning_rate_init": 0.2},
        {"schedule": {"name": "inverse_power", "per": "sample"}},
    ),
    # Its epsilon is beside the square root before the bias is corrected, ours after, as PyTorch's: equal where it is none.
    "adam": (
        {"solver": "adam", "learning_rate_init": 0.01, "epsilon": 1e-30},
        {"name": "adam", "epsilon": 1e-30},
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_losses_are_those_of_scikit_learn(name):
    theirs, ours = SETTINGS[name]
    points, classes = make_circles(noise=0.2, factor=0.5, random_state=1)
    points = MinMaxScaler().fit_transform(points)
    first = _fitted(points, classes, 1, {"solver": "sgd", "learning_rate_init": 1e-300})  # moves no weight
    curve = _fitted(points, classes, 400, theirs).loss_curve_
    assert len(curve) > 10
    np.testing.assert_allclose(_losses(first, points, classes, len(curve), theirs, ours), curve, rtol=1e-6)


def _fitted(points, classes, most, settings):
    """The classifier; it stops by itself where its loss stands still."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return MLPClassifier(random_state=0, max_iter=most, **settings).fit(points, classes)


def _losses(first, points, classes, num_steps, theirs, ours):
    """The objective before each step; scikit-learn divides its penalty by the number of samples of a batch."""
    data = {"name": "synthetic", "kind": "circles", "samples": len(points), "test_fraction": 0.0}
    optimizer = {"name": "sgd", "learning_rate": theirs["learning_rate_init"], "l2_penalty": first.alpha / len(points)}
    chosen = trainer(
        [
            experiment(
                dataset=data,
                model={"name": "mlp", "hidden_sizes": [100], "activation": "relu"},
                loss="binary_cross_entropy",
                optimizer={**optimizer, **{key: value for key, value in ours.items() if key != "schedule"}},
                schedule=ours.get("schedule", {"name": "constant"}),
                training={"batch_size": "full", "epochs": 1000, "precision": "float64"},
            )
        ]
    )
    network, penalty = chosen.state.network, optimizer["l2_penalty"]
    for layer, weight, bias in zip(("dense1", "output"), first.coefs_, first.intercepts_, strict=True):
        network.parameters[f"{layer}.weight"].copy_(torch.from_numpy(weight))
        network.parameters[f"{layer}.bias"].copy_(torch.from_numpy(bias))
    x, y = torch.from_numpy(points)[None], torch.from_numpy(classes)[None]
    penalized = torch.from_numpy(network.architecture.penalized)
    losses = []
    for step in range(num_steps):
        squares = (penalized * network.flat.square()).sum().item()
        (coefficients,) = chosen.coefficients.of(step, 1)
        logits = chosen.stepper(x, y, Mode(training=True), coefficients)
        losses.append(chosen.head.loss.value(logits, y).mean().item() + penalty / 2 * squares)
    return losses
