"""The pages are in short, plain sentences, for readers whose first language is another one."""

import re
from collections.abc import Iterator

import pytest

from making.configs import ROOT
from making.markdown_pages import CHINESE, DOCS, passages_of

ENGLISH = sorted({ROOT / "README.md", *DOCS.glob("*.md")} - CHINESE)
MOST_WORDS = 25
STILTED = re.compile(r"\b(having been|whereby|thereof|inasmuch)\b", re.IGNORECASE)
LISTS = re.compile(r"\b(Contents|References?): ")  # of pages or of books, to the end of the paragraph
CODE = re.compile(r"`[^`]*`")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
END = re.compile(r"(?<=[.?!:])[*)\"]*\s+(?=[\"(*\[]*[A-Z0-9])")


def sentences(text: str) -> list[str]:
    """The sentences of a passage; a piece of code is one word, and a link its words.

    A colon with a capital letter or a number behind it ends a sentence, too.
    """
    return END.split(LINK.sub(r"\1", CODE.sub("CODE", LISTS.split(text)[0])))


def num_words(sentence: str) -> int:
    """How many words have a letter or a digit: signs such as ``=`` are none."""
    return sum(bool(re.search(r"\w", word)) for word in sentence.split())


def all_sentences() -> Iterator[tuple[str, str]]:
    """Place and text of every sentence outside code blocks, tables and headings."""
    for page in ENGLISH:
        for passage in passages_of(page):
            for sentence in sentences(passage.text):
                yield f"{page.name}:{passage.line}", sentence


def test_sentences_are_short() -> None:
    long = [f"{place}: {text}" for place, text in all_sentences() if num_words(text) > MOST_WORDS]
    assert not long, "\n".join(long)


def test_no_stilted_words() -> None:
    assert not [f"{place}: {text}" for place, text in all_sentences() if STILTED.search(text)]


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("One two. Three?", [2, 1]),
        ("See [the page. Two](a.md), and `x = 1. Two`: it works.", [3, 5]),
        ("**Bold.** Then *this*. (And that.)", [1, 2, 2]),
        ("Read on. References: Fisher (1935), and many, many others.", [2]),
    ],
)
def test_words_are_counted(text: str, counts: list[int]) -> None:
    assert [*map(num_words, sentences(text))] == counts
