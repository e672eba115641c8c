"""Names in Markdown are words: rendered, they are what they were, and no mark or element comes of them."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mlpexp.report.markdown_text import at_beginning, markdown_text, sparing_markdown
from mlpexp.report.tables.text_table import TextTable
from mlpexp.report.writers.shown_words import shown

HOSTILE = (
    "<b>x</b>", "<script>alert(1)</script>", "a|b", "`rm`", "*x*", "_x_", "__x__", "[a](http://b.c)", "![a](b)", "a\nb",
    "# a", "- a", "1. a", "~~a~~", "&lt;b&gt;", "\\*a\\*", "a\\", "<!-- a -->", "a <b", "===", "> a", "<http://a.b>",
)  # fmt: skip
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
texts = st.text(alphabet="a1 .|<>`*_[]()#-+=~&;\\!/:$^@{}\n", min_size=1, max_size=12).filter(str.strip)


def squeezed(text: str) -> str:
    """Blanks are one, as on a page."""
    return " ".join(shown(text).split())


def words_of(html: str, opening: str, closing: str) -> str:
    """What stands in the one element, without others in it."""
    inside = html.partition(opening)[2].partition(closing)[0]
    assert "<" not in inside, html
    return " ".join(unescape(inside).split())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_in_a_table_is_a_word(name: str) -> None:
    html = RENDERER.render(TextTable([name, "n"], [[name, "1"]], title=name).markdown())
    assert words_of(html, "<th>", "</th>") == words_of(html, "<td>", "</td>") == squeezed(name)
    assert words_of(html, "<strong>", "</strong>") == squeezed(name)


@given(texts)
def test_whatever_stands_in_a_table_is_a_word(name: str) -> None:
    html = RENDERER.render(TextTable([f"a{name}", "n"], [["b", "1"]]).markdown())
    assert words_of(html, "<th>", "</th>") == squeezed(f"a{name}")


@given(texts)
def test_whatever_begins_a_line_is_a_paragraph(name: str) -> None:
    for form in (sparing_markdown, markdown_text):
        html = RENDERER.render(at_beginning(form(name.strip())))
        assert words_of(html, "<p>", "</p>") == squeezed(name.strip())
        entry = RENDERER.render(f"- {at_beginning(form(name.strip()))}")
        assert words_of(entry, "<li>", "</li>") == squeezed(name.strip())


@pytest.mark.parametrize(
    "label", ["learning_rate=0.1", "[16, 8]", "< 0.001", "a -> b", "0.1 .. 0.2", "hidden_sizes=[8]"]
)
def test_usual_labels_stay_as_they_are(label: str) -> None:
    assert sparing_markdown(label) == label
