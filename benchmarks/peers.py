"""Small networks trained by other means: what people write without mlpexp, each with the same metrics after every epoch."""

import warnings
from collections.abc import Callable
from time import perf_counter

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

Array = NDArray[np.float32]
HIDDEN, CLASSES, RATE = 16, 3, 0.1


class Data:
    """Standardized training and test part, float32."""

    def __init__(self, train: tuple[Array, NDArray[np.int64]], test: tuple[Array, NDArray[np.int64]]) -> None:
        self.parts = [train, test]
        self.x, self.y = train


class NumpyNetwork:
    """4-16-3 with sigmoid units by hand: nothing that is not needed, no allocation that is easy to avoid."""

    def __init__(self, data: Data, seed: int = 0) -> None:
        generator = np.random.default_rng(seed)
        inputs = data.x.shape[1]
        self.w1 = generator.normal(0, inputs**-0.5, (inputs, HIDDEN)).astype(np.float32)
        self.w2 = generator.normal(0, HIDDEN**-0.5, (HIDDEN, CLASSES)).astype(np.float32)
        self.b1, self.b2 = np.zeros(HIDDEN, np.float32), np.zeros(CLASSES, np.float32)
        self.onehot = np.eye(CLASSES, dtype=np.float32)

    def forward(self, x: Array) -> tuple[Array, Array]:
        """Hidden units and softmax, ``(B, 16)`` and ``(B, 3)``."""
        h = x @ self.w1
        h += self.b1
        np.negative(h, out=h)
        np.exp(h, out=h)
        h += 1
        np.reciprocal(h, out=h)
        z = h @ self.w2
        z += self.b2
        z -= z.max(1, keepdims=True)
        np.exp(z, out=z)
        z /= z.sum(1, keepdims=True)
        return h, z

    def step(self, x: Array, target: Array) -> None:
        """One step of gradient descent on a batch with one-hot targets."""
        h, dz = self.forward(x)
        dz -= target
        dz *= RATE / len(x)
        dh = dz @ self.w2.T
        dh *= h
        np.subtract(1, h, out=(rest := np.empty_like(h)))
        dh *= rest
        self.w2 -= h.T @ dz
        self.b2 -= dz.sum(0)
        self.w1 -= x.T @ dh
        self.b1 -= dh.sum(0)

    def scores(self, x: Array, y: NDArray[np.int64]) -> tuple[float, float]:
        """Mean cross-entropy and accuracy."""
        _, p = self.forward(x)
        return -float(np.log(p[np.arange(len(y)), y]).mean()), float((p.argmax(1) == y).mean())


def numpy_us(data: Data, batch: int, epochs: int) -> float:
    """Microseconds per step."""
    network, generator = NumpyNetwork(data), np.random.default_rng(1)
    targets = network.onehot[data.y]

    def epoch() -> int:
        order = generator.permutation(len(data.y))
        x, target = data.x[order], targets[order]
        for start in range(0, len(order), batch):
            network.step(x[start : start + batch], target[start : start + batch])
        for part in data.parts:
            network.scores(*part)
        return -(-len(order) // batch)

    return _microseconds(epoch, epochs)


def torch_us(data: Data, batch: int, epochs: int, *, loader: bool) -> float:
    """The loop that everybody writes: nn.Sequential, torch.optim.SGD, tensors in memory or a DataLoader."""
    parts = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in data.parts]
    inputs, targets = parts[0]
    model = nn.Sequential(nn.Linear(inputs.shape[1], HIDDEN), nn.Sigmoid(), nn.Linear(HIDDEN, CLASSES))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    batches = DataLoader(TensorDataset(inputs, targets), batch_size=batch, shuffle=True) if loader else None

    def epoch() -> int:
        steps, order = 0, torch.randperm(len(inputs))
        for x, y in batches or ((inputs[i], targets[i]) for i in order.split(batch)):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
            steps += 1
        with torch.no_grad():
            for x, y in parts:
                outputs = model(x)
                F.cross_entropy(outputs, y).item(), (outputs.argmax(1) == y).float().mean().item()
        return steps

    return _microseconds(epoch, epochs)


def sklearn_us(data: Data, batch: int, epochs: int) -> float:
    """MLPClassifier, one ``partial_fit`` (an epoch) after the other, to measure in between."""
    network = MLPClassifier(
        (HIDDEN,), activation="logistic", solver="sgd", alpha=0.0, momentum=0.0, batch_size=batch,
        learning_rate_init=RATE, random_state=0,
    )  # fmt: skip
    classes = np.arange(CLASSES)

    def epoch() -> int:
        network.partial_fit(data.x, data.y, classes=classes)
        for x, y in data.parts:
            probabilities = network.predict_proba(x)
            log_loss(y, probabilities, labels=classes), (probabilities.argmax(1) == y).mean()
        return -(-len(data.y) // batch)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return _microseconds(epoch, epochs)


def _microseconds(epoch: Callable[[], int], epochs: int) -> float:
    started = perf_counter()
    steps = sum(epoch() for _ in range(epochs))
    return 1e6 * (perf_counter() - started) / steps
