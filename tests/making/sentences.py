"""What a sentence is, and how many words it has."""

import re

MOST_WORDS = 20
# A sentence ends at a full stop, question mark or exclamation mark before a blank, and where the text ends.
END = re.compile(r"(?<=[.?!])\s+")
# One word each: a command in backquotes, the values of an arm, a list of keys of a config.
NAME = re.compile(r"`[^`]*`|[\w.]+=[^\s,)]+(?:, [\w.]+=[^\s,)]+)*|\w+(?:[._]\w+)+(?:, \w+(?:[._]\w+)+)*")


def sentences_in(text: str) -> list[str]:
    """The sentences of a text, which may be one without a full stop."""
    return [sentence for sentence in END.split(text.strip()) if sentence]


def words_in(sentence: str) -> int:
    """What stands between blanks and has a letter or a digit."""
    return sum(bool(re.search(r"\w", word)) for word in NAME.sub("name", sentence).split())


def too_long(text: str) -> list[str]:
    """Sentences of a text with more words than a reader should have to hold in mind."""
    return [sentence for sentence in sentences_in(text) if words_in(sentence) > MOST_WORDS]
