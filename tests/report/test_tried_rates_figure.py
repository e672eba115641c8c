"""The figure of the rates that ``find-lr`` trained with, and what is said of them."""

from math import inf

import numpy as np
import pytest

from making.sentences import too_long
from mlpexp.analysis.find_lr.search import Decision, Tried
from mlpexp.config.experiment import Experiment
from mlpexp.report.figures.tried_rates import draw_tried_rates
from mlpexp.report.tables.rate_decision import (
    Judged,
    configured_in_range,
    decision_record,
    decision_sentences,
    decision_table,
)

SCORES = {0.01: [0.7, 0.8], 0.05: [0.9, 0.92], 0.1: [0.91, 0.9], 0.5: [0.0, 0.5]}
TRIED = tuple(
    Tried(rate, np.array(scores), np.where(np.array(scores) > 0, 1 - np.array(scores), inf), np.array(scores) == 0)
    for rate, scores in SCORES.items()
)
FOUND = Decision(TRIED, 0.5, 0.05, (0.05, 0.1), (0.01, 0.05, 0.1))
NONE = Decision(TRIED[-1:], 0.5, None, ())
ALL = Decision(TRIED[:3], 0.5, None, (0.01, 0.05, 0.1), (0.01, 0.05, 0.1))
JUDGED = Judged("accuracy", (4, 5), 60, 60, 63)
SHORT = Judged("r2", (4,), 6, 60, 5000)


def test_the_figure_shows_each_seed_the_mean_and_the_range() -> None:
    figure, numbers = draw_tried_rates(FOUND, JUDGED, 0.01, "a title")
    assert list(numbers.columns) == [
        "learning_rate", "mean_score", "mean_loss", "diverged", "as_good", "seed_4", "seed_5",
    ]  # fmt: skip
    assert numbers["mean_score"].tolist() == pytest.approx([0.75, 0.91, 0.905, 0.25])
    assert numbers["as_good"].tolist() == [False, True, True, False]
    assert numbers["diverged"].tolist() == [0, 0, 0, 1]
    (axes,) = figure.axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["mean", "to use: 0.05", "in the config: 0.01"]
    means = next(line for line in axes.lines if line.get_label() == "mean")
    assert means.get_ydata() == pytest.approx(numbers["mean_score"])
    shaded = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (shaded.x0, shaded.x1) == pytest.approx((0.05, 0.1))


def test_without_a_suggestion_nothing_is_shaded() -> None:
    figure, _ = draw_tried_rates(NONE, JUDGED, 0.01, "a title")
    assert len(figure.axes[0].patches) == 0


def test_the_table_marks_the_rates() -> None:
    table = decision_table(FOUND, JUDGED)
    assert [row[0] for row in table.rows] == ["0.01", "0.05", "0.1", "0.5"]
    assert [row[-1] for row in table.rows] == ["", "use this", "as good", ""]
    assert table.rows[-1][-2] == "1 of 2"


def test_the_record_for_programs() -> None:
    record = decision_record(FOUND, JUDGED)
    assert (record["suggested"], record["low"], record["high"]) == (0.05, 0.05, 0.1)
    assert [rate["score"] for rate in record["rates"]] == pytest.approx([0.75, 0.91, 0.905, 0.25])
    assert (record["seeds"], record["epochs"], record["score"], record["held_out"]) == ([4, 5], 60, "accuracy", 63)
    assert decision_record(NONE, JUDGED)["low"] is None


def test_grounds() -> None:
    assert decision_sentences(FOUND, JUDGED) == [
        "use learning rate 0.05: mean accuracy 0.910 (chosen on these samples, so a little too high)",
        "accuracy on 63 samples cannot tell 3 rates from 0.01 to 0.1 apart; the lowest loss decides",
        "rates from 0.05 to 0.1 are as good",
        "judged with 2 seeds and all 60 epochs, on 63 samples held out of the training part",
    ]
    alone = Decision(TRIED, 0.5, 0.05, (0.05,))
    assert decision_sentences(alone, JUDGED)[1] == "its neighbours are worse by more than noise"
    assert decision_sentences(alone, SHORT)[1] == "its neighbours are worse; one seed says nothing about noise"
    at_the_end = decision_sentences(Decision(TRIED[:3], 0.5, 0.05, (0.05, 0.1)), JUDGED)
    assert at_the_end[2] == "rates above 0.1 were not tried; they may be as good"
    assert "one seed and 6 of 60 epochs, on 5,000 samples" in decision_sentences(FOUND, SHORT)[3]
    assert "--seconds" in decision_sentences(FOUND, SHORT)[4]
    assert decision_sentences(ALL, JUDGED)[0] == (
        "no suggestion: accuracy on 63 samples cannot tell rates from 0.01 to 0.1 apart, nor can the loss"
    )
    assert decision_sentences(NONE, JUDGED)[0] == "no suggestion: from 0.5 to 0.5 no rate learns"


@pytest.mark.parametrize(
    ("rate", "where"), [(0.07, "within this range"), (0.01, "below this range"), (1.0, "above this range")]
)
def test_the_configured_rate_beside_the_range(rate: float, where: str) -> None:
    config = {"dataset": "iris", "model": {"name": "mlp"}, "optimizer": {"name": "sgd", "learning_rate": rate}}
    experiment = Experiment.model_validate({**config, "dataset": {"name": "iris"}})
    assert configured_in_range(experiment, FOUND) == f"the config has {rate:g}, {where}"
    assert configured_in_range(experiment, NONE) == f"the config has {rate:g}"


def test_every_sentence_is_short() -> None:
    for decision in (FOUND, NONE, ALL):
        for judged in (JUDGED, SHORT):
            said = decision_sentences(decision, judged)
            assert [long for sentence in said for long in too_long(sentence)] == []
