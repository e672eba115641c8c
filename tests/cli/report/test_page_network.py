"""The trained network in a report: it follows a point, the epochs, a drawing."""

import re

import pytest

from making.browsing import DIGITS, RUN, Visit

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lazy_disk")]


def test_the_network_follows_point_and_epochs(opened: Visit) -> None:
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
    live.get_by_role("button", name="Clear").click()
    paper.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight"):
        for _ in range(4):
            page.keyboard.press(f"Shift+{key}")
    assert live.locator(".classes span").all_inner_texts() != by_mouse
