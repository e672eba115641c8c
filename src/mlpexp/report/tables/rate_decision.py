"""What ``mlpexp find-lr`` says of the rates that it trained with: a table, the rate to use with its grounds, a record."""

from dataclasses import dataclass
from typing import Any

from mlpexp.analysis.find_lr.search import Decision
from mlpexp.asking import keyword
from mlpexp.config.experiment import Experiment
from mlpexp.config.scores import SCORES
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.words import counted


@dataclass(frozen=True)
class Judged:
    """How the rates were judged."""

    score: str
    """Name of the score."""
    seeds: tuple[int, ...]
    """Of the trials at each rate."""
    epochs: int
    """Of each trial."""
    configured_epochs: int
    """Of the config."""
    held_out: int
    """Samples that each trial was judged on."""

    @property
    def label(self) -> str:
        """The score in words."""
        return SCORES[self.score].label

    @property
    def on_samples(self) -> str:
        """The score in words, and on how many samples it was measured."""
        return f"{self.label} on {self.held_out:,} samples"

    def sentences(self) -> list[str]:
        """On what samples, with how many seeds and epochs."""
        seeds = f"{len(self.seeds)} seeds" if len(self.seeds) > 1 else "one seed"
        configured = counted(self.configured_epochs, "epoch")
        epochs = f"all {configured}" if self.configured_epochs > 1 else configured
        if self.epochs < self.configured_epochs:
            epochs = f"{self.epochs} of {configured}"
        lines = [f"judged with {seeds} and {epochs}, on {self.held_out:,} samples held out of the training part"]
        if self.epochs < self.configured_epochs:
            lines.append(
                f"with few epochs large rates look better than they are; {keyword('seconds')} allows more epochs"
            )
        return lines


def decision_table(decision: Decision, judged: Judged) -> TextTable:
    """A row for each rate that was trained with."""
    columns = ("learning rate", judged.label, "lowest seed", "highest seed", "loss", "diverged", "")
    rows = []
    for tried in decision.tried:
        mark = "as good" if tried.rate in decision.as_good else ""
        rows.append(
            (
                f"{tried.rate:g}",
                f"{tried.score:.3f}",
                f"{tried.scores_S.min():.3f}",
                f"{tried.scores_S.max():.3f}",
                f"{tried.loss:.4g}",
                f"{tried.diverged_S.sum()} of {len(tried.diverged_S)}",
                "use this" if tried.rate == decision.suggested else mark,
            )
        )
    title = f"trained at rates around it: {judged.label} on samples held out of the training part, the test part unread"
    return TextTable(columns, rows, frozenset(columns[:-1]), title=title, droppable=columns[2:5])


def decision_sentences(decision: Decision, judged: Judged) -> list[str]:
    """The rate to use and the range of those that are as good, with the grounds."""
    chosen = decision.chosen
    if chosen is None:
        low, high = decision.tried[0].rate, decision.tried[-1].rate
        if decision.as_good:
            return [
                f"no suggestion: {judged.on_samples} cannot tell rates from {low:g} to {high:g} apart, nor can the loss",
                *judged.sentences(),
            ]
        return [
            f"no suggestion: from {low:g} to {high:g} no rate learns",
            f"the best mean {judged.on_samples} is {decision.best.score:.3f}; a constant prediction has {decision.chance:.3f}",
            *judged.sentences(),
        ]
    low, high = decision.as_good[0], decision.as_good[-1]
    grounds = _grounds(decision, judged)
    score = f"mean {judged.label} {chosen.score:.3f} (chosen on these samples, so a little too high)"
    ends = [(low, decision.tried[0].rate, "below"), (high, decision.tried[-1].rate, "above")]
    untried = [f"rates {side} {rate:g} were not tried; they may be as good" for rate, end, side in ends if rate == end]
    return [f"use learning rate {chosen.rate:g}: {score}", *grounds, *untried, *judged.sentences()]


def _grounds(decision: Decision, judged: Judged) -> list[str]:
    """What chose the rate, score or loss, and which others are as good."""
    lines, good, rivals = [], decision.as_good, decision.rivals
    if len(rivals) > 1:
        rates = f"{len(rivals)} rates from {rivals[0]:g} to {rivals[-1]:g}"
        lines.append(f"{judged.on_samples} cannot tell {rates} apart; the lowest loss decides")
    if len(good) > 1:
        return [*lines, f"rates from {good[0]:g} to {good[-1]:g} are as good"]
    how = " by more than noise" if len(judged.seeds) > 1 else "; one seed says nothing about noise"
    where = " in score or loss" if lines else ""
    return [*lines, f"its neighbours are worse{where}{how}"]


def configured_in_range(experiment: Experiment, decision: Decision | None) -> str:
    """The learning rate of the config, beside the range."""
    rate = experiment.optimizer.learning_rate
    if decision is None or not decision.as_good:
        return f"the config has {rate:g}"
    low, high = decision.as_good[0], decision.as_good[-1]
    where = "within this range" if low <= rate <= high else "below this range" if rate < low else "above this range"
    return f"the config has {rate:g}, {where}"


def decision_record(decision: Decision, judged: Judged) -> dict[str, Any]:
    """The rate to use, the range, and each rate with what came of it, for programs."""
    rates = [
        {
            "rate": tried.rate,
            "score": tried.score,
            "scores": tried.scores_S.tolist(),
            "loss": tried.loss,
            "diverged": int(tried.diverged_S.sum()),
            "as_good": tried.rate in decision.as_good,
        }
        for tried in decision.tried
    ]
    low, high = (decision.as_good[0], decision.as_good[-1]) if decision.as_good else (None, None)
    of_trials: dict[str, Any] = {"rivals": list(decision.rivals)}
    of_trials |= {"score": judged.score, "chance": decision.chance, "held_out": judged.held_out}
    of_trials |= {"seeds": list(judged.seeds), "epochs": judged.epochs}
    return {"suggested": decision.suggested, "low": low, "high": high, "rates": rates, **of_trials}
