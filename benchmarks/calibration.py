"""Of what intervals and verdicts over seeds speak: how often they are right over fresh data sets of a known source.

The data are two noisy half moons of 150 points, the learner is a network of 4 hidden units. Two arms have one setting, and
neither is better: what is called better or worse is wrong. The accuracy that intervals should contain is that of new samples,
the mean over all data sets here. An arm is trained with n seeds; those of 10 seeds are the first of those of 40 and 200.

    python benchmarks/calibration.py [--data-sets N] [--only DESIGN]...
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt
from time import process_time

import numpy as np
import torch

from mlpexp.architectures.build import build_architecture
from mlpexp.config.experiment import Experiment
from mlpexp.config.rules import resolve
from mlpexp.data.catalogue import facts_of, load
from mlpexp.execution.members import trainer_of
from mlpexp.nn.network import StackedNetwork
from mlpexp.statistics.comparison import compare
from mlpexp.statistics.fixed_test import paired_by_sample, share_interval
from mlpexp.statistics.intervals import common_differences, mean_interval
from mlpexp.statistics.new_samples import Folds, Population, Redrawn, estimate
from mlpexp.statistics.new_samples_verdicts import for_new_samples
from mlpexp.training.trainer import Trainer

SEEDS = (10, 40, 200)
FIXED_SEEDS = (3, 10, 40)  # where the test part is fixed: with few seeds their spread is a rough estimate
APART = 10_000  # seeds of one data set and the next; a multiple of the folds
TESTED, LEARNED = 44, 106  # samples of the test part and of the training part: as many of each moon
MARGIN = 0.01
Sections = dict[str, object]


@dataclass(frozen=True)
class Rates:
    """Of all data sets, how often intervals contain what they should, and how often equal arms are called unequal."""

    design: str
    """How seeds come by their samples, and what the arms are."""
    seeds: int
    """Of each arm."""
    data_sets: int
    """Their number."""
    plain_coverage: float
    """Of Student's interval over seeds."""
    plain_wrong: float
    """Of verdicts for new seeds."""
    coverage: float
    """Of the interval for new samples."""
    wrong: float
    """Of verdicts for new samples."""


def config_of(**changes: object) -> Experiment:
    """The setting of both arms; keys of the data set and of the experiment may be changed."""
    dataset = {
        "name": "synthetic",
        "kind": "moons",
        "samples": TESTED + LEARNED,
        "noise": 0.4,
        "test_fraction": TESTED / (TESTED + LEARNED),
    }
    sections: Sections = {
        "dataset": {key: value for key, value in (dataset | changes).items() if value is not None},
        "model": {"name": "mlp", "hidden_sizes": [4], "activation": "relu", "init": "xavier_uniform"},
        "optimizer": {"name": "adam", "learning_rate": 0.05},
        "training": {"batch_size": 35, "epochs": 10, "evaluate_every": 10},
        "device": "cpu",
    }
    experiment = Experiment.model_validate(sections)
    return resolve(experiment, facts_of(experiment.dataset))


def initial_seeds(config: Experiment, number: int, seeds: Sequence[int]) -> list[Experiment]:
    """Two arms whose initial weights differ: one draw for all seeds of an arm, new ones for each data set."""
    return [config.model_copy(update={"seed": s, "init_seed": 2 * number + arm}) for arm in (0, 1) for s in seeds]


def mirrored(config: Experiment, number: int, seeds: Sequence[int]) -> list[Experiment]:
    """Two arms of which each gives twice the weight to another moon; turned by 180 degrees, one moon is the other."""
    weights = ({"upper": 2.0, "lower": 1.0}, {"upper": 1.0, "lower": 2.0})
    settings = [config.training.model_copy(update={"class_weights": of_arm}) for of_arm in weights]
    return [config.model_copy(update={"seed": s, "training": of_arm}) for of_arm in settings for s in seeds]


