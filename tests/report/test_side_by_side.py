"""Figures of several arms on one page: their numbers, what is left out, names that differ, nothing that overlaps."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from sklearn.metrics import confusion_matrix, r2_score

from making.invented_tables import CLASSES, InventedTables
from mlpexp.report.figures.arm.confusion import accuracy_of, fitting_text
from mlpexp.report.figures.sweep.panels import shown_arms
from mlpexp.report.figures.sweep.side_by_side import (
    draw_boundaries,
    draw_confusion_matrices,
    draw_fitted_curves,
    draw_u_matrices,
)
from mlpexp.report.numbers.arms_data import MOST_PANELS
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.statistics.intervals import mean_interval, wilson_interval

CAPTION = RunCaption(title="a title", class_names=CLASSES, target="species")
ARMS = {4: "rate 0.1", 1: "rate 0.01", 2: "rate 1"}  # not in the order of their numbers
LONG = "hidden_sizes [16, 16, 16], learning_rate 0.0003, batch_size 128, dropout 0.{:02d}"
COUNTS = [1, 2, 3, 5, 8, 12]


def of_arms(make, arms) -> pd.DataFrame:
    """A table of a run for each arm; made anew each time, so that arms differ."""
    return pd.concat([make().assign(arm=arm) for arm in arms], ignore_index=True)


def texts(figure: Figure) -> str:
    return " | ".join(text.get_text().replace("\u00a0", " ").replace("\n", " ") for text in figure.texts)


def panels(figure: Figure) -> list:
    return [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]


def names(figure: Figure) -> list[str]:
    return [axes.get_title(loc="left") for axes in panels(figure)]


def scores(figure: Figure) -> list[str]:
    return [axes.texts[-1].get_text() for axes in panels(figure)]


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Everything but what is drawn within axes, with the panel it belongs to."""
    figure.draw_without_rendering()
    found = [("figure", part.get_window_extent()) for part in [*figure.texts, *figure.legends]]
    for number, axes in enumerate(figure.axes):
        title = axes._left_title
        parts = [axes.get_window_extent(), *([title.get_window_extent()] if title.get_text() else [])]
        parts += [text.get_window_extent() for text in axes.texts if hasattr(text, "xycoords")]
        parts += [axis.get_tightbbox() for axis in (axes.xaxis, axes.yaxis) if axes.axison]
        found += [(f"panel {number}", box) for box in parts if box is not None]
    return found


def assert_nothing_overlaps(figure: Figure) -> None:
    found, width, height = boxes(figure), figure.bbox.width, figure.bbox.height
    for owner, box in found:
        assert box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1, (owner, box)
    for (owner, box), (other_owner, other) in combinations(found, 2):
        across = min(box.x1, other.x1) - max(box.x0, other.x0)
        down = min(box.y1, other.y1) - max(box.y0, other.y0)
        if owner != other_owner:
            assert across < 1 or down < 1, (owner, box, other_owner, other)


def assert_names_tell_apart(figure: Figure, count: int) -> None:
    assert len(set(names(figure))) == len(names(figure)) == count
    assert all(0 < len(line) <= 80 for name in names(figure) for line in name.split("\n"))


def test_confusion_matrices_equal_scikit_learn(tables: InventedTables) -> None:
    predictions = of_arms(tables.predictions, ARMS)
    figure, numbers = draw_confusion_matrices(predictions, ARMS, [], CAPTION)
    assert list(numbers.columns) == ["arm", "label", "target", "predicted", "count", "row_percent"]
    assert numbers["arm"].drop_duplicates().tolist() == [4, 1, 2]
    assert names(figure) == numbers["label"].drop_duplicates().tolist() == list(ARMS.values())
    for arm, score in zip(ARMS, scores(figure), strict=True):
        test = predictions[(predictions["arm"] == arm) & (predictions["part"] == "test")]
        counts = numbers[numbers["arm"] == arm]["count"].to_numpy().reshape(3, 3)
        assert counts.tolist() == confusion_matrix(test["target"], test["predicted"]).tolist()
        mean = mean_interval([(own["target"] == own["predicted"]).mean() for _, own in test.groupby("seed")])
        high = min(100 * mean.high, 100)
        assert score == f"{100 * mean.mean:.2f} % ({100 * mean.low:.2f} to {high:.2f}), n = 3"
    assert "test accuracy (95 % interval, t over n seeds)" in texts(figure)
    assert "summed over the seeds of each arm" in texts(figure)


def test_confusion_matrices_have_one_scale(tables: InventedTables) -> None:
    figure, numbers = draw_confusion_matrices(of_arms(tables.predictions, ARMS), ARMS, [], CAPTION)
    assert len(figure.axes) == len(ARMS) + 1
    for axes, (_, own) in zip(panels(figure), numbers.groupby("arm", sort=False), strict=True):
        assert axes.images[0].get_array().ravel().tolist() == own["row_percent"].tolist()
        assert axes.images[0].get_clim() == (0, 100)
        written = [text.get_text() for text in axes.texts[:-1]]
        assert [text for text in written if "%" not in text] == [str(count) for count in own["count"] if count]


