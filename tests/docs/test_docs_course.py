"""What ``docs/course_documents.md`` says of five course documents is what its commands print, or what was measured.

Commands that train nothing are run, and must print each number of their row. A row about a training must have its numbers
from the comment of its config, or from the pages that it links to; its command is planned.
"""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from making.command_line import Answer
from making.configs import ROOT
from making.markdown_pages import DOCS, heading, lines_of, tables_of
from making.picture_folders import for_example

PAGE = DOCS / "course_documents.md"
NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?(?![\w(])")
LINK = re.compile(r"\]\(([^)#]*)#?([^)]*)\)")
AGREEMENT = ("yes", "in kind", "partly", "no", "not shown", "not tried", "-", "[rounding]", "[not there]")
OF_TRAINING = ("--log-every", "--engine")  # with a word after it


@dataclass(frozen=True)
class Row:
    """A row of the page: its number, its command, what was found, and in which words that agrees."""

    number: str
    command: tuple[str, ...]
    here: str
    agreement: str

    @property
    def trains(self) -> bool:
        return self.command[0] in ("train", "sweep") and "--dry-run" not in self.command

    @property
    def prints(self) -> bool:
        """Whether the command prints the same everywhere: it neither trains nor measures times."""
        return not self.trains and self.command != ("activations",)

    @property
    def needs_mnist(self) -> bool:
        return any(word.startswith("mnist/") for word in self.command)


def rows() -> Iterator[Row]:
    """The rows that have a command."""
    for table in tables_of(PAGE):
        here = "here" if "here" in table.columns else "what is right"
        for row in table.rows:
            command = re.search(r"`([^`]+)`", row[table.columns[2]] if here == "here" else row[table.columns[3]])
            if command:
                words = tuple(shlex.split(command[1]))
                yield Row(row["no."], words, row[here], row.get("agreement", "no"))


def parameters(chosen: Callable[[Row], bool]) -> list:
    """The distinct commands of some rows, and all rows of each."""
    by_command: dict[tuple[str, ...], list[Row]] = {}
    for row in filter(chosen, rows()):
        by_command.setdefault(row.command, []).append(row)
    return [
        pytest.param(found, id=shlex.join(command), marks=[pytest.mark.mnist] * found[0].needs_mnist)
        for command, found in by_command.items()
    ]


def numbers(text: str) -> set[str]:
    """Numbers without commas; of an interval ``0.013 .. 0.022`` both ends; of a name such as ``h_1`` none."""
    plain = text.replace("\\*", "*").replace("+", " ")
    return {found.replace(",", "").rstrip(".") for found in NUMBER.findall(LINK.sub("]", plain))}


def as_written(found: set[str]) -> set[str]:
    """Numbers with and without their sign: a difference may be said as *by 0.017*."""
    return found | {number.lstrip("-") for number in found} | {f"-{number.lstrip('-')}" for number in found}


def section(page: str, anchor: str) -> str:
    """The text of a page below a heading, down to the next of its level; without anchor all of it."""
    lines = lines_of((DOCS / page).resolve())
    if not anchor:
        return "\n".join(lines)
    titles = [(place, *found) for place, line in enumerate(lines) if (found := heading(line))]
    at, level, _ = next(each for each in titles if re.sub(r"[^\w\- ]", "", each[2].lower()).replace(" ", "-") == anchor)
    end = next((place for place, its, _ in titles if place > at and its <= level), len(lines))
    return "\n".join(lines[at:end])


def sources(row: Row) -> str:
    """The comment of the config and the sections that a row links to."""
    config = (ROOT / "configs" / f"{row.command[1]}.yaml").read_text(encoding="utf-8") if row.trains else ""
    return config + "".join(section(page, anchor) for page, anchor in LINK.findall(row.here) if page)


@pytest.mark.parametrize("found", parameters(lambda row: row.prints))
def test_a_command_prints_the_numbers_of_its_rows(
    found: list[Row], mlpexp: Callable[..., Answer], request: pytest.FixtureRequest
) -> None:
    if found[0].needs_mnist:
        request.getfixturevalue("mnist")
    answer = mlpexp(*found[0].command)
    assert answer.code == 0, answer.err
    printed = numbers(re.sub(r"[\[\]()=*x/]", " ", answer.out + answer.err))
    missing = {row.number: numbers(row.here) - printed for row in found}
    assert not {number: lacks for number, lacks in missing.items() if lacks}


@pytest.mark.parametrize("row", [pytest.param(row, id=row.number) for row in rows() if not row.prints])
def test_what_was_measured_is_what_its_sources_say(row: Row) -> None:
    measured = as_written(numbers(sources(row)))
    assert numbers(row.here) - measured - numbers(" ".join(row.command)) <= {"0"}


@pytest.mark.parametrize("found", parameters(lambda row: row.trains))
def test_a_training_is_planned(
    found: list[Row], mlpexp: Callable[..., Answer], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kind, *words = found[0].command
    if found[0].needs_mnist:
        request.getfixturevalue("mnist")
    for_example(tmp_path)  # the pictures of one's own
    for option in set(OF_TRAINING) & set(words):
        del words[words.index(option) : words.index(option) + 2]
    answer = mlpexp("check", *words) if kind == "train" else mlpexp("sweep", *words, "--dry-run")
    assert answer.code == 0, answer.err


def test_rows_are_numbered_and_say_how_far_they_agree() -> None:
    of_documents = [row for table in tables_of(PAGE) if "here" in table.columns for row in table.rows]
    numbered = [tuple(map(int, row["no."].split("."))) for row in of_documents]
    assert numbered == sorted(set(numbered))
    assert {document for document, _ in numbered} == {1, 2, 3, 4, 5}
    assert not [row["no."] for row in of_documents if not row["agreement"].startswith(AGREEMENT)]


def test_errors_are_rows_of_the_documents() -> None:
    (errors,) = (table for table in tables_of(PAGE) if "what is right" in table.columns)
    known = {row["no."] for table in tables_of(PAGE) if "here" in table.columns for row in table.rows}
    assert {row["no."] for row in errors.rows} <= known