def trained(members: Sequence[Experiment]) -> tuple[Trainer, np.ndarray]:
    """The trainer of a stack at its end, and the test accuracy of its two arms, ``(2, seeds)``."""
    dataset = load(members[0].dataset)
    architecture = build_architecture(members[0].model, dataset.facts.input_shape, dataset.facts.num_outputs)
    trainer = trainer_of(members, [architecture] * len(members), dataset)
    trainer.state.initial_recorded = True  # nobody asks how good they are before the first step
    (record,) = filter(None, trainer.run())
    return trainer, record.scores["test_accuracy"].reshape(2, -1)


Arms = Callable[[Experiment, int, Sequence[int]], list[Experiment]]
Design = Redrawn | Folds | Population
DESIGNS: dict[str, tuple[Sections, Design, Arms]] = {
    "a new split, two initial seeds": ({}, Redrawn(TESTED, LEARNED), initial_seeds),
    "a new split, mirrored arms": ({}, Redrawn(TESTED, LEARNED), mirrored),
    "5 folds, mirrored arms": ({"split": "k_fold", "test_fraction": None}, Folds(5), mirrored),
    "new data, mirrored arms": ({"data_seed": "seed"}, Population(), mirrored),
}  # fmt: skip
FIXED = "one test part, new initial seeds"
MANY_SAMPLES = "one test part of 3,000, new initial seeds"
TEST_PARTS = {FIXED: (TESTED, 1_756, 20), MANY_SAMPLES: (3_000, 20_000, 100)}
"""Samples; further samples, and further networks, that say what is true."""


def accuracies(name: str, data_sets: int, seeds: int) -> np.ndarray:
    """Test accuracies ``(data sets, 2, seeds)`` of a design."""
    section, design, arms = DESIGNS[name]
    values = []
    for number in range(data_sets):
        config = config_of(**({} if isinstance(design, Population) else {"data_seed": number}), **section)
        values.append(trained(arms(config, number, range(number * APART, number * APART + seeds)))[1])
    return np.stack(values)


def rates(name: str, values: np.ndarray) -> Rates:
    """How often the intervals of the first arm and the verdicts on the second are right.

    Args:
        name: Of the design.
        values: Test accuracies ``(data sets, 2, seeds)``.
    """
    design, truth = DESIGNS[name][1], float(values.mean())
    right: dict[str, list[bool]] = {"plain": [], "new": [], "plain wrong": [], "new wrong": []}
    for arms in values:
        plain, new = mean_interval(arms[0]), estimate(arms[0], design)
        difference = estimate(common_differences(arms[1], arms[0]), design)
        assert new is not None
        assert difference is not None
        right["plain"].append(plain.low <= truth <= plain.high)
        right["new"].append(within(truth, new.interval()))
        comparison = compare(arms, True, margin=MARGIN, reference=0)
        right["plain wrong"].append(comparison.arms[1].verdict in ("better", "worse"))
        verdicts = for_new_samples(comparison, [None, difference])
        right["new wrong"].append(verdicts[1].verdict in ("better", "worse"))
    plain, wrong_plain, covered, wrong = (
        float(np.mean(right[key])) for key in ("plain", "plain wrong", "new", "new wrong")
    )
    return Rates(name, values.shape[2], len(values), plain, wrong_plain, covered, wrong)


def within(value: float, interval: tuple[float, float]) -> bool:
    """Whether a value lies in an interval."""
    return interval[0] <= value <= interval[1]


def rates_by_design(name: str, data_sets: int, seeds: Sequence[int]) -> Iterator[Rates]:
    """The rates of a design with each of these numbers of seeds, the smaller ones the first of the larger ones."""
    if name in TEST_PARTS:
        for n in FIXED_SEEDS:
            yield rates_of_fixed(name, data_sets, n)
        return
    values = accuracies(name, data_sets, max(seeds))
    for n in seeds:
        yield rates(name, values[:, :, :n])


