"""One training step of an iris MLP 4-16-3 (batch 16, SGD): mlpexp with one seed and with ten, against plain PyTorch.

Claims: a step of one run is no slower than that of a plain in-memory loop; ten seeds at once take at most twice the time.
"""

from time import perf_counter

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.data.catalogue import facts_of, load
from mlpexp.execution.members import members_of, samples_of
from mlpexp.training.trainer import Trainer
from side_by_side import compare, header

EPOCHS = 60
BATCH = 16


def experiment(activation: str) -> Experiment:
    config = Experiment.model_validate(
        {
            "dataset": {"name": "iris"},
            "model": {"name": "mlp", "hidden_sizes": [16], "activation": activation},
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"batch_size": BATCH, "epochs": EPOCHS},
            "device": "cpu",
        }
    )
    return resolve(config, facts_of(config.dataset))


def mlpexp_seconds(config: Experiment, num_seeds: int, *, whole: bool = False) -> float:
    """Microseconds per step of the stack; ``whole``: with the evaluation of both parts after each epoch."""
    dataset = load(config.dataset)
    architecture = build_architecture(config.model, dataset.facts.input_shape, dataset.facts.num_outputs)
    members = members_of(config, range(num_seeds))
    trainer = Trainer(members, [architecture] * num_seeds, dataset, samples_of(members, dataset))
    started = perf_counter()
    records = [record for record in trainer.run() if record]
    total = perf_counter() - started
    return 1e6 * (total if whole else sum(record.train_seconds for record in records)) / trainer.state.step


def plain_seconds(config: Experiment, *, loader: bool) -> float:
    """The loop that everybody writes: nn.Sequential, torch.optim.SGD, tensors in memory or a DataLoader."""
    dataset = load(config.dataset)
    samples = samples_of([config], dataset)
    inputs, targets = (tensor[0] for tensor in samples.part(0, samples.sizes.train))
    activation = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}[config.model.activation.name]
    model = nn.Sequential(nn.Linear(4, 16), activation(), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    batches = DataLoader(TensorDataset(inputs, targets), batch_size=BATCH, shuffle=True) if loader else None
    steps, started = 0, perf_counter()
    for _ in range(EPOCHS):
        order = torch.randperm(len(inputs))
        for x, y in batches or ((inputs[i], targets[i]) for i in order.split(BATCH)):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
            steps += 1
    return 1e6 * (perf_counter() - started) / steps


def main() -> None:
    torch.set_num_threads(1)
    header("iris MLP 4-16-3, batch 16, SGD: microseconds per step (one thread)")
    for name in ("relu", "sigmoid", "tanh"):
        config = experiment(name)
        print(f"hidden activation {name}:\n")
        compare(
            {
                "mlpexp, 1 seed": lambda c=config: mlpexp_seconds(c, 1),
                "plain loop, tensors in memory": lambda c=config: plain_seconds(c, loader=False),
                "plain loop, DataLoader": lambda c=config: plain_seconds(c, loader=True),
                "mlpexp, 10 seeds at once (per step of all)": lambda c=config: mlpexp_seconds(c, 10),
                "mlpexp, 1 seed, with metrics": lambda c=config: mlpexp_seconds(c, 1, whole=True),
                "mlpexp, 10 seeds at once, with metrics": lambda c=config: mlpexp_seconds(c, 10, whole=True),
            },
            ours="mlpexp, 1 seed",
            unit="us",
            rounds=9,
        )


if __name__ == "__main__":
    main()
