"""``mlpexp report`` as a command: what it takes for a result, where it writes, what it refuses, what a kill leaves."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Answer
from making.dying import DIED
from making.html_pages import Element, Page
from making.processes import Process
from making.trained_results import Make, new

pytestmark = pytest.mark.usefixtures("lazy_disk")
RUN = """\
name: flowers
dataset: {name: iris, test_fraction: 0.3}
model: {name: mlp, hidden_sizes: [3], activation: tanh}
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: 16, epochs: 2}
seeds: 3
"""
OTHER = RUN.replace("name: flowers", "name: petals").replace("0.05", "0.2")
SHORT = ("--no-explain", "--no-network")
Call = Callable[..., Answer]
Start = Callable[..., Process]


def page_in(file: Path) -> Page:
    return Page(file.read_text(encoding="utf-8"))


def rows_of(page: Page, table: str) -> list[list[str]]:
    """The cells of the body of a table, with the text of links."""
    (element,) = [each for each in page.all("table") if each.attributes["id"] == table]
    body = next(child for child in element.children if child.tag == "tbody")
    return [
        [cell.text or "".join(child.text for child in cell.children) for cell in row.children] for row in body.children
    ]


def columns_of(page: Page) -> list[str]:
    return [element.text for element in page.all("th") if element.attributes.get("scope") == "col"]


def links_of(page: Page) -> list[Element]:
    return [element for element in page.all("a") if "skip" not in element.attributes.get("class", "")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two results, trained once."""
    folder = tmp_path_factory.mktemp("made")
    return [new(folder, text).finish().path for text in (RUN, OTHER)]


@pytest.fixture
def two(made: list[Path], tmp_path: Path) -> list[Path]:
    """The results in the folder of the test."""
    return [Path(shutil.copytree(path, tmp_path / "runs" / path.name)) for path in made]


@pytest.fixture
def one(made: list[Path], tmp_path: Path) -> Path:
    """The first of them."""
    return Path(shutil.copytree(made[0], tmp_path / "runs" / made[0].name))


def test_a_folder_without_results_hides_no_result_of_its_name(one: Path, mlpexp: Call, tmp_path: Path) -> None:
    (tmp_path / "flowers").mkdir()
    answer = mlpexp("report", "flowers", *SHORT, "-o", "flowers.md")
    assert answer.code == 0, answer.err
    assert f"mlpexp report of {one.name}" in (tmp_path / "flowers.md").read_text(encoding="utf-8").replace("\\", "")
    assert list((tmp_path / "flowers").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["empty"], "empty: is a folder without results; name a result, or a folder of results such as runs"),
        (["."], ".: is a folder without results; did you mean flowers?"),
        ([""], "RESULT: is empty; name a result, such as `last`"),
        (["runs", "petals"], "runs: is a folder of results, which has a page of its own; name it alone"),
        (["petals", "last"], "last: is the same result as petals; name each once"),
        (["flowers"], "flowers: is a folder of results and the name of one; write ./flowers or runs/"),
        (["runs", "--explain"], "--explain: is for the report of a result; runs is a folder of results"),
        (["runs", "--no-explain"], "--no-explain: is for the report of a result; runs is a folder of results"),
        (["runs", "--data-dir", "empty"], "--data-dir: is for the report of a result; runs is a folder of results"),
        (["runs", "--table", "empty"], "--table: is for the report of a result; runs is a folder of results"),
        (["petals", "--network", "-o", "p.pdf"], "--network: only an HTML page computes; p.pdf has no network"),
        (["petals", "-o", "taken/p.html"], "taken is a file, not a folder; name another file"),
        (["petals", "-o", "p.htm"], "p.htm: .htm is not known; did you mean .html?"),
        (["page.html"], "page.html: is a report; name the result"),
    ],
)
def test_what_is_refused_writes_nothing(
    two: list[Path], mlpexp: Call, tmp_path: Path, words: list[str], sentence: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "taken").touch()
    (tmp_path / "page.html").write_text('<meta name="generator" content="mlpexp report of x">', encoding="utf-8")
    shutil.copytree(two[0], tmp_path / "flowers" / two[0].name)
    before = sorted(tmp_path.rglob("*"))
    answer = mlpexp("report", *words)
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
    assert sorted(tmp_path.rglob("*")) == before


