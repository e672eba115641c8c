"""The words of a command line, before options are told apart."""

from collections.abc import Sequence

OPENING, CLOSING = "[{(", "]})"


def joined(arguments: Sequence[str]) -> list[str]:
    """Values that a shell has cut at blanks, whole again: ``--learning-rate 0.001, 0.01`` and ``--set sizes=[8, 8]``.

    A word goes on where it ends with a comma, where the next begins with one, or where a bracket is open. What holds a
    blank was quoted, and is whole.
    """
    words: list[str] = []
    for before, word in zip(["", *arguments], arguments, strict=False):
        if words and not {" "} & {*before, *word} and _goes_on(words, word):
            words[-1] = f"{words[-1]} {word}"
        else:
            words.append(word)
    return words


def _goes_on(words: Sequence[str], word: str) -> bool:
    last = words[-1]
    is_value = not last.startswith("-") or "=" in last
    after_option = len(words) > 1 and words[-2].startswith("-") and "=" not in words[-2]
    if not is_value or word.startswith("--") or not (after_option or last.startswith("-")):
        return False
    is_open = sum(map(last.count, OPENING)) > sum(map(last.count, CLOSING))
    return is_open or last.endswith(",") or word.startswith(",")