def test_confusion_matrices_of_one_seed_have_wilson_intervals(tables: InventedTables) -> None:
    predictions = of_arms(tables.predictions, [0, 1])
    one = predictions[predictions["seed"] == 0]
    figure, _ = draw_confusion_matrices(one, {0: "a", 1: "b"}, [], CAPTION)
    assert "95 % interval, Wilson, n samples" in texts(figure)
    rows = one[(one["arm"] == 0) & (one["part"] == "test")]
    correct = int((rows["target"] == rows["predicted"]).sum())
    low, high = wilson_interval(correct, 15)
    assert scores(figure)[0] == f"{100 * correct / 15:.2f} % ({100 * low:.2f} to {100 * high:.2f}), n = 15"
    figure, _ = draw_confusion_matrices(predictions, {0: "a", 1: "b"}, [(0, 1), (0, 2)], CAPTION)
    assert "t over n seeds; Wilson if n = 1" in texts(figure)
    assert [score[-5:] for score in scores(figure)] == ["n = 1", "n = 3"]


def test_confusion_matrices_of_another_part_say_so(tables: InventedTables) -> None:
    predictions = of_arms(tables.predictions, ARMS)
    figure, numbers = draw_confusion_matrices(predictions[predictions["part"] == "validation"], ARMS, [], CAPTION)
    assert numbers["count"].sum() == 3 * 3 * 10
    assert "on the validation part" in texts(figure)
    assert "no test split" in texts(figure)


def test_diverged_seeds_are_left_out_and_counted(tables: InventedTables) -> None:
    predictions = of_arms(tables.predictions, ARMS)
    diverged = [(4, 0), (2, 0), (2, 1), (2, 2), (9, 0)]  # all seeds of arm 2, none of an arm that is not there
    figure, numbers = draw_confusion_matrices(predictions, ARMS, diverged, CAPTION)
    assert numbers.groupby("arm")["count"].sum().to_dict() == {4: 30, 1: 45}
    assert "2 of 3 arms; 4 diverged left out" in texts(figure)
    assert draw_confusion_matrices(predictions, {2: "rate 1"}, diverged, CAPTION) is None


def test_twelve_of_thirty_arms(tables: InventedTables) -> None:
    predictions = of_arms(tables.predictions, range(30))
    arms = {arm: f"arm {arm}" for arm in reversed(range(30))}
    figure, numbers = draw_confusion_matrices(predictions, arms, [(5, 0)], CAPTION)
    assert numbers["arm"].drop_duplicates().tolist() == list(range(29, 17, -1))
    assert "12 of 30 arms" in texts(figure)
    assert "diverged" not in texts(figure)  # that seed is of an arm that is not shown
    assert len(panels(figure)) == MOST_PANELS


def test_nothing_to_show(tables: InventedTables) -> None:
    predictions, boundary, curve = (of_arms(make, [0]) for make in (tables.predictions, tables.boundary, tables.curve))
    arms = {7: "an arm without rows"}
    assert draw_confusion_matrices(predictions, arms, [], CAPTION) is None
    assert draw_confusion_matrices(predictions[:0], {0: "a"}, [], CAPTION) is None
    assert draw_boundaries(boundary, predictions, arms, [], CAPTION) is None
    assert draw_boundaries(boundary.drop(columns="x2"), None, {0: "a"}, [], CAPTION) is None
    assert draw_fitted_curves(curve, None, arms, [], CAPTION) is None
    assert draw_fitted_curves(curve.drop(columns="x"), None, {0: "a"}, [], CAPTION) is None
    assert draw_u_matrices(u_matrix(2, 2).assign(arm=0), arms, CAPTION) is None


def test_text_of_cells_fits() -> None:
    assert fitting_text(60, 999).shares
    assert fitting_text(12, 99) == (8.0, False, False)
    assert fitting_text(13, 1234).size == pytest.approx(13 / 0.68 / 4)
    assert fitting_text(13, 12345).thousands
    assert fitting_text(5, 9) is None
    for cell in np.linspace(4, 60, 57):
        for digits in range(1, 6):
            text = fitting_text(cell, 10**digits - 1)
            if text is not None:
                assert 0.63 * text.size * (min(digits, 3) if text.thousands else digits) < cell


def test_accuracy_of_seeds_and_of_samples(tables: InventedTables) -> None:
    rows = tables.predictions().query("part == 'test'")
    several, single = accuracy_of(rows), accuracy_of(rows[rows["seed"] == 0])
    assert (several.num_seeds, several.num_samples, single.num_seeds, single.num_samples) == (3, 45, 1, 15)
    assert several.share == pytest.approx((rows["target"] == rows["predicted"]).mean())
    assert several.low < several.share < several.high


