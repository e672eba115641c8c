"""A report in a browser: no error, no request, complete without scripts, in the dark, on paper, on a phone."""

import pytest

from making.browsing import DIGITS, RUN, SWEEP, Visit

WIDTHS = (360, 800, 1400)
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("lazy_disk")]


@pytest.mark.parametrize("config", [RUN, SWEEP, DIGITS], ids=["run", "sweep", "pictures"])
def test_no_page_is_wider_than_its_window(opened: Visit, config: str) -> None:
    page = opened(config)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_is_there_without_scripts(opened: Visit) -> None:
    page = opened(SWEEP, java_script_enabled=False)
    assert page.locator("#comparison-arms tbody tr").count() == 6
    assert page.locator("figure svg").count() >= 4
    assert page.locator("button").count() == 0
    assert page.locator("noscript p").inner_text().startswith("The page computes with the network itself")


@pytest.mark.parametrize(
    ("config", "colours"),
    [
        pytest.param(SWEEP, "light", id="sweep"),
        pytest.param(SWEEP, "dark", id="dark sweep", marks=pytest.mark.slow),
        pytest.param(RUN, "light", id="run", marks=pytest.mark.slow),
        pytest.param(DIGITS, "dark", id="dark pictures", marks=pytest.mark.slow),
    ],
)
def test_the_rules_of_axe(opened: Visit, config: str, colours: str) -> None:
    axe = pytest.importorskip("axe_core_python.sync_playwright", reason="needs axe-core-python")
    page = opened(config, color_scheme=colours, bypass_csp=True)
    found = axe.Axe().run(page)["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found] == []


def test_colours_that_are_values_are_not_turned_in_the_dark(opened: Visit) -> None:
    said = "each => [each.id, getComputedStyle(each.querySelector('svg')).filter.split('(')[0]]"
    page = opened(SWEEP, color_scheme="dark")
    filters = dict(page.locator("figure.figure").evaluate_all(f"all => all.map({said})"))
    kept = {"effects-heat_map", "predictions-confusion_matrices"}
    assert {name for name, value in filters.items() if value == "none"} == kept
    assert filters["effects-effect_learning_rate"] == "invert"


def test_paper_has_nothing_to_press(opened: Visit) -> None:
    page = opened(RUN)
    page.emulate_media(media="print")
    shown = "all => all.filter(each => each.checkVisibility()).length"
    assert page.locator(":not(th) > button, input, select, nav, summary, canvas").evaluate_all(shown) == 0
    assert page.locator("#curves-loss svg").is_visible()
    assert not page.get_by_role("heading", name="Try the network").is_visible()
    breaks = page.locator("figure.figure").evaluate_all("all => all.map(each => getComputedStyle(each).breakInside)")
    assert set(breaks) == {"avoid"}


def test_the_chinese_paragraph_says_its_language(opened: Visit) -> None:
    page = opened(RUN)
    assert page.locator("html").get_attribute("lang") == "en"
    assert "训练" in page.locator("[lang=zh]").inner_text()
    outside = (
        "page => [...page.querySelectorAll('p, li, h2')].filter(each => /\\p{Script=Han}/u.test(each.textContent))"
    )
    assert page.locator("main").evaluate(f"page => ({outside})(page).every(each => each.closest('[lang=zh]'))")
