"""The figures of a report in a browser: what is said under the pointer is what the files say; lines, axes, zoom."""

import re
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import numpy as np
import pytest

from making.browsing import RUN, SWEEP, Call, Visit
from making.trained_results import Make
from mlpexp.statistics.intervals import mean_interval

if TYPE_CHECKING:
    from playwright.sync_api import Locator

SUMS = """\
name: sums
dataset: {name: csv, path: sums.csv, target: sum, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [4], activation: relu}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 16, epochs: 4}
"""
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lazy_disk")]
# Moves over all of a figure, three pixels at a time.
EVERYWHERE = """figure => {
  const svg = figure.querySelector("svg"), box = svg.getBoundingClientRect(), said = new Set();
  for (let x = 1; x < box.width; x += 3) for (let y = 1; y < box.height; y += 3) {
    svg.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + x, clientY: box.top + y }));
    const tip = figure.querySelector(".tip");
    if (!tip.hidden) said.add(tip.textContent);
  }
  return [...said];
}"""
CURVE = re.compile(
    r"(?P<part>training|test), (seed (?P<seed>\d)|mean of 3 seeds): epoch (?P<epoch>\d+), \D+\(.*\) (?P<value>[\d.]+)"
)
MEAN = r"test accuracy \(%\) (?P<mean>[\d.]+), (95 % interval (?P<low>[\d.]+) to (?P<high>[\d.]+)|all equal), mean of 3 seeds"


def said(figure: "Locator") -> set[str]:
    figure.scroll_into_view_if_needed()
    return set(figure.evaluate(EVERYWHERE))


@pytest.mark.parametrize(("score", "scale", "near"), [("loss", 1, 2e-4), ("accuracy", 100, 2e-2)])
def test_what_a_curve_says_is_in_metrics_csv(
    opened: Visit, trained: Make, score: str, scale: float, near: float
) -> None:
    rows = trained(RUN).metrics
    words = said(opened(RUN).locator(f"#curves-{score}"))
    lines = set()
    for text in words:
        found = CURVE.fullmatch(text)
        assert found, text
        part = {"training": "train", "test": "test"}[found["part"]]
        seeds = (int(found["seed"]),) if found["seed"] else (0, 1, 2)
        values = [
            row[f"{part}_{score}"] for row in rows if row["seed"] in seeds and row["epoch"] == int(found["epoch"])
        ]
        assert len(values) == len(seeds)
        assert float(found["value"]) == pytest.approx(scale * mean(values), abs=near)
        lines.add((part, found["seed"]))
    assert lines == {(part, seed) for part in ("train", "test") for seed in (None, "0", "1", "2")}


def test_the_tip_is_seen_at_the_mouse(opened: Visit) -> None:
    page = opened(RUN, viewport={"width": 360, "height": 700})
    figure = page.locator("#curves-loss")
    figure.scroll_into_view_if_needed()
    assert figure.locator(".drawing").evaluate("it => it.scrollWidth > it.clientWidth")  # letters keep their size
    figure.locator(".drawing").evaluate("it => { it.scrollLeft = it.scrollWidth; }")
    box, tip = figure.locator("svg").bounding_box(), figure.locator(".tip")
    assert box is not None
    for step in range(30):
        page.mouse.move(box["x"] + 0.95 * box["width"], box["y"] + box["height"] * step / 30)
        if tip.is_visible():
            break
    assert CURVE.fullmatch(tip.inner_text())
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize(
    ("name", "begin"),
    [
        ("effects-effect_learning_rate", r"learning rate (?P<rate>\S+), hidden units (?P<size>\d): "),
        ("effects-heat_map", r"hidden units (?P<size>\d), learning rate (?P<rate>\S+): "),
        ("effects-arms", r"(?P<rate>\S+), (?P<size>\d): "),
    ],
)
def test_a_mean_says_which_arm_and_its_interval(opened: Visit, trained: Make, name: str, begin: str) -> None:
    arms: dict[tuple[float, int], list[float]] = {}
    for row in trained(SWEEP).trials:
        arms.setdefault((row["optimizer.learning_rate"], row["model.hidden_sizes"]), []).append(
            row["best_test_accuracy"]
        )
    words = {text for text in said(opened(SWEEP).locator(f"#{name}")) if ", seed " not in text}
    told = set()
    for text in words:
        found = re.fullmatch(begin + MEAN, text)
        assert found, text
        arm = float(found["rate"]), int(found["size"])
        told.add(arm)
        interval = mean_interval(np.array(arms[arm])).within(0, 1)
        assert float(found["mean"]) == pytest.approx(100 * interval.mean, abs=0.006)
        if found["low"]:
            assert float(found["low"]) == pytest.approx(100 * interval.low, abs=0.006)
            assert float(found["high"]) == pytest.approx(100 * interval.high, abs=0.006)
    assert told == set(arms)


