"""The network in a report: it is tried by point, row, drawing and epoch, and computes what the program does."""

import csv
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from making.browsing import DIGITS, RUN, Call, Visit
from making.trained_results import Make

if TYPE_CHECKING:
    from playwright.sync_api import Locator

PRICES = """\
name: prices
dataset: {name: csv, path: prices.csv, target: {column: price, transform: log}, test_fraction: 0.3, missing_indicator: true,
  missing: {height: mean, colour: category, born: mean}, dates: {born: parts, sold: ordinal}}
model: {name: mlp, hidden_sizes: [4], activation: relu}
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 16, epochs: 4}
"""
GAPS = """\
name: gaps
dataset: {name: csv, path: gaps.csv, target: kind, test_fraction: 0.3, missing: {a: mean}}
model: {name: mlp, hidden_sizes: [4], activation: relu, output_activation: sigmoid}
loss: binary_cross_entropy
optimizer: {name: adam, learning_rate: 0.02}
training: {batch_size: 16, epochs: 4}
"""
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lazy_disk")]


def test_the_network_follows_point_and_epochs(opened: Visit) -> None:
    page = opened(RUN)
    live = page.locator(".live")
    assert re.fullmatch(
        r"checked: largest difference to PyTorch \de-\d on 16 samples", live.locator(".checked").inner_text()
    )
    shares = live.locator(".classes span").all_inner_texts()
    live.locator(".plane").focus()
    before = live.locator("input[name=x1]").input_value()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert float(live.locator("input[name=x1]").input_value()) > float(before)
    moved = live.locator(".classes span").all_inner_texts()
    assert moved != shares
    planes = [pixels(live, ".plane")]
    weights = pixels(live, ".weights")
    live.get_by_role("slider").press("Home")
    assert "epoch 0" in live.locator(".bar").inner_text()
    assert live.locator(".classes span").all_inner_texts() != moved
    assert pixels(live, ".weights") != weights
    for _ in range(2):
        planes.append(pixels(live, ".plane"))
        live.get_by_role("slider").press("ArrowRight")
    assert len(set(planes)) == 3
    live.get_by_role("slider").press("End")
    assert live.locator(".classes span").all_inner_texts() == moved


def pixels(live: "Locator", name: str) -> str:
    return live.locator(name).evaluate("canvas => canvas.toDataURL()")


def said(live: "Locator") -> str:
    return live.locator(".answer").inner_text()


def write_prices(folder: Path) -> None:
    lines = ["height,weight,colour,born,sold,smoker,price"]
    for i in range(60):
        height, colour = "" if i % 9 == 0 else 150 + 1.5 * (i % 31), "" if i % 7 == 0 else ("red", "<b>")[i % 2]
        born = "" if i % 11 == 0 else f"{1960 + i % 40}-{i % 12 + 1:02}-{i % 28 + 1:02}"
        sold, smoker = f"2020-{i % 5 + 1:02}-{i % 27 + 1:02}", ("yes", "no")[i % 3 == 0]
        lines.append(f"{height},{50 + i % 40},{colour},{born},{sold},{smoker},{100 + 7 * i}")
    (folder / "prices.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_changed_row_is_computed_as_the_program_does(
    visited: Visit, trained: Make, mlpexp: Call, tmp_path: Path
) -> None:
    write_prices(tmp_path)
    result, file = trained(PRICES).folder.path, tmp_path / "page.html"
    assert mlpexp("report", result, "-o", file).code == 0
    live = visited(file).locator(".live")
    field = partial(live.locator(".fields").get_by_label, exact=True)

    def agrees(row: str) -> None:
        (tmp_path / "row.csv").write_text(f"height,weight,colour,born,sold,smoker\n{row}\n", encoding="utf-8")
        answer = mlpexp("predict", result, "row.csv")
        assert answer.code == 0, answer.err
        (predicted,) = csv.DictReader(answer.out.splitlines())
        name, number = said(live).split(": ")
        assert name == "price"
        assert float(number) == pytest.approx(float(predicted["predicted"]), rel=6e-5)  # five digits are shown

    for name, value in {"height": "171.5", "weight": "66", "sold": "2020-03-09"}.items():
        field(name).fill(value)
    for name, value in {"year": "1990", "month": "7", "day": "23"}.items():
        field(f"born.{name}").fill(value)
    live.locator("select[name=colour]").select_option(label="<b>")
    live.locator("select[name=smoker]").select_option(label="yes")
    if field("born.weekday").count():
        field("born.weekday").fill("1")
    assert live.locator(".sample").input_value() == ""
    agrees("171.5,66,<b>,1990-07-23,2020-03-09,yes")
    field("height").fill("")
    agrees(",66,<b>,1990-07-23,2020-03-09,yes")
    live.locator("select[name=colour]").select_option(label="missing")
    agrees(",66,,1990-07-23,2020-03-09,yes")
    field("weight").fill("")
    assert said(live) == "nothing: weight is missing"
    field("weight").fill("70")
    field("born.month").fill("")
    assert said(live) == "nothing: born.month is missing"
    for part in live.locator(".fields input[name^='born.']").all():
        part.fill("")
    agrees(",70,,,2020-03-09,yes")


