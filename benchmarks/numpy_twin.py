"""One training step of an iris MLP 4-16-3 (batch 16, SGD, float32), written by hand in NumPy and in other ways.

Claim of a course document: the same network by hand in NumPy takes a third of the time of a framework (3.4x, 0.42 against
1.424 ms). Measured here: the NumPy network of mlpexp (``numpy_twin/backprop.py``) in a bare loop and as ``training.engine:
numpy``, the plain PyTorch loop, and the stacked engine with one member and with a hundred. Every candidate takes the steps
only, without metrics. Options: --quick (3 short rounds), --activation NAME.
"""

import argparse
from time import perf_counter

import numpy as np
import torch

import iris_step
from iris_step import BATCH, experiment, plain_seconds
from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.data.catalogue import load
from mlpexp.execution.members import members_of, samples_of, trainer_of
from mlpexp.nn.initializers import initial_parameters
from mlpexp.numpy_twin.backprop import LOSSES, descend, differentiate, layers_of
from side_by_side import compare, header


def engine_us(config: Experiment, num_seeds: int, engine: str) -> float:
    """Microseconds per step and member."""
    training = config.training.model_copy(update={"engine": engine, "evaluate_every": config.training.epochs})
    dataset = load(config.dataset)
    architecture = build_architecture(config.model, dataset.facts.input_shape, dataset.facts.num_outputs)
    members = members_of(config.model_copy(update={"training": training}), range(num_seeds))
    trainer = trainer_of(members, [architecture] * num_seeds, dataset)
    seconds = sum(record.train_seconds for record in trainer.run() if record)
    return 1e6 * seconds / (trainer.state.step * num_seeds)


def bare_loop_us(config: Experiment) -> float:
    """Microseconds per step of the NumPy network alone, an order drawn per epoch as everybody does it."""
    dataset = load(config.dataset)
    samples = samples_of([config], dataset)
    inputs, targets = (tensor[0].numpy() for tensor in samples.part(0, samples.sizes.train))
    architecture = build_architecture(config.model, dataset.facts.input_shape, dataset.facts.num_outputs)
    parameters = initial_parameters(architecture, 0).astype(np.float32)
    layers, loss = layers_of(architecture, parameters), LOSSES["cross_entropy"]
    generator = np.random.default_rng(0)
    steps, started = 0, perf_counter()
    for _ in range(iris_step.EPOCHS):
        order = generator.permutation(len(inputs))
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            _, gradients = differentiate(layers, inputs[batch], targets[batch], loss)
            descend(layers, gradients, config.optimizer.learning_rate)
            steps += 1
    return 1e6 * (perf_counter() - started) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 rounds of 10 epochs")
    parser.add_argument("--activation", default=None, help="relu, sigmoid or tanh; default: all three")
    options = parser.parse_args()
    iris_step.EPOCHS = 10 if options.quick else 60
    torch.set_num_threads(1)
    header("iris MLP 4-16-3, batch 16, SGD, float32: microseconds per step and network (one thread)")
    for name in [options.activation] if options.activation else ("relu", "sigmoid", "tanh"):
        config = experiment(name)
        print(f"hidden activation {name}:\n")
        compare(
            {
                "NumPy by hand, bare loop": lambda c=config: bare_loop_us(c),
                "NumPy by hand, training.engine: numpy": lambda c=config: engine_us(c, 1, "numpy"),
                "plain PyTorch loop, tensors in memory": lambda c=config: plain_seconds(c, loader=False),
                "mlpexp, 1 network": lambda c=config: engine_us(c, 1, "torch"),
                "mlpexp, 100 networks at once, each": lambda c=config: engine_us(c, 100, "torch"),
            },
            ours="NumPy by hand, bare loop",
            unit="us",
            rounds=3 if options.quick else 9,
        )


if __name__ == "__main__":
    main()
