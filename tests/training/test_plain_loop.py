"""A whole training against the loop that everybody writes, with the same initial weights, split and batch order."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import accuracy_score, log_loss

from making.stacks import experiment, finished, trainer
from mlpexp.data.split import batch_order


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_training_equals_a_plain_pytorch_loop(precision):
    config = experiment(
        model={"hidden_sizes": [7, 5], "activation": "tanh"},
        optimizer={"name": "adam", "learning_rate": 0.01},
        training={"epochs": 5, "precision": precision},
    )
    fresh = trainer([config])
    model = fresh.state.network.member(0).train()
    inputs, targets = (tensor[0] for tensor in fresh.samples.part(0, fresh.samples.sizes.train))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for epoch in range(1, 6):
        for index in torch.from_numpy(batch_order(0, epoch, len(inputs))).split(16):
            optimizer.zero_grad()
            F.cross_entropy(model(inputs[index]), targets[index]).backward()
            optimizer.step()
    ours, _ = finished([config])
    tolerance = 1e-5 if precision == "float32" else 1e-12
    x = ours.samples.part(0, 150)[0]
    assert x.dtype == getattr(torch, precision)
    plain = torch.cat([
        p.T.flatten() if p.ndim == 2 else p.flatten() for p in model.parameters()
    ])  # fmt: skip
    torch.testing.assert_close(ours.state.last[0], plain.detach(), rtol=tolerance, atol=tolerance)


def test_recorded_scores_equal_scikit_learn():
    config = experiment(training={"epochs": 3})
    chosen, records = finished([config])
    row = records[-1].rows[0]
    for part, (start, stop) in chosen.samples.sizes.bounds.items():
        inputs, targets = chosen.samples.part(start, stop)
        network = type(chosen.state.network)(chosen.architecture, chosen.state.last, chosen.state.last_buffers)
        probabilities = torch.softmax(network(inputs)[0].double(), 1).numpy()
        true = targets[0].numpy()
        assert row.scores[f"{part}_accuracy"] == pytest.approx(accuracy_score(true, probabilities.argmax(1)))
        assert row.scores[f"{part}_loss"] == pytest.approx(log_loss(true, probabilities, labels=[0, 1, 2]), rel=1e-6)


def test_training_does_not_touch_global_generators():
    np.random.seed(0)
    torch.manual_seed(0)
    before = np.random.get_state()[1].copy(), torch.get_rng_state()
    finished([experiment(model={"dropout": 0.5}, training={"epochs": 1})])
    assert (np.random.get_state()[1] == before[0]).all()
    assert torch.equal(torch.get_rng_state(), before[1])
