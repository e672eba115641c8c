"""Microseconds per model and step of a stack, by its number of members: iris MLP 4-16-3, sigmoid, batch 16, SGD, one thread.

Members are learning rates times seeds, as in a sweep. Every candidate measures loss and accuracy of training and test part
after each epoch (7 steps), and that is part of its time. Peers train one model after the other: their cost per model and
step does not depend on how many there are.

Claim: 100 members cost less than a fifth of NumPy by hand, and less than a fortieth of a PyTorch loop with DataLoader, each.

    python benchmarks/stack_scaling.py [--quick] [--device cuda]
"""

import argparse
from time import perf_counter

import torch

from iris_step import experiment
from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.data.catalogue import load
from mlpexp.data.dataset import Dataset
from mlpexp.execution.members import members_of, samples_of
from mlpexp.training.trainer import Trainer
from peers import Data, numpy_us, sklearn_us, torch_us
from side_by_side import compare, header

RATES = [0.01, 0.03, 0.1, 0.3, 1.0]
BATCH = 16
MEMBERS = [1, 5, 20, 100, 500, 1000, 4096]


def stack_of(config: Experiment, num_members: int) -> list[Experiment]:
    """Members with as few seeds as give their number with five learning rates."""
    seeds, rates = -(-num_members // len(RATES)), RATES if num_members > 1 else RATES[2:3]
    arms = [
        config.model_copy(update={"optimizer": config.optimizer.model_copy(update={"learning_rate": rate})})
        for rate in rates
    ]
    return [member for arm in arms for member in members_of(arm, range(seeds))][:num_members]


def stack_us(config: Experiment, dataset: Dataset, num_members: int, epochs: int) -> float:
    """Microseconds per model and step, evaluation included, setting up (drawing, splitting) not."""
    members = stack_of(config, num_members)
    settings = config.training.model_copy(update={"epochs": epochs})
    members = [member.model_copy(update={"training": settings}) for member in members]
    architecture = build_architecture(config.model, dataset.facts.input_shape, dataset.facts.num_outputs)
    trainer = Trainer(members, [architecture] * len(members), dataset, samples_of(members, dataset))
    started = perf_counter()
    for _ in trainer.run():  # ends with metrics on the host, hence with all work done
        pass
    return 1e6 * (perf_counter() - started) / (trainer.state.step * num_members)


def peer_data(config: Experiment, dataset: Dataset) -> Data:
    samples = samples_of([config], dataset)
    train, test = (
        tuple(tensor[0].numpy().copy() for tensor in samples.part(*samples.sizes.bounds[part]))
        for part in ("train", "test")
    )
    return Data(train, test)


def main(*, quick: bool, device: str) -> None:
    torch.set_num_threads(1)
    header("iris MLP 4-16-3, sigmoid, batch 16, SGD: microseconds per model and step, metrics included (one thread)")
    config = experiment("sigmoid").model_copy(update={"device": device})
    dataset = load(config.dataset)
    data, epochs = peer_data(config, dataset), 10 if quick else 40
    peers = {
        "NumPy by hand": lambda: numpy_us(data, BATCH, 4 * epochs),
        "plain loop, tensors in memory": lambda: torch_us(data, BATCH, epochs, loader=False),
        "plain loop, DataLoader": lambda: torch_us(data, BATCH, epochs, loader=True),
        "scikit-learn MLPClassifier": lambda: sklearn_us(data, BATCH, epochs),
    }
    stacks = {
        f"mlpexp, {m:,} members": lambda m=m: stack_us(config, dataset, m, max(2, epochs * 10 // (10 + m // 10)))
        for m in (MEMBERS[:4] if quick else MEMBERS)
    }
    compare({**stacks, **peers}, ours="mlpexp, 100 members", unit="us", rounds=3 if quick else 9)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer members, epochs and rounds")
    parser.add_argument("--device", default="cpu", help="of mlpexp; peers run on the CPU")
    options = parser.parse_args()
    main(quick=options.quick, device=options.device)