def test_reports_beside_results_are_passed_over(two: list[Path], mlpexp: Call) -> None:
    assert mlpexp("report", two[0].parent).code == 0
    answer = mlpexp("report", *sorted(two[0].parent.iterdir()), *SHORT)
    assert answer.code == 0, answer.err
    assert "passed over, for they are reports: " in answer.err
    page = page_in(two[0].with_name("report.html"))
    assert page.all("h1")[0].text == "2 results"


@pytest.mark.usefixtures("one")
def test_an_ending_in_capitals_and_a_home(mlpexp: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    answer = mlpexp("report", "last", *SHORT, "-o", "~/R.HTML")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.strip() == str(tmp_path / "home" / "R.HTML")
    assert page_in(tmp_path / "home" / "R.HTML").all("h1")
    assert not (tmp_path / "~").exists()


def test_a_report_is_made_again_in_either_order_and_says_so(two: list[Path], mlpexp: Call, tmp_path: Path) -> None:
    file = tmp_path / "both.html"
    assert mlpexp("report", *two, *SHORT, "-o", file).err == ""
    answer = mlpexp("report", *two[::-1], *SHORT, "-o", file)
    assert (answer.code, answer.err) == (0, "written over: the earlier report\n")
    answer = mlpexp("report", two[0], *SHORT, "-o", file)
    assert answer.code == 2
    assert f"exists, and is no report of {two[0].name}" in answer.err


def test_the_page_of_a_folder(two: list[Path], mlpexp: Call, tmp_path: Path) -> None:
    runs = two[0].parent
    two[0].rename(runs / "z")  # a name that says no date
    damaged = runs / "20250101-000000-old-00000000"
    damaged.mkdir()
    for name, content in (("summary.json", "{nix"), ("config.yaml", b"\xff".decode("latin-1"))):
        (damaged / name).write_bytes(content.encode("latin-1"))
    began = runs / "z" / "environment.json"
    began.write_text(
        re.sub(r'"started": "\d+', '"started": "2024', began.read_text(encoding="utf-8")), encoding="utf-8"
    )
    assert mlpexp("report", two[1], *SHORT).code == 0
    assert mlpexp("report", runs, "-o", "elsewhere/all.html").code == 0
    page = page_in(tmp_path / "elsewhere" / "all.html")
    assert columns_of(page) == [
        "name", "started (UTC)", "data", "model", "score", "95 % interval", "metric", "seeds", "status", "learning rate",
    ]  # fmt: skip
    rows = rows_of(page, "all-results")
    assert [row[0] for row in rows] == ["petals", "z", "old"]
    assert [row[8] for row in rows] == ["finished", "finished", "damaged"]
    assert [row[9] for row in rows] == ["0.2", "0.05", ""]
    shown = mlpexp("list").out
    assert all(rows[place][4] in shown for place in (0, 1))
    low, high = map(float, rows[0][5].split(" .. "))
    assert low < float(rows[0][4]) < high
    (link,) = links_of(page)
    target = link.attributes["href"]
    assert target == f"../runs/{two[1].name}-report.html"
    assert (tmp_path / "elsewhere" / target).is_file()
    assert "3 results, the newest first. 1 cannot be read. 1 result has a report beside it" in page.all("p")[0].text


def test_several_results_are_compared_where_their_seeds_pair(two: list[Path], mlpexp: Call, tmp_path: Path) -> None:
    assert mlpexp("report", *two, *SHORT, "-o", "both.html").code == 0
    page = page_in(tmp_path / "both.html")
    assert len(page.ids) == len(set(page.ids))
    assert page.all("h2")[0].text == "Side by side"
    names = [row[0] for row in rows_of(page, "side-by-side-results")]
    assert names == [element.text for element in page.all("h2")][1:-1]  # words are the last
    targets = [element.attributes["href"] for element in links_of(page) if element.text in names]
    assert sorted(targets) == ["#result-1", "#result-1", "#result-2", "#result-2"]
    differences = [row[4] for row in rows_of(page, "side-by-side-compared")]
    told = mlpexp("compare", *two, "--format", "csv").out.splitlines()
    place = told[0].split(",").index("difference")
    assert [float(text or "0") for text in differences] == pytest.approx(
        [float(line.split(",")[place] or "0") for line in told[1:]], abs=1e-4
    )
    assert page.all("code")[0].text == f"mlpexp compare {two[0].name} {two[1].name}"


def test_results_that_do_not_pair_or_are_twice_the_same_config(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    paths = [trained(text).path for text in (RUN, RUN, RUN.replace("0.3", "0.2"))]
    assert mlpexp("report", *paths, *SHORT, "-o", "three.html").code == 0
    page = page_in(tmp_path / "three.html")
    titles = [element.text for element in page.all("h2")]
    assert len(titles) == len(set(titles)) == 5  # side by side, a part each, words
    assert "Nothing is tested between these results: dataset.test_fraction differs (0.3, 0.2), so" in page.words
    assert not [each for each in page.ids if each == "side-by-side-compared"]
    shown = page.all("code")[0].text
    assert shown == f"mlpexp compare {' '.join(path.name for path in paths)} -o comparison"
    assert mlpexp(*shown.removeprefix("mlpexp ").split(), "--runs-dir", paths[0].parent).code == 0


def test_a_report_names_no_command_that_would_refuse(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    numbers = RUN.replace("name: iris", "name: synthetic, kind: function, function: sine, samples: 60")
    paths = [trained(text).path for text in (RUN, numbers)]
    assert mlpexp("compare", *paths, "-o", "means").code == 2
    answer = mlpexp("report", *paths, *SHORT, "-o", "both.md")
    assert answer.code == 0, answer.err
    text = (tmp_path / "both.md").read_text(encoding="utf-8")
    assert "Nothing is tested between these results: some classify, others predict numbers or are maps." in text
    assert "mlpexp compare" not in text


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(
    "moment", [3, pytest.param(9, marks=pytest.mark.slow), pytest.param(20, marks=pytest.mark.slow)]
)
def test_what_a_kill_leaves_is_whole_and_made_again(start: Start, mlpexp: Call, tmp_path: Path, moment: int) -> None:
    assert mlpexp("report", "last", *SHORT, "-o", "wanted/r.md").code == 0
    place = tmp_path / "made"
    assert (
        start("report", "last", *SHORT, "-o", "made/r.md", plots=True, die_at=moment, below=str(place)).wait().code
        == DIED
    )
    wanted = {each.name: each.read_bytes() for each in (tmp_path / "wanted").rglob("*") if each.is_file()}
    left = [each for each in place.rglob("*") if each.is_file() and "/." not in str(each.relative_to(tmp_path))]
    assert all(wanted[each.name] == each.read_bytes() for each in left)
    assert mlpexp("report", "last", *SHORT, "-o", "made/r.md").code == 0
    assert {name: next(place.rglob(name)).read_bytes() for name in wanted} == wanted


@pytest.mark.usefixtures("one")
def test_a_file_that_may_grow_no_further_leaves_what_was_there(start: Start, mlpexp: Call, tmp_path: Path) -> None:
    assert mlpexp("report", "last", *SHORT, "-o", "r.md").code == 0
    before = {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}
    answer = start("report", "last", *SHORT, "-o", "r.md", plots=True, file_bytes=3000).wait()
    assert answer.code == 1
    assert "cannot be written: File too large; what was there before is still there" in answer.err
    assert {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()} == before
