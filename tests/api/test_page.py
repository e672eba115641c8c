"""What a notebook shows of a result: an answer, a table, a picture; light and dark; nothing reaches out of it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from making.results_builder import BATCH, LR, build_run, build_sweep
from mlpexp.api.page import html_table, style
from mlpexp.api.result import Result
from mlpexp.report.tables.text_table import TextTable

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOST_BYTES = 200_000
THEMES = {
    "light": '<body data-jp-theme-light="true">',
    "dark": '<body data-jp-theme-light="false">',
    "dark in VS Code": '<body class="vscode-dark">',
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    run = Result(build_run(folder / "run").path)
    sweep = Result(build_sweep(folder / "sweep", {LR: ["0.01", "0.1"], BATCH: ["8", "16"]}, seeds=3, epochs=6).path)
    return run._repr_html_() + sweep._repr_html_()


def test_it_is_small_and_has_no_script(page: str) -> None:
    first, second = page.split('<div class="mlpexp-result">')[1:]
    assert max(len(first), len(second)) < MOST_BYTES
    assert "<script" not in page
    assert not re.search(r"\son\w+=|javascript:|https?://", page)


def test_every_rule_is_for_what_is_within() -> None:
    for selectors in re.findall(r"([^{}]+){[^{}]*}", style()):
        assert all(".mlpexp-result" in selector for selector in selectors.split(",")), selectors


def test_names_are_escaped() -> None:
    table = TextTable(["<i>", "n"], [["<b>&amp;", "1"]], frozenset(["n"]), title='<u title="x">')
    assert not re.search("<[biu][ >]|&amp;b", html_table(table))


def test_a_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    values = [f"0.{number:02}" for number in range(1, 21)]
    html = Result(build_sweep(tmp_path, {LR: values}, seeds=2, epochs=2).path)._repr_html_()
    assert html.count("<tr>") == 13
    assert "and 8 more rows; .comparison has all" in html


@pytest.fixture
def opened(browser: "Browser", page: str, tmp_path: Path):
    """Opens the page in a theme, beside other content."""

    def visit(theme: str, scheme: str = "light") -> "Page":
        path = tmp_path / "notebook.html"
        around = f'<!DOCTYPE html><meta charset="utf-8">{THEMES.get(theme, "<body>")}<p id="out">out</p>'
        text = f'{around}{page}<table id="t"><tr><td>1</table>'
        path.write_text(text, encoding="utf-8")
        context = browser.new_context(color_scheme=scheme, viewport={"width": 900, "height": 900})
        visited = context.new_page()
        visited.goto(path.as_uri())
        return visited

    return visit


def lightness(page: "Page", selector: str) -> float:
    """Of the letters of an element, 0 to 255."""
    colour = page.eval_on_selector(selector, "element => getComputedStyle(element).color")
    return float(np.mean([int(number) for number in re.findall(r"\d+", colour)[:3]]))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_of_the_notebook_comes_before_that_of_the_system(opened, scheme: str) -> None:
    for theme in THEMES:
        page = opened(theme, scheme)
        assert (lightness(page, ".mlpexp-result td") > 128) == theme.startswith("dark")
        inverted = page.eval_on_selector(".mlpexp-result img", "element => getComputedStyle(element).filter")
        assert ("invert" in inverted) == theme.startswith("dark")
    page = opened("none", scheme)
    assert (lightness(page, ".mlpexp-result .answer") > 128) == (scheme == "dark")


@pytest.mark.slow
def test_nothing_outside_is_styled_and_all_is_named(opened) -> None:
    page = opened("dark")
    for selector in ("#out", "#t td"):
        assert lightness(page, selector) == 0
    assert page.eval_on_selector("#t", "element => getComputedStyle(element).borderCollapse") == "separate"
    for image in page.query_selector_all("img"):
        assert len(image.get_attribute("alt")) > 20
        assert image.evaluate("element => element.complete && element.naturalWidth > 300")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tables = page.query_selector_all(".mlpexp-result table")
    assert len(tables) == 2
    for table in tables:
        assert table.query_selector("caption").inner_text()
        assert table.query_selector('th[scope="col"]')
        assert table.query_selector('th[scope="row"]')
