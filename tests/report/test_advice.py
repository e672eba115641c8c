"""What a page says of a remedy, and the command that it ends with."""

from dataclasses import replace
from pathlib import Path

import pytest

from making.sentences import too_long
from mlpexp.analysis.explain.advice import Advice, Outcome
from mlpexp.analysis.explain.remedy import Remedy
from mlpexp.analysis.explain.verdicts import Verdict
from mlpexp.report.tables.explanation import as_text, in_words

WIDER = Remedy("more hidden units", {"model.hidden_sizes": [64]})
FOUND = Outcome(5, 26, "accuracy", 0.58, 0.98, 1.08, 0.2, 0, "better")
TRIED = "more hidden units: `model.hidden_sizes: [64]` (tried with 5 seeds on 26 held-out samples: "
MANY = {"limit": 0.1, "start": 3.0, "rate": 20.0, "how": "worse", "last": 5.0, "first": 2.0, "optimizer": "sgd"}


@pytest.mark.parametrize(
    ("advice", "said"),
    [
        (Advice(WIDER), "more hidden units: `model.hidden_sizes: [64]`"),
        (Advice(WIDER, FOUND), f"{TRIED}accuracy 0.580 -> 0.980)"),
        (
            Advice(WIDER, replace(FOUND, after=0.57, effect="same")),
            f"{TRIED}accuracy 0.58 -> 0.57: no clear difference)",
        ),
        (Advice(WIDER, replace(FOUND, after=0.5, effect="worse")), f"{TRIED}accuracy 0.58 -> 0.50: not advised)"),
        (Advice(WIDER, replace(FOUND, after=0.58, by_loss=True)), f"{TRIED}accuracy 0.58 -> 0.58, loss 1.08 -> 0.2)"),
        (
            Advice(WIDER, replace(FOUND, after=0.1, diverged=4, effect="worse")),
            f"{TRIED}accuracy 0.58 -> 0.10, 4 of 5 seeds diverged: not advised)",
        ),
        (Advice(WIDER, replace(FOUND, score="r2", before=-3.0, after=0.5)), f"{TRIED}R² -3.00 -> 0.50)"),
        (
            Advice(WIDER, why_not="takes long", seconds=240.0),
            "more hidden units: `model.hidden_sizes: [64]` (not tried: about 4 min)",
        ),
        (Advice(Remedy("more data")), "more data"),
    ],
)
def test_what_came_of_it(advice: Advice, said: str) -> None:
    assert in_words(advice) == said
    assert advice.outcome is None or advice.outcome.diverged or too_long(said) == []


BATCHES = Remedy("larger batches", {"training.batch_size": 32, "training.early_stopping": {"patience": 10}})


@pytest.mark.parametrize(
    ("advice", "end"),
    [
        (
            [Advice(BATCHES, FOUND), Advice(WIDER, FOUND)],
            "to try: mlpexp train run --batch-size 32 --set 'training.early_stopping={patience: 10}'",
        ),
        ([Advice(Remedy("more data")), Advice(WIDER)], "to try: mlpexp train run --hidden-size 64"),
        ([Advice(WIDER, replace(FOUND, effect="same"))], "Of what was tried, nothing helps on held-out samples."),
    ],
)
def test_the_command_is_of_what_helps_most_or_is_left_out(advice: list[Advice], end: str) -> None:
    text = as_text("name", [Verdict("learning_rate_too_large", (0,), 1, {**MANY})], [advice], Path("run"), 200)
    assert text.strip().splitlines()[-1] == end
