"""What a selection of tests by their marks asks for."""

import re


def wants_card(expression: str) -> bool:
    """Whether ``-m`` selects the tests that need a card: ``cuda``, but not ``not cuda``."""
    return re.search(r"(?<!not )\bcuda\b", " ".join(expression.split())) is not None
