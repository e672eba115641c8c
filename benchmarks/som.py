"""Microseconds per map and update of self-organizing maps: mlpexp alone and in stacks, against MiniSom.

A map of 10 x 10 units, Kohonen's rule one sample at a time, radius and rate falling with every update, the same number of
updates. MiniSom takes a given order; neither measures its errors (mlpexp: only before the first and after the last epoch).

Claim: a stack of 20 maps costs less than a fifth of MiniSom per map and update on iris, and less than half of it on digits;
one map alone, which is bound by calls (`LOG.md`), up to twice as much as MiniSom.

    python benchmarks/som.py [--quick] [--device cuda]
"""

import argparse
from time import perf_counter

import numpy as np
import torch
from minisom import MiniSom

from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.config.som import with_map_defaults
from mlpexp.data.catalogue import facts_of, load
from mlpexp.data.dataset import Dataset
from mlpexp.execution.members import members_of, samples_of, trainer_of
from side_by_side import compare, header

MEMBERS = [1, 5, 20, 100]


def experiment(data: str, epochs: int, device: str) -> Experiment:
    config = Experiment.model_validate(
        with_map_defaults({
            "dataset": {"name": data}, "model": {"name": "som", "grid": [10, 10]}, "device": device,
            "training": {"epochs": epochs, "evaluate_every": epochs},
        })
    )  # fmt: skip
    return resolve(config, facts_of(config.dataset))


def stack_us(config: Experiment, dataset: Dataset, num_members: int) -> float:
    """Of ``mlpexp``, evaluation included, setting up (drawing, splitting) not."""
    facts = dataset.facts
    architecture = build_architecture(config.model, facts.input_shape, facts.num_outputs)
    trainer = trainer_of(members_of(config, range(num_members)), [architecture] * num_members, dataset)
    started = perf_counter()
    for _ in trainer.run():
        pass
    return 1e6 * (perf_counter() - started) / (trainer.state.step * num_members)


def minisom_us(inputs: np.ndarray, epochs: int) -> float:
    """Of MiniSom, whose samples are given in the order in which it takes them."""
    order = np.concatenate([np.random.default_rng(epoch).permutation(len(inputs)) for epoch in range(epochs)])
    witness = MiniSom(10, 10, inputs.shape[1], sigma=5 / np.sqrt(2), learning_rate=0.5, random_seed=0)
    ordered = inputs[order]
    started = perf_counter()
    witness.train(ordered, len(ordered))
    return 1e6 * (perf_counter() - started) / len(ordered)


def main(*, quick: bool, device: str) -> None:
    torch.set_num_threads(1)
    for data, epochs in (("iris", 10 if quick else 50), ("digits", 1 if quick else 5)):
        config = experiment(data, epochs, device)
        dataset = load(config.dataset)
        samples = samples_of([config], dataset)
        inputs = samples.part(0, samples.sizes.train)[0][0].flatten(1).double().cpu().numpy()
        header(f"{data}, 10 x 10 units, {inputs.shape[1]} features: microseconds per map and update (one thread)")
        candidates = {
            f"mlpexp, {m} map{'s' * (m > 1)}": lambda m=m, c=config, d=dataset: stack_us(c, d, m) for m in MEMBERS
        }
        candidates["MiniSom"] = lambda x=inputs, n=epochs: minisom_us(x, n)
        for ours in ("mlpexp, 1 map", "mlpexp, 20 maps", "mlpexp, 100 maps")[:: 2 if quick else 1]:
            compare(candidates, ours=ours, unit="us", rounds=3 if quick else 9)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer epochs and rounds")
    parser.add_argument("--device", default="cpu", help="of mlpexp; MiniSom runs on the CPU")
    options = parser.parse_args()
    main(quick=options.quick, device=options.device)
