"""Sentences below the table of a sweep, over designs and ends of many kinds."""

from pathlib import Path

import pytest

from making.results_builder import ACTIVATION, BATCH, LR, MOONS, ONE_AT_A_TIME, SINE, build_sweep
from making.sentences import too_long
from mlpexp.report.tables.conclusions import conclusions
from mlpexp.results.comparison import read_comparison

RATES = {LR: ["0.01", "0.1", "1"]}
NO_TEST, CHOOSING = "dataset.test_fraction=0", "dataset.validation_fraction=0.2"
LOST = ("diverged", "failed", "")
DESIGNS = {
    "rates": (RATES, (), {}),
    "two arms": ({LR: ["0.1", "1"]}, (), {}),
    "one arm": ({LR: ["0.1"]}, (), {}),
    "one seed": (RATES, (), {"seeds": 1}),
    "many seeds": (RATES, (), {"seeds": 30}),
    "a baseline": (RATES, (), {"section": "baseline: {learning_rate: 0.1}"}),
    "one at a time": ({**RATES, BATCH: ["4", "16"]}, (), {"section": ONE_AT_A_TIME}),
    "no test split": (RATES, (NO_TEST,), {}),
    "validation": (RATES, (CHOOSING,), {}),
    "validation alone": (RATES, (NO_TEST, CHOOSING), {}),
    "defaults that follow": ({ACTIVATION: ["relu", "sigmoid"]}, (), {}),
    "other splits": ({"dataset.test_fraction": ["0.2", "0.3"]}, (), {}),
    "other seeds": ({"init_seed": ["1", "2"], "split_seed": ["1", "2"]}, (), {"seeds": 1}),
    "many arms": ({LR: "log(1e-3, 1, 6)", BATCH: ["4", "8", "16", "32", "64", "full"]}, (), {}),
    "all lost": (RATES, (), {"lost": lambda settings, seed: "diverged"}),
    "some lost": (RATES, (), {"lost": lambda settings, seed: LOST[seed % 3]}),
    "an arm lost": (RATES, (), {"lost": lambda settings, seed: "diverged" if settings[LR] == "1" else ""}),
    "a wide margin": (RATES, (), {"section": "margin: 0.9", "seeds": 10}),
    "losses": (RATES, (), {"section": "metric: test_loss"}),
    "numbers": (RATES, (), {"config": SINE}),
    "a plane": (RATES, (), {"config": MOONS}),
}


@pytest.mark.parametrize("design", DESIGNS)
def test_every_sentence_is_short(design: str, tmp_path: Path) -> None:
    axes, changes, how = DESIGNS[design]
    built = build_sweep(tmp_path, axes, *changes, epochs=4, tables=(), **how)
    for baseline in (None, 0):
        comparison = read_comparison(built.result, baseline=baseline)
        found = conclusions(comparison, Path("runs/a sweep"))
        lines = [*found.warnings, *found.footnotes, *found.details]
        assert [long for line in lines for long in too_long(line)] == []
        assert len(set(lines)) == len(lines)
        assert all(line and "nan" not in line and ".." not in line for line in lines)
        assert [long for arm in comparison.shown.arms for long in too_long(arm.sentence)] == []
