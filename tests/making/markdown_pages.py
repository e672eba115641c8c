"""The pages that users read, taken apart: code blocks, tables, headings, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from making.configs import ROOT

DOCS = ROOT / "docs"
READMES = tuple(sorted(ROOT.glob("README*.md")))
PAGES = (*READMES, *sorted(DOCS.glob("*.md")))
CHINESE = frozenset(page for page in PAGES if page.name.endswith(".zh-CN.md"))


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    Attributes:
        page: Where it is.
        line: Number of its first line of code.
        language: As written after the fence.
        text: Its lines.
        before: The nearest line of text above it.
        after: The lines from the one below the fence to the next fence.
    """

    page: Path
    line: int
    language: str
    text: str
    before: str
    after: tuple[str, ...]

    @property
    def place(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def file_name(self) -> str | None:
        """The file that the block is the content of: the line above ends in a name and a colon or comma."""
        named = re.search(r"`([\w-]+\.(?:csv|yaml))`[^`]*[:,：]$", self.before)
        same_kind = named and named[1].endswith(f".{self.language}")
        return named[1] if named and same_kind else None


@dataclass(frozen=True)
class Passage:
    """A paragraph or an item of a list, without the mark of the item.

    Attributes:
        line: Number of its first line.
        text: Its lines, joined by blanks.
        num_lines: How many lines it has.
    """

    line: int
    text: str
    num_lines: int


@dataclass(frozen=True)
class Table:
    """A table and the headings it is under, the outermost first."""

    headings: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


@cache
def lines_of(page: Path) -> list[str]:
    return page.read_text(encoding="utf-8").splitlines()


@cache
def blocks_of(page: Path) -> list[Block]:
    lines = lines_of(page)
    fences = [i for i, line in enumerate(lines) if line.startswith("```")]
    assert len(fences) % 2 == 0, f"{page}: a code block is not closed"
    blocks = []
    for begin, end, following in zip(fences[::2], fences[1::2], [*fences, len(lines)][2::2], strict=True):
        before = next((line for line in reversed(lines[:begin]) if line.strip()), "")
        text = "\n".join(lines[begin + 1 : end])
        after = tuple(lines[end + 1 : following])
        blocks.append(Block(page, begin + 2, lines[begin][3:].strip(), text, before, after))
    return blocks


def blocks(*languages: str) -> list[Block]:
    return [block for page in PAGES for block in blocks_of(page) if block.language in languages]


def files_of(page: Path) -> dict[str, str]:
    """The files that a page shows."""
    return {block.file_name: block.text + "\n" for block in blocks_of(page) if block.file_name}


def prose_of(page: Path) -> Iterator[tuple[int, str]]:
    """Numbers and texts of the lines outside code blocks."""
    in_code = False
    for number, line in enumerate(lines_of(page), 1):
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code:
            yield number, line


def passages_of(page: Path) -> list[Passage]:
    """The paragraphs and items of lists, without headings, tables and pictures."""
    found: list[Passage] = []
    last = 0  # the number of the last line that can go on
    for number, line in prose_of(page):
        text = re.sub(r"^([-*]|\d+\.) ", "", line.strip())
        if not text or text.startswith(("#", "|", "!", "<")):
            continue
        if number == last + 1 and text == line.strip():
            before = found.pop()
            found.append(Passage(before.line, f"{before.text} {text}", before.num_lines + 1))
        else:
            found.append(Passage(number, text, 1))
        last = number
    return found


def heading(line: str) -> tuple[int, str] | None:
    """Level and text of a heading."""
    found = re.fullmatch(r"(#+) (.+)", line)
    return (len(found[1]), found[2]) if found else None


def anchors_of(page: Path) -> set[str]:
    """What GitHub makes of headings: lower case, no punctuation, hyphens for spaces."""
    headings = filter(None, (heading(line) for _, line in prose_of(page)))
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in headings}


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


@cache
def tables_of(page: Path) -> list[Table]:
    tables: list[Table] = []
    path: list[tuple[int, str]] = []
    rows: list[list[str]] = []
    for _, line in [*prose_of(page), (0, "")]:
        if line.startswith("|"):
            rows.append(cells(line))
            continue
        if rows:
            columns = tuple(rows[0])
            assert all(len(row) == len(columns) for row in rows), f"{page}: uneven table under {path}: {rows}"
            body = tuple(dict(zip(columns, row, strict=True)) for row in rows[2:])
            tables.append(Table(tuple(text for _, text in path), columns, body))
            rows = []
        if found := heading(line):
            path = [*(one for one in path if one[0] < found[0]), found]
    return tables


def tables_under(page: Path, title: str) -> list[Table]:
    """The tables whose nearest heading is ``title``."""
    found = [table for table in tables_of(page) if table.headings and table.headings[-1] == title]
    assert found, f"{page}: no table under the heading {title!r}"
    return found


def section_of(page: Path, title: str) -> str:
    """The text from a heading to the next one of the same or a higher level."""
    lines: list[str] = []
    level = 0
    for _, line in prose_of(page):
        found = heading(line)
        if level and found and found[0] <= level:
            break
        if not level and found and found[1] == title:
            level = found[0]
        if level:
            lines.append(line)
    assert lines, f"{page}: no heading {title!r}"
    return "\n".join(lines)


def code(text: str) -> list[str]:
    """What is written as code in a text."""
    return re.findall(r"`([^`]+)`", text)
