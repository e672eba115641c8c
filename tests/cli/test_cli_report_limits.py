"""``mlpexp report``: sizes of pages, what the networks get wrong, explanations of a sweep's arms, data that are gone."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Answer
from making.html_pages import Element, Page
from making.trained_results import Make

pytestmark = pytest.mark.usefixtures("lazy_disk")
Call = Callable[..., Answer]
TABLE = """\
dataset: {name: csv, path: plants.csv, target: kind}
model: {name: mlp, hidden_sizes: [3], activation: relu}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 8, epochs: 4}
seeds: 2
"""
DIGITS = """\
dataset: {name: digits, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: adam, learning_rate: 0.01}
training: {batch_size: 64, epochs: 1}
"""
SWEEP = """\
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: sgd, learning_rate: 0.1}
training: {batch_size: 16, epochs: 6}
keep: {weights: all}
sweep: {over: {learning_rate: [0.00001, 0.1, 0.2]}, seeds: 2}
"""
FIFTY = """\
dataset: {name: synthetic, kind: spirals, samples: 60, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [4]}
optimizer: {name: adam, learning_rate: 0.1}
training: {epochs: 3}
sweep: {over: {learning_rate: "log(1e-4, 1, 10)", hidden_size: [2, 3, 4, 5, 6]}, seeds: 2}
"""
MAPS = """\
dataset: {name: iris}
model: {name: som, grid: [8, 8]}
training: {epochs: 1}
sweep: {over: {model.grid: [[8, 8], [8, 9], [8, 10], [8, 11], [8, 12], [9, 9], [9, 10], [9, 11], [9, 12], [12, 12],
  [12, 13], [12, 14]]}, seeds: 1}
"""


def plants(folder: Path) -> Path:
    """Sixty rows, whose kinds cannot be told apart well."""
    rows = [f"{place % 7}.5,{place % 5},{place},{'ab'[place * place % 3 == 1]}" for place in range(60)]
    (folder / "plants.csv").write_text("height,width,plant,kind\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return folder / "plants.csv"


def page_of(mlpexp: Call, result: Path, *options: object) -> Page:
    file = result.with_name("page.html")
    answer = mlpexp("report", result, "-o", file, *options)
    assert answer.code == 0, answer.err
    return Page(file.read_text(encoding="utf-8"))


def part(page: Page, name: str) -> Element:
    (section,) = [each for each in page.all("section") if each.attributes["id"] == name]
    return section


def words(element: Element) -> str:
    return " ".join([element.text, *map(words, element.children)])


def table(page: Page, name: str) -> list[list[str]]:
    (found,) = [each for each in page.all("table") if each.attributes["id"] == name]
    return [[words(cell).strip() for cell in row.children] for group in found.children for row in group.children]


def sizes(page: str) -> tuple[int, int]:
    """Bytes of all but pictures and networks, and of pictures."""
    pictures = sum(map(len, re.findall(r'data:image/[^"]*', page)))
    networks = re.findall(r'<script type="application/json">.*?</script>', page, re.DOTALL)
    return len(page.encode()) - pictures - sum(len(each.encode()) for each in networks), pictures


def test_the_worst_rows_are_those_of_the_command(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    plants(tmp_path)
    run = trained(TABLE).path
    page = page_of(mlpexp, run, "--no-explain", "--no-network")
    head, *rows = table(page, "predictions-mistakes-mistakes")
    told = list(csv.DictReader(io.StringIO(mlpexp("mistakes", run, "--format", "csv").out)))
    assert rows
    headings = {"wrong": "seeds wrong", "seeds": "seeds tested on it"}
    for name in ("row", "true", "predicted", "wrong", "seeds", "height", "width", "plant"):
        place = head.index(headings.get(name, name))
        assert [row[place] for row in rows] == [record[name] for record in told[: len(rows)]], name
    assert "samples are wrong in at least one of 2 seeds" in words(part(page, "predictions-mistakes"))
    assert any(each.attributes["id"] == "predictions-mistakes-plane" for each in page.all("figure"))


def test_data_that_are_gone_are_said_and_no_place_of_this_machine(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    data = plants(tmp_path)
    run = trained(TABLE).path
    data.rename(tmp_path / "moved.csv")
    page = page_of(mlpexp, run)
    said = words(part(page, "predictions-mistakes"))
    assert "The samples themselves are not shown: the data " in said
    assert f"(looked for plants.csv and {run.name}/data/plants.csv)" in said
    assert table(page, "predictions-mistakes-mistakes")[0] == ["sample", "seed", "true", "predicted", "probability"]
    assert str(tmp_path) not in said
    found = page_of(mlpexp, run, "--table", tmp_path / "moved.csv")
    assert "height" in table(found, "predictions-mistakes-mistakes")[0]


def test_pictures_that_are_wrong_are_shown_once(trained: Make, mlpexp: Call) -> None:
    run = trained(DIGITS).path
    page = page_of(mlpexp, run, "--no-explain", "--no-network")
    names = [each.attributes["id"] for each in page.all("figure")]
    assert "predictions-mistakes-pictures" in names
    assert "predictions-misclassified" not in names
    others, pictures = sizes(run.with_name("page.html").read_text(encoding="utf-8"))
    assert others <= 400_000
    assert 0 < pictures <= 600_000


def test_a_sweep_explains_its_best_and_its_worst_arm(trained: Make, mlpexp: Call) -> None:
    sweep = trained(SWEEP).path
    page = page_of(mlpexp, sweep)
    said = " ".join(words(part(page, "diagnostics-explained")).split())
    assert "Looked at: 2 of 3 arms." in said
    assert "The worst arm by test accuracy: learning_rate=1e-05 A learning rate that is too small" in said
    best = re.search(r"The best of 3 arms by test accuracy is (\S+?)[:. ]", page.words)
    assert best
    assert f"The best arm by test accuracy: {best[1]}" in said
    assert f"The best arm by test accuracy: {best[1]}." in words(part(page, "predictions-mistakes"))
    assert "diagnostics-explained" not in page_of(mlpexp, sweep, "--no-explain").ids


def test_a_sweep_without_weights_says_how_it_is_explained(trained: Make, mlpexp: Call) -> None:
    sweep = trained(SWEEP.replace("weights: all", "weights: none")).path
    said = " ".join(words(part(page_of(mlpexp, sweep), "diagnostics-explained")).split())
    assert said.count("The weights were not kept") == 2
    assert f"mlpexp explain {sweep.name} --arm 0" in said


@pytest.mark.slow
@pytest.mark.parametrize("text", [FIFTY, MAPS], ids=["fifty arms", "twelve maps"])
def test_a_sweep_of_many_arms_keeps_its_limits(trained: Make, mlpexp: Call, text: str) -> None:
    sweep = trained(text).path
    page_of(mlpexp, sweep)
    page = sweep.with_name("page.html").read_text(encoding="utf-8")
    counts = sizes(page)
    assert counts[0] < 900_000
    assert counts[1] < 600_000
    assert "no room" not in page
    assert ("u_matrices" in page) == (text is MAPS)