@pytest.mark.parametrize("num_classes", [2, *(pytest.param(k, marks=pytest.mark.slow) for k in (3, 10, 26))])
@pytest.mark.parametrize("count", COUNTS)
def test_confusion_matrices_do_not_overlap(tables: InventedTables, count: int, num_classes: int) -> None:
    predictions = of_arms(lambda: tables.predictions(num_classes), range(count))
    caption = RunCaption(
        title="a title", class_names=tuple(f"kind number {k}" for k in range(num_classes)), target="kind"
    )
    figure, numbers = draw_confusion_matrices(predictions, {arm: LONG.format(arm) for arm in range(count)}, [], caption)
    assert_names_tell_apart(figure, count)
    assert_nothing_overlaps(figure)
    assert len(numbers) == count * num_classes**2


def test_boundaries_show_grid_and_samples_of_the_first_seed(tables: InventedTables) -> None:
    boundary = of_arms(tables.boundary, ARMS)
    predictions = of_arms(lambda: tables.predictions(features=("x1", "x2")), ARMS)
    figure, numbers = draw_boundaries(boundary, predictions, ARMS, [(1, 2)], CAPTION)
    assert list(numbers.columns[:4]) == ["arm", "label", "seed", "part"]
    assert numbers["arm"].drop_duplicates().tolist() == list(ARMS)
    for arm, score in zip(ARMS, scores(figure), strict=True):
        shown = numbers[numbers["arm"] == arm]
        assert (shown["part"] == "grid").sum() == 15 * 12
        own = predictions[(predictions["arm"] == arm) & (predictions["seed"] == 0)]
        samples = shown[shown["part"] != "grid"]
        assert samples[["x1", "x2", "target"]].to_numpy().tolist() == own[["x1", "x2", "target"]].to_numpy().tolist()
        test = own[own["part"] == "test"]
        assert score.startswith(f"{100 * (test['target'] == test['predicted']).mean():.2f} % (")
        assert score.endswith("n = 15")
    assert "seed 0; region" in texts(figure)
    assert "diverged" not in texts(figure)  # of that arm another seed is shown
    entries = [text.get_text() for text in figure.legends[0].get_texts()]
    assert entries == [*CLASSES, "filled: training, validation", "open: test"]


def test_boundaries_have_the_same_axes(tables: InventedTables) -> None:
    boundary = of_arms(tables.boundary, [0, 1, 2])
    boundary.loc[boundary["arm"] == 1, "x1"] += 5
    figure, _ = draw_boundaries(boundary, None, {0: "a", 1: "b", 2: "c"}, [(2, 0)], CAPTION)
    assert [axes.get_xlim() for axes in panels(figure)] == [(-1, 8)] * 2
    assert [axes.get_ylim() for axes in panels(figure)] == [(-1, 3)] * 2
    assert "2 of 3 arms; 1 diverged left out" in texts(figure)
    assert [axes.get_ylabel() for axes in panels(figure)] == ["x2", ""]


@pytest.mark.slow
@pytest.mark.parametrize("count", COUNTS)
def test_boundaries_do_not_overlap(tables: InventedTables, count: int) -> None:
    predictions = of_arms(lambda: tables.predictions(features=("x1", "x2")), range(count))
    arms = {arm: LONG.format(arm) for arm in range(count)}
    figure, _ = draw_boundaries(of_arms(tables.boundary, range(count)), predictions, arms, [], CAPTION)
    assert_names_tell_apart(figure, count)
    assert_nothing_overlaps(figure)


def test_fitted_curves_show_seeds_mean_truth_and_samples(tables: InventedTables) -> None:
    curve, predictions = of_arms(tables.curve, ARMS), of_arms(tables.numbers, ARMS)
    figure, numbers = draw_fitted_curves(curve, predictions, ARMS, [(1, 0)], RunCaption(target="y"))
    assert list(numbers.columns) == ["arm", "label", "what", "seed", "x", "y"]
    for arm, shift in ((4, 0.1), (1, 0.15), (2, 0.1)):  # seeds 0, 1, 2 lie 0, 0.1, 0.2 above the sine
        mean = numbers[(numbers["arm"] == arm) & (numbers["what"] == "mean")]
        assert mean["y"].to_numpy() == pytest.approx(np.sin(mean["x"].to_numpy(dtype=float)) + shift)
    assert set(numbers[numbers["arm"] == 1]["seed"].dropna()) == {1, 2}
    assert (numbers["what"] == "test sample").sum() == 3 * 15
    assert "1 diverged left out" in texts(figure)
    test = predictions[(predictions["arm"] == 1) & (predictions["part"] == "test") & (predictions["seed"] > 0)]
    values = [r2_score(own["target"], own["predicted"]) for _, own in test.groupby("seed")]
    assert scores(figure)[1].startswith(f"R² {np.mean(values):.4f}\u00a0(")
    assert scores(figure)[1].endswith("n = 2")
    entries = [text.get_text() for text in figure.legends[0].get_texts()]
    assert entries == ["training", "validation", "test", "network (mean)", "true function"]


