"""What ``docs/repeat.md`` says of pictures: plain PyTorch repeats a run on MNIST, with its weights and batches."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from making.trained_results import new
from mlpexp.data.parts import parts_of

TEXT = """\
dataset: {name: mnist, train_samples: 600, test_samples: 100}
model: {name: mlp, hidden_sizes: [20], activation: tanh}
optimizer: {name: sgd, learning_rate: 0.1, momentum: 0.5}
training: {batch_size: 32, epochs: 3}
keep: {history: 2}
"""


def order(seed: int, epoch: int, num_samples: int) -> np.ndarray:
    digest = hashlib.blake2b(f"{seed}/order/{epoch}".encode(), digest_size=16).digest()
    generator = np.random.Generator(np.random.Philox(key=np.frombuffer(digest, dtype=np.uint64)))
    return generator.permutation(num_samples)


@pytest.mark.mnist
def test_mnist_is_repeated_by_plain_pytorch(mnist: None, tmp_path: Path) -> None:
    trained = new(tmp_path, TEXT).finish()
    first, last = (load_file(trained.path / f"weights/program-0.epoch-{epoch}.safetensors") for epoch in (0, 3))
    rows = parts_of(trained.dataset, trained.prepared.experiment.dataset, 0).train
    x = torch.from_numpy(trained.dataset.inputs[rows].astype(np.float32))
    x = (x - first["input.shift"][0].float()) / first["input.scale"][0].float()
    y = torch.from_numpy(trained.dataset.targets[rows]).long()
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 20), nn.Tanh(), nn.Linear(20, 10))
    layers = {"dense1": net[1], "output": net[3]}
    with torch.no_grad():
        for name, layer in layers.items():
            layer.weight.copy_(first[f"{name}.weight"][0].T)
            layer.bias.copy_(first[f"{name}.bias"][0])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.5)
    for epoch in (1, 2, 3):
        for batch in torch.tensor(order(0, epoch, len(rows))).split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[batch]), y[batch]).backward()
            optimizer.step()
    for name, layer in layers.items():
        torch.testing.assert_close(layer.weight.detach().T, last[f"{name}.weight"][0], rtol=0, atol=3e-7)
        torch.testing.assert_close(layer.bias.detach(), last[f"{name}.bias"][0], rtol=0, atol=3e-7)
