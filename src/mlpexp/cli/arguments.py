"""The words of a command line, before options are told apart."""

from collections.abc import Collection, Sequence

OPENING, CLOSING = "[{(", "]})"


def rejoined(arguments: Sequence[str], options: Collection[str], valued: Collection[str]) -> list[str]:
    """Values that a shell has cut at blanks, whole again: ``--learning-rate 0.001, 0.01`` and ``--set sizes=[8, 8]``.

    The value of an option goes on where it ends with a comma or ``=``, where the next word begins with one, or where a
    bracket is open. What is empty or holds white space was quoted, and is whole. Behind ``--`` nothing is joined.

    Args:
        arguments: What was typed after the command.
        options: The names of its options.
        valued: Of those that take a value.
    """
    words: list[str] = []
    before = ""
    for i, word in enumerate(arguments):
        if word == "--":
            return [*words, *arguments[i:]]
        if _is_value(words, valued) and _is_cut(before) and _is_cut(word) and _goes_on(words[-1], word, options):
            words[-1] = f"{words[-1]} {word}"
        else:
            words.append(word)
        before = word
    return words


def _is_value(words: Sequence[str], valued: Collection[str]) -> bool:
    """Whether the last word is the value of an option, or begins with ``--option=``."""
    if not words:
        return False
    option, equals, _ = words[-1].partition("=")
    return (bool(equals) and option in valued) or (len(words) > 1 and words[-2] in valued)


def _is_cut(word: str) -> bool:
    """Whether a word may be a part of one that a shell has cut."""
    return bool(word) and not any(character.isspace() for character in word)


def _goes_on(last: str, word: str, options: Collection[str]) -> bool:
    if word.partition("=")[0] in options or word.startswith("--"):
        return False
    is_open = sum(map(last.count, OPENING)) > sum(map(last.count, CLOSING))
    is_setting = word.startswith("=") and "=" not in last
    return is_open or is_setting or last.endswith((",", "=")) or word.startswith(",")
