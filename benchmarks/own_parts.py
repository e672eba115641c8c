"""What a part of one's own costs: an update with it beside an update with the built-in part that computes the same.

``python benchmarks/own_parts.py``: rounds in which both are trained one after the other; the ratio of the times of an
update of each round, its median and its range. Reading, trying and writing are not in it.
"""

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor

import mlpexp

ROUNDS = 9


def relu(x: Tensor) -> Tensor:
    """The built-in function, whose derivative autograd must find."""
    return torch.relu(x)


def cross_entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """As users write it."""
    return -torch.log_softmax(outputs, -1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def gradient_descent(parameter, gradient, state, rates):
    """``w - rate g``."""
    return parameter - rates.learning_rate * gradient


CASES = {"activation": ("relu", relu), "loss": ("cross_entropy", cross_entropy), "optimizer": ("sgd", gradient_descent)}
SIZES = {"iris/mlp": (1, 100), "iris/mlp, 10 seeds": (10, 100), "digits/cnn": (3, 2)}  # seeds, epochs


def microseconds(config: str, word: str, part: object, folder: Path) -> float:
    """Of an update, the median over the epochs of a training."""
    seeds, epochs = SIZES[config]
    value = {"name": part, "learning_rate": 0.1} if word == "optimizer" else part
    settings = {word: value, "model.init": "he_normal"} if word == "activation" else {word: value}
    name = config.partition(",")[0]
    run = mlpexp.train(
        name, set=settings, seeds=seeds, epochs=epochs, device="cpu", runs_dir=folder, plots=(), quiet=True
    )
    return float(run.files.costs["microseconds_per_step"].iloc[0])


def main() -> None:
    """Prints a row for each case."""
    with TemporaryDirectory() as folder:
        for config in SIZES:
            for word, (built_in, own) in CASES.items():
                pairs = [
                    [microseconds(config, word, part, Path(folder)) for part in (built_in, own)] for _ in range(ROUNDS)
                ]
                ratios = sorted(mine / theirs for theirs, mine in pairs)
                theirs = statistics.median(pair[0] for pair in pairs)
                middle, ends = statistics.median(ratios), f"{ratios[0]:.2f} .. {ratios[-1]:.2f}"
                sys.stdout.write(f"{config:20} {word:12} {theirs:.0f} us  {middle:.2f} ({ends}), n = {ROUNDS}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
