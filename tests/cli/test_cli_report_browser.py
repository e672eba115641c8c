"""A report in a browser: no error, no request, complete without scripts, by mouse and keyboard."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from making.command_line import Answer
from making.trained_results import Make

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUN = """\
name: spirals
dataset: {name: synthetic, kind: spirals, samples: 120, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 6}
seeds: 3
keep: {history: 3}
"""
SWEEP = """\
name: rates
dataset: {name: iris, test_fraction: 0.3, validation_fraction: 0.2}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 6}
sweep: {over: {learning_rate: [0.0001, 0.005, 0.05], hidden_size: [2, 6]}, seeds: 3}
"""
DIGITS = """\
name: figures
dataset: {name: digits, test_fraction: 0.3}
model: {name: cnn, layers: [{layer: conv, channels: 4, kernel_size: 3}, {layer: dense, units: 16}]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 3}
"""
WIDTHS = (360, 800, 1400)
Call = Callable[..., Answer]
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lazy_disk")]


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("needs Chromium")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: "Browser", trained: Make, mlpexp: Call, tmp_path: Path) -> Iterator[Callable[..., "Page"]]:
    """Opens the report of a config; what the browser complains of, or asks for, fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_(config: str, **settings: Any) -> "Page":
        file = tmp_path / "page.html"
        answer = mlpexp("report", trained(config).folder.path, "-o", file)
        assert answer.code == 0, answer.err
        contexts.append(browser.new_context(**{"viewport": {"width": 1000, "height": 900}, **settings}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [text for text in complaints if not text.startswith("data:")] == []


def test_the_network_follows_point_and_epochs(opened: Callable[..., "Page"]) -> None:
    page = opened(RUN)
    live = page.locator(".live")
    assert re.fullmatch(r"checked: largest difference \de-\d on 16 samples", live.locator(".checked").inner_text())
    shares = live.locator(".classes span").all_inner_texts()
    live.locator(".plane").focus()
    before = live.get_by_label("x1").input_value()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    assert float(live.get_by_label("x1").input_value()) > float(before)
    moved = live.locator(".classes span").all_inner_texts()
    assert moved != shares
    live.get_by_role("slider").press("Home")
    assert "epoch 0" in live.locator(".bar").inner_text()
    assert live.locator(".classes span").all_inner_texts() != moved


def test_a_drawing_is_seen_by_the_network(opened: Callable[..., "Page"]) -> None:
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
    live.get_by_role("button", name="Clear").click()
    paper.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
        for _ in range(4):
            page.keyboard.press(f"Shift+{key}")
    assert live.locator(".classes span").all_inner_texts() != by_mouse
