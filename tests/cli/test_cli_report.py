"""``mlpexp report`` from end to end: what the page holds and promises, where it goes, what is refused."""

import json
import re
from collections.abc import Callable
from itertools import pairwise, zip_longest
from pathlib import Path

import numpy as np
import pytest

from making.command_line import Answer
from making.html_pages import Page, hash_of
from making.page_networks import outputs_by_node
from making.trained_results import Make
from mlpexp.report.writers.html import LIVE_SCRIPTS, SCRIPTS

pytestmark = pytest.mark.usefixtures("lazy_disk")
RUN = """\
# Question: Does <b>it</b> learn?
name: flowers
description: 'A "question" <script>alert(1)</script> & more'
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [6], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 8}
seeds: 3
"""
SWEEP = RUN.replace("seeds: 3\n", "sweep: {over: {learning_rate: [0.0001, 0.05], hidden_size: [2, 6]}, seeds: 3}\n")
HOSTILE = "<script>alert('\u202e1')</script>"
TABLE = """\
dataset: {name: csv, path: odd.csv, target: kind}
model: {name: mlp, hidden_sizes: [3], activation: relu}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 8, epochs: 3}
"""
Call = Callable[..., Answer]


def page_of(answer: Answer) -> Page:
    assert answer.code == 0, answer.err
    return Page(Path(answer.out.strip().splitlines()[-1]).read_text(encoding="utf-8"))


@pytest.fixture
def run_page(trained: Make, mlpexp: Call, tmp_path: Path) -> Page:
    run = trained(RUN)
    return page_of(mlpexp("report", run.folder.path, "-o", tmp_path / "run.html"))


@pytest.fixture
def sweep_page(trained: Make, mlpexp: Call, tmp_path: Path) -> Page:
    sweep = trained(SWEEP)
    return page_of(mlpexp("report", sweep.folder.path, "-o", tmp_path / "sweep.html"))


def check(page: Page) -> None:
    """What every page promises."""
    assert page.unclosed == []
    assert len(page.ids) == len(set(page.ids))
    assert not [element for element in page.elements if "style" in element.attributes]
    assert not [name for element in page.elements for name in element.attributes if name.startswith("on")]
    (policy,) = [e.attributes["content"] for e in page.all("meta") if "http-equiv" in e.attributes]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    (style,) = page.all("style")
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == hash_of(style.text)
    scripts = [script for script in page.all("script") if "type" not in script.attributes]
    assert rules["script-src"].split() == [hash_of(script.text) for script in scripts]
    sizes = [len(script.text.encode()) for script in scripts]
    assert sum(sizes[: len(SCRIPTS)]) <= 20_000
    assert sum(sizes[len(SCRIPTS) :]) <= 10_000  # of the network
    assert len(sizes) == len(SCRIPTS) + len(LIVE_SCRIPTS) * bool(page.all("template"))
    assert "unsafe" not in policy
    outside = re.compile(r"^(https?:)?//")
    for element in page.elements:
        assert not [
            value for key, value in element.attributes.items() if key in ("src", "href") and outside.match(value)
        ]
        target = element.attributes.get("href", "") if element.tag in ("a", "use") else ""
        assert not target.startswith("#") or target[1:] in page.ids
        named = element.attributes.get("aria-labelledby", "").split()
        assert set(named) <= set(page.ids)
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.all("html")[0].attributes["lang"] == "en"
    assert [len(page.all(tag)) for tag in ("main", "header", "footer")] == [1, 1, 1]
    assert len(page.all("details")) == len(page.all("svg"))


def titles(page: Page) -> list[str]:
    return [element.text for element in page.all("h2")]


def test_the_page_of_a_run(run_page: Page) -> None:
    check(run_page)
    assert titles(run_page) == [
        "The question", "The answer", "What was asked", "Results", "Curves", "Predictions", "Try the network", "Diagnostics",
        "Parameters and formulas", "The data", "Methods, to be copied", "Environment", "Words",
    ]  # fmt: skip
    assert 'A "question" <script>alert(1)</script> & more' in run_page.words
    important = [element.text for element in run_page.all("p") if element.attributes.get("class") == "important"]
    assert re.search(
        r"^Test accuracy is 0\.\d{4} \(95 % interval .* to .*, n = 3 seeds\)\. This speaks of new seeds on",
        important[-1],
    )
    assert len(run_page.all("math")) >= 4
    assert "Why it learned or did not" in run_page.words


