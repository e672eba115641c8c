"""What a student reads in a report: whose question it is, of which epoch a score is, and what the words mean."""

from collections.abc import Callable
from pathlib import Path

import pytest

from making.command_line import Answer
from making.trained_results import Make
from mlpexp import __version__
from mlpexp.config.shipped import header
from mlpexp.report.document.blocks import Bullets, Paragraph, TableBlock
from mlpexp.report.document.document import Section
from mlpexp.report.sections.words import MEANINGS, words
from mlpexp.report.tables.text_table import TextTable

pytestmark = pytest.mark.usefixtures("lazy_disk", "undrawn")
Call = Callable[..., Answer]
TABLE = """\
# Question: Does the area tell the price?
# Expected: about 90 % of the variance.
# I typed the table for the seminar.
dataset: {name: csv, path: houses.csv, target: price}
model: {name: mlp, hidden_sizes: [8], activation: tanh}
loss: mean_squared_error
optimizer: {name: adam, learning_rate: 0.05}
training: {batch_size: full, epochs: 60}
seeds: 3
"""


def report_of(mlpexp: Call, path: Path, *options: str) -> str:
    """The report as Markdown."""
    answer = mlpexp("report", path, "-o", "report.md", *options)
    assert answer.code == 0, answer.err
    return Path("report.md").read_text(encoding="utf-8").replace("\\", "")


def test_the_question_of_a_sweep_is_that_of_who_made_it(mlpexp: Call) -> None:
    options = ("--hidden-size", "2,4", "--epochs", 1, "--seeds", 2, "--name", "mine")
    sweep = mlpexp("sweep", "iris/mlp", *options, "--set", "description=Do 4 units beat 2?", "-q").run
    said = report_of(mlpexp, sweep, "--no-explain")
    paragraphs = [line for line in said.splitlines() if line]
    assert paragraphs[1].startswith("# mine: iris - mlp: hidden units (")
    assert paragraphs[3:5] == ["**Do 4 units beat 2?**", "**How does test accuracy change with hidden units (2, 4)?**"]
    assert paragraphs[5].startswith("Question of the example iris/mlp: How well does a small network")
    assert paragraphs[6].startswith("Expected of the config as it was written: test accuracy 0.953")
    assert "**How well does a small network" not in said
    assert "- Two seeds say almost nothing about how much results differ from seed to seed." in said
    assert "The varied factor is hidden units (2, 4; one hidden layer). There are 2 settings. Each" in said


@pytest.mark.parametrize(("seeds", "is_said"), [(2, True), (3, False)])
def test_what_two_seeds_say_of_the_spread(seeds: int, is_said: bool, mlpexp: Call) -> None:
    run = mlpexp("train", "iris/mlp", "--epochs", 1, "--seeds", seeds, "-q").run
    assert ("Two seeds say almost nothing" in report_of(mlpexp, run, "--no-explain")) == is_said


def test_a_report_of_an_own_table(trained: Make, mlpexp: Call, tmp_path: Path) -> None:
    rows = [f"{40 + 3 * row},{row % 5},{3 * row + 20 * (row % 5)}" for row in range(40)]
    (tmp_path / "houses.csv").write_text("area,rooms,price\n" + "\n".join(rows) + "\n", encoding="utf-8")
    run = trained(TABLE).path
    said = report_of(mlpexp, run)
    assert "\nI typed the table for the seminar.\n" in said
    assert ": about 90 % of the variance.\n" in said
    assert "| dataset.path | houses.csv | none: must be named | The file; a relative path starts at" in said
    number = len({int(line.split("|")[2]) for line in said.splitlines() if line.startswith("| 1 |")})
    assert number == 1
    assert "samples were in the test part of at least one seed; one seed has 12 of them." in said
    heads = "| rank | row | true | predicted | mean absolute error | error / RMSE | seeds tested on it | area | rooms |"
    assert heads in said
    explained = mlpexp("explain", run).out
    for words_of_it in (said, " ".join(explained.split())):
        assert "are of the last epoch: medians over the seeds that show it. Means over all seeds" in words_of_it


def test_seeds_with_the_same_test_part_need_no_word_of_their_union(mlpexp: Call) -> None:
    run = mlpexp("train", "iris/mlp", "--set", "split_seed=0", "--seeds", 2, "-q").run
    assert "of at least one seed;" not in mlpexp("mistakes", run).out


def test_the_version_that_is_cited_has_its_year(mlpexp: Call) -> None:
    run = mlpexp("train", "iris/mlp", "--epochs", 1, "--seeds", 1, "-q").run
    assert f"version={{{__version__}}}, year={{20" in report_of(mlpexp, run, "--no-explain")


def test_words_are_explained_where_they_stand_and_only_there() -> None:
    table = TableBlock("costs", TextTable(("layer", "MACs"), [("max-t", "1")]))
    told = Section("a", "A", [Paragraph(("A joint sign-flip test (max-t).",))], [Section("b", "B", [table])])
    (section,) = words([told])
    (items,) = section.blocks
    assert isinstance(items, Bullets)
    assert [str(item[0]).partition(":")[0] for item in items.items] == ["MACs", "max-t", "sign-flip test"]
    assert words([Section("a", "A", [Paragraph(("A stackable crate.",))])]) == []


@pytest.mark.parametrize("meaning", [meaning for _, _, meaning in MEANINGS])
def test_meanings_are_short_sentences(meaning: str) -> None:
    assert all(len(sentence.split()) <= 20 for sentence in meaning.split(". "))


@pytest.mark.parametrize(
    ("comment", "expected", "remarks"),
    [
        ("# Expected: 0.9.\n# Mine.\n", "0.9.", ("Mine.",)),
        ("# Expected: 0.9.\n#   More of it.\n# Mine.\n", "0.9. More of it.", ("Mine.",)),
        ("# Expected: about\n# 0.9.\n", "about 0.9.", ()),
    ],
)  # fmt: skip
def test_lines_below_what_is_expected(comment: str, expected: str, remarks: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(comment + "name: x\n", encoding="utf-8")
    assert (header(config).expected, header(config).remarks) == (expected, remarks)