def test_two_columns_with_gaps_have_a_plane(opened: Visit, tmp_path: Path) -> None:
    lines = [f"{'' if i % 6 == 0 else i % 17},{i % 13},{'in' if i % 17 > i % 13 else 'out'}" for i in range(60)]
    (tmp_path / "gaps.csv").write_text("a,b,kind\n" + "\n".join(lines) + "\n", encoding="utf-8")
    live = opened(GAPS).locator(".live")
    assert re.match(r"b up, a across: .* of the test part", live.locator("div:has(> .plane)").inner_text())
    field = partial(live.get_by_label, exact=True)
    field("a").fill("")
    assert said(live) in ("in", "out")
    field("b").fill("")
    assert said(live) == "nothing: b is missing"
    assert set(live.locator(".classes li span:last-child").all_inner_texts()) == {""}
    live.locator(".plane").press("ArrowUp")
    assert said(live) in ("in", "out")
    assert field("a").input_value() != ""


DAMAGES = [
    (r'"outputs":\[0\.\d', '"outputs":[0.77', "this browser computes other numbers"),
    (r'"layers":', '"layers_":', "the page is damaged, or the browser too old"),
    (r'json">\{', 'json">{{', "the page is damaged, or the browser too old"),
]


def test_what_is_damaged_is_said_in_the_page(
    opened: Visit, visited: Visit, reports: dict[str, Path], tmp_path: Path
) -> None:
    opened(RUN)
    text, file = reports[RUN].read_text(encoding="utf-8"), tmp_path / "page.html"
    for pattern, wrong, sentence in DAMAGES:
        damaged = re.sub(pattern, wrong, text, count=1)
        assert damaged != text
        file.write_text(damaged, encoding="utf-8")
        page = visited(file)
        assert page.locator(".live div").inner_text() == f"The network is not shown: {sentence}."
        assert page.locator("#curves-loss .bar").count() > 0  # all else works


def test_a_drawing_is_seen_by_the_network(opened: Visit) -> None:
    page = opened(DIGITS)
    live, paper = page.locator(".live"), page.locator(".live .paper")
    before = live.locator(".classes span").all_inner_texts()
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 95, box["y"] + 160, steps=8)
    page.mouse.up()
    by_mouse = live.locator(".classes span").all_inner_texts()
    assert by_mouse != before
    assert live.locator(".sample").input_value() == ""
    seen = pixels(live, ".seen")
    live.get_by_role("button", name="Clear").click()
    paper.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
        for _ in range(4):
            page.keyboard.press(f"Shift+{key}")
    assert live.locator(".classes span").all_inner_texts() != by_mouse
    assert pixels(live, ".seen") != seen
