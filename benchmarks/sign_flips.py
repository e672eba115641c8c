"""How often the sign-flip test calls two arms unequal whose means are equal.

First of one look at skewed differences and rare failures, which the test does not suppose; then of many looks, where seeds
are added until it says so. `docs/statistics.md` has both tables.

    python benchmarks/sign_flips.py [--sweeps N]
"""

import argparse
from collections.abc import Callable
from math import exp, sqrt

import numpy as np

from mlpexp.statistics.sign_flip import sign_flip_p

SEED = 0
SEEDS = (6, 10, 20, 40)  # of each arm
ALPHA = 0.05
LOOKS = {
    "one, at 10 seeds": (10,),
    "five: 10, 20, ... 50 seeds": range(10, 51, 10),
    "nineteen: 10, 15, ... 100 seeds": range(10, 101, 5),
    "forty-one: 10, 11, ... 50 seeds": range(10, 51),
}
Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]


def rare_failures(share: float) -> Draw:
    """An arm that loses ``1 - share`` in a share of seeds, and is better by ``share`` in the others."""

    def draw(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        return share - (generator.random(shape) < share) + generator.normal(0, 0.02, shape)

    return draw


DIFFERENCES: dict[str, Draw] = {
    "normal, one arm with ten times the spread": lambda generator, shape: (
        generator.normal(0, 1, shape) - generator.normal(0, 0.1, shape)
    ),
    "accuracy on 45 samples (0.96) against a steady 0.96": lambda generator, shape: (
        generator.binomial(45, 0.96, shape) / 45 - 0.96
    ),
    "exponential against steady": lambda generator, shape: generator.exponential(1, shape) - 1,
    "log-normal against steady": lambda generator, shape: generator.lognormal(0, 1, shape) - exp(0.5),
    "fails in 1 of 10 seeds, else a little better": rare_failures(0.1),
    "fails in 1 of 20 seeds, else a little better": rare_failures(0.05),
}
"""Of two arms, ``(seeds, sweeps)``, of mean 0."""


def called_unequal(differences: np.ndarray) -> np.ndarray:
    """By sweep, whether p is at most 0.05."""
    return sign_flip_p(differences) <= ALPHA


def rates_of_one_look(sweeps: int) -> dict[str, list[float]]:
    """By kind of difference, the share of sweeps in which equal arms are called unequal, by number of seeds."""
    generator = np.random.default_rng(SEED)
    return {
        name: [float(called_unequal(draw(generator, (n, sweeps))).mean()) for n in SEEDS]
        for name, draw in DIFFERENCES.items()
    }


def rates_of_many_looks(sweeps: int) -> dict[str, float]:
    """By looks, the share of sweeps of normal differences in which one look or more calls equal arms unequal."""
    values = np.random.default_rng(SEED).normal(size=(max(map(max, LOOKS.values())), sweeps))
    by_look = {n: called_unequal(values[:n]) for n in sorted({n for looks in LOOKS.values() for n in looks})}
    return {name: float(np.any([by_look[n] for n in looks], axis=0).mean()) for name, looks in LOOKS.items()}


def main() -> None:
    from side_by_side import header

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sweeps", type=int, default=4000)
    sweeps = parser.parse_args().sweeps
    header("sign_flips: how often equal arms are called unequal")
    print(
        f"n = {sweeps} simulated sweeps, seed {SEED}; the standard error of a rate is at most {50 / sqrt(sweeps):.1f} %\n"
    )
    print(f"| differences | {' | '.join(f'{n} seeds' for n in SEEDS)} |\n| --- |{' ---: |' * len(SEEDS)}")
    for name, rates in rates_of_one_look(sweeps).items():
        print(f"| {name} | {' | '.join(f'{100 * rate:.0f} %' for rate in rates)} |", flush=True)
    print("\n| looks | wrong |\n| --- | ---: |")
    for name, rate in rates_of_many_looks(sweeps).items():
        print(f"| {name} | {100 * rate:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