def test_a_cell_says_both_classes_and_their_count(opened: Visit, trained: Make) -> None:
    rows = [row for row in trained(RUN).evaluation("predictions") if row["part"] == "test"]
    counts = Counter((row["target"] + 1, row["predicted"] + 1) for row in rows)
    words = said(opened(RUN).locator("#predictions-confusion_matrix"))
    cells = [re.fullmatch(r"true arm (\d), predicted arm (\d): (\d+) \([\d.]+ % of the true class\)", w) for w in words]
    assert {(int(c[1]), int(c[2])): int(c[3]) for c in cells if c} == dict(counts)
    assert len(cells) == 4


def test_lines_that_are_off_say_nothing(opened: Visit) -> None:
    figure = opened(RUN).locator("#curves-loss")
    paths = figure.locator("svg [data-plot] path:not([display])")
    before = paths.count()
    off = [figure.get_by_label(name, exact=True) for name in ("training", "seed 0 alone")]
    for line in filter(lambda line: line.count(), off):  # one seed alone where a mean hides it
        line.press("Space")
    assert paths.count() < before
    assert {text.split(",")[0] for text in said(figure)} == {"test"}
    for line in filter(lambda line: line.count(), off):
        line.press("Space")
    assert paths.count() == before


def test_whole_brings_back_the_figure_as_it_was(opened: Visit) -> None:
    figure = opened(RUN).locator("#curves-loss")
    svg, words = figure.locator("svg"), figure.locator("svg [data-axis] text")
    before = svg.inner_html()
    values = said(figure)
    figure.get_by_label("logarithmic").check()
    assert svg.inner_html() != before
    assert said(figure) <= values
    figure.get_by_role("button", name="Zoom in").click()
    assert {"epoch", "cross-entropy (nats)", "3"} <= set(words.all_text_contents())
    assert "0" not in words.all_text_contents()
    assert figure.locator("svg [data-axis] path").count() >= 6
    assert {text.partition("epoch ")[2].partition(",")[0] for text in said(figure)} <= {"2", "3", "4"}
    figure.get_by_label("logarithmic").uncheck()
    figure.get_by_role("button", name="Whole").click()
    assert svg.inner_html() == before


BAND = "svg [data-plot] path[fill-opacity]"


def test_bands_stay_around_their_means_on_a_logarithmic_axis(opened: Visit) -> None:
    figure = opened(SWEEP).locator("#curves-curves_hidden_sizes")
    assert figure.locator("figcaption").inner_text().startswith("Test accuracy and training loss over the epochs")
    box = "all => all.map(each => { const { y, height } = each.getBoundingClientRect(); return [y, y + height]; })"
    before = figure.locator(BAND).evaluate_all(box)
    assert len(before) == 12  # of two values, in two panels for each of three settings
    figure.get_by_label("vertical axis logarithmic").check()
    after = figure.locator(BAND).evaluate_all(box)
    assert after != before
    assert "NaN" not in figure.inner_html()
    lines = figure.locator("svg [data-mark] path").evaluate_all(box)
    for top, bottom in after:  # around some mean
        assert any(top < high and low < bottom for low, high in lines)


def test_no_axis_is_logarithmic_where_both_measure_the_same(
    visited: Visit, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    lines = [f"{i % 7},{i % 5},{10 + 3 * (i % 7) + i % 5}" for i in range(60)]
    (tmp_path / "sums.csv").write_text("a,b,sum\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert mlpexp("report", trained(SUMS).folder.path, "-o", tmp_path / "page.html").code == 0
    page = visited(tmp_path / "page.html", viewport={"width": 1280, "height": 900})
    assert page.locator("#predictions-predicted_true").get_by_role("button", name="Zoom in").count() == 1
    assert page.locator("#predictions-predicted_true").get_by_label("logarithmic").count() == 0
    wide = "all => all.filter(each => each.scrollWidth > each.clientWidth).length"
    assert page.locator("#asked .scroll").evaluate_all(wide) == 0
    live = page.locator(".live")
    chosen = re.fullmatch(
        r"sample (\d+) \(true: ([\d.]+)\)",
        live.locator(".sample option:checked").inner_text() + " " + live.locator(".true").inner_text(),
    )
    assert chosen
    assert lines[int(chosen[1])].split(",")[2] == chosen[2]
    live.get_by_label("a", exact=True).fill("6")
    assert live.locator(".true").inner_text() == ""
    assert not live.locator(".far").is_visible()
    live.get_by_label("a", exact=True).fill("9000")
    assert live.locator(".far").is_visible()
    assert re.fullmatch(r"sum: [\d.]+", live.locator(".answer").inner_text())
