"""Cells of CSV files that a spreadsheet would take for formulas: written with an apostrophe before, and read without.

A name may be ``=1+1``. A spreadsheet shows what stands behind an apostrophe as it is.
"""

import re

BEGIN = "=+-@\t\r\n＝＋－＠"
WOULD_BE = re.compile(rf"'*[{re.escape(BEGIN)}]")
_NUMBER = r"[-+]?(?:\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+|inf|nan)(?: ?%)?"
# Numbers alone, and lists and intervals of them, as tables of ours have them: these stay as they are.
NUMBERS = re.compile(rf"[-+]|{_NUMBER}(?:(?: \.\. | ± | \(| to |[;,x] ?| )(?:{_NUMBER}|\.\.\.|all equal)\)?)*")


def neutral(text: str) -> str:
    """A cell as it is written."""
    return f"'{text}" if WOULD_BE.match(text) and not NUMBERS.fullmatch(text) else text


def original(text: str) -> str:
    """A cell that ``neutral`` wrote, as it was before."""
    return text[1:] if text.startswith("'") and WOULD_BE.match(text) else text
