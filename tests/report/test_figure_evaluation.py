"""Confusion matrix, histograms, boundary, regression and images, by the numbers they show."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from sklearn.metrics import confusion_matrix, r2_score

from making.figure_words import leaves_the_page
from making.invented_tables import CLASSES, InventedTables
from mlpexp.report.drawing.save_figures import rendered
from mlpexp.report.drawing.style import class_style
from mlpexp.report.figures.arm.boundary import draw_boundary
from mlpexp.report.figures.arm.confusion import accuracy_text, confusion_counts, draw_confusion
from mlpexp.report.figures.arm.fitted_curve import draw_curve
from mlpexp.report.figures.arm.hidden_space import draw_hidden_space
from mlpexp.report.figures.arm.histograms import draw_activations, draw_weights
from mlpexp.report.figures.arm.images import draw_filters, draw_misclassified
from mlpexp.report.figures.arm.predicted_true import draw_predicted_true, r2
from mlpexp.report.numbers.run_caption import RunCaption
from mlpexp.statistics.intervals import mean_interval, wilson_interval

CAPTION = RunCaption(title="a title", class_names=CLASSES, target="species")


def texts(figure) -> str:
    return " | ".join(text.get_text().replace("\u00a0", " ").replace("\n", " ") for text in figure.texts)


def matrix(numbers: pd.DataFrame) -> np.ndarray:
    return numbers["count"].to_numpy().reshape(math.isqrt(len(numbers)), -1)


def test_confusion_equals_scikit_learn(tables: InventedTables) -> None:
    predictions = tables.predictions()
    figure, numbers = draw_confusion(predictions, CAPTION)
    test = predictions[predictions["part"] == "test"]
    assert matrix(numbers).tolist() == confusion_matrix(test["target"], test["predicted"]).tolist()
    shares = numbers.groupby("target", sort=False)["row_percent"].sum()
    assert shares.to_numpy() == pytest.approx(100)
    assert list(shares.index) == list(CLASSES)
    assert "n = 45 predictions on the test part, summed over 3 seeds" in texts(figure)
    written = [text.get_text() for text in figure.axes[0].texts]
    assert [t for t in written if "%" not in t] == [str(n) for n in matrix(numbers).ravel() if n]


def test_confusion_of_the_training_part_is_labelled_so(tables: InventedTables) -> None:
    predictions = tables.predictions()
    figure, numbers = draw_confusion(predictions[predictions["part"] == "train"], CAPTION)
    assert numbers["count"].sum() == 60
    assert "on the training part" in texts(figure)
    assert "no test split" in texts(figure)


def test_confusion_leaves_diverged_seeds_out_and_says_so(tables: InventedTables) -> None:
    figure, numbers = draw_confusion(tables.predictions(), RunCaption(diverged=frozenset({1})))
    assert numbers["count"].sum() == 30
    assert "1 diverged left out" in texts(figure)
    _, numbers = draw_confusion(tables.predictions(), RunCaption(diverged=frozenset({0, 1, 2})))
    assert numbers["count"].sum() == 45


def test_confusion_has_classes_that_nobody_predicted() -> None:
    one = pd.DataFrame({"seed": 0, "part": ["test"] * 2, "target": [0, 1], "predicted": [0, 0], "probability": 0.5})
    _, numbers = draw_confusion(one, CAPTION)
    assert matrix(numbers).tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0]]
    assert numbers["row_percent"].tolist() == [100, 0, 0, 100, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("num_classes", [2, 10, 20, 30])
def test_confusion_of_any_number_of_classes(tables: InventedTables, num_classes: int) -> None:
    predictions = tables.predictions(num_classes)
    figure, numbers = draw_confusion(predictions, RunCaption())
    test = predictions[predictions["part"] == "test"]
    expected = confusion_matrix(test["target"], test["predicted"], labels=range(math.isqrt(len(numbers))))
    assert matrix(numbers).tolist() == expected.tolist()
    figure.draw_without_rendering()


def test_accuracy_has_its_interval(tables: InventedTables) -> None:
    rows = tables.predictions()
    rows = rows[rows["part"] == "test"]
    shares = [(own["target"] == own["predicted"]).mean() for _, own in rows.groupby("seed")]
    over_seeds = mean_interval(shares)
    text = accuracy_text(rows)
    assert f"{100 * over_seeds.mean:.2f} % (95 % interval {100 * over_seeds.low:.2f} to" in text
    assert "t over n = 3 seeds" in text
    one = rows[rows["seed"] == 0]
    low, high = wilson_interval(15 * shares[0], 15)
    assert f"{100 * low:.2f} to {100 * high:.2f}, Wilson, n = 15 samples" in accuracy_text(one)


def test_confusion_counts_of_a_large_table() -> None:
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.integers(0, 10, (5000, 2)), columns=["target", "predicted"])
    assert confusion_counts(rows, 10).tolist() == confusion_matrix(rows["target"], rows["predicted"]).tolist()


def test_histograms_keep_every_count(tables: InventedTables) -> None:
    histograms = tables.histograms(("dense1", "dense2", "output"))
    for draw, kinds in ((draw_weights, ["weights initial", "weights final"]), (draw_activations, ["activations"])):
        figure, numbers = draw(histograms, CAPTION)
        assert len(figure.axes) == 3
        assert set(numbers["kind"]) == set(kinds)
        before = histograms[histograms["kind"].isin(kinds)].groupby(["kind", "layer"])["count"].sum()
        assert numbers.groupby(["kind", "layer"])["count"].sum().to_dict() == before.to_dict()
        area = numbers["density"] * (numbers["high"] - numbers["low"])
        assert area.groupby([numbers["kind"], numbers["layer"]]).sum().to_numpy() == pytest.approx(1)
        assert len(numbers) < len(histograms)  # a few hundred values do not fill 50 bins


def test_histograms_of_many_layers_say_what_is_left_out(tables: InventedTables) -> None:
    figure, numbers = draw_weights(tables.histograms([f"dense{i}" for i in range(15)]), CAPTION)
    assert len(figure.axes) == numbers["layer"].nunique() == 12
    assert "the first 12 of 15 layers" in texts(figure)


def test_a_towering_bin_is_cut_and_labelled() -> None:
    low = np.linspace(0, 4.9, 50)
    count = np.r_[9000, np.full(49, 20)]
    rows = {"seed": 0, "kind": "activations", "layer": "dense1_relu", "low": low, "high": low + 0.1, "count": count}
    figure, numbers = draw_activations(pd.DataFrame(rows), CAPTION)
    assert [text.get_text() for text in figure.axes[0].texts] == ["↑ 90 % in this bin"]
    assert figure.axes[0].get_ylim()[1] < numbers["density"].max() / 10


def equal_weights(kind: str, value: float, count: int = 64, bins: int = 1) -> pd.DataFrame:
    rows = {"seed": 0, "kind": f"weights {kind}", "layer": "dense1", "low": [value] * bins, "high": [value] * bins}
    return pd.DataFrame({**rows, "count": [0] * (bins - 1) + [count]})


@pytest.mark.parametrize("bins", [1, 50])
@pytest.mark.parametrize("after", [0.0, 0.1, 0.10001, -3e25])
def test_weights_that_are_all_equal_are_lines_with_their_values(after: float, bins: int) -> None:
    rows = pd.concat([equal_weights("initial", 0.1, bins=bins), equal_weights("final", after, bins=bins)])
    figure, numbers = draw_weights(rows, CAPTION)
    (axes,) = figure.axes
    assert numbers["count"].sum() == 128 and numbers["density"].isna().all()
    assert axes.get_title().splitlines() == ["dense1, n = 64", "before: all 0.1", f"after: all {after:.4g}"]
    assert [line.get_xdata()[0] for line in axes.lines] == [after, 0.1]
    low, high = axes.get_xlim()
    assert low < min(after, 0.1) <= max(after, 0.1) < high
    assert not len(axes.get_yticks())  # a line has no density


def test_values_that_are_not_finite_are_counted(tables: InventedTables) -> None:
    rows = tables.histograms(("dense1",))
    lost = pd.DataFrame({"seed": 0, "kind": "weights final", "layer": "dense1", "count": [7]})
    figure, numbers = draw_weights(pd.concat([rows, lost], ignore_index=True), CAPTION)
    assert figure.axes[0].get_title().splitlines()[1:] == ["after: 7 not finite, left out"]
    assert numbers.loc[numbers["low"].isna(), "count"].tolist() == [7]
    only_lost = pd.concat([equal_weights("initial", 0.5), lost.assign(count=64)], ignore_index=True)
    figure, _ = draw_weights(only_lost, CAPTION)
    assert figure.axes[0].get_title().splitlines()[2:] == ["after: 64 not finite, left out"]


def test_boundary_shows_grid_and_samples_of_its_seed(tables: InventedTables) -> None:
    boundary, predictions = tables.boundary(), tables.predictions(features=("x1", "x2"))
    figure, numbers = draw_boundary(boundary, predictions, CAPTION)
    assert (numbers["part"] == "grid").sum() == len(boundary)
    shown = numbers[numbers["part"] != "grid"]
    own = predictions[predictions["seed"] == 0]
    assert shown[["x1", "x2", "target"]].to_numpy().tolist() == own[["x1", "x2", "target"]].to_numpy().tolist()
    entries = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert entries == [*CLASSES, "filled: training, validation", "open: test"]
    image = figure.axes[0].images[0].get_array()
    assert image.shape == (12, 15, 3)  # the second feature is upwards


def test_a_feature_with_one_value_is_said(tables: InventedTables) -> None:
    predictions = tables.predictions(features=("x1", "x2")).assign(x2=5.0)
    figure, _ = draw_boundary(tables.boundary(), predictions, CAPTION)
    assert "x2 is 5 in all samples" in texts(figure)
    figure, _ = draw_curve(tables.curve(), tables.numbers().assign(x=3.0), CAPTION)
    assert "x is 3 in all samples" in texts(figure)


def test_no_class_lies_on_top_of_all_others(tables: InventedTables) -> None:
    predictions = tables.predictions(features=("x1", "x2"))
    figure, _ = draw_boundary(tables.boundary(), predictions, CAPTION)
    layers = [drawn for drawn in figure.axes[0].collections if isinstance(drawn, PathCollection)]
    faces = [to_hex(layer.get_facecolors()[0]) for layer in layers]
    colours = [class_style(k)[0].lower() for k in range(3)]
    assert faces[:12] == 4 * colours  # of the training part: each class comes back again and again
    own = predictions[(predictions["seed"] == 0) & (predictions["part"] == "train")]
    shown = np.concatenate([layer.get_offsets() for layer in layers[:12]])
    assert sorted(shown.tolist()) == sorted(own[["x1", "x2"]].to_numpy().tolist())
    assert len({layer.get_paths()[0].vertices.tobytes() for layer in layers[:12]}) == 3  # a marker for each class
    for layer in layers[:12]:  # every point has an edge that a grey printer shows
        assert (grey(layer.get_edgecolors()) < 0.6 * grey(layer.get_facecolors())).all()


def grey(colours: np.ndarray) -> np.ndarray:
    return colours[:, :3] @ [0.299, 0.587, 0.114]


def test_hidden_space_shows_inputs_and_hidden_units(tables: InventedTables) -> None:
    hidden, boundary = tables.hidden_space(), tables.boundary()
    predictions = tables.predictions(features=("x1", "x2"))
    figure, numbers = draw_hidden_space(hidden, boundary, predictions, CAPTION)
    assert [axes.get_title() for axes in figure.axes] == ["inputs", "last hidden layer"]
    assert numbers.groupby("plane")["part"].value_counts()["hidden units"].to_dict() == (
        hidden["part"].value_counts().to_dict()
    )
    samples = hidden[hidden["part"] != "grid"]
    shown = numbers[(numbers["plane"] == "hidden units") & (numbers["part"] != "grid")]
    assert shown[["x", "y"]].to_numpy().tolist() == samples[["unit_1", "unit_2"]].to_numpy().tolist()
    assert "test accuracy" in texts(figure) and "lie on each other" not in texts(figure)


def test_hidden_space_of_inputs_that_are_no_plane(tables: InventedTables) -> None:
    hidden = tables.hidden_space()
    hidden.loc[hidden["part"] != "grid", ["unit_1", "unit_2"]] = 1.0
    figure, numbers = draw_hidden_space(hidden, None, None, CAPTION)
    assert len(figure.axes) == 1 and set(numbers["plane"]) == {"hidden units"}
    assert "many of the 45 samples lie on each other: 1 place can be told apart" in texts(figure)


def test_planes_of_a_diverged_seed_say_so(tables: InventedTables) -> None:
    lost, said = replace(CAPTION, diverged=frozenset({0})), "seed 0, which diverged: its last finite weights; region"
    for caption, there in ((lost, True), (CAPTION, False)):
        hidden, _ = draw_hidden_space(tables.hidden_space(), tables.boundary(), None, caption)
        boundary, _ = draw_boundary(tables.boundary(), None, caption)
        assert (said in texts(hidden)) == (said in texts(boundary)) == there


def test_hidden_space_without_samples(tables: InventedTables) -> None:
    hidden = tables.hidden_space()
    figure, numbers = draw_hidden_space(hidden[hidden["part"] == "grid"], None, None, CAPTION)
    assert set(numbers["part"]) == {"grid"} and "lie on each other" not in texts(figure)


def test_names_and_numbers_of_histograms_have_room(tables: InventedTables) -> None:
    rows = tables.histograms([f"dense{place}_relu" for place in range(8, 15)]).assign(count=50)
    rows[["low", "high"]] *= 17_000
    figure, _ = draw_activations(rows, CAPTION)
    assert not leaves_the_page(figure)
    assert [axes.get_title() for axes in figure.axes][:3] == [f"dense{place}_relu\nn = 2,500" for place in (8, 9, 10)]
    titles = [axes.title.get_window_extent() for axes in figure.axes]
    assert not any(one.overlaps(other) for place, one in enumerate(titles) for other in titles[:place])
    for axes in figure.axes:
        ticks = [tick.get_window_extent() for tick in axes.get_xticklabels()]
        assert all(left.x1 + 4 < right.x0 for left, right in pairwise(ticks))


def test_a_mean_of_curves_has_no_diverged_seed(tables: InventedTables) -> None:
    curve = tables.curve()
    figure, numbers = draw_curve(curve, tables.numbers(), RunCaption(diverged=frozenset({0, 1, 2})))
    assert "all 3 seeds diverged; a line per seed" in texts(figure) and "mean" not in set(numbers["what"])
    alone = curve[curve["seed"] == 0]
    figure, numbers = draw_curve(alone, None, RunCaption(diverged=frozenset({0})))
    assert "one seed, diverged" in texts(figure) and (numbers["what"] == "network").sum() == len(alone)
    assert [len(artist.get_segments()) for artist in figure.axes[0].collections] == [1]


def test_predictions_of_seeds_that_all_diverged_say_so(tables: InventedTables) -> None:
    caption = RunCaption(diverged=frozenset({0, 1, 2}))
    for drawing in (draw_confusion(tables.predictions(), caption), draw_predicted_true(tables.numbers(), caption)):
        assert texts(drawing.figure).count("diverged") == 1
        assert "all 3 seeds diverged" in texts(drawing.figure)


def test_hidden_units_that_give_no_number_are_counted(tables: InventedTables) -> None:
    hidden = tables.hidden_space()
    hidden.loc[:2, "unit_1"] = np.inf
    figure, numbers = draw_hidden_space(hidden, None, None, CAPTION)
    assert "3 samples are left out: what the units give for them is not finite" in texts(figure)
    assert (numbers["part"] != "grid").sum() == 42
    hidden.loc[hidden["part"] == "test", "unit_2"] = -np.inf  # the accuracy is that of all samples, as elsewhere
    figure, _ = draw_hidden_space(hidden, None, None, CAPTION)
    assert accuracy_text(hidden[hidden["part"] == "test"]) in texts(figure)
    assert draw_hidden_space(hidden[hidden["part"] != "grid"], None, None, CAPTION) is None


def test_one_sample_has_no_r2(tables: InventedTables) -> None:
    rows = tables.numbers()
    one = rows[(rows["part"] == "train") | (rows.groupby(["seed", "part"]).cumcount() == 0)]
    figure, _ = draw_predicted_true(one, RunCaption())
    assert "test none" in texts(figure)


def test_boundary_without_samples(tables: InventedTables) -> None:
    for predictions in (None, tables.predictions()):  # the second without the features
        _, numbers = draw_boundary(tables.boundary(), predictions, CAPTION)
        assert set(numbers["part"]) == {"grid"}


def test_curve_shows_seeds_mean_truth_and_samples(tables: InventedTables) -> None:
    curve, predictions = tables.curve(), tables.numbers()
    figure, numbers = draw_curve(curve, predictions, RunCaption(target="y"))
    by_what = dict(list(numbers.groupby("what")))
    x = by_what["mean"]["x"].to_numpy()
    assert by_what["mean"]["y"].to_numpy() == pytest.approx(np.sin(x) + 0.1)  # seeds 0, 1, 2 lie 0, 0.1, 0.2 above
    assert by_what["true function"]["y"].to_numpy() == pytest.approx(np.sin(x))
    assert len(by_what["network"]) == len(curve)
    assert len(by_what["train sample"]) == 20
    assert len(by_what["test sample"]) == 15
    assert figure.axes[0].get_xlabel() == "x"
    assert figure.axes[0].get_ylabel() == "y"
    assert "mean of n = 3 seeds" in texts(figure)


@pytest.mark.parametrize(("factor", "offset"), [(1e30, 0.0), (1.0, 1e9), (1.0, 0.0)])
def test_no_legend_lies_on_the_factor_of_an_axis(factor: float, offset: float, tables: InventedTables) -> None:
    predictions, curve = tables.numbers(), tables.curve().drop(columns="truth")
    for table, columns in ((predictions, ["target", "predicted"]), (curve, ["predicted"])):
        table[columns] = factor * table[columns] + offset
    drawing = draw_curve(curve, predictions, RunCaption(target="y"))
    rendered(drawing, ["png"])
    (axes,) = drawing.figure.axes
    written = axes.yaxis.get_offset_text()
    assert bool(written.get_text()) == (factor > 1 or offset > 0)
    if written.get_text():
        assert not axes.get_legend().get_window_extent().overlaps(written.get_window_extent())


def test_where_each_seed_has_its_own_data_notes_say_whose_are_shown(tables: InventedTables) -> None:
    rows = tables.numbers()
    for new_data, samples, split in (
        (False, "samples as split by seed 0", "split"),
        (True, "samples of seed 0", "data"),
    ):
        caption = RunCaption(new_data=new_data)
        figure, _ = draw_curve(tables.curve(), rows, caption)
        assert samples in texts(figure)
        figure, _ = draw_predicted_true(rows, caption)
        assert f"each with its own {split}" in texts(figure) or not new_data


def test_a_wild_curve_does_not_flatten_the_others(tables: InventedTables) -> None:
    curve = tables.curve()
    curve.loc[curve["seed"] == 2, "predicted"] = 1e30
    figure, numbers = draw_curve(curve, tables.numbers(), RunCaption(diverged=frozenset({2})))
    mean = numbers[numbers["what"] == "mean"]
    assert mean["y"].to_numpy() == pytest.approx(np.sin(mean["x"].to_numpy()) + 0.05)
    assert figure.axes[0].get_ylim()[1] < 3
    assert "1 diverged, not in the mean" in texts(figure)
    figure, _ = draw_curve(curve, tables.numbers(), RunCaption())
    assert "the mean lies outside" in texts(figure)


def test_r2_equals_scikit_learn(tables: InventedTables) -> None:
    rows = tables.numbers()
    target, predicted = rows["target"].to_numpy(), rows["predicted"].to_numpy()
    assert r2(target, predicted) == pytest.approx(r2_score(target, predicted))
    assert math.isnan(r2(np.ones(3), np.zeros(3)))


def test_predicted_against_true(tables: InventedTables) -> None:
    predictions = tables.numbers()
    figure, numbers = draw_predicted_true(predictions, RunCaption(target="y"))
    assert len(numbers) == len(predictions)
    test = predictions[predictions["part"] == "test"]
    scores = [r2_score(own["target"], own["predicted"]) for _, own in test.groupby("seed")]
    assert f"test {np.mean(scores):.4f} ({mean_interval(scores).low:.4f} to" in texts(figure)
    assert "n = 3 seeds" in texts(figure)
    assert "20 training, 10 validation, 15 test samples" in texts(figure)


def test_predictions_far_outside_are_counted(tables: InventedTables) -> None:
    predictions = tables.numbers()
    predictions.loc[:4, "predicted"] = 1e6
    predictions.loc[5, "predicted"] = np.inf
    figure, numbers = draw_predicted_true(predictions, RunCaption())
    assert "5 of 134 points lie outside" in texts(figure)
    assert "1 predictions are not finite and left out" in texts(figure)
    assert len(numbers) == 134
    assert figure.axes[0].get_ylim()[1] < 4


def test_a_thinned_scatter_shows_rows_of_the_table() -> None:
    rows = pd.DataFrame({"seed": 0, "part": "test", "index": range(9000), "target": np.linspace(0, 1, 9000)})
    _, numbers = draw_predicted_true(rows.assign(predicted=rows["target"]), RunCaption())
    assert len(numbers) == numbers["index"].nunique() == 4000


def test_misclassified_images_are_shown_once(tables: InventedTables) -> None:
    misclassified = pd.concat([tables.misclassified(7), tables.misclassified(7).assign(seed=1, probability=0.5)])
    figure, numbers = draw_misclassified(misclassified, tables.predictions(), CAPTION, {})
    assert numbers["index"].tolist() == list(range(7))
    assert set(numbers["target"]) == {"setosa"}
    assert set(numbers["predicted"]) == {"versicolor"}
    assert len(figure.axes) == 7
    assert figure.axes[0].get_xlabel() == "setosa\n→ versicolor (99 %)"
    expected = misclassified.iloc[0][[f"p{i}" for i in range(64)]].to_numpy(dtype=float).reshape(8, 8)
    assert figure.axes[0].images[0].get_array().tolist() == expected.tolist()
    mistakes = (tables.predictions().query("part == 'test'").eval("target != predicted")).sum()
    assert "in 45 predictions on the test part by 3 seeds" in texts(figure)
    assert mistakes > 0


@pytest.mark.parametrize("number", [1, 5, 7])
def test_long_names_below_misclassified_images_are_within_the_figure(tables: InventedTables, number: int) -> None:
    names = ("yellow-bellied sapsucker", "long-billed curlew", "rose-breasted grosbeak")
    drawing = draw_misclassified(
        tables.misclassified(number), tables.predictions(), replace(CAPTION, class_names=names), {}
    )
    assert drawing is not None
    figure = drawing.figure
    figure.draw_without_rendering()
    boxes = [axes.xaxis.label.get_window_extent() for axes in figure.axes]
    assert min(box.y0 for box in boxes) >= 0 and min(box.x0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= figure.bbox.x1


@pytest.mark.parametrize("number", [1, 3, 7, 25])
def test_captions_of_misclassified_images_are_inside_the_figure(tables: InventedTables, number: int) -> None:
    figure, _ = draw_misclassified(tables.misclassified(number), tables.predictions(), CAPTION, {})
    figure.draw_without_rendering()
    for axes in figure.axes:
        caption = axes.xaxis.label.get_window_extent()
        assert "\n" in axes.get_xlabel() and figure.bbox.y0 <= caption.y0 < caption.y1 <= axes.bbox.y0


def test_filters_of_a_convolution() -> None:
    weights = np.random.default_rng(0).normal(size=(6, 1, 5, 5))
    figure, numbers = draw_filters(weights, 0, RunCaption(input_shape=(1, 28, 28)))
    assert numbers["weight"].to_numpy() == pytest.approx(weights.ravel())
    assert "all 6 units" in texts(figure)


def test_filters_of_a_dense_layer_on_images() -> None:
    weights = np.random.default_rng(0).normal(size=(64, 40))
    figure, numbers = draw_filters(weights, 3, RunCaption(input_shape=(1, 8, 8)))
    third = numbers[numbers["unit"] == 2]["weight"].to_numpy()
    assert third == pytest.approx(weights[:, 2])  # row by row, as an image is flattened
    assert "seed 3: the first 32 of 40 units" in texts(figure)


def test_weights_that_are_no_image_are_not_drawn() -> None:
    assert draw_filters(np.zeros((4, 16)), 0, RunCaption(input_shape=(4,))) is None
    assert draw_filters(np.full((6, 1, 5, 5), np.nan), 0, RunCaption(input_shape=(1, 28, 28))) is None


@pytest.mark.parametrize("num_seeds", [1, 3])
def test_figures_of_seeds_that_all_diverged_say_so_and_have_no_interval(tables: InventedTables, num_seeds: int) -> None:
    classes, numbers = (table[table["seed"] < num_seeds] for table in (tables.predictions(), tables.numbers()))
    caption = RunCaption(diverged=frozenset(range(num_seeds)))
    for figure, _ in (draw_confusion(classes, caption), draw_predicted_true(numbers, caption)):
        assert ("all 3 seeds diverged" if num_seeds > 1 else "the seed diverged") in texts(figure)
        assert not {"interval", "accuracy", "R²"} & set(texts(figure).replace(":", "").split())