def test_a_wild_arm_does_not_flatten_the_others(tables: InventedTables) -> None:
    curve = of_arms(tables.curve, [0, 1])
    curve.loc[curve["arm"] == 1, "predicted"] = 1e30
    predictions = of_arms(tables.numbers, [0, 1])
    predictions.loc[predictions["arm"] == 1, "predicted"] = np.inf
    figure, _ = draw_fitted_curves(curve, predictions, {0: "calm", 1: "wild"}, [], RunCaption())
    assert len({axes.get_ylim() for axes in panels(figure)}) == len({axes.get_xlim() for axes in panels(figure)}) == 1
    assert panels(figure)[0].get_ylim()[1] < 3
    assert "in 1 of 2 panels the mean lies outside" in texts(figure)
    assert len(panels(figure)[1].texts) == 0  # no R² of predictions that are not finite


@pytest.mark.parametrize("count", COUNTS)
def test_fitted_curves_do_not_overlap(tables: InventedTables, count: int) -> None:
    curve, predictions = of_arms(tables.curve, range(count)), of_arms(tables.numbers, range(count))
    arms = {arm: LONG.format(arm) for arm in range(count)}
    figure, _ = draw_fitted_curves(curve, predictions, arms, [], RunCaption(title="a title", target="y"))
    assert_names_tell_apart(figure, count)
    assert_nothing_overlaps(figure)


def u_matrix(rows: int, columns: int, *, step: float = 1.0, scale: float = 1.0, seed: int = 0) -> pd.DataFrame:
    """A map with cells at its units, and between units of a row."""
    units = [(c + 0.5 * (step < 1) * (r % 2), r * step) for r in range(rows) for c in range(columns)]
    places = units + [(x + 0.5, y) for x, y in units if (x + 0.5) < columns - 0.5]
    return pd.DataFrame(places, columns=["across", "down"]).assign(
        seed=seed, distance=scale * np.linspace(0.1, 1, len(places))
    )


def test_u_matrices_have_one_scale_and_their_own_shapes() -> None:
    maps = {3: u_matrix(4, 5), 0: u_matrix(3, 6, step=np.sqrt(3) / 2, scale=7), 1: u_matrix(1, 4)}
    table = pd.concat([rows.assign(arm=arm) for arm, rows in maps.items()])
    figure, numbers = draw_u_matrices(pd.concat([table, table.assign(seed=5)]), {3: "a", 0: "b", 1: "c"}, CAPTION)
    assert list(numbers.columns[:2]) == ["arm", "label"]
    assert set(numbers["seed"]) == {0}
    assert numbers["arm"].drop_duplicates().tolist() == [3, 0, 1]
    for axes, rows, units, corners in zip(panels(figure), maps.values(), (20, 18, 4), (4, 6, 4), strict=True):
        cells = axes.collections[0]
        assert cells.get_array().tolist() == rows["distance"].tolist()
        assert cells.get_clim() == (pytest.approx(0.1), pytest.approx(7))
        assert len(cells.get_paths()[0].vertices) == corners + 1
        assert len(axes.lines[0].get_xdata()) == units
    assert len(figure.axes) == 4
    assert "seed 0" in texts(figure)


@pytest.mark.parametrize("count", COUNTS)
def test_u_matrices_do_not_overlap(count: int) -> None:
    table = pd.concat([u_matrix(6 + arm, 8, seed=arm).assign(arm=arm) for arm in range(count)])
    figure, _ = draw_u_matrices(table, {arm: LONG.format(arm) for arm in range(count)}, CAPTION)
    assert_names_tell_apart(figure, count)
    assert_nothing_overlaps(figure)
    assert ("the first seed of each arm" in texts(figure)) == (count > 1)


def test_arms_are_shown_in_the_order_asked_for() -> None:
    rows = pd.DataFrame({"arm": [0, 0, 1, 2], "seed": [0, 1, 0, 0], "value": [1, 2, 3, 4]})
    shown = shown_arms(rows, {2: "c", 0: "a"}, [(0, 0)])
    assert shown.labels == {2: "c", 0: "a"}
    assert shown.of_arm(0).to_dict("list") == {"seed": [1], "value": [2]}
    assert shown.note.replace("\u00a0", " ") == "1 diverged left out"
    assert shown_arms(rows[:0], {0: "a"}) is None
