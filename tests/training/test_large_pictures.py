"""The four-layer network of the textbook on colour pictures of 400x400: it learns, and its gradient is right."""

import numpy as np
import pytest
import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.facts import DatasetFacts
from mlpexp.config.rules import resolve
from mlpexp.data.dataset import Dataset
from mlpexp.execution.machine import computing
from mlpexp.execution.members import trainer_of
from mlpexp.nn.mode import Mode
from mlpexp.nn.network import StackedNetwork

SHAPE, CLASSES = (3, 400, 400), 3
CARD = (pytest.mark.cuda, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU"))
DEVICES = ["cpu", pytest.param("cuda", marks=CARD)]


@pytest.fixture(scope="module")
def pictures() -> Dataset:
    """Nine pictures, each of one of three colours with noise, three of them to test on."""
    generator, targets = np.random.default_rng(0), np.arange(9) % CLASSES
    inputs = generator.integers(0, 120, (9, *SHAPE), dtype=np.uint8)
    for picture, colour in zip(inputs, targets, strict=True):
        picture[colour] += 120
    facts = DatasetFacts("classification", SHAPE, CLASSES, 9, num_official_test=3)
    return Dataset("colours", inputs, targets, facts, class_names=("red", "green", "blue"))


def member(device: str, facts: DatasetFacts) -> Experiment:
    sections = {
        "dataset": {"name": "cifar10"},  # for its kind of split: the official one
        "model": {"name": "cnn4", "bias": False},
        "optimizer": {"name": "adam", "learning_rate": 3e-3},
        "training": {"batch_size": 2, "epochs": 8},
        "device": device,
    }
    return resolve(Experiment.model_validate(sections), facts)


@pytest.mark.slow
@pytest.mark.parametrize("device", DEVICES)
def test_it_learns_three_colours(device: str, pictures: Dataset) -> None:
    experiment = member(device, pictures.facts)
    architecture = build_architecture(experiment.model, SHAPE, CLASSES)
    assert architecture.num_parameters == 14_100 + 6250 * CLASSES
    trainer = trainer_of([experiment], [architecture], pictures)
    with computing(experiment, 1):
        rows = [record.rows[0] for record in trainer.run() if record]
    assert rows[0].scores["train_loss"] > 0.5
    assert rows[-1].scores["train_loss"] < 0.5 * rows[0].scores["train_loss"]


@pytest.mark.parametrize("device", DEVICES)
def test_its_gradient_is_that_of_autograd(device: str, pictures: Dataset) -> None:
    architecture = build_architecture(member("cpu", pictures.facts).model, SHAPE, CLASSES)
    network = StackedNetwork.initialized(architecture, [0], dtype=torch.float64, device=device)
    inputs = torch.from_numpy(pictures.inputs[:2] / 255).unsqueeze(0).to(device)
    targets = torch.from_numpy(pictures.targets[:2]).to(device)

    def residual(outputs: torch.Tensor) -> torch.Tensor:
        return (outputs.softmax(-1) - torch.eye(CLASSES, device=device)[targets]) / 2

    with torch.no_grad():
        _, by_hand = network.forward_backward(inputs, Mode(training=True), residual)
    point = network.flat.clone().requires_grad_()
    outputs = StackedNetwork(architecture, point, network.buffers)(inputs, Mode(training=True))
    (expected,) = torch.autograd.grad(torch.nn.functional.cross_entropy(outputs[0], targets), point)
    torch.testing.assert_close(by_hand, expected, rtol=1e-9, atol=1e-12)