def test_the_page_of_a_sweep(sweep_page: Page) -> None:
    check(sweep_page)
    assert titles(sweep_page)[3:6] == ["The arms compared", "Curves", "Effects"]
    (table,) = [element for element in sweep_page.all("table") if element.attributes["id"] == "comparison-arms"]
    body = next(child for child in table.children if child.tag == "tbody")
    assert len(body.children) == 4
    means = [float(row.children[2].text) for row in body.children]
    assert means == sorted(means, reverse=True)
    assert "none of the 4 arms is chosen, for there is no validation part." in sweep_page.words
    assert "--arm" not in sweep_page.words


def test_only_keys_that_are_not_at_their_default_are_listed(run_page: Page) -> None:
    (table,) = [element for element in run_page.all("table") if element.attributes["id"] == "asked-differences"]
    body = next(child for child in table.children if child.tag == "tbody")
    cells = {row.children[0].text: [cell.text for cell in row.children[1:3]] for row in body.children}
    assert cells["training.batch_size"] == ["16", "32"]
    assert cells["training.epochs"] == ["8", "100"]
    assert cells["dataset.name"] == ["iris", "none: must be named"]
    assert cells["model.activation.name"] == ["tanh", "relu"]
    assert "training.precision" not in cells


def test_equal_bytes_and_a_size_that_mails(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    for text, most in ((RUN, 400_000), (SWEEP, 400_000)):
        path = trained(text).folder.path
        files = [tmp_path / name for name in ("one.html", "two.html")]
        for file in files:
            assert mlpexp("report", path, "-o", file).code == 0
        assert files[0].read_bytes() == files[1].read_bytes()
        assert files[0].stat().st_size < most
        for file in files:
            file.unlink()


def test_a_result_is_left_as_it_is_and_the_report_lies_beside_it(trained: Make, mlpexp: Call) -> None:
    path = trained(RUN).folder.path
    before = {each: each.read_bytes() for each in path.rglob("*") if each.is_file()}
    page = page_of(mlpexp("report", path))
    check(page)
    assert {each: each.read_bytes() for each in path.rglob("*") if each.is_file()} == before
    assert path.with_name(f"{path.name}-report.html").is_file()
    assert mlpexp("report", path).code == 0  # its own report is made again


def test_names_of_the_user_are_words(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    rows = [f"{i},{i % 7},{'a' if i % 2 else '=1+1'}{HOSTILE if i % 2 else ''}" for i in range(40)]
    (tmp_path / "odd.csv").write_text(f'"x""<i>",{HOSTILE},kind\n' + "\n".join(rows) + "\n", encoding="utf-8")
    run = trained(TABLE)
    page = page_of(mlpexp("report", run.folder.path, "-o", tmp_path / "odd.html"))
    check(page)
    assert "<script>alert('\\u202e1')</script>" in page.words
    assert not page.all("i")
    assert "\u202e" not in (tmp_path / "odd.html").read_text(encoding="utf-8")


def test_the_question_of_an_example_is_that_of_its_first_comment(mlpexp: Call) -> None:
    assert mlpexp("train", "iris/mlp", "--epochs", 2, "--seeds", 1, "-q").code == 0
    page = page_of(mlpexp("report", "last", "--no-explain"))
    assert "How well does a small network tell three species of iris apart" in page.words
    assert "Expected of the config as it was written: test accuracy" in page.words


def test_several_results_have_a_part_each(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    paths = [trained(text).folder.path for text in (RUN, SWEEP)]
    page = page_of(mlpexp("report", *paths, "--no-explain", "-o", tmp_path / "both.html"))
    check(page)
    assert (titles(page)[0], titles(page)[-1]) == ("Side by side", "Words")
    assert len(titles(page)) == 4
    assert [element.text for element in page.all("h3")].count("The answer") == 2
    assert "Why it learned or did not" not in page.words


def test_markdown_has_its_figures_beside_it(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    path = trained(RUN).folder.path
    file = tmp_path / "out" / "my run.md"
    assert mlpexp("report", path, "-o", file).code == 0
    text = file.read_text(encoding="utf-8")
    named = re.findall(r"\]\((\S+)\)", text)
    assert "my%20run-figures/loss.svg" in named
    assert all((file.parent / name.replace("%20", " ")).is_file() for name in named)
    assert r"\<script\>alert(1)\</script\>" in text
    assert "$$" in text
    first = {each: each.read_bytes() for each in file.parent.rglob("*") if each.is_file()}
    assert mlpexp("report", path, "-o", file).code == 0
    assert {each: each.read_bytes() for each in file.parent.rglob("*") if each.is_file()} == first


def test_a_folder_of_results_has_an_index(trained: Make, mlpexp: Call) -> None:
    paths = [trained(text).folder.path for text in (RUN, SWEEP)]
    folder = paths[0].parent
    assert mlpexp("report", paths[1], "--no-explain").code == 0
    page = page_of(mlpexp("report", folder))
    check(page)
    (table,) = page.all("table")
    assert table.attributes["class"] == "searched"
    links = [element.attributes["href"] for element in page.all("a") if not element.attributes["href"].startswith("#")]
    assert links == [f"{paths[1].name}-report.html"]
    assert mlpexp("report", folder).code == 0


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("report.doc", ".doc is not known"),
        ("report", "no ending is not known"),
        ("taken.html", "exists, and is no report of"),
        ("RESULT/report.html", "is a result, which is left as it is"),
        ("folder.html", "is a folder; name a file in it"),
        ("report.md", "report-figures exists, where the figures go"),
    ],
)
def test_what_is_no_place_is_refused(trained: Make, mlpexp: Call, tmp_path: Path, file: str, sentence: str) -> None:
    path = trained(RUN).folder.path
    (tmp_path / "taken.html").write_text("mine", encoding="utf-8")
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "report-figures").mkdir()
    before = sorted(tmp_path.rglob("*"))
    answer = mlpexp("report", path, "-o", path / "report.html" if "RESULT" in file else tmp_path / file)
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
    assert sorted(tmp_path.rglob("*")) == before


def test_the_report_of_another_result_is_not_written_over(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    first, second = (trained(text).folder.path for text in (RUN, SWEEP))
    assert mlpexp("report", first, "--no-explain", "-o", tmp_path / "r.html").code == 0
    answer = mlpexp("report", second, "--no-explain", "-o", tmp_path / "r.html")
    assert (answer.code, answer.out) == (2, "")
    assert "is no report of" in answer.err


def network_of(page: Page) -> dict:
    (data,) = [script for script in page.all("script") if script.attributes.get("type") == "application/json"]
    return json.loads(data.text)


def test_the_network_of_a_page_computes_what_its_samples_say(run_page: Page) -> None:
    told = network_of(run_page)
    assert len(told["samples"]) == 16
    raw = np.array([sample["inputs"] for sample in told["samples"]])
    wanted = np.array([sample["outputs"] for sample in told["samples"]])
    assert np.abs(outputs_by_node(told, raw) - wanted).max() < 1e-5
    fields = [field["label"] for column in told["widget"]["columns"] for field in column["inputs"]]
    assert fields[:2] == ["sepal length (cm)", "sepal width (cm)"]


def test_the_network_goes_through_the_epochs_that_were_kept(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(RUN + "keep: {history: 4}\n")
    page = page_of(mlpexp("report", run.folder.path, "-o", tmp_path / "run.html"))
    told = network_of(page)
    numbers = [int(each["words"].split(",")[0].removeprefix("epoch ")) for each in told["epochs"]]
    assert numbers == sorted({0, 3, 5, 8, numbers[told["used"]]})  # in order of time
    marked = [place for place, each in enumerate(told["epochs"]) if each["words"].endswith(", whose weights are used")]
    assert marked == [told["used"]]
    (slider,) = [element for element in page.elements if element.attributes.get("class") == "epochs"]
    assert slider.attributes["value"] == str(told["used"])
    raw = np.array([sample["inputs"] for sample in told["samples"]])
    first, last = (
        outputs_by_node(
            {
                **told,
                "layers": [layer | new for layer, new in zip_longest(told["layers"], each["layers"], fillvalue={})],
            },
            raw,
        )
        for each in (told["epochs"][0], told["epochs"][-1])
    )
    assert np.abs(first - last).max() > 0.1


def test_a_page_without_a_network_says_why(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    run = trained(RUN + "keep: {weights: none}\n")
    page = page_of(mlpexp("report", run.folder.path, "-o", tmp_path / "none.html"))
    check(page)
    assert "its weights were not kept; `keep: {weights: best}` in the config keeps them" in page.words
    plain = page_of(mlpexp("report", trained(RUN).folder.path, "-o", tmp_path / "plain.html", "--no-network"))
    check(plain)
    assert "Try the network" not in titles(plain)
