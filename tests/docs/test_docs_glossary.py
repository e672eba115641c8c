"""The glossary has every word that a table of results says of an arm."""

import re
from typing import get_args

from making.markdown_pages import DOCS, passages_of
from mlpexp.statistics.arm_comparison import SHORT, Verdict
from mlpexp.statistics.new_samples_verdicts import NewVerdict

TERMS = {
    term.lower()
    for passage in passages_of(DOCS / "glossary.md")
    for found in re.findall(r"^\*\*([^*]+)\*\*:", passage.text)
    for term in found.split(", ")
}


def test_every_verdict_is_a_term() -> None:
    verdicts = {*get_args(Verdict), *get_args(NewVerdict)}
    assert {SHORT.get(verdict, verdict).removeprefix("the ") for verdict in verdicts} <= TERMS
