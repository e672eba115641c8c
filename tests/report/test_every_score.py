"""Every score of the table in every figure and table: its unit, its limits, and which end is the better one."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from making.results_builder import ACTIVATION, BATCH, IRIS, LR, SINE, BuiltResult, build_run, build_sweep
from mlpexp.config.scores import SCORES, Score
from mlpexp.report.drawing.axis_ranges import LOWEST_SHOWN, curve_range
from mlpexp.report.drawing.style import Drawing
from mlpexp.report.drawing.value_axis import metric_range
from mlpexp.report.figures.catalogue import FIGURES, OfArm, OfArms, OfAxis
from mlpexp.report.numbers.arm_data import ArmData
from mlpexp.report.tables.arm_results import notes, results_table
from mlpexp.report.tables.comparison_files import to_export, to_paste, to_show
from mlpexp.report.tables.comparison_table import with_unit
from mlpexp.report.tables.conclusions import conclusions
from mlpexp.report.tables.epoch_lines import curve_lines
from mlpexp.report.tables.listing import listing_table
from mlpexp.results.comparison import read_comparison
from mlpexp.results.listed import listed_in
from mlpexp.store.frames import Absent

SOM = """\
name: som-iris
dataset: {name: iris, test_fraction: 0.3}
model: {name: som, grid: [3, 4]}
training: {epochs: 8}
"""
CONFIGS = {"networks": IRIS, "classification": IRIS, "regression": SINE, "maps": SOM}
RADIUS, FINAL_RADIUS = "model.radius", "model.final_radius"
MARGIN = 0.2  # of an axis: how far it may go beyond what a score can be


def config_of(score: Score) -> str:
    """What measures it."""
    asked = "" if score.gathered == "always" else f"scores: [{score.name}]\n"
    return CONFIGS[score.measured_of] + asked


def axes_of(score: Score) -> dict[str, list[str]]:
    """Two axes to vary."""
    if score.measured_of == "maps":
        return {LR: ["0.01", "0.1", "0.5"], RADIUS: ["1", "2"]}
    return {LR: ["0.01", "0.1", "1"], BATCH: ["4", "16"]}


def swept(
    folder: Path, score: Score, section: str = "", more: Mapping[str, list[str]] = MappingProxyType({})
) -> BuiltResult:
    """Six arms that are compared by a score of test data."""
    section = f"metric: test_{score.name}{f', {section}' if section else ''}"
    return build_sweep(
        folder, {**axes_of(score), **more}, config=config_of(score), seeds=3, epochs=8, section=section, tables=()
    )


def drawings(result: BuiltResult) -> Iterator[tuple[str, Drawing]]:
    """All figures over the arms of a result whose files are there."""
    data = result.arms
    for figure in FIGURES:
        match figure:
            case OfAxis():
                draws = [partial(figure.draw, data, axis) for axis in data.caption.axes]
            case OfArms():
                draws = [partial(figure.draw, data)]
            case OfArm():
                draws = []
        for draw in draws:
            try:
                drawing = draw()
            except Absent:
                continue
            if drawing is not None:
                yield figure.name, drawing


def assert_possible(low: float, high: float, score: Score) -> None:
    """An axis shows hardly more than what the score can be."""
    room = MARGIN * (high - low)
    assert score.floor - room <= low < high <= score.ceiling + room


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_the_curves_of_a_run(score: Score, tmp_path: Path) -> None:
    run = build_run(tmp_path, config=config_of(score), epochs=8, tables=())
    (figure,) = (figure for figure in FIGURES if isinstance(figure, OfArm) and figure.name == score.name)
    drawing = figure.draw(ArmData(run.result.arm(0)))
    assert drawing is not None
    (axes,) = drawing.figure.axes
    assert score.name == "loss" or score.axis in axes.get_ylabel()
    assert_possible(*axes.get_ylim(), score)
    assert score.log_axis or axes.get_yscale() == "linear"
    expected = run.read("metrics.csv").groupby("epoch")[f"test_{score.name}"].mean() * score.scale
    shown = drawing.numbers[drawing.numbers["part"] == "test"]
    assert shown["mean"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_the_tables_of_a_run(score: Score, tmp_path: Path) -> None:
    run = build_run(tmp_path / "runs", config=config_of(score), epochs=8, tables=())
    result, table = run.result, results_table(run.result.summary)
    assert table is not None
    rows = [row for row in table.rows if row[table.columns.index("metric")] == score.label]
    assert [row[0] for row in rows] == ["train", "test"]
    for row in rows:
        ends = [float(end) for end in row[-1].split(" .. ")]
        assert score.lowest <= ends[0] <= ends[1] <= score.highest
    assert notes(result, result.path)
    assert all(f"{score.label} " in line for line in curve_lines(result.arm(0), None))
    (listed,) = listed_in(tmp_path / "runs", 0.0)
    assert listed.judged is not None
    assert listed.judged.metric in {row[2] for row in listing_table([listed]).rows}


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_one_seed_has_an_interval_for_its_samples_where_the_score_is_a_share_of_them(
    score: Score, tmp_path: Path
) -> None:
    run = build_run(tmp_path, config=config_of(score), epochs=8, seeds=1, tables=())
    table = results_table(run.result.summary)
    assert table is not None
    intervals = {row[0]: row[-1] for row in table.rows if row[table.columns.index("metric")] == score.label}
    assert (intervals["test"] != "-") == score.share_of_samples
    assert intervals["train"] == "-"


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_the_figures_of_a_sweep(score: Score, tmp_path: Path) -> None:
    sweep = swept(tmp_path, score)
    figures: dict[str, list[Drawing]] = {}
    for name, drawing in drawings(sweep):
        figures.setdefault(name, []).append(drawing)
    assert {"effect", "curves", "heat_map", "arms"} <= set(figures)
    assert ("{metric}_time" in figures) == (score.measured_of != "maps")  # whose arms are one stack
    for drawing in figures["effect"]:
        (axes,) = drawing.figure.axes
        assert axes.get_ylabel() == f"test {score.axis}"
        assert_possible(*axes.get_ylim(), score)
        assert score.log_axis or axes.get_yscale() == "linear"
    for drawing in figures["curves"]:
        judged = {"loss": "accuracy"}.get(score.name, score.name)
        assert f"test_{judged}" in set(drawing.numbers["metric"])
        assert drawing.figure.axes[0].get_ylabel() == f"test {SCORES[judged].axis}"
    (forest,) = figures["arms"]
    assert forest.figure.axes[0].get_xlabel() == f"test {score.axis}"
    assert_possible(*forest.figure.axes[0].get_xlim(), score)
    values = sweep.read("trials.csv").groupby("arm")[f"final_test_{score.name}"].mean() * score.scale
    ordered = values.sort_values(ascending=not score.higher_is_better, kind="stable")
    assert forest.numbers["arm"].tolist() == ordered.index.tolist()
    assert forest.numbers["mean"].to_numpy() == pytest.approx(ordered.to_numpy())
    (heat_map,) = figures["heat_map"]
    assert [axes.get_ylabel() for axes in heat_map.figure.axes][1] == f"test {score.axis}"
    dark_is_bad = heat_map.figure.axes[0].images[0].cmap.name == "viridis"
    assert dark_is_bad == score.higher_is_better


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_the_panels_where_one_axis_at_a_time_is_varied(score: Score, tmp_path: Path) -> None:
    figures = dict(drawings(swept(tmp_path, score, "method: one_at_a_time")))
    judged = {"loss": "accuracy"}.get(score.name, score.name)
    assert figures["panels"].figure.get_supylabel() == f"test {SCORES[judged].axis}"
    assert set(figures["panels"].numbers["metric"]) == {f"test_{judged}"}


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_the_figures_of_drawn_settings(score: Score, tmp_path: Path) -> None:
    third = {FINAL_RADIUS: ["0.2", "0.5"]} if score.measured_of == "maps" else {ACTIVATION: ["relu", "tanh"]}
    sweep = swept(tmp_path, score, "method: random, trials: 18", third)
    figures = dict(drawings(sweep))
    axes, _ = figures["parallel"].figure.axes  # and the bar of its colours
    assert f"test {score.axis}" in [text.get_text().replace("\n", " ") for text in axes.texts]
    means = figures["parallel"].numbers["mean"].to_numpy()
    assert list(means) == sorted(means, reverse=score.higher_is_better)  # the best on top
    assert_possible(*figures["effect"].figure.axes[0].get_ylim(), score)


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_the_tables_of_a_sweep(score: Score, tmp_path: Path) -> None:
    sweep = swept(tmp_path / "runs", score)
    comparison = read_comparison(sweep.result)
    best = comparison.to_best.reference
    means = np.nanmean(comparison.values, axis=1)
    assert best == (means.argmax() if score.higher_is_better else means.argmin())
    label = f"test {score.label}"
    assert f": {label}, " in to_show(sweep.result, comparison).title
    assert with_unit(label, score) in to_export(sweep.result, comparison).columns
    assert with_unit(label, score) in to_paste(comparison)[0].columns
    assert conclusions(comparison, sweep.result.path).footnotes
    (listed,) = listed_in(tmp_path / "runs", 0.0)
    assert listed.judged is not None
    assert (listed.judged.metric, listed.judged.score) == (f"best {label}", score)
    assert listed.judged.mean.mean == pytest.approx(means[best])


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_the_best_epoch_by_a_score_is_said_to_have_the_best_of_it(score: Score, tmp_path: Path) -> None:
    if score.measured_of == "maps":
        pytest.skip("maps do not stop early")
    changes = ["dataset.validation_fraction=0.2", f"training.early_stopping={{patience: 3, score: {score.name}}}"]
    run = build_run(tmp_path / "run", *changes, config=config_of(score), epochs=8, tables=())
    caption = ArmData(run.result.arm(0)).caption
    assert caption.selected_by == f"validation {score.label}"
    sweep = build_sweep(
        tmp_path, {LR: ["0.01", "0.1"]}, *changes, config=config_of(score), seeds=2, epochs=8, tables=()
    )
    end = "highest" if score.higher_is_better else "lowest"
    assert sweep.arms.caption.selection_note == f"at the epoch of {end} validation {score.label}"
    comparison = read_comparison(sweep.result)
    assert f"at the best epoch by validation {score.label}" in to_show(sweep.result, comparison).title


@pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)
def test_an_axis_without_values_shows_what_a_score_can_be(score: Score) -> None:
    assert_possible(*metric_range(np.array([np.nan]), score)[:2], score)
    diverged = pd.DataFrame({0: [score.scale * 0.5, np.nan]}, index=[0, 1])
    limits = curve_range([diverged], {0}, score)
    assert_possible(limits.low, limits.high, score)
    if score.higher_is_better:
        assert limits.low == max(score.floor, LOWEST_SHOWN)
