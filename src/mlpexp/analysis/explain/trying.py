"""Remedies tried before they are recommended: trained beside the experiment's own setting, judged on held-out samples.

Held out is a part of the training part; the test part is never read, and nothing is written. Seeds are paired: the
setting and its remedies see the same samples, initial weights and batches wherever they have any in common.

Axis letters: S seeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite, sqrt
from time import perf_counter

import numpy as np

from mlpexp.analysis.explain.advice import Advice, Effect, Outcome, causes_of
from mlpexp.analysis.explain.suggestions import Suggestion, suggestions
from mlpexp.analysis.explain.verdicts import Verdict
from mlpexp.analysis.rehearsal.rehearse import (
    FEWEST_HELD_OUT,
    Rehearsed,
    TookTooLong,
    num_held_out,
    rehearse,
    seconds_of,
)
from mlpexp.analysis.rehearsal.training_rows import class_shares
from mlpexp.asking import either
from mlpexp.config.outputs import output_of
from mlpexp.config.scores import SCORES, headline, measured_by
from mlpexp.data.catalogue import as_loaded, shared_dataset
from mlpexp.errors import DataError, InputError, MlpexpError
from mlpexp.planning.estimate import stack_cost
from mlpexp.planning.prepare import Preparation, Prepared
from mlpexp.planning.stacks import available_memory
from mlpexp.results.result import ArmResult
from mlpexp.results.weights_again import Say, dataset_of, experiment_here
from mlpexp.training.lack_of_memory import is_lack_of_memory

AT_ONCE = 2  # of a cause
SEEDS, FEWEST_SEEDS = 5, 3
MOST_SECONDS, SHARE_OF_RUN = 60.0, 0.2  # the larger of both is what trials may take
PATIENCE = 3  # times that estimate, after which they are given up: machines differ
TOO_LARGE = "needs more memory than there is"
LARGEST_SEED = 2**63 - 1
CLEAR = 1.5  # standard errors of the mean of paired differences
LEAST_GAIN = 0.005  # of accuracy or R²
LEAST_FALL = 0.05  # of the loss, where the score stays
ABOVE_CHANCE = 0.02
FAIRER = {"imbalance": "balanced_accuracy"}  # what a kind of trouble is judged by, in place of accuracy


def tried(
    arm: ArmResult, verdicts: Sequence[Verdict], data_dir: str | None = None, say: Say = lambda sentence: None
) -> list[list[Advice]]:
    """The remedies of each verdict, tried as time allows: of each cause the first two that a config can say.

    Where none of these helps, two more of the first cause are tried. What could have been tried and was not, because
    there was no need, is left out.

    Args:
        arm: Of a finished result, that the verdicts are about.
        verdicts: The first of them is the most important.
        data_dir: Where image data sets lie.
        say: Is told how long it takes.

    Raises:
        RunError: The data have changed since.
        InputError: They are not there.
    """
    planned = arm.result.plan.arms[arm.number].prepared
    base, preparation = replace(planned, experiment=experiment_here(arm)), Preparation()
    causes, consequences = causes_of(verdicts)
    found = {verdict.kind: suggestions(verdict, base, preparation) for verdict in verdicts}
    first, *others = ([each for each in found[cause.kind] if each.prepared] for cause in causes)
    at_once = [each for of_cause in (first, *others) for each in of_cause[:AT_ONCE]]
    if not at_once:
        return [[Advice(each.remedy) for each in found[verdict.kind]] for verdict in verdicts]
    fairer = next((FAIRER[cause.kind] for cause in causes if cause.kind in FAIRER), None)
    trials = _Trials(base, arm, fairer, data_dir)
    trials.try_(at_once, say)
    if not trials.helped and len(first) > AT_ONCE:
        trials.try_(first[AT_ONCE : 2 * AT_ONCE], say)
    return [trials.advice(found[verdict.kind], complete=verdict in consequences) for verdict in verdicts]


class _Trials:
    """What was tried of an arm, by what is computed: two causes may have a remedy in common."""

    def __init__(self, base: Prepared, arm: ArmResult, score: str | None, data_dir: str | None) -> None:
        self.base, self.score, self.data_dir = base, score, data_dir
        self.dataset = dataset_of(arm, data_dir)
        self.own_seeds = list(arm.result.plan.seeds)
        seconds = arm.result.stacks.train_seconds / len(arm.result.plan.arms)
        self.allowed = max(MOST_SECONDS, SHARE_OF_RUN * seconds)
        self.slowness = max(1.0, seconds / seconds_of([base], len(self.own_seeds)))
        self.known: dict[str, Advice] = {}

    @property
    def helped(self) -> bool:
        """Whether a remedy helps."""
        return any(each.advised for each in self.known.values())

    def advice(self, found: Sequence[Suggestion], *, complete: bool) -> list[Advice]:
        """What is known of suggestions; of those that were not tried only if nothing was, or if all are asked for."""
        complete = complete or not any(each.outcome for each in self.known.values())
        return _best_first(
            [
                replace(self.known.get(each.identity, Advice(each.remedy)), remedy=each.remedy)
                for each in found
                if complete or not each.prepared or each.identity in self.known
            ]
        )

    def try_(self, chosen: Sequence[Suggestion], say: Say) -> None:
        """Trains with as many of the suggestions as time allows, and says so."""
        new = list({each.identity: each for each in chosen if each.identity not in self.known}.values())
        if num_held_out(self.base) < FEWEST_HELD_OUT:
            self._give_up(new, f"{self.base.sizes.train} training samples are too few to hold some out")
            return
        count, num_seeds = affordable(self.base, new, self.allowed / self.slowness)
        for each in new[count:]:
            self.known[each.identity] = Advice(
                each.remedy, why_not="takes long", seconds=self._seconds([each], num_seeds)
            )
        if not count:
            return
        new = new[:count]
        if self._bytes(new, num_seeds) > available_memory():
            self._give_up(new, TOO_LARGE)
            return
        seeds, seconds = fresh_seeds(self.base, self.own_seeds, num_seeds), self._seconds(new, num_seeds)
        say(_announced(len(new), len(seeds), seconds))
        began = perf_counter()
        try:
            own, *others = self._rehearsed([self.base, *_variants(new)], seeds)
        except TookTooLong:
            self._give_up(new, "took too long")
        except MlpexpError as error:
            self._give_up(new, str(error))
        except (RuntimeError, MemoryError) as error:
            if not is_lack_of_memory(error):
                raise
            self._give_up(new, TOO_LARGE)
        else:
            self._note(new, own, others)
        self.allowed -= perf_counter() - began

    def _rehearsed(self, variants: Sequence[Prepared], seeds: Sequence[int]) -> list[Rehearsed]:
        """What came of each variant; one that uses other columns of a table has data of its own."""
        until, found = PATIENCE * self.allowed, dict[int, Rehearsed]()
        loaded = [as_loaded(variant.experiment.dataset) for variant in variants]
        for config in dict.fromkeys(loaded):
            places = [place for place, other in enumerate(loaded) if other == config]
            dataset = shared_dataset(config, self.data_dir)
            if not np.array_equal(dataset.targets, self.dataset.targets):
                raise DataError("other rows of the table would be samples")
            group = [variants[place] for place in places]
            came = rehearse(self.base, group, dataset, seeds, self.score, until, run_seeds=self.own_seeds)
            found |= dict(zip(places, came, strict=True))
        return [found[place] for place in range(len(variants))]

    def _seconds(self, chosen: Sequence[Suggestion], num_seeds: int) -> float:
        return self.slowness * seconds_of([self.base, *_variants(chosen)], num_seeds)

    def _bytes(self, chosen: Sequence[Suggestion], num_seeds: int) -> int:
        """Of memory, at the most, if all are trained as one."""
        variants = [self.base, *_variants(chosen)]
        return sum(
            stack_cost(variant, 1, num_seeds, num_seeds, variant.experiment.device).bytes for variant in variants
        )

    def _give_up(self, chosen: Sequence[Suggestion], why: str) -> None:
        self.known |= {each.identity: Advice(each.remedy, why_not=why) for each in chosen}

    def _note(self, chosen: Sequence[Suggestion], own: Rehearsed, others: Sequence[Rehearsed]) -> None:
        name = self.score or headline(measured_by(self.base.experiment.model.name, self.base.facts.task))
        for each, found in zip(chosen, others, strict=True):
            assert each.prepared
            compare = _losses_compare(self.base, each.prepared)
            outcome = outcome_of(own, found, name, self._by_chance(name), losses_compare=compare)
            self.known[each.identity] = Advice(each.remedy, outcome)

    def _by_chance(self, name: str) -> float:
        """What the score is of one answer for all samples."""
        if self.dataset.facts.task == "regression":
            return 0.0
        shares = class_shares(self.base, self.dataset, self.own_seeds)
        return float(shares.max()) if name == "accuracy" else 1 / int((shares > 0).sum())


def affordable(base: Prepared, chosen: Sequence[Suggestion], allowed: float) -> tuple[int, int]:
    """How many of the suggestions can be tried in so many seconds, and with how many seeds; 0 if none can."""
    for num_seeds in range(SEEDS, FEWEST_SEEDS - 1, -1):
        if seconds_of([base, *_variants(chosen)], num_seeds) <= allowed:
            return len(chosen), num_seeds
    for count in range(len(chosen) - 1, 0, -1):
        if seconds_of([base, *_variants(chosen[:count])], FEWEST_SEEDS) <= allowed:
            return count, FEWEST_SEEDS
    return 0, FEWEST_SEEDS


def fresh_seeds(base: Prepared, own: Sequence[int], count: int) -> list[int]:
    """Seeds that the result does not have; its own, again and again, where only these have weights to begin with."""
    first = max(own) + 1
    seeds = list(range(first, first + count)) if first + count <= LARGEST_SEED else list(range(count))
    try:
        base.refuse_lacking(seeds)
    except InputError:
        return [own[place % len(own)] for place in range(count)]
    return seeds


def outcome_of(
    before: Rehearsed, after: Rehearsed, score: str, by_chance: float = 0.0, *, losses_compare: bool = True
) -> Outcome:
    """What two rehearsals with the same seeds say of a remedy.

    It helps if the score is better on average by more than ``LEAST_GAIN``, by more than one sample, and by more than
    ``CLEAR`` standard errors of the paired differences. Where the score stays, and its mean is not lower by
    more than these, it helps if the loss is likewise lower, by a twentieth of what it was. Nothing helps that is hardly
    better than one answer for all samples, or diverges with more seeds.

    Args:
        before: Of the experiment's own setting.
        after: Of the remedy.
        score: What they were judged by.
        by_chance: What it is of one answer for all samples.
        losses_compare: Whether both losses are of the same thing.
    """
    one_sample = 1 / after.held_out if SCORES[score].share_of_samples else 0.0
    gains_S, least = np.maximum(after.scores_S, 0.0) - np.maximum(before.scores_S, 0.0), max(LEAST_GAIN, one_sample)
    gain = _clear(gains_S, least)
    if after.diverged_S.sum() > before.diverged_S.sum():
        gain = -1
    loss_before, loss_after = (_mean(each.losses_S) if losses_compare else None for each in (before, after))
    fall = 0
    if gain == 0 and loss_before is not None and loss_after is not None:
        fall = _clear(before.losses_S - after.losses_S, LEAST_FALL * loss_before)
        fall = min(fall, 0) if gains_S.mean() < -least else fall  # a lower loss, but more mistakes
    if max(gain, fall) > 0 and after.scores_S.mean() < by_chance + ABOVE_CHANCE:
        gain = fall = 0
    effects: Mapping[int, Effect] = {1: "better", 0: "same", -1: "worse"}
    return Outcome(
        num_seeds=len(after.scores_S),
        held_out=min(before.held_out, after.held_out),
        score=score,
        before=float(before.scores_S.mean()),
        after=float(after.scores_S.mean()),
        loss_before=loss_before,
        loss_after=loss_after,
        diverged=int(after.diverged_S.sum()),
        effect=effects[gain or fall],
        by_loss=gain == 0 and fall != 0,
        diverged_before=int(before.diverged_S.sum()),
    )


def _clear(differences_S: np.ndarray, least: float) -> int:
    """1 where paired differences are clearly above 0, -1 where they are clearly below, else 0."""
    mean = float(differences_S.mean())
    error = float(differences_S.std(ddof=1)) / sqrt(len(differences_S)) if len(differences_S) > 1 else 0.0
    return int(np.sign(mean)) if abs(mean) > max(least, CLEAR * error) else 0


def _mean(values_S: np.ndarray) -> float | None:
    mean = float(values_S.mean())
    return mean if isfinite(mean) else None


def _losses_compare(one: Prepared, other: Prepared) -> bool:
    """Whether the losses of two experiments are of the same thing in the same unit."""
    losses = {output_of(each.experiment, each.facts).loss_in_words for each in (one, other)}
    targets = {repr(getattr(each.experiment.dataset, "target", None)) for each in (one, other)}
    return len(losses) == len(targets) == 1


def _best_first(advice: Sequence[Advice]) -> list[Advice]:
    """What helps, most of all first; then what was not tried; then what does not. Ties keep their order."""

    def rank(each: Advice) -> tuple[int, float]:
        if each.outcome is None:
            return 1, 0.0
        order = {"better": 0, "same": 2, "worse": 3}[each.outcome.effect]
        return order, -round(each.outcome.after, 2) if order == 0 else 0.0

    return sorted(advice, key=rank)


def _variants(chosen: Sequence[Suggestion]) -> list[Prepared]:
    return [each.prepared for each in chosen if each.prepared]


def _announced(number: int, num_seeds: int, seconds: float) -> str:
    remedies = "1 remedy is" if number == 1 else f"{number} remedies are"
    time = f"about {seconds:.0f} s" if seconds >= 1 else "about a second"
    return f"{remedies} tried with {num_seeds} seeds, {time}; {either('--quick', 'quick=True')} leaves this out"
