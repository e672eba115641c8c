"""What `diagnostics` costs: iris MLPs 4-16-3, 100 epochs of 7 steps with metrics after each, with and without.

Claim: `cheap` takes at most 15 % more time. Drawing and writing of tables is not included.

    uv run python benchmarks/diagnostics.py [--rounds N] [--device cuda]
"""

import argparse
from time import perf_counter

import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.data.catalogue import facts_of, load
from mlpexp.execution.members import members_of, trainer_of
from side_by_side import compare, header

LEVELS = ("off", "cheap", "full")
NETWORKS = (("sigmoid", 1), ("relu", 1), ("sigmoid", 10), ("sigmoid", 100), ("relu", 100), ("sigmoid", 1000))


def experiment(activation: str, level: str, device: str) -> Experiment:
    config = Experiment.model_validate(
        {
            "dataset": {"name": "iris"},
            "model": {"name": "mlp", "hidden_sizes": [16], "activation": activation},
            "optimizer": {"name": "sgd", "learning_rate": 0.1},
            "training": {"batch_size": 16, "epochs": 100},
            "diagnostics": level,
            "device": device,
        }
    )
    return resolve(config, facts_of(config.dataset))


def milliseconds(config: Experiment, num_seeds: int) -> float:
    """Of training and evaluating a stack, its lines of diagnostics included."""
    dataset = load(config.dataset)
    architecture = build_architecture(config.model, dataset.facts.input_shape, dataset.facts.num_outputs)
    trainer = trainer_of(members_of(config, range(num_seeds)), [architecture] * num_seeds, dataset)
    started, lines = perf_counter(), 0
    for record in trainer.run():
        if record:
            lines += len(list(record.diagnostic_lines()))
    return 1e3 * (perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for activation, members in NETWORKS:
        header(f"{members} iris MLPs, {activation}: milliseconds for 100 epochs, by level of diagnostics")
        levels = LEVELS if members <= 100 else LEVELS[:2]
        configs = {level: experiment(activation, level, options.device) for level in levels}
        candidates = {level: lambda c=config, m=members: milliseconds(c, m) for level, config in configs.items()}
        compare(candidates, ours="off", unit="ms", rounds=options.rounds if members <= 100 else 5)


if __name__ == "__main__":
    main()
