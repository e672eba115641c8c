"""Microseconds per training step on a GPU, each operation launched as it comes against CUDA graphs, by the number of members.

Only steps are timed, with all that they need (orders, batches, dropout, running metrics): no evaluation, and no epoch before
the graphs are recorded. Images are random pixels of the sizes of MNIST, so that no data set has to be there. The last column
says whether both ways ended at the same weights, bit for bit.

    python benchmarks/gpu_steps.py [--quick] [--only NAME]... [--device cuda]
"""

import argparse
from math import ceil

import numpy as np
import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.data.catalogue import facts_of, load
from mlpexp.data.dataset import Dataset
from mlpexp.execution.machine import computing
from mlpexp.execution.members import members_of, samples_of
from mlpexp.training.cuda_graphs import RecordedSteps
from mlpexp.training.trainer import Trainer
from side_by_side import header

MNIST = {"name": "mnist", "train_samples": 6400, "test_samples": 1000}
MLP = {"name": "mlp", "hidden_sizes": [256, 128]}
ADAM = {"name": "adam", "learning_rate": 1e-3}
STEPS = 600  # that are timed
CASES = {
    "iris-sgd": (
        [1, 4, 16, 64, 256, 1024, 4096],
        {
            "dataset": {"name": "iris"},
            "model": {"name": "mlp", "hidden_sizes": [16], "activation": "sigmoid"},
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"batch_size": 16},
        },
    ),
    "iris-adam": (
        [1, 64, 1024],
        {
            "dataset": {"name": "iris"},
            "model": {"name": "mlp", "hidden_sizes": [16]},
            "optimizer": ADAM,
            "training": {"batch_size": 16},
        },
    ),
    "mnist-mlp": ([1, 8, 64], {"dataset": MNIST, "model": MLP, "optimizer": ADAM, "training": {"batch_size": 128}}),
    "mnist-mlp-dropout": (
        [1, 8],
        {"dataset": MNIST, "model": MLP | {"dropout": 0.2}, "optimizer": ADAM, "training": {"batch_size": 128}},
    ),
    "lenet5": (
        [1, 4, 16, 64],
        {"dataset": MNIST, "model": {"name": "lenet5"}, "optimizer": ADAM, "training": {"batch_size": 64}},
    ),
    "lenet5-256": (
        [1, 4, 16],
        {"dataset": MNIST, "model": {"name": "lenet5"}, "optimizer": ADAM, "training": {"batch_size": 256}},
    ),
    "mnist-cnn": (
        [1, 4, 16],
        {"dataset": MNIST, "model": {"name": "mnist_cnn"}, "optimizer": ADAM, "training": {"batch_size": 64}},
    ),
    "mnist-cnn-256": (
        [1, 4],
        {"dataset": MNIST, "model": {"name": "mnist_cnn"}, "optimizer": ADAM, "training": {"batch_size": 256}},
    ),
}


def random_images(config: Experiment) -> Dataset:
    """Images of random pixels in place of those of MNIST."""
    facts, generator = facts_of(config.dataset), np.random.default_rng(0)
    count = facts.num_samples
    inputs = generator.integers(0, 256, (count, *facts.input_shape), dtype=np.uint8)
    return Dataset("random images", inputs, np.arange(count) % facts.num_outputs, facts)


def step_us(config: Experiment, num_members: int) -> tuple[float, torch.Tensor]:
    """Microseconds per step of the whole stack, and its weights at the end."""
    dataset = random_images(config) if config.dataset.name == "mnist" else load(config.dataset)
    architecture = build_architecture(config.model, dataset.facts.input_shape, dataset.facts.num_outputs)
    members = members_of(config, range(num_members))
    trainer = Trainer(members, [architecture] * num_members, dataset, samples_of(members, dataset))
    warm = ceil(RecordedSteps.EAGER_STEPS / trainer.steps_per_epoch) + 2  # epochs
    timed = ceil(STEPS / trainer.steps_per_epoch)
    settings = config.training.model_copy(update={"epochs": warm + timed, "evaluate_every": warm + timed})
    trainer.settings = settings  # evaluated before the first step and after the last
    started = 0.0
    for _ in trainer.run():
        if trainer.state.epoch <= warm:
            torch.cuda.synchronize()
            started, first = trainer.state.train_seconds, trainer.state.step
    return 1e6 * (trainer.state.train_seconds - started) / (trainer.state.step - first), trainer.state.last


def experiment(sections: dict, device: str, cuda_graph: str) -> Experiment:
    training = sections["training"] | {"epochs": 1, "train_metrics": "running", "cuda_graph": cuda_graph}
    config = Experiment.model_validate(sections | {"device": device, "training": training})
    return resolve(config, facts_of(config.dataset))


def main(names: list[str], device: str, *, quick: bool) -> None:
    header("Microseconds per step of a stack on a GPU, running metrics, float32")
    print("| case | members | one by one | CUDA graph | ratio | equal |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    for name in names:
        counts, sections = CASES[name]
        for num_members in counts[:2] if quick else counts:
            eager_config, graph_config = (experiment(sections, device, way) for way in ("off", "auto"))
            with computing(eager_config, 1):
                (eager, weights), (graph, others) = (
                    step_us(config, num_members) for config in (eager_config, graph_config)
                )
            same = "yes" if torch.equal(weights, others) else f"within {(weights - others).abs().max().item():.1e}"
            print(
                f"| {name} | {num_members:,} | {eager:,.0f} | {graph:,.0f} | {eager / graph:.2f} | {same} |", flush=True
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the two smallest stacks of each case")
    parser.add_argument("--only", action="append", choices=CASES, help="repeatable")
    parser.add_argument("--device", default="cuda")
    options = parser.parse_args()
    main(options.only or list(CASES), options.device, quick=options.quick)