def rates_of_fixed(name: str, data_sets: int, seeds: int) -> Rates:
    """The same where all seeds have one training part and one test part; arms differ in the initial weights of each seed.

    What an interval should contain is the accuracy of other networks trained so on further samples; arms are equally good.
    """
    plain_right, right, plain_wrong, wrong = [], [], [], []
    for number in range(data_sets):
        hits_ASN, truth = hits_on_new_samples(number, seeds, *TEST_PARTS[name])
        shares = hits_ASN.mean(2)
        plain, paired = mean_interval(shares[0]), paired_by_sample(hits_ASN[1] - hits_ASN[0])
        assert paired is not None
        plain_right.append(plain.low <= truth <= plain.high)
        right.append(within(truth, share_interval(seeds, plain.mean, plain.std, TEST_PARTS[name][0])))
        comparison = compare(shares, True, margin=MARGIN, reference=0)
        plain_wrong.append(comparison.arms[1].verdict in ("better", "worse"))
        wrong.append(for_new_samples(comparison, [None, paired])[1].verdict in ("better", "worse"))
    means = [float(np.mean(each)) for each in (plain_right, plain_wrong, right, wrong)]
    return Rates(name, seeds, data_sets, *means)


@torch.no_grad()
def hits_on_new_samples(number: int, seeds: int, tested: int, held_out: int, others: int) -> tuple[np.ndarray, float]:
    """Which samples of a test part are right, ``(2, seeds, N)`` of 0 and 1; and what share of other samples is on average.

    The average is over the networks of the second arm, and over further ones that differ in their initial weights as these do.
    """
    samples = tested + held_out + 2 * LEARNED
    config = config_of(
        data_seed=number, samples=samples, train_samples=LEARNED, test_fraction=(tested + held_out) / samples
    ).model_copy(update={"split_seed": number})
    first = number * APART
    order_seeds = [first + network % seeds for network in range(2 * seeds)] + list(range(first, first + others))
    members = [
        config.model_copy(update={"seed": seed, "init_seed": first + network})
        for network, seed in enumerate(order_seeds)
    ]
    trainer, _ = trained(members)
    network = StackedNetwork(trainer.architecture, trainer.state.last, trainer.state.last_buffers)
    sizes, pairs = trainer.samples.sizes, torch.from_numpy(trainer.pair_of_member)
    inputs, targets = (
        of_pairs.index_select(0, pairs) for of_pairs in trainer.samples.part(sizes.train, sizes.train + sizes.test)
    )
    right_MN = (network(inputs).argmax(2) == targets).double().numpy()
    order = np.random.default_rng(number).permutation(sizes.test)
    hits, elsewhere = right_MN[: 2 * seeds, order[:tested]], right_MN[seeds:, order[tested:]]
    return hits.reshape(2, seeds, tested), float(elsewhere.mean())


def main() -> None:
    from side_by_side import header

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-sets", type=int, default=400)
    parser.add_argument("--only", action="append", choices=[*DESIGNS, *TEST_PARTS], metavar="DESIGN")
    options = parser.parse_args()
    torch.set_num_threads(1)
    header("calibration: what intervals and verdicts speak of")
    percent = partial("{:.1f} %".format)
    print(
        "| design | seeds | new seeds: interval contains | calls unequal | new samples: interval contains | calls unequal |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    started = process_time()
    for name in options.only or [*DESIGNS, *TEST_PARTS]:
        for row in rates_by_design(name, options.data_sets, SEEDS):
            shares = (row.plain_coverage, row.plain_wrong, row.coverage, row.wrong)
            print(f"| {name} | {row.seeds} | {' | '.join(percent(100 * share) for share in shares)} |", flush=True)
    error = 100 * sqrt(0.05 * 0.95 / options.data_sets)
    print(f"\nn = {options.data_sets} data sets; a rate of 5 % has a standard error of {error:.1f} %.")
    print(f"{process_time() - started:.0f} s of one processor")


if __name__ == "__main__":
    main()
