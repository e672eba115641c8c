"""The figure of the learning rates that were trained with: the score of each on samples held out."""

import numpy as np
import pandas as pd

from mlpexp.analysis.find_lr.search import Decision
from mlpexp.config.scores import SCORES
from mlpexp.report.drawing.style import BLUE, GREEN, GREY, INK, Drawing, in_style, legend_above, new_figure
from mlpexp.report.tables.rate_decision import Judged
from mlpexp.report.words import counted

ROOM = 0.05  # of the vertical axis, below the lowest score and above 1


def tried_rates_numbers(decision: Decision, judged: Judged) -> pd.DataFrame:
    """The numbers of the figure: a row per rate with mean score and loss, and the score of each seed."""
    columns: dict[str, list[object]] = {
        "learning_rate": [tried.rate for tried in decision.tried],
        "mean_score": [tried.score for tried in decision.tried],
        "mean_loss": [tried.loss for tried in decision.tried],
        "diverged": [int(tried.diverged_S.sum()) for tried in decision.tried],
        "as_good": [tried.rate in decision.as_good for tried in decision.tried],
    }
    scores = np.stack([tried.scores_S for tried in decision.tried], axis=1)
    columns |= {f"seed_{seed}": row.tolist() for seed, row in zip(judged.seeds, scores, strict=True)}
    return pd.DataFrame(columns)


@in_style()
def draw_tried_rates(decision: Decision, judged: Judged, configured: float, title: str) -> Drawing:
    """Score of each seed and its mean at each rate, with the rate to use and the range of those that are as good.

    Args:
        decision: What was tried.
        judged: How it was judged.
        configured: The rate of the config.
        title: Of the figure.
    """
    numbers = tried_rates_numbers(decision, judged)
    trained = f"{counted(len(judged.seeds), 'seed')}, line: their mean; {counted(judged.epochs, 'epoch')}"
    note = f"points: {trained}, {judged.held_out:,} samples held out"
    note += "\nshaded: rates that are as good, by the loss too; dotted: a constant prediction"
    figure = new_figure(title, note)
    axes = figure.add_subplot()
    rates = numbers["learning_rate"]
    for seed in judged.seeds:
        axes.plot(rates, numbers[f"seed_{seed}"], ".", color=GREY, markersize=4, alpha=0.6, zorder=2)
    axes.plot(rates, numbers["mean_score"], "o-", color=BLUE, linewidth=1.8, markersize=4, label="mean", zorder=3)
    axes.axhline(decision.chance, color=INK, linewidth=0.8, linestyle=":", zorder=1)
    if decision.suggested is not None:
        axes.axvspan(decision.as_good[0], decision.as_good[-1], color=GREEN, alpha=0.15, linewidth=0, zorder=0)
        axes.axvline(decision.suggested, color=GREEN, linewidth=1.6, label=f"to use: {decision.suggested:g}", zorder=1)
    axes.axvline(configured, color=INK, linewidth=1.2, linestyle="-.", label=f"in the config: {configured:g}", zorder=1)
    score = SCORES[judged.score]
    lowest = min(decision.chance, *(tried.scores_S.min() for tried in decision.tried))
    name = f"{score.label} on samples held out"
    axes.set(xscale="log", ylim=(lowest - ROOM, 1 + ROOM), xlabel="learning rate", ylabel=name)
    legend_above(axes)
    return Drawing(figure, numbers)
