"""Words in Markdown: nothing in them is a mark, for GitHub and for pandoc."""

import re

from mlpexp.report.writers.shown_words import shown

MARKS = re.compile(r"([\\`*_\[\]<>#|~$&^@])")  # that mean something in Markdown
# The same where they stand such that they do: an underscore within a word does not, nor does `<` before a blank.
MEANING = re.compile(
    r"[\\`*|~$^]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|\](?=[(\[{:])|!(?=\[)|&(?=#|\w+;)|@(?=\w)|(?<=\[)[\^@!]"
)
# What makes a line the entry of a list, a heading or a quotation.
AT_BEGINNING = re.compile(r"(\s*)(\d{1,9}(?=[.)](?:\s|$))|(?=(?:[-+:]|#{1,6}|[-=]{2,})(?:\s|$)|>))")


def markdown_text(text: str) -> str:
    """A text whose marks mean nothing."""
    return MARKS.sub(r"\\\1", shown(text))


def sparing_markdown(text: str) -> str:
    """The same with as few backslashes as will do, so that labels of arms stay as they are."""
    return MEANING.sub(r"\\\g<0>", shown(text))


def at_beginning(line: str) -> str:
    """Either of them as a line or entry of its own."""
    return AT_BEGINNING.sub(r"\1\2\\", line, count=1) if AT_BEGINNING.match(line) else line
